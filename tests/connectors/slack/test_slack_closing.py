"""Connections that end while they begin."""

from threading import Event, Thread

from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState
from slack_sdk.web import WebClient

from deepday_slack.connection import Client


class Beginning(Connection):
    """A connection whose reader begins only when it is being closed."""

    def __init__(self) -> None:
        self.sock = None
        self.session_id = "one"
        self.begins, self.closed = Event(), Event()

    def is_active(self) -> bool:
        self.begins.set()
        return self.closed.wait(20)

    def close(self) -> None:
        self.closed.set()

    def run_until_completion(self, state: ConnectionState) -> None:
        while not state.terminated:
            Event().wait(0.01)


def test_a_reader_that_begins_while_its_connection_is_closed_ends_as_well() -> None:
    client, session = Client(WebClient(""), lambda: ""), Beginning()
    client.current_session = session
    assert session.begins.wait(20)
    closing = Thread(target=client.close, daemon=True)
    closing.start()
    closing.join(20)
    assert not closing.is_alive()
