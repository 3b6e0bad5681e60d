"""The Events API over HTTP: envelopes, who sees what, signatures, retries, and events that go astray."""

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt import App, BoltRequest

from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.sandbox.slack_world import (
    ANNA,
    BEN,
    BOT,
    CARA,
    DIRECT,
    GENERAL,
    GROUP,
    OPEN,
    SECRET,
    TO_BOT,
    Received,
    Receiver,
    World,
    receiver,
    slack_world,
)

ALL = {"message.im", "message.mpim", "message.channels", "message.groups"}


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world() as made:
        yield made


@pytest.fixture
def app(world: World) -> Iterator[Receiver]:
    with receiver() as made:
        world.face.set_request_url(made.url)
        made.wait()
        made.got.clear()
        yield made


def bodies(app: Receiver) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in app.got]


def answering(*statuses: int, **headers: str) -> Any:
    """Answer with those statuses, one after another, then with 200."""
    left = list(statuses)

    def respond(_: Received) -> tuple[int, dict[str, str], bytes]:
        return (left.pop(0) if left else 200), {key.replace("_", "-"): value for key, value in headers.items()}, b""

    return respond


def test_a_request_url_must_answer_the_challenge(world: World) -> None:
    with receiver() as app:
        world.face.set_request_url(app.url)
        challenge = json.loads(app.got[0].body)
        assert challenge["type"] == "url_verification"
        assert world.verifier().is_valid_request(app.got[0].body, app.got[0].headers)
        app.respond = lambda _: (200, {}, b"hello")
        with pytest.raises(ValueError, match="challenge"):
            world.face.set_request_url(app.url)
    with pytest.raises(ValueError, match="this machine"):
        world.face.set_request_url("https://deepday.example/slack")


def test_an_event_in_its_envelope(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL | {"app_mention"}
    ts = world.face.say(ANNA, TO_BOT, "urgent!")
    [body] = bodies(app)
    assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", "T0OFFICE01", "A0DEEPDAY1")
    assert body["event_time"] == world.office.clock.seconds()
    [authorization] = body["authorizations"]
    assert (authorization["user_id"], authorization["is_bot"]) == (BOT, True)
    event = body["event"]
    assert (event["type"], event["channel"], event["channel_type"]) == ("message", TO_BOT, "im")
    assert (event["user"], event["text"], event["ts"], event["event_ts"]) == (ANNA, "urgent!", ts, ts)
    reader = world.client(world.face.app_token("authorizations:read"))
    listed = reader.apps_event_authorizations_list(event_context=body["event_context"])["authorizations"]
    assert [one["user_id"] for one in listed] == [BOT]


def test_signatures_are_over_the_raw_body_by_the_office_clock(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL
    world.face.say(ANNA, TO_BOT, "grüße")
    [got] = app.got
    assert world.verifier().is_valid_request(got.body, got.headers)
    assert not world.verifier().is_valid_request(got.body + b" ", got.headers)
    world.office.clock.advance(301)
    assert not world.verifier().is_valid_request(got.body, got.headers), "too old by now"


def test_the_bot_sees_its_own_rooms_and_a_person_theirs(world: World, app: Receiver) -> None:
    world.bot()
    world.user(ANNA)
    world.face.app.bot_events = {"message.channels", "message.im"}
    world.face.app.user_events = ALL
    for room in (DIRECT, SECRET, GROUP, GENERAL):
        world.face.say(BEN, room, "x")
    world.face.say(BEN, OPEN, "x")  # neither Anna nor the bot is there
    seen = [(one["event"]["channel"], one["authorizations"][0]["user_id"]) for one in bodies(app)]
    assert seen == [(DIRECT, ANNA), (SECRET, ANNA), (GROUP, ANNA), (GENERAL, BOT)]
    assert [one["event"]["channel_type"] for one in bodies(app)] == ["im", "group", "mpim", "channel"]


def test_without_the_scope_or_the_grant_nothing_comes(world: World, app: Receiver) -> None:
    world.user(ANNA, "im:history")
    world.face.app.user_events = ALL
    world.face.say(BEN, GENERAL, "x")
    assert app.got == []
    world.user(ANNA).auth_revoke()
    world.face.say(BEN, DIRECT, "x")
    assert app.got == []


def test_mentions_edits_deletions_and_reactions(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = {"app_mention", "message.channels", "reaction_added"}
    ts = world.face.say(ANNA, GENERAL, f"<@{BOT}> help")
    kinds = [one["event"]["type"] for one in bodies(app)]
    assert kinds == ["message", "app_mention"]
    assert bodies(app)[0]["event_id"] != bodies(app)[1]["event_id"]
    app.got.clear()
    world.face.react(CARA, GENERAL, ts, "eyes")
    world.face.edit(ANNA, GENERAL, ts, "never mind")
    world.face.say(BEN, GENERAL, "fine", thread=ts)
    world.face.edit(ANNA, GENERAL, ts, "")
    reaction, edited, reply, deleted = [one["event"] for one in bodies(app)]
    assert (reaction["type"], reaction["user"], reaction["item"]["ts"]) == ("reaction_added", CARA, ts)
    assert (edited["subtype"], edited["hidden"], edited["message"]["text"]) == ("message_changed", True, "never mind")
    assert edited["previous_message"]["text"] == f"<@{BOT}> help"
    assert (reply["thread_ts"], reply["parent_user_id"]) == (ts, ANNA)
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


def test_what_the_app_posts_and_sets_is_told_too(world: World, app: Receiver) -> None:
    bot, anna = world.bot(), world.user()
    world.face.app.bot_events = {"message.im", "user_status_changed", "dnd_updated_user"}
    bot.chat_postMessage(channel=TO_BOT, text="hello")
    app.wait()
    anna.users_profile_set(profile={"status_text": "x", "status_emoji": ":x:"})
    app.wait()
    anna.dnd_setSnooze(num_minutes=5)
    app.wait()
    events = [one["event"] for one in bodies(app)]
    assert [one["type"] for one in events] == ["message", "user_status_changed", "dnd_updated_user"]
    assert events[0]["bot_id"] == "B0DEEPDAYB"
    assert events[1]["user"]["profile"]["status_text"] == "x"


def test_retries_come_at_once_after_a_minute_and_after_five(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL
    app.respond = answering(500, 500, 500, 500)
    world.face.say(ANNA, TO_BOT, "x")
    assert len(app.got) == 2, "the first retry comes at once"
    world.office.clock.advance(59)
    world.face.pump()
    assert len(app.got) == 2
    world.office.clock.advance(1)
    world.face.pump()
    assert len(app.got) == 3
    world.office.clock.advance(300)
    world.face.pump()
    assert len(app.got) == 4
    world.office.clock.advance(86_400)
    world.face.pump()
    assert len(app.got) == 4, "three retries and no more"
    told = [(one.headers.get("x-slack-retry-num"), one.headers.get("x-slack-retry-reason")) for one in app.got]
    assert told == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({one["event_id"] for one in bodies(app)}) == 1


def test_a_live_office_delivers_by_itself(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL
    app.respond = answering(500, 500)
    world.face.say(ANNA, TO_BOT, "x")
    app.wait()
    app.wait()
    with world.face.live(0.01):
        world.office.clock.advance(60)
        app.wait()
    assert app.got[-1].headers["x-slack-retry-num"] == "2"


def test_an_accepted_event_is_not_repeated_and_no_retry_is_honoured(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL
    app.respond = answering(503)
    world.face.say(ANNA, TO_BOT, "x")
    world.office.clock.advance(3600)
    world.face.pump()
    assert [(one.number, one.reason) for one in world.face.space.delivered] == [(0, "http_error"), (1, "")]
    app.got.clear()
    app.respond = answering(500, x_slack_no_retry="1")
    world.face.say(ANNA, TO_BOT, "x")
    world.office.clock.advance(3600)
    world.face.pump()
    assert len(app.got) == 1


def test_a_late_answer_and_a_dead_server_count_as_failures(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL
    world.face.space.ack_seconds = 0.1
    over = threading.Event()

    def respond(received: Received) -> tuple[int, dict[str, str], bytes]:
        if "x-slack-retry-num" not in received.headers:
            over.wait(10)
        return 200, {}, b""

    app.respond = respond
    world.face.say(ANNA, TO_BOT, "x")
    over.set()
    assert [(one.number, one.reason) for one in world.face.space.delivered] == [(0, "http_timeout"), (1, "")]
    world.face.app.request_url = "http://127.0.0.1:9/"
    world.face.say(ANNA, TO_BOT, "x")
    assert world.face.space.delivered[-1].reason == "connection_failed"
    world.face.app.request_url = app.url
    app.respond = lambda got: (307, {"location": app.url + got.path[-1:]}, b"")
    world.face.say(ANNA, TO_BOT, "x")
    assert world.face.space.delivered[-1].reason == "too_many_redirects"


def test_events_get_lost_doubled_and_swapped(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL
    mishaps = world.face.space.mishaps
    mishaps.lose = 1
    world.face.say(ANNA, TO_BOT, "lost")
    mishaps.double = 1
    world.face.say(ANNA, TO_BOT, "twice")
    mishaps.swap = 1
    world.face.say(ANNA, TO_BOT, "first")
    world.face.say(ANNA, TO_BOT, "second")
    assert [one["event"]["text"] for one in bodies(app)] == ["twice", "twice", "second", "first"]
    assert bodies(app)[0]["event_id"] == bodies(app)[1]["event_id"]


def test_too_many_events_in_an_hour(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL
    world.face.space.events_per_hour = 2
    for _ in range(5):
        world.face.say(ANNA, TO_BOT, "x")
    assert [one["type"] for one in bodies(app)] == ["event_callback", "event_callback", "app_rate_limited"]
    world.office.clock.advance(3600)
    world.face.say(ANNA, TO_BOT, "x")
    assert bodies(app)[-1]["type"] == "event_callback"


def test_revoked_tokens_are_told(world: World, app: Receiver) -> None:
    world.face.app.user_events = {"tokens_revoked"}
    world.user(ANNA).auth_revoke()
    app.wait()
    [body] = bodies(app)
    assert body["event"]["tokens"] == {"oauth": [ANNA], "bot": []}


def test_slacks_own_framework_takes_the_events() -> None:
    with slack_world(datetime.now(UTC)) as world, receiver() as http:  # Bolt checks signatures by the real clock
        bot = world.bot()
        bolt = App(client=bot, signing_secret=world.face.app.signing_secret, process_before_response=True)
        heard: list[str] = []

        @bolt.event("message")
        def listen(event: dict[str, Any]) -> None:
            heard.append(event["text"])

        def respond(received: Received) -> tuple[int, dict[str, str], bytes]:
            headers: dict[str, str | Sequence[str]] = {key: [value] for key, value in received.headers.items()}
            answer = bolt.dispatch(BoltRequest(body=received.body.decode(), headers=headers))
            return answer.status, {}, answer.body.encode()

        http.respond = respond
        world.face.set_request_url(http.url)
        world.face.app.bot_events = ALL
        world.face.say(ANNA, TO_BOT, "hello Bolt")
        assert heard == ["hello Bolt"]
        assert world.face.space.delivered[-1].reason == ""
        world.face.app.signing_secret = "another"
        world.face.say(ANNA, TO_BOT, "forged")
        assert heard == ["hello Bolt"]
        assert world.face.space.delivered[-1].reason == "http_error"


def test_faults_do_not_touch_deliveries(world: World, app: Receiver) -> None:
    world.bot()
    world.face.app.bot_events = ALL
    world.office.faults.add(Fault(FaultKind.STATUS, times=-1))
    world.face.say(ANNA, TO_BOT, "x")
    assert len(app.got) == 1
