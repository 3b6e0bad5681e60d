"""Connections of the store and of the queue to PostgreSQL: few round trips, and none that was closed meanwhile."""

import asyncio

import procrastinate

from deepday.jobs import queue as queues
from deepday.store import open_store
from deepday.testing import TurnedClock
from tests.postgres import server

CLOSED_MEANWHILE = 3


def test_a_connection_of_the_store_that_was_closed_meanwhile_is_not_used() -> None:
    name = server().database()
    with open_store(server().url(name), TurnedClock()) as store:
        for _ in range(CLOSED_MEANWHILE):
            assert store.sources() == []
            server().hang_up(name)
        assert store.sources() == []


def test_a_connection_of_the_queue_that_was_closed_meanwhile_is_not_used() -> None:
    name = server().database()
    queues.prepare_queue(server().url(name))

    async def asked() -> list[bool]:
        queue, answers = queues.queue_on(server().url(name)), []
        async with queue.open_async():
            for _ in range(CLOSED_MEANWHILE):
                answers.append(await queue.check_connection_async())
                server().hang_up(name)
            answers.append(await queue.check_connection_async())
        return answers

    assert asyncio.run(asked()) == [True] * (CLOSED_MEANWHILE + 1)


def test_each_step_of_the_queue_is_a_transaction_in_itself() -> None:
    name = server().database()
    queues.prepare_queue(server().url(name))

    async def put_and_look(queue: procrastinate.App) -> bool:
        async with queue.open_async():
            connector = queue.connector
            assert isinstance(connector, procrastinate.PsycopgConnector)
            async with connector.pool.connection() as connection:
                await connection.execute("SELECT 1")
                return connection.info.transaction_status.name == "IDLE"

    assert asyncio.run(put_and_look(queues.queue_on(server().url(name))))
