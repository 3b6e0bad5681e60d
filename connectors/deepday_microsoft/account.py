"""An account at Microsoft 365: the ports put together, and what can be done with the consent at hand."""

from deepday.connect import PORT_VERSION, Capabilities, Degraded, Feature, Port
from deepday.model import EventKind
from deepday_microsoft.calendars import Calendars
from deepday_microsoft.events import Events
from deepday_microsoft.invitations import Invitations
from deepday_microsoft.own_calendar import OwnCalendar
from deepday_microsoft.settings import CLOUDS, SCOPES
from deepday_microsoft.subscriptions import Subscriptions
from deepday_microsoft.together import Together

_PORTS = {
    Feature.BLOCKS: (Port.EVENT_WRITER,),
    Feature.REPLIES: (Port.AUTO_REPLY_WRITER,),
    Feature.STATUS: (Port.STATUS_WRITER, Port.PRESENCE_WRITER),
    Feature.ANSWERS: (Port.INVITATION_RESPONDER,),
    Feature.OWN_CALENDAR: (Port.CALENDAR_MAKER,),
}
_WITHOUT = {
    Port.EVENT_WRITER: "Blocks are not written into the calendar",
    Port.AUTO_REPLY_WRITER: "The automatic reply is left alone",
    Port.STATUS_WRITER: "The status message of Teams is left alone",
    Port.PRESENCE_WRITER: "The presence in Teams is left alone",
    Port.INVITATION_RESPONDER: "Invitations are not answered",
    Port.CALENDAR_MAKER: "No calendar of deepday's own is made",
}
_NO_READING = "Calendars cannot be read: the permission Calendars.Read was not granted."
_NO_FOCUS_TIME = Degraded(
    Port.EVENT_WRITER, "Microsoft 365 has no focus-time events for applications: a plain busy event is used."
)
_DEFAULT_ONLY = Degraded(
    Port.CALENDAR_READER, "An application on its own reads and writes the person's default calendar, and no other."
)
_VANISHES = Degraded(
    Port.INVITATION_RESPONDER, "Outlook takes a declined meeting out of the calendar; the organiser can invite again."
)
_UNSEEN = Degraded(
    Port.CALENDAR_MAKER,
    "Colleagues' free/busy look-ups do not see deepday's own calendar: they may still book over a block that is there.",
)
_NO_SWITCH = Degraded(
    Port.DO_NOT_DISTURB_WRITER,
    "Teams has no do-not-disturb switch of its own: the presence Do not disturb holds its notifications.",
)
_NO_END = Degraded(
    Port.PRESENCE_WRITER,
    "Graph does not tell until when a presence was asked for, nor whether Teams computed it: only deepday's own is "
    "recognised for certain.",
)


class MicrosoftAccount(Calendars, Events, Together, Subscriptions, Invitations, OwnCalendar):
    """Satisfies :class:`deepday.connect.Account` and the ports of its parts; for one thread."""

    def capabilities(self) -> Capabilities:
        """Say what can be done: what was allowed, as far as the consent and the kind of account go."""
        granted = self.graph.granted().scopes
        ports: set[Port] = set()
        degraded = [_NO_SWITCH]
        if self.settings.app_only or granted & {"Calendars.Read", "Calendars.ReadWrite"}:
            ports |= {Port.CALENDAR_READER, Port.CHANGE_NOTIFIER}
        else:
            degraded += [Degraded(port, _NO_READING) for port in (Port.CALENDAR_READER, Port.CHANGE_NOTIFIER)]
        for feature, its in _PORTS.items():
            why = self._missing(feature, granted)
            if why:
                degraded += [Degraded(port, f"{_WITHOUT[port]}: {why}.") for port in its]
            else:
                ports.update(its)
        degraded += [one for one in (_NO_FOCUS_TIME, _NO_END, _VANISHES, _UNSEEN) if one.port in ports]
        degraded += [_DEFAULT_ONLY] if self.settings.app_only else []
        plain = frozenset({EventKind.FOCUS_TIME})
        return Capabilities(frozenset(ports), tuple(degraded), PORT_VERSION, plain)

    def _missing(self, feature: Feature, granted: frozenset[str]) -> str:
        """Say why a feature cannot be used, empty when it can."""
        settings = self.settings
        if feature is Feature.STATUS and not CLOUDS[settings.cloud].presence:
            return "presence cannot be written in this cloud"
        if feature is Feature.STATUS and settings.personal:
            return "personal accounts have no presence in Teams"
        if feature not in settings.allow:
            return f"connect again with --allow {feature}"
        if feature is Feature.STATUS and not settings.object_id:
            return "connect again with the object ID as --user"
        if settings.app_only:
            return ""  # what an administrator granted to the application is seen at the first call
        lacking = sorted(set(SCOPES[feature]) - granted)
        return f"the permission {lacking[0]} was not granted" if lacking else ""

    def clock_skew(self) -> float | None:
        """Return by how many seconds Graph's clock was ahead of ours at its last answer; ``None`` before one."""
        return self.graph.skew
