import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from deepday.clock import Clock
from deepday.errors import DeepdayError, InputError
from deepday.model import ActivityStream, DateRange, Interval
from deepday.store import SourceKind, Store, open_store, schema, sqlite
from deepday.store.database import Database

DAY = Interval(0, 86_400)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")


@pytest.fixture
def place(path: Path) -> Path:
    """Files only: what is told here is about SQLite's."""
    return path


def write_something(store: Store) -> None:
    store.add_activity("slack", location="x.zip", stream=ActivityStream(), observed=[DAY], digest="")


def test_reading_a_store_that_does_not_exist_finds_nothing_and_makes_no_file(store: Store, path: Path) -> None:
    assert store.sources() == []
    assert store.activity(DAY) == ActivityStream()
    assert store.coverage(SourceKind.CALENDAR) == []
    assert not Store.exists(path)
    assert not path.parent.exists()


def test_a_store_that_was_empty_shows_what_is_written_next(store: Store, path: Path) -> None:
    assert store.sources() == []
    write_something(store)
    assert [source.name for source in store.sources()] == ["slack"]
    assert Store.exists(path)
    assert Store.exists(f"sqlite:///{path}")


def test_what_is_read_together_is_one_state_whatever_another_process_writes(path: Path, clock: Clock) -> None:
    with open_store(path, clock) as store:
        write_something(store)
    database = Database(path, clock)

    def names() -> list[str]:
        with database.reading() as connection:
            return [row.name for row in connection.execute(select(schema.source))]

    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    with database.one_state():
        assert names() == ["slack"]
        with suppress(sqlite3.OperationalError):  # it waits, where SQLite keeps no write-ahead log
            other.execute("UPDATE source SET name = 'chat'")
        assert names() == ["slack"]
    other.execute("UPDATE source SET name = 'chat'")
    assert names() == ["chat"]
    other.close()
    database.close()


@needs_posix
def test_only_the_owner_may_read_the_file(store: Store, path: Path) -> None:
    write_something(store)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_url_names_the_same_file(store: Store, path: Path, clock: Clock) -> None:
    write_something(store)
    with open_store(f"sqlite:///{path}", clock) as same:
        assert same.sources() == store.sources()


def test_a_closed_store_can_be_used_again(store: Store) -> None:
    write_something(store)
    store.close()
    assert len(store.sources()) == 1


def test_a_file_that_a_crash_left_empty_is_filled(store: Store, path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert store.sources() == []
    write_something(store)
    assert len(store.sources()) == 1


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE alembic_version (version_num TEXT)")
    raw.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_text("BEGIN:VCALENDAR"), "is no database"),
        (foreign_database, "another program"),
        (lambda path: path.mkdir(), "is a folder"),
    ],
)
@pytest.mark.parametrize("use", [Store.sources, write_something])
def test_a_file_of_somebody_else_is_refused_and_left_alone(
    store: Store, path: Path, make: Callable[[Path], None], words: str, use: Callable[[Store], object]
) -> None:
    path.parent.mkdir()
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(InputError, match=words) as refused:
        use(store)
    assert refused.value.advice
    assert before is None or path.read_bytes() == before


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://", "plain SQLite file"),
        ("sqlite:///:memory:", "plain SQLite file"),
        ("sqlite:///x.sqlite?mode=ro", "plain SQLite file"),
        ("sqlite+pysqlcipher:///x.sqlite", "plain SQLite file"),
        ("nosuchdatabase://ada:secret@host/x", "nosuchdatabase"),
        ("://", "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str, words: str, clock: Clock) -> None:
    with pytest.raises(InputError, match=words) as refused:
        open_store(url, clock)
    assert "secret" not in refused.value.what


def test_a_driver_that_is_not_installed_is_named(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=r"postgresql\+psycopg") as refused:
        open_store("postgresql+psycopg://ada:secret@host/deepday", clock)
    assert "secret" not in refused.value.what


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_store_that_another_program_holds_is_said_to_be_in_use(
    store: Store, path: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 1)
    write_something(store)
    store.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(statement)
    with pytest.raises(DeepdayError, match="in use by another program") as refused:
        write_something(store)
    assert "run this again" in refused.value.advice
    other.close()
    write_something(store)


def test_a_write_takes_its_turn_when_it_begins_and_a_read_takes_none(store: Store, path: Path) -> None:
    write_something(store)
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    with store._database.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM source")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    with store._database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_damaged_store_is_said_to_be_damaged(store: Store, path: Path) -> None:
    write_something(store)
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + b"\xff" * (len(whole) - 200))
    with pytest.raises(DeepdayError, match="is damaged"):
        store.sources()


@needs_posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path, clock: Clock) -> None:
    tmp_path.chmod(0o500)
    with open_store(tmp_path / "deepday.sqlite", clock) as store, pytest.raises(DeepdayError, match="cannot be opened"):
        write_something(store)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "data").touch()
    below = tmp_path / "data" / "deepday.sqlite"
    with open_store(below, clock) as store, pytest.raises(DeepdayError, match="cannot be opened"):
        write_something(store)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_write_ahead_only_where_sqlite_is_mended(version: sqlite.Version, safe: bool) -> None:
    assert sqlite.wal_is_safe(version) is safe


@pytest.mark.parametrize(("safe", "mode"), [(True, "wal"), (False, "truncate")])
def test_every_connection_is_set_up(
    path: Path, clock: Clock, safe: bool, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda _: safe)
    with open_store(path, clock) as store:
        write_something(store)
        with store._database.writing() as connection:
            settings = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "secure_delete")
            }
    synchronous = 2 if safe else 3
    assert settings == {
        "journal_mode": mode,
        "synchronous": synchronous,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
    }
    assert path.read_bytes()[68:72] == sqlite.APPLICATION_ID.to_bytes(4, "big")


def test_forgetting_empties_the_write_ahead_log(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda _: True)
    with open_store(path, clock) as store:
        write_something(store)
        assert any(b"x.zip" in file.read_bytes() for file in path.parent.iterdir())
        store.forget("slack")
        assert not any(b"x.zip" in file.read_bytes() for file in path.parent.iterdir())


def test_two_stores_on_one_file_take_turns(store: Store, path: Path, clock: Clock) -> None:
    write_something(store)
    with open_store(path, clock) as other:
        other.pseudonym_key()
        write_something(other)
        assert store.pseudonym_key() == other.pseudonym_key()
        assert store.events(DAY, DateRange(clock.now().date(), clock.now().date())) == []


def test_opening_a_current_store_does_not_import_alembic(store: Store, path: Path) -> None:
    write_something(store)
    program = (
        "import sys; from deepday.store import open_store; from deepday.clock import SystemClock\n"
        "with open_store(sys.argv[1], SystemClock()) as store: names = [item.name for item in store.sources()]\n"
        "assert names == ['slack'] and 'alembic' not in sys.modules and 'deepday.measure' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)
