"""A served office with Google's face, and Google's own client for it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET, GoogleFace
from deepday_sandbox.office import Grant, Office, OfficeClock, Timed, Worker
from deepday_sandbox.office.calendars import Calendar
from deepday_sandbox.office.server import application, serving

PREFIX: Final = "https://www.googleapis.com/auth/"
ANNA: Final = "anna@example.com"
BEN: Final = "ben@example.com"
CARA: Final = "cara@gmail.com"  # a consumer account
TEAM: Final = "team0@group.calendar.google.com"
ZONE: Final = "Europe/Berlin"
EVERYTHING: Final = ("calendar", "gmail.settings.basic")


@dataclass
class World:
    """An office on loopback."""

    office: Office
    face: GoogleFace
    url: str
    services: list[Any] = field(default_factory=list)

    def token(self, email: str = ANNA, scopes: tuple[str, ...] = EVERYTHING) -> str:
        grant = Grant("google", email, CLIENT_ID, frozenset(PREFIX + name for name in scopes))
        return self.office.tokens.issue(grant, "access", 3600, "ya29.")

    def calendar(self, email: str = ANNA, scopes: tuple[str, ...] = EVERYTHING) -> Any:
        return self.calendar_of(credentials(token=self.token(email, scopes)))

    def calendar_of(self, signed_in: Any) -> Any:
        return self.service("calendar", "v3", f"{self.url}/calendar/v3/", signed_in)

    def gmail(self, email: str = ANNA, scopes: tuple[str, ...] = EVERYTHING) -> Any:
        return self.service("gmail", "v1", f"{self.url}/", credentials(token=self.token(email, scopes)))

    def service(self, name: str, version: str, endpoint: str, credentials: Any) -> Any:
        options = {"api_endpoint": endpoint}
        made = build(name, version, credentials=credentials, static_discovery=True, client_options=options)
        self.services.append(made)
        return made

    def refreshing(self, refresh_token: str) -> Any:
        return credentials(
            token=None,
            refresh_token=refresh_token,
            token_uri=f"{self.url}/token",
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
        )


def credentials(**given: Any) -> Any:
    return Credentials(**given)  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def google_world() -> Iterator[World]:
    """Serve an office with two colleagues and a consumer account; the clock stands at noon UTC, 2026-11-20."""
    office = Office(clock=OfficeClock(datetime(2026, 11, 20, 12, tzinfo=UTC)))
    for email, name in ((ANNA, "Anna Berg"), (BEN, "Ben Frey"), (CARA, "Cara Lind")):
        office.people.add(Worker(email, name, ZONE, workspace=email != CARA))
        office.calendars.add(Calendar(email, email, name, ZONE))
    office.calendars.add(Calendar(TEAM, ANNA, "Team", ZONE, primary=False))
    face = GoogleFace(office)
    with serving(application(office, [face])) as url:
        world = World(office, face, url)
        yield world
        for service in world.services:
            service.close()


def at(day: int, hour: int, minute: int = 0, **more: str) -> dict[str, str]:
    """Return a wall time of December 2026 as ``EventDateTime``."""
    return {"dateTime": f"2026-12-{day:02}T{hour:02}:{minute:02}:00", "timeZone": ZONE, **more}


def wall(month: int, day: int, hour: int) -> datetime:
    """Return a wall time of 2026."""
    return datetime.combine(date(2026, month, day), time(hour))


def timed(month: int, day: int, hour: int) -> Timed:
    """Return an hour of 2026 in Berlin."""
    return Timed(wall(month, day, hour), wall(month, day, hour + 1), ZONE)


def event(name: str, day: int = 1, hour: int = 9, **more: Any) -> dict[str, Any]:
    """Return an hour's event with an id of its own."""
    return {"id": name, "summary": name, "start": at(day, hour), "end": at(day, hour + 1), **more}


def refused(request: Any) -> tuple[int, str]:
    """Return status and reason of the refusal that a request meets."""
    try:
        answer = request.execute()
    except HttpError as error:
        return error.status_code, error.error_details[0]["reason"]
    raise AssertionError(f"not refused: {answer}")
