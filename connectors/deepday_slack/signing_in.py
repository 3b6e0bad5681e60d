"""Signing in with the tokens of the owner's own Slack app, pasted or referred to."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from deepday.clock import Clock
from deepday.connect import Dialogue, Feature, SignedIn
from deepday.connect.http import Limits
from deepday.connect.secrets import SecretReference
from deepday.errors import InputError
from deepday.model import Secret
from deepday_slack.bundle import Bundle
from deepday_slack.errors import missing_scopes
from deepday_slack.scopes import EXTRA, NEEDED, Kind
from deepday_slack.settings import Settings
from deepday_slack.web import asked, nonsense

_FORM: Final = re.compile(r"[A-Za-z0-9-]+[\w.-]{8,500}", re.ASCII)
_OPTIONS: Final = {Kind.USER: "user-token", Kind.BOT: "bot-token", Kind.APP: "app-token"}
_NAMES: Final = {
    Kind.USER: "User OAuth Token",
    Kind.BOT: "Bot User OAuth Token",
    Kind.APP: "app-level token",
}
_WHERE: Final = {
    Kind.USER: "your app's page, under OAuth & Permissions",
    Kind.BOT: "your app's page, under OAuth & Permissions",
    Kind.APP: "your app's page, under Basic Information > App-Level Tokens, with the scope connections:write",
}
_NOTE: Final = (
    "Slack has no permission for reading only when messages were written: what they say is received as well, "
    "looked at for a mention of you, and dropped at once."
)


def sign_in(options: Mapping[str, str], person: Dialogue, clock: Clock, limits: Limits | None = None) -> SignedIn:
    """Take the tokens that the allowed features need, ask Slack whose they are, and check their scopes."""
    settings = Settings.parse(options)
    kinds = [kind for kind in Kind if any(kind in NEEDED[feature] for feature in settings.allowed)]
    tokens = {kind: _token(kind, options, person) for kind in kinds}
    told = {kind: asked(settings, clock, token, limits) for kind, token in tokens.items()}
    owner = told[Kind.USER]
    bundle = Bundle(
        _name(owner, "team_id"),
        _name(owner, "user_id"),
        tokens,
        {kind: found["scopes"] for kind, found in told.items()},
        _name(told[Kind.BOT], "user_id") if Kind.BOT in told else "",
    )
    if Kind.BOT in told and _name(told[Kind.BOT], "team_id") != bundle.team:
        raise InputError("The two OAuth tokens are of different workspaces.", "Copy both from the same app's page.")
    _check_scopes(settings, bundle)
    host = urlsplit(str(owner.get("url", ""))).hostname or bundle.team
    missing = [
        f"Without {', '.join(sorted(scopes))} {_WITHOUT[feature]}"
        for feature, scopes in EXTRA.items()
        if feature in settings.allowed and not scopes <= bundle.scopes[Kind.USER]
    ]
    account = f"{owner.get('user') or bundle.user}@{host}"
    packed = bundle.pack(int(clock.now().timestamp()))
    return SignedIn(account, packed, options=settings.options(), notes=(_NOTE, *missing))


_WITHOUT: Final = {
    Feature.ACTIVITY: "the first reading takes longer; nothing is missed.",
    Feature.STATUS: "the dot beside your name is left alone.",
}


def _token(kind: Kind, options: Mapping[str, str], person: Dialogue) -> Secret:
    reference = options.get(_OPTIONS[kind], "")
    if reference:
        found = SecretReference.parse(reference).resolve()
    else:
        found = person.ask_secret(f"{_NAMES[kind]} ({kind}…), from {_WHERE[kind]}")
    token = Secret(found.reveal().strip())
    if token.reveal().startswith("xoxe."):
        raise InputError(
            f"The {_NAMES[kind]} is one that Slack replaces every twelve hours (xoxe.…).",
            "Make a new app without token rotation: an app cannot turn it off again.",
        )
    if not token.reveal().startswith(kind) or not _FORM.fullmatch(token.reveal()):
        other = next((name for one, name in _NAMES.items() if token.reveal().startswith(one)), "")
        is_other = f" but the {other}" if other and other != _NAMES[kind] else ""
        raise InputError(
            f"This is not the {_NAMES[kind]}{is_other}.", f"It begins with {kind}; copy it from {_WHERE[kind]}."
        )
    return token


def _name(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise nonsense(safe=True)
    return value


def _check_scopes(settings: Settings, bundle: Bundle) -> None:
    """Raise :class:`ReconnectNeededError` for the first feature and token that lack something."""
    for feature in sorted(settings.allowed):
        for kind, scopes in NEEDED[feature].items():
            if missing := sorted(scopes - bundle.scopes[kind]):
                raise missing_scopes(missing, kind, feature)
