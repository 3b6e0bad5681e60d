"""Alerts of machines as urgent signals. Pure.

Two shapes are read. The plain one is one alert, every part of it but ``title`` optional::

    {"title": "...", "text": "...", "severity": "critical", "url": "https://...", "key": "run 17", "class": "pager"}

The other one is the shape that Alertmanager and Grafana send: ``{"alerts": [{"status", "labels", "annotations",
"startsAt", "fingerprint", "generatorURL"}, ...]}``. An alert is the same one as long as its ``key``, or its fingerprint
and beginning, is the same; without a key, as long as all of its words are, within an hour. What says that it is
``resolved`` asks for nothing, and ends nothing: that an alert is gone does not say that nobody is needed.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from deepday.model import Door, UrgentSignal
from deepday.route.phrases import say

MOST = 100
"""Alerts in one request."""

_LONGEST = 500
_LONGEST_LINK = 500
_HOUR = 3600


class AlertShapeError(ValueError):
    """What came is no alert; the words say what is wrong, and repeat nothing of it."""


def signals_of(source: str, usual: str, body: bytes, now: int) -> list[UrgentSignal]:
    """Return the signals in a request of the source with that name.

    ``usual``: the class of alerts that name none. Raises :class:`AlertShapeError`.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise AlertShapeError("This is no JSON.") from None
    if not isinstance(found, dict):
        raise AlertShapeError("This is no object.")
    if "alerts" not in found:
        return [_plain(source, usual, found, now)]
    alerts = found["alerts"]
    if not isinstance(alerts, list) or not all(isinstance(one, dict) for one in alerts):
        raise AlertShapeError('"alerts" must be a list of objects.')
    if len(alerts) > MOST:
        raise AlertShapeError(f"There are {len(alerts)} alerts; send at most {MOST} at once.")
    return [_of_many(source, usual, one, now) for one in alerts if one.get("status") != "resolved"]


def flood(source: str, now: int, language: str = "en") -> UrgentSignal:
    """Return the signal that a source sends more alerts than are taken: one an hour."""
    text = say(language, "alerts refused", source=source)
    return _signal(source, f"flood {now // _HOUR}", "flood", text, "", now)


def _plain(source: str, usual: str, found: Mapping[str, Any], now: int) -> UrgentSignal:
    title = _text(found, "title")
    if not title:
        raise AlertShapeError('"title" is missing.')
    severity, url = _text(found, "severity"), _text(found, "url")
    words = (title, _text(found, "text"), severity, url)
    key = _text(found, "key") or _hash(json.dumps([*words, now // _HOUR]))
    return _signal(source, key, _text(found, "class") or usual or severity, _lines(*words), url, now)


def _of_many(source: str, usual: str, found: Mapping[str, Any], now: int) -> UrgentSignal:
    labels, notes = _part(found, "labels"), _part(found, "annotations")
    name, severity, url = _text(labels, "alertname"), _text(labels, "severity"), _text(found, "generatorURL")
    mark = _text(found, "fingerprint") or _hash(json.dumps(labels, sort_keys=True, default=str))
    key = f"{mark} {_text(found, 'startsAt')}"
    words = (_text(notes, "summary") or name, _text(notes, "description"), severity, url)
    return _signal(source, key, _text(labels, "class") or usual or severity, _lines(*words), url, now)


def _signal(source: str, key: str, alert: str, text: str, url: str, now: int) -> UrgentSignal:
    name = f"alerts:{source}"
    return UrgentSignal(
        f"{name}:{_hash(key)}",
        now,
        name,
        name,
        text[:_LONGEST],
        door=Door.ALERT,
        link=_link(url),
        alert=(alert or source).lower()[:60],
    )


def _lines(title: str, text: str, severity: str, url: str) -> str:
    head = f"{title} ({severity})" if severity else title
    return "\n".join(filter(None, (head, text, url)))


def _link(url: str) -> str:
    """Return where the alert can be looked at, as far as that may be kept in the clear: without a query."""
    try:
        parts = urlsplit(url)
        plain = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    except ValueError:
        return ""
    fits = parts.scheme in {"http", "https"} and parts.netloc and "@" not in parts.netloc and plain.isascii()
    return plain if fits and plain.isprintable() and " " not in plain and len(plain) <= _LONGEST_LINK else ""


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise AlertShapeError(f'"{name}" must be a text.')
    return str(value).strip()


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name)
    if value is not None and not isinstance(value, dict):
        raise AlertShapeError(f'"{name}" must be an object.')
    return value or {}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]
