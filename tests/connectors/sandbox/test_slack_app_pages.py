"""The pages of an app's settings: a manifest is checked, consent is asked for in words, tokens are shown."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.connectors.sandbox.slack_world import ANNA, World, error, slack_world

GOOD: dict[str, Any] = {
    "display_information": {"name": "deepday"},
    "features": {
        "bot_user": {"display_name": "deepday"},
        "slash_commands": [{"command": "/urgent", "description": "Reach me"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "im:history"], "user": ["dnd:write"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.im"]}, "socket_mode_enabled": True},
}


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world() as made:
        yield made


@pytest.fixture
def browser(world: World) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world.url, follow_redirects=True, trust_env=False) as client:
        yield client


def shown(page: str, name: str) -> str:
    found = re.search(rf'id="{name}-token" readonly size="60" value="([^"]*)"', page)
    return html.unescape(found[1]) if found else ""


def with_change(*path: str, value: Any) -> str:
    changed = json.loads(json.dumps(GOOD))
    part = changed
    for name in path[:-1]:
        part = part.setdefault(name, {})
    part[path[-1]] = value
    return json.dumps(changed)


def test_from_a_manifest_to_tokens_that_work(world: World, browser: httpx.Client) -> None:
    page = browser.post("/apps", data={"manifest": json.dumps(GOOD)})
    assert page.url.path == f"/apps/{world.face.app.id}"
    assert "Install to Office" in page.text
    assert shown(page.text, "user") == ""
    consent = browser.get(f"{page.url.path}/install").text
    assert "View messages and other content in direct messages" in consent
    assert "Edit a person&#39;s Do Not Disturb settings" in consent
    page = browser.post(f"{page.url.path}/install", data={"user": ANNA, "choice": "allow"})
    page = browser.post(f"{page.url.path}/app-token")
    user, bot, app = (shown(page.text, name) for name in ("user", "bot", "app"))
    assert world.client(user).auth_test()["user_id"] == ANNA
    assert world.client(user).auth_test().headers["x-oauth-scopes"] == "dnd:write"
    assert world.client(bot).auth_test().headers["x-oauth-scopes"] == "commands,im:history"
    assert world.client(app).apps_connections_open(app_token=app)["url"].startswith("ws://")
    assert world.face.app.socket_mode
    assert world.face.app.bot_events == {"message.im"}


def test_installing_again_with_fewer_scopes_takes_the_others_away(world: World, browser: httpx.Client) -> None:
    for scopes in (["dnd:write", "dnd:read"], ["dnd:read"]):
        browser.post("/apps", data={"manifest": with_change("oauth_config", "scopes", "user", value=scopes)})
        page = browser.post(f"/apps/{world.face.app.id}/install", data={"user": ANNA, "choice": "allow"})
    client = world.client(shown(page.text, "user"))
    assert error(lambda: client.dnd_setSnooze(num_minutes=5)) == "missing_scope"


def test_who_cancels_gets_no_tokens(world: World, browser: httpx.Client) -> None:
    browser.post("/apps", data={"manifest": json.dumps(GOOD)})
    for given in ({"user": ANNA, "choice": "deny"}, {"user": "nobody", "choice": "allow"}, {}):
        page = browser.post(f"/apps/{world.face.app.id}/install", data=given)
        assert "xox" not in page.text
    assert world.face.space.user_grants == {}


def test_without_an_app_there_is_no_page(world: World, browser: httpx.Client) -> None:
    assert browser.get("/apps").status_code == 200
    for path in ("/apps/A0DEEPDAY1", "/apps/A0DEEPDAY1/install"):
        assert browser.get(path).status_code == 404
    assert browser.post("/apps/A0DEEPDAY1/app-token").status_code == 404
    browser.post("/apps", data={"manifest": json.dumps(GOOD)})
    assert browser.get("/apps/A0ANOTHER1").status_code == 404
    assert world.face.space.user_grants == {}


def test_yaml_is_read_as_well(browser: httpx.Client) -> None:
    page = browser.post(
        "/apps", data={"manifest": "display_information: {name: x}\noauth_config: {scopes: {user: [dnd:read]}}"}
    )
    assert page.status_code == 200
    page = browser.post("/apps", data={"manifest": "a: [b\nc: d"})
    assert page.status_code == 400
    assert "no valid YAML in line 2" in page.text


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("", "The manifest is empty, or no mapping."),
        ("[1]", "The manifest is empty, or no mapping."),
        ("{", "neither valid YAML nor valid JSON"),
        ("x" * 70_000, "too long"),
        (with_change("display_informations", value={}), "manifest: display_informations is not known."),
        (with_change("settings", "socket_mode", value=True), "settings: socket_mode is not known."),
        (with_change("settings", value=[]), "settings: must be a mapping."),
        (with_change("display_information", "name", value="x" * 36), "must have 1 to 35 characters"),
        (with_change("display_information", "description", value="x" * 141), "must have at most 140 characters"),
        (with_change("oauth_config", "scopes", "user", value="dnd:read"), "must be a list of texts"),
        (with_change("oauth_config", "scopes", "user", value=["app_mentions.read"]), "read is no user scope"),
        (with_change("oauth_config", "scopes", "bot", value=["dnd:write"]), "dnd:write is no bot scope"),
        (with_change("oauth_config", "scopes", value={}), "an app needs a scope to be installed"),
        (with_change("oauth_config", "scopes", "bot", value=["im:history"]), "need the bot scope commands"),
        (with_change("features", "bot_user", value={}), "bot scopes need a bot user"),
        (with_change("features", "slash_commands", value=[{"command": "urgent"}]), "a command that begins with /"),
        (with_change("features", "slash_commands", value=[{"cmd": "/urgent"}]), "cmd is not known"),
        (with_change("features", "shortcuts", value=[{"name": "x", "type": "x"}]), "the type message or global"),
        (with_change("settings", "event_subscriptions", "bot_events", value=["message.dm"]), "message.dm is no event"),
        (with_change("settings", "event_subscriptions", "bot_events", value=["app_mention"]), "needs the bot scope"),
        (with_change("settings", "socket_mode_enabled", value=False), "events need Socket Mode or a request_url"),
        (with_change("settings", value={"interactivity": {"is_enabled": True}}), "needs Socket Mode or a request_url"),
    ],
)  # fmt: skip
def test_a_wrong_manifest_is_refused_with_a_reason(browser: httpx.Client, manifest: str, reason: str) -> None:
    page = browser.post("/apps", data={"manifest": manifest})
    assert page.status_code == 400
    assert reason in html.unescape(page.text)
