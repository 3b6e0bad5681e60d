"""What was written to the bot, read afterwards: nothing that was sent while nobody listened is missed."""

from collections.abc import Sequence
from typing import Any, Final

from deepday.model import SignalPage, UrgentSignal
from deepday_slack.messenger import next_cursor
from deepday_slack.scopes import Kind
from deepday_slack.signals import Ears, signal_of_message
from deepday_slack.translate import MILLION, ts_of
from deepday_slack.web import SlackApi, nonsense

_PAGE: Final = 200
_LISTED: Final = 999


class BotHistory:
    """Satisfies :class:`deepday.connect.RequestHistory`."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    def owner_id(self) -> str:
        """Return the owner's member ID."""
        return self._api.bundle().user

    def watched_conversations(self) -> Sequence[str]:
        """Return the direct messages with the bot."""
        found, cursor = [], ""
        while True:
            given = {"types": "im", "limit": _LISTED, **({"cursor": cursor} if cursor else {})}
            answer = self._api.call(Kind.BOT, lambda web, given=given: web.users_conversations(**given))  # type: ignore[misc]  # a default binds the loop's value
            rooms = answer.get("channels")
            if not isinstance(rooms, list):
                raise nonsense(safe=True)
            found += [room["id"] for room in rooms if isinstance(room, dict) and isinstance(room.get("id"), str)]
            before, cursor = cursor, next_cursor(answer)
            if not cursor or cursor == before:
                return found

    def signals_since(self, conversation: str, since: int, more: str = "") -> SignalPage:
        """Return a page of what was written in a conversation, the newest first."""
        answer = self._history(conversation, oldest=ts_of(since * MILLION), inclusive=True, limit=_PAGE, cursor=more)
        ears = self._ears()
        found = [signal_of_message(conversation, item, ears) for item in _messages(answer)]
        return SignalPage(tuple(one for one in found if one), next_cursor(answer))

    def signal_again(self, conversation: str, signal: str) -> UrgentSignal | None:
        """Return a message as it is now; commands and presses are in no history."""
        team, _, rest = signal.partition(":")
        channel, _, ts = rest.partition(":")
        if team != self._api.bundle().team or channel != conversation or not ts:
            return None
        answer = self._history(conversation, oldest=ts, latest=ts, inclusive=True, limit=1)
        found = (signal_of_message(conversation, item, self._ears()) for item in _messages(answer))
        return next((one for one in found if one is not None and one.id == signal), None)

    def _history(self, conversation: str, **given: Any) -> dict[str, Any]:
        # The bot's scopes end at its own direct messages; elsewhere it looks with the owner's eyes.
        kind = Kind.BOT if conversation.startswith("D") else Kind.USER
        asked = {name: value for name, value in given.items() if value != ""}
        return self._api.call(kind, lambda web: web.conversations_history(channel=conversation, **asked))

    def _ears(self) -> Ears:
        bundle = self._api.bundle()
        return Ears(bundle.team, bundle.user, bundle.bot_user, self._api.now())


def _messages(answer: dict[str, Any]) -> list[dict[str, Any]]:
    messages = answer.get("messages")
    if not isinstance(messages, list):
        raise nonsense(safe=True)
    return [item for item in messages if isinstance(item, dict)]
