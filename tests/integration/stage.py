"""A stage for the worlds of the simulation: the served office, with the real connectors.

What happened is read from the office itself and from what went over the wire, never from what a connector says. The
file is long on purpose: three vendors answer the same questions, and are read best beside each other.
"""

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from deepday.clock import Clock
from deepday.connect import Account, Capabilities, Restored, SettingsBatcher
from deepday.connect.http import Limits
from deepday.connect.memory import MemoryTokens
from deepday.errors import DeepdayError
from deepday.model import (
    EMPTY,
    AnySetting,
    Availability,
    EventDraft,
    Interval,
    Presence,
    SettingKind,
    Status,
    WrittenEvent,
    same,
)
from deepday.reconcile import ConnectedAccount, connected
from deepday.testing import TurnedClock
from deepday_google.account import GoogleAccount
from deepday_google.session import Session
from deepday_google.settings import Settings as GoogleSettings
from deepday_google.translate import tags
from deepday_microsoft import MicrosoftConnector
from deepday_microsoft.drafts import KEY_ID, MARKER_ID
from deepday_sandbox.google import GoogleFace, google
from deepday_sandbox.microsoft import ids
from deepday_sandbox.microsoft.series import extras
from deepday_sandbox.office import Entry, Fault, FaultKind, Office, OfficeClock, Timed, Worker
from deepday_sandbox.office.calendars import Calendar
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.office.settings import Settings
from deepday_sandbox.office.wire import VARIABLE, WireLog
from deepday_sandbox.slack import SlackFace
from deepday_slack import SlackConnector
from tests.connectors.google.google_office import OWNER as AT_GOOGLE
from tests.connectors.google.google_office import Exchanges as GoogleExchanges
from tests.connectors.google.google_office import GoogleOffice
from tests.connectors.microsoft.microsoft_office import _TEAMS, ADA, MicrosoftOffice
from tests.connectors.slack.slack_office import OWNER as AT_SLACK
from tests.connectors.slack.slack_office import Calls, SlackOffice
from tests.simulation.device import Device
from tests.simulation.office import ATTRIBUTE, LiveEvent, Oddities, Past, Reads, WatchedOffice, Witness

START = datetime(2023, 2, 27, 7, tzinfo=UTC)
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went over the wire once: an HTTP method, the path with its query, the status (0: no answer)."""

    vendor: str
    method: str
    path: str
    status: int
    parts: "tuple[Exchange, ...]" = ()

    @property
    def each(self) -> "tuple[Exchange, ...]":
        """The parts of a $batch; of any other request it alone."""
        return self.parts or (self,)

    @property
    def writes(self) -> bool:
        """Whether it changes something of the person's."""
        if self.parts:
            return any(one.writes for one in self.parts)
        if self.vendor == "slack":
            return self.path.partition("?")[0].rsplit("/", 1)[-1] in _SLACK_WRITES
        token = self.path.startswith(("/token", "/oauth2", "/common", "/organizations"))
        return self.method != "GET" and not token


_SLACK_WRITES = {"users.profile.set", "dnd.setSnooze", "dnd.endSnooze", "dnd.endDnd", "users.setPresence"}
_PATHS = {"google": "^/(calendar|gmail)/", "microsoft": "^/v1.0/", "slack": "^/api/"}
_WRITING = {
    "google": [(method, "^/(calendar|gmail)/") for method in ("POST", "PUT", "PATCH", "DELETE")],
    "microsoft": [(method, "^/v1.0/(?!.batch)") for method in ("POST", "PATCH", "DELETE")],
    "slack": [("POST", "^/api/(users.profile.set|users.setPresence|dnd.(setSnooze|endSnooze|endDnd))")],
}


_BATCHES_BEFORE = {"set_settings": 0, "restore_settings": 1}  # a restore looks first

_LISTED = {"google": "^/calendar/v3/calendars/[^/]+/events[?]", "microsoft": "^/v1.0/[^?]*(events|calendarView)[?]"}
_SINGLE = {"google": "^/calendar/v3/calendars/[^/]+/events/", "microsoft": "^/v1.0/[^?]*/events/"}
_NOTHING = {"google": b'{"kind": "calendar#events", "items": []}', "microsoft": b'{"value": []}'}
_JSON = {"Content-Type": "application/json"}


def _parts(request: bytes, response: tuple[int, dict[str, str], bytes]) -> tuple[Exchange, ...]:
    """Return what a $batch consists of; without an answer (status 0) the parts have none either."""
    asked = json.loads(request)["requests"]
    told = json.loads(response[2])["responses"] if response[0] == 200 else []
    status = {one["id"]: one["status"] for one in told}
    return tuple(
        Exchange("microsoft", one["method"], f"/v1.0{one['url']}", status.get(one["id"], response[0])) for one in asked
    )


_offices = count(1)


def _own_log() -> Path | None:
    """Return a log for one office: what it asks to wait for is not over in another one, at another time."""
    named = os.environ.get(VARIABLE)
    return Path(named).with_name(f"{Path(named).stem}-office-{os.getpid()}-{next(_offices)}.jsonl") if named else None


class Wire(WireLog):
    """The wire log, what went over the wire since it was last asked, and how often anything ever did."""

    def __init__(self, clock: OfficeClock) -> None:
        super().__init__(clock, _own_log())
        self.seen: list[Exchange] = []
        self.all: list[Exchange] = []

    def write(
        self,
        vendor: str,
        request: tuple[str, str, dict[str, str], bytes],
        response: tuple[int, dict[str, str], bytes],
        at: float,
    ) -> None:
        vendor_name = vendor or ("microsoft" if request[1].startswith("/v1.0/") else "google")
        parts = _parts(request[3], response) if request[1].endswith("/$batch") else ()
        self.seen.append(Exchange(vendor_name, request[0], request[1], response[0], parts))
        self.all.append(self.seen[-1])
        super().write(vendor, request, response, at)

    def taken(self) -> list[Exchange]:
        """Return what went over the wire since the last call."""
        seen, self.seen = self.seen, []
        return seen


@dataclass(slots=True)
class Served:
    """One office on loopback with three faces, in which a person has an account each."""

    office: Office
    wire: Wire
    url: str
    google: GoogleOffice
    microsoft: MicrosoftOffice
    slack: SlackOffice
    opened: ExitStack = field(default_factory=ExitStack)

    def tidy(self) -> None:
        """Let everything be as if nothing had ever happened, some days later."""
        self.opened.close()
        with self.office.lock:
            self.office.faults.clear()
            self.office.settings = Settings()
            self.office.settings.presence(ADA).sessions[_TEAMS] = ("Available", "Available", 0)
            for calendar in (AT_GOOGLE, ADA):
                self.office.calendars.find(calendar).entries.clear()
                self.office.calendars.find(calendar).earlier.clear()
            now = int(self.office.clock.now().timestamp())
            monday = (now // (7 * DAY) + 2) * 7 * DAY + 4 * DAY + 7 * 3600
            self.office.clock.turn(datetime.fromtimestamp(monday, UTC))


@contextmanager
def served() -> Iterator[Served]:
    """Serve the office."""
    office = Office(clock=OfficeClock(START, TurnedClock(START)))
    office.people.add(Worker(AT_GOOGLE, "Owner", "UTC"))
    office.people.add(Worker(ADA, "Ada Byron"))
    office.people.add(Worker("anna@example.com", "Anna Abel", slack_id=AT_SLACK))
    office.calendars.add(Calendar(AT_GOOGLE, AT_GOOGLE, AT_GOOGLE, "UTC"))
    office.calendars.add(Calendar(ADA, ADA, "Calendar", "Europe/Berlin"))
    google(office)
    microsoft = MicrosoftOffice(office=office)
    faces = (GoogleFace(office), microsoft.face, SlackFace(office))
    wire = Wire(office.clock)
    with serving(application(office, faces, wire)) as url:
        microsoft.base, faces[2].base_url = url, url
        at_google = GoogleOffice(office, faces[0], url, GoogleExchanges(office.clock))
        slack = SlackOffice(office, faces[2], url, Calls(office.clock))
        made = Served(office, wire, url, at_google, microsoft, slack)
        try:
            yield made
        finally:
            made.opened.close()


class RealOffice:
    """The served office as a world sees it: the person's own hands, and what is really there."""

    def __init__(self, there: Served, calendar: str, chance: random.Random) -> None:
        self.there = there
        self.calendar = calendar
        self.chance = chance
        self.odd = Oddities()
        self.expires = True
        self.vanished = False
        self.tokens: list[MemoryTokens] = []
        self.devices = 0
        self.settings = {kind: [Past(EMPTY[kind], 0, "person", 0)] for kind in SettingKind}
        self._revoked = False

    @property
    def vendor(self) -> Any:
        """Whose calendar it is."""
        return self.there.google if self.calendar == "google" else self.there.microsoft

    @property
    def place(self) -> str:
        return f"{self.calendar}/person/{self.vendor.calendar()}"

    def side(self, kind: SettingKind) -> str:
        """Return at which vendor the setting is."""
        return "slack" if kind in {SettingKind.STATUS, SettingKind.DO_NOT_DISTURB} else self.calendar

    def now(self) -> int:
        return self.there.office.clock.seconds()

    def pass_time(self, seconds: int) -> None:
        self.there.office.clock.advance(seconds)

    # The person's hands

    def put(self, kind: SettingKind, value: AnySetting, hand: str) -> AnySetting:
        if isinstance(value, Presence):
            if self.calendar == "google":
                return EMPTY[kind]
            if not value.empty:  # Teams shows neither who asked for "Away" nor when anything ends
                value = Presence(Availability.BE_RIGHT_BACK, self.now() + 6 * DAY)
        getattr(getattr(self.there, self.side(kind)), f"put_{ATTRIBUTE[kind]}")(value)
        return self.note(kind, hand)

    def note(self, kind: SettingKind, hand: str) -> AnySetting:
        """Keep who put there what is there now."""
        value = self.shown(kind)
        pasts = self.settings[kind]
        pasts.append(Past(value, self.now(), hand, pasts[-1].version + 1))
        return value

    def shown(self, kind: SettingKind) -> AnySetting:
        if isinstance(EMPTY[kind], Presence) and self.calendar == "google":
            return EMPTY[kind]
        shown: AnySetting = getattr(getattr(self.there, self.side(kind)), f"shown_{ATTRIBUTE[kind]}")()
        return replace(shown, until=0) if isinstance(shown, Presence) else shown

    def as_shown(self, kind: SettingKind, value: AnySetting) -> AnySetting:
        return EMPTY[kind] if value.over(self.now()) else value

    def add_event(self, when: Interval, title: str) -> str:
        handle: str = self.vendor.add_event(when, title)
        return handle

    def move_event(self, handle: str, when: Interval) -> None:
        self.vendor.move_event(handle, when)

    def retitle_event(self, handle: str, title: str) -> None:
        name = AT_GOOGLE if self.calendar == "google" else ADA
        with self.there.office.lock:
            entries = self.there.office.calendars.find(name).entries.values()
            entry = next(one for one in entries if not one.deleted and self._live(one).id == handle)
            self.there.office.calendars.update(name, replace(entry, title=title))

    def delete_event(self, handle: str) -> None:
        self.vendor.delete_event(handle)

    def live(self) -> list[LiveEvent]:
        with self.there.office.lock:
            name = AT_GOOGLE if self.calendar == "google" else ADA
            entries = list(self.there.office.calendars.find(name).entries.values())
        return [self._live(entry) for entry in entries if not (entry.deleted or entry.cancelled)]

    def _live(self, entry: Entry) -> LiveEvent:
        assert isinstance(entry.when, Timed)
        start, end = (_instant(at, entry.when.zone) for at in (entry.when.start, entry.when.end))
        if self.calendar == "google":
            name, (key, marker) = entry.id, tags(dict(entry.extra.get("google", {})))
        else:
            own = dict(extras(entry).get("properties", {}).values())
            name, key, marker = ids.of_entry(ADA, entry, immutable=True), own.get(KEY_ID, ""), own.get(MARKER_ID, "")
        return LiveEvent(name, key, marker, str(entry.version), entry.title, Interval(start, end))

    # Moods

    @property
    def revoked(self) -> bool:
        """Whether the person's administrator withdrew what deepday was allowed."""
        return self._revoked

    @revoked.setter
    def revoked(self, gone: bool) -> None:
        self._revoked = gone
        known = self.there.office.tokens
        for keeper in self.tokens:
            for token in (keeper._tokens.access, keeper._tokens.refresh):
                found = known.look_up(token.reveal())
                if found:
                    found[0].revoked = gone

    def grant(self) -> None:
        """Let the person sign in again."""
        self.revoked = False
        for keeper in self.tokens:
            keeper.save(keeper._tokens)

    def clear(self) -> None:
        self.odd, self.vanished = Oddities(), False

    def earlier(self, kind: SettingKind) -> Past:
        """Return what a read shows: perhaps what was there a while ago."""
        pasts, when = self.settings[kind], self.now() - self.chance.randrange(self.odd.stale + 1)
        return next((past for past in reversed(pasts) if past.at <= when), pasts[0])

    @contextmanager
    def showing(self, kind: SettingKind) -> Iterator[Past]:
        """Let a status be shown as it was a while ago, if the office is in that mood; what is written stays."""
        if not self.odd.stale or kind is not SettingKind.STATUS:
            yield self.settings[kind][-1]
            return
        current, past = self.shown(kind), self.earlier(kind)
        value = self.as_shown(kind, past.value)
        self.there.slack.put_status(cast("Status", value))
        yield past
        if same(self.shown(kind), value):
            self.there.slack.put_status(cast("Status", current))


def _instant(at: datetime, zone: str) -> int:
    return int(at.replace(tzinfo=ZoneInfo(zone)).timestamp())


class RealAccount:
    """An account of a real connector; around every call a witness, and what goes wrong at the vendor."""

    def __init__(self, account: Account, vendor: str, office: RealOffice, device: Device, witness: Witness) -> None:
        self.account = account
        self.vendor = vendor
        self.office = office
        self.device = device.name
        self.boundary = device.boundary
        self.witness = witness
        self.reads = Reads()
        self.looked_at = -10_000
        self.peace_until = 0
        self.written: list[str] = []  # by the call that is under way: the paths of what took effect

    def capabilities(self) -> Capabilities:
        return self.account.capabilities()

    def clock_skew(self) -> float | None:
        return self.account.clock_skew()

    # Settings

    def _read(self, kind: SettingKind) -> AnySetting:
        with self.office.showing(kind) as past:
            value: AnySetting = self._call(f"read_{ATTRIBUTE[kind]}", (), write=False)[0]
        self.reads.saw(kind, past.version, self.office.now())
        return value

    def _write(self, kind: SettingKind, value: AnySetting) -> AnySetting:
        def wrote() -> None:
            self.witness.wrote_setting(self, kind, value, False)
            self.office.note(kind, self.device)

        settled: AnySetting = self._call(f"set_{ATTRIBUTE[kind]}", (value,), write=True, wrote=wrote)[0]
        return settled

    def _restore(self, kind: SettingKind, written: Sequence[Any], before: Any) -> Restored[Any]:
        def wrote() -> None:
            self.reads.saw(kind, past.version, self.office.now())
            self.witness.wrote_setting(self, kind, self.office.as_shown(kind, before), True)
            self.office.note(kind, self.device)

        there = self.office.shown(kind)
        with self.office.showing(kind) as past:
            name = f"restore_{ATTRIBUTE[kind]}"
            restored: Restored[Any] = self._call(name, (written, before), write=True, wrote=wrote)[0]
        if self.office.odd.deaf and kind is SettingKind.STATUS:  # it answered, and then forgot
            self.office.put(kind, there, self.device)
        return restored

    # Events

    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        found: Sequence[WrittenEvent] = self._call("find_ours", (calendar, window, marker), write=False)[0]
        self.looked_at = self.office.now()
        return found

    def find_event(self, calendar: str, key: str, marker: str, when: Interval | None = None) -> WrittenEvent | None:
        found: WrittenEvent | None = self._call("find_event", (calendar, key, marker, when), write=False)[0]
        return found

    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        return self._event("create", (calendar, draft), draft)

    def move_event(self, event: WrittenEvent, when: Interval) -> WrittenEvent:
        return self._event("move", (event, when), event)

    def retitle_event(self, event: WrittenEvent, title: str) -> WrittenEvent:
        return self._event("retitle", (event, title), event)

    def delete_event(self, event: WrittenEvent) -> None:
        self._event("delete", (event,), event)

    def _event(self, what: str, given: tuple[Any, ...], event: WrittenEvent | EventDraft) -> WrittenEvent:
        def wrote() -> None:
            self.witness.wrote_event(self, what, event)

        made: WrittenEvent = self._call(f"{what}_event", given, write=True, wrote=wrote)[0]
        return made

    # Calls

    def _call(
        self, name: str, given: tuple[Any, ...], *, write: bool, wrote: Callable[[], None] = lambda: None
    ) -> tuple[Any]:
        """Call the connector while something may go wrong; tell the witness if a write took place at the vendor."""
        self.boundary(f"{name}: before")
        self.witness.called(self, name)
        fault = self._gone_wrong(write=write, call=name)
        self._vanish(name)
        self.office.there.wire.taken()
        try:
            answer = getattr(self.account, name)(*given)
        finally:
            seen = self.office.there.wire.taken()
            hit = fault is not None and fault.times == 0
            self.office.there.office.faults.clear()
            if hit and fault is not None and fault.headers:
                self.peace_until = self.office.now() + int(fault.headers["Retry-After"])
            kept = hit and fault is not None and fault.kind is FaultKind.RESET_AFTER
            parts = [part for one in seen for part in one.each if part.writes]
            self.written = [one.path for one in parts if 200 <= one.status < 300 or (one.status == 0 and kept)]
            if self.written:
                wrote()
        self.boundary(f"{name}: after")
        return (answer,)

    def _vanish(self, name: str) -> None:
        """Let the vendor say that it has nothing of ours, or list nothing."""
        odd, faults = self.office.odd, self.office.there.office.faults
        empty = odd.empty_list > 0 and name == "find_ours" and self.office.chance.random() < odd.empty_list
        if name in {"find_ours", "find_event"} and (self.office.vanished or empty):
            answer: dict[str, Any] = {"status": 200, "headers": _JSON, "content": _NOTHING[self.vendor]}
            faults.add(Fault(FaultKind.INSTEAD, _LISTED[self.vendor], "GET", -1, **answer))
            if self.office.vanished:
                faults.add(Fault(FaultKind.STATUS, _SINGLE[self.vendor], "GET", -1, status=404))

    def _gone_wrong(self, *, write: bool, call: str) -> Fault | None:
        chance, odd = self.office.chance, self.office.odd
        # Of two devices the one does not know what the other was told.
        busy = odd.busy if self.office.devices == 1 else 0.0
        wait = {"Retry-After": chance.choice(("1", "30", "400"))}
        rates = (
            (busy, Fault(FaultKind.STATUS, status=429, headers=wait)),
            (odd.down, Fault(FaultKind.STATUS, status=503)),
            (odd.lost_before if write else 0.0, Fault(FaultKind.RESET_BEFORE)),
            (odd.lost_after if write else 0.0, Fault(FaultKind.RESET_AFTER)),
        )
        for rate, fault in rates:
            if rate <= 0 or chance.random() >= rate:
                continue
            if fault.kind is FaultKind.STATUS:
                fault.path = _PATHS[self.vendor]
            elif call in _BATCHES_BEFORE:
                fault.method, fault.path, fault.skip = "POST", "^/v1.0/.batch", _BATCHES_BEFORE[call]
            else:
                fault.method, fault.path = chance.choice(_WRITING[self.vendor])
            return self.office.there.office.faults.add(fault)
        return None


class BatchingAccount(RealAccount):
    """The same where the vendor takes several calls in one request."""

    def read_settings(self, kinds: Sequence[SettingKind]) -> Mapping[SettingKind, AnySetting | DeepdayError]:
        values: Mapping[SettingKind, AnySetting | DeepdayError] = self._call("read_settings", (kinds,), write=False)[0]
        for kind in kinds:
            self.reads.saw(kind, self.office.settings[kind][-1].version, self.office.now())
        return values

    def set_settings(self, values: Mapping[SettingKind, AnySetting]) -> Mapping[SettingKind, AnySetting | DeepdayError]:
        def wrote() -> None:
            for kind, value in values.items():
                if any(_PART[kind] in path for path in self.written):
                    self.witness.wrote_setting(self, kind, value, False)
                    self.office.note(kind, self.device)

        settled: Mapping[SettingKind, AnySetting | DeepdayError] = self._call(
            "set_settings", (values,), write=True, wrote=wrote
        )[0]
        return settled

    def restore_settings(
        self, past: Mapping[SettingKind, tuple[Sequence[AnySetting], AnySetting]]
    ) -> Mapping[SettingKind, Restored[AnySetting] | DeepdayError]:
        def wrote() -> None:
            for kind, (_, before) in past.items():
                if any(_PART[kind] in path for path in self.written):
                    self.reads.saw(kind, versions[kind], self.office.now())
                    self.witness.wrote_setting(self, kind, self.office.as_shown(kind, before), True)
                    self.office.note(kind, self.device)

        versions = {kind: self.office.settings[kind][-1].version for kind in past}
        restored: Mapping[SettingKind, Restored[AnySetting] | DeepdayError] = self._call(
            "restore_settings", (past,), write=True, wrote=wrote
        )[0]
        return restored


_PART = {SettingKind.AUTO_REPLY: "mailboxSettings", SettingKind.PRESENCE: "UserPreferredPresence"}


def _install() -> None:
    """Give the account the twelve methods of the four ports, each by its setting."""
    for kind, name in ATTRIBUTE.items():

        def read(self: RealAccount, kind: SettingKind = kind) -> AnySetting:
            return self._read(kind)

        def write(self: RealAccount, value: AnySetting, kind: SettingKind = kind) -> AnySetting:
            return self._write(kind, value)

        def restore(self: RealAccount, written: Sequence[Any], before: Any, kind: SettingKind = kind) -> Restored[Any]:
            return self._restore(kind, written, before)

        for verb, method in (("read", read), ("set", write), ("restore", restore)):
            setattr(RealAccount, f"{verb}_{name}", method)


_install()


@dataclass(slots=True)
class RealStage:
    """The served office as a stage. ``calendar``: google or microsoft, which also has automatic reply and presence."""

    there: Served
    calendar: str
    office: RealOffice = field(init=False)
    accounts_of: dict[str, list[RealAccount]] = field(default_factory=dict)

    def opened(self, start: datetime, chance: random.Random) -> tuple[Clock, WatchedOffice]:
        del start
        self.there.tidy()
        self.office = RealOffice(self.there, self.calendar, chance)
        return self.there.office.clock, self.office

    def kinds(self, wanted: tuple[SettingKind, ...]) -> tuple[SettingKind, ...]:
        absent = {SettingKind.PRESENCE} if self.calendar == "google" else set()
        return tuple(kind for kind in wanted if kind not in absent) or (SettingKind.STATUS,)

    def accounts(self, device: Device, witness: Witness, kinds: tuple[SettingKind, ...]) -> list[ConnectedAccount]:
        """Open the accounts as the connectors do."""
        found = []
        self.office.devices += 1
        for vendor in (self.calendar, "slack"):
            opened = self._open(vendor, device.clock)
            made = BatchingAccount if isinstance(opened, SettingsBatcher) else RealAccount
            account = made(opened, vendor, self.office, device, witness)
            self.accounts_of.setdefault(device.name, []).append(account)
            mine = [kind for kind in kinds if self.office.side(kind) == vendor]
            calendar = self.office.vendor.calendar() if vendor == self.calendar else ""
            found.append(connected(vendor, "person", account, mine, calendar))
        return found

    def forget_waits(self, device: Device) -> None:
        for account in self.accounts_of.get(device.name, ()):
            account.peace_until = 0

    def forget_reads(self, device: Device) -> None:
        for account in self.accounts_of.get(device.name, ()):
            account.reads.forget()

    def _open(self, vendor: str, clock: Clock) -> Account:
        there = self.there
        if vendor == "google":
            keeper = MemoryTokens(there.google.tokens(), clock)
            session = there.opened.enter_context(
                Session(GoogleSettings(base_url=there.url), AT_GOOGLE, keeper, clock, Limits())
            )
            account: Account = GoogleAccount(session, 250)
        elif vendor == "microsoft":
            keeper = MemoryTokens(there.microsoft.tokens(), clock)
            options = {**there.microsoft.options(), "object-id": there.microsoft.object_id()}
            account = there.opened.enter_context(MicrosoftConnector().open_account(ADA, options, keeper, clock))
        else:
            keeper = MemoryTokens(there.slack.signed_in(AT_SLACK), clock)
            account = there.opened.enter_context(
                SlackConnector().open_account("anna", there.slack.options(), keeper, clock)
            )
        self.office.tokens.append(keeper)
        return account
