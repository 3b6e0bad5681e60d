"""The office in memory: what a vendor keeps, and the hands of everybody but deepday."""

from collections.abc import Callable
from dataclasses import dataclass
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
        self.posts: dict[str, tuple[OutgoingMessage, PostedMessage]] = {}
        self.questions: dict[str, tuple[CoverQuestion, int]] = {}
        self.answers: list[tuple[str, str, bool, int]] = []  # to which question, who, agreed, when
        self.waiting: dict[str, UrgentSignal] = {}
        self.asked_for: list[UrgentSignal] = []  # in the order of their saying; what was deleted is gone
        self.watches: dict[str, Watch] = {}
        self.hints: list[tuple[dict[str, str], bytes]] = []
        self._signals = count(1)
        self._micros = count(1)

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
        self.said.append(Said(micros, conversation, kind, outgoing, mention, text, by_bot))
        return micros

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
