"""Which replies in a channel's threads concern the owner: those after a message of the owner's in the thread.

A reply does not say so; its thread is asked for, once for as long as nothing can have been missed.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

from deepday.connect.slack_messages import Post, UnusableError, read_post
from deepday.errors import DeepdayError, ReconnectNeededError
from deepday.model import ConversationKind
from deepday_slack.errors import SaidGoneError
from deepday_slack.messenger import next_cursor
from deepday_slack.scopes import Kind
from deepday_slack.spoken import BOTS, Spoken
from deepday_slack.translate import ts_of
from deepday_slack.web import SlackApi

_REMEMBERED: Final = 10_000
_PAGES: Final = 3  # of a thread, so that one does not keep the others waiting


@dataclass(slots=True)
class _Part:
    """The owner's part in a thread, in microseconds.

    ``first``: the first message known, 0 for none. ``whole``: the thread was read. ``left_out``: the newest message of
    others that was taken to be before it.
    """

    first: int = 0
    whole: bool = False
    left_out: int = 0


class Threads:
    """What is known of threads. ``unsettled``: how often something was left out that should not have been."""

    def __init__(self, api: SlackApi) -> None:
        self.unsettled = 0
        self._api = api
        self._parts: OrderedDict[tuple[str, int], _Part] = OrderedDict()

    def forget(self) -> None:
        """Forget everything: the owner may have written unnoticed."""
        self._parts.clear()

    def concerns(self, spoken: Spoken, post: Post) -> bool:
        """Tell whether a message concerns the owner. Raises :class:`UnusableError` where that cannot be told now."""
        part = self._part(spoken.channel, post.thread)
        if post.own:
            part.first = min(part.first or post.micros, post.micros)
            if part.left_out > post.micros:  # it came late: others have answered it
                part.left_out = 0
                self.unsettled += 1
            return True
        if post.mention or spoken.kind is not ConversationKind.THREAD or post.answers_owner:
            return True
        if post.thread == post.micros:
            return False
        if not 0 < part.first < post.micros and not part.whole:
            self._read_thread(spoken.channel, post.thread, part)
        if 0 < part.first < post.micros:
            return True
        part.left_out = max(part.left_out, post.micros)
        return False

    def _part(self, channel: str, thread: int) -> _Part:
        part = self._parts.setdefault((channel, thread), _Part())
        if len(self._parts) > _REMEMBERED:
            self._parts.popitem(last=False)
        return part

    def _read_thread(self, channel: str, thread: int, part: _Part) -> None:
        """Find the owner's first message in a thread. Raises :class:`UnusableError` where that does not succeed."""
        owner, page = self._api.bundle().user, ""
        for _ in range(_PAGES):
            try:
                found = self._replies(channel, thread, page)
            except SaidGoneError:
                break
            except ReconnectNeededError:
                raise
            except DeepdayError:
                raise UnusableError("in a thread that cannot be read now") from None
            rows = found.get("messages")
            if not isinstance(rows, list):
                raise UnusableError("in a thread that makes no sense")
            own = [post.micros for row in rows if (post := _post(row, owner)) and post.own]
            part.first = min([*own, *([part.first] if part.first else [])], default=0)
            page = next_cursor(found)
            if own or not page:
                break
        else:
            raise UnusableError("in a thread that is too long")
        part.whole = True

    def _replies(self, channel: str, thread: int, page: str) -> dict[str, Any]:
        return self._api.call(
            Kind.USER,
            lambda web: web.conversations_replies(channel=channel, ts=ts_of(thread), limit=999, cursor=page or None),
        )


def _post(row: object, owner: str) -> Post | None:
    try:
        return read_post(row, owner, BOTS)
    except UnusableError:
        return None
