"""A Slack account: its ports, and what of them it has with the scopes that were granted."""

from typing import Final

from deepday.connect import Capabilities, Degraded, Feature, Port
from deepday_slack.activity import HistoryReader
from deepday_slack.bundle import Bundle
from deepday_slack.connection import SlackSocket
from deepday_slack.hearing import SocketHearing
from deepday_slack.listening import SocketListener
from deepday_slack.messenger import BotMessenger
from deepday_slack.people import PeopleByEmail
from deepday_slack.request_history import BotHistory
from deepday_slack.scopes import NEEDED, PEOPLE, PRESENCE, SEARCH, Kind
from deepday_slack.setting_writers import SettingWriters
from deepday_slack.web import SlackApi

_PORTS: Final = {
    Port.ACTIVITY_READER: Feature.ACTIVITY,
    Port.ACTIVITY_LISTENER: Feature.EVENTS,
    Port.STATUS_WRITER: Feature.STATUS,
    Port.DO_NOT_DISTURB_WRITER: Feature.STATUS,
    Port.PRESENCE_WRITER: Feature.STATUS,
    Port.MESSENGER: Feature.MESSAGES,
    Port.REQUEST_SOURCE: Feature.MESSAGES,
    Port.REQUEST_HISTORY: Feature.MESSAGES,
    Port.PEOPLE_FINDER: Feature.MESSAGES,
}
_LIMITED: Final = {
    Port.ACTIVITY_READER: (
        "A reply in a thread that began more than 30 days ago may not be seen, nor what was written in a channel that "
        "you are not in."
    ),
    Port.ACTIVITY_LISTENER: (
        "Slack shares what happens out among all that listen with the same app: let one deepday listen at a time."
    ),
    Port.DO_NOT_DISTURB_WRITER: "Ends are rounded up to full minutes; your own quiet hours are left alone.",
    Port.PRESENCE_WRITER: "Slack knows away only, and keeps no end for it: deepday must clear it.",
    Port.REQUEST_SOURCE: (
        "A command or a press that is sent while deepday is not connected does not come in; Slack tells its sender."
    ),
    Port.REQUEST_HISTORY: "Answers in threads that began more than a week ago are not read afterwards.",
}


_NO_SEARCH: Final = "Mentions in channels are not found afterwards without search:read."


class SlackAccount(
    HistoryReader, SettingWriters, BotMessenger, SocketListener, SocketHearing, BotHistory, PeopleByEmail
):
    """The owner's account in one workspace. Close it."""

    def __init__(self, api: SlackApi) -> None:
        HistoryReader.__init__(self, api)
        SettingWriters.__init__(self, api)
        BotMessenger.__init__(self, api)
        self._socket = SlackSocket(api)
        SocketListener.__init__(self, api, self._socket)
        SocketHearing.__init__(self, api, self._socket)
        BotHistory.__init__(self, api)
        PeopleByEmail.__init__(self, api)

    def capabilities(self) -> Capabilities:
        """Say what the granted scopes allow, of what was allowed; nothing is sent."""
        bundle, allowed = self._api.bundle(), self._api.settings.allowed
        ports = frozenset(port for port in _PORTS if _granted(port, bundle, allowed))
        missing = [Degraded(port, _words(port, bundle, allowed)) for port in _PORTS if port not in ports]
        limited = [Degraded(port, words) for port, words in _LIMITED.items() if port in ports]
        if Port.REQUEST_HISTORY in ports and not bundle.has(Kind.USER, SEARCH):
            limited.append(Degraded(Port.REQUEST_HISTORY, _NO_SEARCH))
        return Capabilities(ports, (*limited, *missing))

    def bundle(self) -> Bundle:
        """Return what is stored of the account; nothing is sent."""
        return self._api.bundle()

    def hears_in_person(self) -> bool:
        """Tell whether what people write to the owner in person was allowed to count."""
        return Feature.IN_PERSON in self._api.settings.allowed

    def clock_skew(self) -> float | None:
        """Return by how many seconds Slack's clock was ahead of ours at its last answer."""
        return self._api.skew

    def close(self) -> None:
        """Close all connections."""
        self._socket.close()
        self._api.close()


def _granted(port: Port, bundle: Bundle, allowed: frozenset[Feature]) -> bool:
    return _PORTS[port] in allowed and not lacking(_PORTS[port], bundle, port)


_MORE: Final = {Port.PRESENCE_WRITER: (Kind.USER, PRESENCE), Port.PEOPLE_FINDER: (Kind.BOT, PEOPLE)}
"""Scopes that one port needs besides those of its feature."""


def lacking(feature: Feature, bundle: Bundle, port: Port | None = None) -> list[str]:
    """Return the scopes that a feature needs, or a port of it, and the tokens do not have, sorted."""
    needed = [*NEEDED[feature].items(), *([_MORE[port]] if port in _MORE else [])]
    return sorted({scope for kind, scopes in needed for scope in scopes - bundle.scopes.get(kind, frozenset())})


def _words(port: Port, bundle: Bundle, allowed: frozenset[Feature]) -> str:
    feature = _PORTS[port]
    if feature not in allowed:
        return f"Not allowed: connect again with --allow {feature}."
    scopes = ", ".join(lacking(feature, bundle, port))
    return f"Not granted by Slack: {scopes}."
