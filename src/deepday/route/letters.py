"""Mails as requests: who wrote, what about, and whether a person wrote it. Pure; nothing in a mail can make it fail."""

import contextlib
import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parseaddr
from enum import StrEnum
from html.parser import HTMLParser

LONGEST = 500
"""Characters of a mail's text that a request may hold."""

_LONGEST_ID = 250
_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_ADDRESS = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$")
_QUOTES = re.compile(r"(-{3,} ?Original Message|_{20,}$|On .{5,200} wrote:$)")
"""Lines after which mail programs put what they answer to."""

_RECEIVERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "Resent-To")
_NOBODY = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply")


class Writer(StrEnum):
    """Who wrote a mail, as far as it says (RFC 3834, section 2; RFC 3464; RFC 2919)."""

    PERSON = "person"
    MACHINE = "machine"  # a notice of a program: it may matter, and nobody reads an answer
    LIST = "list"  # a mailing list, or bulk mail
    RETURNED = "returned"  # an automatic reply or a failure notice: it asks for nothing


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail. ``id``: its Message-ID, or one made of its bytes; ``root``: that of the first mail of its thread.

    ``answers``: the Message-IDs that it refers to, the nearest first. ``sender``: an address in lower case, empty where
    there is none that can be answered. ``to``: all addresses that it names as receivers, in lower case. ``text``:
    subject and beginning, without what is quoted; ``first``: the text without the subject.
    """

    id: str
    root: str
    answers: tuple[str, ...]
    sender: str
    to: frozenset[str]
    writer: Writer
    text: str = field(repr=False)
    first: str = field(repr=False)


def read_letter(data: bytes) -> Letter:
    """Return the mail of these bytes (RFC 5322), which may be cut off at the end."""
    made = message_from_bytes(data, policy=default)
    message = made if isinstance(made, EmailMessage) else EmailMessage()
    ids = _ID.findall(_header(message, "Message-ID"))
    own = ids[0][:_LONGEST_ID] if ids else f"<{hashlib.sha256(data).hexdigest()}@without.id>"
    nearest = [*_ID.findall(_header(message, "In-Reply-To")), *reversed(_ID.findall(_header(message, "References")))]
    first = _unquoted(_body(message))
    subject = " ".join(_header(message, "Subject").split())
    roots = _ID.findall(_header(message, "References")) or nearest
    return Letter(
        own,
        (roots[0] if roots else own)[:_LONGEST_ID],
        tuple(dict.fromkeys(nearest)),
        _sender(message),
        frozenset(address.lower() for name in _RECEIVERS for address in _addresses(message, name)),
        _writer(message),
        f"{subject}\n{first}".strip()[:LONGEST],
        first[:LONGEST],
    )


def may_ask(sender: str, allowed: tuple[str, ...]) -> bool:
    """Tell whether somebody may ask: by address, or by the domain of it; everybody where nobody is named."""
    names = {one.lower().lstrip("@") for one in allowed}
    return not names or sender in names or sender.rpartition("@")[2] in names


def _header(message: EmailMessage, name: str) -> str:
    with contextlib.suppress(Exception):  # a header that is broken in a way that the parser does not expect
        return str(message.get(name, "") or "")
    return ""


def _addresses(message: EmailMessage, name: str) -> list[str]:
    with contextlib.suppress(Exception):  # same
        return [address for _, address in getaddresses([str(one) for one in message.get_all(name, [])]) if address]
    return []


def _sender(message: EmailMessage) -> str:
    address = parseaddr(_header(message, "From"))[1].lower()
    return address if len(address) <= 200 and _ADDRESS.match(address) else ""


def _writer(message: EmailMessage) -> Writer:
    submitted = re.split(r"[;(\s]", _header(message, "Auto-Submitted").strip().lower())[0]
    kind = message.get_content_type()
    user = _sender(message).partition("@")[0]
    if submitted == "auto-replied" or kind == "multipart/report" or _header(message, "Return-Path").strip() == "<>":
        return Writer.RETURNED
    if _header(message, "X-Autoreply") or _header(message, "X-Autorespond") or user in _NOBODY[:2]:
        return Writer.RETURNED
    precedence = _header(message, "Precedence").strip().lower()
    if _header(message, "List-Id") or _header(message, "List-Unsubscribe") or precedence in {"bulk", "list", "junk"}:
        return Writer.LIST
    if submitted not in {"", "no"} or user in _NOBODY or precedence == "auto_reply" or not user:
        return Writer.MACHINE
    return Writer.PERSON


def _body(message: EmailMessage) -> str:
    with contextlib.suppress(Exception):  # wrong character sets, broken encodings, parts cut off
        part = message.get_body(("plain", "html"))
        if part is not None:
            text = str(part.get_content())
            return _plain(text) if part.get_content_subtype() == "html" else text
    with contextlib.suppress(Exception):
        payload = message.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return ""


def _unquoted(text: str) -> str:
    """Return what the writer wrote themselves, up to what they quote below it."""
    lines: list[str] = []
    for line in text.splitlines():
        if (line.startswith(">") and lines) or _QUOTES.match(line):
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip()


class _Words(HTMLParser):
    """Keeps the words of a document, and begins a line with each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in {"style", "script", "head", "blockquote"}
        if tag in {"p", "div", "br", "tr", "li"}:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script", "head", "blockquote"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _plain(html: str) -> str:
    words = _Words()
    words.feed(html)
    lines = (" ".join(line.split()) for line in "".join(words.words).splitlines())
    return "\n".join(line for line in lines if line)
