"""Notifications to webhooks: from a thread of its own, to loopback addresses, lossy where that is switched on."""

import queue
import threading
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from deepday_sandbox.microsoft.state import Pushes

_HANDSHAKE: Final = 10.0  # seconds that Graph waits for the echo of a validation token
_PROMPT: Final = 3.0  # seconds in which a notification must be taken
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_ATTEMPTS: Final = 3


class UnreachableError(Exception):
    """The address does not lead to this machine, or nothing answers there."""


class Postman:
    """Delivers notifications in the background, and asks webhooks for their echo."""

    def __init__(self, pushes: Pushes) -> None:
        """Deliver as the switches say; the thread begins with the first notification."""
        self._pushes = pushes
        self._queue: queue.Queue[tuple[str, dict[str, Any], int]] = queue.Queue()
        self._held: tuple[str, dict[str, Any]] | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def echo(self, url: str, token: str) -> bool:
        """Tell whether a webhook gives the validation token back as it must."""
        try:
            target = httpx.URL(self._address(url)).copy_merge_params({"validationToken": token})
            answer = httpx.post(target, timeout=_HANDSHAKE, trust_env=False, headers={"Content-Type": "text/plain"})
        except (UnreachableError, httpx.HTTPError, httpx.InvalidURL):
            return False
        plain = answer.headers.get("content-type", "").partition(";")[0].strip() == "text/plain"
        return answer.status_code == 200 and plain and answer.text == token

    def send(self, url: str, notification: dict[str, Any]) -> None:
        """Queue a notification, or lose, double or hold it back where a switch says so."""
        with self._lock:
            if self._pushes.lose > 0:
                self._pushes.lose -= 1
                return
            due = [(url, notification)]
            if self._pushes.double > 0:
                self._pushes.double -= 1
                due *= 2
            if self._held is not None:
                due.append(self._held)
                self._held = None
            elif self._pushes.reorder > 0:
                self._pushes.reorder -= 1
                self._held = due.pop(0)
            for one in due:
                self._queue.put((*one, _ATTEMPTS))
            if self._thread is None and due:
                self._thread = threading.Thread(target=self._deliver, daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return when everything that was queued so far was delivered or given up."""
        self._queue.join()

    def _deliver(self) -> None:
        while True:
            url, notification, attempts = self._queue.get()
            try:
                taken = httpx.post(
                    self._address(url), json={"value": [notification]}, timeout=_PROMPT, trust_env=False
                ).is_success
            except (UnreachableError, httpx.HTTPError, httpx.InvalidURL):
                taken = False
            if not taken and attempts > 1:  # to the end of the queue: a retry may come after a later change
                self._queue.put((url, notification, attempts - 1))
            self._queue.task_done()

    def _address(self, url: str) -> str:
        """Return where on loopback a notification address ends. Raises :class:`UnreachableError` for elsewhere."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin in self._pushes.relays:
            return self._pushes.relays[origin] + url.removeprefix(origin)
        if parts.hostname not in _LOOPBACK:
            raise UnreachableError(origin)
        return urlunsplit(parts._replace(scheme="http"))
