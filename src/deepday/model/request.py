"""Urgent requests: what reached us, who answers for it, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Door(StrEnum):
    """By which way a signal came in."""

    DIRECT = "direct"  # a direct message
    MENTION = "mention"
    COMMAND = "command"
    SHORTCUT = "shortcut"
    MAIL = "mail"
    FORM = "form"
    ALERT = "alert"  # a machine's: a failed training, a pager
    TEST = "test"
    UNPARSED = "unparsed"  # it is genuine, and makes no sense to us
    PRESS = "press"  # a button of ours
    EDIT = "edit"
    DELETION = "deletion"


ABOUT_EARLIER = frozenset({Door.PRESS, Door.EDIT, Door.DELETION})
"""Signals that ask for nothing by themselves: they are about an earlier one."""


class Verdict(StrEnum):
    """What a request is taken for when it comes in."""

    URGENT = "urgent"
    ASK = "ask"  # its sender decides
    WAIT = "wait"


class RequestState(StrEnum):
    """How far a request has come; the states of :data:`ENDS` are ends."""

    RECEIVED = "received"
    ASKED = "asked"  # the sender may say that it is urgent; else it waits for the digest
    WAITING = "waiting"  # for the digest, or for the time that the sender or the owner named
    SHOWN = "shown"  # in a digest, and not answered yet
    ROUTED = "routed"  # somebody of the chain was told
    DECLINED = "declined"  # somebody of the chain found it not urgent: the sender is being told
    ACKNOWLEDGED = "acknowledged"  # somebody of the chain took it
    ANSWERED = "answered"  # the owner says so
    DELIVERED = "delivered to owner"
    WITHDRAWN = "withdrawn"
    NOT_URGENT = "not urgent"
    JOINED = "joined"  # part of an earlier request of the same conversation
    UNDELIVERABLE = "undeliverable, announced"  # every way failed; listed until a person clears it


ENDS = frozenset(
    {
        RequestState.ACKNOWLEDGED,
        RequestState.ANSWERED,
        RequestState.DELIVERED,
        RequestState.WITHDRAWN,
        RequestState.NOT_URGENT,
        RequestState.JOINED,
        RequestState.UNDELIVERABLE,
    }
)
"""States that a request never leaves."""


class ChainRole(StrEnum):
    """Why somebody is in the chain of a request."""

    POINT = "point person"
    BACKUP = "backup"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Responder:
    """Somebody who answers for a request: ``name`` as in calendars (an address, say), ``chat`` the vendor's id."""

    role: ChainRole
    name: str
    chat: str


@dataclass(frozen=True, slots=True)
class Request:
    """An urgent request, or one that may turn out to be.

    ``id`` is short and shown to people. ``key`` is the signal's, the same each time it is delivered; with ``source`` it
    is what tells requests apart. ``at``: when it was sent, ``received_at``: when it was committed; UTC seconds, as all
    times. ``conversation``: where it was said; ``reply_to`` and ``thread``: where an answer goes. ``link`` opens it.
    ``why``: the rule that decided. ``chain``: who answers, in order; ``level``: whose turn it is. ``block`` and
    ``until``: the deep-work block it came into, and its end then. ``deadline``: when something happens by itself.
    ``final_at`` is 0 while it is open. ``evidence``: what proves the last state. ``reopens``: the ended request that
    this one takes up again. ``version`` counts the changes. There is no text here: it is sealed elsewhere, or not kept.
    """

    id: str
    person: str
    source: str
    key: str
    door: Door
    at: int
    received_at: int
    sender: str
    conversation: str
    reply_to: str = ""
    thread: str = ""
    link: str = ""
    topic: str = ""
    verdict: Verdict = Verdict.URGENT
    why: str = ""
    state: RequestState = RequestState.RECEIVED
    chain: tuple[Responder, ...] = ()
    level: int = -1
    block: str = ""
    until: int = 0
    deadline: int = 0
    final_at: int = 0
    evidence: str = ""
    reopens: str = ""
    in_digest: bool = False
    cleared: bool = False
    version: int = 0

    @property
    def open(self) -> bool:
        """Whether it has no end yet."""
        return self.state not in ENDS

    @property
    def stage(self) -> str:
        """The state in a word or two, with whose turn it is."""
        return f"{self.state} {self.level}" if self.state is RequestState.ROUTED else self.state.value

    @property
    def turn(self) -> Responder | None:
        """Who was told last and has to answer."""
        routed = self.state is RequestState.ROUTED and 0 <= self.level < len(self.chain)
        return self.chain[self.level] if routed else None

    def responder(self, chat: str) -> Responder | None:
        """Return who of the chain that were told so far, or the owner, has that id in chat."""
        told = self.chain[: self.level + 1]
        owners = [one for one in self.chain if one.role is ChainRole.OWNER]
        return next((one for one in (*told, *owners) if chat and one.chat == chat), None)


@dataclass(frozen=True, slots=True)
class ResponseTime:
    """How long a request waited until a person of the chain or the owner had it.

    ``since``: UTC seconds at which it was sent. ``seconds``: until it was had, or, censored (``answered`` is false),
    until it was last seen waiting. ``urgent``: it was routed.
    """

    since: int
    seconds: int
    answered: bool
    urgent: bool


@dataclass(frozen=True, slots=True)
class RequestProof:
    """What was checked for requests that came in from ``first`` (included) to ``last`` (not), UTC seconds.

    ``received``: signals that ask for something; ``taken_up``: ended ones whose sender said that they are urgent all
    the same, which count as requests of their own. ``ended`` by state. ``broken``: the first row of the chain that is
    not as it was written, if any. ``faults``: what does not hold, in words; none is the proof.
    """

    first: int
    last: int
    received: int
    taken_up: int
    ended: Mapping[str, int]
    open: int
    broken: int | None
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Tell whether all is proven."""
        return not self.faults
