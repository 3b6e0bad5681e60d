"""Google's sign-in: the consent page, the token endpoint, revocation."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from deepday_sandbox.google.access import KNOWN_SCOPES
from deepday_sandbox.google.errors import SignInRefusedError
from deepday_sandbox.google.service import grant_for_assertion
from deepday_sandbox.google.state import google
from deepday_sandbox.office import Grant, Office

CONSENT: Final = "/signin/oauth/consent"
ERROR: Final = "/signin/oauth/error"
_HOUR: Final = 3600
_WEEK: Final = 7 * 86_400
_CODE_LIFE: Final = 600
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_PAGE: Final = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in (sandbox)</title></head><body><main>
<h1>Sign in with the sandbox's Google</h1>
<p>{{ client }} wants access to an invented account.</p>
<form method="post" action="{{ action }}">
{% for name, value in asked %}<input type="hidden" name="{{ name }}" value="{{ value }}">
{% endfor %}<p><label>Account <select name="person">
{% for worker in workers %}<option value="{{ worker.email }}"{% if worker.email == hint %} selected{% endif %}>
{{- worker.name }} ({{ worker.email }})</option>
{% endfor %}</select></label></p>
<fieldset><legend>What it may do</legend>
{% for scope in scopes %}<p><label><input type="checkbox" name="granted" value="{{ scope }}" checked> {{ scope }}
</label></p>
{% endfor %}</fieldset>
<p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></p>
</form></main></body></html>""")


@dataclass(frozen=True, slots=True)
class _Pending:
    """What an authorisation code was given for."""

    redirect: str
    challenge: str
    offline: bool


class SignIn:
    """The pages and endpoints of one office."""

    def __init__(self, office: Office) -> None:
        """Serve that office."""
        self._office = office

    async def authorise(self, request: Request) -> Response:
        """Show the consent page, or lead to the error page where the request is wrong."""
        asked = dict(request.query_params)
        with self._office.lock:
            if wrong := self._mistake(asked):
                code, message = wrong
                return RedirectResponse(f"{ERROR}?{urlencode({'authError': code, 'message': message})}", 302)
            workers = [worker for worker in self._office.people if not worker.is_bot]
        page = _PAGE.render(
            client=asked["client_id"],
            action=CONSENT,
            asked=list(asked.items()),
            workers=workers,
            hint=asked.get("login_hint", ""),
            scopes=asked["scope"].split(),
        )
        return HTMLResponse(page)

    async def consent(self, request: Request) -> Response:
        """Take a person's decision and lead back to the client."""
        pairs = parse_qsl((await request.body()).decode())
        asked = dict(pairs)
        with self._office.lock:
            worker = self._office.people.find(asked.get("person", ""))
            if worker is None or self._mistake(asked):
                return HTMLResponse("<h1>Error 400: invalid_request</h1>", 400)
            state = {"state": asked["state"]} if "state" in asked else {}
            if asked.get("decision") != "allow":
                return _back(asked["redirect_uri"], {"error": "access_denied", **state})
            granted = frozenset(value for name, value in pairs if name == "granted") & set(asked["scope"].split())
            code = self._code(asked, worker.email, granted)
        return _back(asked["redirect_uri"], {**state, "code": code, "scope": " ".join(sorted(granted))})

    async def error(self, request: Request) -> Response:
        """Show why a sign-in cannot begin."""
        code = request.query_params.get("authError", "invalid_request")
        text = Environment(autoescape=True).from_string("<h1>Error 400: {{ code }}</h1><p>{{ message }}</p>")
        return HTMLResponse(text.render(code=code, message=request.query_params.get("message", "")), 400)

    async def token(self, request: Request) -> Response:
        """Give tokens for a code, a refresh token or a service account's assertion."""
        is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        form = dict(parse_qsl((await request.body()).decode())) if is_form else {}
        with self._office.lock:
            try:
                body = self._tokens(form, request.headers.get("authorization", ""))
            except SignInRefusedError as refusal:
                return JSONResponse(refusal.body(), refusal.status)
        return JSONResponse(body, headers={"Cache-Control": "no-cache, no-store"})

    async def revoke(self, request: Request) -> Response:
        """End a consent, whichever of its tokens is given."""
        form = {**dict(request.query_params), **dict(parse_qsl((await request.body()).decode()))}
        token = form.get("token", "")
        with self._office.lock:
            known = self._office.tokens
            grant = known.grant_of(token, "refresh") or known.grant_of(token, "access")
            if grant is None or grant.vendor != "google":
                return JSONResponse(SignInRefusedError(400, "invalid_token", "Token expired or revoked").body(), 400)
            own = google(self._office)
            for other in own["grants"]:
                if (other.client, other.email) == (grant.client, grant.email):
                    other.revoked = True
            grant.revoked = True
        return JSONResponse({})

    def _mistake(self, asked: Mapping[str, str]) -> tuple[str, str] | None:
        """Return error code and message for an authorisation request that Google would not show a page for."""
        target = urlsplit(asked.get("redirect_uri", ""))
        loopback = target.scheme == "http" and target.hostname in _LOOPBACK and not target.fragment
        scopes = set(asked.get("scope", "").split())
        unknown = " ".join(sorted(scopes - KNOWN_SCOPES))
        plain = "code_challenge" in asked and asked.get("code_challenge_method") != "S256"
        way = asked.get("access_type", "online")
        mistakes = (
            (asked.get("client_id") not in google(self._office)["clients"], "invalid_client", "Client was not found."),
            (not loopback, "redirect_uri_mismatch", "A desktop client's redirect leads to loopback."),
            (asked.get("response_type") != "code", "unsupported_response_type", "Only response_type=code."),
            (not scopes, "invalid_request", "Missing required parameter: scope"),
            (bool(unknown), "invalid_scope", f"Some requested scopes were invalid: {unknown}"),
            (plain, "invalid_request", "Only code_challenge_method=S256."),
            (way not in {"online", "offline"}, "invalid_request", "Invalid access_type."),
        )
        return next(((code, message) for wrong, code, message in mistakes if wrong), None)

    def _code(self, asked: Mapping[str, str], email: str, scopes: frozenset[str]) -> str:
        own = google(self._office)
        known = any((one.client, one.email) == (asked["client_id"], email) and not one.revoked for one in own["grants"])
        offline = asked.get("access_type") == "offline"
        asked_again = "consent" in asked.get("prompt", "").split()
        dies = self._office.clock.seconds() + _WEEK if own["testing"] else 0
        grant = Grant("google", email, asked["client_id"], scopes, dies)
        own["grants"].append(grant)
        code = self._office.tokens.issue(grant, "code", _CODE_LIFE, "4/")
        challenge = asked.get("code_challenge", "")
        own["codes"][code] = _Pending(asked["redirect_uri"], challenge, offline and (asked_again or not known))
        return code

    def _tokens(self, form: Mapping[str, str], header: str) -> dict[str, Any]:
        kind = form.get("grant_type", "")
        if kind == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self._access(grant_for_assertion(self._office, form.get("assertion", "")), scope=False)
        client = self._client(form, header)
        if kind == "authorization_code":
            return self._exchange(form, client)
        if kind == "refresh_token":
            grant = self._office.tokens.grant_of(form.get("refresh_token", ""), "refresh")
            if grant is None or grant.client != client:
                raise SignInRefusedError(400, "invalid_grant", "Token has been expired or revoked.")
            return self._access(grant)
        raise SignInRefusedError(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")

    def _client(self, form: Mapping[str, str], header: str) -> str:
        """Return the client that identifies itself, in the form or by HTTP Basic."""
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if header.startswith("Basic "):
            try:
                pair = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                pair = ""
            name, secret = (unquote(part) for part in pair.partition(":")[::2])
        known = google(self._office)["clients"].get(name)
        if known is None or not hmac.compare_digest(known.encode(), secret.encode()):
            raise SignInRefusedError(401, "invalid_client", "The OAuth client was not found.")
        return name

    def _exchange(self, form: Mapping[str, str], client: str) -> dict[str, Any]:
        code = form.get("code", "")
        pending = google(self._office)["codes"].pop(code, None)
        grant = self._office.tokens.spend(code, "code")
        if grant is None or pending is None or grant.client != client:
            raise SignInRefusedError(400, "invalid_grant", "Malformed auth code.")
        if form.get("redirect_uri") != pending.redirect:
            raise SignInRefusedError(400, "redirect_uri_mismatch", "Bad Request")
        verifier = form.get("code_verifier", "")
        if pending.challenge and not verifier:
            raise SignInRefusedError(400, "invalid_grant", "Missing code verifier.")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        if pending.challenge and not hmac.compare_digest(digest, pending.challenge):
            raise SignInRefusedError(400, "invalid_grant", "Invalid code verifier.")
        tokens = self._access(grant)
        if pending.offline:
            tokens["refresh_token"] = self._office.tokens.issue(grant, "refresh", 0, f"1//0{secrets.choice('3459')}")
            if grant.dies:
                tokens["refresh_token_expires_in"] = grant.dies - self._office.clock.seconds()
        return tokens

    def _access(self, grant: Grant, *, scope: bool = True) -> dict[str, Any]:
        token = self._office.tokens.issue(grant, "access", _HOUR, "ya29.")
        body = {"access_token": token, "expires_in": _HOUR - 1, "token_type": "Bearer"}
        return body | ({"scope": " ".join(sorted(grant.scopes))} if scope else {})


def _back(target: str, parameters: Mapping[str, str]) -> Response:
    joint = "&" if urlsplit(target).query else "?"
    return RedirectResponse(f"{target}{joint}{urlencode(parameters)}", 302)
