"""Writing: messages, edits, deletions, only-for-you ones, scheduled ones, reactions."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.connectors.sandbox.slack_world import (
    ANNA,
    BEN,
    BOT,
    CARA,
    DIRECT,
    GENERAL,
    MONDAY,
    OPEN,
    SECRET,
    TO_BOT,
    World,
    error,
    refusal,
    slack_world,
)

NOW = int(MONDAY.timestamp())


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world() as made:
        yield made


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": "Take it"}, "action_id": "take", **more}


def test_a_message_is_kept_as_it_was_sent(world: World) -> None:
    bot = world.bot()
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*now*"}}]
    metadata = {"event_type": "deepday_request", "event_payload": {"id": "r1"}}
    answer = bot.chat_postMessage(channel=GENERAL, text="hello", blocks=blocks, metadata=metadata, unfurl_links=False)
    message = answer["message"]
    assert (answer["channel"], answer["ts"]) == (GENERAL, message["ts"])
    assert answer["ts"] == f"{NOW}.000000"
    assert (message["user"], message["bot_id"], message["app_id"]) == (BOT, "B0DEEPDAYB", "A0DEEPDAY1")
    assert message["blocks"][0]["block_id"], "Slack fills in what was left out"
    bare = bot.conversations_history(channel=GENERAL)["messages"]
    assert "metadata" not in bare[0]
    full = bot.conversations_history(channel=GENERAL, include_all_metadata=True)["messages"]
    assert full[0]["metadata"] == metadata
    second = bot.chat_postMessage(channel=GENERAL, text="again")
    assert second["ts"] == f"{NOW}.000001", "a ts is unique in its channel"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"channel": SECRET, "text": "x"}, "channel_not_found"),
        ({"channel": OPEN, "text": "x"}, "not_in_channel"),
        ({"channel": GENERAL}, "no_text"),
        ({"channel": GENERAL, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": GENERAL, "markdown_text": "y" * 12_001}, "msg_too_long"),
        ({"channel": GENERAL, "blocks": "nonsense"}, "invalid_blocks_format"),
        ({"channel": GENERAL, "blocks": [{"type": "poem"}]}, "invalid_blocks"),
        ({"channel": GENERAL, "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"channel": GENERAL, "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"channel": GENERAL, "blocks": [{"type": "actions", "elements": []}]}, "invalid_blocks"),
        ({"channel": GENERAL, "blocks": [{"type": "actions", "elements": [button(), button()]}]}, "invalid_blocks"),
        (
            {"channel": GENERAL, "blocks": [{"type": "actions", "elements": [button(value="v" * 2001)]}]},
            "invalid_blocks",
        ),
        ({"channel": GENERAL, "blocks": [{"type": "divider", "block_id": "a"}] * 2}, "invalid_blocks"),
        ({"channel": GENERAL, "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"channel": GENERAL, "text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_format"),
        (
            {"channel": GENERAL, "text": "x", "metadata": {"event_type": "t", "event_payload": {"a": "b" * 16_000}}},
            "metadata_too_large",
        ),
        ({"channel": GENERAL, "text": "x", "as_user": True}, "as_user_not_supported"),
    ],
)
def test_what_cannot_be_posted_is_refused(world: World, sent: dict[str, Any], code: str) -> None:
    bot = world.bot()
    with httpx.Client(trust_env=False) as client:  # the SDK warns about some of these by itself
        headers = {"authorization": f"Bearer {bot.token}", "content-type": "application/json; charset=utf-8"}
        told = client.post(f"{world.url}/api/chat.postMessage", json=sent, headers=headers).json()
    assert told["error"] == code
    assert world.office.chat.between(GENERAL, 0, 10**17) == []


def test_long_text_is_cut_when_posted_and_refused_when_edited(world: World) -> None:
    bot = world.bot()
    posted = bot.chat_postMessage(channel=GENERAL, text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    assert error(lambda: bot.chat_update(channel=GENERAL, ts=posted["ts"], text="x" * 4001)) == "msg_too_long"


def test_a_bot_writes_to_people_by_name_and_to_open_channels_with_the_scope(world: World) -> None:
    bot = world.bot()
    assert bot.chat_postMessage(channel=ANNA, text="x")["channel"] == TO_BOT
    assert bot.chat_postMessage(channel="#general", text="x")["channel"] == GENERAL
    assert error(lambda: bot.chat_postMessage(channel="U0NOBODY01", text="x")) == "channel_not_found"
    wide = world.bot("chat:write", "chat:write.public")
    assert wide.chat_postMessage(channel=OPEN, text="x")["ok"]
    world.face.space.archived.add(GENERAL)
    assert error(lambda: bot.chat_postMessage(channel=GENERAL, text="x")) == "is_archived"


def test_people_write_only_where_they_are(world: World) -> None:
    anna = world.user()
    assert anna.chat_postMessage(channel=SECRET, text="x")["message"]["user"] == ANNA
    assert error(lambda: anna.chat_postMessage(channel=OPEN, text="x")) == "not_in_channel"


def test_threads(world: World) -> None:
    bot = world.bot()
    parent = world.face.say(ANNA, GENERAL, "who can help?")
    reply = bot.chat_postMessage(channel=GENERAL, text="me", thread_ts=parent)
    assert reply["message"]["thread_ts"] == parent
    below = bot.chat_postMessage(channel=GENERAL, text="more", thread_ts=reply["ts"])
    assert below["message"]["thread_ts"] == parent, "an answer to an answer belongs to the same thread"
    loud = bot.chat_postMessage(channel=GENERAL, text="all", thread_ts=parent, reply_broadcast=True)
    assert loud["message"]["subtype"] == "thread_broadcast"


def test_one_edits_and_deletes_ones_own_messages(world: World) -> None:
    bot, theirs = world.bot(), world.face.say(ANNA, GENERAL, "mine")
    ts = bot.chat_postMessage(channel=GENERAL, text="first")["ts"]
    world.office.clock.advance(60)
    edited = bot.chat_update(channel=GENERAL, ts=ts, text="second")
    assert (edited["text"], edited["ts"]) == ("second", ts)
    assert edited["message"]["edited"] == {"user": BOT, "ts": f"{NOW + 60}.000000"}
    assert error(lambda: bot.chat_update(channel=GENERAL, ts=theirs, text="x")) == "cant_update_message"
    assert error(lambda: bot.chat_delete(channel=GENERAL, ts=theirs)) == "cant_delete_message"
    assert error(lambda: bot.chat_delete(channel=GENERAL, ts="1000000000.000001")) == "message_not_found"
    assert bot.chat_delete(channel=GENERAL, ts=ts).data == {"ok": True, "channel": GENERAL, "ts": ts}
    assert error(lambda: bot.chat_update(channel=GENERAL, ts=ts, text="x")) == "message_not_found"
    world.face.space.admins.add(BEN)
    assert world.user(BEN).chat_delete(channel=GENERAL, ts=theirs)["ok"]


def test_an_ephemeral_message_is_for_one_member_and_not_in_the_history(world: World) -> None:
    bot = world.bot()
    ts = bot.chat_postEphemeral(channel=GENERAL, user=ANNA, text="only you")["message_ts"]
    assert error(lambda: bot.chat_postEphemeral(channel=TO_BOT, user=BEN, text="x")) == "user_not_in_channel"
    assert bot.conversations_history(channel=GENERAL)["messages"] == []
    assert [(one["user"], one["text"]) for one in world.face.space.ephemeral] == [(ANNA, "only you")]
    assert error(lambda: bot.chat_update(channel=GENERAL, ts=ts, text="x")) == "message_not_found"


def test_a_scheduled_message_comes_at_its_time(world: World) -> None:
    bot = world.bot()
    answer = bot.chat_scheduleMessage(channel=GENERAL, text="later", post_at=NOW + 600)
    gone = bot.chat_scheduleMessage(channel=GENERAL, text="never", post_at=NOW + 600)
    bot.chat_deleteScheduledMessage(channel=GENERAL, scheduled_message_id=gone["scheduled_message_id"])
    assert answer["post_at"] == NOW + 600
    world.office.clock.advance(599)
    world.face.pump()
    assert bot.conversations_history(channel=GENERAL)["messages"] == []
    world.office.clock.advance(61)
    world.face.pump()
    posted = bot.conversations_history(channel=GENERAL)["messages"]
    assert [(one["text"], one["ts"]) for one in posted] == [("later", f"{NOW + 600}.000000")]
    assert (
        error(lambda: bot.chat_deleteScheduledMessage(channel=GENERAL, scheduled_message_id="Q1"))
        == "invalid_scheduled_message_id"
    )


@pytest.mark.parametrize(
    ("at", "code"), [(NOW, "time_in_past"), (NOW + 120 * 86_400 + 1, "time_too_far"), ("noon", "invalid_time")]
)
def test_times_that_cannot_be_scheduled(world: World, at: Any, code: str) -> None:
    assert error(lambda: world.bot().chat_scheduleMessage(channel=GENERAL, text="x", post_at=at)) == code


def test_thirty_scheduled_messages_in_five_minutes_are_the_most(world: World) -> None:
    bot = world.bot()
    for second in range(30):
        bot.chat_scheduleMessage(channel=GENERAL, text="x", post_at=NOW + 600 + second)
    refused = error(lambda: bot.chat_scheduleMessage(channel=GENERAL, text="x", post_at=NOW + 640))
    assert refused == "restricted_too_many"


def test_reactions_and_permalinks(world: World) -> None:
    bot, ts = world.bot(), world.face.say(ANNA, GENERAL, "done")
    bot.reactions_add(channel=GENERAL, timestamp=ts, name="tada")
    world.face.react(CARA, GENERAL, ts, "tada")
    assert error(lambda: bot.reactions_add(channel=GENERAL, timestamp=ts, name="tada")) == "already_reacted"
    assert error(lambda: bot.reactions_add(channel=GENERAL, timestamp=ts, name="Not An Emoji")) == "invalid_name"
    [message] = bot.conversations_history(channel=GENERAL)["messages"]
    assert message["reactions"] == [{"name": "tada", "users": [BOT, CARA], "count": 2}]
    link = bot.chat_getPermalink(channel=GENERAL, message_ts=ts)["permalink"]
    assert link == f"https://office.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"


def test_people_edit_too_and_only_in_their_rooms(world: World) -> None:
    ts = world.face.say(ANNA, DIRECT, "hi")
    world.face.edit(ANNA, DIRECT, ts, "hello")
    assert world.user(BEN).conversations_history(channel=DIRECT)["messages"][0]["text"] == "hello"
    with pytest.raises(ValueError, match="did not write"):
        world.face.edit(BEN, DIRECT, ts, "")
    world.face.edit(ANNA, DIRECT, ts, "")
    assert world.user(BEN).conversations_history(channel=DIRECT)["messages"] == []
    with pytest.raises(ValueError, match="is not in"):
        world.face.say(CARA, DIRECT, "x")


def test_a_required_argument_that_is_missing_is_named(world: World) -> None:
    with httpx.Client(trust_env=False) as client:
        headers = {"authorization": f"Bearer {world.bot().token}"}
        told = client.post(f"{world.url}/api/chat.delete", data={"channel": GENERAL}, headers=headers).json()
    assert told["error"] == "invalid_arguments"
    assert told["response_metadata"]["messages"] == ["[ERROR] missing required field: ts"]
    assert refusal(lambda: world.bot().conversations_history(channel=""))["error"] == "invalid_arguments"
