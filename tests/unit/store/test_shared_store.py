"""One PostgreSQL database for many people: each sees their own rows, whatever a query asks for."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, insert, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from deepday.clock import Clock
from deepday.errors import DeepdayError, InputError
from deepday.model import CalendarEvent, Interval
from deepday.store import Store, apart, migrate, open_store, postgres, schema
from deepday.store.audit import Note, append_note
from deepday.store.database import Database
from deepday.store.protecting import ProtectStore
from deepday.testing import TurnedClock, keys_in_memory
from tests.postgres import ROLE, WORKER, new_place, server, shared_database

DAY = Interval(0, 86_400)
CLOCK = TurnedClock()
PERSONAL = [table.name for table in schema.metadata.sorted_tables]


@pytest.fixture
def place() -> str:
    return new_place()


@pytest.fixture
def other_place() -> str:
    return new_place()


def fill(store: Store, uid: str = "u") -> None:
    store.replace_calendar(
        "work", location="work.ics", events=[CalendarEvent(uid, "", Interval(1, 2))], observed=[DAY], digest="d"
    )


def names(store: Store) -> list[str]:
    return [source.name for source in store.sources()]


def database(place: str) -> Database:
    return Database(place, CLOCK)


# What the tables are


def catalogue(connection: Connection) -> dict[str, object]:
    """Return everything about the tables that could differ between two ways of making them."""
    queries = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name "
        "FROM information_schema.columns WHERE table_schema = 'public'",
        "keys": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "policies": "SELECT tablename, policyname, qual, with_check FROM pg_policies",
        "bound": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r' "
        "AND relnamespace = 'public'::regnamespace",
    }
    return {name: sorted(map(tuple, connection.exec_driver_sql(query))) for name, query in queries.items()}


@pytest.fixture(scope="module")
def made() -> dict[str, object]:
    with closing(database(server().url(shared_database()))) as opened, opened.reading() as connection:
        return catalogue(connection)


def test_a_database_that_was_migrated_step_by_step_is_the_same_as_one_made_at_once(made: dict[str, object]) -> None:
    name = server().database()
    engine = create_engine(postgres.tenant_of(make_url(server().url(name)))[0])
    with engine.begin() as connection:
        migrate.upgrade(connection)
        apart.keep_apart(connection)
        assert catalogue(connection) == made
        apart.let_owner_see(connection)
        apart.keep_apart(connection)
        assert catalogue(connection) == made
    engine.dispose()


def test_an_older_database_moves_forward_with_everybodys_rows(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    base = server().url(server().database())
    for tenant in (1, 2):
        with open_store(f"{base}&tenant={tenant}", clock) as store:
            fill(store, f"of {tenant}")
    newest = schema.REVISION
    with database(base).writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0009'")
        for table in ("fan_out", "meeting", "proposal", "quota", "team_release", "team_share", "tenant"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("ALTER TABLE ledger DROP COLUMN titles")
    monkeypatch.setattr(schema, "REVISION", newest)
    for tenant in (1, 2):
        with open_store(f"{base}&tenant={tenant}", clock) as store:
            assert store.uids("work") == {f"of {tenant}"}
    with database(base).reading() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == newest
        assert "quota" in inspect(connection).get_table_names()


@pytest.mark.parametrize("revision", ["0999", "ae1027a6acf"])
def test_a_database_of_a_newer_deepday_is_refused(clock: Clock, revision: str) -> None:
    url = server().url(server().database())
    with open_store(url, clock) as store:
        fill(store)
    with database(url).writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})
    with open_store(url, clock) as store, pytest.raises(DeepdayError, match=f"newer deepday: its schema is {revision}"):
        store.sources()


# Tenants


def test_each_person_sees_and_forgets_only_their_own(place: str, other_place: str, clock: Clock) -> None:
    with open_store(place, clock) as ada, open_store(other_place, clock) as grace:
        fill(ada, "hers")
        assert names(grace) == []
        fill(grace, "mine")
        assert (ada.uids("work"), grace.uids("work")) == ({"hers"}, {"mine"})
        assert ada.pseudonym_key() != grace.pseudonym_key()
        assert grace.forget("work")
        assert names(ada) == ["work"]
        assert ada.erase()
        assert names(ada) == []


def a_row_of_each_table(connection: Connection) -> None:
    """Put one row into every table, with rows that it points at, whatever the columns mean."""
    values = {"INTEGER": 2_000_000_007, "BIGINT": 7, "TEXT": "x", "BYTEA": b"x", "DOUBLE PRECISION": 1.0}
    for table in schema.metadata.sorted_tables:
        row = {
            column.name: values[column.type.compile(connection.dialect).upper()]
            for column in table.columns
            if not (column.foreign_keys and column.nullable)
        }
        connection.execute(insert(table).values(row))


@pytest.fixture(scope="module")
def full() -> tuple[str, str]:
    """Two people; the first has a row in every table."""
    first, second = new_place(), new_place()
    with database(first).writing() as connection:
        a_row_of_each_table(connection)
    return first, second


@pytest.mark.parametrize("table", PERSONAL)
def test_no_query_without_a_where_clause_reaches_a_row_of_somebody_else(table: str, full: tuple[str, str]) -> None:
    first, second = full
    with database(second).writing() as connection:
        assert connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar() == 0
        assert connection.exec_driver_sql(f'SELECT count(*) FROM "{table}" WHERE tenant IS NOT NULL').scalar() == 0
        assert connection.exec_driver_sql(f'UPDATE "{table}" SET tenant = tenant').rowcount == 0
        assert connection.exec_driver_sql(f'DELETE FROM "{table}"').rowcount == 0
    with database(first).reading() as connection:
        assert connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar() == 1


@pytest.mark.parametrize("table", PERSONAL)
@pytest.mark.parametrize("setting", ["''", "'0'"])
def test_nobody_in_particular_and_the_office_see_no_personal_row(
    table: str, setting: str, full: tuple[str, str]
) -> None:
    with database(full[1]).reading() as connection:
        connection.exec_driver_sql(f"SELECT set_config('deepday.tenant', {setting}, true)")
        assert connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar() == 0


def test_a_row_can_neither_be_made_for_somebody_else_nor_given_away(full: tuple[str, str], place: str) -> None:
    number = postgres.tenant_of(make_url(full[0]))[1]
    with _raw(place) as connection:
        connection.exec_driver_sql("INSERT INTO meta (key, value) VALUES ('mine', '')")
    query = "INSERT INTO meta (key, value, tenant) VALUES ('theirs', '', :tenant)"
    with pytest.raises(DBAPIError, match="row-level security"), _raw(place) as connection:
        connection.execute(text(query), {"tenant": number})
    with pytest.raises(DBAPIError, match="row-level security"), _raw(place) as connection:
        connection.execute(text("UPDATE meta SET tenant = :tenant"), {"tenant": number})


@pytest.mark.usefixtures("full")
def test_a_row_cannot_point_at_somebody_elses(place: str) -> None:
    with pytest.raises(IntegrityError), _raw(place) as connection:
        connection.execute(
            insert(schema.coverage).values(source_id=2_000_000_007, start=1, end=2)
        )  # it is the other one's


@contextmanager
def _raw(place: str) -> Iterator[Connection]:
    """Give a transaction of a tenant whose errors are the driver's own."""
    with database(place).reading():
        pass
    url, tenant = postgres.tenant_of(make_url(place))
    with postgres.engine_on(url).execution_options(**postgres.options(tenant, writing=True)).begin() as connection:
        yield connection


def test_a_setting_does_not_outlive_its_transaction_on_a_shared_connection(place: str, clock: Clock) -> None:
    with open_store(place, clock) as store:
        fill(store)
    with postgres.engine_on(postgres.tenant_of(make_url(place))[0]).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM source").scalar() == 0


# Roles


def test_a_superuser_is_refused_since_nothing_would_keep_it_from_others_rows(clock: Clock) -> None:
    with (
        open_store(server().url(shared_database(), role="postgres"), clock) as store,
        pytest.raises(InputError, match="superuser") as refused,
    ):
        store.sources()
    assert "CREATE ROLE" in refused.value.advice


def test_a_role_that_owns_nothing_works_once_it_was_let_in(clock: Clock) -> None:
    name = server().database()
    as_worker = server().url(name, role=WORKER, tenant=5)
    with open_store(as_worker, clock) as store, pytest.raises(DeepdayError, match="does not let this role") as refused:
        store.sources()
    assert "deepday admin prepare" in refused.value.advice
    Database(server().url(name, role=ROLE), clock).prepare(WORKER)
    with open_store(as_worker, clock) as store:
        fill(store)
        assert names(store) == ["work"]
    with database(as_worker).writing() as connection, pytest.raises(DBAPIError, match="must be owner"):
        connection.exec_driver_sql("ALTER TABLE source DISABLE ROW LEVEL SECURITY")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://ada:secret@127.0.0.1:1/x", "cannot be reached"),
        ("postgresql://ada:secret@127.0.0.1:1/x?tenant=ada", "no number"),
    ],
)
def test_a_server_that_is_not_there_is_said_to_be_so_without_its_password(clock: Clock, url: str, words: str) -> None:
    with pytest.raises(DeepdayError, match=words) as refused, open_store(url, clock) as store:
        store.sources()
    assert "secret" not in refused.value.what + refused.value.advice


def test_a_database_that_is_not_there_is_named(clock: Clock) -> None:
    with open_store(server().url("nowhere"), clock) as store, pytest.raises(DeepdayError, match="nowhere"):
        store.sources()


# Turns


def test_of_two_writers_for_one_person_the_second_waits_and_for_two_people_none_does(
    place: str, other_place: str
) -> None:
    order: list[str] = []
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with database(place).writing() as connection:
            order.append("second")
            assert connection.execute(select(schema.meta.c.value)).scalar() == b"first"

    with database(place).writing() as connection, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        assert begun.wait(20)
        with database(other_place).writing() as other:
            other.execute(insert(schema.meta).values(key="k", value=b"other"))
        connection.execute(insert(schema.meta).values(key="k", value=b"first"))
        order.append("first")
        connection.commit()
        waiting.result(20)
    assert order == ["first", "second"]


def test_what_is_read_is_one_state_though_others_write_meanwhile(place: str, clock: Clock) -> None:
    with open_store(place, clock) as store:
        fill(store)
        with database(place).reading() as connection:
            before = connection.execute(select(schema.event.c.uid)).scalars().all()
            fill(store, "newer")
            assert connection.execute(select(schema.event.c.uid)).scalars().all() == before
        assert store.uids("work") == {"newer"}


def test_writers_in_many_threads_keep_each_persons_chain_whole(place: str, other_place: str) -> None:
    chains = {one: ProtectStore(database(one), CLOCK, keys_in_memory()) for one in (place, other_place)}

    def write(number: int) -> None:
        one = (place, other_place)[number % 2]
        with database(one).writing() as connection:
            append_note(connection, "ada", Note("block", "", "approved", str(number)), number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(60)))
    for chain in chains.values():
        assert (chain.audit_length(), chain.first_break()) == (30, None)


@pytest.mark.parametrize("name", ["a\0b", "\ufdd0", "\ufdd0\ufdd1\0\ufdd0\ufdd2", "\0\ufdd1"])
def test_text_with_what_postgresql_cannot_hold_comes_back_as_it_was(name: str, place: str, clock: Clock) -> None:
    with open_store(place, clock) as store:
        store.replace_calendar(name, location="", events=[], observed=[])
        assert names(store) == [name]


def test_no_file_is_made(place: str, tmp_path: Path, clock: Clock) -> None:
    with open_store(place, clock) as store:
        fill(store)
    assert list(tmp_path.iterdir()) == []
