"""What a live account can do, and what it cannot, in words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from deepday.connect.ports import PORT_VERSION
from deepday.connect.ports.answering import InvitationResponder
from deepday.connect.ports.making import CalendarMaker
from deepday.connect.ports.messaging import ChangeNotifier, Messenger, RequestSource
from deepday.connect.ports.reading import ActivityListener, ActivityReader, CalendarReader
from deepday.connect.ports.requests import PeopleFinder, RequestHistory
from deepday.connect.ports.settings import AutoReplyWriter, DoNotDisturbWriter, PresenceWriter, StatusWriter
from deepday.connect.ports.writing import EventWriter
from deepday.model import Audience, EventKind


class Port(StrEnum):
    """The ports of a live account, by name."""

    CALENDAR_READER = "calendar reader"
    EVENT_WRITER = "event writer"
    AUTO_REPLY_WRITER = "auto reply writer"
    STATUS_WRITER = "status writer"
    DO_NOT_DISTURB_WRITER = "do not disturb writer"
    PRESENCE_WRITER = "presence writer"
    ACTIVITY_READER = "activity reader"
    ACTIVITY_LISTENER = "activity listener"
    MESSENGER = "messenger"
    REQUEST_SOURCE = "request source"
    REQUEST_HISTORY = "request history"
    PEOPLE_FINDER = "people finder"
    CHANGE_NOTIFIER = "change notifier"
    INVITATION_RESPONDER = "invitation responder"
    CALENDAR_MAKER = "calendar maker"


_PROTOCOLS: dict[Port, type] = {
    Port.CALENDAR_READER: CalendarReader,
    Port.EVENT_WRITER: EventWriter,
    Port.AUTO_REPLY_WRITER: AutoReplyWriter,
    Port.STATUS_WRITER: StatusWriter,
    Port.DO_NOT_DISTURB_WRITER: DoNotDisturbWriter,
    Port.PRESENCE_WRITER: PresenceWriter,
    Port.ACTIVITY_READER: ActivityReader,
    Port.ACTIVITY_LISTENER: ActivityListener,
    Port.MESSENGER: Messenger,
    Port.REQUEST_SOURCE: RequestSource,
    Port.REQUEST_HISTORY: RequestHistory,
    Port.PEOPLE_FINDER: PeopleFinder,
    Port.CHANGE_NOTIFIER: ChangeNotifier,
    Port.INVITATION_RESPONDER: InvitationResponder,
    Port.CALENDAR_MAKER: CalendarMaker,
}


@dataclass(frozen=True, slots=True)
class Degraded:
    """Something of a port that this account does otherwise or not at all.

    ``words``: one sentence for its owner, like "No focus-time events on this account: a plain busy event is used."
    """

    port: Port
    words: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an account can do with the consent that it has now.

    ``ports``: those whose methods may be called. ``degraded``: what is missing from them, and what is missing
    altogether. ``port_version``: the version of the ports that the connector was written for. ``plain``: the kinds of
    events that are known to become plain busy ones there. ``reply_to``: where the vendor keeps one text of an automatic
    reply for everybody, to whom outside it can go; empty where people outside have a text of their own.
    """

    ports: frozenset[Port]
    degraded: tuple[Degraded, ...] = ()
    port_version: int = PORT_VERSION
    plain: frozenset[EventKind] = frozenset()
    reply_to: frozenset[Audience] = frozenset()


@runtime_checkable
class Account(Protocol):
    """A live account at one vendor.

    Must announce a port only if the account's kind and its granted scopes allow it. May ask the vendor once, and must
    then remember the answer. Must not announce what it has not.
    """

    def capabilities(self) -> Capabilities:
        """Say what can be done with this account now."""
        ...

    def clock_skew(self) -> float | None:
        """Return by how many seconds the vendor's clock was ahead of ours at its last answer; ``None`` before one."""
        ...


def satisfied(account: object) -> frozenset[Port]:
    """Return the ports whose methods the object has; what it announces must be among them."""
    return frozenset(port for port, protocol in _PROTOCOLS.items() if isinstance(account, protocol))
