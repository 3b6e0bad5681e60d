"""The form for those who cannot reach somebody by chat: links to it that nobody else can make up. Pure.

A link is good until a day that stands in it. So is the link of a receipt, which is for one request.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from deepday.model import Door, UrgentSignal
from deepday.route.phrases import say

LINK_DAYS = 14
"""For how long a link to the form is good, counted from the day on which it is given out."""

LONGEST_NAME = 80
LONGEST_TEXT = 400

_DAY = 86_400
_MARK = 32
_TOKEN = re.compile(r"([0-9a-f]{1,8})\.([0-9a-f]{32})")
_RECEIPT = re.compile(r"([a-z0-9]{4,20})\.([0-9a-f]{32})")


def form_link(address: str, secret: bytes, now: int) -> str:
    """Return the address of the form; the same all day. ``address``: of the ingress, without a slash at its end."""
    return f"{address}/ask/{form_token(secret, now)}" if address else ""


@dataclass(frozen=True, slots=True)
class FormLinks:
    """Gives the link to the form for something that begins at an instant; the same one each time."""

    address: str
    secret: bytes = field(repr=False)

    def __call__(self, start: int) -> str:
        """Return the link."""
        return form_link(self.address, self.secret, start)


def form_token(secret: bytes, now: int) -> str:
    """Return what opens the form."""
    last = f"{now // _DAY + LINK_DAYS:x}"
    return f"{last}.{_mark(secret, 'form', last)}"


def opens_form(secret: bytes, token: str, now: int) -> bool:
    """Tell whether a token opens the form today."""
    found = _TOKEN.fullmatch(token)
    return found is not None and _fits(secret, "form", found) and now // _DAY <= int(found[1], 16)


def receipt_token(secret: bytes, request: str) -> str:
    """Return what shows how far a request is that came by the form."""
    return f"{request}.{_mark(secret, 'receipt', request)}"


def receipt_of(secret: bytes, token: str) -> str | None:
    """Return the request whose receipt a token shows; ``None`` for one that we did not make."""
    found = _RECEIPT.fullmatch(token)
    return found[1] if found and _fits(secret, "receipt", found) else None


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as somebody sent it. ``page``: a name of the page that it stood on, so that twice is once."""

    name: str = field(repr=False)
    reach: str = field(repr=False)
    text: str = field(repr=False)
    page: str = ""

    def problems(self, language: str) -> dict[str, str]:
        """Return what is to be mended, by field."""
        found = {one: say(language, f"form no {one}") for one in ("name", "text") if not getattr(self, one)}
        for name, most in (("name", LONGEST_NAME), ("reach", LONGEST_NAME), ("text", LONGEST_TEXT)):
            if len(getattr(self, name)) > most:
                found[name] = say(language, "form too long", most=most)
        return found

    def signal(self, now: int) -> UrgentSignal:
        """Return the signal: the same one for the same words on the same page."""
        words = f"{self.page}\n{self.name}\n{self.reach}\n{self.text}"
        name = f"form:{hashlib.sha256(words.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}"
        who = f"{self.name} ({self.reach})" if self.reach else self.name
        return UrgentSignal(name, now, "", name, f"{who}: {self.text}", door=Door.FORM)


def _fits(secret: bytes, what: str, found: re.Match[str]) -> bool:
    return hmac.compare_digest(found[2], _mark(secret, what, found[1]))


def _mark(secret: bytes, what: str, text: str) -> str:
    return hmac.new(secret, f"{what}\n{text}".encode(), hashlib.sha256).hexdigest()[:_MARK]
