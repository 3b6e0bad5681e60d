"""A served office with Google's face, an account of deepday's in it, and people's hands behind its back."""

import contextlib
import json
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from deepday.connect import Feature, TokenKeeper
from deepday.connect.http import Limits
from deepday.connect.memory import MemoryTokens
from deepday.model import Audience, AutoReply, Interval, Response, Secret, TokenSet
from deepday_google.account import GoogleAccount
from deepday_google.session import Session
from deepday_google.settings import Settings
from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET, GoogleFace, google
from deepday_sandbox.google.listing import Window, expanded
from deepday_sandbox.google.recurrence import occurrences, span
from deepday_sandbox.office import Entry, Grant, Office, OfficeClock, Timed, Worker
from deepday_sandbox.office.answering import with_answer
from deepday_sandbox.office.calendars import Calendar, Guest
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.office.wire import WireLog

PREFIX: Final = "https://www.googleapis.com/auth/"
OWNER: Final = "owner@example.com"
BEN: Final = "ben@example.com"
CARA: Final = "cara@gmail.com"  # a private account
TEAM: Final = "team0@group.calendar.google.com"
CANARY: Final = "canary-nobody-may-see-this"
EVERYTHING: Final = (
    "calendar.events.owned",
    "calendar.events.readonly",
    "calendar.calendarlist.readonly",
    "gmail.settings.basic",
    "calendar.app.created",
)
ALLOWED: Final = frozenset({Feature.BLOCKS, Feature.REPLIES, Feature.ANSWERS, Feature.OWN_CALENDAR})


class Exchanges(WireLog):
    """The wire log, and what was asked since it was last forgotten: method, path, status."""

    def __init__(self, clock: OfficeClock) -> None:
        super().__init__(clock)
        self.seen: list[tuple[str, str, int]] = []

    def write(
        self,
        vendor: str,
        request: tuple[str, str, dict[str, str], bytes],
        response: tuple[int, dict[str, str], bytes],
        at: float,
    ) -> None:
        self.seen.append((request[0], request[1], response[0]))
        super().write(vendor, request, response, at)


@dataclass
class GoogleOffice:
    """Satisfies the protocols of :mod:`deepday.testing.vendor` for the owner's account."""

    office: Office
    face: GoogleFace
    url: str
    exchanges: Exchanges
    inbox: "queue.Queue[tuple[dict[str, str], bytes]]" = field(default_factory=queue.Queue)
    hints: str = ""
    made: int = 0

    def asked(self) -> list[str]:
        """Return method and path of the requests since the last call, without what follows the question mark."""
        seen, self.exchanges.seen = self.exchanges.seen, []
        return [f"{method} {path.partition('?')[0]}" for method, path, _ in seen]

    def tokens(self, email: str = OWNER, scopes: Sequence[str] = EVERYTHING) -> TokenSet:
        """Return what a sign-in would have left."""
        grant = Grant("google", email, CLIENT_ID, frozenset(PREFIX + name for name in scopes))
        now = self.now()
        return TokenSet(
            access=Secret(self.office.tokens.issue(grant, "access", 3600, "ya29.")),
            refresh=Secret(self.office.tokens.issue(grant, "refresh", 0, "1//0")),
            cache=Secret(json.dumps({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET})),
            obtained_at=now,
            expires_at=now + 3599,
            scopes=grant.scopes,
        )

    @contextlib.contextmanager
    def account(
        self,
        email: str = OWNER,
        scopes: Sequence[str] = EVERYTHING,
        *,
        page_size: int = 2500,
        limits: Limits | None = None,
        keeper: TokenKeeper | None = None,
        base_url: str = "",
        allowed: frozenset[Feature] = ALLOWED,
    ) -> Iterator[GoogleAccount]:
        """Open somebody's account as the connector does."""
        clock = self.office.clock
        kept = keeper or MemoryTokens(self.tokens(email, scopes), clock)
        settings = Settings(allowed=allowed, base_url=base_url or self.url)
        with Session(settings, email, kept, clock, limits or Limits()) as session:
            yield GoogleAccount(session, page_size)

    def now(self) -> int:
        return self.office.clock.seconds()

    def pass_time(self, seconds: int) -> None:
        self.office.clock.advance(seconds)

    def calendar(self) -> str:
        return OWNER

    def stored(self, calendar: str = OWNER) -> Calendar:
        return self.office.calendars.find(calendar)

    def add_event(self, when: Interval, title: str = "") -> str:
        return self.add(timed(when), title=title)

    def add_series(self, times: Sequence[Interval], title: str = "") -> str:
        return self.add(timed(times[0]), title=title, recurrence=(f"RRULE:FREQ=DAILY;COUNT={len(times)}",))

    def add(self, when: Any, *, calendar: str = OWNER, **more: Any) -> str:
        """Add an entry of the office's; return its id."""
        self.made += 1
        with self.office.lock:
            name = f"event{self.made:04}"
            entry = Entry(name, more.pop("uid", f"{name}@example.com"), when, **more)
            return self.office.calendars.create(calendar, entry).id

    def move_event(self, handle: str, when: Interval) -> None:
        with self.office.lock:
            entry = self.stored().entries[handle]
            if entry.recurrence:
                self._put(replace(self._occurrence(entry, 0), when=timed(when)))
            else:
                self.office.calendars.update(OWNER, replace(entry, when=timed(when), sequence=entry.sequence + 1))

    def delete_occurrence(self, handle: str, number: int) -> None:
        with self.office.lock:
            self._put(replace(self._occurrence(self.stored().entries[handle], number), cancelled=True))

    def delete_event(self, handle: str) -> None:
        with self.office.lock:
            self.office.calendars.delete(OWNER, handle)

    def invite(self, times: Sequence[Interval], title: str = "", organiser: str = BEN, others: int = 1) -> str:
        rest = tuple(Guest(f"guest{number}@example.com") for number in range(others - 1))
        guests = (Guest(organiser, response=Response.ACCEPTED), Guest(OWNER), *rest)
        rule = (f"RRULE:FREQ=DAILY;COUNT={len(times)}",) if len(times) > 1 else ()
        more: dict[str, Any] = {"title": title, "organiser": organiser, "guests": guests, "recurrence": rule}
        handle = self.add(timed(times[0]), **more)
        if self.office.people.find(organiser):
            self.add(timed(times[0]), calendar=organiser, uid=f"{handle}@example.com", **more)
        return handle

    def respond(self, handle: str, response: Response) -> None:
        with self.office.lock:
            entry = self.stored().entries[handle]
            self.office.calendars.update(OWNER, with_answer(entry, OWNER, response, ""))

    def responses(self, handle: str) -> list[Response]:
        with self.office.lock:
            rows = [row for row in expanded(self.stored(), Window(), deleted=False) if handle in {row.id, row.series}]
        ordered = sorted(rows, key=lambda row: span(row.when, "UTC"))
        return [guest.response for row in ordered for guest in row.guests if guest.email == OWNER]

    def organisers_told(self) -> list[tuple[str, str]]:
        return [(one.response, one.words) for one in self.office.calendars.told]

    def kill_cursors(self) -> None:
        with self.office.lock:
            self.office.calendars.forget()

    def events(self) -> list[tuple[Interval, str]]:
        with self.office.lock:
            rows = list(expanded(self.stored(), Window(), deleted=False))
        return sorted((Interval(*span(row.when, "UTC")), row.title) for row in rows)

    def put_auto_reply(self, value: AutoReply) -> None:
        stored: dict[str, Any] = {
            "enableAutoReply": value.enabled,
            "responseBodyPlainText": value.text,
            "responseSubject": value.subject,
            "restrictToDomain": value.audience is Audience.NONE,
            "restrictToContacts": value.audience is Audience.CONTACTS,
        }
        if value.until:
            stored |= {"startTime": str(value.start * 1000), "endTime": str(value.until * 1000)}
        with self.office.lock:
            self.office.settings.reply(OWNER).google = {name: one for name, one in stored.items() if one}

    def shown_auto_reply(self) -> AutoReply:
        with self.office.lock:
            stored = dict(self.office.settings.reply(OWNER).google)
        until = int(stored.get("endTime", "0")) // 1000
        audience = Audience.CONTACTS if stored.get("restrictToContacts") else Audience.ALL
        return AutoReply(
            enabled=stored.get("enableAutoReply", False) and not 0 < until <= self.now(),
            text=stored.get("responseBodyPlainText", ""),
            subject=stored.get("responseSubject", ""),
            start=int(stored.get("startTime", "0")) // 1000,
            until=until,
            audience=Audience.NONE if stored.get("restrictToDomain") else audience,
        )

    def delivered_hints(self) -> list[tuple[dict[str, str], bytes]]:
        """Return the messages, but those that say only that a channel begins."""
        return [message for message in self.messages() if message[0]["X-Goog-Resource-State"] != "sync"]

    def messages(self) -> list[tuple[dict[str, str], bytes]]:
        self.face.settle()
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.inbox.get_nowait())
        return found

    def forged(self, headers: Mapping[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        return {**headers, "X-Goog-Channel-Token": "guessed"}, body

    def _occurrence(self, master: Entry, number: int) -> Entry:
        original = list(occurrences(master, "UTC", None, None))[number]
        assert isinstance(original, datetime)
        assert isinstance(master.when, Timed)
        when = Timed(original, original + (master.when.end - master.when.start), "UTC")
        self.made += 1
        name = f"changed{self.made:04}"
        return replace(master, id=name, when=when, recurrence=(), series=master.id, original=original, version=0)

    def _put(self, entry: Entry) -> None:
        self.office.calendars.create(OWNER, entry)


def timed(when: Interval, zone: str = "UTC") -> Timed:
    """Return an interval as wall times of UTC."""
    start, end = (datetime.fromtimestamp(at, UTC).replace(tzinfo=None) for at in (when.start, when.end))
    return Timed(start, end, zone)


@contextlib.contextmanager
def google_office(office: Office | None = None) -> Iterator[GoogleOffice]:
    """Serve an office with two colleagues and a private account; the clock stands at noon UTC, 2026-03-10."""
    office = office or small_office()
    google(office)
    face = GoogleFace(office)
    exchanges = Exchanges(office.clock)
    with serving(application(office, [face], exchanges)) as url:
        yield GoogleOffice(office, face, url, exchanges)


def small_office() -> Office:
    office = Office(clock=OfficeClock(datetime(2026, 3, 10, 12, tzinfo=UTC)))
    for email in (OWNER, BEN, CARA):
        office.people.add(Worker(email, email.partition("@")[0].title(), "UTC", workspace=email != CARA))
        office.calendars.add(Calendar(email, email, email, "UTC"))
    office.calendars.add(Calendar(TEAM, OWNER, "Team", "Europe/Berlin", primary=False))
    return office


@contextlib.contextmanager
def receiving(world: GoogleOffice) -> Iterator[GoogleOffice]:
    """Take hints for the world, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            world.inbox.put((dict(self.headers.items()), b""))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        world.hints = f"https://127.0.0.1:{server.server_port}/hints"
        yield world
        server.shutdown()
        thread.join()
