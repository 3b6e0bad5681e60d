"""What Slack brings over HTTP: events, commands, shortcuts and presses, all to one address, each signed."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from deepday.clock import Clock
from deepday.connect.ports.deliveries import Delivered, Delivery
from deepday.model import Door, Secret, UrgentSignal
from deepday_slack.bundle import Bundle
from deepday_slack.signals import Ears, signal_of

_LONGEST_CHALLENGE: Final = 500
_MOST_FIELDS: Final = 100
_GOOD_FOR: Final = 301.0  # seconds: one more than Slack's verifier, which decides
_STAMP: Final = re.compile(r"[0-9]{1,12}")
_SIGNATURE: Final = re.compile(r"v0=[0-9a-f]{64}")


class _Time(SlackClock):
    """Our clock, in the shape that Slack's own verifier asks for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


@dataclass(frozen=True, slots=True)
class SlackDeliveries:
    """Satisfies :class:`deepday.connect.DeliveryReader`. ``bundle``: whose they are, where an account is connected.

    ``in_person``: see :class:`~deepday_slack.signals.Ears`.
    """

    secret: Secret = field(repr=False)
    bundle: Bundle | None
    clock: Clock
    in_person: bool = False

    def may_be_genuine(self, headers: Mapping[str, str]) -> bool:
        """Tell whether there is a signature, and a time within the last five minutes or the next."""
        stamp = headers.get("x-slack-request-timestamp", "")
        if not (_STAMP.fullmatch(stamp) and _SIGNATURE.fullmatch(headers.get("x-slack-signature", ""))):
            return False
        return abs(self.clock.now().timestamp() - int(stamp)) <= _GOOD_FOR

    def read_delivery(self, delivery: Delivery) -> Delivered | None:
        """Return what a delivery says; ``None`` for what Slack did not sign within the last five minutes."""
        if not self._genuine(delivery):
            return None
        stamp, signature = (delivery.headers[f"x-slack-{name}"] for name in ("request-timestamp", "signature"))
        proof = f"{stamp} {signature}"
        kind, payload = _opened(delivery)
        if kind == "events_api" and payload.get("type") == "url_verification":
            return Delivered(proof, challenge=str(payload.get("challenge", ""))[:_LONGEST_CHALLENGE])
        if kind == "events_api" and payload.get("type") == "app_rate_limited":
            return Delivered(proof, missed=True)
        if self.bundle is None:
            return Delivered(proof, known=False)
        return Delivered(proof, self._signal(delivery, kind, payload, self.bundle))

    def _genuine(self, delivery: Delivery) -> bool:
        """Tell whether the signature fits; Slack's verifier raises errors of many kinds on odd input."""
        verifier = SignatureVerifier(self.secret.reveal(), _Time(self.clock))
        try:
            return verifier.is_valid_request(delivery.body, dict(delivery.headers))
        except (ValueError, TypeError, ArithmeticError):
            return False

    def _signal(self, delivery: Delivery, kind: str, payload: Mapping[str, Any], bundle: Bundle) -> UrgentSignal | None:
        now = int(self.clock.now().timestamp())
        retry = delivery.headers.get("x-slack-retry-num", "")
        attempt = int(retry) + 1 if retry.isascii() and retry.isdigit() and len(retry) < 4 else 1
        if kind:
            try:
                ears = Ears(bundle.team, bundle.user, bundle.bot_user, now, self.in_person)
                return signal_of(kind, payload, attempt, ears)
            except (LookupError, TypeError, ValueError, AttributeError):
                pass  # Slack signed it, and it has a shape that is new to us
        name = hashlib.sha256(delivery.body).hexdigest()[:32]
        return UrgentSignal(f"{bundle.team}:unparsed:{name}", now, "", "", attempt=attempt, door=Door.UNPARSED)


def _opened(delivery: Delivery) -> tuple[str, Mapping[str, Any]]:
    """Return the kind of Socket Mode's envelope and the payload that it would have; an empty kind for neither."""
    if delivery.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return _json("events_api", delivery.body)
    try:
        fields = dict(parse_qsl(delivery.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return "", {}
    if "payload" in fields:
        return _json("interactive", fields["payload"])
    return ("slash_commands", fields) if "command" in fields else ("", {})


def _json(kind: str, text: str | bytes) -> tuple[str, Mapping[str, Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "", {}
    return (kind, found) if isinstance(found, dict) else ("", {})
