"""Calendar feeds over a real server on this machine."""

import gzip
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deepday.connect import Validators
from deepday.errors import DeepdayError, InputError
from deepday_files import FilesConnector
from deepday_files.feed import Limits, fetch, shown
from tests.connectors.files.ics_text import calendar, context, event

BODY = calendar(event())
SECRET = "s3cret-token"
NOTHING = Validators()
Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as the test told the server."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.server.seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        self.close_connection = True
        self.server.answers[self.path.partition("?")[0]](self)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A server with an answer for each path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.seen: list[dict[str, str]] = []
        self.over = threading.Event()

    def url(self, path: str = "/a.ics") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}?key={SECRET}"

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up early are part of the tests."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.over.set()
        running.shutdown()
        thread.join()


def replying(status: int, body: bytes = b"", **headers: str) -> Answer:
    return lambda handler: handler.reply(status, body, **headers)


def failing(server: Server, kind: type[DeepdayError], limits: Limits | None = None) -> str:
    """Fetch, expect that kind of error, and return what it says."""
    with pytest.raises(DeepdayError) as caught:
        fetch(server.url(), NOTHING, limits)
    assert type(caught.value) is kind
    assert caught.value.advice
    assert SECRET not in caught.value.what + caught.value.advice
    assert "http://127.0.0.1/…" in caught.value.what
    return caught.value.what


def test_a_feed_is_read_and_its_validators_are_given_back(server: Server) -> None:
    server.answers["/a.ics"] = replying(200, BODY, ETag='"1"', Last_Modified="Sun, 01 Mar 2026 00:00:00 GMT")
    reading = FilesConnector().calendar(server.url()).read_events(context())
    assert [item.source for item in reading.events] == ["http://127.0.0.1/…"]
    assert reading.validators == Validators('"1"', "Sun, 01 Mar 2026 00:00:00 GMT")
    assert len(reading.digest) == 64
    assert "if-none-match" not in server.seen[0]


def test_an_unchanged_feed_is_not_read_again(server: Server) -> None:
    server.answers["/a.ics"] = replying(304, ETag='"2"')
    known = Validators('"1"', "Sun, 01 Mar 2026 00:00:00 GMT")
    reading = FilesConnector().calendar(server.url(), known).read_events(context())
    assert reading.unchanged
    assert (reading.events, reading.observed) == ((), ())
    assert reading.validators == Validators('"2"', "Sun, 01 Mar 2026 00:00:00 GMT")
    assert server.seen[0]["if-none-match"] == '"1"'
    assert server.seen[0]["if-modified-since"] == "Sun, 01 Mar 2026 00:00:00 GMT"


def test_redirects_are_followed_five_times(server: Server) -> None:
    for number in range(5):
        server.answers[f"/{number}"] = replying(302, Location=f"/{number + 1}")
    server.answers["/a.ics"] = replying(301, Location="/1")
    server.answers["/5"] = replying(200, BODY)
    assert fetch(server.url(), NOTHING).data == BODY
    assert [seen["path"] for seen in server.seen][-1] == "/5"
    server.answers["/5"] = replying(307, Location="/a.ics")
    assert "more than 5 times" in failing(server, InputError)


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/a.ics", "file:///etc/passwd"])
def test_redirects_lead_to_http_only(server: Server, target: str) -> None:
    server.answers["/a.ics"] = replying(302, Location=target)
    failing(server, InputError)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, InputError, "refuses access"),
        (403, InputError, "refuses access"),
        (404, InputError, "no calendar at this address"),
        (410, InputError, "no calendar at this address"),
        (418, InputError, "unexpected"),
        (304, InputError, "unexpected"),
        (204, InputError, "unexpected"),
        (429, DeepdayError, "cannot answer now"),
        (500, DeepdayError, "cannot answer now"),
        (503, DeepdayError, "cannot answer now"),
    ],
)
def test_refusals(server: Server, status: int, kind: type[DeepdayError], words: str) -> None:
    server.answers["/a.ics"] = replying(status, b"")
    assert words in failing(server, kind)


def test_a_sign_in_page_is_no_calendar(server: Server) -> None:
    server.answers["/a.ics"] = replying(200, b"<!doctype html><title>Sign in</title>", Content_Type="text/html")
    with pytest.raises(InputError, match="a web page") as caught:
        FilesConnector().calendar(server.url()).read_events(context())
    assert SECRET not in str(caught.value)


def test_an_answer_over_the_limit(server: Server) -> None:
    server.answers["/a.ics"] = replying(200, b"x" * 300_000)
    assert "more than 200,000 bytes" in failing(server, InputError, Limits(size=200_000))


def test_gzip_is_read_and_counted_as_it_unfolds(server: Server) -> None:
    server.answers["/a.ics"] = replying(200, gzip.compress(BODY), Content_Encoding="gzip")
    assert fetch(server.url(), NOTHING).data == BODY
    server.answers["/a.ics"] = replying(200, gzip.compress(b"x" * 30_000_000), Content_Encoding="gzip")
    assert "more than 1,000,000 bytes" in failing(server, InputError, Limits(size=1_000_000))


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br"])
def test_other_encodings_are_refused(server: Server, encoding: str) -> None:
    server.answers["/a.ics"] = replying(200, BODY, Content_Encoding=encoding)
    assert "not asked for" in failing(server, InputError)


def test_broken_compression(server: Server) -> None:
    server.answers["/a.ics"] = replying(200, BODY, Content_Encoding="gzip")
    assert "compressed wrongly" in failing(server, InputError)


def drip(handler: Handler, first: bytes) -> None:
    """Send a byte now and then, each soon enough for a client that only bounds single waits."""
    handler.wfile.write(first)
    while not handler.server.over.wait(0.02):
        handler.wfile.write(b"x")
        handler.wfile.flush()


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nBEGIN"]
)
def test_a_slow_drip_ends_with_the_time_limit(server: Server, first: bytes) -> None:
    server.answers["/a.ics"] = lambda handler: drip(handler, first)
    assert "within 0.3 seconds" in failing(server, DeepdayError, Limits(total=0.3))


@pytest.mark.timeout(10)
def test_silence_ends_with_the_time_limit(server: Server) -> None:
    server.answers["/a.ics"] = lambda handler: drip(handler, b"") if handler.server.over.wait() else None
    assert "within 0.2 seconds" in failing(server, DeepdayError, Limits(total=0.2))


def test_an_answer_that_breaks_off(server: Server) -> None:
    server.answers["/a.ics"] = replying(200, BODY, Content_Length=str(len(BODY) + 10))
    assert "broke off" in failing(server, DeepdayError)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/{SECRET}"
    with pytest.raises(DeepdayError, match="cannot be reached") as caught:
        fetch(address, NOTHING)
    assert SECRET not in str(caught.value)


def test_a_server_without_tls_at_an_https_address(server: Server) -> None:
    with pytest.raises(DeepdayError) as caught:
        fetch(server.url().replace("http:", "webcal:"), NOTHING, Limits(total=2))
    assert "https://127.0.0.1/…" in caught.value.what


@pytest.mark.parametrize("address", ["http://", "https:///a.ics", "webcal://", "http://[::1"])
def test_an_invalid_address(address: str) -> None:
    with pytest.raises(InputError, match="invalid"):
        FilesConnector().calendar(address).read_events(context())


def test_webcal_means_https_and_only_scheme_and_host_are_shown() -> None:
    assert (
        shown(f"webcal://user:{SECRET}@cal.example.org:8443/private-{SECRET}/basic.ics") == "https://cal.example.org/…"
    )
    assert shown("HTTP://cal.example.org/a") == "http://cal.example.org/…"


def test_the_address_is_in_no_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.answers["/a.ics"] = replying(302, Location=f"/b?key={SECRET}")
    server.answers["/b"] = replying(200, BODY)
    with caplog.at_level(logging.DEBUG):
        assert fetch(server.url(), NOTHING).data == BODY
    assert SECRET not in caplog.text
    assert not logging.getLogger("httpx").disabled
