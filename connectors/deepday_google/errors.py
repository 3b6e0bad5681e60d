"""What Google's refusals mean, each translated once by what to do about it. Light: no library of Google's."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from deepday.connect import Feature
from deepday.errors import (
    CursorGoneError,
    DeepdayError,
    FatalError,
    ReconnectNeededError,
    RetryLaterError,
    UnsupportedError,
)
from deepday_google.scopes import Need
from deepday_google.settings import Settings

if TYPE_CHECKING:
    from deepday.connect.http import Answer

_HOUR: Final = 3600.0
_DAY: Final = 86_400
_LATER: Final = "It is tried again by itself; nothing was lost."
_CONNECT: Final = "Run: deepday connect google"
_FULL: Final = "Everything is read again."
_TOO_MANY: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_OUT_OF_QUOTA: Final = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_SCOPE: Final = frozenset({"insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_NOT_SWITCHED_ON: Final = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_NOT_ALLOWED: Final = frozenset(
    {
        "forbidden",
        "forbiddenForNonOrganizer",
        "requiredAccessLevel",
        "eventTypeRestriction",
        "domainPolicy",
        "failedPrecondition",
        "FAILED_PRECONDITION",
    }
)
_DEAD_CURSOR: Final = frozenset({"fullSyncRequired", "updatedMinTooLongAgo"})
_CURSORS: Final = frozenset({"syncToken", "pageToken"})
_UNREACHABLE: Final = "push.webhookUrl"  # begins the reasons for refusing an address for hints


class RefusedError(Exception):
    """Google said no to a call of the SDK; it never leaves the connector.

    ``reason`` is Google's word for programs, ``location`` the parameter that is wrong; empty where none is given.
    """

    def __init__(self, answer: "Answer") -> None:
        super().__init__(answer.status)
        self.answer = answer
        self.status = answer.status
        self.reason, self.location = _said(answer.data)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried when Google said no. ``safe``: it changes nothing. ``follows``: it carried Google's cursor."""

    need: Need
    now: datetime
    safe: bool
    follows: bool = False


def _said(data: bytes) -> tuple[str, str]:
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(data)
    error = found.get("error") if isinstance(found, dict) else None
    details = error.get("errors") if isinstance(error, dict) else None
    first = details[0] if isinstance(details, list) and details else None
    if isinstance(first, dict):
        return _word(first.get("reason")), _word(first.get("location"))
    return (_word(error.get("status")), "") if isinstance(error, dict) else ("", "")


def _word(value: object) -> str:
    """Return what can be one of Google's words; anything else might be anybody's text."""
    return value if isinstance(value, str) and len(value) <= 60 and value.replace(".", "").isidentifier() else ""


def translated(refused: RefusedError, attempt: Attempt) -> DeepdayError:
    """Return the error that says what to do about a refusal."""
    from deepday.connect.http import refusal, retry_after  # noqa: PLC0415 - brings httpx

    status, reason = refused.status, refused.reason
    wait = retry_after(refused.answer.headers.get("retry-after"), attempt.now)
    if reason.startswith(_UNREACHABLE):
        return unreachable()
    if status == 403 and (found := _forbidden(reason, attempt.need, wait)):
        return found
    if status == 400:
        return _wrong(refused)
    if status == 410 and (attempt.follows or reason in _DEAD_CURSOR):
        return CursorGoneError("Google no longer knows the cursor.", _FULL)
    found_by_status = refusal(refused.answer, "Google", attempt.now, safe=attempt.safe)
    return found_by_status or FatalError(f"Google gave no usable answer ({status}).", "Please report this.")


def _forbidden(reason: str, need: Need, wait: float | None) -> DeepdayError | None:
    if reason in _TOO_MANY:
        return RetryLaterError("Google asks to call less often (403).", _LATER, after=wait)
    if reason in _OUT_OF_QUOTA:
        advice = f"{_LATER} The quota of your Google Cloud project is used up."
        return RetryLaterError("Google's quota is used up (403).", advice, after=wait or _HOUR)
    if reason in _SCOPE:
        return missing(need)
    if reason in _NOT_SWITCHED_ON:
        return ReconnectNeededError(
            "The API is not switched on in your Google Cloud project (403).",
            "Switch on the Google Calendar API, and the Gmail API for replies, in the console; then run: "
            "deepday connect google",
        )
    if reason in _NOT_ALLOWED:
        return UnsupportedError(f"Google does not allow this for this account (403, {reason}).", "It is left undone.")
    return None


def _wrong(refused: RefusedError) -> DeepdayError:
    if refused.location in _CURSORS:
        return CursorGoneError("Google does not know the cursor.", _FULL)
    if refused.reason in _NOT_ALLOWED:
        return UnsupportedError(
            f"Google does not allow this for this account (400, {refused.reason}).", "It is left undone."
        )
    named = f", {refused.reason}" if refused.reason else ""
    return FatalError(f"Google refused the request as wrong (400{named}).", "Please report this.")


def unreachable() -> UnsupportedError:
    """Return the error for an address to which Google sends no hints."""
    return UnsupportedError(
        "Google does not send hints to that address.",
        "It must be an https address on the internet; without hints deepday looks at intervals.",
    )


def missing(need: Need) -> ReconnectNeededError:
    """Return the error for a scope that was not granted."""
    option = f" {need.option}" if need.option else ""
    return ReconnectNeededError(
        f"Google did not allow deepday to {need.what}: the scope {need.scope} is missing.",
        f"{_CONNECT}{option}, and leave every box ticked on Google's page.",
    )


def token_refusal(answer: "Answer", now: datetime) -> DeepdayError | None:
    """Translate what the token endpoint refuses (RFC 6749, section 5.2); ``None`` for an answer with a token."""
    from deepday.connect.http import refusal  # noqa: PLC0415 - brings httpx

    body: Any = None
    with suppress(ValueError, RecursionError):
        body = json.loads(answer.data)
    said = body if isinstance(body, dict) else {}
    if answer.status == 200:
        usable = isinstance(said.get("access_token"), str) and said["access_token"]
        return None if usable else FatalError("Google's sign-in gave an answer without a token.", "Try again later.")
    error = said.get("error")
    if error in {"internal_failure", "server_error", "temporarily_unavailable"}:
        return RetryLaterError("Google's sign-in cannot answer now.", _LATER)
    if answer.status in {400, 401, 403} and isinstance(error, str) and error in _TOKEN:
        return ReconnectNeededError(*_TOKEN[error])
    found = refusal(answer, "Google's sign-in", now)
    return found or FatalError(f"Google's sign-in gave no usable answer ({answer.status}).", "Please report this.")


_TOKEN: Final = {
    "invalid_grant": ("Google ended the access.", _CONNECT),
    "invalid_client": (
        "Google does not know the OAuth client, or its secret is wrong.",
        "Download the client file again from the Google Cloud console, and run: deepday connect google",
    ),
    "deleted_client": (
        "The OAuth client was deleted.",
        "Make a new one in the Google Cloud console, and run: deepday connect google",
    ),
    "unauthorized_client": (
        "The client is not allowed to ask for this.",
        (
            "For a service account an administrator must enter its client id with exactly these scopes, under "
            "Security, API controls, Domain-wide delegation."
        ),
    ),
    "invalid_scope": (
        "Google does not give one of the scopes to this client.",
        "Switch on the APIs that you allowed in the Google Cloud console, and run: deepday connect google",
    ),
    "access_denied": ("Google denied the access.", _CONNECT),
    "admin_policy_enforced": (
        "Your organisation does not allow this client.",
        "Ask an administrator to trust it; the page about connecting Google has the words for that.",
    ),
}


def explain(settings: Settings, age: int) -> str:
    """Say what may be behind a grant that ended ``age`` seconds after it was given."""
    if settings.subject:
        return (
            "An administrator may have taken back the service account's domain-wide delegation, deleted its key, or "
            "suspended the person's account."
        )
    told = []
    if 6.5 * _DAY <= age <= 8 * _DAY:
        told.append(
            "Seven days are the life of every sign-in while the OAuth consent screen is in Testing: publish the app "
            "(Google Cloud console, Audience, Publish app), or make it Internal in your organisation, then connect "
            "once more."
        )
    if Feature.REPLIES in settings.allowed:
        told.append("Changing the password ends every access that includes Gmail.")
    if age >= 180 * _DAY:
        told.append("Google ends accesses that were not used for six months.")
    told.append("Somebody may have removed deepday at https://myaccount.google.com/connections.")
    return " ".join(told)


def by_hand(settings: Settings) -> tuple[str, ...]:
    """Say where a person ends the access."""
    if not settings.subject:
        return ("Remove deepday at https://myaccount.google.com/connections.",)
    return (
        "Delete the service account's key at https://console.cloud.google.com/iam-admin/serviceaccounts.",
        "Have an administrator take its client ID back at https://admin.google.com/ac/owl/domainwidedelegation.",
    )
