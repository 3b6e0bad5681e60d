"""Notification channels: watch, stop, and the thread that posts to loopback addresses."""

import hashlib
import queue
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from deepday_sandbox.google.access import Answer, Call
from deepday_sandbox.google.errors import RefusedError
from deepday_sandbox.google.shape import CHANNEL, misfit, without_nulls
from deepday_sandbox.google.state import google
from deepday_sandbox.office import Entry, Office
from deepday_sandbox.office.calendars import Calendar

_USUAL: Final = 604_800  # seconds
_ATTEMPTS: Final = 3
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(slots=True)
class Channel:
    """One channel: of whom, for which calendar, where to, until when (UTC seconds), and the last message's number."""

    id: str
    resource: str
    uri: str
    calendar: str
    email: str
    client: str
    address: str
    token: str
    until: int
    number: int = 0


class Pusher:
    """Answers watch and stop, and notifies after each change of a watched calendar."""

    def __init__(self, office: Office) -> None:
        """Listen to the office's calendars; the posting thread starts with the first notification."""
        self._office = office
        self._queue: queue.Queue[tuple[str, dict[str, str]]] = queue.Queue()
        self._held: list[tuple[str, dict[str, str]]] = []
        self._thread: threading.Thread | None = None
        office.calendars.listeners.append(self._changed)

    def watch(self, call: Call) -> Answer:
        """Answer events.watch: the channel, and a ``sync`` message as its first."""
        calendar, _ = call.calendar()
        body = _channel(call)
        for name in ("id", "type", "address"):
            if not body.get(name):
                raise RefusedError(400, "required", f"entity.{name} is required.")
        own = google(self._office)
        now = self._office.clock.seconds()
        if body["type"] not in {"web_hook", "webhook"}:
            raise RefusedError(400, "invalid", "Unknown channel type.")
        if len(body["id"]) > 64 or len(str(body.get("token", ""))) > 256:
            raise RefusedError(400, "invalid", "Channel id or token is too long.")
        if body["id"] in own["channels"] and own["channels"][body["id"]].until > now:
            raise RefusedError(400, "channelIdNotUnique", f"Channel id {body['id']} not unique")
        _check_address(body["address"])
        uri = f"https://www.googleapis.com/calendar/v3/calendars/{calendar.id}/events?alt=json"
        resource = hashlib.sha256(f"{calendar.id} {call.worker.email}".encode()).hexdigest()[:27]
        until = _until(body, now, own["longest_channel"])
        channel = Channel(
            id=body["id"],
            resource=resource,
            uri=uri,
            calendar=calendar.id,
            email=call.worker.email,
            client=call.grant.client,
            address=body["address"],
            token=str(body.get("token", "")),
            until=until,
        )
        own["channels"][channel.id] = channel
        self._send(channel, "sync")
        answer = {"kind": "api#channel", "id": channel.id, "resourceId": resource, "resourceUri": uri}
        token = {"token": channel.token} if channel.token else {}
        return Answer(answer | token | {"expiration": str(until * 1000)})

    def stop(self, call: Call) -> Answer:
        """Answer channels.stop; only who began a channel ends it."""
        body = _channel(call)
        channel: Channel | None = google(self._office)["channels"].get(str(body.get("id")))
        if channel is None or channel.until <= self._office.clock.seconds() or not _is_of(channel, call, body):
            raise RefusedError(404, "notFound", f"Channel '{body.get('id')}' not found for project")
        del google(self._office)["channels"][channel.id]
        return Answer(status=204)

    def settle(self) -> None:
        """Return when everything that is due was posted, what was held back to come late too."""
        with self._office.lock:
            self._release()
        self._queue.join()

    def _changed(self, calendar: Calendar, _entry: Entry) -> None:
        now = self._office.clock.seconds()
        for channel in google(self._office)["channels"].values():
            if channel.calendar == calendar.id and channel.until > now:
                self._send(channel, "exists")

    def _send(self, channel: Channel, state: str) -> None:
        """Number a message and put it in the queue, as the switches have it: lost, doubled or later than the next."""
        gap = Random(f"{channel.id} {channel.number}").randrange(4)  # noqa: S311 - not a secret
        channel.number += 1 if state == "sync" else 1 + gap
        expires = format_datetime(datetime.fromtimestamp(channel.until, UTC), usegmt=True)
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Channel-Expiration": expires,
            "X-Goog-Resource-ID": channel.resource,
            "X-Goog-Resource-URI": channel.uri,
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(channel.number),
        }
        if channel.token:
            headers["X-Goog-Channel-Token"] = channel.token
        message = (channel.address, headers)
        if self._due("lose"):
            return
        if self._due("reorder"):
            self._held.append(message)
            return
        self._post(message)
        if self._due("double"):
            self._post(message)
        self._release()

    def _due(self, what: str) -> bool:
        """Tell whether a switch is on, and count it down."""
        switches: dict[str, int] = google(self._office)["push"]
        left = switches.get(what, 0)
        if left > 0:
            switches[what] = left - 1
        return left != 0

    def _release(self) -> None:
        for message in self._held:
            self._post(message)
        self._held.clear()

    def _post(self, message: tuple[str, dict[str, str]]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="google-push", daemon=True)
            self._thread.start()
        self._queue.put(message)

    def _work(self) -> None:
        with httpx.Client(timeout=5, trust_env=False) as client:
            while True:
                address, headers = self._queue.get()
                try:
                    _deliver(client, address, headers)
                finally:
                    self._queue.task_done()


def _channel(call: Call) -> dict[str, Any]:
    body: dict[str, Any] = without_nulls(call.body())
    if wrong := misfit(body, CHANNEL):
        raise RefusedError(400, "invalid", f"Invalid value for: {wrong}")
    return body


def _is_of(channel: Channel, call: Call, body: dict[str, Any]) -> bool:
    same_caller = (channel.email, channel.client) == (call.worker.email, call.grant.client)
    return same_caller and channel.resource == body.get("resourceId")


def _deliver(client: httpx.Client, address: str, headers: dict[str, str]) -> None:
    """Post a message without a body; repeat for a server's error, give up on everything else."""
    # No authority signs certificates for loopback: an https address stands for a receiver behind a proxy that ends TLS.
    url = f"http://{address.partition('://')[2]}"
    for _ in range(_ATTEMPTS):
        try:
            answer = client.post(url, headers=headers)
        except httpx.HTTPError:
            return
        if answer.status_code < 500:
            return


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in {"https", "http"}:
        raise RefusedError(400, "push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {address}")
    if parts.hostname not in _LOOPBACK:
        raise RefusedError(400, "push.webhookUrlUnauthorized", f"Unauthorized WebHook callback channel: {address}")


def _until(body: dict[str, Any], now: int, longest: int) -> int:
    """Return when a channel ends, in UTC seconds."""
    until = now + _USUAL
    try:
        if "expiration" in body:
            until = int(body["expiration"]) // 1000
        elif "ttl" in body.get("params", {}):
            until = now + int(body["params"]["ttl"])
    except (ValueError, TypeError, AttributeError) as error:
        raise RefusedError(400, "invalid", "Invalid channel expiration.") from error
    if until <= now:
        raise RefusedError(400, "invalid", "Channel expiration is in the past.")
    return min(until, now + longest)
