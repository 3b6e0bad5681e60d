import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from deepday.clock import Clock
from deepday.errors import DeepdayError
from deepday.model import CalendarEvent, Interval
from deepday.store import Source, Store, migrate, open_store, schema

DAY = Interval(0, 86_400)
NOW = schema.REVISION
NEXT = f"{int(NOW) + 1:04}"


@pytest.fixture
def place(path: Path) -> Path:
    """Files only: what is told here is about SQLite's."""
    return path


@contextmanager
def migrated() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate.upgrade(connection)
        yield connection
    engine.dispose()


def tables(connection: Connection) -> set[tuple[str, str]]:
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {(name, " ".join(sorted(sql.replace(",", " ").replace('"', "").split()))) for name, sql in rows}


def test_the_revisions_lead_to_the_tables_that_the_code_knows() -> None:
    with migrated() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_a_store_that_is_made_at_once_is_the_same_as_a_migrated_one() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as made, migrated() as connection:
        schema.metadata.create_all(made)
        schema.alembic_version.create(made)
        assert tables(made) == tables(connection)
    engine.dispose()


def test_the_newest_revision_is_the_one_that_the_code_knows() -> None:
    with migrated() as connection:
        assert ScriptDirectory.from_config(migrate.configuration(connection)).get_heads() == [schema.REVISION]


def fill(store: Store) -> None:
    store.replace_calendar(
        "work", location="work.ics", events=[CalendarEvent("u", "", Interval(1, 2))], observed=[DAY], digest="d"
    )


def set_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deepday that knows one revision more, to migrate to; rewrite the file to make it fail."""
    revisions = tmp_path / "revisions"
    revisions.mkdir()
    later = revisions / "revision_later.py"
    later.write_text(f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision = {NEXT!r}, {NOW!r}

def upgrade():
    with op.batch_alter_table("source", recreate="always") as batch:
        batch.add_column(sa.Column("owner", sa.Text()))
""")
    configuration = migrate.configuration

    def with_revisions(connection: Connection) -> object:
        config = configuration(connection)
        versions = Path(migrate.__file__).with_name("migrations") / "versions"
        config.set_main_option("version_locations", f"{versions}:{revisions}".replace("%", "%%"))
        return config

    monkeypatch.setattr(migrate, "configuration", with_revisions)
    monkeypatch.setattr(schema, "REVISION", NEXT)
    return later


@pytest.fixture
def filled(path: Path, clock: Clock) -> list[Source]:
    """What the store at ``path`` holds, made before any other fixture can change the revision."""
    with open_store(path, clock) as store:
        fill(store)
        return store.sources()


def test_a_filled_store_moves_forward_with_a_copy_beside_it(
    filled: list[Source], next_revision: Path, path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next_revision.exists()
    with open_store(path, clock) as later:
        assert later.sources() == filled  # rebuilding the table of the sources took no events along
    with closing(sqlite3.connect(path)) as raw:
        assert "owner" in {row[1] for row in raw.execute("PRAGMA table_info(source)")}
        assert raw.execute("PRAGMA user_version").fetchone() == (int(NEXT),)
    copy = path.with_name(f"deepday.sqlite.{NOW}-20260310T120000.backup")
    assert copy.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(schema, "REVISION", NOW)
    with open_store(copy, clock) as kept:
        assert kept.sources() == filled


def test_several_that_open_it_at_once_move_it_forward_once(
    filled: list[Source], next_revision: Path, path: Path, clock: Clock
) -> None:
    assert next_revision.exists()
    together = threading.Barrier(4)

    def opened() -> list[Source]:
        together.wait()
        with open_store(path, clock) as later:
            return later.sources()

    with ThreadPoolExecutor(4) as threads:
        found = [one.result() for one in [threads.submit(opened) for _ in range(4)]]
    assert found == [filled] * 4
    (copy,) = path.parent.glob(f"{path.name}.*")
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (NOW,)


def test_a_revision_that_breaks_off_leaves_the_store_as_it_was(
    filled: list[Source], next_revision: Path, path: Path, clock: Clock
) -> None:
    assert filled
    before = path.read_bytes()
    next_revision.write_text(next_revision.read_text() + '    op.execute("DELETE FROM source")\n')
    with open_store(path, clock) as later, pytest.raises(DeepdayError, match="could not be brought up to date"):
        later.sources()
    assert path.read_bytes() == before


@pytest.mark.parametrize("revision", ["0999", "ae1027a6acf"])
def test_a_store_of_a_newer_deepday_is_refused(store: Store, path: Path, revision: str) -> None:
    fill(store)
    store.close()
    set_revision(path, revision)
    with pytest.raises(DeepdayError, match=f"newer deepday: its schema is {revision}") as refused:
        store.sources()
    assert "newest deepday" in refused.value.advice
