"""Chat as it happens, over Socket Mode: the owner's conversations, as the owner's own subscription to events sees them.

Slack promises neither order nor that everything arrives. So every new connection is a gap, and so is whatever cannot
be settled here: the history is read then.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty
from typing import Final

from slack_sdk.socket_mode.request import SocketModeRequest

from deepday.connect import ReadContext
from deepday.connect.slack_messages import UnusableError
from deepday.model import HeardActivity, Message
from deepday_slack.connection import SlackSocket
from deepday_slack.spoken import Spoken, spoken_of
from deepday_slack.threads import Threads
from deepday_slack.translate import MILLION, NEAR, conversation_of
from deepday_slack.web import SlackApi

_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Held:
    heard: HeardActivity
    envelopes: list[str] = field(default_factory=list)


class SocketHearing:
    """Satisfies :class:`deepday.connect.ActivityListener`. Connects when first asked."""

    def __init__(self, api: SlackApi, socket: SlackSocket) -> None:
        self._api = api
        self._socket = socket
        self._unsettled = 0
        self._closed_gap = ""
        self._unkept: dict[str, _Held] = {}
        self._kept: OrderedDict[str, None] = OrderedDict()
        self._threads = Threads(api)

    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        """Give what was not acknowledged yet, then what arrives within ``seconds``."""
        desk = self._socket.spoken()
        self._socket.connect(greeted=True)
        clock, said = self._api.clock, ""
        end = clock.monotonic() + seconds
        held = [one.heard for one in self._unkept.values()]
        while True:
            if (gap := self._gap()) not in {said, self._closed_gap}:
                said = gap
                yield HeardActivity(gap, gap=True)
            yield from held
            held = []
            try:
                request = desk.arrived.get(timeout=max(0.0, end - clock.monotonic()))
            except Empty:
                if self._gap() in {said, self._closed_gap}:
                    return
                continue
            if request and (heard := self._take_spoken(context, request)):
                yield heard

    def acknowledge_activity(self, heard: HeardActivity) -> None:
        """Tell Slack that it is kept; of a gap, that it was closed."""
        if heard.gap:
            if heard.id == self._gap():
                self._closed_gap = heard.id
                self._threads.forget()  # the owner may have written meanwhile
            return
        held = self._unkept.pop(heard.id, None)
        self._kept[heard.id] = None
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        for envelope in held.envelopes if held else ():
            self._socket.acknowledge(envelope)

    def _gap(self) -> str:
        """Return the name of all that may have been missed so far."""
        unsettled = self._unsettled + self._threads.unsettled
        return f"gap:{self._socket.greetings}:{self._socket.spoken().overflowed}:{unsettled}"

    def _take_spoken(self, context: ReadContext, request: SocketModeRequest) -> HeardActivity | None:
        """Return what an envelope says; what it does not say is acknowledged, and is a gap where that is not sure."""
        heard: HeardActivity | None = None
        bundle = self._api.bundle()
        try:
            spoken = spoken_of(request.payload, bundle.team, bundle.user)
            if spoken and spoken.event not in self._kept:
                heard = self._heard(context, spoken)
        except UnusableError:
            self._unsettled += 1
        if heard is None:
            self._socket.acknowledge(request.envelope_id)
            return None
        known = self._unkept.setdefault(heard.id, _Held(heard))
        known.envelopes.append(request.envelope_id)
        return heard if len(known.envelopes) == 1 else None

    def _heard(self, context: ReadContext, spoken: Spoken) -> HeardActivity | None:
        if not context.window.start <= spoken.micros // MILLION < context.window.end:
            return None
        conversation = conversation_of(context, spoken.channel, spoken.kind, spoken.thread)
        if spoken.post and self._threads.concerns(spoken, spoken.post):
            message = Message(spoken.micros, spoken.post.own, spoken.post.mention, conversation)
            fresh = spoken.micros - spoken.thread < NEAR * MILLION
            return HeardActivity(spoken.event, (message,), proven_by_reading=fresh)
        return HeardActivity(spoken.event, removals=((conversation, spoken.micros),)) if spoken.again else None
