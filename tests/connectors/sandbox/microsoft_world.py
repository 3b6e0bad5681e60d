"""An office with Microsoft's face on loopback, and clients for it: msal with the host rewritten, httpx for Graph."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from deepday_sandbox.microsoft import App, MicrosoftFace
from deepday_sandbox.office import Office, OfficeClock, Worker
from deepday_sandbox.office.calendars import Calendar
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.office.tokens import Grant

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
# Offices that say Retry-After live before all others, so that nobody seems to come back too early in the wire log.
EARLIER = (NOW - timedelta(days=300 - number) for number in count())
CLIENT = "0b8e1a55-7c1d-4c39-9d51-6a4b0c0a9d10"
ADA, BEN, EVE = "ada@corp.example", "ben@corp.example", "eve@home.example"
TAG = "String {7c1d2f60-5a43-4f1e-8a55-0d9b1c2e3f40} Name deepday"
EVERYTHING = frozenset({"User.Read", "Calendars.ReadWrite", "MailboxSettings.ReadWrite", "Presence.ReadWrite"})
HOSTS = "https://login.microsoftonline.com"


def encoded(name: str) -> str:
    return quote(name, safe="")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class Http:
    """What msal asks of an http client, with Microsoft's host led to the office."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.posts: list[dict[str, Any]] = []

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> Any:
        return self._send("GET", url, params=params, headers=headers)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> Any:
        self.posts.append(dict(data or {}))
        form = {key: _text(value) for key, value in (data or {}).items() if value is not None}
        return self._send("POST", url, params=params, data=form, headers=headers)

    def close(self) -> None:
        pass

    def _send(self, method: str, url: str, **more: Any) -> httpx.Response:
        assert url.startswith(HOSTS), url
        more = {key: value for key, value in more.items() if value}
        answer = httpx.request(method, self._base + url.removeprefix(HOSTS), trust_env=False, **more)
        answer.raise_for_status = lambda: answer  # type: ignore[method-assign]  # msal reads errors from the body
        return answer


@dataclass
class World:
    """A served office and shortcuts into it."""

    office: Office
    face: MicrosoftFace
    base: str
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def http(self) -> Http:
        return Http(self.base)

    def token(self, email: str = ADA, scopes: frozenset[str] = EVERYTHING, client: str = CLIENT) -> str:
        return self.office.tokens.issue(Grant("graph", email, client, scopes), "access", 3599, "EwB")

    def graph(self, email: str = ADA, scopes: frozenset[str] = EVERYTHING) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token(email, scopes)}"}
        client = httpx.Client(base_url=f"{self.base}/v1.0", headers=headers, trust_env=False, timeout=30)
        self.clients.append(client)
        return client

    def oid(self, email: str = ADA) -> str:
        worker = self.office.people.find(email)
        assert worker is not None
        return worker.object_id


@contextmanager
def world(start: datetime = NOW) -> Iterator[World]:
    office = Office(clock=OfficeClock(start))
    for email, name in ((ADA, "Ada Byron"), (BEN, "Ben Okri"), (EVE, "Eve Home")):
        office.people.add(Worker(email, name, workspace=email != EVE))
        office.calendars.add(Calendar(email, email, "Calendar", "Europe/Berlin"))
    office.calendars.add(Calendar("ada-side", ADA, "Side projects", "Europe/Berlin", primary=False))
    face = MicrosoftFace(office)
    face.state.register(App(CLIENT))
    with serving(application(office, [face])) as base:
        one = World(office, face, base)
        try:
            yield one
        finally:
            for client in one.clients:
                client.close()


def when(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


def event(start: str, end: str, zone: str = "UTC", **more: Any) -> dict[str, Any]:
    transaction = f"t-{start}-{more.get('subject', '')}"
    return {
        "subject": "Deep work",
        "start": when(start, zone),
        "end": when(end, zone),
        "transactionId": transaction,
        **more,
    }


def weekly(*days: str, **span: Any) -> dict[str, Any]:
    spans = {"type": "noEnd", "startDate": "2026-11-23", **span}
    return {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": list(days)}, "range": spans}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def sync(graph: httpx.Client, link: str, **headers: str) -> tuple[list[dict[str, Any]], str]:
    """Follow a delta to its end: the entries and the delta link."""
    found: list[dict[str, Any]] = []
    while True:
        body = graph.get(link, headers=headers).raise_for_status().json()
        found += body["value"]
        if "@odata.deltaLink" in body:
            return found, str(body["@odata.deltaLink"])
        link = body["@odata.nextLink"]


@dataclass
class Hook:
    """A webhook on loopback: notifications that came in, and what it answers."""

    url: str
    notes: list[dict[str, Any]] = field(default_factory=list)
    echo: bool = True
    statuses: list[int] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    gate: threading.Event = field(default_factory=threading.Event)


@contextmanager
def webhook() -> Iterator[Hook]:
    hook = Hook("")
    hook.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            token = parse_qs(urlsplit(self.path).query).get("validationToken")
            status, text, answer = (hook.statuses.pop(0) if hook.statuses else 202), "", b""
            if token:
                hook.arrived.release()
                hook.gate.wait(20)
                status, text, answer = 200, "text/plain", token[0].encode() if hook.echo else b"no"
            elif status < 300:
                hook.notes.extend(json.loads(body)["value"])
            self.send_response(status)
            self.send_header("Content-Type", text or "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    hook.url = f"https://localhost:{server.server_address[1]}/hook"
    try:
        yield hook
    finally:
        hook.gate.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
