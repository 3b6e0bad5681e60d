"""What the listeners do to the connections that they accept."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from deepday.web import ingress_listening, listening

Bound = Callable[[str], AbstractContextManager[socket.socket]]


@contextmanager
def _page(host: str) -> Iterator[socket.socket]:
    with closing(listening._socket(socket.AF_INET, host, 0)) as made:
        yield made


@contextmanager
def _ingress(host: str) -> Iterator[socket.socket]:
    with ingress_listening._bound(host, 0) as made:
        yield made


@pytest.mark.parametrize("bound", [_page, _ingress])
def test_no_part_of_an_answer_waits_for_the_client_to_acknowledge_the_part_before(bound: Bound) -> None:
    with bound("127.0.0.1") as made, socket.create_connection(made.getsockname(), 5):
        accepted, _ = made.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
