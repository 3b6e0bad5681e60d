"""Slack's JSON to values and back, whatever it holds."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deepday.connect.slack_messages import LATEST, UnusableError, micros_of, read_post
from deepday.errors import CursorGoneError
from deepday.model import ConversationKind, Cursor, DoNotDisturb, Presence, Status
from deepday_slack.activity_cursor import Place, Standing
from deepday_slack.signals import Ears, signal_of
from deepday_slack.translate import (
    escaped,
    kind_of,
    presence_of,
    profile_of,
    read_thread,
    snooze_of,
    status_of,
    ts_of,
    unescaped,
)

ME = "U0ANNA0001"
BOTS = frozenset({"USLACKBOT"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([ME, "message", "1770000.1"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["type", "user", "ts", "thread_ts", "text", "blocks", "subtype", "event", "team", "team_id", "id",
             "actions", "authorizations", "action_ts", "channel", "status_text", "status_emoji", "status_expiration",
             "snooze_enabled", "snooze_endtime", "latest_reply", "reply_users", "reply_users_count", "manual_away"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_hostile_json_is_used_or_reported(value: Any) -> None:
    with suppress(UnusableError):
        post = read_post(value, ME, BOTS)
        assert post is None or post.micros > 0
    assert read_thread(value, ME) is None or isinstance(value, dict)
    for kind in ("events_api", "slash_commands", "interactive"):
        found = signal_of(kind, value, 1, Ears("T1", ME, "U0BOT", 1)) if isinstance(value, dict) else None
        assert found is None or found.sender
    if isinstance(value, dict):
        assert isinstance(status_of(value, 1), Status)
        assert isinstance(snooze_of(value, 1), DoNotDisturb)
        assert isinstance(presence_of(value), Presence)


@given(st.text())
@example("&lt; &amp;lt; <b>")
def test_a_text_comes_back_as_it_was_written(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not set("<>") & set(escaped(text))


@given(st.integers(1_262_304_000_000_000, LATEST * 1_000_000 - 1))
def test_a_timestamp_comes_back_as_it_was_written(micros: int) -> None:
    assert micros_of(ts_of(micros)) == micros


@pytest.mark.parametrize("ts", ["", "abc", "1.2.3", "-1.0", "12345678901.0", "1770000000.1234567", "\uff11.0", 7, None])
def test_what_is_no_timestamp_is_none(ts: object) -> None:
    assert micros_of(ts) is None


@given(st.text(min_size=1, max_size=100), st.integers(10, 1 << 39))
def test_a_status_comes_back_as_it_was_written(text: str, until: int) -> None:
    value = Status(text, ":headphones:", until)
    assert status_of(profile_of(value), 1) == value
    assert profile_of(Status()) == {"status_text": "", "status_emoji": "", "status_expiration": 0}


def test_a_mention_is_found_in_the_text_or_in_the_blocks() -> None:
    said = {"type": "message", "user": "U0BEN", "ts": "1770000000.000100"}
    block = [{"type": "rich_text", "elements": [{"elements": [{"type": "user", "user_id": ME}]}]}]
    for more, mention in (
        ({"text": f"<@{ME}> hi"}, True),
        ({"text": f"<@{ME}|anna> hi"}, True),
        ({"text": "", "blocks": block}, True),
        ({"text": f"{ME} <@{ME}X> <!channel>"}, False),
    ):
        post = read_post({**said, **more}, ME, BOTS)
        assert post
        assert post.mention is mention
        assert not hasattr(post, "text")


def test_what_the_owner_posted_through_an_app_is_the_owners() -> None:
    said = {"type": "message", "user": ME, "ts": "1770000000.000100", "bot_id": "B0APP", "text": f"<@{ME}>"}
    post = read_post(said, ME, BOTS)
    assert post
    assert (post.own, post.mention) == (True, False)
    assert read_post({**said, "user": "U0BEN"}, ME, BOTS) is None


def test_a_thread_may_be_the_owners_unless_slack_says_that_it_is_not() -> None:
    parent = {"user": "U0BEN", "ts": "1770000000.000100", "latest_reply": "1770000100.000100"}
    for more, maybe in (
        ({"reply_users": ["U0BEN", ME], "reply_users_count": 2}, True),
        ({"reply_users": ["U0BEN"], "reply_users_count": 1}, False),
        ({"reply_users": ["U1", "U2", "U3", "U4", "U5"], "reply_users_count": 6}, True),
        ({"user": ME, "reply_users": ["U0BEN"], "reply_users_count": 1}, True),
        ({}, True),
    ):
        thread = read_thread({**parent, **more}, ME)
        assert thread
        assert thread.maybe_owners is maybe


def test_a_snooze_without_an_end_lasts() -> None:
    shown = {"snooze_enabled": True, "snooze_is_indefinite": True, "snooze_endtime": 0}
    assert snooze_of(shown, 1) == DoNotDisturb(LATEST)


def test_kinds_of_conversations() -> None:
    assert kind_of({"is_im": True}) is ConversationKind.DIRECT
    assert kind_of({"is_mpim": True, "is_group": True}) is ConversationKind.GROUP
    assert kind_of({"is_channel": True}) is kind_of({}) is ConversationKind.THREAD


def test_a_cursor_goes_on_where_it_stopped_and_for_nobody_else() -> None:
    standing = Standing("T1", ME, 100, 200, None, [Place("C1", "thread")], 0, ["C1:5"], "next", ["1.5"], "more", 7, 3)
    standing.visible, standing.reached, standing.held = 90_000_000, 91_000_000, [92_000_000]
    assert Standing.read(standing.cursor(), "T1", ME) == standing
    for text in ("", "{}", "[]", "7", "[" * 9000, '{"v":1,"team":"T1","user":"U0ANNA0001"}'):
        with pytest.raises(CursorGoneError):
            Standing.read(Cursor(text), "T1", ME)
    for team, user in (("T2", ME), ("T1", "U0BEN")):
        with pytest.raises(CursorGoneError):
            Standing.read(standing.cursor(), team, user)
