"""Fetches whole calendar objects by their paths."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from deepday.errors import FatalError, RetryLaterError, UnsupportedError
from deepday_caldav import grammar
from deepday_caldav.dav import Dav, TooLargeError
from deepday_caldav.multistatus import Row
from deepday_caldav.translate import Resource

BATCH = 50
"""Objects in one request: some 100 kB, and few enough for servers that think long about each."""


@dataclass(slots=True)
class Fetched:
    """What became of the objects that were asked for; each is in one of the four.

    ``unread``: there, as far as is known, but not given; by path, with the status, 0 where the server says nothing.
    """

    found: list[Resource]
    gone: list[str]
    too_large: list[str]
    unread: dict[str, int] = field(default_factory=dict)


def fetch(dav: Dav, calendar: str, paths: Sequence[str]) -> Fetched:
    """Fetch the objects of one calendar, :data:`BATCH` at a time.

    An answer that is too large is asked for again in halves, until the one object is found that is too large by
    itself. Objects that the server passes over, or gives without data, are asked for singly. Only those are gone of
    which the server says so.
    """
    fetched = Fetched([], [], [])
    waiting = [list(paths[start : start + BATCH]) for start in range(0, len(paths), BATCH)]
    while waiting:
        batch = waiting.pop()
        try:
            answer = dav.report(calendar, grammar.multiget(batch))
        except TooLargeError:
            if len(batch) == 1:
                fetched.too_large += batch
            else:
                waiting += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
            continue
        missing = _sort(dav, batch, answer.rows, fetched)
        if len(batch) == 1:
            dav.whole(answer, calendar)
            fetched.unread |= missing
        else:
            waiting += [[path] for path in missing]
    return fetched


def resource(dav: Dav, calendar: str, path: str) -> Resource | None:
    """Fetch one object; ``None`` when it is not there, or the server says nothing.

    Raises :class:`FatalError` when it is too large, :class:`UnsupportedError` when the server does not give it.
    """
    fetched = fetch(dav, calendar, [path])
    if fetched.too_large:
        raise FatalError(f"{dav.host} sent an entry that is too large to read.", "Delete it by hand.")
    if status := fetched.unread.get(path):
        raise UnsupportedError(f"{dav.host} does not give an entry ({status}).", "It is left alone.")
    return fetched.found[0] if fetched.found else None


def found_in(dav: Dav, row: Row) -> Resource | None:
    """Return the object of a row, ``None`` where the row has none."""
    return None if row.data is None or not row.href else Resource(dav.name(row.href), row.etag, row.data)


def _sort(dav: Dav, batch: Sequence[str], rows: Sequence[Row], fetched: Fetched) -> dict[str, int]:
    """Put the rows where they belong; return the paths without data, with the status, 0 where no row is about them."""
    answered = {dav.name(row.href): row for row in rows if row.href}
    missing: dict[str, int] = {}
    for path in batch:
        row = answered.get(path)
        if row is None:
            missing[path] = 0
        elif row.status >= 500:
            raise RetryLaterError(
                f"{dav.host} cannot give an entry now ({row.status}).", "It is tried again by itself."
            )
        elif row.status in {404, 410}:
            fetched.gone.append(path)
        elif row.status >= 300:
            fetched.unread[path] = row.status
        elif row.data is None:
            missing[path] = row.status
        else:
            fetched.found.append(Resource(path, row.etag, row.data))
    return missing
