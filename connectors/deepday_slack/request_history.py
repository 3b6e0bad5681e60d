"""What was written to the bot, or to the owner in person, read afterwards: what nobody heard is not missed."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from deepday.connect import Feature
from deepday.connect.slack_messages import micros_of
from deepday.errors import FatalError
from deepday.model import SignalPage, UrgentSignal
from deepday_slack.errors import SaidGoneError
from deepday_slack.messenger import next_cursor
from deepday_slack.scopes import SEARCH, Kind
from deepday_slack.signals import Ears, in_person_of, signal_of_message
from deepday_slack.translate import MILLION, ts_of
from deepday_slack.web import SlackApi, nonsense

_PAGE: Final = 200
_LISTED: Final = 999
_FOUND: Final = 100
_WEEK: Final = 7 * 86_400  # answers are looked for in threads that are not older
_INDEXED: Final = 3600  # what was written since may not be found by search yet
_SEARCH: Final = "search:"
_TO_OWNER: Final = f"{_SEARCH}to:me"
_THREAD: Final = re.compile(r"thread_ts=(\d+\.\d+)")


class BotHistory:
    """Satisfies :class:`deepday.connect.RequestHistory`.

    Direct messages with the bot are read one by one; mentions, and what is written to the owner in person, are searched
    for. Where nothing may be searched, the owner's direct messages are read one by one too.
    """

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._bots: set[str] = set()

    def owner_id(self) -> str:
        """Return the owner's member ID."""
        return self._api.bundle().user

    def watched_conversations(self) -> Sequence[str]:
        """Return the direct messages with the bot, and what is searched for."""
        bundle = self._api.bundle()
        found = self._direct_with(Kind.BOT)
        self._bots = set(found)
        if bundle.has(Kind.USER, SEARCH):
            found.append(f"{_SEARCH}<@{bundle.bot_user}>")
            return [*found, _TO_OWNER, f"{_SEARCH}<@{bundle.user}>"] if self._in_person() else found
        return [*found, *self._direct_with(Kind.USER)] if self._in_person() else found

    def signals_since(self, conversation: str, since: int, more: str = "") -> SignalPage:
        """Return a page of what was written in a conversation, answers in its threads among it, or of what is found."""
        if conversation.startswith(_SEARCH):
            return self._search(conversation.removeprefix(_SEARCH), since, more)
        # Elsewhere, where more is said, answers in threads are searched for.
        oldest = since - _WEEK if self._kind(conversation) is Kind.BOT else since
        place: dict[str, Any] = {"oldest": ts_of(max(0, oldest) * MILLION), "inclusive": True}
        answer = self._history(conversation, limit=_PAGE, cursor=more, **place)
        rows = list(self._with_answers(conversation, _messages(answer), since * MILLION))
        found = (self._signal(conversation, one) for one in rows)
        return SignalPage(tuple(one for one in found if one), next_cursor(answer))

    def signal_again(self, conversation: str, signal: str) -> UrgentSignal | None:
        """Return a message as it is now; commands and presses are in no history."""
        team, _, rest = signal.partition(":")
        channel, _, ts = rest.partition(":")
        if team != self._api.bundle().team or channel != conversation or micros_of(ts) is None:
            return None
        place: dict[str, Any] = {"oldest": ts, "latest": ts, "inclusive": True}
        found = _messages(self._history(conversation, limit=1, **place))
        if not any(item.get("ts") == ts for item in found):  # it is an answer in a thread
            try:
                found = _messages(self._answers_in(conversation, ts, limit=2, **place))
            except SaidGoneError:
                return None
        signals = (self._signal(conversation, item) for item in found if item.get("ts") == ts)
        return next((one for one in signals if one is not None), None)

    # ---- reading

    def _direct_with(self, kind: Kind) -> list[str]:
        found: list[str] = []
        cursor = ""
        while True:
            given = {"types": "im", "limit": _LISTED, **({"cursor": cursor} if cursor else {})}
            answer = self._api.call(kind, lambda web, given=given: web.users_conversations(**given))  # type: ignore[misc]  # a default binds the loop's value
            rooms = answer.get("channels")
            if not isinstance(rooms, list):
                raise nonsense(safe=True)
            found += [room["id"] for room in rooms if isinstance(room, dict) and isinstance(room.get("id"), str)]
            before, cursor = cursor, next_cursor(answer)
            if not cursor or cursor == before:
                return found

    def _with_answers(self, channel: str, rows: list[dict[str, Any]], since: int) -> Iterator[dict[str, Any]]:
        """Give the messages from ``since`` on, microseconds, and the answers to earlier ones that came since then."""
        for item in rows:
            if (micros_of(item.get("ts")) or 0) >= since:
                yield item
            if item.get("reply_count") and (micros_of(item.get("latest_reply")) or 0) >= since:
                yield from self._answers(channel, str(item.get("ts")), since)

    def _answers(self, channel: str, thread: str, since: int) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            answer = self._answers_in(channel, thread, oldest=ts_of(since), inclusive=True, limit=_PAGE, cursor=cursor)
            yield from (item for item in _messages(answer) if item.get("ts") != thread)
            before, cursor = cursor, next_cursor(answer)
            if not cursor:
                return
            if cursor == before:
                raise FatalError("Slack gives the same page again and again.", "Try again later.")

    def _search(self, what: str, since: int, more: str) -> SignalPage:
        """Search: by day, in the zone of whoever searches, so that two days more are asked for."""
        day = datetime.fromtimestamp(since, UTC).date() - timedelta(days=2)
        page = int(more or 1)
        found = self._api.call(
            Kind.USER,
            lambda web: web.search_messages(query=f"{what} after:{day}", count=_FOUND, page=page, sort="timestamp"),
        ).get("messages")
        rows, paging = (found.get("matches"), found.get("paging")) if isinstance(found, dict) else (None, None)
        pages = paging.get("pages") if isinstance(paging, dict) else None
        if not isinstance(rows, list) or not isinstance(pages, int):
            raise nonsense(safe=True)
        signals = [signal for row in rows if isinstance(row, dict) and (signal := self._match(row))]
        kept = tuple(one for one in signals if one.at >= since)
        # The newest come first: where the last one is too old, all that follow are.
        onwards = page < pages and len(kept) == len(signals)
        return SignalPage(kept, str(page + 1) if onwards else "", lag=_INDEXED)

    def _match(self, row: dict[str, Any]) -> UrgentSignal | None:
        channel, link = row.get("channel"), row.get("permalink")
        number = channel.get("id") if isinstance(channel, dict) else None
        if not isinstance(number, str):
            return None
        thread = _THREAD.search(link) if isinstance(link, str) else None
        return self._signal(number, {**row, **({"thread_ts": thread[1]} if thread else {})})

    def _signal(self, channel: str, item: dict[str, Any]) -> UrgentSignal | None:
        bundle = self._api.bundle()
        ears = Ears(bundle.team, bundle.user, bundle.bot_user, self._api.now(), self._in_person())
        direct = channel.startswith("D")
        own = direct and not self._with_bot(channel)
        if not own and (found := signal_of_message(channel, item, ears)):
            return found
        return in_person_of(channel, item, ears, direct=direct) if ears.in_person else None

    # ---- asking Slack

    def _in_person(self) -> bool:
        return Feature.IN_PERSON in self._api.settings.allowed

    def _with_bot(self, conversation: str) -> bool:
        """Tell whether it is a direct message with the bot, and not one of the owner's."""
        if self._in_person() and conversation not in self._bots:
            self._bots = set(self._direct_with(Kind.BOT))
        return not self._in_person() or conversation in self._bots

    def _kind(self, conversation: str) -> Kind:
        # The bot's scopes end at its own direct messages; elsewhere it looks with the owner's eyes.
        return Kind.BOT if conversation.startswith("D") and self._with_bot(conversation) else Kind.USER

    def _history(self, conversation: str, **given: Any) -> dict[str, Any]:
        asked = {name: value for name, value in given.items() if value != ""}
        kind = self._kind(conversation)
        return self._api.call(kind, lambda web: web.conversations_history(channel=conversation, **asked))

    def _answers_in(self, conversation: str, ts: str, **given: Any) -> dict[str, Any]:
        asked = {name: value for name, value in given.items() if value != ""}
        kind = self._kind(conversation)
        return self._api.call(kind, lambda web: web.conversations_replies(channel=conversation, ts=ts, **asked))


def _messages(answer: dict[str, Any]) -> list[dict[str, Any]]:
    messages = answer.get("messages")
    if not isinstance(messages, list):
        raise nonsense(safe=True)
    return [item for item in messages if isinstance(item, dict)]
