"""A server's refusals, by what to do about them."""

from datetime import datetime

from deepday.connect.http import Answer, refusal, retry_after
from deepday.errors import ConflictError, CursorGoneError, DeepdayError, GoneError, RetryLaterError, UnsupportedError
from deepday_caldav.multistatus import conditions

DEAD_TOKEN = "valid-sync-token"  # noqa: S105 - the name of a condition
_NO_ACCESS = "need-privileges"
_LEFT_ALONE = "It is left alone."


def refused_read(answer: Answer, host: str, now: datetime) -> DeepdayError | None:
    """Translate the refusal of a request that changes nothing; ``None`` when it is none."""
    if answer.status == 423:
        return RetryLaterError(f"{host} has locked the calendar (423).", "It is tried again by itself.")
    if answer.status >= 400 and DEAD_TOKEN in conditions(answer.data):
        return dead_token(host)
    return refusal(answer, host, now)


def may_be_dead_token(answer: Answer) -> bool:
    """Tell whether the refusal of a request with a sync token may be about the token, although it does not say so."""
    return answer.status in {403, 409, 410, 412} and not conditions(answer.data) & {DEAD_TOKEN, _NO_ACCESS}


def dead_token(host: str) -> CursorGoneError:
    """Return what to raise for a sync token that the server no longer knows."""
    return CursorGoneError(f"{host} no longer knows the sync token.", "Everything is read again.")


def refused_write(answer: Answer, host: str, now: datetime) -> DeepdayError | None:
    """Translate the refusal of a write; ``None`` when it is none.

    403 means that this calendar, or this event, may not be written: signing in again would change nothing.
    """
    named = conditions(answer.data) if answer.status in {403, 409, 507} else frozenset()
    if "no-uid-conflict" in named:
        return ConflictError(f"{host} has an event with this UID under another address.", _LEFT_ALONE)
    if answer.status == 403:
        why = f": {', '.join(sorted(named))}" if named else ""
        return UnsupportedError(f"{host} does not let you write to this calendar (403{why}).", "Choose another one.")
    if answer.status == 507:
        return UnsupportedError(f"{host} has no room left for you (507).", "Delete something there.")
    if answer.status == 423:
        wait = retry_after(answer.headers.get("retry-after"), now)
        return RetryLaterError(f"{host} has locked the calendar (423).", "It is tried again by itself.", after=wait)
    return refusal(answer, host, now, safe=False)


def calendar_gone(host: str) -> GoneError:
    """Return what to raise for a calendar that is not there."""
    return GoneError(f"{host} has no such calendar.", "Choose calendars again.")
