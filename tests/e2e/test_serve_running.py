"""How ``deepday serve`` lives with whoever runs it: signals, systemd, probes, metrics, logs."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.command import DEEPDAY
from tests.e2e.conftest import Run

ADDRESS = "canary.ada@example.com"
BROKEN = "[me]\nemial = 'x'\n"
RIGHT = f"[me]\nemail = '{ADDRESS}'\nzone = 'Europe/Berlin'\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"  # as the fixture "run" has it
    folder.mkdir()
    return folder


@contextmanager
def serving(home: Path, *options: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    own = {"DEEPDAY_CONFIG": str(home / "deepday.toml"), "DEEPDAY_DATA": str(home / "data")}
    command = [str(DEEPDAY), "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | own | more
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def told(process: subprocess.Popen[str], words: str) -> str:
    """Return the next line on standard error with the words in it."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"never told: {words}")


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().partition("/sign-in")[0]


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False)


def test_settings_are_read_again_and_broken_ones_change_nothing(home: Path) -> None:
    settings = home / "deepday.toml"
    settings.write_text(RIGHT)
    with serving(home, "--log-format", "json") as process:
        page = address(process)
        told(process, "No account is connected")
        settings.write_text(BROKEN)
        process.send_signal(signal.SIGHUP)
        said = json.loads(told(process, "settings"))
        assert said["level"] == "error"
        assert said["event"].startswith("The settings cannot be used; those before hold.")
        assert "did you mean email" in said["event"]
        assert "deepday_settings_usable 0.0" in get(f"{page}/metrics").text
        assert get(f"{page}/readyz").status_code == 200
        settings.write_text(RIGHT)
        process.send_signal(signal.SIGHUP)
        assert json.loads(told(process, "settings"))["event"] == "The settings were read again."
        assert "deepday_settings_usable 1.0" in get(f"{page}/metrics").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_service_does_not_begin_with_settings_that_are_wrong(home: Path, run: Run) -> None:
    (home / "deepday.toml").write_text(BROKEN)
    answer = run("serve", "--no-page")
    assert answer.code == 2
    assert "deepday.toml:2" in answer.err


def test_there_is_no_single_round_where_workers_do_what_is_due(home: Path, run: Run) -> None:
    (home / "deepday.toml").write_text(f"{RIGHT}[serve]\njobs = 'workers'\n")
    answer = run("serve", "--once")
    assert answer.code == 2
    assert "The workers do what is due" in answer.err


def test_systemd_is_told_of_each_step(home: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(home / "notify"))
        manager.settimeout(30)

        def heard() -> str:
            return manager.recv(4096).decode()

        with serving(home, NOTIFY_SOCKET=str(home / "notify")) as process:
            assert {heard().split("\n")[0], heard().split("\n")[0]} == {"READY=1", "WATCHDOG=1"}
            process.send_signal(signal.SIGHUP)
            first, second = heard().split("\n")
            assert (first, second.startswith("MONOTONIC_USEC=")) == ("RELOADING=1", True)
            assert "READY=1" in {heard(), heard()}, "the beat that follows may be told first"
            process.send_signal(signal.SIGINT)
            while not (last := heard()).startswith("STOPPING=1"):
                assert last == "WATCHDOG=1"
            assert process.wait(30) == 0


def test_probes_and_metrics_need_no_session_and_tell_of_nobody(home: Path, run: Run) -> None:
    (home / "deepday.toml").write_text(RIGHT)
    with serving(home) as process:
        page = address(process)
        told(process, "No account is connected")
        metrics = get(f"{page}/metrics")
        assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert 'deepday_beats_total{result="failed"} 1.0' in metrics.text
        assert "process_open_fds" in metrics.text
        limits = Path(f"/proc/{process.pid}/limits")
        if limits.exists():
            assert re.search(r"Max core file size +0 +0 ", limits.read_text()), "tokens are in its memory"
        assert ADDRESS not in metrics.text
        assert "Berlin" not in metrics.text
        for path in ("healthz", "readyz", "metrics"):
            assert get(f"{page}/{path}", host="evil.example").status_code == 400
            assert httpx.post(f"{page}/{path}", trust_env=False).status_code in {403, 405}
        assert (run("health").code, run("health", "--ready").out) == (0, "ok\n")
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=30)
        assert process.returncode == 0
        assert ADDRESS not in rest
    gone = run("health", "--ready")
    assert (gone.code, "deepday serve" in gone.err) == (1, True)


def test_a_store_that_cannot_be_read_is_not_ready(home: Path, run: Run) -> None:
    with serving(home) as process:
        page = address(process)
        (home / "data" / "deepday.sqlite").unlink(missing_ok=True)
        (home / "data" / "deepday.sqlite").write_bytes(b"no database at all")
        assert get(f"{page}/readyz").status_code == 503
        assert get(f"{page}/healthz").status_code == 200
        assert run("health", "--ready").code == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
