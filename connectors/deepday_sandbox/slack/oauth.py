"""Signing in with Slack: the page that asks for consent, and codes for tokens."""

import base64
import hashlib
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from deepday_sandbox.office import Grant, Office, Worker
from deepday_sandbox.slack.auth import install, issue
from deepday_sandbox.slack.calls import Answer, Call, Method, Refusal
from deepday_sandbox.slack.workspace import VENDOR, App, Workspace, workspace

CODE_SECONDS: Final = 600
_BOTH: Final = {
    f"{family}:{what}" for family in ("channels", "groups", "im", "mpim") for what in ("history", "read", "write")
} | {
    "chat:write", "users:read", "users:read.email", "users.profile:read", "users:write", "dnd:read", "reactions:read",
    "reactions:write", "team:read", "commands",
}  # fmt: skip
BOT_SCOPES: Final = frozenset(_BOTH | {"app_mentions:read", "chat:write.public", "channels:join", "channels:manage"})
USER_SCOPES: Final = frozenset(_BOTH | {"users.profile:write", "dnd:write", "search:read"})
_FIELDS: Final = (
    "client_id", "scope", "user_scope", "redirect_uri", "state", "code_challenge", "code_challenge_method",
)  # fmt: skip

_PAGE: Final = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ app }} wants access · {{ team }}</title></head>
<body><main>
<h1>{{ app }} is asking for permission to access the {{ team }} workspace</h1>
{% for title, scopes in asked if scopes %}<h2>{{ title }}</h2>
<ul>{% for scope in scopes %}<li><code>{{ scope }}</code></li>{% endfor %}</ul>
{% endfor %}
<form method="post" action="/oauth/v2/authorize">
{% for name, value in fields.items() %}<input type="hidden" name="{{ name }}" value="{{ value }}">
{% endfor %}
<p><label for="user">Signed in as</label>
<select id="user" name="user">
{% for one in people %}<option value="{{ one.slack_id }}">{{ one.name }}</option>{% endfor %}
</select></p>
<p><button type="submit" name="choice" value="deny">Cancel</button>
<button type="submit" name="choice" value="allow">Allow</button></p>
</form></main></body></html>
""")
_REFUSED: Final = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Something went wrong</title></head>
<body><main><h1>Something went wrong when authorizing this app.</h1>
<p>Error details: <code>{{ error }}</code></p></main></body></html>
""")


def _split(text: str) -> list[str]:
    return [one for one in text.replace(",", " ").split() if one]


def _redirect(app: App, asked: str) -> str:
    """Return where to go back to. A registered address covers what lies below it."""
    address = asked or (app.redirect_uris[0] if app.redirect_uris else "")
    covered = any(address == one or address.startswith(f"{one.rstrip('/')}/") for one in app.redirect_uris)
    if not covered or (app.https_redirects and urlsplit(address).scheme != "https"):
        raise Refusal("bad_redirect_uri")
    return address


def _check(space: Workspace, fields: dict[str, str]) -> str:
    if fields["client_id"] != space.app.client_id:
        raise Refusal("invalid_client_id")
    bot, user = _split(fields["scope"]), _split(fields["user_scope"])
    if not bot and not user:
        raise Refusal("no_scopes")
    if not set(bot) <= BOT_SCOPES or not set(user) <= USER_SCOPES:
        raise Refusal("invalid_scope")
    if fields["code_challenge"] and not space.app.pkce:
        raise Refusal("pkce_not_allowed")
    return _redirect(space.app, fields["redirect_uri"])


async def authorize(request: Request, office: Office) -> Response:
    """Show the page, or carry out what was chosen on it."""
    given = dict(request.query_params)
    if request.method == "POST":
        given = dict(parse_qsl((await request.body()).decode()))
    fields = {name: given.get(name, "") for name in _FIELDS}
    with office.lock:
        space = workspace(office)
        try:
            redirect = _check(space, fields)
        except Refusal as refusal:
            return HTMLResponse(_REFUSED.render(error=refusal.error), 400)
        if request.method == "GET":
            asked = [("What the app may do", _split(fields["scope"])), ("As you", _split(fields["user_scope"]))]
            people = [one for one in office.people if not one.is_bot]
            page = {"app": space.app.name, "team": space.team_name, "asked": asked, "people": people}
            return HTMLResponse(_PAGE.render(fields={key: value for key, value in fields.items() if value}, **page))
        state = {"state": fields["state"]} if fields["state"] else {}
        worker = office.people.find(given.get("user", ""))
        if given.get("choice") != "allow" or worker is None:
            return _go(redirect, {"error": "access_denied", **state})
        return _go(redirect, {"code": _code(office, worker, fields), **state})


def _go(redirect: str, more: dict[str, str]) -> Response:
    glue = "&" if urlsplit(redirect).query else "?"
    return RedirectResponse(f"{redirect}{glue}{urlencode(more)}", 302)


def _code(office: Office, worker: Worker, fields: dict[str, str]) -> str:
    consent = Grant(VENDOR, worker.email, fields["client_id"], frozenset())
    code = office.tokens.issue(consent, "code", CODE_SECONDS)
    workspace(office).consents[code] = fields
    return code


def _client(call: Call, *, secret: bool = True) -> None:
    if call.text("client_id") != call.space.app.client_id:
        raise Refusal("invalid_client_id")
    if secret and call.text("client_secret") != call.space.app.client_secret:
        raise Refusal("bad_client_secret")


def access(call: Call) -> Answer:
    """oauth.v2.access: a code once within ten minutes, or a refresh token where the app rotates its tokens."""
    if call.text("grant_type", "authorization_code") not in {"authorization_code", "refresh_token"}:
        raise Refusal("invalid_grant_type")
    if call.text("grant_type") == "refresh_token":
        _client(call)
        return _refreshed(call)
    _client(call, secret=not (call.space.app.pkce and call.text("code_verifier")))
    code = call.text("code")
    consent = call.office.tokens.spend(code, "code")
    fields = call.space.consents.pop(code, None)
    if consent is None or fields is None:
        raise Refusal("invalid_code")
    if fields["redirect_uri"] != call.text("redirect_uri"):
        raise Refusal("bad_redirect_uri")
    _verify(call, fields)
    worker = call.office.people.find(consent.email)
    if worker is None:
        raise Refusal("invalid_code")
    return _granted(call, worker, _split(fields["scope"]), _split(fields["user_scope"]))


def _verify(call: Call, fields: dict[str, str]) -> None:
    verifier, challenge = call.text("code_verifier"), fields["code_challenge"]
    if not challenge and not verifier:
        return
    if fields["code_challenge_method"] == "S256":
        verifier = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    if verifier != challenge:
        raise Refusal("invalid_code_verifier")


def _granted(call: Call, worker: Worker, bot: list[str], user: list[str]) -> Answer:
    office, space = call.office, call.space
    authed: dict[str, Any] = {"id": worker.slack_id}
    answer: Answer = {
        "app_id": space.app.id,
        "team": {"id": space.team_id, "name": space.team_name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if user:
        grant = install(office, worker, user)
        authed |= {"scope": ",".join(sorted(grant.scopes)), "token_type": "user", **issue(office, grant, "user")}
    if bot:
        grant = install(office, None, bot)
        answer |= {"scope": ",".join(sorted(grant.scopes)), "token_type": "bot", **issue(office, grant, "bot")}
        answer["bot_user_id"] = space.app.bot.slack_id
    return {**answer, "authed_user": authed}


def _refreshed(call: Call) -> Answer:
    grant = call.office.tokens.spend(call.text("refresh_token"), "refresh")
    if grant is None:
        raise Refusal("invalid_refresh_token")
    is_bot = grant is call.space.bot_grant
    answer = {"token_type": "bot" if is_bot else "user", "scope": ",".join(sorted(grant.scopes))}
    team = {"id": call.space.team_id, "name": call.space.team_name}
    return {**answer, **issue(call.office, grant, answer["token_type"]), "app_id": call.space.app.id, "team": team}


METHODS: Final = {"oauth.v2.access": Method(access, "", per_minute=0, takes_json=False)}
