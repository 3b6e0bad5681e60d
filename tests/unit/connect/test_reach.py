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

AWAY = {
    "/away": "http://169.254.169.254/latest/meta-data",
    "/first": "/second",
    "/second": "/third",
    "/third": "http://[::ffff:169.254.169.254]/latest/meta-data",
    "/by-name": "http://0xa9fea9fe/latest/meta-data",
}


class Answering(BaseHTTPRequestHandler):
    """Answers everything with an empty calendar, and leads away from one address."""

    def do_GET(self) -> None:
        if self.path in AWAY:
            self.send_response(302)
            self.send_header("Location", AWAY[self.path])
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
    # as they are usually written: this machine, private networks, link-local, carriers', tests', none at all
    "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "169.254.170.2", "100.64.0.1", "100.100.100.200", "0.0.0.0", "0.1.2.3", "192.0.0.8", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    # IPv6, and IPv4 in it
    "::1", "::", "fe80::1", "fe80::a9fe:a9fe", "fec0::1", "fc00::1", "fd00::1", "fd00:ec2::254", "ff02::1", "100::1",
    "2001::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1",
    "::127.0.0.1", "::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:a00:1::1",
    "2002:7f00:1::",
    # numbers that a resolver takes for one of those: decimal, octal, hexadecimal, short, with zeros before
    "2130706433", "2852039166", "017700000001", "0177.0.0.1", "0251.0376.0251.0376", "0x7f.0.0.1", "0x7f000001",
    "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "127.1", "127.0.1", "10.1", "0", "169.254.43518", "0000177.0.0.1",
    # names of this machine
    "localhost", "LOCALHOST",
]  # fmt: skip
TRICKS = [
    "http://8.8.8.8@127.0.0.1:{port}/own.ics",
    "http://calendar.example.org:443@127.0.0.1:{port}/own.ics",
    "http://calendar.example.org%2F@127.0.0.1:{port}/own.ics",
    "http://127.0.0.1:{port}#@calendar.example.org/own.ics",
    "http://127.0.0.1:{port}\\@calendar.example.org/own.ics",
    "http://\uff11\uff12\uff17.0.0.1:{port}/own.ics",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:{port}/own.ics",
    "http://127\u30020\u30020\u30021:{port}/own.ics",
    "http://\u24dbocalhost:{port}/own.ics",
    "http://127.0.0.1.:{port}/own.ics",
    "http://localhost.:{port}/own.ics",
    "http://127.1:{port}/own.ics",
    "http://0x7f000001:{port}/own.ics",
    "http://2130706433:{port}/own.ics",
    "http://[::ffff:127.0.0.1]:{port}/own.ics",
    "http://[::ffff:7f00:1%25lo]:{port}/own.ics",
    "webcal://127.0.0.1:{port}/own.ics",
    "http://127%2e0%2e0%2e1:{port}/own.ics",
]
"""Addresses of the service inside that look like others: names before an @, digits and dots that are none."""


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


@pytest.mark.parametrize("address", TRICKS)
def test_an_address_of_the_service_inside_that_looks_like_another_reads_nothing(inside: str, address: str) -> None:
    port = inside.partition(":")[2]
    with only_public(), pytest.raises(DeepdayError):
        fetch(address.format(port=port), Validators())


def test_a_name_that_leads_elsewhere_at_the_second_look_gains_nothing(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is looked at, inside when it is connected to."""
    port, answers = int(inside.partition(":")[2]), ["192.0.43.8", "127.0.0.1", "127.0.0.1"]
    connected: list[object] = []

    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    def connect(place: tuple[str, int], *_: object, **__: object) -> socket.socket:
        connected.append(place[0])
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with only_public(), pytest.raises(DeepdayError, match="cannot be reached"):
        fetch(f"http://calendar.example.org:{port}/own.ics", Validators())
    assert set(connected) == {"192.0.43.8"}


def test_there_are_as_many_vectors_as_the_threat_model_asks_for() -> None:
    assert len({*PRIVATE, *TRICKS}) >= 60


@pytest.mark.parametrize("path", ["/away", "/first", "/by-name"])
def test_a_redirect_leads_nowhere_else(inside: str, path: str) -> None:
    with only_public(["127.0.0.0/8"]), pytest.raises(InputError, match="private network"):
        fetch(f"http://{inside}{path}", Validators())


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
