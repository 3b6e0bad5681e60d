"""Urgent signals over Socket Mode."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty
from typing import Final

from slack_sdk.socket_mode.request import SocketModeRequest

from deepday.connect import Feature
from deepday.model import UrgentSignal
from deepday_slack.connection import SlackSocket
from deepday_slack.signals import Ears, signal_of
from deepday_slack.web import SlackApi

_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Held:
    signal: UrgentSignal
    envelopes: list[str] = field(default_factory=list)


class SocketListener:
    """Satisfies :class:`deepday.connect.RequestSource` and ``TellsGaps``. Connects when first asked for signals."""

    def __init__(self, api: SlackApi, socket: SlackSocket) -> None:
        self._api = api
        self._socket = socket
        self._held: dict[str, _Held] = {}
        self._done: OrderedDict[str, None] = OrderedDict()

    def signals(self, seconds: float) -> Iterator[UrgentSignal]:
        """Give what was not acknowledged yet, then what arrives within ``seconds``."""
        desk = self._socket.requests()
        self._socket.connect()
        clock = self._api.clock
        end = clock.monotonic() + seconds
        yield from [held.signal for held in self._held.values()]
        while True:
            try:
                request = desk.arrived.get(timeout=max(0.0, end - clock.monotonic()))
            except Empty:
                return
            if request and (signal := self._take(request)):
                yield signal

    def gaps(self) -> int:
        """Return how many times so far something may have been missed: each connection begins with a gap."""
        return self._socket.greetings + self._socket.held_back + self._socket.requests().overflowed

    def acknowledge(self, signal: UrgentSignal) -> None:
        """Tell Slack that the signal is kept."""
        held = self._held.pop(signal.id, None)
        self._done[signal.id] = None
        while len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
        for envelope in held.envelopes if held else ():
            self._socket.acknowledge(envelope)

    def _take(self, request: SocketModeRequest) -> UrgentSignal | None:
        bundle = self._api.bundle()
        in_person = Feature.IN_PERSON in self._api.settings.allowed
        ears = Ears(bundle.team, bundle.user, bundle.bot_user, self._api.now(), in_person)
        attempt = request.retry_attempt + 1 if isinstance(request.retry_attempt, int) else 1
        signal = signal_of(request.type, request.payload, attempt, ears)
        if signal is None or signal.id in self._done:
            self._socket.acknowledge(request.envelope_id)
            return None
        known = self._held.setdefault(signal.id, _Held(signal))
        known.envelopes.append(request.envelope_id)
        return signal if len(known.envelopes) == 1 else None
