"""Slack's refusals, translated by what to do about them. Slack answers them with HTTP 200 and ``"ok": false``."""

import re
from collections.abc import Mapping
from typing import Any, Final

from deepday.connect import Feature
from deepday.errors import (
    CursorGoneError,
    DeepdayError,
    FatalError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
    UnsupportedError,
)
from deepday_slack.scopes import Kind, feature_of


class SaidGoneError(GoneError):
    """Slack itself says that it is gone; a bare 404 may come from anything in between."""


class NothingToEndError(FatalError):
    """Slack could not end a snooze, as it says where none is on."""


DEAD: Final = frozenset({
    "access_denied", "account_inactive", "ekm_access_denied", "enterprise_is_restricted", "invalid_auth",
    "not_authed", "org_login_required", "team_access_not_granted", "token_expired", "token_revoked",
    "two_factor_setup_required",
})  # fmt: skip
"""The token is no good, whatever one calls with it."""

_GONE: Final = frozenset({
    "cannot_dm_bot", "cannot_reply_to_message", "channel_not_found", "is_archived", "is_inactive",
    "message_not_found", "not_in_channel", "thread_not_found", "user_disabled", "user_not_found", "user_not_visible",
    "users_not_found",
})  # fmt: skip
_UNSUPPORTED: Final = frozenset({
    "as_user_not_supported", "cannot_update_admin_user", "invalid_emoji_not_allowed", "invalid_presence",
    "method_not_supported_for_channel_type", "msg_too_long", "not_allowed", "restricted_action",
    "restricted_action_non_threadable_channel", "restricted_action_read_only_channel",
    "restricted_action_thread_locked", "restricted_action_thread_only_channel", "team_not_eligible", "too_long",
    "user_is_bot", "user_is_restricted", "user_is_ultra_restricted",
})  # fmt: skip
_MEANINGS: Final[tuple[tuple[frozenset[str], type[DeepdayError], str, str], ...]] = (
    (DEAD, ReconnectNeededError, "Slack no longer accepts the token", "Run: deepday connect slack"),
    (_GONE, SaidGoneError, "Slack no longer has it, or it is closed to us", "It is left alone."),
    (frozenset({"invalid_cursor"}), CursorGoneError, "Slack no longer knows the cursor", "Everything is read again."),
    (frozenset({"snooze_end_failed"}), NothingToEndError, "Slack did not end the snooze", "Please report this."),
    (
        _UNSUPPORTED,
        UnsupportedError,
        "Slack does not take that on this account",
        "Do without it, or choose another value.",
    ),
)
_LATER: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org"})
_BROKEN: Final = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,60}")
_SCOPE: Final = re.compile(r"[a-z][a-z_.:]{0,60}")
_WAIT: Final = "It is tried again by itself; nothing was lost."


def refused(data: Mapping[str, Any], kind: Kind, *, safe: bool) -> DeepdayError:
    """Return the error for an answer that is not ok. ``safe``: the call changes nothing."""
    code = code_of(data)
    if code in {"missing_scope", "no_permission", "not_allowed_token_type"}:
        return _missing(str(data.get("needed", "")), kind)
    if code in _LATER:
        return RetryLaterError("Slack asks to wait.", _WAIT)
    if code in _BROKEN:
        later = RetryLaterError if safe else OutcomeUnknownError
        return later(f"Slack cannot answer now ({code}).", _WAIT)
    for codes, error, what, advice in _MEANINGS:
        if code in codes:
            return error(f"{what} ({code}).", advice)
    return FatalError(f"Slack refused the request ({code}).", "Please report this.")


def code_of(data: Mapping[str, Any]) -> str:
    """Return Slack's error code; anything else that stands there is not repeated."""
    code = data.get("error")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown_error"


def missing_scopes(names: list[str], kind: Kind, feature: Feature | None) -> ReconnectNeededError:
    """Return the error for scopes that the token does not have."""
    token = {Kind.USER: "User Token Scopes", Kind.BOT: "Bot Token Scopes", Kind.APP: "the app-level token"}[kind]
    how = "" if feature in {None, Feature.ACTIVITY} else f" --allow {feature}"
    return ReconnectNeededError(
        f"Slack has not granted {', '.join(names)} ({token}).",
        f"Add it on the app's page, install the app again, then run: deepday connect slack{how}",
    )


def _missing(needed: str, kind: Kind) -> ReconnectNeededError:
    names = [name for name in needed.split(",") if _SCOPE.fullmatch(name)]
    return missing_scopes(names or ["a scope that this needs"], kind, feature_of(names[0], kind) if names else None)
