"""Fetches whole calendar objects by their paths."""

from collections.abc import Sequence
from dataclasses import dataclass

from deepday.errors import FatalError, RetryLaterError
from deepday_caldav import grammar
from deepday_caldav.dav import Dav, TooLargeError
from deepday_caldav.multistatus import Row
from deepday_caldav.translate import Resource

BATCH = 50
"""Objects in one request: some 100 kB, and few enough for servers that think long about each."""


@dataclass(slots=True)
class Fetched:
    """What became of the objects that were asked for; each is in one of the three."""

    found: list[Resource]
    gone: list[str]
    too_large: list[str]


def fetch(dav: Dav, calendar: str, paths: Sequence[str]) -> Fetched:
    """Fetch the objects of one calendar, :data:`BATCH` at a time.

    An answer that is too large is asked for again in halves, until the one object is found that is too large by
    itself. Objects that the server passes over in silence are asked for singly; what is still not answered is gone.
    """
    fetched = Fetched([], [], [])
    waiting = [list(paths[start : start + BATCH]) for start in range(0, len(paths), BATCH)]
    while waiting:
        batch = waiting.pop()
        try:
            rows = dav.report(calendar, grammar.multiget(batch)).rows
        except TooLargeError:
            if len(batch) == 1:
                fetched.too_large += batch
            else:
                waiting += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
            continue
        missing = _sort(dav, batch, rows, fetched)
        if len(batch) == 1:
            fetched.gone += missing
        else:
            waiting += [[path] for path in missing]
    return fetched


def resource(dav: Dav, calendar: str, path: str) -> Resource | None:
    """Fetch one object; ``None`` when it is not there. Raises :class:`FatalError` when it is too large."""
    fetched = fetch(dav, calendar, [path])
    if fetched.too_large:
        raise FatalError(f"{dav.host} sent an entry that is too large to read.", "Delete it by hand.")
    return fetched.found[0] if fetched.found else None


def found_in(dav: Dav, row: Row) -> Resource | None:
    """Return the object of a row, ``None`` where the row has none."""
    return None if row.data is None or not row.href else Resource(dav.name(row.href), row.etag, row.data)


def _sort(dav: Dav, batch: Sequence[str], rows: Sequence[Row], fetched: Fetched) -> list[str]:
    """Put the rows where they belong, and return the paths that no row is about."""
    answered = {dav.name(row.href): row for row in rows if row.href}
    missing = []
    for path in batch:
        row = answered.get(path)
        if row is not None and row.status >= 500:
            raise RetryLaterError(
                f"{dav.host} cannot give an entry now ({row.status}).", "It is tried again by itself."
            )
        if row is not None and row.status in {404, 410}:
            fetched.gone.append(path)
        elif row is not None and row.data is not None:
            fetched.found.append(Resource(path, row.etag, row.data))
        else:
            missing.append(path)
    return missing
