"""The pages of api.slack.com/apps, as far as one needs them: make an app, install it, copy its tokens."""

from typing import Any, Final
from urllib.parse import parse_qsl

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from deepday_sandbox.office import Grant, Office, Worker
from deepday_sandbox.slack.auth import install, issue
from deepday_sandbox.slack.manifest import Manifest, ManifestError, read_manifest
from deepday_sandbox.slack.workspace import VENDOR, Workspace, workspace

_PLACES: Final = {
    "channels": "public channels",
    "groups": "private channels",
    "im": "direct messages",
    "mpim": "group direct messages",
}
_WORDS: Final = {
    **{f"{family}:history": f"View messages and other content in {place}" for family, place in _PLACES.items()},
    **{f"{family}:read": f"View basic information about {place}" for family, place in _PLACES.items()},
    **{f"{family}:write": f"Start and manage {place}" for family, place in _PLACES.items()},
    "app_mentions:read": "View messages that directly mention the app",
    "channels:join": "Join public channels",
    "channels:manage": "Manage public channels",
    "chat:write": "Send messages",
    "chat:write.public": "Send messages to channels that the app is not a member of",
    "commands": "Add shortcuts and slash commands that people can use",
    "dnd:read": "View Do Not Disturb settings",
    "dnd:write": "Edit a person's Do Not Disturb settings",
    "reactions:read": "View emoji reactions",
    "reactions:write": "Add and edit emoji reactions",
    "search:read": "Search a workspace's content",
    "team:read": "View the workspace's name, domain and icon",
    "users.profile:read": "View profile details about people in the workspace",
    "users.profile:write": "Edit a person's profile information and status",
    "users:read": "View people in the workspace",
    "users:read.email": "View email addresses of people in the workspace",
    "users:write": "Set presence",
}
_TOP: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }} · Sandbox Slack</title></head>
<body><main><h1>{{ title }}</h1>
"""
_END: Final = "</main></body></html>\n"
_pages: Final = Environment(autoescape=True)
_APPS: Final = _pages.from_string(f"""{_TOP}
{{% if app %}}<p><a href="/apps/{{{{ app.id }}}}">{{{{ app.name }}}}</a></p>{{% endif %}}
<h2>Create an app from a manifest</h2>
{{% if reasons %}}<div role="alert"><p>This manifest was not accepted:</p>
<ul>{{% for one in reasons %}}<li>{{{{ one }}}}</li>{{% endfor %}}</ul></div>{{% endif %}}
<form method="post" action="/apps">
<p><label for="manifest">Manifest, YAML or JSON</label></p>
<p><textarea id="manifest" name="manifest" rows="30" cols="90" required>{{{{ manifest }}}}</textarea></p>
<p><button type="submit">Create</button></p></form>
{_END}""")
_APP: Final = _pages.from_string(f"""{_TOP}
<h2>Install App</h2>
<p><a href="/apps/{{{{ app.id }}}}/install">{{{{ 'Reinstall' if tokens else 'Install' }}}} to {{{{ team }}}}</a></p>
{{% if tokens %}}<h2>OAuth Tokens</h2>{{% endif %}}
{{% for key, label in labels.items() if tokens[key] %}}
<p><label for="{{{{ key }}}}-token">{{{{ label }}}}</label>
<input id="{{{{ key }}}}-token" readonly size="60" value="{{{{ tokens[key] }}}}"></p>{{% endfor %}}
<h2>App-Level Tokens</h2>
{{% if app_token %}}<p><label for="app-token">App-level token with connections:write</label>
<input id="app-token" readonly size="60" value="{{{{ app_token }}}}"></p>{{% endif %}}
<form method="post" action="/apps/{{{{ app.id }}}}/app-token">
<p><button type="submit">Generate an app-level token with connections:write</button></p></form>
{_END}""")
_CONSENT: Final = _pages.from_string(f"""{_TOP}
{{% for heading, scopes in asked if scopes %}}<h2>{{{{ heading }}}}</h2>
<ul>{{% for scope in scopes %}}<li>{{{{ words[scope] }}}} (<code>{{{{ scope }}}}</code>)</li>{{% endfor %}}</ul>
{{% endfor %}}
<form method="post" action="/apps/{{{{ app.id }}}}/install">
<p><label for="user">Signed in as</label>
<select id="user" name="user">
{{% for one in people %}}<option value="{{{{ one.slack_id }}}}">{{{{ one.name }}}}</option>{{% endfor %}}
</select></p>
<p><button type="submit" name="choice" value="deny">Cancel</button>
<button type="submit" name="choice" value="allow">Allow</button></p></form>
{_END}""")
_LABELS: Final = {"user": "User OAuth Token", "bot": "Bot User OAuth Token"}


class AppPages:
    """The settings of the workspace's one app; making it anew replaces what it was."""

    def __init__(self, office: Office) -> None:
        """Show the app of that office."""
        self._office = office
        self._manifest: Manifest | None = None
        self._tokens: dict[str, str] = {}
        self._app_token = ""

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/apps", self._apps, methods=["GET", "POST"]),
            Route("/apps/{app}", self._app, methods=["GET"]),
            Route("/apps/{app}/install", self._install, methods=["GET", "POST"]),
            Route("/apps/{app}/app-token", self._generate, methods=["POST"]),
        ]

    @property
    def _space(self) -> Workspace:
        return workspace(self._office)

    async def _apps(self, request: Request) -> Response:
        given = await _form(request)
        text, reasons = given.get("manifest", ""), list[str]()
        if request.method == "POST":
            try:
                self._create(read_manifest(text))
            except ManifestError as error:
                reasons = error.reasons
            else:
                return self._go()
        app = self._space.app if self._manifest else None
        page = _APPS.render(title="Your Apps", app=app, reasons=reasons, manifest=text)
        return HTMLResponse(page, 400 if reasons else 200)

    def _create(self, manifest: Manifest) -> None:
        with self._office.lock:
            app = self._space.app
            app.name, app.socket_mode, app.rotation = manifest.name, manifest.socket_mode, manifest.rotation
            app.bot_events, app.user_events = set(manifest.bot_events), set(manifest.user_events)
            app.request_url, app.redirect_uris = manifest.request_url, list(manifest.redirect_urls)
            self._manifest, self._tokens, self._app_token = manifest, {}, ""

    async def _app(self, request: Request) -> Response:
        if not self._known(request):
            return _nothing()
        more: dict[str, Any] = {"tokens": self._tokens, "app_token": self._app_token, "labels": _LABELS}
        app = self._space.app
        return HTMLResponse(_APP.render(title=app.name, app=app, team=self._space.team_name, **more))

    async def _install(self, request: Request) -> Response:
        manifest, given = self._manifest, await _form(request)
        if manifest is None or not self._known(request):
            return _nothing()
        with self._office.lock:
            if request.method == "GET":
                return HTMLResponse(self._consent(manifest))
            worker = self._office.people.find(given.get("user", ""))
            if given.get("choice") == "allow" and worker and not worker.is_bot:
                self._grant(manifest, worker)
        return self._go()

    def _consent(self, manifest: Manifest) -> str:
        app = self._space.app
        asked = [("What the app may do", manifest.bot_scopes), ("What it may do as you", manifest.user_scopes)]
        people = [one for one in self._office.people if not one.is_bot]
        title = f"{app.name} is asking for permission to access the {self._space.team_name} workspace"
        return _CONSENT.render(title=title, app=app, asked=asked, people=people, words=_WORDS)

    def _grant(self, manifest: Manifest, worker: Worker) -> None:
        """Install: what an earlier manifest asked for and this one does not is no longer granted."""
        self._tokens = {"user": "", "bot": ""}
        for kind, scopes, whose in (("bot", manifest.bot_scopes, None), ("user", manifest.user_scopes, worker)):
            if scopes:
                grant = install(self._office, whose, scopes)
                grant.scopes = frozenset(scopes)
                self._tokens[kind] = issue(self._office, grant, kind)["access_token"]

    async def _generate(self, request: Request) -> Response:
        if not self._known(request):
            return _nothing()
        with self._office.lock:
            app = self._space.app
            grant = Grant(VENDOR, app.bot.email, app.client_id, frozenset({"connections:write"}))
            self._app_token = str(issue(self._office, grant, "app")["access_token"])
        return self._go()

    def _known(self, request: Request) -> bool:
        return self._manifest is not None and request.path_params["app"] == self._space.app.id

    def _go(self) -> Response:
        return RedirectResponse(f"/apps/{self._space.app.id}", 303)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _nothing() -> Response:
    return HTMLResponse("<!doctype html><title>Not found</title><h1>There is no such app.</h1>", 404)
