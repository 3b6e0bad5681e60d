"""A Google account: what its parts do, and what it can do at all with the consent that it has."""

from typing import Final

from deepday.connect import Capabilities, Degraded, Port
from deepday.model import EventKind
from deepday_google.blocks import BlocksPart
from deepday_google.calendars import CalendarsPart
from deepday_google.hints import HintsPart
from deepday_google.replies import RepliesPart, is_consumer
from deepday_google.scopes import BLOCKS, LIST, READ, REPLIES, SHARED
from deepday_google.session import Session

_NEEDS: Final = {
    Port.CALENDAR_READER: READ,
    Port.CHANGE_NOTIFIER: READ,
    Port.EVENT_WRITER: BLOCKS,
    Port.AUTO_REPLY_WRITER: REPLIES,
}
_NEVER: Final = (
    Degraded(
        Port.DO_NOT_DISTURB_WRITER,
        "Google Chat's do not disturb cannot be set by itself: a focus-time event sets it while the event lasts.",
    ),
    Degraded(Port.PRESENCE_WRITER, "Google Chat lets no program set the presence."),
    Degraded(Port.STATUS_WRITER, "Google Chat lets no program set the status line."),
)
_KINDS: Final = {EventKind.FOCUS_TIME: "focus-time", EventKind.OUT_OF_OFFICE: "out-of-office"}
_PRIVATE_EVENTS: Final = Degraded(
    Port.EVENT_WRITER,
    "Private accounts may have no focus-time and out-of-office events: where Google refuses them a plain busy event "
    "is used.",
)
_PRIVATE_REPLIES: Final = Degraded(
    Port.AUTO_REPLY_WRITER,
    "This account belongs to no organisation: the automatic reply goes to your contacts or to everybody.",
)
_ONE_TEXT: Final = Degraded(Port.AUTO_REPLY_WRITER, "Gmail sends everybody the same text.")


class GoogleAccount(CalendarsPart, BlocksPart, RepliesPart, HintsPart):
    """Satisfies :class:`deepday.connect.Account`, and the ports that :meth:`capabilities` names. For one thread."""

    def __init__(self, session: Session, page_size: int) -> None:
        CalendarsPart.__init__(self, session, page_size)
        BlocksPart.__init__(self, session)

    def capabilities(self) -> Capabilities:
        """Say what can be done, by the scopes that were granted and by the sort of account."""
        granted = self.session.granted()
        ports = frozenset(port for port, need in _NEEDS.items() if need.met(granted))
        missing = [
            Degraded(port, f"Google did not allow deepday to {need.what}. Run: deepday connect google {need.option}")
            for port, need in _NEEDS.items()
            if port not in ports
        ]
        missing = [Degraded(one.port, f"{one.words.strip()}.") for one in missing]
        return Capabilities(ports, (*missing, *self._limits(ports, granted), *_NEVER))

    def clock_skew(self) -> float | None:
        """Return by how many seconds Google's clock was ahead of ours at its last answer; ``None`` before one."""
        return self.session.skew

    def _limits(self, ports: frozenset[Port], granted: frozenset[str]) -> list[Degraded]:
        """Say what the announced ports do otherwise on this account."""
        private, found = is_consumer(self.session.account), []
        if Port.CALENDAR_READER in ports and not LIST.met(granted):
            words = "Google did not let deepday see the list of your calendars: only the primary one is read."
            found.append(Degraded(Port.CALENDAR_READER, words))
        elif Port.CALENDAR_READER in ports and not SHARED.met(granted):
            words = "Calendars that others share with you are not read; connect with --shared-calendars for that."
            found.append(Degraded(Port.CALENDAR_READER, words))
        if Port.EVENT_WRITER in ports:
            found += [_PRIVATE_EVENTS] * private + self._refused()
        if Port.AUTO_REPLY_WRITER in ports:
            found += [_PRIVATE_REPLIES] * private + [_ONE_TEXT]
        return found

    def _refused(self) -> list[Degraded]:
        """Say which kinds of events Google did not take, and where."""
        primary = {"primary", self.session.account}
        found = {
            f"No {_KINDS[kind]} events {'on this account' if calendar in primary else 'but in the primary calendar'}: "
            "a plain busy event is used."
            for calendar, kind in self.refused_kinds
        }
        return [Degraded(Port.EVENT_WRITER, words) for words in sorted(found)]
