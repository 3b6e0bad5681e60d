"""search.messages: Slack's small query language, at day granularity in the searcher's zone."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from deepday_sandbox.office import Post, Room, Worker
from deepday_sandbox.slack.calls import MICRO, Answer, Call, Method, Refusal, is_dm, read_cursor, stamp, write_cursor
from deepday_sandbox.slack.shapes import permalink, room_label
from deepday_sandbox.slack.workspace import find_worker

_TERM: Final = re.compile(r'(-?)(?:(from|to|in|on|before|after|during|has|is|with):)?("[^"]*"|\S+)', re.IGNORECASE)
_WORD: Final = re.compile(r"[\w']+")
_MONTHS: Final = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_FIRST, _LAST = date.min, date.max

Test = Callable[[Post, Room], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: every test must hold, and the post must fall into the days from ``first`` to ``last``."""

    tests: tuple[Test, ...]
    first: date
    last: date


def parse(call: Call, text: str) -> Query:
    """Read a query. What cannot be understood matches nothing, as a name that nobody has does."""
    tests: list[Test] = []
    first, last = _FIRST, _LAST
    for sign, name, quoted in _TERM.findall(text):
        modifier, value = name.lower(), quoted.strip('"')
        if modifier in {"on", "before", "after", "during"}:
            low, high = _days(call, modifier, value)
            first, last = max(first, low), min(last, high)
            continue
        test = _word(value, phrase=quoted.startswith('"')) if not modifier else _modifier(call, modifier, value)
        tests.append(_not(test) if sign else test)
    return Query(tuple(tests), first, last)


def _not(test: Test) -> Test:
    return lambda post, room: not test(post, room)


def _word(value: str, *, phrase: bool) -> Test:
    wanted = [word.lower() for word in _WORD.findall(value)]
    prefix = not phrase and value.endswith("*")

    def test(post: Post, _room: Room) -> bool:
        words = [word.lower() for word in _WORD.findall(post.text)]
        if prefix and len(wanted) == 1:
            return any(word.startswith(wanted[0]) for word in words)
        size = len(wanted)
        return any(words[at : at + size] == wanted for at in range(len(words) - size + 1))

    return test


def _person(call: Call, value: str) -> Worker | None:
    if value.lower() == "me":
        return call.bearer.worker
    key = value.removeprefix("<").removesuffix(">").removeprefix("@")
    if found := find_worker(call.office, key):
        return found
    return next((one for one in call.office.people if one.email.partition("@")[0].lower() == key.lower()), None)


def _modifier(call: Call, name: str, value: str) -> Test:
    if name == "from":
        who = _person(call, value)
        return lambda post, _room: who is not None and post.user == who.slack_id
    if name == "to":
        who = _person(call, value)
        return lambda post, room: (
            who is not None and is_dm(room) and who.slack_id in room.members and post.user != who.slack_id
        )
    if name == "with":
        who = _person(call, value)
        return lambda post, room: (
            who is not None and (is_dm(room) or bool(post.thread)) and who.slack_id in room.members
        )
    if name == "in":
        return _room_test(call, value)
    if name == "is":
        return (lambda post, _room: bool(post.thread)) if value == "thread" else (lambda _post, room: is_dm(room))
    return _has(value)


def _room_test(call: Call, value: str) -> Test:
    key = re.sub(r"^<|(\|[^>]*)?>$", "", value)
    if key.startswith("@") or find_worker(call.office, key):
        who = _person(call, key)
        return lambda _post, room: room.kind == "direct" and who is not None and who.slack_id in room.members
    wanted = key.removeprefix("#").lower()
    return lambda _post, room: wanted in {room.id.lower(), room.name.lower()}


def _has(value: str) -> Test:
    emoji = value.strip(":")

    def test(post: Post, _room: Room) -> bool:
        extra = dict(post.extra)
        if value == "link":
            return "http://" in post.text or "https://" in post.text
        if value in {"reaction", "file", "pin"}:
            return bool(extra.get({"reaction": "reactions", "file": "files", "pin": "pinned_to"}[value]))
        return any(one["name"] == emoji for one in extra.get("reactions", []))

    return test


def _days(call: Call, name: str, value: str) -> tuple[date, date]:
    """Return the days, both included, that a time modifier leaves."""
    today = datetime.fromtimestamp(call.now, UTC).astimezone(ZoneInfo(call.bearer.worker.zone)).date()
    start, end = _span(value.lower(), today)
    if start > end:
        return start, end
    if name == "before":
        return _FIRST, start - timedelta(days=1)
    if name == "after":
        return end + timedelta(days=1), _LAST
    return start, end


def _span(value: str, today: date) -> tuple[date, date]:
    if value in {"today", "yesterday"}:
        day = today - timedelta(days=value == "yesterday")
        return day, day
    if value in _MONTHS:
        year = today.year if _MONTHS[value] <= today.month else today.year - 1
        value = f"{year}-{_MONTHS[value]:02d}"
    elif value == "month":
        value = f"{today:%Y-%m}"
    try:
        if re.fullmatch(r"\d{4}", value):
            return date(int(value), 1, 1), date(int(value), 12, 31)
        month = bool(re.fullmatch(r"\d{4}-\d\d", value))
        start = date.fromisoformat(f"{value}-01" if month else value)
    except ValueError:
        return _LAST, _FIRST  # no day at all
    return start, _month_end(start) if month else start


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _bounds(call: Call, query: Query) -> tuple[int, int]:
    """Return the microseconds that the days of a query span, the last one included."""
    zone, newest = ZoneInfo(call.bearer.worker.zone), (call.now - call.space.search_lag + 1) * MICRO - 1
    if query.first > query.last:
        return 1, 0
    oldest = call.space.hidden_before * MICRO
    low, high = oldest, newest
    if query.first > _FIRST:
        start = datetime(query.first.year, query.first.month, query.first.day, tzinfo=zone)
        low = max(oldest, int(start.timestamp()) * MICRO)
    if query.last < _LAST:
        after = query.last + timedelta(days=1)
        high = min(newest, int(datetime(after.year, after.month, after.day, tzinfo=zone).timestamp()) * MICRO - 1)
    return low, high


def _matches(call: Call, query: Query) -> list[Post]:
    low, high = _bounds(call, query)
    found: list[Post] = []
    for room in call.office.chat.rooms.values():
        if room.kind == "channel" or call.bearer.id in room.members:
            posts = call.office.chat.between(room.id, low, high) if low <= high else []
            found += [post for post in posts if all(test(post, room) for test in query.tests)]
    return sorted(found, key=lambda post: post.ts, reverse=call.text("sort_dir") != "asc")


def _match(call: Call, post: Post) -> dict[str, Any]:
    author = find_worker(call.office, post.user)
    return {
        "iid": f"{post.room}-{post.ts}",
        "team": call.space.team_id,
        "score": 0,
        "channel": room_label(call.office, call.office.chat.rooms[post.room]),
        "type": "message",
        "user": post.user,
        "username": author.email.partition("@")[0] if author else "",
        "ts": stamp(post.ts),
        "text": post.text,
        "permalink": permalink(call.office, post) + (f"?thread_ts={stamp(post.thread)}" if post.thread else ""),
    }


def messages(call: Call) -> Answer:
    """search.messages: by page, or by cursor beginning with ``*``."""
    text = call.text("query").strip()
    if not text:
        raise Refusal("no_query")
    count = min(100, max(1, call.number("count", 20)))
    by_cursor = bool(call.text("cursor"))
    number = max(1, min(100, call.number("page", 1)))
    if by_cursor:
        number = 1 if call.text("cursor") == "*" else read_cursor(call, "page")
    found = _matches(call, parse(call, text))
    start = (number - 1) * count
    shown, pages = found[start : start + count], -(-len(found) // count)
    following = write_cursor("page", number + 1) if by_cursor and number < pages else ""
    cursor = {"next_cursor": following} if by_cursor else {}
    return {
        "query": text,
        "messages": {
            "total": len(found),
            "pagination": {
                "total_count": len(found),
                "page": number,
                "per_page": count,
                "page_count": pages,
                "first": start + 1 if shown else 0,
                "last": start + len(shown),
                **cursor,
            },
            "paging": {"count": count, "total": len(found), "page": number, "pages": pages, **cursor},
            "matches": [_match(call, post) for post in shown],
        },
        **({"response_metadata": cursor} if by_cursor else {}),
    }


METHODS: Final = {"search.messages": Method(messages, "user", ("search:read",), 20, takes_json=False)}
