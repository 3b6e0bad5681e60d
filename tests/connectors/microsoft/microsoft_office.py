"""The sandbox office with Microsoft's face, an account opened in it, and people's hands in its calendars and Teams."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from deepday.connect import ReadContext
from deepday.connect.http import Limits
from deepday.connect.memory.tokens import MemoryTokens
from deepday.model import AutoReply, Interval, Presence, Response, Secret, Status, TokenSet
from deepday_microsoft import MicrosoftConnector
from deepday_microsoft.account import MicrosoftAccount
from deepday_microsoft.part import Tuning
from deepday_microsoft.presence import PAIRS
from deepday_microsoft.replies import reply_of, setting_of
from deepday_sandbox.microsoft import App, MicrosoftFace, ids
from deepday_sandbox.microsoft.series import Span, in_window
from deepday_sandbox.office import Entry, Office, OfficeClock, Timed, Worker
from deepday_sandbox.office.answering import with_answer
from deepday_sandbox.office.calendars import Calendar, Guest
from deepday_sandbox.office.server import Receive, Scope, Send, Switchboard, application, serving
from deepday_sandbox.office.tokens import Grant
from tests.connectors.sandbox.microsoft_world import Hook, webhook

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
# Offices that say Retry-After live before all others, so that nobody seems to come back too early in the wire log.
EARLIER = (NOW - timedelta(days=700 - number) for number in count())
CLIENT = "0b8e1a55-7c1d-4c39-9d51-6a4b0c0a9d10"
DAEMON = "5e6f7a8b-1c2d-4e3f-8a9b-0c1d2e3f4a5b"  # acts as an application, without a person
ADA, EVE = "ada@corp.example", "eve@home.example"
SCOPES = frozenset({"Calendars.ReadWrite", "MailboxSettings.ReadWrite", "Presence.Read", "Presence.ReadWrite"})
ALLOW = "blocks,replies,status,answers,own-calendar"
BEN = "ben@corp.example"
HINTS = "https://deepday.example.com"
_CLEAR = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_LASTING = 30 * 86_400  # seconds; tokens that end are the business of the sign-in tests
_SIGNS = {":headphones:": "🎧", ":tooth:": "🦷"}
_TEAMS = "8:orgid:teams"


def wall(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def timed(when: Interval) -> Timed:
    return Timed(wall(when.start), wall(when.end), "UTC")


def _small(start: datetime) -> Office:
    office = Office(clock=OfficeClock(start))
    office.people.add(Worker(ADA, "Ada Byron"))
    office.people.add(Worker(EVE, "Eve Home", workspace=False))
    for email in (ADA, EVE):
        office.calendars.add(Calendar(email, email, "Calendar", "Europe/Berlin"))
    return office


class MicrosoftOffice:
    """Satisfies the vendor protocols of :mod:`deepday.testing.vendor`, for Ada's account."""

    def __init__(self, start: datetime = NOW, office: Office | None = None) -> None:
        self.office = office or _small(start)
        self.clock = self.office.clock
        self.face = MicrosoftFace(self.office)
        self.face.state.register(App(CLIENT))
        self.office.settings.presence(ADA).sessions[_TEAMS] = ("Available", "Available", 0)  # Teams is open
        self.base = ""
        self.hook: Hook | None = None
        self._number = count(1)
        self.exchanges: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []

    # time

    def now(self) -> int:
        return self.clock.seconds()

    def pass_time(self, seconds: int) -> None:
        self.clock.advance(seconds)

    # the calendar

    def calendar(self) -> str:
        return ids.of_calendar(ADA)

    def side_calendar(self, name: str) -> str:
        self.office.calendars.add(Calendar(name, ADA, name, "Europe/Berlin", primary=False))
        return ids.of_calendar(name)

    def _handle(self, entry: Entry) -> str:
        return ids.of_entry(ADA, entry, immutable=True)

    def _entry(self, handle: str) -> Entry:
        return self.office.calendars.get(ADA, ids.item(handle).entry)

    def add_event(self, when: Interval, title: str = "", calendar: str = ADA, **more: Any) -> str:
        with self.office.lock:
            name = f"event{next(self._number):04}"
            entry = Entry(name, f"uid-{name}", timed(when), title, organiser=ADA, **more)
            return ids.of_entry(calendar, self.office.calendars.create(calendar, entry), immutable=True)

    def add_series(self, times: Sequence[Interval], title: str = "", calendar: str = ADA) -> str:
        rule = f"RRULE:FREQ=DAILY;COUNT={len(times)}"  # one a day
        return self.add_event(times[0], title, calendar, recurrence=(rule,))

    def move_event(self, handle: str, when: Interval) -> None:
        with self.office.lock:
            entry = self._entry(handle)
            if not entry.recurrence:
                self.office.calendars.update(ADA, replace(entry, when=timed(when)))
                return
            assert isinstance(entry.when, Timed)
            original = entry.when.start
            name = f"{entry.id}_{original:%Y%m%dT%H%M%SZ}"
            exception = replace(
                entry, id=name, when=timed(when), recurrence=(), series=entry.id, original=original, version=0
            )
            self.office.calendars.create(ADA, exception)

    def delete_occurrence(self, handle: str, number: int) -> None:
        with self.office.lock:
            entry = self._entry(handle)
            assert isinstance(entry.when, Timed)
            original = entry.when.start + timedelta(days=number)
            end = entry.when.end + timedelta(days=number)
            name = f"{entry.id}_{original:%Y%m%dT%H%M%SZ}"
            gone = replace(
                entry,
                id=name,
                when=Timed(original, end, "UTC"),
                recurrence=(),
                series=entry.id,
                original=original,
                cancelled=True,
                version=0,
            )
            self.office.calendars.create(ADA, gone)

    def delete_event(self, handle: str) -> None:
        with self.office.lock:
            self.office.calendars.delete(ADA, ids.item(handle).entry)

    def kill_cursors(self) -> None:
        self.office.calendars.forget()

    def events(self) -> list[tuple[Interval, str]]:
        with self.office.lock:
            items = in_window(self.office.calendars.find(ADA), _CLEAR)
        return sorted(
            (Interval(int(item.first.timestamp()), int(item.last.timestamp())), item.entry.title)
            for item in items
            if not item.entry.cancelled
        )

    # invitations

    def invite(self, times: Sequence[Interval], title: str = "", organiser: str = BEN, others: int = 1) -> str:
        guests = (Guest(ADA), *(Guest(f"guest{number}@corp.example") for number in range(others - 1)))
        rule = (f"RRULE:FREQ=DAILY;COUNT={len(times)}",) if len(times) > 1 else ()
        with self.office.lock:
            name = f"event{next(self._number):04}"
            entry = Entry(
                name, f"uid-{name}", timed(times[0]), title, organiser=organiser, guests=guests, recurrence=rule
            )
            return self._handle(self.office.calendars.create(ADA, entry))

    def respond(self, handle: str, response: Response) -> None:
        with self.office.lock:
            self.office.calendars.update(ADA, with_answer(self._entry(handle), ADA, response, ""))

    def responses(self, handle: str) -> list[Response]:
        name = ids.item(handle).entry
        with self.office.lock:
            items = [item for item in in_window(self.office.calendars.find(ADA), _CLEAR) if not item.entry.cancelled]
        mine = [item.entry for item in items if name in {item.entry.id, item.entry.series}]
        return [guest.response for entry in mine for guest in entry.guests if guest.email == ADA]

    def organisers_told(self) -> list[tuple[str, str]]:
        return [(one.response, one.words) for one in self.office.calendars.told]

    # Teams and mail

    def put_status(self, value: Status) -> None:
        content = f"{_SIGNS.get(value.emoji, value.emoji)} {value.text}".strip()
        board = self.office.settings.presence(ADA)
        if not content:
            board.message = None
            return
        board.message = {
            "message": {"content": content, "contentType": "text"},
            "expiryDateTime": _graph_time(value.until) if value.until else None,
            "until": value.until,
            "published": self.now(),
        }

    def shown_status(self) -> Status:
        message = self.office.settings.presence(ADA).message
        if message is None or 0 < message["until"] <= self.now():
            return Status()
        content = message["message"]["content"]
        for name, sign in _SIGNS.items():
            if content.startswith(sign):
                return Status(content.removeprefix(sign).strip(), name, message["until"])
        return Status(content, "", message["until"])

    def put_presence(self, value: Presence) -> None:
        board = self.office.settings.presence(ADA)
        board.preferred = None if value.empty else (*PAIRS[value.availability], value.until)

    def shown_presence(self) -> Presence:
        board = self.office.settings.presence(ADA)
        preferred = board.preferred
        if preferred is None or preferred[2] <= self.now():
            board.preferred = None
            return Presence()
        found = next(one for one, pair in PAIRS.items() if pair == preferred[:2])
        return Presence(found, preferred[2] if preferred[2] < self.now() + 7 * 86_400 else 0)

    def put_auto_reply(self, value: AutoReply) -> None:
        reply = setting_of(value, self.now())
        for name in ("internalReplyMessage", "externalReplyMessage"):  # as Outlook has it, in paragraphs
            lines = [f"<p>{html.escape(line)}</p>" for line in _texts(value)[name].splitlines()]
            reply[name] = f"<html>\r\n<body>\r\n<div>{''.join(lines)}</div>\r\n</body>\r\n</html>\r\n"
        for name in ("scheduledStartDateTime", "scheduledEndDateTime"):  # as Graph shows them
            if name in reply:
                reply[name] = {**reply[name], "dateTime": f"{reply[name]['dateTime']}.0000000"}
        self.office.settings.reply(ADA).graph = reply

    def shown_auto_reply(self) -> AutoReply:
        value = reply_of(self.office.settings.reply(ADA).graph)
        return AutoReply() if value.over(self.now()) else value

    # hints

    def delivered_hints(self) -> list[tuple[dict[str, str], bytes]]:
        self.face.postman.wait()
        assert self.hook is not None
        notes, self.hook.notes[:] = list(self.hook.notes), []
        return [({"Content-Type": "application/json"}, json.dumps({"value": [note]}).encode()) for note in notes]

    def forged(self, headers: Mapping[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        return dict(headers), re.sub(rb'"clientState": "[^"]*"', b'"clientState": "guessed"', body)

    # accounts

    def object_id(self, email: str = ADA) -> str:
        worker = self.office.people.find(email)
        assert worker is not None
        return worker.object_id

    def options(self, **more: str) -> dict[str, str]:
        return {
            "client-id": CLIENT,
            "tenant": "common",
            "cloud": "global",
            "allow": ALLOW,
            "base-url": self.base,
            **more,
        }

    def tokens(self, scopes: frozenset[str] = SCOPES, email: str = ADA) -> TokenSet:
        access = self.office.tokens.issue(Grant("graph", email, CLIENT, scopes), "access", _LASTING, "EwB")
        return TokenSet(Secret(access), obtained_at=self.now(), expires_at=self.now() + _LASTING, scopes=scopes)

    @contextmanager
    def opened(
        self,
        scopes: frozenset[str] = SCOPES,
        tuning: Tuning | None = None,
        limits: Limits | None = None,
        email: str = ADA,
        **options: str,
    ) -> Iterator[MicrosoftAccount]:
        keeper = MemoryTokens(self.tokens(scopes, email), self.clock)
        connector = MicrosoftConnector(limits, tuning)
        known = {"object-id": self.object_id(email)}
        with connector.open_account(email, {**self.options(**options), **known}, keeper, self.clock) as account:
            yield account

    def context(self, days: int = 28, email: str = ADA, *, keep_titles: bool = False) -> ReadContext:
        day = self.now() // 86_400 * 86_400
        window = Interval(day - 7 * 86_400, day + days * 86_400)
        return ReadContext(window, ZoneInfo("UTC"), email, keep_titles=keep_titles)

    def sent(self) -> list[tuple[str, str]]:
        """Return method and path of every request since the last time, and forget them."""
        found, self.exchanges[:] = list(self.exchanges), []
        return found


def _texts(value: AutoReply) -> dict[str, str]:
    return {"internalReplyMessage": value.text, "externalReplyMessage": value.text_outside}


def _graph_time(seconds: int) -> dict[str, str]:
    return {"dateTime": f"{wall(seconds):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


class Recording:
    """The application, with a list of what it was asked."""

    def __init__(self, app: Switchboard, office: MicrosoftOffice) -> None:
        self._app, self._office = app, office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._office.exchanges.append((scope["method"], scope["path"]))
            self._office.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await self._app(scope, receive, send)


@contextmanager
def serve(start: datetime = NOW, filled: Office | None = None) -> Iterator[MicrosoftOffice]:
    """An office on loopback."""
    office = MicrosoftOffice(start, filled)
    app = Recording(application(office.office, [office.face]), office)
    with serving(app) as office.base:  # type: ignore[arg-type]  # all that is served is called
        yield office


@contextmanager
def with_hook(office: MicrosoftOffice) -> Iterator[MicrosoftOffice]:
    """An address for hints, to which the office finds the way."""
    with webhook() as hook:
        office.hook = hook
        office.face.state.pushes.relays[HINTS] = hook.url.removesuffix("/hook").replace("https://", "http://")
        yield office
