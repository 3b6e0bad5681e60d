"""A shared database as an administrator meets it: the commands, one worker, and what bad input is told."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.command import DEEPDAY
from tests.e2e.conftest import Run
from tests.postgres import WORKER, server

NEEDED = {"email": "ada@example.org", "zone": "Europe/Berlin"}


@pytest.fixture(scope="module")
def urls() -> tuple[str, str]:
    """The address of a new database, as its owner and as the role of workers."""
    name = server().database()
    return server().url(name), server().url(name, role=WORKER)


def settings(folder: Path) -> Path:
    file = folder / "ada.toml"
    file.write_text("[me]\n" + "".join(f'{name} = "{value}"\n' for name, value in NEEDED.items()))
    return file


@pytest.mark.timeout(240)
def test_a_database_is_prepared_filled_worked_on_and_emptied(urls: tuple[str, str], run: Run, tmp_path: Path) -> None:
    owner, worker = urls
    assert run("admin", "prepare", "--role", WORKER, DEEPDAY_DATABASE_URL=owner).code == 0
    added = run("admin", "add", settings(tmp_path), "--json", DEEPDAY_DATABASE_URL=worker)
    tenant = added.json["tenant"]
    assert tenant > 1000
    environment = os.environ | {
        "DEEPDAY_DATABASE_URL": worker,
        "DEEPDAY_DATA": str(tmp_path / "data"),
        "DEEPDAY_CONFIG": str(tmp_path / "none.toml"),
    }
    with subprocess.Popen([DEEPDAY, "worker"], env=environment, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 100
        found = run("admin", "status", "--json", DEEPDAY_DATABASE_URL=worker).json
        while found["jobs"]["workers"] == 0:
            assert found["problems"] == ["No worker runs: start deepday worker on any machine."]
            assert time.monotonic() < end, "no worker showed up"
            found = run("admin", "status", "--json", DEEPDAY_DATABASE_URL=worker).json
        process.send_signal(signal.SIGTERM)
        assert "Stopped." in process.communicate(timeout=60)[1]
        assert process.returncode == 0
    assert found["problems"] == []
    assert "ada" not in str(found)
    assert run("admin", "remove", "ada@example.org", "--yes", DEEPDAY_DATABASE_URL=worker).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("admin", "status"), "a file of one person's"),
        (("worker",), "a file of one person's"),
    ],
)
def test_a_file_of_ones_own_has_no_administrator(run: Run, arguments: tuple[str, ...], words: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert words in ran.err
    assert "docs/scale.md" in ran.err


def test_a_settings_file_that_names_nobody_is_refused(urls: tuple[str, str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    ran = run("admin", "add", tmp_path / "empty.toml", DEEPDAY_DATABASE_URL=urls[0])
    assert ran.code == 2
    assert "whose week" in ran.err


def test_a_report_of_a_team_needs_something_published(urls: tuple[str, str], run: Run) -> None:
    ran = run("team", "report", "red", DEEPDAY_DATABASE_URL=urls[0])
    assert ran.code == 3
    assert "At least 10" in ran.err
