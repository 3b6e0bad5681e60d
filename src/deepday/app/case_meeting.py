"""The first talk and the check-in: a time at which both are free, an agenda, and a calendar file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from deepday.app.case_making import Made
from deepday.app.person import build_person, find_zone, with_days_off
from deepday.app.request import Request
from deepday.app.sources import context_for, read_calendar
from deepday.case.meeting import find_slots
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.connect import Progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.measure.days import absences, working_days
from deepday.model import CalendarEvent, DateRange, EventKind, Interval, Person, Response, ShowAs, WeeklyHours
from deepday.report.case_context import context
from deepday.report.case_ics import Invitation, meeting_to_ics
from deepday.report.case_language import Language
from deepday.report.case_text import render

_DAYS = 15
LEAD_HOURS = 24


@dataclass(frozen=True, slots=True)
class MeetingRequest:
    """What a meeting is asked for. ``others``: calendars of the other person; only times of them are used.

    ``first``: the first date that will do; ``None``: tomorrow. ``invite``: whom the calendar file invites.
    """

    minutes: int = 30
    first: date | None = None
    slot: int = 1
    others: tuple[str, ...] = ()
    others_hours: str | None = None
    others_zone: str | None = None
    invite: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that was found: the slots to choose from, the chosen one, its agenda, its calendar file, remarks."""

    slots: tuple[Interval, ...]
    chosen: Interval
    zone: ZoneInfo
    title: str
    agenda: str
    ics: bytes
    language: Language
    notes: tuple[str, ...]


def arrange_meeting(
    made: Made, request: Request, asked: MeetingRequest, template: str, progress: Progress, clock: Clock | None = None
) -> Meeting:
    """Find a time for a meeting and write its calendar file.

    ``template``: ``agenda.txt`` or ``check-in.txt``. Raises :class:`InputError` for what cannot be, and
    :class:`NotEnoughDataError` where there is no common time in three weeks.
    """
    clock = clock or SystemClock()
    if not 5 <= asked.minutes <= 480:
        raise InputError(f"A meeting of {asked.minutes} minutes is out of range.", "Give 5 to 480 minutes.")
    settings = load_settings()
    me = build_person(request, settings)
    now = clock.now()
    first = asked.first or now.astimezone(me.zone).date()
    last = first + timedelta(days=_DAYS)
    me = with_days_off(me, request, settings, first, last)
    mine, notes = _own_events(me, request, (first, last), progress, clock)
    people = [(me, mine)]
    if asked.others:
        them = Person(
            asked.invite.lower() or "other@invalid",
            find_zone(asked.others_zone or me.zone.key),
            WeeklyHours.parse(asked.others_hours) if asked.others_hours else me.hours,
            holidays=me.holidays,
        )
        people.append((them, _events(asked.others, them, (first, last), progress)))
    else:
        notes.append(
            "The other person's calendar is not known: the times are free in yours only. Give --with-calendar."
        )
    windows = [_windows(person, events, (first, last)) for person, events in people]
    busy = [when for _, events in people for event in events if (when := _taken(event))]
    earliest = int(now.timestamp()) + LEAD_HOURS * 3600
    slots = find_slots(windows, busy, 60 * asked.minutes, earliest)
    if not slots:
        raise NotEnoughDataError(
            f"There is no common free time of {asked.minutes} minutes from {first} to {last}.",
            "Ask for a shorter meeting (--minutes), or a later date (--on).",
        )
    if not 1 <= asked.slot <= len(slots):
        raise InputError(f"There is no slot {asked.slot}.", f"Choose one of 1 to {len(slots)}.")
    return _written(made, me, asked, template, slots, tuple(notes), now)


def _written(
    made: Made,
    me: Person,
    asked: MeetingRequest,
    template: str,
    slots: Sequence[Interval],
    notes: tuple[str, ...],
    now: datetime,
) -> Meeting:
    chosen = slots[asked.slot - 1]
    case = replace(made.case, minutes=asked.minutes)
    agenda = render(template, made.language.code, context(case), folder=made.folder, escaping=False).markdown
    titles = made.language.titles
    title = asked.title or titles.get(f"{made.case.situation}/{template}") or titles.get(template, titles["agenda.txt"])
    invitation = Invitation(title, agenda, chosen, organiser=me.email if asked.invite else "", attendee=asked.invite)
    return Meeting(tuple(slots), chosen, me.zone, title, agenda, meeting_to_ics(invitation, now), made.language, notes)


def check_in_date(made: Made, weeks: int | None, today: date) -> date:
    """Return when to look at it together: as asked, as agreed, or in three weeks; on a Monday to Friday."""
    agreed = made.case.agreement.check_in
    if weeks is None and agreed is not None:
        if agreed <= today:
            raise InputError(
                f"The agreed check-in was on {agreed}.", "Give --in-weeks N, or correct check_in in the agreement."
            )
        return agreed
    day = today + timedelta(weeks=weeks if weeks is not None else 3)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _own_events(
    me: Person, request: Request, span: tuple[date, date], progress: Progress, clock: Clock
) -> tuple[list[CalendarEvent], list[str]]:
    if request.calendars:
        return _events(request.calendars, me, span, progress), []
    from deepday.app.storing import open_existing_store  # noqa: PLC0415 - files do without a database

    try:
        with open_existing_store(clock) as store:
            days = DateRange(span[0], span[1] + timedelta(days=1))
            found = list(store.events(me.window(*span), days))
    except NotEnoughDataError:
        return [], ["Your calendar is not known: the times are those of your working hours."]
    return found, [] if found else ["Your calendar holds nothing in these weeks. Is it up to date?"]


def _events(
    calendars: Sequence[str], person: Person, span: tuple[date, date], progress: Progress
) -> list[CalendarEvent]:
    period = person.window(*span)
    window = Interval(period.start - 86_400, period.end + 86_400)
    reading = context_for(person, window, progress, keep_titles=False)
    return [event for location in calendars for event in read_calendar(location, reading).events]


def _windows(person: Person, events: Sequence[CalendarEvent], span: tuple[date, date]) -> list[Interval]:
    days = working_days(person, *span, absences(events, person))
    return [window for day in days for window in day.windows]


def _taken(event: CalendarEvent) -> Interval | None:
    """Return the time that an entry takes: whatever is not free, declined or cancelled, even if only tentative."""
    if not isinstance(event.when, Interval) or event.cancelled or event.show_as is ShowAs.FREE:
        return None
    if event.response is Response.DECLINED or event.kind is EventKind.WORKING_LOCATION:
        return None
    return event.when
