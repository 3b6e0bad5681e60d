"""The office in memory with the odd behaviours of real vendors, and a witness of every write.

The witness is asked before and after every call of an account; it is what checks that nothing is done that must not be.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from deepday.clock import Clock
from deepday.connect import Restored, restoration
from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.errors import ConflictError, DeepdayError, OutcomeUnknownError, ReconnectNeededError, RetryLaterError
from deepday.model import (
    EMPTY,
    AnySetting,
    EventDraft,
    Interval,
    Presence,
    SettingKind,
    Status,
    WrittenEvent,
)
from deepday.reconcile.devices import MARKER as LEASE
from deepday.testing import TurnedClock

ATTRIBUTE = {
    SettingKind.STATUS: "status",
    SettingKind.DO_NOT_DISTURB: "do_not_disturb",
    SettingKind.AUTO_REPLY: "auto_reply",
    SettingKind.PRESENCE: "presence",
}


@dataclass(slots=True)
class Oddities:
    """How often what goes wrong, each between 0 and 1; ``stale`` in seconds."""

    lost_before: float = 0.0  # the request never arrived, and nobody knows
    lost_after: float = 0.0  # it took effect, the reply was lost
    busy: float = 0.0  # 429 with Retry-After
    down: float = 0.0  # 5xx without
    conflict: float = 0.0  # 412 without cause
    no_effect: float = 0.0  # 200, and nothing happened
    stale: int = 0  # reads show what was there so long ago
    short_list: float = 0.0  # a listing that lacks some
    empty_list: float = 0.0  # a calendar that seems to hold nothing of ours
    escapes: bool = False  # texts come back changed
    deaf: bool = False  # a restore is answered as if it were done, and nothing happened

    @classmethod
    def drawn(cls, chance: random.Random) -> "Oddities":
        def rate(most: float) -> float:
            return chance.choice((0.0, 0.0, most / 4, most))

        return cls(
            lost_before=rate(0.15),
            lost_after=rate(0.2),
            busy=rate(0.15),
            down=rate(0.15),
            conflict=rate(0.3),
            no_effect=rate(0.3),
            stale=chance.choice((0, 0, 10, 29)),
            short_list=rate(0.4),
            empty_list=rate(0.3),
            escapes=chance.random() < 0.3,
        )


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event in the calendar, as the vendor keeps it."""

    id: str
    key: str
    marker: str
    etag: str
    title: str
    when: Interval


@dataclass(slots=True)
class Past:
    """What a setting was, and since when; ``hand``: who put it there ("person" or the name of a device)."""

    value: AnySetting
    at: int
    hand: str
    version: int


@dataclass(slots=True)
class Reads:
    """Which version of each setting an account saw last, and since when it saw that one."""

    version: dict[SettingKind, int] = field(default_factory=dict)
    since: dict[SettingKind, int] = field(default_factory=dict)

    def saw(self, kind: SettingKind, version: int, now: int) -> None:
        if self.version.get(kind) != version:
            self.version[kind], self.since[kind] = version, now

    def forget(self) -> None:
        """Know nothing: a process that died may not have kept what it saw."""
        self.version.clear()
        self.since.clear()


class OddOffice(MemoryOffice):
    """A vendor with moods, and the person's own hands."""

    def __init__(self, clock: TurnedClock, chance: random.Random) -> None:
        super().__init__(clock)
        self.turned = clock
        self.chance = chance
        self.odd = Oddities()
        self.revoked = False
        self.expires = True
        self.vanished = False  # it says that it has none of our events
        self.settings: dict[SettingKind, list[Past]] = {
            kind: [Past(EMPTY[kind], 0, "person", 0)] for kind in SettingKind
        }

    place = "memory/ada/primary"

    def live(self) -> list[LiveEvent]:
        """Return what is in the calendar."""
        return [
            LiveEvent(one.id, one.key, one.marker, one.etag, one.title, one.times[0])
            for one in self.calendars["primary"].live()
        ]

    def pass_time(self, seconds: int) -> None:
        self.turned.turn(seconds)

    def put(self, kind: SettingKind, value: AnySetting, hand: str) -> AnySetting:
        """Let somebody set a value; return it as it is kept."""
        pasts = self.settings[kind]
        pasts.append(Past(value, self.now(), hand, pasts[-1].version + 1))
        return value

    def retitle_event(self, handle: str, title: str) -> None:
        stored = self.calendars["primary"]
        stored.put(replace(stored.objects[handle], title=title))

    def grant(self) -> None:
        """Let the person sign in again."""
        self.revoked = False

    def clear(self) -> None:
        """Let everything work from now on."""
        self.odd, self.vanished = Oddities(), False

    def shown(self, kind: SettingKind) -> AnySetting:
        return self.as_shown(kind, self.settings[kind][-1].value)

    def as_shown(self, kind: SettingKind, value: AnySetting) -> AnySetting:
        return EMPTY[kind] if self.expires and value.over(self.now()) else value

    def seen(self, kind: SettingKind) -> Past:
        """Return what a read shows: perhaps what was there a while ago."""
        pasts, when = self.settings[kind], self.now()
        if self.odd.stale:
            when -= self.chance.randrange(self.odd.stale + 1)
        return next((past for past in reversed(pasts) if past.at <= when), pasts[0])


class WatchedOffice(Protocol):
    """What a world needs of an office: a vendor's moods, the person's own hands, and what is there."""

    odd: Oddities
    expires: bool
    revoked: bool
    vanished: bool
    settings: dict[SettingKind, list[Past]]

    @property
    def place(self) -> str: ...
    def now(self) -> int: ...
    def pass_time(self, seconds: int) -> None: ...
    def put(self, kind: SettingKind, value: AnySetting, hand: str) -> AnySetting: ...
    def shown(self, kind: SettingKind) -> AnySetting: ...
    def as_shown(self, kind: SettingKind, value: AnySetting) -> AnySetting: ...
    def live(self) -> list[LiveEvent]: ...
    def add_event(self, when: Interval, title: str) -> str: ...
    def move_event(self, handle: str, when: Interval) -> None: ...
    def retitle_event(self, handle: str, title: str) -> None: ...
    def delete_event(self, handle: str) -> None: ...
    def grant(self) -> None: ...
    def clear(self) -> None: ...


class WatchedAccount(Protocol):
    """What a witness needs to know of the account that calls it."""

    device: str
    reads: Reads
    looked_at: int
    peace_until: int


@dataclass(slots=True)
class Witness:
    """Called around everything that an account does; the world fills it in."""

    wrote_setting: "Callable[[WatchedAccount, SettingKind, AnySetting, bool], None]"
    wrote_event: "Callable[[WatchedAccount, str, WrittenEvent | EventDraft], None]"
    called: "Callable[[WatchedAccount, str], None]"


class OddAccount(MemoryAccount):
    """The account as one device sees it."""

    office: OddOffice

    def __init__(
        self, office: OddOffice, device: str, boundary: Callable[[str], None], witness: Witness, clock: Clock
    ) -> None:
        super().__init__(office)
        self.device = device
        self.clock = clock
        self.skew = 0.0
        self.boundary = boundary
        self.witness = witness
        self.reads = Reads()
        self.looked_at = -10_000
        self.peace_until = 0

    def clock_skew(self) -> float:
        return self.skew

    # Settings

    def _read(self, kind: SettingKind) -> AnySetting:
        self._before(f"read {kind}", write=False)
        past = self.office.seen(kind)
        self.reads.saw(kind, past.version, self.office.now())
        self.boundary(f"read {kind}")
        return self.office.as_shown(kind, past.value)

    def _write(self, kind: SettingKind, value: AnySetting, *, restoring: bool = False) -> AnySetting:
        lost = self._before(f"set {kind}", write=True)
        settled = self._settle(kind, value, ours=not restoring)
        self.witness.wrote_setting(self, kind, value, restoring)
        ignored = kind is SettingKind.PRESENCE and self._happens(self.office.odd.no_effect)
        if not (ignored or (restoring and self.office.odd.deaf)):
            self.office.put(kind, settled, self.device)
        self._after(f"set {kind}", lost=lost)
        return settled

    def _settle(self, kind: SettingKind, value: AnySetting, *, ours: bool) -> AnySetting:
        if ours and not self.office.expires and isinstance(value, Status | Presence):
            value = replace(value, until=0)  # a vendor that keeps no end does not say that it does
        if isinstance(value, Status) and self.office.odd.escapes:
            return Status(" ".join(value.text.split()), value.emoji.replace("headphones", "headphone"), value.until)
        if kind is SettingKind.DO_NOT_DISTURB and not value.empty:
            minutes = -(-max(0, value.until - self.office.now()) // 60)
            return replace(value, until=self.office.now() + minutes * 60 if minutes else 0)
        return value

    def _restore(self, kind: SettingKind, written: Sequence[Any], before: Any) -> Restored[Any]:
        current = self._read(kind)
        done: Restored[Any] = restoration(current, written, before, EMPTY[kind], self.office.now())
        return Restored(done.done, self._write(kind, done.value, restoring=True)) if done.done == "restored" else done

    # Events

    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        self._before("find ours", write=False)
        found = list(super().find_ours(calendar, window, marker))
        if self._happens(self.office.odd.short_list) and found:
            found.pop(self.office.chance.randrange(len(found)))
        if self.office.vanished or self._happens(self.office.odd.empty_list):
            found = []
        self.looked_at = self.office.now()
        self.boundary("find ours")
        return found

    def find_event(self, calendar: str, key: str, marker: str, when: Interval | None = None) -> WrittenEvent | None:
        self._before("find event", write=False)
        found = super().find_event(calendar, key, marker, when)
        self.boundary("find event")
        return None if self.office.vanished else found

    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        lost = self._before("create lease" if draft.marker == LEASE else "create event", write=True)
        if draft.key not in self.office.calendars[calendar].objects:
            self.witness.wrote_event(self, "create", draft)
        made = super().create_event(calendar, draft)
        self._after("create event", lost=lost)
        return made

    def move_event(self, event: WrittenEvent, when: Interval) -> WrittenEvent:
        lost = self._before("move event", write=True)
        self._conflict()
        moved = super().move_event(event, when)
        self.witness.wrote_event(self, "move", moved)
        self._after("move event", lost=lost)
        return moved

    def retitle_event(self, event: WrittenEvent, title: str) -> WrittenEvent:
        lost = self._before("retitle event", write=True)
        self._conflict()
        retitled = super().retitle_event(event, title)
        self.witness.wrote_event(self, "retitle", retitled)
        self._after("retitle event", lost=lost)
        return retitled

    def delete_event(self, event: WrittenEvent) -> None:
        lost = self._before("delete event", write=True)
        self._conflict()
        before = self.office.calendars[event.calendar].objects.get(event.id)
        super().delete_event(event)
        if before is not None and not before.deleted:
            self.witness.wrote_event(self, "delete", event)
        self._after("delete event", lost=lost)

    # Moods

    def _happens(self, rate: float) -> bool:
        return rate > 0 and self.office.chance.random() < rate

    def _before(self, call: str, *, write: bool) -> bool:
        """Fail the call before it takes effect, or return whether its reply will be lost."""
        office, odd = self.office, self.office.odd
        self.boundary(f"{call}: before")
        self.witness.called(self, call)
        self.skew = (office.clock.now() - self.clock.now()).total_seconds()
        if office.revoked:
            raise ReconnectNeededError("The grant was withdrawn.", "Sign in again.")
        if self._happens(odd.busy):
            after = office.chance.choice((1, 30, 400))
            self.peace_until = office.now() + after
            raise RetryLaterError("Too many calls.", after=after)
        if self._happens(odd.down):
            raise RetryLaterError("The service is down.")
        if write and self._happens(odd.lost_before):
            raise OutcomeUnknownError("The answer was lost.")
        return write and self._happens(odd.lost_after)

    def _after(self, call: str, *, lost: bool) -> None:
        self.boundary(f"{call}: after")
        if lost:
            raise OutcomeUnknownError("The answer was lost.")

    def _conflict(self) -> None:
        if self._happens(self.office.odd.conflict):
            raise ConflictError("The event was changed meanwhile.", "It is read again.")


ResultT = TypeVar("ResultT")


class BatchingAccount(OddAccount):
    """The same at a vendor that takes several calls in one request, and answers each by itself."""

    def read_settings(self, kinds: Sequence[SettingKind]) -> dict[SettingKind, AnySetting | DeepdayError]:
        return {kind: self._part(self._read, kind) for kind in kinds}

    def set_settings(self, values: Mapping[SettingKind, AnySetting]) -> dict[SettingKind, AnySetting | DeepdayError]:
        if self._happens(self.office.odd.lost_before / 2):
            raise OutcomeUnknownError("The answer was lost.")
        return {kind: self._part(self._write, kind, value) for kind, value in values.items()}

    def restore_settings(
        self, past: Mapping[SettingKind, tuple[Sequence[AnySetting], AnySetting]]
    ) -> dict[SettingKind, Restored[AnySetting] | DeepdayError]:
        if self._happens(self.office.odd.lost_before / 2):
            raise OutcomeUnknownError("The answer was lost.")
        return {kind: self._part(self._restore, kind, *given) for kind, given in past.items()}

    def _part(self, call: Callable[..., ResultT], *given: Any) -> ResultT | DeepdayError:
        peace, self.peace_until = self.peace_until, 0  # the parts are on their way together
        try:
            return call(*given)
        except DeepdayError as error:
            return error
        finally:
            self.peace_until = max(peace, self.peace_until)


def _install() -> None:
    """Give the account the twelve methods of the four ports, each by its setting."""
    for kind, name in ATTRIBUTE.items():

        def read(self: OddAccount, kind: SettingKind = kind) -> AnySetting:
            return self._read(kind)

        def write(self: OddAccount, value: AnySetting, kind: SettingKind = kind) -> AnySetting:
            return self._write(kind, value)

        def restore(self: OddAccount, written: Sequence[Any], before: Any, kind: SettingKind = kind) -> Restored[Any]:
            return self._restore(kind, written, before)

        for verb, method in (("read", read), ("set", write), ("restore", restore)):
            setattr(OddAccount, f"{verb}_{name}", method)


_install()
