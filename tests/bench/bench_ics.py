"""Reading a big calendar file: icalendar with recurring-ical-events alone, against deepday's reader.

Both read the same bytes for the same three months, and must find the same occurrences.
Run: ``python -m tests.bench.bench_ics [--events 20000]``
"""

import argparse
import gc
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from deepday.connect import ReadContext
from deepday.connect.ics.reading import read_calendar
from deepday.model import Interval
from tests.bench.ics_mix import mixed_calendar
from tests.bench.table import budget, heading, say, show

BERLIN = ZoneInfo("Europe/Berlin")
START, STOP = datetime(2025, 9, 1, tzinfo=BERLIN), datetime(2025, 12, 1, tzinfo=BERLIN)

Found = set[tuple[str, int | date, int | date]]


@dataclass(frozen=True)
class Run:
    """What one way of reading took, in CPU seconds, and what it found."""

    parse: float
    expand: float
    found: Found

    @property
    def total(self) -> float:
        return self.parse + self.expand


def libraries(data: bytes) -> Run:
    """Parse everything and expand the window."""
    begin = time.process_time()
    calendar = Calendar.from_ical(data)
    parsed = time.process_time()
    components = recurring_ical_events.of(calendar).between(START, STOP)
    found = {(str(one["UID"]), _plain(one["DTSTART"].dt), _plain(one["DTEND"].dt)) for one in components}
    return Run(parsed - begin, time.process_time() - parsed, found)


def ours(data: bytes, *, prefilter: bool = True) -> Run:
    """Read as deepday does; the first word of progress on expanding tells when parsing was over."""
    expanding: list[float] = []

    def progress(what: str, _done: int, _total: int) -> None:
        if what.startswith("Expanding"):
            expanding.append(time.process_time())

    window = Interval(int(START.timestamp()), int(STOP.timestamp()))
    begin = time.process_time()
    reading = read_calendar(
        data, "mix.ics", ReadContext(window, BERLIN, "me@example.org", progress=progress), prefilter=prefilter
    )
    end = time.process_time()
    assert not reading.skipped, reading.skipped[:3]
    spans = [(event.uid, event.when) for event in reading.events]
    found: Found = {
        (uid, when.start, when.end) if isinstance(when, Interval) else (uid, when.first, when.end)
        for uid, when in spans
    }
    return Run(expanding[0] - begin, end - expanding[0], found)


def _plain(moment: date) -> int | date:
    return int(moment.astimezone(UTC).timestamp()) if isinstance(moment, datetime) else moment


def _peak(read: Callable[[bytes], Run], data: bytes) -> float:
    """Return the most memory in MB that was allocated at one time."""
    gc.collect()
    tracemalloc.start()
    read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    """Print the table; fail when the occurrences differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    events = parser.parse_args().events
    data, tenth = mixed_calendar(events, seed=1), mixed_calendar(events // 10, seed=1)
    ways: dict[str, Callable[[bytes], Run]] = {
        "icalendar + recurring-ical-events": libraries,
        "deepday, without its filter": partial(ours, prefilter=False),
        "deepday": ours,
    }
    heading("Calendar files")
    say(f"{events:,} events, {len(data) / 1e6:.1f} MB, {START:%Y-%m-%d} to {STOP:%Y-%m-%d}; CPU seconds, median of 3")
    say("(of one run for the libraries alone); peak memory on a file a tenth of the size.")
    rows: list[tuple[str, ...]] = []
    reference: Run | None = None
    faster = 0.0
    for name, way in ways.items():
        gc.collect()
        runs = sorted((way(data) for _ in range(1 if reference is None else 3)), key=lambda one: one.total)
        run = runs[len(runs) // 2]
        reference = reference or run
        assert run.found == reference.found, (
            f"{name}: {len(run.found - reference.found)} too many, {len(reference.found - run.found)} missing"
        )
        faster = reference.total / run.total
        times = tuple(f"{value:.2f}" for value in (run.parse, run.expand, run.total))
        rows.append((name, *times, f"{faster:.1f}", f"{events / run.total:,.0f}", f"{_peak(way, tenth):.0f}"))
    show(("", "parse", "expand", "total", "x faster", "events/s", "peak MB"), rows)
    say(f"All give the same {len(reference.found) if reference else 0:,} occurrences.")
    budget(f"deepday: {faster:.1f}x faster than the libraries alone (at least 4x)", met=faster >= 4)


if __name__ == "__main__":
    main()
