"""Hints that a calendar changed, over Google's notification channels. A hint has no body and is lost now and then."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from deepday.errors import DeepdayError, GoneError, RetryLaterError
from deepday.model import Watch
from deepday_google.errors import RefusedError, unreachable
from deepday_google.scopes import READ
from deepday_google.session import Session

_NOT_UNIQUE: Final = "channelIdNotUnique"


class HintsPart:
    """Satisfies :class:`deepday.connect.ChangeNotifier`. The vendor's id of a watch is Google's resource id."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def watch_calendar(self, watch: Watch) -> Watch:
        """Order hints. One that was ordered before, with its answer lost, is left as it is and ends by itself."""
        if not watch.address.startswith("https://"):
            raise unreachable()
        body = {
            "id": watch.id,
            "type": "web_hook",
            "address": watch.address,
            "token": watch.secret.reveal(),
            "expiration": str(watch.until * 1000),
        }
        request = self.session.calendar().events().watch(calendarId=watch.calendar, body=body)
        error: DeepdayError
        try:
            return _granted(watch, self.session.attempt(request))
        except RefusedError as refused:
            if refused.reason == _NOT_UNIQUE:
                return watch
            error = self.session.meaning(refused, request, READ)
        raise error

    def renew_watch(self, watch: Watch, until: int) -> Watch:
        """Order another one and stop the old one: Google prolongs none. The new id follows from the old."""
        if watch.until <= self.session.now():
            raise GoneError("Google has ended the hints.", "They are ordered again.")
        name = hashlib.sha256(f"{watch.id} {until}".encode()).hexdigest()[:40]
        ordered = self.watch_calendar(replace(watch, id=name, until=until))
        with suppress(GoneError, RetryLaterError):  # it ends by itself, and two hints are one
            self.stop_watch(watch)
        return ordered

    def stop_watch(self, watch: Watch) -> None:
        """Stop it; that it is gone already is fine. One whose answer was lost cannot be stopped, and ends by itself."""
        if not watch.vendor_id:
            return
        body = {"id": watch.id, "resourceId": watch.vendor_id}
        with suppress(GoneError):
            self.session.send(self.session.calendar().channels().stop(body=body), READ)

    def hinted(self, headers: Mapping[str, str], body: bytes, watches: Sequence[Watch]) -> frozenset[str]:  # noqa: ARG002 - Google's hints have no body
        """Return the calendar that the hint's channel watches, if the hint knows its secret."""
        given = {name.casefold(): value for name, value in headers.items()}
        if given.get("x-goog-resource-state") in {None, "sync"}:  # the first message says only that it begins
            return frozenset()
        return frozenset([watch.calendar for watch in watches if _is_of(watch, given)])


def _is_of(watch: Watch, headers: Mapping[str, str]) -> bool:
    same_channel = _same(headers.get("x-goog-channel-id", ""), watch.id)
    same_secret = _same(headers.get("x-goog-channel-token", ""), watch.secret.reveal())
    same_resource = not watch.vendor_id or _same(headers.get("x-goog-resource-id", ""), watch.vendor_id)
    return same_channel and same_secret and same_resource and bool(watch.secret)


def _same(one: str, other: str) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _granted(watch: Watch, answer: Mapping[str, Any]) -> Watch:
    resource, end = answer.get("resourceId"), answer.get("expiration")
    until = int(end) // 1000 if isinstance(end, str) and end.isascii() and end.isdigit() and len(end) < 16 else 0
    return replace(watch, vendor_id=resource if isinstance(resource, str) else "", until=until or watch.until)
