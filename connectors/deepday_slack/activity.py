"""When the owner wrote in Slack and was written to: from the history of the conversations the owner is in.

History is complete up to now, and says which messages are bots'; search is neither, so it only saves requests. A
reading costs a request for the list of conversations, one for each conversation (999 messages), and one for each
thread with a new reply that may concern the owner. Replies are not part of a channel's history: threads are found by
what their first messages say of the newest reply.

Nothing is left out because of the order in which Slack gives pages or messages: what is not read to its end was seen
to go back in time. Up to when a reading vouches is settled by Slack's clock where ours is ahead of it.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from deepday.connect import ReadContext
from deepday.connect.skips import skip
from deepday.connect.slack_messages import Post, UnusableError, micros_of, read_post
from deepday.errors import FatalError, RetryLaterError
from deepday.model import ActivityPage, Conversation, ConversationKind, Cursor, Interval, Message, Skipped
from deepday_slack.activity_cursor import Place, Standing
from deepday_slack.errors import SaidGoneError
from deepday_slack.messenger import next_cursor
from deepday_slack.scopes import SEARCH, Kind
from deepday_slack.spoken import BOTS
from deepday_slack.translate import DAY, MILLION, NEAR, Thread, conversation_of, kind_of, read_thread, ts_of
from deepday_slack.web import Send, SlackApi, nonsense

FAR: Final = 120 * DAY  # how long before the reading a thread may have begun for its replies to be recognised,
# and NEAR where that takes more than one page of a conversation
OVERLAP: Final = 300  # a following reading begins that much earlier, for what shows up late
MARGIN: Final = 60  # and this one asks for that much more than it vouches for
INDEXED: Final = DAY  # search is trusted with what is older
REQUESTS: Final = 25  # of one page of ours, so that not much is lost when its answer is
_PAGE: Final = 999
_SEARCH_PAGE: Final = 100
_SEARCH_PAGES: Final = 100
_TYPES: Final = "public_channel,private_channel,mpim,im"


class HistoryReader:
    """Satisfies :class:`deepday.connect.ActivityReader`."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._pause = self._not_before = 0.0  # what Slack asked to wait when the last page ended early, until when

    def activity_changes(self, context: ReadContext, cursor: Cursor | None = None) -> ActivityPage:
        """Return one page, of at most :data:`REQUESTS` requests.

        Where Slack asks to wait after some of them, the page ends there, and the next one says so.
        """
        bundle = self._api.bundle()
        if (left := min(self._pause, self._not_before - self._api.clock.now().timestamp())) > 0:
            raise RetryLaterError("Slack asks to wait.", "It is tried again by itself; nothing was lost.", after=left)
        if cursor is None:
            standing = Standing(bundle.team, bundle.user, context.window.start)
        else:
            standing = Standing.read(cursor, bundle.team, bundle.user)
        page = _Page(self._api, context, standing)
        read = page.read()
        self._pause = page.pause
        self._not_before = self._api.clock.now().timestamp() + page.pause
        return read


class _Page:
    """One page. ``pause``: the seconds that Slack asked to wait when it ended early."""

    def __init__(self, api: SlackApi, context: ReadContext, standing: Standing) -> None:
        self.pause = 0.0
        self._api = api
        self._context = context
        self._standing = standing
        self._from = max(0, standing.since - OVERLAP) * MILLION
        self._messages: dict[tuple[Conversation, int], Message] = {}
        self._unusable: Counter[str] = Counter()

    def read(self) -> ActivityPage:
        standing = self._standing
        for number in range(REQUESTS):
            if self._done():
                break
            try:
                self._step()
            except RetryLaterError as error:
                if not number:
                    raise
                self.pause = error.after or 0.0
                break
            self._context.progress("reading Slack", standing.total - len(standing.places), standing.total)
        messages = tuple(self._messages.values())
        if not self._done():
            return ActivityPage(messages, (), standing.cursor(), more=True, skipped=self._skipped())
        start = min(max(standing.since, -(-standing.visible // MILLION)), standing.until)
        seen = (Interval(start, standing.until),) if start < standing.until else ()
        following = Standing(standing.team, standing.user, standing.until).cursor()
        return ActivityPage(messages, seen, following, skipped=(*self._hidden(start), *self._skipped()))

    def _done(self) -> bool:
        return self._standing.listing is None and not self._standing.places and not self._standing.searching

    def _step(self) -> None:
        """Send one request, and note what it brought."""
        standing = self._standing
        if standing.listing is not None:
            self._list()
        elif standing.searching:
            self._search()
        elif standing.threads:
            self._forgiving(self._thread, self._next_thread)
        else:
            self._forgiving(self._history, self._end_history)
        if standing.places and standing.page is None and not standing.threads:
            standing.places.pop(0)
            standing.page, standing.reached = "", 0

    def _forgiving(self, read: Callable[[], None], leave: Callable[[], None]) -> None:
        """Read, and leave out a conversation or thread that is gone since it was listed."""
        try:
            read()
        except SaidGoneError:
            self._unusable["of a conversation or thread that is no longer there"] += 1
            leave()

    # ---- conversations

    def _list(self) -> None:
        standing = self._standing
        page = standing.listing or None
        found = self._ask(lambda web: web.users_conversations(types=_TYPES, limit=_PAGE, cursor=page))
        if not standing.until:
            self._settle()
        standing.places += [
            Place(one["id"], kind_of(one)) for one in _rows(found, "channels") if isinstance(one.get("id"), str)
        ]
        standing.total = len(standing.places)
        standing.listing = _onwards(found, standing.listing) or None

    def _settle(self) -> None:
        """Settle up to when the reading vouches. Slack has just answered, so its clock is known."""
        standing, passed = self._standing, self._api.passed()
        standing.until = max(standing.since, min(passed, self._context.window.end))
        if passed - standing.since > INDEXED + OVERLAP and self._api.bundle().has(Kind.USER, SEARCH):
            standing.searching, standing.mentions = 1, []

    def _history(self) -> None:
        standing, place = self._standing, self._standing.places[0]
        # Without "latest" Slack begins with the oldest messages instead of the newest.
        latest = ts_of((standing.until + MARGIN) * MILLION)
        oldest = ts_of(max(0, self._from - FAR * MILLION))
        page = standing.page or None
        found = self._ask(
            lambda web: web.conversations_history(
                channel=place.id, oldest=oldest, latest=latest, inclusive=True, limit=_PAGE, cursor=page
            )
        )
        rows = _rows(found, "messages")
        threads = dict.fromkeys(standing.threads)
        for row in rows:
            post = self._post(row)
            if post and post.micros >= self._from:
                if post.thread != post.micros:  # a reply that was sent to the channel as well
                    threads[ts_of(post.thread)] = None
                self._give(place, post)
            thread = read_thread(row, standing.user)
            if thread and thread.latest >= self._from and self._wanted(place, thread):
                threads[ts_of(thread.micros)] = None
        standing.threads = list(threads)
        standing.page = _onwards(found, standing.page) or None
        self._note_reach(rows, limited=found.get("is_limited") is True)

    def _note_reach(self, rows: list[dict[str, Any]], *, limited: bool) -> None:
        """Note how far back a page of history goes, and end with it where all that is left is seen to be too old."""
        standing = self._standing
        times = [micros for row in rows if (micros := micros_of(row.get("ts"))) is not None]
        if limited:  # hidden is what is older than some instant, the same in the whole workspace
            standing.visible = min([standing.visible or standing.until * MILLION, *times])
        if not times:
            return
        backwards = max(times) < standing.reached
        standing.reached = min(standing.reached or times[0], *times)
        if backwards and standing.reached < self._from - NEAR * MILLION:
            standing.page = None

    def _end_history(self) -> None:
        self._standing.page = None

    def _wanted(self, place: Place, thread: Thread) -> bool:
        """Tell whether a thread with a new reply may hold something that concerns the owner."""
        standing = self._standing
        if standing.mentions is None or place.kind != ConversationKind.THREAD or thread.maybe_owners:
            return True
        fresh = thread.latest >= (standing.until - INDEXED) * MILLION
        return fresh or f"{place.id}:{thread.micros}" in standing.mentions

    # ---- threads

    def _thread(self) -> None:
        standing, place = self._standing, self._standing.places[0]
        ts = standing.threads[0]
        page = standing.thread_page or None
        found = self._ask(lambda web: web.conversations_replies(channel=place.id, ts=ts, limit=_PAGE, cursor=page))
        for row in _rows(found, "messages"):
            post = self._post(row)
            if post is None:
                continue
            if post.own:
                standing.part = min(standing.part or post.micros, post.micros)
            if post.micros >= self._from and post.thread != post.micros and not self._give(place, post):
                standing.held.append(post.micros)
        self._give_held(place, micros_of(ts) or 0)
        standing.thread_page = _onwards(found, standing.thread_page)
        if not standing.thread_page:
            self._next_thread()

    def _give_held(self, place: Place, thread: int) -> None:
        """Give what came after a message of the owner's; the rest may come after one on a page to follow."""
        standing = self._standing
        for micros in standing.held:
            if 0 < standing.part < micros:
                self._give(place, Post(micros, thread, own=False, mention=False, answers_owner=False), concerns=True)
        standing.held = [micros for micros in standing.held if not 0 < standing.part < micros]

    def _next_thread(self) -> None:
        self._standing.threads.pop(0)
        self._standing.thread_page, self._standing.part, self._standing.held = "", 0, []

    # ---- mentions

    def _search(self) -> None:
        """Note the threads in which somebody mentions the owner, so that the others need not be read."""
        standing = self._standing
        day = datetime.fromtimestamp(self._from // MILLION, UTC).date() - timedelta(days=2)  # in anybody's zone
        query, page = f"<@{standing.user}> after:{day}", standing.searching
        found = self._ask(lambda web: web.search_messages(query=query, count=_SEARCH_PAGE, page=page, sort="timestamp"))
        matches = found.get("messages")
        if not isinstance(matches, dict):
            raise nonsense(safe=True)
        paging = matches.get("paging")
        pages = paging.get("pages") if isinstance(paging, dict) else None
        if not isinstance(pages, int) or pages > _SEARCH_PAGES or standing.mentions is None:
            standing.searching, standing.mentions = 0, None  # more than search can show: every thread is read
            return
        standing.mentions += [name for row in _rows(matches, "matches") if (name := _thread_of(row))]
        standing.searching = page + 1 if page < pages else 0

    # ---- messages

    def _post(self, row: dict[str, Any]) -> Post | None:
        try:
            return read_post(row, self._standing.user, BOTS)
        except UnusableError as error:
            micros = micros_of(row.get("ts"))
            # Each is told of once, though a row is seen by many readings.
            if micros is None or self._standing.since <= micros // MILLION < self._standing.until:
                self._unusable[error.reason] += 1
            return None

    def _give(self, place: Place, post: Post, *, concerns: bool = False) -> bool:
        """Note a message of the period if it concerns the owner, and tell whether it does."""
        window, kind = self._context.window, ConversationKind(place.kind)
        concerns = concerns or post.own or post.mention or kind is not ConversationKind.THREAD
        if concerns and window.start <= post.micros // MILLION < window.end:
            conversation = conversation_of(self._context, place.id, kind, post.thread)
            message = Message(post.micros, post.own, post.mention, conversation)
            self._messages[conversation, post.micros] = message
        return concerns

    def _ask(self, send: Send) -> dict[str, Any]:
        return self._api.call(Kind.USER, send)

    def _hidden(self, start: int) -> tuple[Skipped, ...]:
        """Say that the period begins later than it was asked for."""
        if start <= self._standing.since or not self._standing.visible:
            return ()
        day = datetime.fromtimestamp(start, self._context.zone)
        words = "Slack hides older messages in this workspace: what was before does not count as observed."
        return (skip("Slack", f"before {day:%Y-%m-%d %H:%M}", words),)

    def _skipped(self) -> tuple[Skipped, ...]:
        return tuple(
            skip("Slack", "", f"{count:,} {'message' if count == 1 else 'messages'} {reason}.")
            for reason, count in sorted(self._unusable.items())
        )


def _onwards(found: dict[str, Any], before: str | None) -> str:
    cursor = next_cursor(found)
    if cursor and cursor == before:
        raise FatalError("Slack gives the same page again and again.", "Try again later.")
    return cursor


def _rows(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = found.get(name)
    if not isinstance(rows, list):
        raise nonsense(safe=True)
    return [row for row in rows if isinstance(row, dict)]


def _thread_of(match: dict[str, Any]) -> str:
    """Return the thread that a found message is in, ``conversation:microseconds``; empty where it is in none."""
    channel, link = match.get("channel"), match.get("permalink")
    number = channel.get("id") if isinstance(channel, dict) else None
    _, mark, rest = link.partition("thread_ts=") if isinstance(link, str) else ("", "", "")
    micros = micros_of(rest.split("&")[0]) if mark else None
    return f"{number}:{micros}" if micros and isinstance(number, str) else ""
