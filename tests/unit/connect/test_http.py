import gzip
import json
import logging
import math
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest

from deepday.clock import SystemClock
from deepday.connect.http import LONGEST_WAIT, Answer, HttpClient, Limits, refusal, retry_after
from deepday.errors import (
    ConflictError,
    DeepdayError,
    FatalError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
)
from deepday.testing import TurnedClock, listening

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SECRET = "sesame-1234"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("0", 0.0),
        ("-5", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("2.128", 2.128),
        ("1000000000", LONGEST_WAIT),
        ("inf", LONGEST_WAIT),
        ("9" * 400, LONGEST_WAIT),
        ("Tue, 10 Mar 2026 12:01:30 GMT", 90.0),
        ("Tue, 10 Mar 2026 13:01:30 +0100", 90.0),
        ("Tue, 10 Mar 2026 12:01:30 -0000", 90.0),
        ("Tue, 10 Mar 2026 11:00:00 GMT", 0.0),
        ("Tue, 10 Mar 2099 12:00:00 GMT", LONGEST_WAIT),
        ("Tue, 99 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_a_wait_is_understood_and_bounded(value: str | None, seconds: float | None) -> None:
    found = retry_after(value, NOW)
    assert found == seconds
    assert found is None or math.isfinite(found)


@pytest.mark.parametrize(
    ("status", "headers", "safe", "kind"),
    [
        (400, {}, True, FatalError),
        (401, {}, True, ReconnectNeededError),
        (403, {}, True, ReconnectNeededError),
        (404, {}, True, GoneError),
        (409, {}, True, ConflictError),
        (410, {}, True, GoneError),
        (412, {}, True, ConflictError),
        (413, {}, True, FatalError),
        (429, {"retry-after": "3"}, False, RetryLaterError),
        (500, {}, True, RetryLaterError),
        (500, {}, False, OutcomeUnknownError),
        (502, {}, False, OutcomeUnknownError),
        (503, {"retry-after": "3"}, False, RetryLaterError),
        (503, {}, False, OutcomeUnknownError),
        (504, {}, True, RetryLaterError),
        (302, {}, True, FatalError),
    ],
)
def test_a_refusal_says_what_to_do(status: int, headers: dict[str, str], safe: bool, kind: type[DeepdayError]) -> None:
    error = refusal(Answer(status, headers, b""), "Example", NOW, safe=safe)
    assert type(error) is kind
    assert str(status) in error.what
    if isinstance(error, RetryLaterError):
        assert error.after == (3.0 if headers else None)


@pytest.mark.parametrize("status", [200, 204, 304])
def test_what_is_no_refusal_is_none(status: int) -> None:
    assert refusal(Answer(status, {}, b""), "Example", NOW) is None


def client(answer: Callable[[httpx.Request], httpx.Response], limits: Limits | None = None) -> HttpClient:
    return HttpClient("https://api.example.com", TurnedClock(), limits, httpx.MockTransport(answer))


def test_an_answer_comes_back_whatever_its_status() -> None:
    with client(lambda request: httpx.Response(404, json={"path": request.url.path}, headers={"ETag": "e"})) as http:
        answer = http.send("GET", "/v1/things")
    assert (answer.status, answer.headers["etag"], answer.json()) == (404, "e", {"path": "/v1/things"})


def test_redirects_are_not_followed_and_cookies_not_kept() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"Location": "https://evil.example.com/", "Set-Cookie": "a=b"})

    with client(answer) as http:
        assert http.send("GET", "/").status == 302
        http.send("GET", "/")
    assert [request.url.host for request in seen] == ["api.example.com"] * 2
    assert "cookie" not in seen[1].headers


@pytest.mark.parametrize("data", [b"{", b"<html>busy</html>", b"", b"\xff", b"[" * 100_000])
def test_an_answer_that_is_not_json_is_a_fault_of_the_service(data: bytes) -> None:
    with pytest.raises(FatalError, match="not JSON") as refused:
        Answer(200, {}, data).json()
    assert refused.value.__context__ is None  # it would hold the body


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("failure", "safe_kind", "write_kind"),
    [
        (httpx.ConnectError("refused"), RetryLaterError, RetryLaterError),
        (httpx.ConnectTimeout("slow"), RetryLaterError, RetryLaterError),
        (httpx.ReadTimeout("slow"), RetryLaterError, OutcomeUnknownError),
        (httpx.ReadError("reset"), RetryLaterError, OutcomeUnknownError),
        (httpx.WriteError("reset"), RetryLaterError, OutcomeUnknownError),
        (httpx.RemoteProtocolError("closed"), RetryLaterError, OutcomeUnknownError),
        (httpx.DecodingError("gzip"), FatalError, OutcomeUnknownError),
    ],
)
def test_a_broken_exchange_says_whether_it_may_have_been_done(
    method: str, failure: httpx.HTTPError, safe_kind: type[DeepdayError], write_kind: type[DeepdayError]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        del request
        raise failure

    with client(answer) as http, pytest.raises(DeepdayError) as refused:
        http.send(method, f"/?token={SECRET}")
    assert type(refused.value) is (safe_kind if method == "GET" else write_kind)
    assert SECRET not in f"{refused.value.what} {refused.value.advice} {refused.value.__cause__}"


def test_a_post_that_only_reads_is_safe() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    with client(answer) as http, pytest.raises(RetryLaterError) as refused:
        http.send("POST", "/search", safe=True)
    assert not isinstance(refused.value, OutcomeUnknownError)


def test_too_large_an_answer_is_dropped_also_when_it_was_small_on_the_wire() -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    with (
        client(
            lambda _: httpx.Response(200, content=bomb, headers={"Content-Encoding": "gzip"}), Limits(size=100_000)
        ) as http,
        pytest.raises(FatalError, match="too large"),
    ):
        http.send("GET", "/")


def test_no_address_is_logged_at_any_level() -> None:
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        with listening() as logged, client(lambda _: httpx.Response(200, json={})) as http:
            http.send("GET", f"/private/{SECRET}", params={"token": SECRET})
            logging.getLogger("httpx").warning("warnings still come through")
    finally:
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert SECRET not in "\n".join(logged)
    assert any("come through" in line for line in logged)


@contextmanager
def server(respond: Callable[[socket.socket], None]) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            respond(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(10)
        listener.close()


def test_a_real_exchange_works() -> None:
    body = json.dumps({"ok": True}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    with server(lambda peer: peer.sendall(head + body)) as url, HttpClient(url, SystemClock()) as http:
        assert http.send("POST", "/", json={}).json() == {"ok": True}


def test_a_server_that_drips_is_left_when_the_time_is_over() -> None:
    left = threading.Event()

    def drip(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        try:
            while not left.wait(0.02):
                peer.sendall(b".")
        except OSError:
            pass

    with server(drip) as url, HttpClient(url, SystemClock(), Limits(total=0.2)) as http:
        with pytest.raises(RetryLaterError, match="did not answer in time"):
            http.send("GET", "/")
        left.set()


def test_each_exchange_has_its_own_time() -> None:
    clock = TurnedClock()
    with HttpClient("http://127.0.0.1:9", clock, Limits(total=5)) as http:
        clock.turn(60)
        with pytest.raises(RetryLaterError, match="cannot be reached"):
            http.send("POST", "/")


def test_what_ran_out_of_time_before_it_was_connected_was_not_sent() -> None:
    refused = pytest.raises(RetryLaterError, match="cannot be reached")
    with HttpClient("http://127.0.0.1:9", TurnedClock(), Limits(total=0)) as http, refused:
        http.send("POST", "/")


@pytest.mark.parametrize(("method", "kind"), [("GET", RetryLaterError), ("POST", OutcomeUnknownError)])
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", b"nonsense\r\n\r\n"])
def test_a_server_that_hangs_up_leaves_a_write_open(method: str, kind: type[DeepdayError], said: bytes) -> None:
    with server(lambda peer: peer.sendall(said)) as url, HttpClient(url, SystemClock()) as http:
        with pytest.raises(DeepdayError) as refused:
            http.send(method, "/")
        assert type(refused.value) is kind
