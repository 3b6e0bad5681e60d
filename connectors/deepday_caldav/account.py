"""The account: what it can do, and what it cannot."""

from deepday.connect import Capabilities, Degraded, Port
from deepday.model import EventKind
from deepday_caldav.invitations import Invitations
from deepday_caldav.own_calendar import OwnCalendar
from deepday_caldav.writing import Writing

_KINDS = frozenset({EventKind.FOCUS_TIME, EventKind.OUT_OF_OFFICE})
_READ_ONLY = Degraded(
    Port.EVENT_WRITER, "Blocks were not allowed at sign-in: the calendar is read, and nothing is written."
)
_PLAIN = Degraded(
    Port.EVENT_WRITER, "CalDAV has no focus-time events: a plain busy event is used, and it declines no invitation."
)
_FORGETS = Degraded(
    Port.EVENT_WRITER,
    "CalDAV forgets what was deleted: only what deepday remembers keeps a deleted block from coming back.",
)
_MISSING = (
    Degraded(Port.AUTO_REPLY_WRITER, "CalDAV knows no automatic mail answer: set it in your mail program."),
    Degraded(Port.STATUS_WRITER, "CalDAV knows no status line."),
    Degraded(Port.DO_NOT_DISTURB_WRITER, "CalDAV cannot hold notifications."),
    Degraded(Port.PRESENCE_WRITER, "CalDAV knows no presence."),
    Degraded(Port.ACTIVITY_READER, "CalDAV has no messages to measure."),
    Degraded(Port.MESSENGER, "CalDAV cannot send messages."),
    Degraded(Port.REQUEST_SOURCE, "Nobody can send urgent requests through CalDAV."),
    Degraded(Port.CHANGE_NOTIFIER, "CalDAV sends no hints of changes: the calendar is asked from time to time."),
)


_NOT_ALLOWED = {
    Port.INVITATION_RESPONDER: "Invitations are not answered: connect again with --allow answers.",
    Port.CALENDAR_MAKER: "No calendar of deepday's own is made: connect again with --allow own-calendar.",
}
_TELLS_NOBODY = Degraded(
    Port.INVITATION_RESPONDER,
    "This server passes no answer on to who invites you: invitations are not answered for you.",
)
_NO_ADDRESS = Degraded(
    Port.INVITATION_RESPONDER,
    "The name with which you sign in is no mail address: which invitations are yours is not known.",
)
_UNSEEN = Degraded(
    Port.CALENDAR_MAKER,
    "Colleagues' free/busy look-ups may not see deepday's own calendar: they may still book over a block there.",
)


class CaldavAccount(OwnCalendar, Writing, Invitations):
    """One account on a CalDAV server (:class:`deepday.connect.Account`)."""

    def capabilities(self) -> Capabilities:
        """Say what can be done: calendars, and events of ours where the owner allowed it."""
        settings, ports = self._settings, {Port.CALENDAR_READER}
        degraded = [_PLAIN, _FORGETS] if settings.blocks else [_READ_ONLY]
        ports |= {Port.EVENT_WRITER} if settings.blocks else set()
        if settings.own_calendar:
            ports.add(Port.CALENDAR_MAKER)
            degraded.append(_UNSEEN)
        else:
            degraded.append(Degraded(Port.CALENDAR_MAKER, _NOT_ALLOWED[Port.CALENDAR_MAKER]))
        why = self._no_answers()
        if why is None:
            ports.add(Port.INVITATION_RESPONDER)
        else:
            degraded.append(why)
        return Capabilities(frozenset(ports), (*degraded, *_MISSING), plain=_KINDS)

    def _no_answers(self) -> Degraded | None:
        """Say why invitations cannot be answered; ``None`` when they can. Only an inbox shows that answers travel."""
        if not self._settings.answers:
            return Degraded(Port.INVITATION_RESPONDER, _NOT_ALLOWED[Port.INVITATION_RESPONDER])
        if "@" not in self._settings.user:
            return _NO_ADDRESS
        return None if self._settings.inbox else _TELLS_NOBODY

    def clock_skew(self) -> float | None:
        """Return the difference that the last answer's Date showed."""
        return self._dav.skew
