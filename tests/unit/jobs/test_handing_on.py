"""``deepday serve`` that leaves the work to workers: it puts a person's jobs into the queue, each once."""

import psycopg

from deepday.jobs.logs import lines
from deepday.jobs.queue import HandingOn, prepare_queue
from deepday.store.office import Office
from deepday.store.postgres import plain_address
from deepday.testing import TurnedClock
from tests.postgres import server


def test_what_is_due_is_put_into_the_queue_once_however_often_it_beats() -> None:
    url, clock = server().url(server().database()), TurnedClock()
    assert prepare_queue(url)
    assert not prepare_queue(url)
    service = HandingOn(Office(url, clock), 1001, clock, lines())
    for _ in range(3):
        service.beat()
        service.sync()
        clock.turn(61)
    with psycopg.connect(plain_address(url)) as connection:
        rows = connection.execute("SELECT task_name, lock, status::text FROM procrastinate_jobs").fetchall()
    assert sorted(rows) == [
        ("deepday.sync", "person:1001", "todo"),
        ("deepday.tick", "person:1001", "todo"),
        ("deepday.urgent", "urgent:1001", "todo"),
    ]
