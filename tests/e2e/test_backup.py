"""Backups of the store, as its owner makes them, loses the store, and puts one back."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import DEEPDAY, Run

CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//tests//EN\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:20260301T080000Z\r
DTSTART:20260310T090000Z\r
DTEND:20260310T100000Z\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "home" / "data"


def bring(run: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.ics"
    file.write_text(CALENDAR.format(uid=name), newline="")
    who = ("--me", "ada@example.com", "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00")
    assert run("import", file, "--name", name, *who).code == 0


def sources(data: Path) -> list[str]:
    with sqlite3.connect(data / "deepday.sqlite") as connection:
        return sorted(name for (name,) in connection.execute("SELECT name FROM source"))


def test_a_backup_brings_back_what_was_lost_and_keeps_what_was_there(run: Run, tmp_path: Path, data: Path) -> None:
    bring(run, tmp_path, "first")
    made = run("backup")
    assert made.code == 0
    backup = Path(made.out.strip())
    assert backup.parent == data
    assert backup.stat().st_mode & 0o777 == 0o600
    bring(run, tmp_path, "second")
    assert sources(data) == ["first", "second"]
    back = run("restore-backup", backup, "--yes")
    assert back.code == 0, back.err
    assert sources(data) == ["first"]
    (aside,) = data.glob("deepday.sqlite.*.aside")
    assert str(aside) in back.err
    assert run("restore-backup", aside, "--yes").code == 0
    assert sources(data) == ["first", "second"]


def test_a_damaged_store_is_no_obstacle_and_a_damaged_backup_is(run: Run, tmp_path: Path, data: Path) -> None:
    bring(run, tmp_path, "first")
    backup = tmp_path / "kept.backup"
    assert run("backup", backup).code == 0
    store = data / "deepday.sqlite"
    content = store.read_bytes()
    store.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    broken = tmp_path / "broken.backup"
    shutil.copy(store, broken)
    refused = run("restore-backup", broken, "--yes")
    assert (refused.code, "is damaged" in refused.err) == (1, True)
    assert run("restore-backup", backup, "--yes").code == 0
    assert sources(data) == ["first"]


def test_what_is_no_backup_is_refused_and_nothing_is_moved(run: Run, tmp_path: Path, data: Path) -> None:
    bring(run, tmp_path, "first")
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all")
    newer = tmp_path / "newer.backup"
    assert run("backup", newer).code == 0
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for file, words in (
        (letter, "is no database"),
        (tmp_path / "none", "There is no backup"),
        (newer, "newer deepday"),
    ):
        refused = run("restore-backup", file, "--yes")
        assert (refused.code, words in refused.err) == (2, True), refused.err
    again = run("backup", newer)
    assert (again.code, "exists" in again.err) == (2, True)
    assert sources(data) == ["first"]
    assert list(data.glob("*.aside*")) == []
    assert "There is no folder" in run("backup", tmp_path / "unmounted" / "b").err
    assert not (tmp_path / "unmounted").exists()
    assert run("backup", DEEPDAY_DATABASE_URL="postgresql://x/y").code == 2


def test_only_so_many_are_kept_and_erasing_takes_them_along(run: Run, tmp_path: Path, data: Path) -> None:
    bring(run, tmp_path, "first")
    for second in range(4):
        name = f"deepday.sqlite.2026031{second}T020000.backup"
        shutil.copy(data / "deepday.sqlite", data / name)
    made = run("backup", "--keep", "2", "--json").json
    assert made["schema"] == "deepday.backup/1"
    assert [Path(one).name[15:23] for one in made["deleted"]] == ["20260310", "20260311", "20260312"]
    listed = run("backup", "--list").out.split()
    assert listed == [made["file"], str(data / "deepday.sqlite.20260313T020000.backup")]
    assert run("erase", "--yes").code == 0
    assert [one.name for one in data.glob("deepday.sqlite*")] == []


def test_a_service_backs_up_by_itself_and_nobody_replaces_its_store(run: Run, tmp_path: Path, data: Path) -> None:
    bring(run, tmp_path, "first")
    home = data.parent
    own = {"DEEPDAY_CONFIG": str(home / "deepday.toml"), "DEEPDAY_DATA": str(data)}
    with subprocess.Popen(
        [str(DEEPDAY), "serve", "--no-page"], stderr=subprocess.PIPE, text=True, env=os.environ | own
    ) as process:
        assert process.stderr is not None
        try:
            lines = iter(process.stderr.readline, "")
            assert any(re.search("backed up the store", line) for line in lines)
            (backup,) = data.glob("*.backup")
            refused = run("restore-backup", backup, "--yes")
            assert (refused.code, "deepday serve runs on this store" in refused.err) == (2, True)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
    assert run("restore-backup", backup, "--yes").code == 0
    with sqlite3.connect(backup) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
