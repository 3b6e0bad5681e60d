"""Backups of the store, as its owner makes them, loses the store, and puts one back."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from deepday.app.backing_up import back_up, back_up_if_due, is_sealed, put_back
from deepday.clock import SystemClock
from deepday.config.paths import data_folder, database_location
from deepday.errors import InputError
from deepday.model import CalendarEvent, Interval
from deepday.store import open_store
from deepday.testing import TurnedClock
from tests.command import DEEPDAY
from tests.e2e.conftest import Run
from tests.integration.open_office import at_home


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_home(monkeypatch, tmp_path)
    return data_folder()


def bring(name: str) -> None:
    """Put a calendar of that name into the store."""
    with open_store(database_location(), SystemClock()) as store:
        event = CalendarEvent("u", "", Interval(1, 2))
        store.replace_calendar(name, location=name, events=[event], observed=[Interval(0, 9)], digest=name)


def sources(data: Path) -> list[str]:
    with sqlite3.connect(data / "deepday.sqlite") as connection:
        return sorted(name for (name,) in connection.execute("SELECT name FROM source"))


def test_a_backup_brings_back_what_was_lost_and_keeps_what_was_there(run: Run, data: Path) -> None:
    bring("first")
    made = run("backup")
    assert made.code == 0
    backup = Path(made.out.strip())
    assert backup.parent == data
    assert backup.stat().st_mode & 0o777 == 0o600
    bring("second")
    assert sources(data) == ["first", "second"]
    back = run("restore-backup", backup, "--yes")
    assert back.code == 0, back.err
    assert sources(data) == ["first"]
    (aside,) = data.glob("deepday.sqlite.*.aside")
    assert str(aside) in back.err
    put_back(aside, SystemClock())
    assert sources(data) == ["first", "second"]


def test_a_damaged_store_is_no_obstacle_and_a_damaged_backup_is(run: Run, tmp_path: Path, data: Path) -> None:
    bring("first")
    backup = tmp_path / "kept.backup"
    back_up(backup, 7, SystemClock())
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
    bring("first")
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all")
    newer = tmp_path / "newer.backup"
    back_up(newer, 7, SystemClock())
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for file, words in (
        (letter, "is no database"),
        (tmp_path / "none", "There is no backup"),
        (newer, "newer deepday"),
    ):
        with pytest.raises(InputError, match=words):
            put_back(file, SystemClock())
    for target, words in ((newer, "exists"), (tmp_path / "unmounted" / "b", "There is no folder")):
        with pytest.raises(InputError, match=words):
            back_up(target, 7, SystemClock())
    assert not (tmp_path / "unmounted").exists()
    assert run("restore-backup", letter, "--yes").code == 2
    assert run("backup", DEEPDAY_DATABASE_URL="postgresql://x/y").code == 2
    assert sources(data) == ["first"]
    assert list(data.glob("*.aside*")) == []
    assert "There is no folder" in run("backup", tmp_path / "unmounted" / "b").err
    assert not (tmp_path / "unmounted").exists()
    assert run("backup", DEEPDAY_DATABASE_URL="postgresql://x/y").code == 2


def test_only_so_many_are_kept_and_erasing_takes_them_along(run: Run, data: Path) -> None:
    bring("first")
    for second in range(4):
        name = f"deepday.sqlite.2026031{second}T020000.backup"
        shutil.copy(data / "deepday.sqlite", data / name)
    made = run("backup", "--keep", "2", "--json").json
    assert made["schema"] == "deepday.backup/1"
    assert [Path(one).name[15:23] for one in made["deleted"]] == ["20260310", "20260311", "20260312"]
    listed = run("backup", "--list").out.split()
    assert listed == [made["file"], str(data / "deepday.sqlite.20260313T020000.backup")]
    (data / "letters").mkdir()
    (data / "letters" / "trial-letter-2026-W11.txt").write_text("Dear all", encoding="utf-8")
    assert run("erase", "--yes").code == 0
    assert [one.name for one in data.glob("deepday.sqlite*")] == []
    assert not (data / "letters").exists()


def test_a_service_backs_up_by_itself_and_nobody_replaces_its_store(run: Run, data: Path) -> None:
    bring("first")
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
    put_back(backup, SystemClock())
    with sqlite3.connect(backup) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_sealed_backup_shows_nothing_and_comes_back_with_its_passphrase_only(
    run: Run, tmp_path: Path, data: Path
) -> None:
    bring("canary-calendar")
    words = tmp_path / "words"
    words.write_text("correct horse battery staple")
    words.chmod(0o600)
    backup = tmp_path / "stick" / "sealed.backup"
    backup.parent.mkdir()
    made = run("backup", backup, "--passphrase", f"file:{words}")
    assert made.code == 0, made.err
    assert b"canary" not in backup.read_bytes()
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in backup.parent.iterdir()] == [backup.name]
    assert [one.name for one in data.glob("*.partial")] == []
    bring("second")
    assert run("restore-backup", backup, "--yes").code == 2, "nobody is there to tell the passphrase"
    other = tmp_path / "other"
    other.write_text("correct horse battery stable")
    other.chmod(0o600)
    refused = run("restore-backup", backup, "--passphrase", f"file:{other}", "--yes")
    assert (refused.code, "passphrase does not open" in refused.err) == (2, True)
    assert sources(data) == ["canary-calendar", "second"]
    back = run("restore-backup", backup, "--passphrase", f"file:{words}", "--yes")
    assert back.code == 0, back.err
    assert sources(data) == ["canary-calendar"]
    assert [one.name for one in data.glob("*.partial")] == []


def test_with_the_setting_daily_backups_are_sealed_and_those_from_before_still_come_back(
    run: Run, tmp_path: Path, data: Path
) -> None:
    bring("first")
    old = Path(run("backup").out.strip())
    (data.parent / "deepday.toml").write_text('[serve]\nbackup_passphrase = "env:BACKUP_WORDS"\n')
    clock = TurnedClock(SystemClock().now() + timedelta(days=2))
    missing = run("backup", tmp_path / "none.backup")
    assert (missing.code, (tmp_path / "none.backup").exists()) == (2, False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKUP_WORDS", "correct horse battery staple")
        done = back_up_if_due(7, clock)
        assert done is not None
        assert is_sealed(done.file)
        assert back_up_if_due(7, clock) is None
    assert not is_sealed(old)
    bring("second")
    assert run("restore-backup", old, "--yes").code == 0
    assert sources(data) == ["first"]
    bring("third")
    assert run("restore-backup", done.file, "--yes", BACKUP_WORDS="correct horse battery staple").code == 0
    assert sources(data) == ["first"]
