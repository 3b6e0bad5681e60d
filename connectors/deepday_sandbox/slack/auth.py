"""Tokens: handing them out, reading them, testing and ending them; connections for Socket Mode."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from deepday_sandbox.office import Grant, Office, Worker
from deepday_sandbox.slack import events
from deepday_sandbox.slack.calls import Answer, Bearer, Call, Method, Refusal
from deepday_sandbox.slack.workspace import VENDOR, find_worker, workspace

ROTATION_SECONDS: Final = 12 * 3600
_KINDS: Final = {"xoxb-": "bot", "xoxp-": "user", "xapp-": "app"}


def kind_of(token: str) -> str:
    """Return the kind of a token by its first letters, nothing for none of Slack's."""
    bare = token.removeprefix("xoxe.")
    return next((kind for prefix, kind in _KINDS.items() if bare.startswith(prefix)), "")


def read_token(office: Office, token: str) -> Bearer:
    """Return who a token is. Raises ``not_authed``, ``invalid_auth``, ``token_revoked`` or ``token_expired``."""
    if not token:
        raise Refusal("not_authed")
    known = office.tokens.look_up(token)
    if known is None or known[1] != "access" or known[0].vendor != VENDOR:
        raise Refusal("invalid_auth")
    if known[0].revoked:
        raise Refusal("token_revoked")
    if office.tokens.grant_of(token, "access") is None:
        raise Refusal("token_expired")
    worker = find_worker(office, known[0].email)
    if worker is None:
        raise Refusal("account_inactive")
    return Bearer(token, kind_of(token), known[0], worker)


def install(office: Office, worker: Worker | None, scopes: Iterable[str]) -> Grant:
    """Return the grant of somebody, the bot where nobody is given; scopes add to those granted before."""
    space = workspace(office)
    before = space.user_grants.get(worker.slack_id) if worker else space.bot_grant
    if before is not None and not before.revoked:
        before.scopes |= frozenset(scopes)
        return before
    grant = Grant(VENDOR, (worker or space.app.bot).email, space.app.client_id, frozenset(scopes))
    if worker:
        space.user_grants[worker.slack_id] = grant
    else:
        space.bot_grant = grant
    return grant


def issue(office: Office, grant: Grant, kind: str) -> dict[str, Any]:
    """Return the fields of an answer that carry a new token of that kind: bot, user or app."""
    rotates = workspace(office).app.rotation and kind != "app"
    prefix = next(prefix for prefix, known in _KINDS.items() if known == kind)
    if not rotates:
        token = office.tokens.issue(grant, "access", 0, f"{prefix}1-" if kind == "app" else prefix)
        return {"access_token": token}
    return {
        "access_token": office.tokens.issue(grant, "access", ROTATION_SECONDS, f"xoxe.{prefix}"),
        "refresh_token": office.tokens.issue(grant, "refresh", 0, "xoxe-1-"),
        "expires_in": ROTATION_SECONDS,
    }


def test_token(call: Call) -> Answer:
    """auth.test."""
    space, who = call.space, call.bearer
    if who.kind == "app":
        return {"app_name": space.app.name, "app_id": space.app.id}
    return {
        "url": f"https://{space.domain}.slack.com/",
        "team": space.team_name,
        "user": who.worker.email.partition("@")[0],
        "team_id": space.team_id,
        "user_id": who.id,
        **({"bot_id": space.app.bot_id} if who.kind == "bot" else {}),
        "is_enterprise_install": False,
    }


def revoke(call: Call) -> Answer:
    """auth.revoke: ends the whole grant of the token's owner; ``test`` changes nothing."""
    if call.flag("test"):
        return {"revoked": False}
    call.bearer.grant.revoked = True
    events.revoked(call.office, call.bearer.id, is_bot=call.bearer.kind == "bot")
    return {"revoked": True}


def authorizations(call: Call) -> Answer:
    """apps.event.authorizations.list: everybody for whom the app sees an event."""
    try:
        context = json.loads(base64.urlsafe_b64decode(call.required("event_context").removeprefix("4-")))
        seen_by = [(str(user), bool(is_bot)) for user, is_bot in context["who"]]
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise Refusal("invalid_event_context") from None
    return {"authorizations": [events.authorization(call.space, user, is_bot=is_bot) for user, is_bot in seen_by]}


def methods(ticket: Callable[[], str]) -> dict[str, Method]:
    """Return the methods of this module. ``ticket`` makes what a new socket is opened with."""

    def open_connection(call: Call) -> Answer:
        """apps.connections.open."""
        return {"url": f"ws://{call.host}/link/?ticket={ticket()}&app_id={call.space.app.id}"}

    return {
        "auth.test": Method(test_token, "bot user app", per_minute=0),
        "auth.revoke": Method(revoke, takes_json=False),
        "apps.connections.open": Method(open_connection, "app", ("connections:write",)),
        "apps.event.authorizations.list": Method(authorizations, "app", ("authorizations:read",), 0),
    }
