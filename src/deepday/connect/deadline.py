"""One time limit for a whole exchange over HTTP; httpx itself bounds only each single wait.

A server that sends a byte a second keeps every single wait short. Here the connection itself knows when the exchange
must be over. Not light to import: import it where it is used.
"""

import os
import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any

import httpcore
import httpx

from deepday.clock import Clock
from deepday.connect.reach import addresses_for


class Deadline:
    """The end of the whole exchange, ``seconds`` from now; of the next one from :meth:`restart` on."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = clock.monotonic() + seconds

    def restart(self) -> None:
        """Begin another exchange."""
        self._end = self._clock.monotonic() + self._seconds

    def within(self, seconds: float | None, over: type[Exception] = httpcore.ReadTimeout) -> float:
        """Return how long a wait may take that is to take at most ``seconds``. Raises ``over`` when no time is left."""
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise over
        return left if seconds is None else min(left, seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: float | None = None) -> "_Stream":
        secure = self._stream.start_tls(
            ssl_context, server_hostname, self._deadline.within(timeout, httpcore.ConnectTimeout)
        )
        return _Stream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = addresses_for(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        for left, address in zip(reversed(range(len(addresses))), addresses, strict=True):
            within = self._deadline.within(timeout, httpcore.ConnectTimeout)  # nothing is sent yet
            try:
                stream = super().connect_tcp(address, port, within, local_address, socket_options)
            except httpcore.ConnectError:
                if not left:
                    raise
            else:
                return _Stream(stream, self._deadline)
        raise httpcore.ConnectError(host)


@cache
def _trusted(*_: str | None) -> ssl.SSLContext:
    """Return whom to trust, once for the places that the environment names: reading them takes 30 ms of CPU."""
    return httpx.create_ssl_context()


class DeadlineTransport(httpx.HTTPTransport):
    """The usual transport, over connections that keep the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        trusted = _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        super().__init__(verify=trusted)
        self._pool = httpcore.ConnectionPool(ssl_context=trusted, network_backend=_Backend(deadline))
