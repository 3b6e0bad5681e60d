"""Calendar entries as values, and the two dialects of RFC 5545 in which they are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vRecur, vText

from deepday_sandbox.people import Colleague
from deepday_sandbox.period import BERLIN, EXPORTED
from deepday_sandbox.zones import WINDOWS_NAMES, google_zone, windows_zone

Answer = Literal["ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION"]
ShownAs = Literal["BUSY", "FREE", "TENTATIVE", "OOF"]

_STAMP: Final = datetime.combine(EXPORTED, time(6), UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A VEVENT: a single event, a series (``rule``), or the exception of a series (``instead_of``).

    ``start`` is a wall time of ``zone``, or a date for an all-day entry, and ``length`` is added to it.
    ``instead_of`` is the wall time at which the replaced occurrence would start; with ``onwards`` the exception holds
    for all later ones too. No ``organiser`` means no list of guests at all. ``created`` and ``updated``: UTC.
    """

    uid: str
    title: str
    start: datetime | date
    length: timedelta
    created: datetime
    updated: datetime
    zone: str = BERLIN
    organiser: Colleague | None = None
    guests: tuple[tuple[Colleague, Answer], ...] = ()
    room: str = ""
    rule: str = ""
    without: tuple[datetime, ...] = ()
    instead_of: datetime | None = None
    onwards: bool = False
    sequence: int = 0
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"] = "CONFIRMED"
    shown_as: ShownAs = "BUSY"

    @property
    def is_recurring(self) -> bool:
        """Whether the entry is a series or belongs to one."""
        return bool(self.rule) or self.instead_of is not None


def write_google(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the file that Google Calendar would export: series in their zone, single events in UTC."""
    chosen = list(entries)
    calendar = _calendar("-//Google Inc//Google Calendar 70.9054//EN", name)
    calendar.add("X-WR-TIMEZONE", BERLIN)
    for zone in dict.fromkeys(item.zone for item in chosen):
        calendar.add_component(google_zone(zone))
    for item in chosen:
        event = Event()
        tzid = item.zone if item.is_recurring else None
        _add_times(event, item, tzid)
        _add_people(event, item, {"X-NUM-GUESTS": "0"})
        event.add("CREATED", item.created)
        event.add("LAST-MODIFIED", item.updated)
        if item.room:
            event.add("LOCATION", item.room)
        event.add("SEQUENCE", item.sequence)
        event.add("STATUS", item.status)
        event.add("SUMMARY", item.title)
        event.add("TRANSP", "TRANSPARENT" if item.shown_as == "FREE" else "OPAQUE")
        if item.shown_as == "OOF":  # Google knows no such state; an entry that came from Outlook keeps the mark
            event.add("X-MICROSOFT-CDO-BUSYSTATUS", item.shown_as)
        calendar.add_component(event)
    content: bytes = calendar.to_ical(sorted=False)
    return content


def write_outlook(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the file that Outlook would publish: zones under their Windows names, busy status in its own property."""
    chosen = list(entries)
    calendar = _calendar("-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN", name)
    for zone in dict.fromkeys(item.zone for item in chosen):
        calendar.add_component(windows_zone(zone))
    for item in chosen:
        event = Event()
        event.add("CLASS", "PUBLIC")
        event.add("CREATED", item.created)
        event.add("LAST-MODIFIED", item.updated)
        _add_times(event, item, WINDOWS_NAMES[item.zone])
        _add_people(event, item, {"RSVP": "TRUE"})
        event.add("LOCATION", item.room, parameters={"LANGUAGE": "en-us"})
        event.add("PRIORITY", 5)
        event.add("SEQUENCE", item.sequence)
        event.add("STATUS", item.status)
        event.add("SUMMARY", item.title, parameters={"LANGUAGE": "en-us"})
        event.add("TRANSP", "TRANSPARENT" if item.shown_as == "FREE" else "OPAQUE")
        event.add("X-MICROSOFT-CDO-BUSYSTATUS", item.shown_as)
        event.add("X-MICROSOFT-CDO-IMPORTANCE", "1")
        event.add("X-MICROSOFT-CDO-ALLDAYEVENT", "FALSE" if isinstance(item.start, datetime) else "TRUE")
        calendar.add_component(event)
    content: bytes = calendar.to_ical(sorted=False)
    return content


def _calendar(program: str, name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", program)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    return calendar


def _add_times(event: Event, item: Entry, tzid: str | None) -> None:
    _add_time(event, "DTSTART", item.start, item.zone, tzid)
    _add_time(event, "DTEND", item.start + item.length, item.zone, tzid)
    if item.rule:
        event.add("RRULE", vRecur.from_ical(item.rule))
    for moment in item.without:
        _add_time(event, "EXDATE", moment, item.zone, tzid)
    event.add("DTSTAMP", _STAMP)
    event.add("UID", item.uid)
    if item.instead_of is not None:
        span = {"RANGE": "THISANDFUTURE"} if item.onwards else {}
        _add_time(event, "RECURRENCE-ID", item.instead_of, item.zone, tzid, span)


def _add_time(
    event: Event, name: str, value: datetime | date, zone: str, tzid: str | None, more: dict[str, str] | None = None
) -> None:
    parameters = dict(more or {})
    if not isinstance(value, datetime):
        parameters["VALUE"] = "DATE"
    elif tzid is None:
        value = value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    else:
        parameters["TZID"] = tzid
    event.add(name, value, parameters=parameters)


def _add_people(event: Event, item: Entry, extra: dict[str, str]) -> None:
    if item.organiser is None:
        return
    organiser = vCalAddress(f"mailto:{item.organiser.email}")
    organiser.params["CN"] = vText(item.organiser.name)
    event.add("ORGANIZER", organiser)
    for person, answer in item.guests:
        event.add("ATTENDEE", _guest(person.email, person.name, "INDIVIDUAL", answer, extra))
    if item.room:
        address = f"room-{item.room.split()[0].lower()}@resource.example.com"
        event.add("ATTENDEE", _guest(address, item.room, "RESOURCE", "ACCEPTED", extra))


def _guest(address: str, name: str, kind: str, answer: Answer, extra: dict[str, str]) -> vCalAddress:
    guest = vCalAddress(f"mailto:{address}")
    guest.params["CUTYPE"] = vText(kind)
    guest.params["ROLE"] = vText("REQ-PARTICIPANT")
    guest.params["PARTSTAT"] = vText(answer)
    guest.params["CN"] = vText(name)
    for key, value in extra.items():
        guest.params[key] = vText(value)
    return guest
