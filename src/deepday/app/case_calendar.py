"""The first talk or the check-in, wanted in the calendar: shown by ``deepday diff``, written by ``deepday apply``."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from deepday.app.case_meeting import Meeting
from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import database_location
from deepday.errors import NotEnoughDataError
from deepday.model import ApprovedBlock
from deepday.store.repository import Store, open_store

SORTS = {"agenda.txt": "talk", "check-in.txt": "check-in"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A meeting that is among the changes now. ``replaced``: how many earlier ones it takes the place of."""

    id: str
    replaced: int


def want_in_calendar(found: Meeting, template: str, request: Request, clock: Clock | None = None) -> Wanted:
    """Put a meeting among what is wanted in the person's own calendar. It invites nobody.

    ``template``: that of its agenda. Raises :class:`NotEnoughDataError` where nothing was ever connected or imported.
    """
    clock = clock or SystemClock()
    person = build_person(request, load_settings()).email.lower()
    if not Store.exists(database_location()):
        raise NotEnoughDataError(
            "No calendar is connected that could be written to.",
            "Run: deepday connect google --allow blocks (or microsoft, caldav); or write a file with --ics.",
        )
    times = (found.chosen.start, found.chosen.end)
    start, end = (datetime.fromtimestamp(at, UTC).astimezone(found.zone) for at in times)
    sort = SORTS[template]
    with open_store(database_location(), clock) as store:
        book = store.meetings()
        meeting = ApprovedBlock(
            id=_free_id(f"{start:%Y-%m-%d}/{sort} {start:%H:%M}", person, book.taken_back(person)),
            person=person,
            start=start.replace(tzinfo=None),
            end=end.replace(tzinfo=None),
            zone=found.zone.key,
            title=found.title,
            description=found.agenda.strip(),
        )
        replaced = book.want(sort, meeting, person)
    return Wanted(meeting.id, len(replaced))


def _free_id(root: str, person: str, taken_back: Container[str]) -> str:
    """Return the first id of that time that nobody took back: a veto of one does not count for the next."""
    ids = (f"{root}/{number}/{person}" for number in count(1))
    return next(one for one in ids if one not in taken_back)
