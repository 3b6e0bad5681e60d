"""Entra through the real msal: every flow, and every refusal that a client must understand."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from deepday_sandbox.microsoft import App
from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.sandbox.microsoft_world import ADA, CLIENT, EVE, HOSTS, Http, World, world

SCOPES = ["Calendars.Read", "User.Read"]
DAEMON = "5e6f7a8b-1c2d-4e3f-8a9b-0c1d2e3f4a5b"


@pytest.fixture
def here() -> Iterator[World]:
    with world() as one:
        yield one


def public(here: World, tenant: str = "common", cache: Any = None) -> Any:
    return msal.PublicClientApplication(
        CLIENT, authority=f"{HOSTS}/{tenant}", http_client=here.http, token_cache=cache, instance_discovery=False
    )


def poll(app: Any, flow: dict[str, Any]) -> dict[str, Any]:
    flow.pop("latest_attempt_at", None)  # msal would rather wait than ask; the office's clock is what counts here
    answer: dict[str, Any] = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
    return answer


def decide(flow: dict[str, Any], email: str = ADA, decision: str = "accept") -> httpx.Response:
    page = httpx.get(flow["verification_uri"], trust_env=False)
    assert "<form" in page.text
    form = {"code": flow["user_code"].lower(), "email": email, "decision": decision}
    return httpx.post(flow["verification_uri"], data=form, trust_env=False)


def signed_in(here: World, cache: Any = None) -> Any:
    app = public(here, cache=cache)
    flow = app.initiate_device_flow(SCOPES)
    decide(flow)
    assert "access_token" in poll(app, flow)
    return app


def test_device_code_waits_slows_down_and_then_signs_in(here: World) -> None:
    app = public(here)
    flow = app.initiate_device_flow(SCOPES)
    assert flow["verification_uri"].startswith(here.base)
    assert flow["user_code"] in flow["message"]
    assert poll(app, flow)["error"] == "authorization_pending"
    assert poll(app, flow)["error"] == "slow_down"
    here.office.clock.advance(10)
    pending = poll(app, flow)
    assert (pending["error"], pending["error_codes"]) == ("authorization_pending", [70016])
    assert decide(flow).status_code == 200
    token = poll(app, flow)
    assert token["id_token_claims"]["preferred_username"] == ADA
    assert token["id_token_claims"]["oid"] == here.oid()
    [account] = app.get_accounts()
    assert account["username"] == ADA
    assert app.acquire_token_silent(SCOPES, account)["token_source"] == "cache"
    me = httpx.get(
        f"{here.base}/v1.0/me", headers={"Authorization": f"Bearer {token['access_token']}"}, trust_env=False
    )
    assert me.json()["mail"] == ADA
    assert poll(app, flow)["error"] == "bad_verification_code"


def test_device_code_expires_and_can_be_declined(here: World) -> None:
    app = public(here)
    late, declined = app.initiate_device_flow(SCOPES), app.initiate_device_flow(SCOPES)
    decide(declined, decision="decline")
    assert poll(app, declined)["error"] == "authorization_declined"
    here.office.clock.advance(901)
    assert poll(app, late)["error"] == "expired_token"
    assert decide(late).status_code == 400


def browse(here: World, uri: str, email: str = ADA, decision: str = "accept") -> httpx.Response:
    """Do what a person does: open the page, choose, and be sent back."""
    parts = urlsplit(uri)
    assert f"{parts.scheme}://{parts.netloc}" == HOSTS
    page = httpx.get(f"{here.base}{parts.path}?{parts.query}", trust_env=False)
    action = re.search(r'action="([^"]+)"', page.text)
    if action is None:
        return page
    form = {**dict(parse_qsl(parts.query)), "email": email, "decision": decision}
    return httpx.post(f"{here.base}{action[1]}", data=form, trust_env=False)


def returned(answer: httpx.Response) -> dict[str, str]:
    """What comes back to the client: in the address, or in a page that posts itself."""
    if answer.status_code == 302:
        return {key: value[0] for key, value in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert 'action="http://localhost:8400"' in answer.text
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', answer.text)}


def start(app: Any, address: str = "http://localhost:8400", **more: Any) -> dict[str, Any]:
    flow: dict[str, Any] = app.initiate_auth_code_flow(SCOPES, redirect_uri=address, response_mode="form_post", **more)
    return flow


def test_authorisation_code_with_pkce_and_nonce(here: World) -> None:
    app = public(here)
    flow = start(app)
    assert "code_challenge_method=S256" in flow["auth_uri"]
    answer = returned(browse(here, flow["auth_uri"]))
    token = app.acquire_token_by_auth_code_flow(flow, answer)
    assert token["id_token_claims"]["tid"] == here.face.state.tenant
    assert {"Calendars.Read", "User.Read"} <= set(token["scope"].split())
    again = app.acquire_token_by_auth_code_flow(flow, answer)
    assert (again["error"], again["error_codes"]) == ("invalid_grant", [54005])


def test_a_wrong_verifier_a_wrong_address_and_a_late_code_are_refused(here: World) -> None:
    app = public(here)
    flow = start(app)
    answer = returned(browse(here, flow["auth_uri"]))
    assert app.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, answer)["error_codes"] == [501481]
    moved = app.acquire_token_by_auth_code_flow({**flow, "redirect_uri": "http://localhost:1"}, answer)
    assert moved["error"] == "invalid_grant"
    here.office.clock.advance(601)
    assert app.acquire_token_by_auth_code_flow(flow, answer)["error_codes"] == [70008]


def test_the_page_sends_nobody_to_an_unknown_address_and_says_no_with_an_error(here: World) -> None:
    app = public(here)
    elsewhere = start(app, "http://evil.example/")
    page = browse(here, elsewhere["auth_uri"])
    assert "AADSTS50011" in page.text
    flow = start(app)
    declined = returned(browse(here, flow["auth_uri"], decision="decline"))
    assert app.acquire_token_by_auth_code_flow(flow, declined)["error"] == "access_denied"
    silent = start(app, prompt="none")
    parts = urlsplit(silent["auth_uri"])
    answer = httpx.get(f"{here.base}{parts.path}?{parts.query}", trust_env=False)
    assert returned(answer)["error"] == "login_required"


def test_the_answer_can_come_in_the_address(here: World) -> None:
    app = public(here)
    flow = start(app)
    sent = browse(here, flow["auth_uri"].replace("response_mode=form_post", "response_mode=query"))
    assert sent.headers["location"].startswith("http://localhost:8400?")
    assert "access_token" in app.acquire_token_by_auth_code_flow(flow, returned(sent))
    flow = start(app)
    sent = browse(here, flow["auth_uri"].replace("response_mode=form_post", "response_mode=fragment"))
    assert "#code=" in sent.headers["location"]


def test_refresh_tokens_rotate_live_ninety_days_and_follow_the_grant(here: World) -> None:
    cache = msal.SerializableTokenCache()
    app = signed_in(here, cache)
    [account] = app.get_accounts()
    [before] = cache.search("RefreshToken")
    renewed = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert renewed["token_source"] == "identity_provider"
    [after] = cache.search("RefreshToken")
    assert before["secret"] != after["secret"]
    here.office.clock.advance(60 * 86_400)
    assert "access_token" in app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    here.office.clock.advance(91 * 86_400)
    late = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert (late["error"], late["error_codes"]) == ("invalid_grant", [700082])


@pytest.mark.parametrize(("number", "error"), [(50076, "interaction_required"), (50173, "invalid_grant")])
def test_a_refresh_can_need_the_person(here: World, number: int, error: str) -> None:
    app = signed_in(here)
    [account] = app.get_accounts()
    if number == 50173:
        next(iter(here.face.state.refreshes.values())).revoked = True
    else:
        here.face.state.interaction[ADA] = number
    answer = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert (answer["error"], answer["error_codes"]) == (error, [number])
    assert f"AADSTS{number}" in answer["error_description"]


def test_a_scope_that_nobody_consented_to_is_refused(here: World) -> None:
    app = signed_in(here)
    [account] = app.get_accounts()
    answer = app.acquire_token_silent_with_error(["MailboxSettings.ReadWrite"], account)
    assert (answer["error"], answer["suberror"]) == ("invalid_grant", "consent_required")
    assert "does not exist" in app.initiate_device_flow(["Calendar.Reed"])["error_description"]


def test_tenants_and_apps_are_checked(here: World) -> None:
    with pytest.raises(ValueError, match="authority configuration"):
        public(here, "nowhere.example")
    stranger = msal.PublicClientApplication(
        "f" * 8, authority=f"{HOSTS}/common", http_client=here.http, instance_discovery=False
    )
    assert stranger.initiate_device_flow(SCOPES)["error_codes"] == [700016]
    app = public(here, "consumers")
    flow = app.initiate_device_flow(SCOPES)
    assert decide(flow).status_code == 400
    assert decide(flow, EVE).status_code == 200
    assert poll(app, flow)["id_token_claims"]["tid"] == "9188040d-6c67-4c5b-b112-36a304b66dad"
    here.face.state.register(App(CLIENT, public=False))
    assert poll(app, app.initiate_device_flow(SCOPES))["error"] == "invalid_client"


def test_instance_discovery_is_answered(here: World) -> None:
    app = msal.PublicClientApplication(CLIENT, authority=f"{HOSTS}/common", http_client=here.http)
    flow = app.initiate_device_flow(SCOPES)
    decide(flow)
    poll(app, flow)
    [account] = app.get_accounts()
    assert "access_token" in app.acquire_token_silent(SCOPES, account)


def certificate() -> tuple[str, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "deepday")])
    today = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today)
        .not_valid_after(today + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return pem.decode(), made


def daemon(here: World, key: str, made: x509.Certificate, http: Http | None = None) -> Any:
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    return msal.ConfidentialClientApplication(
        DAEMON,
        authority=f"{HOSTS}/{here.face.state.tenant}",
        client_credential={"private_key": key, "public_certificate": pem},
        http_client=http or here.http,
        instance_discovery=False,
    )


def test_an_organisation_signs_in_with_a_certificate(here: World) -> None:
    key, made = certificate()
    other_key, other = certificate()
    roles = frozenset({"Calendars.Read"})
    here.face.state.register(App(DAEMON, public=False, certificates=[made], roles=roles, mailboxes=frozenset({ADA})))
    default = ["https://graph.microsoft.com/.default"]
    app = daemon(here, key, made)
    token = app.acquire_token_for_client(default)
    assert "access_token" in token, token
    assert app.acquire_token_for_client(default)["token_source"] == "cache"
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    with httpx.Client(base_url=f"{here.base}/v1.0", headers=headers, trust_env=False) as graph:
        window = {"startDateTime": "2026-11-01T00:00:00Z", "endDateTime": "2026-12-01T00:00:00Z"}
        assert graph.get(f"/users/{here.oid()}/calendarView/delta", params=window).status_code == 200
        assert graph.get("/users/ben%40corp.example/calendarView/delta", params=window).status_code == 403
        assert graph.get("/users/nobody/calendarView/delta", params=window).status_code == 404
        assert graph.get("/me").json()["error"]["code"] in {"ErrorAccessDenied", "BadRequest"}
        assert graph.post(f"/users/{here.oid()}/events", json={"subject": "x"}).status_code == 403
    assert daemon(here, other_key, other).acquire_token_for_client(default)["error_codes"] == [700027]
    assert daemon(here, other_key, made).acquire_token_for_client(default)["error"] == "invalid_client"
    wrong = daemon(here, key, made).acquire_token_for_client(["https://graph.microsoft.com/User.Read"])
    assert wrong["error_codes"] == [1002012]


def test_an_assertion_is_good_for_one_tenant_only(here: World) -> None:
    key, made = certificate()
    here.face.state.register(App(DAEMON, public=False, certificates=[made]))
    http = here.http
    app = daemon(here, key, made, http)
    assert "access_token" in app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    [form] = http.posts
    own, other = (f"{here.base}/{tenant}/oauth2/v2.0/token" for tenant in (here.face.state.tenant, "corp.example"))
    sent = {name: value.decode() if isinstance(value, bytes) else value for name, value in form.items() if value}
    assert httpx.post(own, data=sent, trust_env=False).status_code == 200
    refused = httpx.post(other, data=sent, trust_env=False)
    assert (refused.status_code, refused.json()["error_codes"]) == (401, [700023])


def test_faults_come_in_entras_form(here: World) -> None:
    app = signed_in(here)
    [account] = app.get_accounts()
    here.office.faults.add(Fault(FaultKind.STATUS, path="/token$", status=400, code="AADSTS50173"))
    assert app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)["error"] == "invalid_grant"
    app = signed_in(here)
    here.office.faults.add(Fault(FaultKind.STATUS, path="/token$", status=503))
    form = {"client_id": CLIENT, "grant_type": "refresh_token", "refresh_token": "x"}
    answer = httpx.post(f"{here.base}/common/oauth2/v2.0/token", data=form, trust_env=False)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
