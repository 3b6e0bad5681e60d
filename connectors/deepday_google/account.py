"""A Google account: what its parts do, and what it can do at all with the consent that it has."""

from typing import Final

from deepday.connect import Capabilities, Degraded, Feature, Port
from deepday.model import Audience, EventKind
from deepday_google.blocks import BlocksPart
from deepday_google.calendars import CalendarsPart
from deepday_google.hints import HintsPart
from deepday_google.invitations import InvitationsPart
from deepday_google.own_calendar import OwnCalendarPart
from deepday_google.replies import RepliesPart, is_consumer
from deepday_google.scopes import ANSWERS, BLOCKS, LIST, OWN_CALENDAR, READ, REPLIES, SHARED
from deepday_google.session import Session

_NEEDS: Final = {
    Port.CALENDAR_READER: READ,
    Port.CHANGE_NOTIFIER: READ,
    Port.EVENT_WRITER: BLOCKS,
    Port.AUTO_REPLY_WRITER: REPLIES,
    Port.INVITATION_RESPONDER: ANSWERS,
    Port.CALENDAR_MAKER: OWN_CALENDAR,
}
_ASKED_FOR: Final = {Port.INVITATION_RESPONDER: Feature.ANSWERS, Port.CALENDAR_MAKER: Feature.OWN_CALENDAR}
"""Ports that stay shut unless the person allowed just this: another feature's scope would open them too."""
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
_PRIVATE_TO: Final = frozenset({Audience.CONTACTS, Audience.ALL})
_ONE_TEXT: Final = Degraded(Port.AUTO_REPLY_WRITER, "Gmail sends everybody the same text.")


_UNSEEN: Final = Degraded(
    Port.CALENDAR_MAKER,
    "Colleagues' free/busy look-ups do not see deepday's own calendar: they may still book over a block that is there.",
)
_ONLY_OWN: Final = Degraded(
    Port.EVENT_WRITER, "Blocks go into deepday's own calendar only: your primary calendar is not written."
)


class GoogleAccount(CalendarsPart, BlocksPart, RepliesPart, HintsPart, InvitationsPart, OwnCalendarPart):
    """Satisfies :class:`deepday.connect.Account`, and the ports that :meth:`capabilities` names. For one thread."""

    def __init__(self, session: Session, page_size: int) -> None:
        CalendarsPart.__init__(self, session, page_size)
        BlocksPart.__init__(self, session)

    def capabilities(self) -> Capabilities:
        """Say what can be done, by the scopes that were granted and by the sort of account."""
        granted = self.session.granted()
        ports = frozenset(port for port in _NEEDS if self._open(port, granted))
        missing = [
            Degraded(port, f"{self._shut(port, granted)}. Run: deepday connect google {need.option}")
            for port, need in _NEEDS.items()
            if port not in ports
        ]
        missing = [Degraded(one.port, f"{one.words.strip()}.") for one in missing]
        degraded = (*missing, *self._limits(ports, granted), *_NEVER)
        private = is_consumer(self.session.account)
        return Capabilities(
            ports, degraded, plain=self._plain(), reply_to=_PRIVATE_TO if private else frozenset(Audience)
        )

    def _open(self, port: Port, granted: frozenset[str]) -> bool:
        """Tell whether the port's calls are allowed, by Google and by the person."""
        allowed = self.session.settings.allowed
        if port in _ASKED_FOR and _ASKED_FOR[port] not in allowed:
            return False
        if port is Port.EVENT_WRITER:
            only_answers = Feature.ANSWERS in allowed and Feature.BLOCKS not in allowed
            return (BLOCKS.met(granted) and not only_answers) or self._open(Port.CALENDAR_MAKER, granted)
        return _NEEDS[port].met(granted) and (port is not Port.CALENDAR_MAKER or LIST.met(granted))

    def _shut(self, port: Port, granted: frozenset[str]) -> str:
        """Say who did not allow it."""
        need = _NEEDS[port]
        if need.met(granted) and (port is not Port.CALENDAR_MAKER or LIST.met(granted)):
            return f"You did not allow deepday to {need.what}"
        return f"Google did not allow deepday to {need.what}"

    def _plain(self) -> frozenset[EventKind]:
        """Return the kinds that become plain busy events, as far as it is known: on the primary calendar."""
        primary = {"primary", self.session.account}
        refused = {kind for calendar, kind in self.refused_kinds if calendar in primary}
        return frozenset(_KINDS if is_consumer(self.session.account) else refused)

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
            found += [] if BLOCKS.met(granted) else [_ONLY_OWN]
        if Port.CALENDAR_MAKER in ports:
            found.append(_UNSEEN)
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
