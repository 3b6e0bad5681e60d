"""Who may call: OAuth, kinds of tokens, scopes, revoking; and however a call is sent."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.oauth import AuthorizeUrlGenerator

from deepday_sandbox.slack.oauth import CODE_SECONDS
from tests.connectors.sandbox.slack_world import ANNA, BEN, BOT, GENERAL, MONDAY, World, error, refusal, slack_world

BACK = "https://deepday.example/slack/back"


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world() as made:
        made.face.app.redirect_uris = [BACK]
        yield made


def consent(world: World, choice: str = "allow", **more: str) -> dict[str, str]:
    """Open the page as a browser would, press a button, and return what the redirect carries."""
    address = AuthorizeUrlGenerator(
        client_id=world.face.app.client_id,
        scopes=["chat:write", "im:write"],
        user_scopes=["dnd:write"],
        redirect_uri=BACK,
        authorization_url=f"{world.url}/oauth/v2/authorize",
    ).generate("state-1")
    with httpx.Client(trust_env=False) as browser:
        page = browser.get(address, params={**parse_qs(urlsplit(address).query), **more})
        assert page.status_code == 200
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
        assert f'<option value="{BEN}">Ben Busch</option>' in page.text
        assert "<script" not in page.text
        form = {**hidden, "user": BEN, "choice": choice}
        answer = browser.post(f"{world.url}/oauth/v2/authorize", data=form)
    assert answer.status_code == 302
    location = answer.headers["location"]
    assert location.startswith(f"{BACK}?")
    return {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}


def exchange(world: World, code: str, **more: Any) -> Any:
    app = world.face.app
    given = {"client_id": app.client_id, "client_secret": app.client_secret, "redirect_uri": BACK, **more}
    return world.client("").oauth_v2_access(code=code, **given)


def test_signing_in_gives_a_bot_token_and_the_persons_own(world: World) -> None:
    back = consent(world)
    assert back["state"] == "state-1"
    answer = exchange(world, back["code"])
    assert answer["access_token"].startswith("xoxb-")
    assert (answer["token_type"], answer["scope"], answer["bot_user_id"]) == ("bot", "chat:write,im:write", BOT)
    assert answer["team"] == {"id": "T0OFFICE01", "name": "Office"}
    person = answer["authed_user"]
    assert person["access_token"].startswith("xoxp-")
    assert (person["id"], person["scope"], person["token_type"]) == (BEN, "dnd:write", "user")
    who = world.client(person["access_token"]).auth_test()
    assert (who["user_id"], who["user"], who["team_id"]) == (BEN, "ben", "T0OFFICE01")
    assert who.headers["x-oauth-scopes"] == "dnd:write"
    bot = world.client(answer["access_token"]).auth_test()
    assert (bot["user_id"], bot["bot_id"]) == (BOT, "B0DEEPDAYB")


def test_a_code_works_once_for_ten_minutes_and_for_its_client_only(world: World) -> None:
    code = consent(world)["code"]
    assert error(lambda: exchange(world, code, client_secret="guessed")) == "bad_client_secret"
    assert error(lambda: exchange(world, code, client_id="1.1")) == "invalid_client_id"
    exchange(world, code)
    assert error(lambda: exchange(world, code)) == "invalid_code"
    late = consent(world)["code"]
    world.office.clock.advance(CODE_SECONDS)
    assert error(lambda: exchange(world, late)) == "invalid_code"
    other = consent(world)["code"]
    assert error(lambda: exchange(world, other, redirect_uri="https://elsewhere.example/")) == "bad_redirect_uri"


def test_whoever_cancels_gives_no_code(world: World) -> None:
    assert consent(world, "deny") == {"error": "access_denied", "state": "state-1"}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"client_id": "1.1"}, "invalid_client_id"),
        ({"scope": "", "user_scope": ""}, "no_scopes"),
        ({"scope": "search:read"}, "invalid_scope"),
        ({"user_scope": "app_mentions:read"}, "invalid_scope"),
        ({"redirect_uri": "https://elsewhere.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": "http://127.0.0.1:8000/"}, "bad_redirect_uri"),
        ({"code_challenge": "x"}, "pkce_not_allowed"),
    ],
)
def test_a_wrong_request_for_consent_gets_a_page_that_says_so(world: World, more: dict[str, str], code: str) -> None:
    world.face.app.redirect_uris.append("http://127.0.0.1:8000/")
    fields = {"client_id": world.face.app.client_id, "scope": "chat:write", "redirect_uri": BACK, **more}
    page = httpx.get(f"{world.url}/oauth/v2/authorize", params=fields, trust_env=False)
    assert page.status_code == 400
    assert f"<code>{code}</code>" in page.text


def test_redirects_to_plain_http_are_a_switch(world: World) -> None:
    world.face.app.redirect_uris.append("http://127.0.0.1:8000/")
    world.face.app.https_redirects = False
    fields = {"client_id": world.face.app.client_id, "scope": "chat:write", "redirect_uri": "http://127.0.0.1:8000/"}
    assert httpx.get(f"{world.url}/oauth/v2/authorize", params=fields, trust_env=False).status_code == 200


def test_a_code_verifier_must_fit_its_challenge(world: World) -> None:
    world.face.app.pkce = True
    wrong = consent(world, code_challenge="abc", code_challenge_method="S256")["code"]
    assert error(lambda: exchange(world, wrong, code_verifier="v" * 43)) == "invalid_code_verifier"
    plain = consent(world, code_challenge="v" * 43, code_challenge_method="plain")["code"]
    assert exchange(world, plain, code_verifier="v" * 43)["ok"]


def test_rotated_tokens_end_after_twelve_hours_and_are_renewed_once(world: World) -> None:
    world.face.app.rotation = True
    app, answer = world.face.app, exchange(world, consent(world)["code"])
    assert answer["access_token"].startswith("xoxe.xoxb-")
    assert answer["expires_in"] == 12 * 3600
    world.office.clock.advance(12 * 3600)
    assert error(world.client(answer["access_token"]).auth_test) == "token_expired"

    def renew() -> Any:
        return world.client("").oauth_v2_access(
            client_id=app.client_id,
            client_secret=app.client_secret,
            grant_type="refresh_token",
            refresh_token=answer["refresh_token"],
        )

    assert world.client(renew()["access_token"]).auth_test()["user_id"] == BOT
    assert error(renew) == "invalid_refresh_token"


def test_a_token_that_is_missing_unknown_expired_or_revoked(world: World) -> None:
    assert error(world.client("xoxb-nobody").auth_test) == "invalid_auth"
    client = world.user()
    world.office.tokens.expire("anna@example.com")
    assert error(client.auth_test) == "token_expired"
    other = world.user(BEN)
    assert other.auth_revoke(test=True)["revoked"] is False
    assert other.auth_test()["ok"]
    assert other.auth_revoke()["revoked"] is True
    assert error(other.auth_test) == "token_revoked"
    assert world.user(BEN).auth_test()["user_id"] == BEN, "a new consent works"


def test_scopes_add_up_over_installations(world: World) -> None:
    world.user(ANNA, "dnd:read")
    both = world.user(ANNA, "dnd:write").auth_test()
    assert both.headers["x-oauth-scopes"] == "dnd:read,dnd:write"


def test_each_method_takes_its_kind_of_token(world: World) -> None:
    bot, user, app = world.bot(), world.user(), world.client(world.face.app_token())
    for call in (
        lambda: bot.users_profile_set(profile={"status_text": "x"}),
        lambda: bot.dnd_setSnooze(num_minutes=5),
        bot.dnd_endSnooze,
        bot.dnd_endDnd,
        lambda: bot.search_messages(query="x"),
        lambda: user.apps_connections_open(app_token=user.token or ""),
        lambda: app.chat_postMessage(channel=GENERAL, text="x"),
    ):
        assert error(call) == "not_allowed_token_type"
    assert app.auth_test()["app_id"] == "A0DEEPDAY1"


def test_a_missing_scope_is_named(world: World) -> None:
    told = refusal(lambda: world.bot("users:read").chat_postMessage(channel=GENERAL, text="x"))
    assert (told["error"], told["needed"], told["provided"]) == ("missing_scope", "chat:write", "users:read")
    told = refusal(lambda: world.user(ANNA, "im:history").conversations_history(channel=GENERAL))
    assert (told["error"], told["needed"]) == ("missing_scope", "channels:history")
    app = world.client(world.face.app_token("authorizations:read"))
    assert error(lambda: app.apps_connections_open(app_token=app.token or "")) == "missing_scope"


def test_an_app_level_token_travels_in_the_header_only(world: World) -> None:
    token = world.face.app_token()
    raw = httpx.post(f"{world.url}/api/apps.connections.open", data={"token": token}, trust_env=False).json()
    assert raw == {"ok": False, "error": "invalid_auth"}
    assert world.client(token).apps_connections_open(app_token=token)["url"].startswith("ws://127.0.0.1:")


def raw(world: World, method: str, verb: str = "POST", **more: Any) -> Any:
    token = world.face.install(ANNA, user_scopes=["dnd:write", "users:read"]).user
    headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
    with httpx.Client(trust_env=False) as client:
        return client.request(verb, f"{world.url}/api/{method}", headers=headers, **more).json()


def test_both_verbs_and_both_encodings_are_taken(world: World) -> None:
    end = int(MONDAY.timestamp()) + 600
    for sent in ({"verb": "GET", "params": {"num_minutes": "10"}}, {"data": {"num_minutes": "10"}}):
        assert raw(world, "dnd.setSnooze", **sent)["snooze_endtime"] == end
    told = raw(world, "dnd.setSnooze", json={"num_minutes": 10})
    assert (told["snooze_endtime"], told["warning"]) == (end, "missing_charset")


def test_malformed_calls_get_slacks_words(world: World) -> None:
    text = {"content-type": "application/json; charset=utf-8"}
    assert raw(world, "auth.test", content=b"{", headers=text)["error"] == "invalid_json"
    assert raw(world, "auth.test", content=b"[1]", headers=text)["error"] == "json_not_object"
    assert raw(world, "auth.test", content=b"x", headers={"content-type": "text/plain"})["error"] == "invalid_post_type"
    assert raw(world, "chat.think") == {"ok": False, "error": "unknown_method", "req_method": "chat.think"}
    assert raw(world, "users.info", json={"user": ANNA})["error"] == "user_not_found", "reads no JSON"
    assert raw(world, "users.info", data={"user": ANNA})["user"]["id"] == ANNA


def test_a_token_in_the_form_is_taken_and_one_in_the_address_is_not(world: World) -> None:
    token = world.user().token
    with httpx.Client(trust_env=False, base_url=f"{world.url}/api/") as client:
        assert client.post("auth.test", data={"token": token}).json()["user_id"] == ANNA
        assert client.get("auth.test", params={"token": token or ""}).json()["error"] == "not_authed"


def test_the_client_without_a_token(world: World) -> None:
    assert error(WebClient(base_url=f"{world.url}/api/", retry_handlers=[]).auth_test) == "not_authed"
