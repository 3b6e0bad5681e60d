"""What the parts share that handle a person's urgent requests: the store, the ways to people, how a step is kept."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from deepday.clock import Clock
from deepday.connect import MailAnswerer, Messenger, RequestHistory, SecondChannel
from deepday.errors import DeepdayError
from deepday.model import Interval, Override, OverrideKind, Request, Responder, UrgentSignal
from deepday.route.chain import Cover
from deepday.route.machine import Step
from deepday.route.policy import RoutePolicy
from deepday.store.urgent import UrgentStore, item_row
from deepday.store.urgent_looks import Control


class Quiet(StrEnum):
    """What keeps the owner's devices from telling of a message."""

    NOTHING = "nothing"
    OURS = "ours"  # our do not disturb is still on
    THEIRS = "theirs"  # a person's own choice, not ours to lift
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BlockNow:
    """The deep-work block under way: its id and its end in UTC seconds."""

    id: str
    until: int


class People(Protocol):
    """Who is there for a person."""

    def owner(self) -> Responder:
        """Return the owner; ``chat`` is empty where it is not known."""
        ...

    def covers(self, now: int) -> Sequence[Cover]:
        """Return who may answer for the owner now."""
        ...

    def block(self, now: int) -> BlockNow | None:
        """Return the block under way."""
        ...


class Rereader(Protocol):
    """Reads a signal as it is now."""

    def signal_again(self, conversation: str, signal: str) -> UrgentSignal | None:
        """Return the signal of that id; ``None`` when it is gone."""
        ...


@dataclass(slots=True)
class Desk:
    """Where a person's urgent requests are handled.

    ``source``: where signals come from, a name for the workspace. ``secret``: what buttons are signed with.
    ``quiet``: tells what keeps the owner from hearing. ``holder`` names this process. ``name``: the owner's name.
    ``consent``: keeps whether somebody, by name, answers for the owner from now on.
    ``letters``: answers who asked by mail. ``again``: reads a signal of another source again, by the source.
    """

    store: UrgentStore
    clock: Clock
    policy: RoutePolicy
    person: str
    name: str
    source: str
    secret: bytes
    people: People
    messenger: Messenger
    holder: str
    history: RequestHistory | None = None
    second: SecondChannel | None = None
    quiet: Callable[[], Quiet] = field(default=lambda: Quiet.NOTHING)
    consent: Callable[[str, bool], object] = field(default=lambda _name, _agreed: None)
    letters: MailAnswerer | None = None
    again: dict[str, Rereader] = field(default_factory=dict)

    def take(self, before: Request, step: Step, control: Control | None = None) -> int:
        """Keep a step, with what it wants sent, and the lifting of the owner's do not disturb."""
        nothing = step.request == before and not step.items and not step.why
        if nothing:
            if control is not None:
                self.store.settle_control(control, "nothing to do")
                return 1
            return 0
        kept = self.store.apply(
            before,
            step.request,
            items=[item_row(self.person, one) for one in step.items],
            why=step.why,
            actor=step.actor,
            override=self.override(step),
            control=control,
        )
        return int(kept)

    def override(self, step: Step) -> Override | None:
        """Return the decision that lifts our do not disturb, where a step wakes the owner during a block."""
        block = self.people.block(self.now()) if step.wake else None
        if block is None:
            return None
        when = Interval(self.now(), self.now() + self.policy.wake)
        why = f"request {step.request.id}: {step.wake}"
        return Override(self.person, block.id, OverrideKind.WAKE, when, self.now(), step.actor, why)

    def said(self, request: Request) -> str:
        """Read again what was asked, where it was said; empty where that cannot be done."""
        reader = self.history if request.source == self.source else self.again.get(request.source)
        if reader is None:
            return ""
        with suppress(DeepdayError):
            found = reader.signal_again(request.conversation, request.key)
            return found.text if found is not None else ""
        return ""

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self.clock.now().timestamp())
