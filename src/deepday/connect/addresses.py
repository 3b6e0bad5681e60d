"""Where tokens may be sent: to a server over TLS, or to this machine."""

from typing import Final
from urllib.parse import urlsplit

from deepday.errors import InputError

_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def base_address(text: str) -> str:
    """Return the base address of a service, without a slash at its end; empty for an empty text.

    Raises :class:`InputError` for anything but https, or http to this machine, and for an address with a user, a query
    or a fragment.
    """
    text = text.strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        private = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
        plain = parts.hostname and parts.port != 0 and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        private = plain = False
    if not private or not plain:
        raise InputError(
            "--base-url cannot be used: tokens go there.",
            "Write https://HOST, or http://127.0.0.1:PORT for a server on this machine.",
        )
    return text
