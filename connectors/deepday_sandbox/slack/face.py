"""Slack's face of the office: its addresses, its faults, and the hands of the people who work there."""

import asyncio
import contextlib
import json
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from deepday_sandbox.office import Fault, Grant, Office, Post, Room, Worker
from deepday_sandbox.slack import (
    auth,
    conversations,
    events,
    messages,
    oauth,
    profiles,
    search,
    users,
    views,
)
from deepday_sandbox.slack.app_pages import AppPages
from deepday_sandbox.slack.calls import MICRO, Bearer, Call, micro, stamp
from deepday_sandbox.slack.delivery import Courier, loopback
from deepday_sandbox.slack.interactivity import Interactions, Reply
from deepday_sandbox.slack.socket_mode import SocketHub
from deepday_sandbox.slack.web_api import WebApi
from deepday_sandbox.slack.workspace import VENDOR, App, Workspace, find_worker, workspace

_HTML: Final = b"<!DOCTYPE html><html><head><title>Server Error | Slack</title></head><body>Server Error</body></html>"


@dataclass(frozen=True, slots=True)
class Installed:
    """The tokens of an installation; empty where no scopes of that kind were asked for."""

    bot: str = ""
    user: str = ""


class SlackFace:
    """The Web API, OAuth, Events API, Socket Mode and interactivity of one workspace.

    Satisfies :class:`deepday_sandbox.office.server.Face`. Its switches are in :attr:`space`. Events are delivered by
    :meth:`pump`, which the methods that people act with call themselves; call it again after turning the clock.
    """

    name = VENDOR

    def __init__(self, office: Office) -> None:
        """Show that office."""
        self._office = office
        self._courier = Courier(office)
        self._interactions = Interactions(office, self._courier, lambda: self.base_url)
        self.base_url = "http://127.0.0.1"
        self._pages = AppPages(office)
        modules = (conversations, messages, oauth, profiles, search, users, views)
        methods = {name: method for one in modules for name, method in one.METHODS.items()}
        self._api = WebApi(office, methods | auth.methods(self._courier.hub.ticket))

    # ---- the wire

    @property
    def space(self) -> Workspace:
        """The workspace, with its switches."""
        return workspace(self._office)

    @property
    def app(self) -> App:
        """The app that is installed in it."""
        return self.space.app

    @property
    def sockets(self) -> SocketHub:
        """The connections of Socket Mode."""
        return self._courier.hub

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/{method}", self._call, methods=["GET", "POST"]),
            Route("/oauth/v2/authorize", self._authorize, methods=["GET", "POST"]),
            Route("/commands/{key:path}", self._interactions.answer_later, methods=["POST"]),
            WebSocketRoute("/link/", self._courier.hub.serve),
            *self._pages.routes(),
        ]

    def owns(self, path: str) -> bool:
        """Tell whether a path is the Web API's: pages and response URLs are no calls, and are not logged."""
        return path.startswith("/api/")

    def fault(self, path: str, fault: Fault) -> tuple[int, dict[str, str], bytes]:  # noqa: ARG002 - the port's form
        """Return a fault as Slack words it: 429, a refusal with status 200, or a page of its servers."""
        if fault.status == 429:
            told = any(name.lower() == "retry-after" for name in fault.headers)
            headers = {"content-type": "application/json"} | ({} if told else {"retry-after": "30"})
            return 429, headers, b'{"ok":false,"error":"ratelimited"}'
        if fault.code or fault.status < 500:
            body = json.dumps({"ok": False, "error": fault.code or "internal_error"}).encode()
            return 200, {"content-type": "application/json; charset=utf-8"}, body
        return fault.status, {"content-type": "text/html; charset=utf-8"}, _HTML

    async def _call(self, request: Request) -> Response:
        self.base_url = f"http://{request.headers.get('host', '127.0.0.1')}"
        answer = await self._api.answer(request)
        if self.space.queue:
            asyncio.get_running_loop().run_in_executor(None, self.pump)
        return answer

    async def _authorize(self, request: Request) -> Response:
        return await oauth.authorize(request, self._office)

    # ---- the app's settings page

    def install(self, user: str, bot_scopes: Iterable[str] = (), user_scopes: Iterable[str] = ()) -> Installed:
        """Install the app for somebody, as its settings page does, and return the tokens."""
        with self._office.lock:
            worker, bot, own = self.worker(user), tuple(bot_scopes), tuple(user_scopes)
            tokens = {"bot": "", "user": ""}
            if bot:
                tokens["bot"] = auth.issue(self._office, auth.install(self._office, None, bot), "bot")["access_token"]
            if own:
                grant = auth.install(self._office, worker, own)
                tokens["user"] = auth.issue(self._office, grant, "user")["access_token"]
            return Installed(**tokens)

    def app_token(self, *scopes: str) -> str:
        """Return a new app-level token, for Socket Mode unless other scopes are named."""
        with self._office.lock:
            granted = frozenset(scopes or ("connections:write",))
            grant = Grant(VENDOR, self.app.bot.email, self.app.client_id, granted)
            return str(auth.issue(self._office, grant, "app")["access_token"])

    def set_request_url(self, url: str) -> None:
        """Send events to that URL of this machine, once it answered the challenge. Raises :class:`ValueError`."""
        self._courier.verify(loopback(url))
        self.app.request_url = url

    def pump(self) -> None:
        """Deliver what is due by the office clock: events, retries, scheduled messages."""
        self._courier.pump()

    @contextlib.contextmanager
    def live(self, seconds: float = 1.0) -> Iterator[None]:
        """Deliver what is due every so many real seconds, for an office whose clock runs by itself."""
        over = threading.Event()

        def tick() -> None:
            while not over.wait(seconds):
                self.pump()

        thread = threading.Thread(target=tick, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    # ---- what people do

    def say(self, user: str, room: str, text: str, thread: str | None = None, **extra: Any) -> str:
        """Post as somebody (address or Slack id), in a thread where its ``ts`` is given, and return the ``ts``.

        ``extra`` is kept with the message as it is. Raises :class:`ValueError` for whoever is not in the room.
        """
        with self._office.lock:
            worker, kept = self._member(user, room), {"client_msg_id": str(uuid.uuid4()), **extra}
            now = int(self._office.clock.now().timestamp() * MICRO)
            parent = micro(thread) if thread else 0
            post = Post(now, room, worker.slack_id, text, parent, extra=tuple(kept.items()))
            written = self._office.chat.post(post)
            events.posted(self._office, written)
        self.pump()
        return stamp(written.ts)

    def edit(self, user: str, room: str, ts: str, text: str) -> None:
        """Edit one's own message, or delete it with an empty text. Raises :class:`ValueError`."""
        with self._office.lock:
            worker = self._member(user, room)
            before = self._post(room, ts)
            if before.user != worker.slack_id:
                raise ValueError(f"{user} did not write {ts}")
            now = stamp(int(self._office.clock.now().timestamp() * MICRO))
            kept = {**dict(before.extra), "edited": {"user": worker.slack_id, "ts": now}}
            after = replace(before, text=text, extra=tuple(kept.items())) if text else None
            self._office.chat.replace(room, before.ts, after)
            events.changed(self._office, before, after)
        self.pump()

    def react(self, user: str, room: str, ts: str, emoji: str) -> None:
        """Put an emoji on a message."""
        with self._office.lock:
            person = Bearer("", "user", Grant(VENDOR, "", "", frozenset()), self._member(user, room))
            call = Call(self._office, self.space, "", {}, person)
            messages.with_reaction(call, self._post(room, ts), emoji)
        self.pump()

    def slash_command(self, user: str, room: str, command: str, text: str = "") -> Reply:
        """Type ``/command text`` in a room, and return what came of it."""
        return self._interactions.slash_command(self._member(user, room), self._room(room), command, text)

    def press_button(self, user: str, room: str, ts: str, action_id: str, block_id: str = "") -> Reply:
        """Press a button of a message. Raises :class:`LookupError` where it has none of that name."""
        return self._interactions.press_button(self._member(user, room), self._room(room), ts, action_id, block_id)

    def shortcut(self, user: str, callback_id: str, room: str = "", ts: str = "") -> Reply:
        """Use a shortcut: a global one, or a message's."""
        return self._interactions.shortcut(self.worker(user), callback_id, self._room(room) if room else None, ts)

    def submit_view(self, user: str, view_id: str, values: Mapping[str, Any]) -> Reply:
        """Submit a modal with ``{block_id: {action_id: {...}}}``. Raises :class:`KeyError` where it is not open."""
        return self._interactions.submit_view(self.worker(user), view_id, values)

    def worker(self, user: str) -> Worker:
        """Return whom an address or Slack id names. Raises :class:`ValueError` for nobody."""
        found = find_worker(self._office, user)
        if found is None:
            raise ValueError(f"nobody is called {user}")
        return found

    def _room(self, room: str) -> Room:
        found = self._office.chat.rooms.get(room)
        if found is None:
            raise ValueError(f"there is no room {room}")
        return found

    def _member(self, user: str, room: str) -> Worker:
        worker = self.worker(user)
        if worker.slack_id not in self._room(room).members:
            raise ValueError(f"{user} is not in {room}")
        return worker

    def _post(self, room: str, ts: str) -> Post:
        found = self._office.chat.between(room, micro(ts), micro(ts))
        if not found:
            raise ValueError(f"there is no message {ts} in {room}")
        return found[0]
