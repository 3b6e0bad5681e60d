"""What a service tells systemd: that it is ready, alive, reloading, stopping (sd_notify, one datagram each).

Nothing is told where nobody asked: without ``NOTIFY_SOCKET`` in the environment every call does nothing.
"""

import os
import socket
from contextlib import suppress

from deepday.clock import Clock


class Manager:
    """Whoever started the service. ``address``: ``NOTIFY_SOCKET``; one that begins with @ is abstract."""

    def __init__(self, clock: Clock, address: str | None = None) -> None:
        named = os.environ.get("NOTIFY_SOCKET", "") if address is None else address
        self._address = f"\0{named[1:]}" if named.startswith("@") else named
        self._clock = clock

    def ready(self, status: str = "") -> None:
        """Say that the service is up, or has read its settings again."""
        self._tell("READY=1", f"STATUS={status}" if status else "")

    def alive(self) -> None:
        """Feed the watchdog; whoever waits for this in vain starts the service anew."""
        self._tell("WATCHDOG=1")

    def reloading(self) -> None:
        """Say that the settings are being read again; :meth:`ready` ends it."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(self._clock.monotonic() * 1_000_000)}")

    def stopping(self) -> None:
        """Say that the service is about to end."""
        self._tell("STOPPING=1", "STATUS=Finishing what is under way.")

    def _tell(self, *lines: str) -> None:
        if not self._address or not hasattr(socket, "AF_UNIX"):
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect(self._address)
            line.sendall("\n".join(filter(None, lines)).encode())
