"""Messages of ours, posted by the app's bot and found again by the key in their metadata."""

from collections.abc import Iterator
from typing import Any, Final

from deepday.connect.slack_messages import micros_of
from deepday.errors import FatalError, UnsupportedError
from deepday.model import OutgoingMessage, PostedMessage
from deepday_slack.blocks import blocks_of, written
from deepday_slack.scopes import Kind
from deepday_slack.translate import MILLION, ts_of
from deepday_slack.web import SlackApi, nonsense

EVENT_TYPE: Final = "deepday_message"
LONGEST_TEXT: Final = 4000
_BACK: Final = 7 * 86_400  # an outcome that is still unknown after a week is not looked up any more
_PAGE: Final = 200


class BotMessenger:
    """Satisfies :class:`deepday.connect.Messenger`."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        """Post the message; with ``again`` look for its key first."""
        text, blocks = written(message.text), blocks_of(message)
        if len(message.text) > LONGEST_TEXT and not blocks:
            raise UnsupportedError(f"A message in Slack should have at most {LONGEST_TEXT} characters.", "Shorten it.")
        if again and (found := self._find(message.to, message.key, message.thread)):
            return found
        sent = self._api.call(
            Kind.BOT,
            lambda web: web.chat_postMessage(
                channel=message.to,
                text=text[:LONGEST_TEXT] if blocks else text,
                blocks=blocks or None,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"key": message.key}},
                unfurl_links=False,
                unfurl_media=False,
                thread_ts=message.thread or None,
            ),
            safe=False,
        )
        micros = micros_of(sent.get("ts"))
        if micros is None:
            raise nonsense(safe=False)
        return PostedMessage(message.key, str(sent["ts"]), message.to, micros // MILLION)

    def find_message(self, to: str, key: str) -> PostedMessage | None:
        """Return our message with that key of the last seven days, in the conversation or in a thread there."""
        return self._find(to, key, "")

    def _find(self, to: str, key: str, thread: str) -> PostedMessage | None:
        channel = self._channel(to)
        # The bot's scopes end at its own direct messages; elsewhere it looks with the owner's eyes.
        kind = Kind.BOT if channel.startswith("D") else Kind.USER
        replies = self._replies(kind, channel, thread) if thread else self._everything(kind, channel)
        for item in replies:
            micros = micros_of(item.get("ts"))
            if _key_of(item) == key and micros is not None:
                return PostedMessage(key, str(item["ts"]), to, micros // MILLION)
        return None

    def _channel(self, to: str) -> str:
        """Return the conversation; a person is written to in the direct message with the bot."""
        if not to.startswith(("U", "W")):
            return to
        opened = self._api.call(Kind.BOT, lambda web: web.conversations_open(users=to)).get("channel")
        channel = opened.get("id") if isinstance(opened, dict) else None
        if not isinstance(channel, str):
            raise nonsense(safe=True)
        return channel

    def _everything(self, kind: Kind, channel: str) -> Iterator[dict[str, Any]]:
        bot = self._api.bundle().bot_user
        oldest = ts_of((self._api.now() - _BACK) * MILLION)
        for item in self._pages(kind, "history", channel=channel, oldest=oldest, limit=_PAGE):
            yield item
            listed = item.get("reply_users")
            if item.get("reply_count") and (not isinstance(listed, list) or bot in listed or len(listed) >= 5):
                yield from self._replies(kind, channel, str(item.get("ts")))

    def _replies(self, kind: Kind, channel: str, thread: str) -> Iterator[dict[str, Any]]:
        return self._pages(kind, "replies", channel=channel, ts=thread, limit=_PAGE)

    def _pages(self, kind: Kind, what: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            given = {**arguments, "include_all_metadata": True, **({"cursor": cursor} if cursor else {})}
            found = self._api.call(kind, lambda web, given=given: getattr(web, f"conversations_{what}")(**given))  # type: ignore[misc]  # a default binds the loop's value
            messages = found.get("messages")
            if not isinstance(messages, list):
                raise nonsense(safe=True)
            yield from (item for item in messages if isinstance(item, dict))
            before, cursor = cursor, next_cursor(found)
            if not cursor:
                return
            if cursor == before:
                raise FatalError("Slack gives the same page again and again.", "Try again later.")


def next_cursor(found: dict[str, Any]) -> str:
    """Return where the next page begins, nothing after the last one."""
    about = found.get("response_metadata")
    cursor = about.get("next_cursor") if isinstance(about, dict) else None
    return cursor if isinstance(cursor, str) else ""


def _key_of(item: dict[str, Any]) -> str:
    about = item.get("metadata")
    if not isinstance(about, dict) or about.get("event_type") != EVENT_TYPE:
        return ""
    payload = about.get("event_payload")
    return str(payload.get("key", "")) if isinstance(payload, dict) else ""
