"""The office in memory: what a vendor keeps, and the hands of everybody but deepday."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

from deepday.clock import Clock
from deepday.connect.memory.calendars import CalendarSide
from deepday.model import (
    AutoReply,
    ConversationKind,
    CoverQuestion,
    DoNotDisturb,
    OutgoingMessage,
    PostedMessage,
    Presence,
    Status,
    UrgentSignal,
    Watch,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A chat message as the office has it: with its text."""

    micros: int
    conversation: str
    kind: ConversationKind
    outgoing: bool
    mention: bool
    text: str
    by_bot: bool = False
    deleted: bool = False


def no_fault(call: str, moment: str) -> None:
    """Let everything succeed."""


class MemoryOffice(CalendarSide):
    """The vendor and everybody in the office.

    ``clock`` tells when settings end. ``fault`` is called as ``fault("create_event", "before")`` and with ``"after"``
    around every call of an account; what it raises is what the caller gets, before or after the call took effect.
    ``page_size``: objects or messages on a page. Not to be shared by threads.
    """

    def __init__(self, clock: Clock, page_size: int = 3) -> None:
        super().__init__()
        self.clock = clock
        self.page_size = page_size
        self.fault: Callable[[str, str], None] = no_fault
        self.status = Status()
        self.do_not_disturb = DoNotDisturb()
        self.auto_reply = AutoReply()
        self.presence = Presence()
        self.said: list[Said] = []
        self.chat_epoch = 0
        self.line = 0  # 0: nobody is connected
        self.undelivered: dict[str, tuple[Said, bool]] = {}  # what is to be heard; the truth value: it was deleted
        self.posts: dict[str, tuple[OutgoingMessage, PostedMessage]] = {}
        self.questions: dict[str, tuple[CoverQuestion, int]] = {}
        self.answers: list[tuple[str, str, bool, int]] = []  # to which question, who, agreed, when
        self.told: list[tuple[str, str]] = []  # what organisers were told: answer, words
        self.waiting: dict[str, UrgentSignal] = {}
        self.asked_for: list[UrgentSignal] = []  # in the order of their saying; what was deleted is gone
        self.watches: dict[str, Watch] = {}
        self.hints: list[tuple[dict[str, str], bytes]] = []
        self._signals = count(1)
        self._micros = count(1)
        self._deliveries = count(1)
        self._lines = count(1)

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self.clock.now().timestamp())

    def say(
        self,
        text: str,
        *,
        conversation: str = "Ada",
        kind: ConversationKind = ConversationKind.DIRECT,
        outgoing: bool = False,
        mention: bool = False,
        by_bot: bool = False,
    ) -> int:
        """Let somebody write a message now; return its instant in UTC microseconds."""
        micros = self.now() * 1_000_000 + next(self._micros)
        said = Said(micros, conversation, kind, outgoing, mention, text, by_bot)
        self.said.append(said)
        self._deliver(said, deleted=False)
        return micros

    def unsay(self, at: int) -> None:
        """Let the author of a message delete it."""
        [said] = [one for one in self.said if one.micros == at]
        self.said[self.said.index(said)] = replace(said, deleted=True)
        self._deliver(said, deleted=True)

    def open_line(self) -> int:
        """Connect somebody who listens; return the number of the connection."""
        self.line = next(self._lines)
        return self.line

    def drop_line(self) -> None:
        """Lose the connection: what is said before there is another one is not delivered."""
        self.line = 0

    def unheard(self) -> int:
        """Return how many deliveries were not acknowledged."""
        return len(self.undelivered)

    def _deliver(self, said: Said, *, deleted: bool) -> None:
        if self.line:
            self.undelivered[f"delivery{next(self._deliveries)}"] = (said, deleted)

    def kill_chat_cursors(self) -> None:
        """Forget every cursor into the messages."""
        self.chat_epoch += 1

    def posted(self) -> list[tuple[str, str]]:
        """Return receiver and text of every message that an account posted, in order."""
        return [(message.to, message.text) for message, _ in self.posts.values()]

    def asked(self) -> list[tuple[str, str]]:
        """Return receiver and text of every question that was asked, in order."""
        return [(question.to, question.text) for question, _ in self.questions.values()]

    def answer(self, key: str, person: str, *, agreed: bool) -> None:
        """Let somebody answer a question."""
        self.answers.append((key, person, agreed, self.now()))

    def organisers_told(self) -> list[tuple[str, str]]:
        """Return the answers to invitations of which organisers were told, with their words, in order."""
        return list(self.told)

    def signal(self, text: str, sender: str = "Grace") -> str:
        """Let somebody ask for the owner urgently; return the signal's id."""
        made = UrgentSignal(f"signal{next(self._signals)}", self.now(), sender, "incidents", text, attempt=0)
        self.waiting[made.id] = made
        self.asked_for.append(made)
        return made.id

    def unacknowledged(self) -> list[str]:
        """Return the ids of signals that the vendor still wants to deliver."""
        return list(self.waiting)

    def delivered_hints(self) -> list[tuple[dict[str, str], bytes]]:
        """Return the hints sent so far, headers and body, and forget them."""
        sent, self.hints = self.hints, []
        return sent

    def _hint(self, calendar: str) -> None:
        for watch in self.watches.values():
            if watch.calendar == calendar and watch.until > self.now():
                headers = {"X-Watch": watch.id, "X-Secret": watch.secret.reveal()}
                self.hints.append((headers, b""))
