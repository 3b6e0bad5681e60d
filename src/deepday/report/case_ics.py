"""A meeting as an iCalendar file (RFC 5545). Needs icalendar."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from deepday.model import Interval


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting to write down. With an ``attendee`` it is a request to them, otherwise an entry for oneself."""

    title: str
    agenda: str
    when: Interval
    organiser: str = ""
    attendee: str = ""


def meeting_to_ics(invitation: Invitation, made: datetime) -> bytes:
    """Return the VCALENDAR. The same title at the same time has the same UID each time. Times are in UTC."""
    from icalendar import Calendar, Event, vCalAddress  # noqa: PLC0415 - only where a file is written

    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//deepday//case//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST" if invitation.attendee else "PUBLISH")
    key = f"{invitation.title} {invitation.when.start} {invitation.attendee}"
    event.add("uid", f"deepday-{hashlib.sha256(key.encode()).hexdigest()[:32]}")
    event.add("dtstamp", made.astimezone(UTC))
    event.add("dtstart", datetime.fromtimestamp(invitation.when.start, UTC))
    event.add("dtend", datetime.fromtimestamp(invitation.when.end, UTC))
    event.add("summary", invitation.title)
    event.add("description", invitation.agenda.strip())
    event.add("sequence", 0)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    if invitation.attendee:
        event["organizer"] = vCalAddress(f"mailto:{invitation.organiser}")
        attendee = vCalAddress(f"mailto:{invitation.attendee}")
        attendee.params["PARTSTAT"], attendee.params["RSVP"] = "NEEDS-ACTION", "TRUE"
        event.add("attendee", attendee, encode=False)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
