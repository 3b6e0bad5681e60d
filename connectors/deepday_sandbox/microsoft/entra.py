"""Entra's OAuth endpoints: discovery, device code, authorisation code with PKCE, refresh, client credentials."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from deepday.clock import SystemClock
from deepday_sandbox.microsoft import entra_pages as pages
from deepday_sandbox.microsoft.aadsts import EntraError
from deepday_sandbox.microsoft.assertions import encode, unsigned, verify
from deepday_sandbox.microsoft.permissions import RESOURCE, SIGN_IN, read_scopes
from deepday_sandbox.microsoft.state import CONSUMERS, NAME, App, CodeRequest, DeviceFlow, GraphState
from deepday_sandbox.office.people import Worker
from deepday_sandbox.office.state import Office
from deepday_sandbox.office.tokens import Grant

HOST: Final = "https://login.microsoftonline.com"
_ACCESS, _REFRESH, _CODE, _DEVICE = 3599, 90 * 86_400, 600, 900
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_DEVICE_GRANTS: Final = {"urn:ietf:params:oauth:grant-type:device_code", "device_code"}
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Form = Mapping[str, str]


class Entra:
    """The endpoints under ``/{tenant}``, over one office."""

    def __init__(self, office: Office, state: GraphState) -> None:
        """Serve the people and the registered apps of an office."""
        self._office, self._state = office, state

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        oauth = "/{tenant}/oauth2/v2.0"
        return [
            Route("/common/discovery/instance", self._instance),
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self._endpoint(self._configuration)),
            Route(f"{oauth}/devicecode", self._endpoint(self._device_code), methods=["POST"]),
            Route(f"{oauth}/token", self._endpoint(self._token), methods=["POST"]),
            Route(f"{oauth}/authorize", self._endpoint(self._authorise)),
            Route("/{tenant}/login", self._endpoint(self._signed_in), methods=["POST"]),
            Route("/devicelogin", self._endpoint(self._device_page)),
            Route("/devicelogin", self._endpoint(self._device_answer), methods=["POST"]),
        ]

    def _endpoint(self, handler: Callable[[str, Form, str], Response]) -> Callable[[Request], Any]:
        """Give a handler the tenant, the parameters and the host, in a thread, under the office's lock."""

        async def serve(request: Request) -> Response:
            text = (await request.body()).decode() if request.method == "POST" else request.url.query
            form = dict(parse_qsl(text, keep_blank_values=True))
            host = request.headers.get("host", "localhost")
            return await run_in_threadpool(
                self._safely, handler, request.path_params.get("tenant", "common"), form, host
            )

        return serve

    def _safely(self, handler: Callable[[str, Form, str], Response], tenant: str, form: Form, host: str) -> Response:
        with self._office.lock:
            try:
                self._known_tenant(tenant)
                return handler(tenant, form, host)
            except EntraError as error:
                return JSONResponse(error.body(self._office.clock.now()), error.status)

    # what the directory knows

    def _known_tenant(self, tenant: str) -> None:
        domains = {one.email.partition("@")[2].casefold() for one in self._office.people}
        known = {"common", "organizations", "consumers", CONSUMERS, self._state.tenant, *domains}
        if tenant.casefold() not in known:
            raise EntraError(90002, f"Tenant '{tenant}' not found.")

    def _people(self, tenant: str) -> list[Worker]:
        everybody = [one for one in self._office.people if not one.is_bot]
        if tenant == "common":
            return everybody
        return [one for one in everybody if one.workspace is (tenant not in {"consumers", CONSUMERS})]

    def _app(self, form: Form) -> App:
        if "client_id" not in form:
            raise EntraError(90014, "The required field 'client_id' is missing.")
        app = self._state.apps.get(form["client_id"])
        if app is None:
            raise EntraError(700016, f"Application with identifier '{form['client_id']}' was not found.")
        return app

    # discovery

    async def _instance(self, request: Request) -> Response:
        aliases = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
        metadata = {"preferred_network": aliases[0], "preferred_cache": aliases[1], "aliases": aliases}
        asked = urlsplit(request.query_params.get("authorization_endpoint", "")).path.split("/")
        tenant = asked[1] if len(asked) > 1 and asked[1] else "common"
        endpoint = f"{HOST}/{tenant}/v2.0/.well-known/openid-configuration"
        body = {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": [metadata]}
        return JSONResponse(body)

    def _configuration(self, tenant: str, form: Form, host: str) -> Response:  # noqa: ARG002
        oauth = f"{HOST}/{tenant}/oauth2/v2.0"
        named = {"common": "{tenantid}", "organizations": "{tenantid}", "consumers": CONSUMERS}
        issuer = named.get(tenant, tenant if tenant == CONSUMERS else self._state.tenant)
        body = {
            "issuer": f"{HOST}/{issuer}/v2.0",
            "authorization_endpoint": f"{oauth}/authorize",
            "token_endpoint": f"{oauth}/token",
            "device_authorization_endpoint": f"{oauth}/devicecode",
            "end_session_endpoint": f"{oauth}/logout",
            "jwks_uri": f"{HOST}/{tenant}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code", "id_token", "code id_token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return JSONResponse(body)

    # device code

    def _device_code(self, tenant: str, form: Form, host: str) -> Response:
        app = self._app(form)
        read_scopes(form.get("scope", ""))
        code = secrets.token_urlsafe(32)
        flow = DeviceFlow(
            client_id=app.client_id,
            scope=form["scope"],
            tenant=tenant,
            user_code="".join(secrets.choice(_LETTERS) for _ in range(9)),
            until=self._office.clock.seconds() + _DEVICE,
        )
        self._state.devices[code] = flow
        page = f"http://{host}/devicelogin"
        message = f"To sign in, use a web browser to open the page {page} and enter the code {flow.user_code}."
        body = {"user_code": flow.user_code, "device_code": code, "verification_uri": page, "expires_in": _DEVICE}
        return JSONResponse({**body, "interval": self._state.device_interval, "message": message})

    def _device_page(self, tenant: str, form: Form, host: str) -> Response:  # noqa: ARG002
        return HTMLResponse(pages.device(self._people(tenant), form.get("otc", "")))

    def _device_answer(self, tenant: str, form: Form, host: str) -> Response:  # noqa: ARG002
        wanted = form.get("code", "").strip().upper()
        now = self._office.clock.seconds()
        flow = next((one for one in self._state.devices.values() if one.user_code == wanted and now < one.until), None)
        if flow is None or flow.email or flow.declined:
            return HTMLResponse(pages.page("That code did not work"), 400)
        worker = self._office.people.find(form.get("email", ""))
        if form.get("decision") != "accept":
            flow.declined = True
            return HTMLResponse(pages.page("You declined"))
        if worker not in self._people(flow.tenant) or worker is None:
            return HTMLResponse(pages.page("You cannot sign in with that account here"), 400)
        flow.email = worker.email
        return HTMLResponse(pages.page("You have signed in"))

    def _by_device(self, app: App, form: Form) -> tuple[Grant, str, str]:
        code = form.get("device_code", "")
        flow = self._state.devices.get(code)
        if flow is None or flow.client_id != app.client_id:
            raise EntraError(70019)
        if not app.public:
            raise EntraError(7000218)
        if flow.declined:
            raise EntraError(70018)
        if self._office.clock.seconds() >= flow.until:
            raise EntraError(70020)
        if not flow.email:
            at, before = self._office.clock.monotonic(), flow.polled
            flow.polled = at
            if at - before < self._state.device_interval - 1:  # a second for clients whose timers run early
                raise EntraError(70016, "The client polls too often.", error="slow_down")
            raise EntraError(70016)
        del self._state.devices[code]
        return self._consent(app, flow.email, flow.scope), flow.scope, ""

    # authorisation code

    def _redirected(self, form: Form) -> App:
        app = self._app(form)
        if not self._redirect_fits(app, form.get("redirect_uri", "")):
            raise EntraError(50011)
        return app

    def _asked(self, form: Form) -> frozenset[str]:
        if form.get("response_type") != "code":
            raise EntraError(90014, "The response_type must be 'code'.")
        if "code_challenge" in form and form.get("code_challenge_method") != "S256":
            raise EntraError(9002325, "The code_challenge_method must be S256.")
        if form.get("prompt") == "none":
            raise EntraError(50058)
        return read_scopes(form.get("scope", ""))

    def _redirect_fits(self, app: App, address: str) -> bool:
        asked = urlsplit(address)
        for one in app.redirect_uris:
            known = urlsplit(one)
            if one == address:
                return True
            loopback = known.scheme == asked.scheme == "http" and known.hostname in {"localhost", "127.0.0.1"}
            if loopback and known.hostname == asked.hostname and (known.path or "/") == (asked.path or "/"):
                return True  # the port of a loopback address does not count
        return False

    def _authorise(self, tenant: str, form: Form, host: str) -> Response:  # noqa: ARG002
        checked = self._checked(form)
        if isinstance(checked, Response):
            return checked
        app, scopes = checked
        hint = form.get("login_hint", "").casefold()
        people = sorted(self._people(tenant), key=lambda one: one.email.casefold() != hint)
        return HTMLResponse(pages.sign_in(f"/{tenant}/login", app.name, sorted(scopes), people, form))

    def _checked(self, form: Form) -> tuple[App, frozenset[str]] | Response:
        """Return who asks for what, or the page or redirect that refuses it."""
        try:
            app = self._redirected(form)
        except EntraError as error:  # never send anybody to an address that nobody registered
            return HTMLResponse(pages.page("Sorry, but we're having trouble signing you in", escape(str(error))))
        try:
            return app, self._asked(form)
        except EntraError as error:
            return self._back(form, {"error": error.error, "error_description": str(error)})

    def _signed_in(self, tenant: str, form: Form, host: str) -> Response:  # noqa: ARG002
        checked = self._checked({key: value for key, value in form.items() if key not in {"email", "decision"}})
        if isinstance(checked, Response):
            return checked
        app, _ = checked
        worker = self._office.people.find(form.get("email", ""))
        if worker is None or worker not in self._people(tenant):
            return self._back(form, {"error": "access_denied", "error_description": str(EntraError(50020))})
        if form.get("decision") != "accept":
            return self._back(form, {"error": "access_denied", "error_description": str(EntraError(65004))})
        grant = self._consent(app, worker.email, form["scope"])
        code = self._office.tokens.issue(grant, "code", _CODE, "M.C")
        challenge, nonce = form.get("code_challenge", ""), form.get("nonce", "")
        self._state.codes[code] = CodeRequest(form["redirect_uri"], challenge, nonce, form["scope"])
        shown = {"code": code, "session_state": secrets.token_hex(16)}
        return self._back(
            form, {**shown, **({"client_info": self._client_info(worker)} if form.get("client_info") else {})}
        )

    def _back(self, form: Form, answer: dict[str, str]) -> Response:
        fields = {**answer, **({"state": form["state"]} if "state" in form else {})}
        if form.get("response_mode") == "form_post":
            return HTMLResponse(pages.post_back(form["redirect_uri"], fields))
        mark = "#" if form.get("response_mode") == "fragment" else "&" if "?" in form["redirect_uri"] else "?"
        return RedirectResponse(f"{form['redirect_uri']}{mark}{urlencode(fields)}", 302)

    def _by_code(self, app: App, form: Form) -> tuple[Grant, str, str]:
        code = form.get("code", "")
        if code in self._state.spent:
            raise EntraError(54005)
        request = self._state.codes.get(code)
        grant = self._office.tokens.grant_of(code, "code")
        if request is None:
            raise EntraError(70000, "The authorization code is malformed or not known.")
        if grant is None:
            raise EntraError(70008)
        if grant.client != app.client_id:
            raise EntraError(70000, "The authorization code was issued to another application.")
        if request.redirect_uri != form.get("redirect_uri"):
            raise EntraError(
                500112, "The reply address does not match the one of the authorization.", error="invalid_grant"
            )
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if request.challenge and encode(digest) != request.challenge:
            raise EntraError(501481)
        self._office.tokens.spend(code, "code")
        self._state.spent.add(code)
        del self._state.codes[code]
        return grant, request.scope, request.nonce

    # tokens

    def _token(self, tenant: str, form: Form, host: str) -> Response:  # noqa: ARG002
        app, kind = self._app(form), form.get("grant_type", "")
        if kind == "client_credentials":
            return JSONResponse(self._app_token(tenant, app, form))
        if "client_assertion" in form:
            self._prove(tenant, app, form)
        elif not app.public:
            raise EntraError(7000218)
        if kind in _DEVICE_GRANTS:
            grant, scope, nonce = self._by_device(app, form)
        elif kind == "authorization_code":
            grant, scope, nonce = self._by_code(app, form)
        elif kind == "refresh_token":
            grant, scope, nonce = self._by_refresh(app, form)
        else:
            raise EntraError(70003)
        return JSONResponse(self._tokens(grant, scope, nonce, form))

    def _by_refresh(self, app: App, form: Form) -> tuple[Grant, str, str]:
        token = form.get("refresh_token", "")
        known = self._state.refreshes.get(token)
        if known is None or known.client != app.client_id:
            raise EntraError(70000, "The refresh token is malformed or was issued to another application.")
        if known.revoked:
            raise EntraError(50173)
        grant = self._office.tokens.grant_of(token, "refresh")
        if grant is None:
            raise EntraError(700082)
        if number := self._state.interaction.get(grant.email):
            raise EntraError(number)
        scope = form.get("scope") or " ".join(sorted(grant.scopes))
        if ".default" not in scope and not read_scopes(scope) <= grant.scopes | SIGN_IN:
            raise EntraError(65001)
        return grant, scope, ""

    def _consent(self, app: App, email: str, scope: str) -> Grant:
        return Grant(NAME, email, app.client_id, read_scopes(scope))

    def _tokens(self, grant: Grant, scope: str, nonce: str, form: Form) -> dict[str, Any]:
        worker = self._office.people.find(grant.email)
        if worker is None:
            raise EntraError(50020)
        words = scope.split()
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(word for word in words if word != "offline_access"),
            "expires_in": _ACCESS,
            "ext_expires_in": _ACCESS,
            "access_token": self._office.tokens.issue(grant, "access", _ACCESS, "EwB"),
        }
        if "offline_access" in words:
            answer["refresh_token"] = self._office.tokens.issue(grant, "refresh", _REFRESH, "M.C")
            self._state.refreshes[answer["refresh_token"]] = grant
        if "openid" in words:
            answer["id_token"] = unsigned(self._claims(worker, grant.client, nonce))
        if form.get("client_info"):
            answer["client_info"] = self._client_info(worker)
        return answer

    def _tenant_of(self, worker: Worker) -> str:
        return self._state.tenant if worker.workspace else CONSUMERS

    def _client_info(self, worker: Worker) -> str:
        return encode(json.dumps({"uid": worker.object_id, "utid": self._tenant_of(worker)}).encode())

    def _claims(self, worker: Worker, client: str, nonce: str) -> dict[str, Any]:
        now, tenant = self._office.clock.seconds(), self._tenant_of(worker)
        return {
            "aud": client,
            "iss": f"{HOST}/{tenant}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "name": worker.name,
            "oid": worker.object_id,
            "preferred_username": worker.email,
            "sub": base64.b32encode(f"{client[:6]}{worker.email}".encode()).decode().rstrip("="),
            "tid": tenant,
            "ver": "2.0",
            **({"nonce": nonce} if nonce else {}),
        }

    def _prove(self, tenant: str, app: App, form: Form) -> None:
        if form.get("client_assertion_type") != _ASSERTION or not form.get("client_assertion"):
            raise EntraError(7000218)
        # The client signs by its own clock, which nobody turned.
        verify(form["client_assertion"], app, f"{HOST}/{tenant}/oauth2/v2.0/token", SystemClock().now())

    def _app_token(self, tenant: str, app: App, form: Form) -> dict[str, Any]:
        self._prove(tenant, app, form)
        if form.get("scope") != f"{RESOURCE}.default":
            raise EntraError(1002012)
        grant = Grant(NAME, "", app.client_id, app.roles)
        token = self._office.tokens.issue(grant, "access", _ACCESS, "EwB")
        lives = {"expires_in": _ACCESS, "ext_expires_in": _ACCESS}
        return {"token_type": "Bearer", **lives, "access_token": token, "scope": form["scope"]}
