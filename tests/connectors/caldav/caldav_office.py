"""A real CalDAV server, Radicale, on loopback, and the hands of its users: the caldav library as a second client."""

import contextlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import recurring_ical_events
from caldav.davclient import DAVClient
from icalendar import Calendar
from radicale import config
from radicale.app import Application

from deepday.clock import Clock, SystemClock
from deepday.connect.http import Limits
from deepday.connect.memory import MemoryTokens
from deepday.model import Interval, Response, Secret, TokenSet
from deepday.testing import TurnedClock
from deepday_caldav.account import CaldavAccount
from deepday_caldav.auth import discover
from deepday_caldav.dav import Dav
from deepday_caldav.settings import Settings

PASSWORD = "canary-password"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False


class _Handler(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


Exchange = tuple[str, str, int]
"""Method, path and status."""


@dataclass
class Server:
    """Radicale: where it is, where it keeps things, what it was asked, and the clock that it shows; its own if none."""

    url: str
    folder: Path
    exchanges: list[Exchange] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    clock: Clock | None = None

    def add_user(self) -> str:
        """Return the name of a new user, with :data:`PASSWORD`."""
        name = f"ada{next(self.numbers)}@example.com"
        with (self.folder / "users").open("a") as users:
            users.write(f"{name}:{PASSWORD}\n")
        return name

    def asked(self) -> list[str]:
        """Return the methods of the requests since the last call."""
        methods = [method for method, _, _ in self.exchanges]
        self.exchanges.clear()
        return methods


@contextlib.contextmanager
def radicale(folder: Path) -> Iterator[Server]:
    """Serve Radicale on loopback with its storage in the folder."""
    logging.getLogger("radicale").setLevel(logging.CRITICAL)  # it logs bodies; what is heard must be ours
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "users").touch()
    settings = config.load()
    settings.update(
        {
            "auth": {
                "type": "htpasswd",
                "htpasswd_filename": str(folder / "users"),
                "htpasswd_encryption": "plain",
                "delay": "0",
            },
            "storage": {"filesystem_folder": str(folder / "storage"), "_filesystem_fsync": "False"},
        },
        "test",
        privileged=True,
    )
    app = Application(settings)
    server = Server("", folder)

    def counted(environ: Any, start_response: Callable[..., Any]) -> Any:
        def note(status: str, headers: Any, *rest: Any) -> Any:
            server.exchanges.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], int(status[:3])))
            if server.clock is not None:
                headers.append(("Date", format_datetime(server.clock.now(), usegmt=True)))
            return start_response(status, headers, *rest)

        return app(environ, note)

    with make_server("127.0.0.1", 0, counted, server_class=_Server, handler_class=_Handler) as serving:
        server.url = f"http://127.0.0.1:{serving.server_port}"
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            serving.shutdown()
            thread.join()


class People:
    """One user with a calendar, and hands in it; satisfies :class:`deepday.testing.vendor.CalendarVendor`."""

    def __init__(self, server: Server, calendars: Sequence[str] = ("work",)) -> None:
        self.server = server
        self.clock = TurnedClock()
        self.user = server.add_user()
        self._client = DAVClient(
            server.url, username=self.user, password=PASSWORD, auth_type="basic", enable_rfc6764=False
        )
        principal: Any = self._client.principal()  # type: ignore[no-untyped-call]
        self._calendars = {name: principal.make_calendar(name=name.title(), cal_id=name) for name in calendars}
        self._main = self._calendars[calendars[0]]
        self._numbers = count(1)
        server.exchanges.clear()

    def close(self) -> None:
        self._client.close()

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def pass_time(self, seconds: int) -> None:
        self.clock.turn(seconds)

    def calendar(self) -> str:
        return self.path_of("work")

    def path_of(self, name: str) -> str:
        return urlsplit(str(self._calendars[name].url)).path

    def put(self, text: str, name: str = "work") -> str:
        """Put an object of any text, as it is; return its path."""
        handle = f"{self.path_of(name)}object{next(self._numbers):04}.ics"
        self.write(handle, text)
        return handle

    def add_event(self, when: Interval, title: str = "") -> str:
        return self.add_series([when], title)

    def add_series(self, times: Sequence[Interval], title: str = "") -> str:
        rule = [f"RRULE:FREQ=DAILY;COUNT={len(times)}"] if len(times) > 1 else []
        if len(times) > 1 and times[1].start - times[0].start != 86_400:
            rule = ["RDATE:" + ",".join(_utc(when.start) for when in times[1:])]
        return self.put(event_text(f"event{next(self._numbers):03}", times[0], title, *rule))

    def invite(
        self, times: Sequence[Interval], title: str = "", organiser: str = "ben@example.org", others: int = 1
    ) -> str:
        rule = [f"RRULE:FREQ=DAILY;COUNT={len(times)}"] if len(times) > 1 else []
        guests = [f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{self.user}"]
        guests += [f"ATTENDEE:mailto:guest{number}@example.com" for number in range(others - 1)]
        uid = f"event{next(self._numbers):03}"
        lines = [*rule, f"CREATED:{_utc(self.now())}", f"ORGANIZER:mailto:{organiser}", *guests]
        return self.put(event_text(uid, times[0], title, *lines))

    def respond(self, handle: str, response: Response) -> None:
        def answer(calendar: Calendar) -> None:
            for event in calendar.walk("VEVENT"):
                rows = event["ATTENDEE"] if isinstance(event["ATTENDEE"], list) else [event["ATTENDEE"]]
                rows[0].params["PARTSTAT"] = {"needsAction": "NEEDS-ACTION"}.get(response, response.upper())

        self._edit(handle, answer)

    def responses(self, handle: str) -> list[Response]:
        found = []
        calendar = Calendar.from_ical(self.raw(handle))
        for one in recurring_ical_events.of(calendar).between((2025, 1, 1), (2028, 1, 1)):
            rows = one["ATTENDEE"] if isinstance(one["ATTENDEE"], list) else [one["ATTENDEE"]]
            said = rows[0].params["PARTSTAT"]
            found.append((one.start, Response("needsAction" if said == "NEEDS-ACTION" else said.lower())))
        return [response for _, response in sorted(found)]

    def organisers_told(self) -> list[tuple[str, str]]:
        """Radicale tells nobody."""
        return []

    def move_event(self, handle: str, when: Interval) -> None:
        def move(calendar: Calendar) -> None:
            event = calendar.walk("VEVENT")[0]
            if "RRULE" in event:
                changed = event.copy(recursive=True)
                changed.pop("RRULE")
                changed["RECURRENCE-ID"] = event["DTSTART"]
                calendar.add_component(changed)
                event = changed
            for name, at in (("DTSTART", when.start), ("DTEND", when.end)):
                event.pop(name)
                event.add(name, datetime.fromtimestamp(at, UTC))

        self._edit(handle, move)

    def delete_occurrence(self, handle: str, number: int) -> None:
        def leave_out(calendar: Calendar) -> None:
            event = calendar.walk("VEVENT")[0]
            start = int(event.decoded("DTSTART").timestamp()) + number * 86_400
            event.add("EXDATE", datetime.fromtimestamp(start, UTC))

        self._edit(handle, leave_out)

    def delete_event(self, handle: str) -> None:
        self._client.delete(self.server.url + handle)

    def kill_cursors(self) -> None:
        for kept in self.server.folder.rglob("sync-token"):
            shutil.rmtree(kept)

    def events(self) -> list[tuple[Interval, str]]:
        found = []
        for event in self._main.events():
            calendar = Calendar.from_ical(event.data)
            for one in recurring_ical_events.of(calendar).between((2025, 1, 1), (2028, 1, 1)):
                times = Interval(int(one.start.timestamp()), int(one.end.timestamp()))
                found.append((times, str(one.get("SUMMARY", ""))))
        return sorted(found)

    def raw(self, handle: str) -> str:
        """Return the text of an object as the server has it."""
        return str(self._main.event_by_url(self.server.url + handle).data)

    def write(self, handle: str, text: str) -> None:
        """Write the text of an object by hand."""
        answer = self._client.put(self.server.url + handle, text, {"Content-Type": "text/calendar; charset=utf-8"})
        assert answer.status in {201, 204}

    def _edit(self, handle: str, change: Callable[[Calendar], None]) -> None:
        calendar = Calendar.from_ical(self.raw(handle))
        change(calendar)
        self.write(handle, calendar.to_ical().decode())

    def change_password(self, password: str) -> None:
        users = self.server.folder / "users"
        users.write_text(users.read_text().replace(f"{self.user}:{PASSWORD}", f"{self.user}:{password}"))

    def tokens(self, password: str = PASSWORD) -> TokenSet:
        return TokenSet(access=Secret(password))

    def settings(self, url: str = "") -> Settings:
        """Return what a sign-in finds."""
        given = Settings(url=f"{url or self.server.url}/", user=self.user, blocks=True, answers=True, own_calendar=True)
        return discover(given, self.tokens(), self.clock)

    @contextlib.contextmanager
    def account(
        self, url: str = "", *, limits: Limits | None = None, server: str = "", inbox: str = ""
    ) -> Iterator[CaldavAccount]:
        """Open the user's account as deepday does after a sign-in; ``server`` names a row of the quirks."""
        settings = replace(self.settings(), server=server, inbox=inbox)
        home = settings.home.replace(self.server.url, url or self.server.url)
        settings = replace(settings, url=f"{url or self.server.url}/", home=home)
        self.server.exchanges.clear()
        clock = SystemClock() if limits else self.clock
        with Dav(settings, MemoryTokens(self.tokens(), self.clock), clock, limits) as dav:
            yield CaldavAccount(settings, dav)


@contextlib.contextmanager
def people(server: Server, *calendars: str) -> Iterator[People]:
    user = People(server, calendars or ("work",))
    try:
        yield user
    finally:
        user.close()


def event_text(uid: str, when: Interval, title: str = "", *lines: str) -> str:
    """Return an object with one event, with more lines in it."""
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//example//hands//EN",
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20260301T000000Z",
            f"DTSTART:{_utc(when.start)}",
            f"DTEND:{_utc(when.end)}",
            f"SUMMARY:{title}",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )


def _utc(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
