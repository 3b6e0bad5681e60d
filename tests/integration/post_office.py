"""Real servers on loopback: SMTP that takes mail or does not, HTTP that takes pushes and heartbeats, IMAP to read."""

import asyncio
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from imapclient import IMAPClient
from proxyprotocol.noop import ProxyProtocolNoop
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer, IMAPService
from pysasl.hashing import BuiltinHash

USER, PASSWORD = "demouser", "demopass"


@dataclass
class Post:
    """What an SMTP server took. ``hang_up``: it takes a mail and loses the line before it says so."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    refuse: str = ""
    hang_up: bool = False

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        made = message_from_bytes(envelope.content, policy=SMTP)
        assert isinstance(made, EmailMessage)
        self.mails.append(made)
        self.to += envelope.rcpt_tos
        if self.hang_up:
            server.transport.close()
        return "250 OK"


class _OnAFreePort(Controller):
    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = int(server.sockets[0].getsockname()[1])
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def smtp_server() -> Iterator[Post]:
    """Give a mail server while the context lasts."""
    post = Post()
    controller = _OnAFreePort(post, hostname="127.0.0.1", port=0)
    controller.start()
    post.port = int(controller.port)
    try:
        yield post
    finally:
        controller.stop()


@dataclass
class Receiver:
    """What an HTTP server was called with: method, path, body. ``status``: what it answers."""

    port: int = 0
    calls: list[tuple[str, str, bytes]] = field(default_factory=list)
    status: int = 200


@contextmanager
def http_receiver() -> Iterator[Receiver]:
    """Give a server that takes everything while the context lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            receiver.calls.append((self.command, self.path, body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - same

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Imap:
    """A mailbox on a real IMAP server, and a hand that puts mails into it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def put(self, mail: bytes | EmailMessage, at: datetime, folder: str = "INBOX") -> None:
        """Put a mail into a folder, as if it had come in at ``at``."""
        with self._client() as client:
            data = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP)
            client.append(folder, data, msg_time=at)

    def renumber(self, folder: str = "INBOX") -> None:
        """Make the folder anew with the same mails, which get other numbers of another generation."""
        with self._client() as client:
            client.select_folder(folder)
            found = client.fetch(client.search(), ["BODY[]", "INTERNALDATE"])
            if client.folder_exists("kept"):
                client.delete_folder("kept")
            client.rename_folder(folder, "kept")  # of INBOX the server makes a new one
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for number in sorted(found):
                client.append(folder, found[number][b"BODY[]"], msg_time=found[number][b"INTERNALDATE"])

    def flags(self, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        """Return the flags of every mail."""
        with self._client() as client:
            client.select_folder(folder, readonly=True)
            return [row[b"FLAGS"] for row in client.fetch(client.search(), ["FLAGS"]).values()]

    @contextmanager
    def _client(self) -> Iterator[IMAPClient]:
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.normalise_times = False
        client.login(USER, PASSWORD)
        try:
            yield client
        finally:
            client.logout()


@contextmanager
def imap_server(certificate: Path | None = None) -> Iterator[Imap]:
    """Give an IMAP server with an empty mailbox while the context lasts; with a certificate it wants STARTTLS."""
    loop = asyncio.new_event_loop()
    ready: list[int] = []
    up, down = threading.Event(), asyncio.Event()

    async def serve() -> None:
        known = ArgumentParser()
        IMAPService.add_arguments(known)
        DictBackend.add_subparser("dict", known.add_subparsers())
        known.set_defaults(debug=False, passlib_cfg=None, logging_cfg=None)
        line = ["--cert", str(certificate), "--key", str(certificate)] if certificate else ["--no-tls"]
        arguments = known.parse_args([*line, "dict", "--demo-user", USER, "--demo-password", PASSWORD])
        backend, config = await DictBackend.init(arguments, hash_context=BuiltinHash(rounds=1))
        config.apply_context()
        async with AsyncExitStack() as stack:
            await backend.start(stack)
            answer = IMAPServer(backend.login, config)
            callback = ProxyProtocolReader(ProxyProtocolNoop()).get_callback(answer)
            server = await asyncio.start_server(callback, "127.0.0.1", 0)
            await stack.enter_async_context(server)
            ready.append(int(server.sockets[0].getsockname()[1]))
            up.set()
            await down.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert up.wait(10)
    try:
        yield Imap(ready[0])
    finally:
        loop.call_soon_threadsafe(down.set)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
