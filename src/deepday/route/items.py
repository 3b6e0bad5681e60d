"""Messages that are to be sent, as the outbox keeps them: for what, to whom, and no words of anybody's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a message is for."""

    REPLY = "reply"  # to the sender: until when, who covers, "It is urgent", "It can wait"
    ASK = "ask"  # to somebody who covers: take it, pass on, not urgent, wake the owner
    WAKE = "wake"  # to the owner
    TAKEN = "taken"  # to the sender: who has it
    DECLINED = "declined"  # to the sender: it was found not urgent
    INFORM = "inform"  # to those who were told: it is taken, withdrawn, can wait, was changed
    ANNOUNCE = "announce"  # to the sender: nobody could be reached
    NOTED = "noted"  # to somebody who pressed a button: what it did
    REFUSED = "refused"  # to somebody who pressed a button that is not theirs
    DIGEST = "digest"  # to the owner: what can wait
    CONSENT = "consent"  # to somebody who may cover: whether they would, and what they said


class Channel(StrEnum):
    """By which way it is sent."""

    CHAT = "chat"
    SECOND = "second"  # mail, phone


URGENT = frozenset({Kind.ASK, Kind.WAKE})
"""Kinds that take the next way when one fails."""


@dataclass(frozen=True, slots=True)
class Item:
    """A message to be sent.

    ``request``: its id, empty for a digest. ``to``: the vendor's id of a person or conversation; of the second channel,
    the person's name. ``mark`` tells apart what has the same kind and request. ``data``: what the words are made of,
    besides the request. The same ``id`` is the same message, however often it is asked for.
    """

    kind: Kind
    request: str
    to: str
    mark: str
    channel: Channel = Channel.CHAT
    thread: str = ""
    level: int = -1
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The key under which it is sent. An answer to a conversation is one whatever it answers to."""
        about = "-" if self.kind is Kind.REPLY else self.request or "-"
        return "/".join((about, self.kind, self.mark, *([] if self.channel is Channel.CHAT else ["2"])))
