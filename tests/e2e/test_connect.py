"""Accounts from the command line: connect to the sandbox office in a browser, test, sync, measure, remove."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.command import DEEPDAY, Ran, ran
from tests.integration.open_office import consent

ENDS = 60


@dataclass
class Office:
    """``deepday sandbox`` as a process of its own, and a home that lives by its clock."""

    url: str
    environment: dict[str, str]
    folder: Path

    def run(self, *arguments: object) -> Ran:
        return ran(*arguments, environment=self.environment, folder=self.folder, timeout=ENDS)

    def sign_in(self, *arguments: str) -> str:
        """Connect, with somebody who consents on the page whose address is shown; return what was said."""
        command = [str(DEEPDAY), "connect", *arguments, "--no-browser"]
        said = []
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=self.environment, cwd=self.folder
        ) as process:
            assert process.stderr is not None
            over = threading.Timer(ENDS, process.kill)
            over.start()
            for line in process.stderr:
                said.append(line)
                if re.match(r"https?://", line):
                    consent(line.strip())
            over.cancel()
        assert process.returncode == 0, said
        return "".join(said)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("connect")
    with sandbox(folder) as made:
        yield made


@contextmanager
def sandbox(folder: Path) -> Iterator[Office]:
    command = [str(DEEPDAY), "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().split()[-1]
        offset = next(
            found[1] for line in process.stderr if (found := re.search(r"DEEPDAY_CLOCK_OFFSET=(-?\d+)", line))
        )
        environment = os.environ | {
            "DEEPDAY_CONFIG": str(folder / "deepday.toml"),
            "DEEPDAY_DATA": str(folder / "data"),
            "DEEPDAY_CLOCK_OFFSET": offset,
            "COLUMNS": "100",
            "NO_COLOR": "1",
        }
        yield Office(url, environment, folder)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def test_from_a_browser_to_a_measured_week(office: Office) -> None:
    (office.folder / "client_secret.json").write_bytes(httpx.get(f"{office.url}/client_secret.json").content)
    said = office.sign_in("google", "--base-url", office.url, "--client-file", "client_secret.json")
    assert "Connected: jonna.feldmark@example.com" in said
    assert "Next: deepday sync" in said

    assert "Connected: jonna.feldmark@example.com" in office.sign_in("google", "--allow", "blocks")

    [account] = office.run("connect", "list", "--json").json["accounts"]
    assert (account["provider"], account["refused"]) == ("google", False)
    tested = office.run("connect", "test")
    assert tested.code == 0
    assert "2 calendars can be read: " in tested.out
    assert "events can be looked up" in tested.out

    first = office.run("sync")
    assert first.code == 0
    assert "read in full" in first.err
    assert "Not read: Applied ML team" in first.err
    again = office.run("sync", "--also", "Applied ML team", "--json").json["sources"]
    assert [(one["full"], one["changed"] > 0) for one in again] == [(False, False), (True, True)]

    measured = office.run("measure", "--from", "2026-03-09", "--to", "2026-03-13", "--json")
    assert measured.code == 0
    assert measured.json["weeks"][0]["meeting"] > 0

    doctor = office.run("doctor")
    assert doctor.code == 0
    assert "google jonna.feldmark@example.com: calendar reader" in doctor.out

    assert "Applied ML team" in office.run("erase", "Applied ML team", "--yes").err
    assert office.run("connect", "remove", "google").code == 0
    assert office.run("sync").code == 3


def test_help_names_what_can_be_connected_and_with_what(office: Office) -> None:
    help_ = office.run("connect", "--help").out
    for name in ("google", "microsoft", "slack", "caldav", "list", "test", "remove"):
        assert re.search(rf"^  {name}\b", help_, re.MULTILINE)
    options = office.run("connect", "google", "--help").out
    for option in ("--client-file", "--allow", "--base-url", "--no-browser"):
        assert option in options


def test_what_cannot_be_connected_is_said(office: Office) -> None:
    assert office.run("connect", "gogle").code == 2
    refused = office.run("connect", "google", "--base-url", office.url)
    assert refused.code == 2
    assert "client" in refused.err
    assert office.run("connect", "google", "--allow", "everything").code == 2
