"""A served office with Slack's face, Slack's own client for it, and an app's server that takes what Slack sends."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier

from deepday_sandbox.office import Office, OfficeClock, Room, Worker
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.slack import SlackFace

ANNA: Final = "U0ANNA0001"
BEN: Final = "U0BEN00001"
CARA: Final = "U0CARA0001"
BOT: Final = "U0DEEPDAYB"
GENERAL: Final = "C0GENERAL1"  # everybody and the bot
OPEN: Final = "C0OPEN0001"  # public; Ben and Cara, not the bot
SECRET: Final = "C0SECRET01"  # private; Anna and Ben
DIRECT: Final = "D0ANNABEN1"
GROUP: Final = "C0GROUP001"  # a direct message of three and the bot
TO_BOT: Final = "D0ANNABOT1"
MONDAY: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

BOT_SCOPES: Final = (
    "chat:write", "im:write", "mpim:write", "im:history", "mpim:history", "channels:history", "groups:history",
    "channels:read", "groups:read", "im:read", "mpim:read", "app_mentions:read", "commands", "users:read",
    "users:read.email", "dnd:read", "users.profile:read", "reactions:write", "reactions:read", "team:read",
)  # fmt: skip
USER_SCOPES: Final = (
    "users.profile:write", "users.profile:read", "dnd:write", "dnd:read", "users:write", "search:read", "users:read",
    "channels:history", "groups:history", "im:history", "mpim:history", "channels:read", "groups:read", "im:read",
    "mpim:read", "chat:write",
)  # fmt: skip


@dataclass
class Received:
    """A request that the app's server got."""

    path: str
    headers: dict[str, str]
    body: bytes


Respond = Callable[[Received], tuple[int, dict[str, str], bytes]]


def echo(received: Received) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, received.body if b"url_verification" in received.body else b""


@dataclass
class Receiver:
    """The app's server: keeps what comes, answers as told."""

    url: str
    got: list[Received] = field(default_factory=list)
    respond: Respond = echo
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def wait(self) -> None:
        """Wait for one more request than was waited for."""
        assert self.arrived.acquire(timeout=10)


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            seen = Received(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
            app.got.append(seen)
            app.arrived.release()
            status, headers, answer = app.respond(seen)
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                for key, value in {**headers, "content-length": str(len(answer))}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    app = Receiver(f"http://127.0.0.1:{server.server_port}/slack")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield app
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class World:
    """An office on loopback."""

    office: Office
    face: SlackFace
    url: str

    def client(self, token: str) -> WebClient:
        return WebClient(token, base_url=f"{self.url}/api/", retry_handlers=[])

    def bot(self, *scopes: str) -> WebClient:
        return self.client(self.face.install(ANNA, bot_scopes=scopes or BOT_SCOPES).bot)

    def user(self, who: str = ANNA, *scopes: str) -> WebClient:
        return self.client(self.face.install(who, user_scopes=scopes or USER_SCOPES).user)

    def verifier(self) -> SignatureVerifier:
        """Slack's own verifier, living by the office clock."""
        clock = self.office.clock

        class OfficeTime(Clock):
            def now(self) -> float:
                return clock.now().timestamp()

        return SignatureVerifier(self.face.app.signing_secret, OfficeTime())


@contextlib.contextmanager
def slack_world(start: datetime = MONDAY) -> Iterator[World]:
    office = Office(clock=OfficeClock(start))
    office.people.add(Worker("anna@example.com", "Anna Abel", "Europe/Berlin", slack_id=ANNA))
    office.people.add(Worker("ben@example.com", "Ben Busch", "America/New_York", slack_id=BEN))
    office.people.add(Worker("cara@example.com", "Cara Cohn", "Asia/Tokyo", slack_id=CARA))
    face = SlackFace(office)
    for room in (
        Room(GENERAL, "channel", "general", [ANNA, BEN, CARA, BOT]),
        Room(OPEN, "channel", "open", [BEN, CARA]),
        Room(SECRET, "private", "secret", [ANNA, BEN]),
        Room(DIRECT, "direct", members=[ANNA, BEN]),
        Room(GROUP, "group", members=[ANNA, BEN, CARA, BOT]),
        Room(TO_BOT, "direct", members=[ANNA, BOT]),
    ):
        office.chat.add(room)
    with serving(application(office, [face])) as url:
        face.base_url = url
        yield World(office, face, url)


def refusal(call: Callable[[], Any]) -> dict[str, Any]:
    """Return what Slack refused a call with."""
    with pytest.raises(SlackApiError) as caught:
        call()
    response = caught.value.response
    assert response.status_code == 200
    data: dict[str, Any] = response.data
    assert data["ok"] is False
    return data


def error(call: Callable[[], Any]) -> str:
    """Return the error code that Slack refused a call with."""
    return str(refusal(call)["error"])
