"""Too many requests, and what else can go wrong on the wire: all in Slack's words.

The clocks here show years long gone: a wait that is told in one test is over in every other one.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler

from deepday_sandbox.office import Fault, FaultKind, Post
from tests.connectors.sandbox.slack_world import ANNA, BEN, GENERAL, OPEN, TO_BOT, World, slack_world

YEARS = iter(range(2002, 2026))


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world(datetime(next(YEARS), 3, 2, 9, 0, tzinfo=UTC)) as made:
        yield made


def limited(call: Callable[[], Any]) -> int:
    """Return how many seconds Slack wants the caller to wait."""
    with pytest.raises(SlackApiError) as caught:
        call()
    response = caught.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    return int(response.headers["retry-after"])


def test_tiers_are_off_unless_switched_on(world: World) -> None:
    anna = world.user()
    answers = [anna.dnd_setSnooze(num_minutes=1) for _ in range(25)]
    assert all(answer["snooze_enabled"] for answer in answers)


def test_a_tier_counts_a_minute_of_the_office_clock(world: World) -> None:
    world.face.space.tiers = True
    anna, ben = world.user(), world.user(BEN)
    for _ in range(20):
        anna.dnd_setSnooze(num_minutes=1)
    ben.dnd_setSnooze(num_minutes=1)
    world.office.clock.advance(15)
    assert limited(lambda: anna.dnd_setSnooze(num_minutes=1)) == 45
    anna.dnd_info()
    world.office.clock.advance(45)
    anna.dnd_setSnooze(num_minutes=1)


def test_profiles_and_messages_have_limits_of_their_own(world: World) -> None:
    world.face.space.tiers = True
    anna, bot = world.user(), world.bot()
    for _ in range(10):
        anna.users_profile_set(profile={"status_text": "x"})
    assert limited(lambda: anna.users_profile_set(profile={"status_text": "x"})) == 60
    bot.chat_postMessage(channel=GENERAL, text="x")
    bot.chat_postMessage(channel=TO_BOT, text="x")
    assert limited(lambda: bot.chat_postMessage(channel=GENERAL, text="x")) == 1
    world.office.clock.advance(1)
    bot.chat_postMessage(channel=GENERAL, text="x")


def test_apps_sold_outside_the_marketplace_read_fifteen_messages_a_minute(world: World) -> None:
    now = world.office.clock.seconds()
    for number in range(40):
        world.office.chat.post(Post((now + number) * 1_000_000, OPEN, BEN, f"m{number}"))
    world.face.space.commercial = True
    anna = world.user()
    answer = anna.conversations_history(channel=OPEN, limit=200)
    assert (len(answer["messages"]), answer["has_more"]) == (15, True)
    following = answer["response_metadata"]["next_cursor"]
    assert limited(lambda: anna.conversations_history(channel=OPEN, cursor=following)) == 60
    ts = answer["messages"][0]["ts"]
    assert anna.conversations_replies(channel=OPEN, ts=ts)["ok"], "each method has its own minute"
    assert limited(lambda: anna.conversations_replies(channel=OPEN, ts=ts)) == 60
    world.office.clock.advance(60)
    assert anna.conversations_history(channel=OPEN, cursor=following)["messages"][0]["text"] == "m24"


def test_faults_in_slacks_form(world: World) -> None:
    anna, faults = world.user(), world.office.faults
    faults.add(Fault(FaultKind.STATUS, path="auth.test", status=429))
    assert limited(anna.auth_test) == 30
    world.office.clock.advance(30)
    faults.add(Fault(FaultKind.STATUS, path="auth.test", status=429, headers={"Retry-After": "7"}))
    assert limited(anna.auth_test) == 7
    world.office.clock.advance(7)
    faults.add(Fault(FaultKind.STATUS, path="auth.test", code="team_access_not_granted"))
    with pytest.raises(SlackApiError) as refused:
        anna.auth_test()
    assert (refused.value.response.status_code, refused.value.response["error"]) == (200, "team_access_not_granted")
    faults.add(Fault(FaultKind.STATUS, path="auth.test", status=503))
    with pytest.raises(SlackApiError) as down:
        anna.auth_test()
    assert down.value.response.status_code == 503
    assert "non-JSON" in str(down.value.response.data)
    assert anna.auth_test()["user_id"] == ANNA


def test_a_reset_after_the_message_was_posted(world: World) -> None:
    bot = world.bot()
    world.office.faults.add(Fault(FaultKind.RESET_AFTER, path="chat.postMessage"))
    with pytest.raises(OSError, match=r"Remote end closed|reset"):
        bot.chat_postMessage(channel=GENERAL, text="once")
    assert [one["text"] for one in bot.conversations_history(channel=GENERAL)["messages"]] == ["once"]


def test_the_clients_own_retries_post_twice(world: World) -> None:
    token = world.face.install(ANNA, bot_scopes=["chat:write"]).bot
    retrying = WebClient(token, base_url=f"{world.url}/api/", retry_handlers=[ConnectionErrorRetryHandler()])
    world.office.faults.add(Fault(FaultKind.RESET_AFTER, path="chat.postMessage"))
    retrying.chat_postMessage(channel=GENERAL, text="again and again")
    assert len(world.office.chat.between(GENERAL, 0, 10**17)) == 2


def test_a_reset_before_and_half_an_answer(world: World) -> None:
    bot = world.bot()
    world.office.faults.add(Fault(FaultKind.RESET_BEFORE, path="chat.postMessage"))
    with pytest.raises(OSError, match=r"Remote end closed|reset"):
        bot.chat_postMessage(channel=GENERAL, text="never")
    assert world.office.chat.between(GENERAL, 0, 10**17) == []
    world.office.faults.add(Fault(FaultKind.TRUNCATE, path="conversations.info"))
    with pytest.raises((SlackApiError, HTTPException)):
        bot.conversations_info(channel=GENERAL)
