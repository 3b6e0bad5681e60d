"""A desk over the office in memory: a block under way, a point person, a backup, and the hands of everybody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deepday.app.urgent import UrgentDesk
from deepday.app.urgent_desk import BlockNow, Quiet
from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.errors import GoneError
from deepday.model import (
    ChainRole,
    Door,
    MasterKey,
    OutgoingMessage,
    PostedMessage,
    Request,
    Responder,
    UrgentSignal,
)
from deepday.route.chain import Cover
from deepday.route.policy import RoutePolicy
from deepday.store.database import Database
from deepday.store.protecting import ProtectStore
from deepday.store.urgent import UrgentStore
from deepday.testing import TurnedClock

ADA = "ada@example.org"
OWNER, GRACE, BEN, CARA = "U_ADA", "U_GRACE", "U_BEN", "U_CARA"
CANARY = "canary: the reactor melts"
SECRET = b"a secret of the installation"


class Masters:
    """One master key, in memory."""

    key = MasterKey("m1", b"k" * 32)

    def current(self) -> MasterKey:
        return self.key

    def find(self, key_id: str) -> MasterKey | None:
        return self.key if key_id == self.key.id else None

    def add(self) -> MasterKey:
        return self.key

    def keep_only(self, key_ids: Collection[str]) -> None:
        raise AssertionError(key_ids)


@dataclass
class Team:
    """Who is there; satisfies ``People``."""

    clock: TurnedClock
    block_end: int = 0
    people: list[Cover] = field(default_factory=list)
    chat: str = OWNER

    def owner(self) -> Responder:
        return Responder(ChainRole.OWNER, ADA, self.chat)

    def covers(self, now: int) -> Sequence[Cover]:
        del now
        return self.people

    def block(self, now: int) -> BlockNow | None:
        return BlockNow("b1", self.block_end) if now < self.block_end else None


class Account(MemoryAccount):
    """An account that some people have blocked."""

    gone: frozenset[str] = frozenset()

    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        if message.to in self.gone:
            raise GoneError("The conversation is closed to us.")
        return super().post_message(message, again=again)


@dataclass
class Mail:
    """A second channel that keeps what it sends."""

    sent: list[tuple[str, str, str, str]] = field(default_factory=list)
    known: frozenset[str] = frozenset({ADA, "grace"})

    def reaches(self, name: str) -> bool:
        return name in self.known

    def send(self, name: str, subject: str, text: str, key: str) -> str:
        self.sent.append((name, subject, text, key))
        return f"<{key}@deepday>"


class Office:
    """Everything together.

    ``block``: minutes that the block under way still lasts, 0 for none. ``place``: of the store, else a file.
    """

    def __init__(self, folder: Path, *, block: int = 120, policy: RoutePolicy | None = None, place: str = "") -> None:
        self.clock = TurnedClock()
        self.office = MemoryOffice(self.clock, page_size=2)
        self.account = Account(self.office)
        self.path = folder / "store.sqlite"
        self.database = Database(place or self.path, self.clock)
        self.protecting = ProtectStore(self.database, self.clock, Masters())
        self.team = Team(
            self.clock,
            self.now() + block * 60,
            [Cover(ChainRole.POINT, "grace", GRACE), Cover(ChainRole.BACKUP, "ben", BEN)],
        )
        self.mail: Mail | None = None
        self.quiet = Quiet.NOTHING
        self.policy = policy or RoutePolicy(ZoneInfo("Europe/Berlin"))
        self.numbers = 0
        self.start()

    def start(self) -> None:
        """Begin a process anew, with what is on the disk."""
        self.store = UrgentStore(self.database, self.clock, Masters(), self.policy.retention)
        self.desk = UrgentDesk(
            self.store,
            self.clock,
            self.policy,
            ADA,
            "Ada",
            "T1",
            SECRET,
            self.team,
            self.account,
            "process",
            self.account,
            self.mail,
            lambda: self.quiet,
        )

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def signal(
        self, text: str = CANARY, door: Door = Door.COMMAND, sender: str = CARA, where: str = "D_CARA", **more: Any
    ) -> UrgentSignal:
        self.numbers += 1
        return UrgentSignal(f"T1:{where}:{self.numbers}", self.now(), sender, where, text, door=door, **more)

    def ask(self, text: str = CANARY, door: Door = Door.COMMAND, sender: str = CARA, where: str = "D_CARA") -> Request:
        """Let somebody ask, and do what is due."""
        signal = self.signal(text, door, sender, where)
        assert self.desk.receive(signal) == [True]
        self.desk.step()
        return self.found(signal)

    def found(self, signal: UrgentSignal) -> Request:
        return next(one for one in self.store.requests(ADA) if one.key == signal.id)

    def again(self, request: Request) -> Request:
        found = self.store.request(request.id)
        assert found is not None
        return found

    def posts(self, to: str = "") -> list[OutgoingMessage]:
        return [message for message, _ in self.office.posts.values() if to in {"", message.to}]

    def press(self, by: str, action: str, to: str = "") -> None:
        """Let somebody press a button of the newest message (to somebody else, with ``to``) that has it."""
        value = next(
            button.value
            for post in reversed(self.posts(to or by))
            for section in post.sections
            for button in section.buttons
            if button.action == action
        )
        self.numbers += 1
        press = UrgentSignal(
            f"T1:press:{by}:{action}:{self.numbers}",
            self.now(),
            by,
            "D",
            door=Door.PRESS,
            action=action,
            subject=value,
        )
        self.desk.receive(press)
        self.desk.step()

    def later(self, seconds: int) -> None:
        self.clock.turn(seconds)
        self.desk.step()

    def trail(self, request: Request) -> list[str]:
        """Return the stages of a request, as the audit chain has them."""
        rows = self.protecting.history(ADA)
        return [row.after for row in rows if row.subject == f"request {request.id}"]
