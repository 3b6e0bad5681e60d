"""Bringing events and interactions to the app: signed HTTP requests, and the schedule of retries."""

import hashlib
import hmac
import json
import re
import socket
import ssl
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from deepday_sandbox.office import Office
from deepday_sandbox.slack.messages import post_due
from deepday_sandbox.slack.socket_mode import SocketHub
from deepday_sandbox.slack.workspace import Attempt, Delivery, Workspace, workspace

WAITS: Final = (0, 60, 300)  # office seconds before each retry
_LOOPBACK: Final = re.compile(r"https?://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(/.*)?")
_FORM: Final = "application/x-www-form-urlencoded"


class Courier:
    """Delivers what is due, over HTTP or over the sockets, and tries again what was not accepted."""

    def __init__(self, office: Office) -> None:
        """Deliver the events of one office."""
        self._office = office
        self.hub = SocketHub(office, self.failed)

    @property
    def _space(self) -> Workspace:
        return workspace(self._office)

    def pump(self) -> None:
        """Deliver everything that is due by the office clock, and wait for the answers of HTTP receivers."""
        while True:
            with self._office.lock:
                for late in self.hub.overdue():
                    self.failed(late, "timeout")
                post_due(self._office)
                now = self._office.clock.now().timestamp()
                due = [one for one in self._space.queue if one.due <= now]
                self._space.queue[:] = [one for one in self._space.queue if one.due > now]
            if not due:
                return
            for delivery in due:
                self._deliver(delivery)

    def failed(self, delivery: Delivery, reason: str, *, again: bool = True) -> None:
        """Note a failed attempt, and put the event back for its next one."""
        with self._office.lock:
            self._space.delivered.append(Attempt(delivery.event_id, delivery.attempt, reason))
            if again and delivery.attempt < len(WAITS):
                delivery.due = self._office.clock.now().timestamp() + WAITS[delivery.attempt]
                delivery.attempt += 1
                delivery.reason = reason
                self._space.queue.append(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        if self._space.app.socket_mode:
            if not self.hub.send(delivery):
                self.failed(delivery, "connection_failed")
            return
        if not self._space.app.request_url:
            return
        headers = {}
        if delivery.attempt:
            headers = {"x-slack-retry-num": str(delivery.attempt), "x-slack-retry-reason": delivery.reason}
        body = json.dumps(delivery.body).encode()
        reason, answer = self.post(self._space.app.request_url, body, "application/json", headers)
        if reason:
            no_retry = answer is not None and answer.headers.get("x-slack-no-retry") == "1"
            self.failed(delivery, reason, again=not no_retry)
            return
        with self._office.lock:
            self._space.accepted(delivery)

    def post(
        self, url: str, body: bytes, media_type: str, headers: dict[str, str] | None = None
    ) -> tuple[str, httpx.Response | None]:
        """Send a signed request, and return why it failed (empty where it did not) and the answer, if any came."""
        mishaps, secret = self._space.mishaps, self._space.app.signing_secret
        if mishaps.forge:
            mishaps.forge -= 1
            secret = f"not {secret}"
        sent = {"content-type": media_type, **sign(secret, self._now(), body), **(headers or {})}
        if mishaps.hang_up:
            mishaps.hang_up -= 1
            _send_only(loopback(url), body, sent)
            return "http_timeout", None
        try:
            with httpx.Client(
                timeout=self._space.ack_seconds, follow_redirects=True, max_redirects=2, trust_env=False
            ) as client:
                answer = client.post(loopback(url), content=body, headers=sent)
        except httpx.TimeoutException:
            return "http_timeout", None
        except httpx.TooManyRedirects:
            return "too_many_redirects", None
        except httpx.ConnectError as error:
            return "ssl_error" if isinstance(error.__context__, ssl.SSLError) else "connection_failed", None
        except httpx.HTTPError:
            return "unknown_error", None
        return ("" if answer.is_success else "http_error"), answer

    def interact(self, kind: str, payload: dict[str, Any], url: str) -> tuple[str, dict[str, Any]]:
        """Bring a command or an interaction to the app at once, and return why that failed, and the app's answer.

        ``kind`` is that of the socket's envelope: ``slash_commands`` or ``interactive``.
        """
        if self._space.app.socket_mode:
            answer = self.hub.ask(kind, payload)
            return ("timeout", {}) if answer is None else ("", answer)
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        reason, answered = self.post(url or self._space.app.request_url, urlencode(form).encode(), _FORM)
        if reason or answered is None or not answered.content.strip():
            return reason, {}
        if "json" not in answered.headers.get("content-type", ""):
            return "", {"text": answered.text}
        try:
            found = answered.json()
        except ValueError:
            return "http_error", {}
        return "", found if isinstance(found, dict) else {}

    def verify(self, url: str) -> None:
        """Ask a request URL for the challenge. Raises :class:`ValueError` where it does not answer with it."""
        challenge = hashlib.sha256(f"{url} {self._now()}".encode()).hexdigest()
        asked = {"token": self._space.app.verification_token, "challenge": challenge, "type": "url_verification"}
        reason, answer = self.post(url, json.dumps(asked).encode(), "application/json")
        if reason or answer is None or challenge not in answer.text:
            raise ValueError(f"the request URL did not answer with the challenge ({reason or 'other content'}): {url}")

    def _now(self) -> int:
        return self._office.clock.seconds()


def sign(secret: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the two headers that prove where a request comes from."""
    digest = hmac.new(secret.encode(), f"v0:{seconds}:".encode() + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": str(seconds), "x-slack-signature": f"v0={digest}"}


def _send_only(url: str, body: bytes, headers: dict[str, str]) -> None:
    """Send a request whole, and close the connection before any answer."""
    request = httpx.Request("POST", url, content=body, headers=headers)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with suppress(OSError), socket.create_connection((request.url.host, request.url.port or 80), 3) as line:
        line.sendall(f"POST {request.url.raw_path.decode()} HTTP/1.1\r\n{head}\r\n".encode() + body)


def loopback(url: str) -> str:
    """Return a URL of this machine. Raises :class:`ValueError` for any other."""
    if not _LOOPBACK.fullmatch(url):
        raise ValueError(f"the sandbox sends to this machine only, not to {url}")
    return url
