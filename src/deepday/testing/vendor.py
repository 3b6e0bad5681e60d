"""The other side of a connector under test: what people and time do at the vendor, behind the connector's back.

Each suite says which of these it needs. Over the sandbox they change its state; over a real server they are a second
client. :class:`deepday.connect.memory.MemoryOffice`, with the additions of ``tests/contract``, is an example.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from deepday.model import AutoReply, ConversationKind, DoNotDisturb, Interval, Presence, Setting, Status

ValueT = TypeVar("ValueT", bound=Setting)


class Vendor(Protocol):
    """What every vendor has: a clock, which is also the connector's."""

    def now(self) -> int:
        """Return the present at the vendor, in UTC seconds."""
        ...

    def pass_time(self, seconds: int) -> None:
        """Turn the clock of vendor and connector forward."""
        ...


class CalendarVendor(Vendor, Protocol):
    """People's hands in the owner's primary calendar. An event's handle is the id that the connector gives it."""

    def calendar(self) -> str:
        """Return the id of the primary calendar; it is empty at first."""
        ...

    def add_event(self, when: Interval, title: str = "") -> str:
        """Add a single event; return its handle."""
        ...

    def add_series(self, times: Sequence[Interval], title: str = "") -> str:
        """Add a series with those occurrences (one a day, same time of day); return its handle."""
        ...

    def move_event(self, handle: str, when: Interval) -> None:
        """Give an event other times; of a series its first occurrence only."""
        ...

    def delete_occurrence(self, handle: str, number: int) -> None:
        """Delete one occurrence of a series, counted from 0."""
        ...

    def delete_event(self, handle: str) -> None:
        """Delete an event, or a whole series."""
        ...

    def kill_cursors(self) -> None:
        """Forget every cursor that was given out."""
        ...

    def events(self) -> list[tuple[Interval, str]]:
        """Return time and title of everything in the calendar, occurrences singly, sorted."""
        ...


class StatusVendor(Vendor, Protocol):
    """The owner's own hand on the status."""

    def put_status(self, value: Status) -> None:
        """Set the value by hand."""
        ...

    def shown_status(self) -> Status:
        """Return what is there now."""
        ...


class DoNotDisturbVendor(Vendor, Protocol):
    """The owner's own hand on do not disturb."""

    def put_do_not_disturb(self, value: DoNotDisturb) -> None:
        """Set the value by hand."""
        ...

    def shown_do_not_disturb(self) -> DoNotDisturb:
        """Return what is there now."""
        ...


class AutoReplyVendor(Vendor, Protocol):
    """The owner's own hand on the automatic reply."""

    def put_auto_reply(self, value: AutoReply) -> None:
        """Set the value by hand."""
        ...

    def shown_auto_reply(self) -> AutoReply:
        """Return what is there now."""
        ...


class PresenceVendor(Vendor, Protocol):
    """The owner's own hand on the presence."""

    def put_presence(self, value: Presence) -> None:
        """Set the value by hand."""
        ...

    def shown_presence(self) -> Presence:
        """Return what is there now."""
        ...


class ChatVendor(Vendor, Protocol):
    """People who write."""

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
        """Let the owner (``outgoing``) or somebody write now; return the instant in UTC microseconds.

        ``conversation``: the name of the other person, or of the channel.
        """
        ...

    def kill_chat_cursors(self) -> None:
        """Forget every cursor into the messages."""
        ...


class HeardVendor(ChatVendor, Protocol):
    """People who write while somebody listens."""

    def unsay(self, at: int) -> None:
        """Let the author of a message, named by its instant, delete it."""
        ...

    def drop_line(self) -> None:
        """Lose the connection over which the connector listens."""
        ...

    def unheard(self) -> int:
        """Return how many deliveries the vendor still wants acknowledged."""
        ...


class MessengerVendor(Vendor, Protocol):
    """Who receives messages."""

    def receiver(self) -> str:
        """Return the id of somebody to write to."""
        ...

    def posted(self) -> list[tuple[str, str]]:
        """Return receiver and text of every message that arrived, in order."""
        ...


class AskedVendor(Vendor, Protocol):
    """Who is asked whether they cover."""

    def receiver(self) -> str:
        """Return the id of somebody to ask."""
        ...

    def asked(self) -> list[tuple[str, str]]:
        """Return receiver and text of every question that arrived, in order."""
        ...

    def answer(self, key: str, person: str, *, agreed: bool) -> None:
        """Let somebody answer a question, in the way that its text says."""
        ...


class RequestVendor(Vendor, Protocol):
    """People who need the owner."""

    def signal(self, text: str, sender: str = "Grace") -> str:
        """Let somebody ask for the owner urgently; return the signal's id."""
        ...

    def unacknowledged(self) -> list[str]:
        """Return the ids of signals that the vendor still wants to deliver."""
        ...


class HintVendor(CalendarVendor, Protocol):
    """A vendor that sends hints."""

    def delivered_hints(self) -> list[tuple[dict[str, str], bytes]]:
        """Return the hints sent so far, headers and body, and forget them."""
        ...

    def forged(self, headers: Mapping[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        """Return the same hint as somebody would send it who does not know the secret."""
        ...
