"""The address that a browser comes back to: who may end a sign-in there, and who cannot hold it up."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from deepday.clock import SystemClock
from deepday.connect.loopback import Loopback
from deepday.errors import DeepdayError, ReconnectNeededError
from deepday.testing import TurnedClock

STATE = "f3Kq-right"
SOON = 5.0  # seconds in which an answer comes when nothing holds it up


@contextmanager
def waiting(clock: TurnedClock | None = None) -> Iterator[tuple[str, "Future[dict[str, str]]"]]:
    """The address, and what comes of waiting for ten minutes; ends the waiting when nobody came."""
    clock = clock or TurnedClock()
    with Loopback(clock) as loopback, ThreadPoolExecutor(1) as pool:
        came = pool.submit(loopback.wait, 600, STATE)
        try:
            yield loopback.address, came
        finally:
            clock.turn(600)


def ask(address: str, **given: str) -> httpx.Response:
    return httpx.get(address, params=given, timeout=SOON, trust_env=False)


def connected(address: str, said: bytes) -> socket.socket:
    """A client that says so much and no more."""
    client = socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), timeout=SOON)
    client.sendall(said)
    return client


def test_the_browser_comes_back_with_the_code() -> None:
    with waiting() as (address, came):
        answer = ask(address, code="4/abc", state=STATE, scope="a b")
        assert came.result(SOON) == {"code": "4/abc", "state": STATE, "scope": "a b"}
    assert answer.status_code == 200
    assert "Signed in" in answer.text
    assert "4/abc" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_name_in_the_address_is_the_vendors_choice() -> None:
    with Loopback(TurnedClock(), "localhost") as loopback:
        assert loopback.address.startswith("http://localhost:")


@pytest.mark.parametrize(
    "given",
    [
        {"code": "stolen"},
        {"code": "stolen", "state": ""},
        {"code": "stolen", "state": "guessed"},
        {"code": "stolen", "state": STATE + "x"},
        {"code": "stolen", "state": "é"},
        {"error": "access_denied"},
        {"error": "access_denied", "state": "guessed"},
        {"state": STATE},
        {},
    ],
)
def test_who_does_not_know_the_state_ends_no_sign_in(given: dict[str, str]) -> None:
    with waiting() as (address, came):
        assert ask(address, **given).status_code == 404
        assert not came.done()
        assert ask(address, code="4/abc", state=STATE).status_code == 200
        assert came.result(SOON)["code"] == "4/abc"


def test_a_declined_consent_is_said() -> None:
    with waiting() as (address, came):
        answer = ask(address, error="access_denied", state=STATE)
        with pytest.raises(ReconnectNeededError, match="declined"):
            came.result(SOON)
    assert "Not connected" in answer.text


def test_any_other_error_is_handed_on_and_shown_harmlessly() -> None:
    with waiting() as (address, came):
        answer = ask(address, error="<script>x</script>", state=STATE)
        assert came.result(SOON)["error"] == "<script>x</script>"
    assert "<script>" not in answer.text


def test_nobody_comes_in_time() -> None:
    clock = TurnedClock()
    with waiting(clock) as (_, came):
        clock.turn(600)
        with pytest.raises(DeepdayError, match="in time"):
            came.result(SOON)


@pytest.mark.parametrize("said", [b"", b"G", b"GET /?code=x HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_a_client_that_drips_keeps_nobody_out(said: bytes) -> None:
    with waiting() as (address, came), connected(address, said), connected(address, said):
        assert ask(address, code="4/abc", state=STATE).status_code == 200
        assert came.result(SOON)["code"] == "4/abc"


@pytest.mark.parametrize("said", [b"", b"G"])
def test_a_client_that_drips_does_not_lengthen_the_wait(said: bytes) -> None:
    clock = SystemClock()
    with Loopback(clock) as loopback, connected(loopback.address, said):
        before = clock.monotonic()
        with pytest.raises(DeepdayError, match="in time"):
            loopback.wait(0.3, STATE)
        assert clock.monotonic() - before < SOON


@pytest.mark.parametrize("said", [b"GET\r\n\r\n", b"POST /?code=x HTTP/1.1\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n"])
def test_nonsense_is_answered_and_forgotten(said: bytes) -> None:
    with waiting() as (address, came):
        with connected(address, said) as client:
            assert b"200" not in client.recv(12)
        ask(address, code="4/abc", state=STATE)
        assert came.result(SOON)["code"] == "4/abc"


def test_the_port_is_free_afterwards() -> None:
    with waiting() as (address, came):
        ask(address, code="4/abc", state=STATE)
        came.result(SOON)
    with pytest.raises(httpx.ConnectError):
        ask(address, code="4/abc", state=STATE)
