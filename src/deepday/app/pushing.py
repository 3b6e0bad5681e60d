"""Phone push through whatever service somebody uses already, by Apprise."""

import logging
from typing import Any
from urllib.parse import urlsplit

from deepday.errors import InputError, OutcomeUnknownError
from deepday.model import Secret

SECONDS = 10.0
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_ADVICE = "Write an address as Apprise knows it, with a protected scheme: ntfys://topic, pover://user@token."


def push(address: Secret, title: str, text: str) -> None:
    """Push a message. ``address``: a secret, since whoever has it may push too.

    Raises :class:`InputError` for an address that is none, is not protected, or where the library is missing, and
    :class:`OutcomeUnknownError` where the service did not say that it took the message.
    """
    plugin = _plugin(address.reveal())
    try:
        taken = plugin.notify(body=text, title=title)
    except Exception:  # noqa: BLE001 - the plugins are many, and an error of theirs may hold the address
        taken = False
    if not taken:
        raise OutcomeUnknownError("The push service did not say that it took the message.", "It is tried again.")


def _plugin(address: str) -> Any:
    """Return what sends to one address. It must be protected, or on this machine."""
    try:
        from apprise import Apprise, AppriseAsset, PersistentStoreMode  # noqa: PLC0415 - slow, and an extra
    except ModuleNotFoundError as error:
        raise InputError(
            f"Phone push needs a library that is not installed ({error.name}).", "Run: pip install 'deepday[push]'"
        ) from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it logs addresses that it cannot read
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # paths of addresses are secrets too
    asset = AppriseAsset(
        async_mode=False,
        secure_logging=True,
        http_redirects=False,
        storage_mode=PersistentStoreMode.MEMORY,
        service_timeout=SECONDS,
    )
    plugin = Apprise.instantiate(address, asset=asset)
    if plugin is None:
        raise InputError("The address for phone push is none that Apprise knows.", _ADVICE)
    scheme = address.partition("://")[0].strip().lower()
    if scheme not in _names(plugin.secure_protocol) and _host(address) not in _LOOPBACK:
        raise InputError("The address for phone push sends in the clear.", _ADVICE)
    return plugin


def _names(protocol: Any) -> set[str]:
    return {protocol} if isinstance(protocol, str) else set(protocol or ())


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
