"""Microsoft's refusals, translated once: Graph's codes and Entra's AADSTS numbers. Not light to import."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from deepday.connect import Feature
from deepday.connect.http import Answer, refusal
from deepday.errors import (
    ConflictError,
    CursorGoneError,
    DeepdayError,
    FatalError,
    GoneError,
    InputError,
    ReconnectNeededError,
    RetryLaterError,
    UnsupportedError,
)
from deepday_microsoft.settings import SCOPES

SERVICE = "Microsoft 365"
RECONNECT = "Run: deepday connect microsoft"
DUPLICATE = "errorduplicatetransactionid"
_DEAD_CURSORS = {"syncstatenotfound", "syncstateinvalid", "resyncrequired", "errorinvalidsyncstatedata"}
_NO_SUCH_ID = {"errorinvalididmalformed", "errorinvalidid", "errorinvalididempty"}
_NO_MAILBOX = {"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi"}
_LATER = "It is tried again by itself; nothing was lost."

_CONFIGURATION = {
    50011: ("its redirect address is not registered", "Add http://localhost under Mobile and desktop applications."),
    90002: ("the tenant does not exist", "Check --tenant and --cloud."),
    900023: ("the tenant is neither an ID nor a domain", "Check --tenant."),
    700016: ("the application does not exist in that tenant", "Check --client-id and --tenant."),
    7000218: ("the app registration does not allow public client flows", "Set 'Allow public client flows' to Yes."),
    700027: ("the certificate is not registered with the application", "Upload the certificate to the registration."),
    700024: ("the certificate's signature is out of time", "Check the clock of this machine."),
    700023: ("the certificate's signature is for another address", "Check --tenant and --cloud."),
    700021: ("the certificate's signature names another application", "Check --client-id."),
    1002012: ("the application was granted nothing", "Let an administrator grant the application permissions."),
    70011: ("a permission does not exist there", "Check --cloud."),
}
_CONSENT = "Ask an administrator for consent: the page docs/connect-microsoft.md has the text."
_REFUSED = {
    50020: ("this account does not belong to the tenant", "Choose another account, or check --tenant."),
    50076: ("multi-factor authentication is needed", RECONNECT),
    50079: ("multi-factor authentication must be set up", "Set it up in the browser, then connect again."),
    50173: ("the password was changed, or all sign-ins were ended", RECONNECT),
    53003: ("Conditional Access blocks the sign-in", "Ask your administrator which devices and places are allowed."),
    53000: ("Conditional Access wants a compliant device", "Ask your administrator which devices are allowed."),
    65001: ("the consent is missing or was taken back", _CONSENT),
    90094: ("an administrator must consent", _CONSENT),
    65004: ("the sign-in was declined", "Run it again, and allow the access."),
    70018: ("the sign-in was declined", "Run it again, and allow the access."),
    70020: ("nobody typed the code in time", "Run it again, and finish within 15 minutes."),
    70008: ("the grant has expired", RECONNECT),
    700082: ("the grant was not used for 90 days", RECONNECT),
}
_NO_TENANT = 90002
_TRANSIENT = 90033
_LATER_WORDS = {"temporarily_unavailable", "server_error"}
# RFC 6749 (5.2), OpenID Connect Core (3.1.2.6), RFC 8628 (3.5) and Entra's own: only who signs in again can help.
_OVER = {
    "invalid_grant",
    "invalid_client",
    "unauthorized_client",
    "access_denied",
    "interaction_required",
    "login_required",
    "consent_required",
    "account_selection_required",
    "authorization_declined",
    "bad_verification_code",
    "expired_token",
}
_WRONG = {"invalid_request", "invalid_scope", "invalid_resource", "unsupported_grant_type", "unsupported_response_type"}


def code_of(answer: Answer) -> str:
    """Return Graph's error code in small letters; empty where there is none."""
    found = error_of(answer).get("code")
    return found.casefold() if isinstance(found, str) else ""


def error_of(answer: Answer) -> Mapping[str, Any]:
    """Return Graph's error object; empty where there is none."""
    body: Any = None
    with suppress(ValueError, RecursionError):
        body = json.loads(answer.data)
    found = body.get("error") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}


def graph_refusal(
    answer: Answer, now: datetime, feature: Feature, *, safe: bool, app_only: bool = False
) -> DeepdayError | None:
    """Translate what Graph says to a request that needs ``feature``; ``None`` for a success. ``now`` is aware."""
    if answer.status == 403:
        return _forbidden(feature, app_only=app_only)
    named = _named(answer, code_of(answer)) if answer.status >= 400 else None
    return named or refusal(answer, SERVICE, now, safe=safe)


def _named(answer: Answer, code: str) -> DeepdayError | None:
    """Translate the codes that say more than the status; ``None`` for any other."""
    if code in _DEAD_CURSORS:
        return CursorGoneError(f"{SERVICE} no longer knows where the reading stopped.", "It is read in full again.")
    if code in _NO_MAILBOX:
        advice = "deepday needs a mailbox in Exchange Online or Outlook.com."
        return UnsupportedError("This mailbox is not in the cloud, or is blocked for applications.", advice)
    if answer.status == 400 and code in _NO_SUCH_ID:
        return GoneError(f"{SERVICE} knows no such id.")
    if answer.status == 400 and "MSA accounts" in str(error_of(answer).get("message", "")):
        return UnsupportedError("Personal Microsoft accounts cannot do that.", "Use a work or school account.")
    if code == "errorirresolvableconflict":
        return ConflictError(f"{SERVICE} says that it was changed meanwhile ({answer.status}).")
    return None


def _forbidden(feature: Feature, *, app_only: bool) -> ReconnectNeededError:
    names = " and ".join(SCOPES[feature])
    what = f"{SERVICE} refuses access: the permission {names} is missing"
    if app_only:
        advice = "Let an administrator grant it to the application, or let its access policy reach this mailbox."
        return ReconnectNeededError(f"{what}, or a policy keeps the application out of this mailbox.", advice)
    allow = "" if feature is Feature.READ else f" --allow {feature}"
    return ReconnectNeededError(f"{what}, or a policy forbids it.", f"{RECONNECT}{allow}")


def entra_refusal(result: Mapping[str, Any] | None) -> DeepdayError:
    """Translate what msal returned instead of tokens; only the error's number leaves it.

    A grant is over only where Entra says so in a way that is known: a proxy may say anything.
    """
    if result is None:
        return ReconnectNeededError(f"The sign-in to {SERVICE} is no longer known here.", RECONNECT)
    word = str(result.get("error", ""))
    number = _number(result) or (_NO_TENANT if word == "invalid_tenant" else 0)
    shown = f" (AADSTS{number})" if number else ""
    if number in _CONFIGURATION:
        why, advice = _CONFIGURATION[number]
        return InputError(f"Microsoft refuses the sign-in: {why}{shown}.", advice)
    if number in _REFUSED:
        why, advice = _REFUSED[number]
        return ReconnectNeededError(f"Microsoft refuses the sign-in: {why}{shown}.", advice)
    return _by_word(word, number, shown)


def _by_word(word: str, number: int, shown: str) -> DeepdayError:
    """Translate a refusal whose number, if it has one, is not known here."""
    if word in _LATER_WORDS or number == _TRANSIENT:
        return RetryLaterError(f"Microsoft's sign-in cannot answer now{shown}.", _LATER)
    if word in _OVER:
        return ReconnectNeededError(f"Microsoft refuses the sign-in: {word}{shown}.", RECONNECT)
    if number or word in _WRONG:
        why = word if word in _WRONG else "for a reason that is not known here"
        return FatalError(f"Microsoft refuses the sign-in: {why}{shown}.", "Please report this.")
    advice = f"A proxy on the way may have refused it. {_LATER}"
    return RetryLaterError("The sign-in to Microsoft 365 was refused in words that are not Microsoft's.", advice)


def _number(result: Mapping[str, Any]) -> int:
    codes = result.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return codes[0]
    _, found, rest = str(result.get("error_description", "")).partition("AADSTS")
    digits = rest.partition(":")[0]
    return int(digits) if found and digits.isascii() and digits.isdigit() and len(digits) < 9 else 0


def explained(age: int, *, app_only: bool) -> str:
    """Say what may be behind a grant that ended ``age`` seconds after it was given."""
    if app_only:
        return "The application's certificate may have expired or been removed, or its permissions been taken back."
    if age >= 85 * 86_400:
        return "Microsoft ends a sign-in that was not used for 90 days; a changed password ends it too."
    return (
        "A changed password, a new rule for multi-factor authentication or Conditional Access, or an administrator "
        "who took the consent back ends a sign-in."
    )
