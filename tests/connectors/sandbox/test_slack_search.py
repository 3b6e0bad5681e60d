"""search.messages: its small language, in the searcher's days, over what the searcher may see."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from deepday_sandbox.office import Post
from tests.connectors.sandbox.slack_world import (
    ANNA,
    BEN,
    CARA,
    DIRECT,
    GENERAL,
    GROUP,
    OPEN,
    SECRET,
    World,
    error,
    slack_world,
)


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world(datetime(2026, 11, 27, 12, 0, tzinfo=UTC)) as made:
        talk(made)
        yield made


def talk(world: World) -> None:
    def put(day: str, room: str, who: str, text: str, thread: int = 0, **extra: object) -> int:
        ts = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1_000_000)
        world.office.chat.post(Post(ts, room, who, text, thread, extra=tuple(extra.items())))
        return ts

    put("2026-10-31T22:30", GENERAL, ANNA, "october ends")  # 23:30 in Berlin: still October
    put("2026-10-31T23:30", GENERAL, ANNA, "november begins")  # 00:30 in Berlin
    parent = put("2026-11-23T09:00", GENERAL, BEN, "The training run failed again, see https://x.example")
    put("2026-11-23T09:05", GENERAL, ANNA, "looking at the training run", parent)
    put("2026-11-24T10:00", DIRECT, BEN, "Can you review?", reactions=[{"name": "eyes", "users": [ANNA], "count": 1}])
    put("2026-11-24T10:01", DIRECT, ANNA, "Reviewing now")
    put("2026-11-25T10:00", GROUP, CARA, "lunch?")
    put("2026-11-25T11:00", SECRET, BEN, "secret plan")
    put("2026-11-26T11:00", OPEN, CARA, "open news", files=[{"id": "F1"}])
    put("2026-11-27T11:59", GENERAL, ANNA, "just now")


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("from:me", ["just", "Reviewing", "looking", "november", "october"]),
        (f"from:<@{BEN}>", ["secret", "Can", "The"]),
        ("from:@ben in:general", ["The"]),
        ("from:me -in:#general", ["Reviewing"]),
        ("to:me", ["lunch?", "Can"]),
        (f"in:<#{OPEN}|open>", ["open"]),
        ("in:@ben", ["Reviewing", "Can"]),
        ("on:2026-11-24", ["Reviewing", "Can"]),
        ("from:me before:2026-11-01", ["october"]),
        ("from:me during:november before:2026-11-02", ["november"]),
        ("from:me during:2026-10", ["october"]),
        ("after:2026-11-25", ["just", "open"]),
        ("on:today", ["just"]),
        ("on:yesterday", ["open"]),
        ("during:month from:@cara", ["open", "lunch?"]),
        ("training", ["looking", "The"]),
        ("train*", ["looking", "The"]),
        ("train", []),
        ('"run failed"', ["The"]),
        ('"failed run"', []),
        ("training -failed", ["looking"]),
        ("TRAINING looking", ["looking"]),
        ("is:thread", ["looking"]),
        ("has:link", ["The"]),
        ("has::eyes:", ["Can"]),
        ("has:reaction", ["Can"]),
        ("has:file", ["open"]),
        ("from:@nobody", []),
        ("before:whenever", []),
        ("on:2026-13-41", []),
    ],
)
def test_queries(world: World, query: str, texts: list[str]) -> None:
    answer = world.user().search_messages(query=query, sort="timestamp", count=100)
    assert [one["text"].split()[0] for one in answer["messages"]["matches"]] == texts
    assert answer["messages"]["total"] == len(texts)


def test_days_are_the_searchers(world: World) -> None:
    mine, theirs = world.user(ANNA), world.user(BEN)
    found = [who.search_messages(query="from:@anna during:october")["messages"]["total"] for who in (mine, theirs)]
    assert found == [1, 2], "00:30 in Berlin is the day before in New York"


def test_nobody_finds_what_they_may_not_see(world: World) -> None:
    assert world.user(CARA).search_messages(query="secret")["messages"]["matches"] == []
    assert world.user(CARA).search_messages(query="review")["messages"]["matches"] == []
    assert world.user(ANNA).search_messages(query="open")["messages"]["total"] == 1, "open channels are for everybody"


def test_a_match(world: World) -> None:
    [match] = world.user().search_messages(query="looking")["messages"]["matches"]
    assert (match["user"], match["username"], match["type"]) == (ANNA, "anna", "message")
    assert (match["channel"]["id"], match["channel"]["is_private"]) == (GENERAL, False)
    assert match["permalink"].endswith("?thread_ts=1795424400.000000")
    [direct] = world.user().search_messages(query="reviewing")["messages"]["matches"]
    assert direct["channel"]["is_im"] is True


def test_pages_by_number_and_by_cursor(world: World) -> None:
    anna = world.user()
    first = anna.search_messages(query="from:me", count=2, sort="timestamp", sort_dir="asc")["messages"]
    assert first["paging"] == {"count": 2, "total": 5, "page": 1, "pages": 3}
    assert (first["pagination"]["first"], first["pagination"]["last"]) == (1, 2)
    last = anna.search_messages(query="from:me", count=2, page=3, sort="timestamp", sort_dir="asc")["messages"]
    assert [one["text"] for one in last["matches"]] == ["just now"]
    seen, cursor = list[str](), "*"
    while cursor:
        page = anna.search_messages(query="from:me", count=2, cursor=cursor, sort="timestamp")["messages"]
        seen += [one["text"] for one in page["matches"]]
        cursor = page["pagination"]["next_cursor"]
    assert len(seen) == len(set(seen)) == 5
    assert error(lambda: anna.search_messages(query="from:me", cursor="nonsense")) == "invalid_cursor"


def test_search_lags_behind_where_told_to(world: World) -> None:
    anna = world.user()
    world.face.space.search_lag = 120
    assert anna.search_messages(query="just")["messages"]["total"] == 0
    world.office.clock.advance(120)
    assert anna.search_messages(query="just")["messages"]["total"] == 1


def test_no_query(world: World) -> None:
    headers = {"authorization": f"Bearer {world.user().token}"}
    told = httpx.get(f"{world.url}/api/search.messages", params={"query": " "}, headers=headers, trust_env=False)
    assert told.json() == {"ok": False, "error": "no_query"}
