"""How organisers learn of answers: their copy shows it, and a mail says it."""

from dataclasses import dataclass, replace

from deepday.model import Response
from deepday_sandbox.office.calendars import Calendar, Calendars, Entry


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that an organiser was mailed."""

    organiser: str
    guest: str
    response: Response
    words: str


def with_answer(entry: Entry, guest: str, response: Response, words: str) -> Entry:
    """Return the entry with somebody's answer in it."""
    rows = (
        replace(one, response=response, comment=words) if one.email.casefold() == guest.casefold() else one
        for one in entry.guests
    )
    return replace(entry, guests=tuple(rows))


def answered(calendars: Calendars, calendar: Calendar, entry: Entry, *, mailed: bool) -> None:
    """Let the organiser of an entry in a guest's calendar know what the guest answered there.

    The organiser's copy is found by its UID; an occurrence that is not changed there has none.
    """
    mine = next((one for one in entry.guests if one.email.casefold() == calendar.owner.casefold()), None)
    if mine is None or not entry.organiser:
        return
    if mailed:
        calendars.told.append(Told(entry.organiser, mine.email, mine.response, mine.comment))
    for other in calendars.of(entry.organiser):
        for copy in list(other.entries.values()):
            if copy.uid == entry.uid and copy.original == entry.original and not copy.deleted:
                calendars.update(other.id, with_answer(copy, mine.email, mine.response, mine.comment))
