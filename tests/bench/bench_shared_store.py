"""A person-year in a store of one's own (SQLite) and in one of many (PostgreSQL): to write, to read, on the disk.

Run: ``python -m tests.bench.bench_shared_store [--people 3]``. A person-year is 2,000 meetings and 29,000 messages.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

import pytest

from deepday.clock import SystemClock
from deepday.model import ActivityStream, CalendarEvent, Conversation, ConversationKind, Interval, Message
from deepday.store import Store, open_store
from deepday.store.database import Database
from tests.bench.table import heading, say, show
from tests.postgres import Server

MEETINGS, MESSAGES = 2_000, 29_000
YEAR = Interval(1_767_225_600, 1_798_761_600)


def person_year(seed: int) -> tuple[list[CalendarEvent], ActivityStream]:
    """Return a year of meetings and messages; only their number matters here."""
    chance = random.Random(seed)
    starts = [chance.randrange(YEAR.start, YEAR.end) for _ in range(MEETINGS)]
    events = [
        CalendarEvent(f"{seed}-{number}@example.com", "", Interval(at, at + 1800), people=4)
        for number, at in enumerate(starts)
    ]
    talks = [Conversation(f"{number:024x}", ConversationKind.DIRECT) for number in range(60)]
    instants = sorted(chance.randrange(YEAR.start * 10**6, YEAR.end * 10**6) for _ in range(MESSAGES))
    stream = ActivityStream.of(Message(at, chance.random() < 0.5, False, chance.choice(talks)) for at in instants)
    return events, stream


def write(store: Store, seed: int) -> float:
    events, stream = person_year(seed)
    began = time.perf_counter()
    store.replace_calendar("work", location="", events=events, observed=[YEAR])
    store.add_activity("slack", location="", stream=stream, observed=[YEAR])
    return time.perf_counter() - began


def read(store: Store) -> float:
    began = time.perf_counter()
    assert len(store.activity(YEAR)) == MESSAGES
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=3)
    people = parser.parse_args().people
    heading("A person-year in the store")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deepday.sqlite"
        with open_store(path, SystemClock()) as store:
            rows.append(["SQLite", f"{write(store, 0):.2f}", f"{read(store):.2f}"])
        rows[-1].append(f"{path.stat().st_size / 2**20:.1f}")
    try:
        server = Server(durable=True)
    except pytest.skip.Exception as error:
        say(str(error))
        return
    url = server.url(server.database())
    written, seen = [], []
    for tenant in range(1001, 1001 + people):
        with open_store(f"{url}&tenant={tenant}", SystemClock()) as store:
            written.append(write(store, tenant))
            seen.append(read(store))
    with Database(url, SystemClock()).reading() as connection:
        tables = "('event'), ('message'), ('conversation')"
        query = f"SELECT sum(pg_total_relation_size(name::regclass)) FROM (VALUES {tables}) AS tables (name)"
        size = connection.exec_driver_sql(query).scalar_one() / people / 2**20
    rows.append(["PostgreSQL", f"{min(written):.2f}", f"{min(seen):.2f}", f"{size:.1f}"])
    show(["", "write s", "read s", "MB"], rows)
    server.stop()


if __name__ == "__main__":
    main()
