"""Gmail's vacation settings to deepday's automatic reply and back. Pure."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final

from deepday.errors import UnsupportedError
from deepday.model import Audience, AutoReply

_YEARS: Final = 10 * 365 * 86_400
_LINES: Final = frozenset({"div", "p"})
_PLAIN: Final = _LINES | {"br"}


def reply_of(settings: Mapping[str, Any], now: int) -> AutoReply:
    """Return the reply; one whose end has passed is off, though Gmail still calls it enabled.

    A text with formatting of its own stays HTML, so that it can be put back as it was.
    """
    until = _seconds(settings.get("endTime"))
    audience = Audience.ALL
    if settings.get("restrictToDomain") is True:
        audience = Audience.NONE
    elif settings.get("restrictToContacts") is True:
        audience = Audience.CONTACTS
    return AutoReply(
        enabled=settings.get("enableAutoReply") is True and not 0 < until <= now,
        text=_said(_text(settings.get("responseBodyHtml")), _text(settings.get("responseBodyPlainText"))),
        subject=_text(settings.get("responseSubject")),
        start=_seconds(settings.get("startTime")),
        until=until,
        audience=audience,
    )


def settings_of(reply: AutoReply, now: int, *, organisation: bool) -> dict[str, Any]:
    """Return the whole settings object for a reply.

    ``organisation``: the account belongs to one. Both times are given or none: an old end that stays in place would
    silence the reply. Raises :class:`UnsupportedError` for what Gmail cannot do.
    """
    if reply.enabled:
        _check(reply, organisation=organisation)
    settings: dict[str, Any] = {
        "enableAutoReply": reply.enabled,
        "restrictToContacts": reply.audience is Audience.CONTACTS,
        "restrictToDomain": reply.audience is Audience.NONE and organisation,
    }
    if reply.text:
        settings["responseBodyHtml" if _is_html(reply.text) else "responseBodyPlainText"] = reply.text
    if reply.subject:
        settings["responseSubject"] = reply.subject
    start, until = reply.start, reply.until
    if until:
        start = start or min(now, until - 1)
    elif start > now:
        until = start + _YEARS  # begins later and has no end
    if until > start:
        settings |= {"startTime": str(start * 1000), "endTime": str(until * 1000)}
    return settings


def _check(reply: AutoReply, *, organisation: bool) -> None:
    if reply.audience is Audience.NONE and not organisation:
        raise UnsupportedError(
            "This Google account belongs to no organisation: everybody who writes is outside.",
            "Let the reply go to your contacts, or to everybody.",
        )
    if reply.text_outside and reply.text_outside != reply.text and reply.audience is not Audience.NONE:
        raise UnsupportedError(
            "Gmail sends everybody the same automatic reply.", "Give no text of its own for people outside."
        )
    if not (reply.text.strip() or reply.subject.strip()):
        raise UnsupportedError("Gmail sends no automatic reply without words.", "Give it a text.")
    if reply.until and reply.start >= reply.until:
        raise UnsupportedError("The automatic reply would end before it begins.", "Give it other times.")


def _seconds(value: object) -> int:
    """Return the UTC seconds of milliseconds in a text, 0 for anything else."""
    usable = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16
    return int(str(value)) // 1000 if usable else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_html(text: str) -> bool:
    bare = text.strip()
    return bare.startswith("<") and bare.endswith(">")


def _said(html: str, plain: str) -> str:
    """Return what the person wrote: the HTML goes before the plain text, as Gmail sends it, but not its wrapping."""
    if not html:
        return plain
    reader = _Unwrapping()
    reader.feed(html)
    reader.close()
    return html if reader.formatted else reader.words()


class _Unwrapping(HTMLParser):
    """Reads text that Gmail put into bare lines; ``formatted`` when there is more than that."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.formatted = False
        self._parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        bare = all(name == "dir" for name, _ in attrs)
        if tag not in _PLAIN or not bare:
            self.formatted = True
        elif tag == "br" or (self._parts and self._parts[-1] != "\n"):
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _LINES and self._parts and self._parts[-1] != "\n":
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        self._parts.append(data)

    def words(self) -> str:
        return "".join(self._parts).strip("\n").replace("\N{NO-BREAK SPACE}", " ")
