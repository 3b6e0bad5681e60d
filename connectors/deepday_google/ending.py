"""Ending a person's consent at Google (RFC 7009): whichever token is given, all of the consent is over."""

import json
from contextlib import suppress
from typing import Any, Final

from deepday.clock import Clock
from deepday.connect.http import Answer, HttpClient, Limits, refusal
from deepday.errors import FatalError
from deepday.model import TokenSet
from deepday_google.errors import by_hand
from deepday_google.settings import Settings

HURRIED: Final = Limits(total=10.0, connect=5.0, size=1_000_000)
"""Whoever ends an access is in a hurry."""


def end_grant(settings: Settings, tokens: TokenSet, clock: Clock, limits: Limits = HURRIED) -> tuple[str, ...]:
    """End the consent, and return what is left to do by hand. Raises errors of :mod:`deepday.errors`."""
    token = tokens.refresh or tokens.access
    if settings.subject or not token:
        return by_hand(settings)
    with HttpClient(settings.revoke, clock, limits) as client:
        answer = client.send("POST", settings.revoke, safe=True, data={"token": token.reveal()})
    if _over(answer):
        return ()
    found = refusal(answer, "Google", clock.now())
    raise found or FatalError(f"Google gave no usable answer ({answer.status}).", "Try again later.")


def _over(answer: Answer) -> bool:
    """Tell whether Google says so: it ended the consent now, or does not know the token any more."""
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(answer.data)
    if not isinstance(found, dict):
        return False  # something on the way may have answered in its place
    return (answer.status == 200 and "error" not in found) or (
        answer.status == 400 and found.get("error") == "invalid_token"
    )
