"""Orders hints that something in the mailbox changed (Graph: subscriptions)."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from deepday.connect import Feature
from deepday.errors import GoneError, OutcomeUnknownError, UnsupportedError
from deepday.model import Watch
from deepday_microsoft.errors import SERVICE, code_of
from deepday_microsoft.graph import preferences
from deepday_microsoft.part import Part
from deepday_microsoft.translate import UnusableError, moment

_LONGEST_STATE = 128
_LONGEST_TOKEN = 4096
_UNREACHED = "The address must be https, and answer from the internet. Without hints deepday looks by itself."


def validation_answer(query: Mapping[str, str]) -> str | None:
    """Return the text that an address for hints must answer with, as ``text/plain``, to prove that it is ours.

    ``query``: the parameters of the request, decoded. ``None`` when it is no such request.
    """
    token = query.get("validationToken")
    return token if token and len(token) <= _LONGEST_TOKEN else None


class Subscriptions(Part):
    """Satisfies :class:`deepday.connect.ChangeNotifier`.

    A subscription is for the whole mailbox: each hint says that the watched calendar may have changed. The watch's id
    stands in the address, so that an order whose answer was lost is found again.
    """

    def watch_calendar(self, watch: Watch) -> Watch:
        """Order hints; see :class:`deepday.connect.ChangeNotifier`."""
        if len(watch.secret.reveal()) > _LONGEST_STATE:
            raise UnsupportedError(f"{SERVICE} takes a secret of at most {_LONGEST_STATE} characters.", "Shorten it.")
        if not watch.address.startswith("https://"):
            raise UnsupportedError(f"{SERVICE} sends hints to https addresses only.", _UNREACHED)
        address = _address(watch)
        for row in self.graph.pages("/subscriptions", Feature.READ, query={}, headers={}):
            if row.get("notificationUrl") == address:
                return _granted(watch, row)
        body = {
            "changeType": "created,updated,deleted",
            "notificationUrl": address,
            "resource": f"{self.settings.mailbox}/events",
            "expirationDateTime": self._until(watch.until),
            "clientState": watch.secret.reveal(),
            "latestSupportedTlsVersion": "v1_2",
        }
        answer = self.graph.send("POST", "/subscriptions", body=body, headers=preferences())
        if answer.status == 400 and code_of(answer) in {"validationerror", "invalidrequest"}:
            raise UnsupportedError(f"{SERVICE} cannot reach the address for hints.", _UNREACHED)
        return _granted(watch, self.graph.written(answer, Feature.READ))

    def renew_watch(self, watch: Watch, until: int) -> Watch:
        """Prolong it; see :class:`deepday.connect.ChangeNotifier`."""
        path, body = self._subscription(watch), {"expirationDateTime": self._until(until)}
        return _granted(watch, self.graph.written(self.graph.send("PATCH", path, body=body), Feature.READ))

    def stop_watch(self, watch: Watch) -> None:
        """Stop it; see :class:`deepday.connect.ChangeNotifier`."""
        answer = self.graph.send("DELETE", self._subscription(watch))
        refused = self.graph.refused(answer, Feature.READ, safe=False)
        if refused and not isinstance(refused, GoneError):
            raise refused

    def hinted(self, headers: Mapping[str, str], body: bytes, watches: Sequence[Watch]) -> frozenset[str]:  # noqa: ARG002
        """Return the calendars that a delivered hint names; see :class:`deepday.connect.ChangeNotifier`."""
        try:
            notes = json.loads(body)["value"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return frozenset()
        found: set[str] = set()
        for note in notes if isinstance(notes, list) else ():
            if isinstance(note, dict):
                found |= {watch.calendar for watch in watches if _is_for(note, watch)}
        return frozenset(found)

    def _subscription(self, watch: Watch) -> str:
        return f"/subscriptions/{quote(watch.vendor_id, safe='')}"

    def _until(self, wanted: int) -> str:
        until = min(wanted, self.graph.now() + self.tuning.watch_minutes * 60)
        return datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _address(watch: Watch) -> str:
    mark = "&" if urlsplit(watch.address).query else "?"
    return f"{watch.address}{mark}{urlencode({'watch': watch.id})}"


def _is_for(note: Mapping[str, Any], watch: Watch) -> bool:
    name, state = note.get("subscriptionId"), note.get("clientState")
    if not isinstance(state, str) or not watch.vendor_id or name != watch.vendor_id:
        return False
    return hmac.compare_digest(state.encode(errors="replace"), watch.secret.reveal().encode(errors="replace"))


def _granted(watch: Watch, row: Mapping[str, Any]) -> Watch:
    name = row.get("id")
    try:
        until = int(moment({"dateTime": row.get("expirationDateTime")}, "end").timestamp())
    except UnusableError:
        until = 0
    if not isinstance(name, str) or not name or not until:
        raise OutcomeUnknownError(f"{SERVICE} took the order for hints, but its answer makes no sense.")
    return replace(watch, vendor_id=name, until=until)
