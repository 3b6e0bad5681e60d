"""An office of many for the benchmark, as a process of its own: ``python -m tests.bench.sync_office PEOPLE LOG``.

Everybody has the calendar of the sample's owner. Prints one JSON line (``url``, ``now``, and for each person ``email``,
``google`` and ``graph`` access tokens) and serves until it is stopped; every exchange goes to LOG.
"""

import json
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

from deepday_sandbox.filling import filled_office
from deepday_sandbox.google import CLIENT_ID, GoogleFace
from deepday_sandbox.microsoft import App, MicrosoftFace
from deepday_sandbox.office import Entry, Grant, Office, Worker
from deepday_sandbox.office.calendars import Calendar
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.office.wire import WireLog
from deepday_sandbox.people import OWNER
from deepday_sandbox.welcome import APPLICATION

SCOPES = {
    "google": frozenset(
        f"https://www.googleapis.com/auth/calendar.{name}"
        for name in ("events.owned.readonly", "calendarlist.readonly", "settings.readonly")
    ),
    "graph": frozenset({"User.Read", "Calendars.Read"}),
}
LIFE = 86_400


def office_of(people: int) -> tuple[Office, list[str]]:
    """Return an office in which that many have the owner's calendar, and their addresses."""
    office = filled_office(1)
    entries = office.calendars.find(OWNER.email).entries
    emails = [f"person{number}@example.com" for number in range(people)]
    for email in emails:
        office.people.add(Worker(email, email.partition("@")[0], OWNER.zone))
        office.calendars.add(Calendar(email, email, "Calendar", OWNER.zone))
        office.calendars.fill(email, [_as_seen_by(email, entry) for entry in entries.values()])
    return office, emails


def _as_seen_by(email: str, entry: Entry) -> Entry:
    guests = tuple(replace(guest, email=email) if guest.email == OWNER.email else guest for guest in entry.guests)
    return replace(entry, guests=guests)


def main() -> None:
    office, emails = office_of(int(sys.argv[1]))
    microsoft = MicrosoftFace(office)
    microsoft.state.register(App(APPLICATION))
    tokens = office.tokens
    rows = [
        {
            "email": email,
            "google": tokens.issue(Grant("google", email, CLIENT_ID, SCOPES["google"]), "access", LIFE, "ya29."),
            "graph": tokens.issue(Grant("graph", email, APPLICATION, SCOPES["graph"]), "access", LIFE, "EwB"),
        }
        for email in emails
    ]
    log = WireLog(office.clock, Path(sys.argv[2]))
    with serving(application(office, (GoogleFace(office), microsoft), log)) as url:
        sys.stdout.write(json.dumps({"url": url, "now": office.clock.seconds(), "people": rows}) + "\n")
        sys.stdout.flush()
        over = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: over.set())
        over.wait()


if __name__ == "__main__":
    main()
