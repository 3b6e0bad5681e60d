"""What workers may connect to in the name of others: public addresses, and networks that the office allows."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from deepday.clock import SystemClock
from deepday.connect import Validators
from deepday.connect.http import HttpClient
from deepday.connect.reach import addresses_for, only_public
from deepday.errors import DeepdayError, InputError
from deepday_files.feed import fetch


class Answering(BaseHTTPRequestHandler):
    """Answers everything with an empty calendar, and leads away from one address."""

    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.end_headers()
            return
        body = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def inside() -> Iterator[str]:
    """A service of the private network: here, of this machine."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001::1", "ff02::1", "::",
    "127.1", "0x7f.0.0.1", "2130706433", "017700000001", "localhost",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_loopback_and_link_local_addresses_are_refused(address: str) -> None:
    with only_public(), pytest.raises(InputError, match="private network"):
        addresses_for(address, 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_ones_are_taken(address: str) -> None:
    with only_public():
        assert addresses_for(address, 443) == [address]


def test_the_office_may_allow_networks() -> None:
    with only_public(["10.0.0.0/8", "fd00::/8"]):
        assert addresses_for("10.1.2.3", 443) == ["10.1.2.3"]
        assert addresses_for("fd00::1", 443) == ["fd00::1"]
        with pytest.raises(InputError):
            addresses_for("192.168.1.1", 443)


def test_a_name_is_looked_up_once_and_only_what_was_looked_at_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["93.184.215.14", "10.0.0.1"]]  # a second look would fail

    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in answers.pop()]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with only_public():
        assert addresses_for("calendar.example.org", 443) == ["93.184.215.14"]


def test_a_feed_and_a_service_inside_are_not_asked_for_others(inside: str) -> None:
    with only_public():
        with pytest.raises(InputError, match="private network"):
            fetch(f"http://{inside}/secret.ics", Validators())
        with (
            HttpClient(f"http://{inside}", SystemClock()) as client,
            pytest.raises(InputError, match="private network"),
        ):
            client.send("GET", "/")


def test_a_redirect_leads_nowhere_else(inside: str) -> None:
    with only_public(["127.0.0.0/8"]), pytest.raises(InputError, match="private network"):
        fetch(f"http://{inside}/away", Validators())


def test_whoever_works_for_themselves_reads_what_they_typed_and_so_does_a_worker_where_allowed(inside: str) -> None:
    assert b"VCALENDAR" in fetch(f"http://{inside}/own.ics", Validators()).data
    with only_public(["127.0.0.0/8"]):
        assert b"VCALENDAR" in fetch(f"http://{inside}/own.ics", Validators()).data


def test_a_name_without_an_address_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with only_public(), pytest.raises(DeepdayError, match="cannot be reached"):
        fetch("https://nowhere.example.org/x.ics", Validators())
