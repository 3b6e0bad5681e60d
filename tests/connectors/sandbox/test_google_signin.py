"""Sign-in: consent in a browser, refresh, testing mode, revocation, service accounts, scopes."""

import re
import threading
import webbrowser
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from google_auth_oauthlib.flow import Flow, InstalledAppFlow

from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET, add_service_account
from tests.connectors.sandbox.google_world import ANNA, BEN, CARA, PREFIX, World, google_world, refused

SCOPES = [f"{PREFIX}calendar.events.owned", f"{PREFIX}calendar.calendarlist.readonly"]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with google_world() as made:
        yield made


def config(world: World) -> dict[str, Any]:
    return {
        "installed": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "auth_uri": f"{world.url}/o/oauth2/v2/auth",
            "token_uri": f"{world.url}/token",
            "redirect_uris": ["http://127.0.0.1"],
        }
    }


def decide(world: World, url: str, *, person: str = ANNA, decision: str = "allow", without: str = "") -> str:
    """Fill in the consent page as a person would, and return where it leads."""
    page = httpx.get(url)
    assert page.status_code == 200
    inputs = re.findall(r'<input type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"', page.text)
    fixed = {name: unescape(value) for name, value in inputs if name != "granted"}
    granted = [unescape(value) for name, value in inputs if name == "granted" and value != without]
    form = {**fixed, "granted": granted, "person": person, "decision": decision}
    action = re.findall(r'<form method="post" action="([^"]+)"', page.text)[0]
    answer = httpx.post(f"{world.url}{action}", data=form)
    assert answer.status_code == 302
    return answer.headers["location"]


def signed_in(world: World, *, person: str = ANNA, without: str = "", **asked: str) -> dict[str, Any]:
    """Sign in with Google's library and return what the token endpoint gave."""
    flow = Flow.from_client_config(config(world), SCOPES, redirect_uri="http://127.0.0.1:9/")
    flow.oauth2session.scope = SCOPES
    url, _ = flow.authorization_url(**asked)
    query = parse_qs(urlsplit(decide(world, url, person=person, without=without)).query)
    answer: dict[str, Any] = flow.fetch_token(code=query["code"][0])
    flow.oauth2session.close()
    return answer


def test_a_desktop_app_signs_in_through_the_browser(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Person(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002
            threading.Thread(target=lambda: httpx.get(decide(world, url, person=BEN))).start()
            return True

    monkeypatch.setattr(webbrowser, "_browsers", {"person": [None, Person()]})
    monkeypatch.setattr(webbrowser, "_tryorder", ["person"])
    flow = InstalledAppFlow.from_client_config(config(world), SCOPES)
    made = flow.run_local_server(
        host="127.0.0.1", port=0, access_type="offline", prompt="consent", browser="person", timeout_seconds=20
    )
    flow.oauth2session.close()
    assert made.token.startswith("ya29.")
    assert made.refresh_token.startswith("1//")
    calendars = world.calendar_of(made).calendarList().list().execute()
    assert [row["id"] for row in calendars["items"]] == [BEN]


def test_a_code_needs_its_verifier_and_works_once(world: World) -> None:
    flow = Flow.from_client_config(config(world), SCOPES, redirect_uri="http://127.0.0.1:9/")
    url, state = flow.authorization_url()
    query = parse_qs(urlsplit(decide(world, url)).query)
    assert query["state"] == [state]
    form = {
        "grant_type": "authorization_code",
        "code": query["code"][0],
        "redirect_uri": "http://127.0.0.1:9/",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    wrong = httpx.post(f"{world.url}/token", data={**form, "code_verifier": "x" * 43})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    again = httpx.post(f"{world.url}/token", data={**form, "code_verifier": flow.code_verifier})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_person_may_say_no(world: World) -> None:
    flow = Flow.from_client_config(config(world), SCOPES, redirect_uri="http://127.0.0.1:9/")
    url, state = flow.authorization_url()
    query = parse_qs(urlsplit(decide(world, url, decision="deny")).query)
    assert query == {"error": ["access_denied"], "state": [state]}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "https://elsewhere.example.com/"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": ""}, "invalid_request"),
        ({"scope": "calendar"}, "invalid_scope"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
        ({"access_type": "ofline"}, "invalid_request"),
    ],
)
def test_a_wrong_request_leads_to_an_error_page(world: World, change: dict[str, str], error: str) -> None:
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": "http://127.0.0.1:9/",
        "response_type": "code",
        "scope": SCOPES[0],
        **change,
    }
    page = httpx.get(f"{world.url}/o/oauth2/v2/auth", params=asked, follow_redirects=True)
    assert (page.status_code, error in page.text) == (400, True)


def test_a_refresh_token_comes_only_when_it_is_due(world: World) -> None:
    assert "refresh_token" not in signed_in(world, access_type="online")
    assert "refresh_token" not in signed_in(world, access_type="offline")  # the consent was given before
    assert "refresh_token" in signed_in(world, access_type="offline", prompt="consent")
    assert "refresh_token" in signed_in(world, person=CARA, access_type="offline")


def test_access_tokens_last_an_hour_and_are_refreshed(world: World) -> None:
    answer = signed_in(world, access_type="offline")
    assert set(answer["scope"]) == set(SCOPES)
    made = world.refreshing(answer["refresh_token"])
    made.token = answer["access_token"]
    service = world.calendar_of(made)
    service.calendarList().list().execute()
    world.office.clock.advance(3601)
    service.calendarList().list().execute()
    assert made.token != answer["access_token"]


def test_in_testing_mode_a_sign_in_lasts_seven_days(world: World) -> None:
    world.office.vendor["google"]["testing"] = True
    made = world.refreshing(signed_in(world, access_type="offline")["refresh_token"])
    world.office.clock.advance(7 * 86_400 - 1)
    made.refresh(Request())
    world.office.clock.advance(1)
    with pytest.raises(RefreshError, match="invalid_grant"):
        made.refresh(Request())


def test_revoking_one_token_ends_the_consent(world: World) -> None:
    answer = signed_in(world, access_type="offline")
    made = world.refreshing(answer["refresh_token"])
    made.refresh(Request())
    assert httpx.post(f"{world.url}/revoke", data={"token": answer["access_token"]}).status_code == 200
    with pytest.raises(RefreshError, match="invalid_grant"):
        made.refresh(Request())
    again = httpx.post(f"{world.url}/revoke", data={"token": answer["access_token"]})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")
    assert "refresh_token" in signed_in(world, access_type="offline")


def test_a_scope_that_was_unticked_is_missing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
    answer = signed_in(world, without=SCOPES[1], access_type="offline")
    service = world.calendar_of(world.refreshing(answer["refresh_token"]))
    assert refused(service.calendarList().list()) == (403, "insufficientPermissions")
    assert service.events().list(calendarId="primary").execute()["accessRole"] == "owner"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "1//x"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "1//x", "client_secret": "wrong"}, 401, "invalid_client"),
    ],
)
def test_the_token_endpoint_refuses(world: World, form: dict[str, str], status: int, error: str) -> None:
    identity = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    answer = httpx.post(f"{world.url}/token", data={**identity, **form})
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_token_must_be_there_and_alive(world: World) -> None:
    url = f"{world.url}/calendar/v3/users/me/calendarList"
    missing = httpx.get(url)
    assert (missing.status_code, missing.json()["error"]["errors"][0]["reason"]) == (401, "required")
    unknown = httpx.get(url, headers={"Authorization": "Bearer ya29.unknown"})
    assert (unknown.status_code, unknown.json()["error"]["errors"][0]["reason"]) == (401, "authError")
    token = world.token()
    world.office.tokens.expire(ANNA)
    expired = httpx.get(url, headers={"Authorization": f"Bearer {token}"})
    assert expired.json()["error"]["errors"][0]["reason"] == "authError"


def test_narrow_scopes_open_what_is_the_person_s_own(world: World) -> None:
    world.office.vendor["google"]["shares"][BEN] = {ANNA: "writer"}
    events = world.calendar(scopes=("calendar.events.owned",)).events()
    assert events.list(calendarId="primary").execute()["accessRole"] == "owner"
    assert refused(events.list(calendarId=BEN)) == (403, "insufficientPermissions")
    busy = world.calendar(scopes=("calendar.events.freebusy",)).events()
    assert busy.list(calendarId="primary").execute()["accessRole"] == "freeBusyReader"
    mail = world.gmail(scopes=("calendar",)).users().settings()
    assert refused(mail.getVacation(userId="me")) == (403, "insufficientPermissions")


def test_a_service_account_speaks_for_others_within_its_scopes(world: World) -> None:
    name = "robot@project.iam.gserviceaccount.com"
    info = add_service_account(world.office, name, frozenset(SCOPES), f"{world.url}/token")

    def speaking_for(subject: str, scopes: list[str]) -> Any:
        return service_account.Credentials.from_service_account_info(info, scopes=scopes, subject=subject)  # type: ignore[no-untyped-call]

    made = speaking_for(BEN, SCOPES)
    rows = world.calendar_of(made).calendarList().list().execute()["items"]
    assert [row["id"] for row in rows] == [BEN]
    for subject, scopes, error in (
        (BEN, [f"{PREFIX}calendar"], "unauthorized_client"),
        (CARA, SCOPES, "unauthorized_client"),
        ("nobody@example.com", SCOPES, "invalid_grant"),
    ):
        with pytest.raises(RefreshError, match=error):
            speaking_for(subject, scopes).refresh(Request())
    other = add_service_account(world.office, "other@x.iam", frozenset(SCOPES), f"{world.url}/token")
    info["private_key"] = other["private_key"]
    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        speaking_for(BEN, SCOPES).refresh(Request())
