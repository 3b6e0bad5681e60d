"""The account: what it can do, and what it cannot."""

from deepday.connect import Capabilities, Degraded, Port
from deepday_caldav.reading import Reading
from deepday_caldav.writing import Writing

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


class CaldavAccount(Reading, Writing):
    """One account on a CalDAV server (:class:`deepday.connect.Account`)."""

    def capabilities(self) -> Capabilities:
        """Say what can be done: calendars, and events of ours where the owner allowed it."""
        if not self._settings.blocks:
            return Capabilities(frozenset({Port.CALENDAR_READER}), (_READ_ONLY, *_MISSING))
        return Capabilities(frozenset({Port.CALENDAR_READER, Port.EVENT_WRITER}), (_PLAIN, _FORGETS, *_MISSING))

    def clock_skew(self) -> float | None:
        """Return the difference that the last answer's Date showed."""
        return self._dav.skew
