"""Cuts the text of a calendar into its components, whatever is wrong with any one of them."""

import re
from collections import Counter
from dataclasses import dataclass, field

MOST_CHARACTERS = 1_000_000
"""A larger component is not read: the largest real ones, with inline attachments left out, stay far below."""

_BOUNDARY = re.compile(r"\n(BEGIN|END):[ \t]*([^\n]*)", re.IGNORECASE)
_FOLD = re.compile(r"(?<!\n)\n+[ \t]")


class UnusableError(Exception):
    """A component cannot be used; the message is one sentence for the user, without anything private."""


@dataclass(frozen=True, slots=True)
class Component:
    """A VEVENT or a VTIMEZONE.

    ``line``: where it begins in the file, counted from 1. ``text``: its content lines, unfolded, each after a line
    feed; of a VEVENT without the components inside it. ``fault``: why it cannot be used, empty when it is whole.
    """

    line: int
    text: str
    fault: str = ""


@dataclass(slots=True)
class Parts:
    """What a calendar file consists of. ``whole`` is false when the file ends before its END:VCALENDAR."""

    properties: str = ""
    zones: list[Component] = field(default_factory=list)
    events: list[Component] = field(default_factory=list)
    whole: bool = True


@dataclass(slots=True)
class _Open:
    name: str
    line: int
    start: int
    pieces: list[str] = field(default_factory=list)
    fault: str = ""


def unfold(text: str) -> str:
    """Join folded content lines (RFC 5545 section 3.1); lines end with a single line feed."""
    return _FOLD.sub("", text) if "\n " in text or "\n\t" in text else text


def cut(text: str) -> Parts:
    """Cut the text, whose lines end with a single line feed, at its BEGIN and END lines.

    Every BEGIN:VEVENT becomes one component of ``events``, also when its END is missing or other components are
    nested in a way they should not be: then it says so in ``fault``.
    """
    return _Cutter("\n" + text).cut()


class _Cutter:
    def __init__(self, text: str) -> None:
        self._text = text
        self._parts = Parts()
        self._open: list[_Open] = []
        self._names: Counter[str] = Counter()  # of the open components, so that deep nesting costs nothing
        self._event: _Open | None = None  # the open VEVENT, of which there is never more than one; for the same reason
        self._at = 0
        self._line = 0
        self._properties: list[str] = []

    def cut(self) -> Parts:
        """Walk over the boundaries once."""
        for match in _BOUNDARY.finditer(self._text):
            self._take(match.start())
            self._line += 1
            name = match[2].strip().upper()
            if match[1].upper() == "BEGIN":
                self._begin(name, match.start())
            else:
                self._end(name, match.start())
            self._at = match.end()
        self._take(len(self._text))
        self._parts.whole = not self._names["VCALENDAR"]
        while self._open:
            self._close(len(self._text), "END is missing")
        self._parts.properties = unfold("".join(self._properties))
        return self._parts

    def _take(self, end: int) -> None:
        """Give the lines since the last boundary to the innermost open component."""
        self._line += self._text.count("\n", self._at, end)
        if self._open and self._open[-1].name in {"VEVENT", "VCALENDAR"}:
            self._open[-1].pieces.append(self._text[self._at : end])

    def _begin(self, name: str, start: int) -> None:
        if name in {
            "VEVENT",
            "VCALENDAR",
        }:  # neither belongs inside anything but a calendar: what is open lacks its END
            while self._open and (name == "VCALENDAR" or self._open[-1].name != "VCALENDAR"):
                self._close(start, "END is missing")
        elif name == "VTIMEZONE":  # zones inside zones would each hold the text of all further in
            while self._names[name]:
                self._close(start, "END is missing")
        self._open.append(_Open(name, self._line, start))
        self._names[name] += 1
        if name == "VEVENT":
            self._event = self._open[-1]

    def _end(self, name: str, end: int) -> None:
        if not self._names[name]:
            if self._event is not None:
                self._event.fault = f"END:{name[:20]} has no BEGIN"
            return
        inner = ""
        while self._open[-1].name != name:
            inner = self._open[-1].name[:20]
            self._close(end, "END is missing")
        self._close(end, f"{inner} inside it has no END" if inner else "")

    def _close(self, end: int, fault: str) -> None:
        one = self._open.pop()
        self._names[one.name] -= 1
        if one is self._event:
            self._event = None
        if one.name == "VCALENDAR":
            self._properties.extend(one.pieces)
        elif one.name in {"VEVENT", "VTIMEZONE"}:
            fault, text = one.fault or fault, ""
            if end - one.start > MOST_CHARACTERS:
                fault = f"it is larger than {MOST_CHARACTERS:,} characters"
            else:
                text = self._body(one, end)
            parts = self._parts.events if one.name == "VEVENT" else self._parts.zones
            parts.append(Component(one.line, text, fault))

    def _body(self, one: _Open, end: int) -> str:
        return unfold("".join(one.pieces) if one.name == "VEVENT" else self._text[one.start : end])
