"""A request of which not all came was not made."""

import socket
from urllib.parse import urlsplit

import httpx

from deepday_sandbox.office import Office
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.slack import SlackFace
from tests.connectors.google.google_office import Exchanges


def test_a_client_that_dies_before_its_body_is_whole_has_asked_nothing() -> None:
    office = Office()
    log = Exchanges(office.clock)
    with serving(application(office, (SlackFace(office),), log)) as url:
        where = urlsplit(url)
        with socket.create_connection((str(where.hostname), where.port or 0)) as client:
            client.sendall(b"POST /api/chat.postMessage HTTP/1.1\r\nHost: x\r\nContent-Length: 65\r\n\r\nchannel=C1")
        assert httpx.post(f"{url}/api/api.test", trust_env=False).status_code == 200
    assert [path for _, path, _ in log.seen] == ["/api/api.test"]
