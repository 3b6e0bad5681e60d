"""``deepday sandbox`` as a process of its own."""

import json
import signal
import socket
import subprocess
import urllib.error
import urllib.request

from tests.command import DEEPDAY
from tests.e2e.conftest import Run


def test_the_office_opens_answers_and_closes() -> None:
    command = [str(DEEPDAY), "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{url}/client_secret.json") as answer:
            assert json.load(answer)["installed"]["token_uri"] == f"{url}/token"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "The office is closed." in said


def test_a_port_that_cannot_be(run: Run) -> None:
    assert run("sandbox", "--port", "70000").code == 2


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("sandbox", "--port", port)
    assert refused.code == 1
    assert f"Port {port} cannot be opened" in refused.err
    assert "--port 0" in refused.err
