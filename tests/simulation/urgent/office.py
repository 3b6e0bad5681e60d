"""The chat of an office with the odd behaviours of a real vendor, and a witness of everything that is sent."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from deepday.clock import Clock
from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.errors import GoneError, OutcomeUnknownError, ReconnectNeededError, RetryLaterError
from deepday.model import Door, OutgoingMessage, PostedMessage, SignalPage, UrgentSignal

WAITS = (0, 60, 300)
"""Seconds before each further try of a delivery; then the vendor gives up."""

_PATIENCE = 10

INTERACTIVE = frozenset({Door.COMMAND, Door.PRESS, Door.SHORTCUT, Door.ALERT, Door.FORM})
"""Doors whose sender is told at once when it did not work, and has to try again."""


@dataclass(slots=True)
class Moods:
    """How often what goes wrong, each between 0 and 1."""

    lost_before: float = 0.0  # the request never arrived, and nobody knows
    lost_after: float = 0.0  # it took effect, the reply was lost
    busy: float = 0.0
    down: float = 0.0
    push_lost: float = 0.0  # a delivery that never comes, at any try
    push_double: float = 0.0
    push_swap: float = 0.0

    @classmethod
    def drawn(cls, chance: random.Random) -> "Moods":
        def rate(most: float) -> float:
            return chance.choice((0.0, 0.0, most / 4, most))

        return cls(*(rate(most) for most in (0.15, 0.2, 0.15, 0.15, 0.3, 0.3, 0.3)))


@dataclass(slots=True)
class Delivery:
    """A signal under way. ``number``: the vendor's id of this event, another one for each delivery of a double."""

    signal: UrgentSignal
    number: int
    due: int
    attempt: int = 0


@dataclass(slots=True)
class Post:
    """A message of ours as the vendor has it."""

    message: OutgoingMessage
    posted: PostedMessage


class ChatOffice(MemoryOffice):
    """People who write, a vendor that delivers, and its history."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        super().__init__(clock, page_size=3)
        self.chance = chance
        self.moods = Moods()
        self.push = True
        self.revoked = False
        self.under_way: list[Delivery] = []
        self.blocked: set[str] = set()
        self.sent: list[Post] = []
        self.refused: set[str] = set()  # commands and presses whose sender was told that they did not work
        self.given_up: set[str] = set()  # tried as often as the vendor does, and never acknowledged
        self._events = 0

    def happens(self, rate: float) -> bool:
        return rate > 0 and self.chance.random() < rate

    def offer(self, signal: UrgentSignal) -> None:
        """Put a signal on its way."""
        interactive = signal.door in INTERACTIVE
        if not interactive and not self.push:
            return
        if not interactive and self.happens(self.moods.push_lost):
            return
        copies = 2 if not interactive and self.happens(self.moods.push_double) else 1
        for _ in range(copies):
            self._events += 1
            self.under_way.append(Delivery(signal, self._events, self.now()))
        if self.happens(self.moods.push_swap):
            self.chance.shuffle(self.under_way)

    def due(self) -> list[Delivery]:
        """Return what is to be delivered now, and give up what was tried too often, or is not waited for any more."""
        now = self.now()
        for one in list(self.under_way):
            if (
                one.signal.door in INTERACTIVE and now > one.due + 3
            ):  # its sender sees that it did not work, and nothing comes again
                self.under_way.remove(one)
                self.refused.add(one.signal.id)
                continue
            while one in self.under_way and now - one.due > _PATIENCE:  # nobody was there
                self.tried(one, one.due)
        return [one for one in self.under_way if one.due <= now]

    def tried(self, one: Delivery, at: int) -> None:
        """Note a try; an acknowledgement takes it off the list."""
        if one.attempt >= len(WAITS):
            self.under_way.remove(one)
            self.given_up.add(one.signal.id)
            return
        one.due = at + max(1, WAITS[one.attempt])
        one.attempt += 1


@dataclass(slots=True)
class Eyes:
    """Called around what an account does; the oracle fills it in."""

    acknowledged: Callable[[UrgentSignal], None] = field(default=lambda _: None)
    posting: Callable[[OutgoingMessage], None] = field(default=lambda _: None)
    posted: Callable[[OutgoingMessage], None] = field(default=lambda _: None)


class ChatAccount(MemoryAccount):
    """The account as one installation sees it; the process may die around every call."""

    office: ChatOffice

    def __init__(self, office: ChatOffice, boundary: Callable[[str], None], eyes: Eyes) -> None:
        super().__init__(office)
        self.boundary = boundary
        self.eyes = eyes
        self.delivered: dict[str, list[Delivery]] = {}

    # Coming in

    def signals(self, seconds: float) -> Iterator[UrgentSignal]:
        del seconds
        self._before("signals")
        for one in self.office.due():
            self.office.tried(one, self.office.now())
            self.delivered.setdefault(one.signal.id, []).append(one)
            self.boundary("a signal arrives")
            yield replace(one.signal, attempt=one.attempt)

    def acknowledge(self, signal: UrgentSignal) -> None:
        self.boundary("acknowledge: before")
        self.eyes.acknowledged(signal)
        for one in self.delivered.pop(signal.id, []):
            if one in self.office.under_way:
                self.office.under_way.remove(one)
        self.boundary("acknowledge: after")

    def watched_conversations(self) -> Sequence[str]:
        self._before("watched")
        return super().watched_conversations()

    def signals_since(self, conversation: str, since: int, more: str = "") -> SignalPage:
        self._before("history")
        page = super().signals_since(conversation, since, more)
        self.boundary("history: read")
        return page

    def signal_again(self, conversation: str, signal: str) -> UrgentSignal | None:
        self._before("read again")
        return super().signal_again(conversation, signal)

    # Going out

    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        self.eyes.posting(message)
        self._before("post")
        if message.to in self.office.blocked:
            raise GoneError("The conversation is closed to us.")
        if self.office.happens(self.office.moods.lost_before):
            raise OutcomeUnknownError("The answer was lost.")
        known = self.find(message.key) if again else None
        if known is None:
            number = len(self.office.sent) + 1
            known = PostedMessage(message.key, f"message{number}", message.to, self.office.now())
            self.office.sent.append(Post(message, known))
            self.eyes.posted(message)
        self.boundary("post: after")
        if self.office.happens(self.office.moods.lost_after):
            raise OutcomeUnknownError("The answer was lost.")
        return known

    def find(self, key: str) -> PostedMessage | None:
        return next((one.posted for one in self.office.sent if one.message.key == key), None)

    def _before(self, call: str) -> None:
        office, moods = self.office, self.office.moods
        self.boundary(f"{call}: before")
        if office.revoked:
            raise ReconnectNeededError("The grant was withdrawn.", "Sign in again.")
        if office.happens(moods.busy):
            raise RetryLaterError("Too many calls.", after=office.chance.choice((1, 5, 20)))
        if office.happens(moods.down):
            raise RetryLaterError("The service is down.")
