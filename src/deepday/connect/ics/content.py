"""From the bytes of a file or an answer to the text of a calendar, or a word on what it is instead."""

import re

from deepday.connect.skips import skip
from deepday.errors import InputError
from deepday.model import Skipped

MOST_BYTES = 50_000_000
"""A calendar of 20,000 events has about 17 MB."""

_CALENDAR = re.compile(r"^BEGIN:[ \t]*VCALENDAR[ \t]*$", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(rb"(?:\r\n|\n)[ \t]")
_LOOKS = (
    (re.compile(r"\s*(?:(?><!--.*?-->)\s*)*<(?:!doctype|html|head|body)", re.IGNORECASE | re.DOTALL), "a web page"),
    (re.compile(r"\s*<\?xml|\s*<[a-z]", re.IGNORECASE), "XML"),
    (re.compile(r"\s*[{\[]"), "JSON"),
    (re.compile(r"PK[\x03\x05]"), "a ZIP archive"),
    (re.compile(r"\x1f\x8b"), "a gzip archive"),
    (re.compile(r"%PDF"), "a PDF"),
    (re.compile(r"BEGIN:VCARD", re.IGNORECASE), "a contact card"),
    (re.compile(r"(?s).*\nBEGIN:VEVENT|BEGIN:VEVENT", re.IGNORECASE), "a calendar without its BEGIN:VCALENDAR line"),
)
_ADVICE = {
    "a web page": "It may be a sign-in page: export the calendar again, or use its private iCal address.",
    "a ZIP archive": "Unpack it first, then give the folder with its .ics files.",
    "a gzip archive": "Unpack it first.",
}


def decode(data: bytes, source: str) -> tuple[str, list[Skipped]]:
    """Return the text of a calendar, lines ended by a line feed, and what there is to say about its encoding.

    Raises :class:`InputError` when it is no calendar.
    """
    text, notes = _text(data, source)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CALENDAR.search(text) is None:
        looks = "an empty file" if not text.strip("\0 \n\t") else _looks_like(text)
        advice = _ADVICE.get(looks, "Give an iCalendar file (.ics) as a calendar exports it.")
        raise InputError(f"{source} is no calendar, it seems to be {looks}.", advice)
    return text, notes


def _text(data: bytes, source: str) -> tuple[str, list[Skipped]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
        if "\ufffd" not in text:
            return text, []
        return text, [skip(source, "encoding", "Some bytes are no valid UTF-16 and were replaced.")]
    for candidate in (data, _FOLD.sub(b"", data)):  # some programs fold lines in the middle of a character
        try:
            return candidate.decode("utf-8-sig"), []
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), [skip(source, "encoding", "It is no valid UTF-8 and was read as Latin-1.")]


def _looks_like(text: str) -> str:
    head = text[:4096]
    return next((name for pattern, name in _LOOKS if pattern.match(head)), "something else")
