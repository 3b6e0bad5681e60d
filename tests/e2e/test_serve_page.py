"""``deepday serve`` and ``deepday open`` as processes of their own."""

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.command import DEEPDAY
from tests.e2e.conftest import Run


@contextmanager
def serving(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the service, and give it with the link that it prints."""
    environment = os.environ | {"DEEPDAY_CONFIG": str(home / "deepday.toml"), "DEEPDAY_DATA": str(home / "data")}
    command = [str(DEEPDAY), "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def ended(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> tuple[int, str]:
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    return process.returncode, told


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"  # as the fixture "run" has it


def test_it_prints_a_link_answers_and_ends_cleanly(home: Path) -> None:
    with serving(home) as (process, link):
        address, _, token = link.partition("/sign-in?link=")
        assert address.startswith("http://127.0.0.1:")
        assert len(token) >= 43
        with httpx.Client(trust_env=False) as client:
            assert client.get(f"{address}/healthz").text == "ok"
            assert client.get(f"{address}/readyz").text == "ok"
            assert client.get(f"{address}/plan").status_code == 401
            given = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
            signed_in = client.post(f"{address}/sign-in", data={"link": token}, headers=given)
            assert (signed_in.status_code, "server" in signed_in.headers) == (303, False)
            assert client.get(f"{address}/first").status_code == 200
        code, told = ended(process)
    assert code == 0
    assert token not in told
    assert "Traceback" not in told
    assert not (home / "data" / "serve.sock").exists()


def test_another_link_is_asked_for_through_a_socket_of_the_owners(home: Path, run: Run) -> None:
    with serving(home) as (process, first):
        path = home / "data" / "serve.sock"
        facts = path.stat()
        assert stat.S_ISSOCK(facts.st_mode)
        assert stat.S_IMODE(facts.st_mode) == 0o600
        answer = run("open")
        assert answer.code == 0
        second = answer.out.strip()
        assert second.partition("?")[0] == first.partition("?")[0]
        assert second != first
        assert run("open", "--json").json["schema"] == "deepday.open/1"
        for path_of_page in ("/links", "/healthz/../links"):
            assert httpx.get(f"{first.partition('/sign-in')[0]}{path_of_page}", trust_env=False).status_code == 404
        code, _ = ended(process, signal.SIGINT)
    assert code == 0


def test_without_a_service_there_is_nothing_to_open(run: Run) -> None:
    answer = run("open")
    assert (answer.code, "deepday serve" in answer.err) == (1, True)


def test_a_port_that_is_taken_is_said(home: Path, run: Run) -> None:
    with serving(home) as (_, link):
        port = link.partition("/sign-in")[0].rpartition(":")[2]
        refused = run("serve", "--port", port)
    assert refused.code == 2
    assert f"port {port}" in refused.err
    assert "--no-page" in refused.err


def test_days_are_protected_without_a_page_where_none_was_asked_for(home: Path, tmp_path: Path) -> None:
    with serving(home) as (_, link):
        port = link.partition("/sign-in")[0].rpartition(":")[2]
        other = tmp_path / "other"
        other.mkdir()
        (other / "deepday.toml").write_text(f"[serve]\nport = {port}\n")
        environment = os.environ | {"DEEPDAY_CONFIG": str(other / "deepday.toml"), "DEEPDAY_DATA": str(other / "data")}
        with subprocess.Popen([str(DEEPDAY), "serve"], stderr=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stderr is not None
            assert f"There is no page. The page cannot listen on 127.0.0.1 port {port}" in process.stderr.readline()
            assert "Serving, until Ctrl-C" in process.stderr.readline()
            assert "No account is connected" in process.stderr.readline()  # the first beat: it runs
            code, _ = ended(process)
    assert code == 0


def test_only_this_machine_is_listened_to(home: Path) -> None:
    with serving(home) as (_, link):
        port = int(link.partition("/sign-in")[0].rpartition(":")[2])
        listening = Path("/proc/net/tcp")
        if not listening.exists():
            pytest.skip("no /proc here")
        rows = [row.split() for row in listening.read_text().splitlines()[1:]]
        mine = [row[1] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port]
    assert [one.partition(":")[0] for one in mine] == ["0100007F"]
