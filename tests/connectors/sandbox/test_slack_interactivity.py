"""Slash commands, buttons, shortcuts and modals, and the URLs that an app answers to later."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from slack_sdk.webhook import WebhookClient

from tests.connectors.sandbox.slack_world import (
    ANNA,
    BEN,
    GENERAL,
    TO_BOT,
    Received,
    Receiver,
    World,
    error,
    receiver,
    slack_world,
)

BUTTONS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Take it?"}},
    {
        "type": "actions",
        "block_id": "request",
        "elements": [
            {"type": "button", "action_id": "take", "value": "r1", "text": {"type": "plain_text", "text": "Yes"}},
            {"type": "button", "action_id": "pass", "value": "r1", "text": {"type": "plain_text", "text": "No"}},
        ],
    },
]
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Urgent"},
    "callback_id": "urgent",
    "blocks": [{"type": "input", "block_id": "what", "label": {}, "element": {"type": "plain_text_input"}}],
}


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world() as made:
        yield made


@pytest.fixture
def app(world: World) -> Iterator[Receiver]:
    with receiver() as made:
        world.face.app.request_url = made.url
        yield made


def saying(answer: Any) -> Any:
    def respond(_: Received) -> tuple[int, dict[str, str], bytes]:
        return 200, {"content-type": "application/json"}, json.dumps(answer).encode()

    return respond


def payload(received: Received) -> dict[str, Any]:
    found = json.loads(parse_qs(received.body.decode())["payload"][0])
    assert isinstance(found, dict)
    return found


def test_a_command_is_a_signed_form(world: World, app: Receiver) -> None:
    reply = world.face.slash_command(ANNA, GENERAL, "/urgent", "100% on fire & more")
    [got] = app.got
    assert reply.acknowledged
    assert world.verifier().is_valid_request(got.body, got.headers)
    assert got.headers["content-type"] == "application/x-www-form-urlencoded"
    fields = {key: values[0] for key, values in parse_qs(got.body.decode()).items()}
    assert (fields["command"], fields["text"], fields["user_id"]) == ("/urgent", "100% on fire & more", ANNA)
    assert (fields["channel_id"], fields["channel_name"], fields["team_id"]) == (GENERAL, "general", "T0OFFICE01")
    assert fields["response_url"] == reply.response_url
    assert fields["trigger_id"] == reply.trigger_id


def test_commands_have_an_address_of_their_own_where_one_is_set(world: World, app: Receiver) -> None:
    world.face.app.commands_url = f"{app.url}/commands"
    world.face.slash_command(ANNA, GENERAL, "/urgent")
    assert app.got[0].path == "/slack/commands"


@pytest.mark.parametrize(
    ("answer", "failure"), [(b"{", "http_error"), (b'{"blocks": "?"}', "invalid_blocks_format"), (b"[1]", "")]
)
def test_an_answer_that_cannot_be_shown_fails_for_the_user(
    world: World, app: Receiver, answer: bytes, failure: str
) -> None:
    app.respond = lambda _: (200, {"content-type": "application/json"}, answer)
    assert world.face.slash_command(ANNA, GENERAL, "/urgent").failure == failure
    assert world.face.space.ephemeral == []


def test_the_answer_to_a_command_is_shown(world: World, app: Receiver) -> None:
    bot = world.bot()
    app.respond = lambda _: (200, {}, b"plain words")
    world.face.slash_command(ANNA, GENERAL, "/urgent")
    app.respond = saying({"response_type": "in_channel", "text": "for all"})
    world.face.slash_command(ANNA, GENERAL, "/urgent")
    app.respond = lambda _: (500, {}, b"")
    assert world.face.slash_command(ANNA, GENERAL, "/urgent").failure == "http_error"
    assert [(one["user"], one["text"]) for one in world.face.space.ephemeral] == [(ANNA, "plain words")]
    assert [one["text"] for one in bot.conversations_history(channel=GENERAL)["messages"]] == ["for all"]


def test_a_button_brings_its_value_and_its_message(world: World, app: Receiver) -> None:
    ts = world.bot().chat_postMessage(channel=TO_BOT, text="Take it?", blocks=BUTTONS)["ts"]
    reply = world.face.press_button(ANNA, TO_BOT, ts, "take")
    got = payload(app.got[0])
    [action] = got["actions"]
    assert (got["type"], got["user"]["id"], got["channel"]["id"]) == ("block_actions", ANNA, TO_BOT)
    assert (action["action_id"], action["block_id"], action["value"]) == ("take", "request", "r1")
    assert (got["container"]["message_ts"], got["message"]["text"]) == (ts, "Take it?")
    assert got["response_url"] == reply.response_url
    with pytest.raises(LookupError, match="no button"):
        world.face.press_button(ANNA, TO_BOT, ts, "explode")
    with pytest.raises(ValueError, match="is not in"):
        world.face.press_button(BEN, TO_BOT, ts, "take")


def test_a_button_of_an_ephemeral_message(world: World, app: Receiver) -> None:
    bot = world.bot()
    ts = bot.chat_postEphemeral(channel=GENERAL, user=ANNA, text="Take it?", blocks=BUTTONS)["message_ts"]
    world.face.press_button(ANNA, GENERAL, ts, "pass", "request")
    assert payload(app.got[0])["container"]["is_ephemeral"] is True
    with pytest.raises(LookupError, match="no message"):
        world.face.press_button(BEN, GENERAL, ts, "pass")


def test_a_response_url_replaces_the_message_five_times_for_half_an_hour(world: World, app: Receiver) -> None:
    bot = world.bot()
    ts = bot.chat_postMessage(channel=TO_BOT, text="Take it?", blocks=BUTTONS)["ts"]
    assert app.url
    url = world.face.press_button(ANNA, TO_BOT, ts, "take").response_url
    later = WebhookClient(url, retry_handlers=[])
    assert later.send(text="Taken", replace_original=True).body == "ok"
    [message] = bot.conversations_history(channel=TO_BOT)["messages"]
    assert (message["text"], message["ts"], "blocks" in message) == ("Taken", ts, False)
    assert later.send(text="", replace_original=False).status_code == 400, "an empty one is not counted"
    assert httpx.post(url, content=b"{", trust_env=False).status_code == 400
    for _ in range(3):
        assert later.send(text="psst").status_code == 200
    assert later.send(text="gone", delete_original=True).status_code == 200
    assert bot.conversations_history(channel=TO_BOT)["messages"] == []
    used = later.send(text="sixth")
    assert (used.status_code, json.loads(used.body)["error"]) == (404, "used_url")
    fresh = world.face.slash_command(ANNA, GENERAL, "/urgent").response_url
    world.office.clock.advance(1801)
    late = WebhookClient(fresh, retry_handlers=[]).send(text="late")
    assert (late.status_code, json.loads(late.body)["error"]) == (404, "expired_url")
    assert [one["text"] for one in world.face.space.ephemeral] == ["psst"] * 3


def test_shortcuts_global_and_of_a_message(world: World, app: Receiver) -> None:
    ts = world.face.say(BEN, GENERAL, "look")
    world.face.shortcut(ANNA, "make_urgent")
    world.face.shortcut(ANNA, "make_urgent", GENERAL, ts)
    first, second = (payload(one) for one in app.got)
    assert (first["type"], first["callback_id"], "message" in first) == ("shortcut", "make_urgent", False)
    assert (second["type"], second["message"]["text"], second["channel"]["id"]) == ("message_action", "look", GENERAL)


def test_a_modal_from_trigger_to_submission(world: World, app: Receiver) -> None:
    bot = world.bot()
    trigger = world.face.slash_command(ANNA, GENERAL, "/urgent").trigger_id
    view = bot.views_open(trigger_id=trigger, view=MODAL)["view"]
    assert (view["type"], view["callback_id"], view["app_id"]) == ("modal", "urgent", "A0DEEPDAY1")
    assert error(lambda: bot.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    assert error(lambda: bot.views_open(trigger_id="1.2.c", view=MODAL)) == "invalid_trigger_id"
    values = {"what": {"text": {"type": "plain_text_input", "value": "help"}}}
    app.respond = saying({"response_action": "errors", "errors": {"what": "too short"}})
    assert world.face.submit_view(ANNA, view["id"], values).payload["errors"] == {"what": "too short"}
    got = payload(app.got[-1])
    assert (got["type"], got["view"]["state"]["values"], got["view"]["id"]) == ("view_submission", values, view["id"])
    app.respond = saying({})
    assert world.face.submit_view(ANNA, view["id"], values).acknowledged
    with pytest.raises(KeyError):
        world.face.submit_view(ANNA, view["id"], values)


def test_a_trigger_is_good_for_three_seconds(world: World, app: Receiver) -> None:
    assert app.url
    trigger = world.face.slash_command(ANNA, GENERAL, "/urgent").trigger_id
    world.office.clock.advance(3.5)
    assert error(lambda: world.bot().views_open(trigger_id=trigger, view=MODAL)) == "expired_trigger_id"


def test_views_change_and_the_home_tab(world: World, app: Receiver) -> None:
    assert app.url
    bot = world.bot()
    trigger = world.face.slash_command(ANNA, GENERAL, "/urgent").trigger_id
    view = bot.views_open(trigger_id=trigger, view={**MODAL, "external_id": "e1"})["view"]
    changed = bot.views_update(external_id="e1", hash=view["hash"], view={**MODAL, "external_id": "e1"})["view"]
    assert changed["hash"] != view["hash"]
    stale = error(lambda: bot.views_update(view_id=view["id"], hash=view["hash"], view=MODAL))
    assert stale == "hash_conflict"
    assert error(lambda: bot.views_update(view_id="V0NOWHERE", view=MODAL)) == "not_found"
    other = world.face.slash_command(ANNA, GENERAL, "/urgent").trigger_id
    twice = error(lambda: bot.views_open(trigger_id=other, view={**MODAL, "external_id": "e1"}))
    assert twice == "duplicate_external_id"
    large = {**MODAL, "private_metadata": "x" * 250_000}
    assert error(lambda: bot.views_open(trigger_id=other, view=large)) == "view_too_large"
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    assert bot.views_publish(user_id=ANNA, view=home)["view"]["type"] == "home"
    assert error(lambda: bot.views_publish(user_id=ANNA, view=home, hash="old")) == "hash_conflict"
    assert error(lambda: bot.views_publish(user_id="U0NOBODY01", view=home)) == "user_not_found"
