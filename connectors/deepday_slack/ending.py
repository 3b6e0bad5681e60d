"""Revoking the tokens of a Slack app, each by itself."""

from collections.abc import Mapping
from typing import Any, Final

from deepday.clock import Clock
from deepday.connect.http import Limits
from deepday.errors import DeepdayError, FatalError
from deepday.model import TokenSet
from deepday_slack.bundle import Bundle
from deepday_slack.errors import code_of, refused
from deepday_slack.scopes import Kind
from deepday_slack.settings import Settings
from deepday_slack.web import revoked

HURRIED: Final = Limits(total=10.0, connect=5.0, size=1_000_000)
"""Whoever ends an access is in a hurry."""

_OVER: Final = frozenset({"account_inactive", "token_expired", "token_revoked"})
_APP: Final = (
    "Revoke the app-level token (xapp-…): choose your app at https://api.slack.com/apps, Basic Information, App-Level "
    "Tokens."
)


def end_grant(settings: Settings, tokens: TokenSet, clock: Clock, limits: Limits = HURRIED) -> tuple[str, ...]:
    """Revoke what Slack lets a program revoke, and return what is left to do by hand.

    Each token is tried, whatever came of the one before; then the first error is raised.
    """
    bundle = Bundle.unpack(tokens)
    problems: list[DeepdayError] = []
    for kind in (Kind.USER, Kind.BOT):
        try:
            if token := bundle.token(kind):
                found = revoked(settings, clock, token, limits)
                _check(found, kind)
        except DeepdayError as error:
            problems.append(error)
    if problems:
        raise problems[0]
    return (_APP,) if bundle.token(Kind.APP) else ()


def _check(found: Mapping[str, Any], kind: Kind) -> None:
    """Raise what the answer means, unless the token is over."""
    if found["ok"] and found.get("revoked") is False:
        raise FatalError("Slack did not revoke a token.", "Revoke it by hand.")
    if not found["ok"] and code_of(found) not in _OVER:
        raise refused(found, kind, safe=True)
