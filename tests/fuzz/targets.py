"""What is read of what anybody can send, and what must hold whatever that is.

A target takes a source of chance, makes one input of it, and gives it to the reader. It raises :class:`ForgedError`
when something counts that nobody signed, and lets every exception through that the reader should not have raised.
"""

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from deepday.connect import Delivery, ReadContext
from deepday.connect.ics.reading import read_calendar
from deepday.errors import InputError
from deepday.model import DateRange, Secret, UrgentSignal, Watch
from deepday.route.alerts import MOST, AlertShapeError, signals_of
from deepday.route.forms import form_token, opens_form, receipt_of, receipt_token
from deepday.testing import TurnedClock
from deepday_google.hints import HintsPart
from deepday_microsoft.part import Tuning
from deepday_microsoft.subscriptions import Subscriptions, validation_answer
from deepday_slack.bundle import Bundle
from deepday_slack.deliveries import SlackDeliveries
from tests.connectors.files.ics_text import calendar, context, event
from tests.fuzz.mutating import mutated, mutated_text

OURS: Final = "the signing secret"
_KEY: Final = b"the key of this installation"
_TEAM, _OWNER, _BOT = "T0FUZZ", "U0ANNA", "U0BOT"
_NO_NETWORK: Final = cast("Any", None)


class ForgedError(AssertionError):
    """Something was believed that nobody signed."""


Target = Callable[[random.Random], None]

_SAID = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U2", "text": "help", "ts": "1800000000.1"}
_PRESS = {"type": "block_actions", "user": {"id": "U2"}, "actions": [{"value": "x"}]}
SLACK: Final = (
    json.dumps({"type": "event_callback", "team_id": _TEAM, "event": _SAID}).encode(),
    json.dumps({"type": "url_verification", "challenge": "c"}).encode(),
    b"command=%2Furgent&text=help&user_id=U2&channel_id=D1&team_id=T0FUZZ&trigger_id=1.2",
    b"payload=" + json.dumps(_PRESS).encode(),
)
_RUN = {"title": "Run 17", "text": "loss is NaN", "severity": "critical", "url": "https://a.example/1?q", "key": "17"}
_FIRING = {
    "status": "firing",
    "labels": {"alertname": "a", "class": "b"},
    "annotations": {"summary": "s"},
    "startsAt": "2026-03-09T08:00:00Z",
    "fingerprint": "f",
    "generatorURL": "https://a.example/",
}
ALERTS: Final = (json.dumps(_RUN).encode(), json.dumps({"alerts": [_FIRING] * 3}).encode())
_ZONE = ["BEGIN:VTIMEZONE", "TZID:Own", "BEGIN:STANDARD", "DTSTART:19701025T030000", "TZOFFSETFROM:+0200"]
CALENDARS: Final = (
    calendar(event("SUMMARY:Stand-up", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=20", "EXDATE;VALUE=DATE:20260317")),
    calendar(event("DTSTART;VALUE=DATE:20260312", "DURATION:P2D"), event("ATTENDEE;PARTSTAT=DECLINED:mailto:me@a.org")),
    calendar(
        [*_ZONE, "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE"],
        event("DTSTART;TZID=Own:20260310T090000", "DURATION:PT1H"),
    ),
)


def slack_signature(body: bytes, stamp: str, secret: str) -> str:
    """Return what Slack sends beside a body."""
    return (
        "v0="
        + hmac.new(secret.encode(), f"v0:{stamp}:".encode(errors="surrogateescape") + body, hashlib.sha256).hexdigest()
    )


@dataclass(frozen=True)
class Forgery:
    """A request as Slack's. ``genuine``: what is signed is as Slack signed it, and its time is right."""

    headers: dict[str, str]
    body: bytes
    genuine: bool


def forgery(chance: random.Random, now: int, secret: str) -> Forgery:
    """Return a genuine request, changed in its body, its headers or its time."""
    body = chance.choice(SLACK)
    stamp = str(now + chance.choice((0, 0, 0, -300, 300, -301, 301, -86_400, 10**12)))
    signature = slack_signature(body, stamp, secret)
    genuine = body, stamp, signature
    kind = chance.randrange(6)
    if kind == 0:
        body = mutated(body, chance, chance.choice(SLACK))
    elif kind == 1:
        stamp = chance.choice((mutated_text(stamp, chance), f" {stamp}", f"+{stamp}", f"{stamp}.0", f"0{stamp}", ""))
    elif kind == 2:
        signature = mutated_text(signature, chance, slack_signature(body, stamp, "another"))
    elif kind == 3:
        signature = slack_signature(body, stamp, chance.choice(("", "another", secret + "\0", secret.upper() + "A")))
    elif kind == 4:  # the seams of what is signed are moved
        stamp, body = f"{stamp}:{body[:3].decode()}", body[3:]
    else:
        signature = chance.choice((signature.upper(), signature[3:], f"v1{signature[2:]}", f"{signature},{signature}"))
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}
    if chance.random() < 0.1:
        del headers[chance.choice([*headers])]
    same = len(headers) == 2 and (body, stamp, signature) == genuine and abs(int(stamp) - now) <= 300
    headers["content-type"] = chance.choice(("application/json", "application/x-www-form-urlencoded", "\udcff"))
    return Forgery(headers, body, same)


def is_signed(made: Forgery, secret: str) -> bool:
    """Tell whether a request has the very signature that Slack would have given it."""
    stamp, signature = (made.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
    return slack_signature(made.body, stamp, secret) == signature


def nonsense(chance: random.Random, now: int, secret: str) -> Forgery:
    """Return what makes no sense, and is signed."""
    body, stamp = mutated(chance.choice(SLACK), chance, chance.choice(SLACK)), str(now)
    headers = {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": slack_signature(body, stamp, secret),
        "x-slack-retry-num": chance.choice(("", "1", "x", "\u0663", "9" * 9)),
        "content-type": chance.choice(("application/json", "application/x-www-form-urlencoded", "text/plain")),
    }
    return Forgery(headers, body, genuine=_is_text(body))  # Slack's own verifier refuses what is no UTF-8


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


_CLOCK: Final = TurnedClock()
_READER: Final = SlackDeliveries(Secret(OURS), Bundle(_TEAM, _OWNER, {}, {}, _BOT), _CLOCK, in_person=True)


def slack_forged(chance: random.Random) -> None:
    """Nothing is genuine any more unless what is signed is as it was."""
    made = forgery(chance, int(_CLOCK.now().timestamp()), OURS)
    found = _READER.read_delivery(Delivery(made.headers, made.body))
    assert found is None or _READER.may_be_genuine(made.headers), "what Slack signed was kept out by its headers"
    if (found is not None) != made.genuine:
        raise ForgedError("what Slack did not sign counted" if found else "what Slack signed did not count")


def slack_nonsense(chance: random.Random) -> None:
    """What is signed and makes no sense must become a signal or nothing, and no error."""
    made = nonsense(chance, int(_CLOCK.now().timestamp()), OURS)
    found = _READER.read_delivery(Delivery(made.headers, made.body))
    assert (found is not None) == made.genuine
    if found is not None and found.signal is not None:
        _can_be_kept(found.signal)
    assert found is None or len(found.challenge) <= 500


def _can_be_kept(signal: UrgentSignal) -> None:
    assert signal.id
    assert len(signal.text) <= 500
    json.dumps([signal.id, signal.text, signal.sender, signal.link])


def alert(chance: random.Random) -> None:
    """Change an alert: it is a signal that can be kept, or said to be none."""
    body = mutated(chance.choice(ALERTS), chance, chance.choice(ALERTS))
    try:
        found = signals_of("training", "usual", body, 1_800_000_000)
    except AlertShapeError:
        return
    assert len(found) <= MOST
    for signal in found:
        _can_be_kept(signal)
        assert "?" not in signal.link
        assert "@" not in signal.link


def form_link(chance: random.Random) -> None:
    """Change a link to the form, or to a receipt: it opens what it opened before, unchanged, and nothing else."""
    now = 1_800_000_000
    if chance.random() < 0.5:
        day = now + 86_400 * chance.randrange(-30, 1)
        genuine = form_token(_KEY, day)
        token = mutated_text(genuine, chance, form_token(b"another", now))
        good = day // 86_400 + 14 >= now // 86_400
        if opens_form(_KEY, token, now) != (good and token == genuine):
            raise ForgedError("a link opened the form that was not given out")
        return
    genuine = receipt_token(_KEY, "u2026a")
    token = mutated_text(genuine, chance, receipt_token(b"another", "u2026b"))
    if receipt_of(_KEY, token) not in ({"u2026a"} if token == genuine else {None}):
        raise ForgedError("a receipt was shown that was not given out")


_WATCHES = [
    Watch(
        "watch-1",
        "anna@example.com",
        "https://d.example/h",
        Secret("a-secret-of-ours-0123456789abcdef"),
        0,
        "resource-1",
    ),
    Watch(
        "watch-2", "team@example.com", "https://d.example/h", Secret("another-secret-0123456789abcdef"), 0, "resource-2"
    ),
]


def google_hint(chance: random.Random) -> None:
    """Change a hint of Google in one of its parts."""
    watch, other = chance.sample(_WATCHES, 2)
    genuine = {
        "X-Goog-Channel-ID": watch.id,
        "X-Goog-Channel-Token": watch.secret.reveal(),
        "X-Goog-Resource-ID": watch.vendor_id,
        "X-Goog-Resource-State": "exists",
    }
    name = chance.choice([*genuine][:3])
    wrong = chance.choice((other.id, other.secret.reveal(), other.vendor_id))
    given = genuine | {name: mutated_text(genuine[name], chance, wrong) if chance.random() < 0.8 else wrong}
    if chance.random() < 0.1:
        del given[name]
    found = HintsPart(_NO_NETWORK).hinted(given, chance.randbytes(8), _WATCHES)
    if found != ({watch.calendar} if given == genuine else set()):
        raise ForgedError("a hint of Google counted that Google did not send")


def graph_hint(chance: random.Random) -> None:
    """Change a hint of Graph, or the question whether an address is ours."""
    watch, other = chance.sample(_WATCHES, 2)
    note = {"subscriptionId": watch.vendor_id, "clientState": watch.secret.reveal(), "changeType": "updated"}
    genuine = json.dumps({"value": [note]}).encode()
    swapped = json.dumps({"value": [note | {"clientState": other.secret.reveal()}]}).encode()
    body = mutated(genuine, chance, swapped) if chance.random() < 0.9 else swapped
    found = Subscriptions(_NO_NETWORK, _NO_NETWORK, Tuning()).hinted({}, body, _WATCHES)
    if not found <= _named(body):
        raise ForgedError("a hint of Graph counted that Graph did not send")
    answer = validation_answer({chance.choice(("validationToken", "other")): body.decode("latin-1")})
    assert answer is None or len(answer) <= 4096


def _named(body: bytes) -> set[str]:
    """Return the calendars that a body names with their secrets, read as simply as can be."""
    try:
        notes: Any = json.loads(body)["value"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return set()
    pairs = {(watch.vendor_id, watch.secret.reveal()): watch.calendar for watch in _WATCHES}
    found = [one for one in notes if isinstance(one, dict)] if isinstance(notes, list) else []
    keys = [(str(one.get("subscriptionId")), str(one.get("clientState"))) for one in found]
    return {pairs[key] for key in keys if key in pairs}


_CONTEXT: ReadContext = context(titles=True)


def ics(chance: random.Random) -> None:
    """Change a calendar: each component is read, or skipped with a reason, or the file is said to be none."""
    data = mutated(chance.choice(CALENDARS), chance, chance.choice(CALENDARS))
    try:
        found = read_calendar(data, "a.ics", _CONTEXT)
    except InputError:
        return
    for one in found.events:
        within = one.when
        assert (within.first <= within.end) if isinstance(within, DateRange) else (within.start <= within.end)
    assert all(one.reason and len(one.reason) < 1000 for one in found.skipped)


TARGETS: Final[Mapping[str, tuple[int, Target]]] = {
    "Slack, forged": (40, slack_forged),
    "Slack, signed nonsense": (13, slack_nonsense),
    "alert": (15, alert),
    "form link": (12, form_link),
    "push hint of Google": (7, google_hint),
    "push hint of Graph": (7, graph_hint),
    "ICS": (4, ics),
}
"""Each reader's share, in hundredths; the rest goes to the ingress as a whole (:mod:`tests.fuzz.whole`)."""
