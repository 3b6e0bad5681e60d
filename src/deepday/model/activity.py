"""Chat activity as columns: when, which way, in which conversation. Never what was said."""

from __future__ import annotations  # array[int] is no expression before Python 3.12

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class ConversationKind(StrEnum):
    """What sort of conversation a message belongs to."""

    DIRECT = "direct"  # a direct message between two people
    GROUP = "group"  # a direct message among a few people
    THREAD = "thread"  # a thread in a channel; a message at a channel's top level opens its own


class Conversation(NamedTuple):
    """A conversation under its pseudonym (a keyed hash, so that it tells nobody who takes part)."""

    pseudonym: str
    kind: ConversationKind


class Message(NamedTuple):
    """The metadata of one message by the owner, or directed at the owner.

    ``micros`` is the instant in UTC microseconds (within a conversation it is the message's identity), ``outgoing``
    is true when the owner wrote it, ``mention`` when it names the owner (derived in memory, the text is dropped).
    """

    micros: int
    outgoing: bool
    mention: bool
    conversation: Conversation


@dataclass(slots=True)
class ActivityStream:
    """Messages as parallel columns, sorted by time, each message once.

    ``at`` UTC seconds, ``micros`` the microseconds within that second, ``outgoing`` and ``mention`` 0 or 1,
    ``conversation`` an index into ``conversations``. Ties are broken by microsecond, then incoming first.
    """

    at: array[int] = field(default_factory=lambda: array("q"))
    micros: array[int] = field(default_factory=lambda: array("i"))
    outgoing: array[int] = field(default_factory=lambda: array("b"))
    mention: array[int] = field(default_factory=lambda: array("b"))
    conversation: array[int] = field(default_factory=lambda: array("i"))
    conversations: list[Conversation] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def of(cls, messages: Iterable[Message]) -> ActivityStream:
        """Build the columns from messages in any order; a message given twice counts once."""
        unique = {(item.conversation, item.micros): item for item in messages}
        stream = cls()
        index: dict[Conversation, int] = {}
        for item in sorted(unique.values(), key=lambda m: (m.micros, m.outgoing, m.conversation)):
            number = index.setdefault(item.conversation, len(index))
            second, micro = divmod(item.micros, 1_000_000)
            stream.at.append(second)
            stream.micros.append(micro)
            stream.outgoing.append(item.outgoing)
            stream.mention.append(item.mention)
            stream.conversation.append(number)
        stream.conversations.extend(index)
        return stream
