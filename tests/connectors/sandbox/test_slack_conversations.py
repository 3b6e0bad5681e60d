"""Reading: conversations, their members, history and threads, people."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from slack_sdk.web import SlackResponse

from deepday_sandbox.office import Post, Worker
from tests.connectors.sandbox.slack_world import (
    ANNA,
    BEN,
    BOT,
    CARA,
    DIRECT,
    GENERAL,
    GROUP,
    MONDAY,
    OPEN,
    SECRET,
    TO_BOT,
    World,
    error,
    slack_world,
)

NOW = int(MONDAY.timestamp())
EVERY_TYPE = "public_channel,private_channel,mpim,im"


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world() as made:
        yield made


def fill(world: World, count: int, room: str = GENERAL) -> None:
    for number in range(count):
        world.office.chat.post(Post((NOW + number) * 1_000_000, room, ANNA, f"m{number}"))


def ids(answer: SlackResponse) -> set[str]:
    return {one["id"] for one in answer["channels"]}


def test_lists_show_what_the_caller_may_see(world: World) -> None:
    anna, bot = world.user(), world.bot()
    assert ids(anna.conversations_list(types=EVERY_TYPE)) == {GENERAL, OPEN, SECRET, DIRECT, GROUP, TO_BOT}
    assert ids(anna.users_conversations(types=EVERY_TYPE)) == {GENERAL, SECRET, DIRECT, GROUP, TO_BOT}
    assert ids(bot.users_conversations(types=EVERY_TYPE)) == {GENERAL, GROUP, TO_BOT}
    assert ids(bot.users_conversations(types=EVERY_TYPE, user=BEN)) == {GENERAL, OPEN, GROUP}
    world.face.space.archived.add(OPEN)
    assert ids(bot.conversations_list(exclude_archived=True)) == {GENERAL}
    world.face.space.muted[ANNA] = {GENERAL}
    assert GENERAL not in ids(anna.api_call("users.conversations", data={"exclude_muted": "true"}))
    assert error(lambda: bot.conversations_list(types="letters")) == "invalid_types"


def test_each_kind_of_conversation_has_its_own_scope(world: World) -> None:
    narrow = world.bot("channels:read")
    assert error(lambda: narrow.conversations_list(types=EVERY_TYPE)) == "missing_scope"
    assert error(lambda: narrow.conversations_info(channel=TO_BOT)) == "missing_scope"
    assert narrow.conversations_info(channel=GENERAL)["ok"]


def test_the_shapes_of_conversations(world: World) -> None:
    anna = world.user()
    channel = anna.conversations_info(channel=OPEN, include_num_members=True)["channel"]
    assert (channel["name"], channel["is_channel"], channel["is_member"], channel["num_members"]) == (
        "open",
        True,
        False,
        2,
    )
    direct = anna.conversations_info(channel=DIRECT)["channel"]
    assert (direct["is_im"], direct["user"]) == (True, BEN)
    assert anna.conversations_info(channel=SECRET)["channel"]["is_private"] is True
    assert anna.conversations_info(channel=GROUP)["channel"]["is_mpim"] is True
    assert error(lambda: world.bot().conversations_info(channel=SECRET)) == "channel_not_found"


def test_pages_follow_the_cursor(world: World) -> None:
    bot, seen, cursor = world.bot(), list[str](), ""
    for _ in range(2):
        answer = bot.conversations_members(channel=GENERAL, limit=2, cursor=cursor)
        seen += answer["members"]
        cursor = answer["response_metadata"]["next_cursor"]
    assert (seen, cursor) == ([ANNA, BEN, CARA, BOT], "")
    assert error(lambda: bot.conversations_members(channel=GENERAL, cursor="nonsense")) == "invalid_cursor"
    assert error(lambda: bot.conversations_members(channel=GENERAL, limit=1000)) == "invalid_limit"


def test_opening_direct_messages(world: World) -> None:
    bot = world.bot()
    there = bot.conversations_open(users=ANNA)
    assert (there["channel"], there["already_open"], there["no_op"]) == ({"id": TO_BOT}, True, True)
    new = bot.conversations_open(users=[BEN], return_im=True)
    assert (new["channel"]["user"], new.get("already_open")) == (BEN, None)
    assert bot.conversations_open(users=BEN)["channel"]["id"] == new["channel"]["id"]
    both = bot.conversations_open(users=[ANNA, BEN])["channel"]["id"]
    assert sorted(world.office.chat.rooms[both].members) == sorted([ANNA, BEN, BOT])
    assert bot.conversations_open(channel=both)["already_open"] is True
    assert error(lambda: bot.conversations_open(users="")) == "users_list_not_supplied"
    assert error(lambda: bot.conversations_open(users="U0NOBODY01")) == "user_not_found"
    assert error(lambda: bot.conversations_open(users=[ANNA] * 9)) == "too_many_users"
    assert error(lambda: bot.conversations_open(channel=GENERAL)) == "method_not_supported_for_channel_type"
    narrow = world.client(world.face.install(ANNA, bot_scopes=["im:write"]).bot)
    assert narrow.conversations_open(users=BEN)["ok"]


def test_a_group_needs_its_own_scope(world: World) -> None:
    assert error(lambda: world.bot("im:write").conversations_open(users=[ANNA, BEN])) == "missing_scope"


def test_history_comes_newest_first_in_pages_that_new_messages_do_not_shift(world: World) -> None:
    fill(world, 250)
    bot, seen, cursor = world.bot(), list[str](), None
    while True:
        answer = bot.conversations_history(channel=GENERAL, cursor=cursor)
        seen += [one["text"] for one in answer["messages"]]
        assert len(answer["messages"]) <= 100, "a hundred where no limit is given"
        if not answer["has_more"]:
            break
        cursor = answer["response_metadata"]["next_cursor"]
        world.office.clock.advance(1000)
        world.face.say(ANNA, GENERAL, "in between")
    assert seen == [f"m{number}" for number in reversed(range(250))]
    assert len(bot.conversations_history(channel=GENERAL, limit=999)["messages"]) == 252


@pytest.mark.parametrize(
    ("bounds", "texts"),
    [
        ({"oldest": f"{NOW + 1}.000000"}, ["m3", "m2"]),
        ({"oldest": f"{NOW + 1}.000000", "inclusive": True}, ["m3", "m2", "m1"]),
        ({"latest": f"{NOW + 2}.000000"}, ["m1", "m0"]),
        ({"oldest": str(NOW), "latest": str(NOW + 2), "inclusive": True}, ["m2", "m1", "m0"]),
    ],
)
def test_bounds_of_history(world: World, bounds: dict[str, str], texts: list[str]) -> None:
    fill(world, 4)
    answer = world.bot().api_call("conversations.history", params={"channel": GENERAL, **bounds})
    assert [one["text"] for one in answer["messages"]] == texts


def test_bad_bounds(world: World) -> None:
    bot = world.bot()
    assert error(lambda: bot.conversations_history(channel=GENERAL, oldest="monday")) == "invalid_ts_oldest"
    assert error(lambda: bot.conversations_history(channel=GENERAL, latest="monday")) == "invalid_ts_latest"
    assert error(lambda: bot.conversations_history(channel=GENERAL, cursor="bmV4dF90czp4")) == "invalid_cursor"


def test_who_may_read_a_channel(world: World) -> None:
    fill(world, 1, OPEN)
    assert error(lambda: world.bot().conversations_history(channel=OPEN)) == "not_in_channel"
    assert error(lambda: world.bot().conversations_history(channel=SECRET)) == "channel_not_found"
    assert len(world.user(ANNA).conversations_history(channel=OPEN)["messages"]) == 1, "a person may look in"
    assert error(lambda: world.user(CARA).conversations_history(channel=DIRECT)) == "channel_not_found"


def test_parents_tell_of_their_threads_and_replies_stay_out_of_history(world: World) -> None:
    face, bot = world.face, world.bot()
    parent = face.say(ANNA, GENERAL, "question")
    replies = [face.say(who, GENERAL, "answer", thread=parent) for who in (BEN, CARA, BEN)]
    world.office.chat.post(Post(NOW * 1_000_000 + 99, GENERAL, BEN, "loud", int(NOW * 1e6), "thread_broadcast"))
    history = bot.conversations_history(channel=GENERAL)["messages"]
    assert [one["text"] for one in history] == ["loud", "question"]
    head = history[-1]
    assert (head["thread_ts"], head["reply_count"], head["reply_users"]) == (parent, 4, [BEN, CARA])
    assert head["latest_reply"] == f"{NOW}.000099"
    whole = bot.conversations_replies(channel=GENERAL, ts=parent)
    assert [one["ts"] for one in whole["messages"]] == [parent, *replies, head["latest_reply"]]
    assert whole["has_more"] is False
    by_reply = bot.conversations_replies(channel=GENERAL, ts=replies[1])["messages"]
    assert by_reply[0]["ts"] == parent, "a reply leads to its thread"
    assert error(lambda: bot.conversations_replies(channel=GENERAL, ts="1000000000.000000")) == "thread_not_found"


def test_replies_come_in_pages(world: World) -> None:
    parent = world.face.say(ANNA, GENERAL, "question")
    replies = [world.face.say(BEN, GENERAL, "answer", thread=parent) for _ in range(5)]
    bot, seen, cursor = world.bot(), list[str](), None
    while True:
        answer = bot.conversations_replies(channel=GENERAL, ts=parent, limit=3, cursor=cursor)
        seen += [one["ts"] for one in answer["messages"]]
        if not answer["has_more"]:
            break
        cursor = answer["response_metadata"]["next_cursor"]
    assert seen == [parent, *replies]
    assert all(first < second for first, second in pairwise(seen))


def test_subtypes_and_what_was_kept_with_a_message_come_back(world: World) -> None:
    extra = (("files", [{"id": "F1"}]), ("reactions", [{"name": "eyes", "users": [BEN], "count": 1}]))
    world.office.chat.post(Post(NOW * 1_000_000, GENERAL, CARA, "joined", 0, "channel_join", "", extra))
    world.office.chat.post(Post(NOW * 1_000_000 + 1, GENERAL, "", "alert", 0, "bot_message", "B0TRAINING"))
    alert, joined = world.bot().conversations_history(channel=GENERAL)["messages"]
    assert (joined["subtype"], joined["files"], joined["reactions"][0]["count"]) == ("channel_join", [{"id": "F1"}], 1)
    assert (alert["subtype"], alert["bot_id"], "user" in alert, "app_id" in alert) == (
        "bot_message",
        "B0TRAINING",
        False,
        False,
    )


def test_people(world: World) -> None:
    bot = world.bot()
    ben = bot.users_info(user=BEN)["user"]
    assert (ben["tz"], ben["tz_offset"], ben["profile"]["email"]) == ("America/New_York", -18_000, "ben@example.com")
    assert "email" not in world.user(ANNA).users_info(user=BEN)["user"]["profile"], "that has a scope of its own"
    assert error(lambda: bot.users_info(user="U0NOBODY01")) == "user_not_found"
    assert bot.users_lookupByEmail(email="Cara@Example.com")["user"]["id"] == CARA
    assert error(lambda: bot.users_lookupByEmail(email="dora@example.com")) == "users_not_found"
    assert bot.bots_info(bot="B0DEEPDAYB")["bot"]["user_id"] == BOT
    assert error(lambda: bot.bots_info(bot="B0OTHER001")) == "bot_not_found"
    assert bot.team_info()["team"]["id"] == "T0OFFICE01"


def test_everybody_in_pages(world: World) -> None:
    world.office.people.add(Worker("dora@example.com", "Dora Dahl"))
    bot, first = world.bot(), world.bot().users_list(limit=3)
    rest = bot.users_list(limit=3, cursor=first["response_metadata"]["next_cursor"])
    ids = [one["id"] for one in (*first["members"], *rest["members"])]
    assert (len(ids), len(set(ids)), ids[-1]) == (5, 5, BOT)
    assert rest["response_metadata"]["next_cursor"] == ""
