"""The automatic mail answer: values and Graph's JSON, HTML and plain words. Pure."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from deepday.model import Audience, AutoReply
from deepday_microsoft.translate import UnusableError, moment

_BREAKING = {"br", "p", "div", "tr", "li", "h1", "h2", "h3"}
_UNSEEN = {"head", "style", "script", "title"}
_BLANK = re.compile(r"[ \t\r\n\f]+")


class _Words(HTMLParser):
    """Collects what a reader sees: white space collapsed, a line for each paragraph."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br" or (tag in _BREAKING and self.lines[-1].strip()):
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BREAKING - {"br"} and self.lines[-1].strip():
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.lines[-1] += _BLANK.sub(" ", data)


def plain(text: str) -> str:
    """Return HTML as the words that people see, without the document that Exchange wraps around them."""
    words = _Words()
    words.feed(text)
    words.close()
    return "\n".join(line.strip() for line in words.lines).strip()


def marked_up(text: str) -> str:
    """Return words as HTML; nothing in them counts as a tag."""
    return "<br>".join(html.escape(line, quote=False) for line in text.splitlines())


def reply_of(setting: Mapping[str, Any]) -> AutoReply:
    """Read an automaticRepliesSetting; unknown words are read as off, or as nobody outside."""
    status = setting.get("status")
    scheduled = status == "scheduled"
    audience = setting.get("externalAudience")
    return AutoReply(
        enabled=scheduled or status == "alwaysEnabled",
        text=plain(_text(setting.get("internalReplyMessage"))),
        text_outside=plain(_text(setting.get("externalReplyMessage"))),
        start=_seconds(setting.get("scheduledStartDateTime")) if scheduled else 0,
        until=_seconds(setting.get("scheduledEndDateTime")) if scheduled else 0,
        audience=Audience(audience) if audience in list(Audience) else Audience.NONE,
        markup=_text(setting.get("internalReplyMessage")),
        markup_outside=_text(setting.get("externalReplyMessage")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: object) -> int:
    try:
        return max(0, int(moment(value, "time").timestamp()))
    except UnusableError:
        return 0


def setting_of(value: AutoReply, now: int) -> dict[str, Any]:
    """Return the whole automaticRepliesSetting; a reply with an end but no beginning begins at ``now``."""
    inside, outside = value.markup, value.markup_outside
    if not (inside or outside):
        words_outside = value.text_outside or (value.text if value.audience is not Audience.NONE else "")
        inside, outside = marked_up(value.text), marked_up(words_outside)
    setting: dict[str, Any] = {
        "status": "disabled",
        "externalAudience": value.audience.value,
        "internalReplyMessage": inside,
        "externalReplyMessage": outside,
    }
    if value.enabled and value.until:
        setting["status"] = "scheduled"
        setting["scheduledStartDateTime"] = _when(value.start or min(now, value.until - 1))
        setting["scheduledEndDateTime"] = _when(value.until)
    elif value.enabled:
        setting["status"] = "alwaysEnabled"
    return setting


def _when(seconds: int) -> dict[str, str]:
    return {"dateTime": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
