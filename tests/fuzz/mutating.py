"""Small changes of bytes and texts, all from one seed: the same seed makes the same inputs."""

import random

_ENCODINGS = (b"\x00", b"\r\n", b"\xff\xfe", b"\xed\xb0\x80", b"\xe2\x80\xae", b"\xd9\xa1\xd9\xa2", b"\\ud800", b"%00")
_SHAPES = (b'"', b"{", b"[" * 2000, b'{"a":' * 500, b"null", b":", b";", b"&payload=")
_NUMBERS = (b"1e999", b"-1", b"99999999999999999999", b"9" * 5000)
_CALENDARS = (
    b"BEGIN:VEVENT\r\n",
    b"RRULE:FREQ=SECONDLY\r\n",
    b"DTSTART:00010101T000000Z\r\n",
    b"DTEND:99991231T235959Z\r\n",
    b"END:VCALENDAR\r\n",
)
WORDS = (*_ENCODINGS, *_SHAPES, *_NUMBERS, *_CALENDARS, b"v0=", b"v1=")
"""What breaks readers: odd encodings, depth, numbers without end, and the words of the formats themselves."""


def mutated(text: bytes, chance: random.Random, other: bytes = b"") -> bytes:
    """Return the text after one to four changes; ``other``: what parts may be taken from."""
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(text) + 1)
        to = min(len(text), at + chance.choice((1, 1, 2, 4, 16, 64)))
        kind = chance.randrange(8)
        if kind == 0 and at < len(text):
            text = text[:at] + bytes([text[at] ^ (1 << chance.randrange(8))]) + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + text[to:]
        elif kind == 2:
            text = text[:to] + text[at:to] * chance.choice((1, 1, 2, 30)) + text[to:]
        elif kind == 3:
            text = text[:at] + chance.choice(WORDS) + text[at:]
        elif kind == 4:
            text = text[:at] + chance.choice(WORDS) + text[to:]
        elif kind == 5:
            text = text[:at] + chance.randbytes(to - at) + text[to:]
        elif kind == 6 and other:
            begin = chance.randrange(len(other))
            text = text[:at] + other[begin : begin + chance.choice((1, 8, 64))] + text[to:]
        else:
            text = text[:at]
    return text


def mutated_text(text: str, chance: random.Random, other: str = "") -> str:
    """Return the same of a text: headers come as Latin-1, and may have been anything before."""
    coding = chance.choice(("latin-1", "utf-8"))
    raw = mutated(text.encode(errors="surrogateescape"), chance, other.encode(errors="surrogateescape"))
    return raw.decode(coding, "surrogateescape")
