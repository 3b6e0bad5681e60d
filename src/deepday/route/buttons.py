"""Buttons of ours: each says for which request it is, in a way that nobody else can make up."""

import hashlib
import hmac

from deepday.model import Button

_LENGTH = 20


def button(secret: bytes, action: str, request: str, label: str = "", *, main: bool = False) -> Button:
    """Return a button for a request. ``secret``: bytes of the installation; ``label``: what stands on it."""
    return Button(action, label, f"{request}.{_mark(secret, action, request)}", main)


def request_of(secret: bytes, action: str, value: str) -> str | None:
    """Return the request that a pressed button is for; ``None`` for one that we did not make."""
    request, _, mark = value.partition(".")
    fits = hmac.compare_digest(mark.encode("utf-8", "replace"), _mark(secret, action, request).encode())
    return request if request and fits else None


def _mark(secret: bytes, action: str, request: str) -> str:
    text = f"{action}\n{request}".encode("utf-8", "backslashreplace")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:_LENGTH]
