"""For whom a thread works, where a process works for many people on a shared database."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acting:
    """One of many people: ``tenant`` is their number, ``settings`` what their deepday.toml would say.

    ``store``: the address of their part of the database.
    """

    tenant: int
    settings: str
    store: str


ACTING: ContextVar[Acting | None] = ContextVar("ACTING", default=None)
"""Not set: the process works for one person, as files and environment say."""


@contextmanager
def acting_for(one: Acting) -> Iterator[None]:
    """Let this thread work for that person while the block lasts; threads that it starts do not know of it."""
    token = ACTING.set(one)
    try:
        yield
    finally:
        ACTING.reset(token)
