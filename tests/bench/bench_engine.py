"""The measuring engine beside bare sweeps and peers: one person-year, then an organisation.

Run: ``python -m tests.bench.bench_engine [--people 400] [--rounds 7]``. CPU times, medians of interleaved rounds.
"""

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from deepday.measure import engine
from deepday.measure.batch import PeopleColumns, measure_people
from tests.bench import bare, peer_polars, peers
from tests.bench.ours import PARAMETERS, BarePeople, interpreted, shared, some
from tests.bench.people import Person, event_count, organisation, persons, size
from tests.bench.table import budget, cpu, heading, interleaved, say, show

WEEKS = 52


@dataclass(frozen=True)
class Contender:
    """``make`` prepares what ``run`` takes, outside the measured time; ``repeat`` runs for one measurement."""

    name: str
    make: Callable[[], Any]
    run: Callable[[Any], Any]
    repeat: int = 1
    traced: bool = True  # whether tracemalloc sees its memory

    def once(self) -> float:
        inputs = self.make()
        return cpu(lambda: self.run(inputs), self.repeat)

    def peak(self) -> str:
        """Extra memory at its peak in MB."""
        inputs = self.make()
        tracemalloc.start()
        self.run(inputs)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return f"{found / 1e6:.1f}" if self.traced else "-"


def contenders(columns: PeopleColumns, person: Person) -> list[Contender]:
    sweep = peers.bare_compiled()
    return [
        Contender("aw-core transforms", lambda: peers.aw_events(person), lambda given: peers.run_aw(given, WEEKS)),
        Contender("portion", lambda: peers.tree_inputs(person), lambda given: peers.run_portion(given, WEEKS)),
        Contender("intervaltree", lambda: peers.tree_inputs(person), lambda given: peers.run_tree(given, WEEKS)),
        Contender(
            "polars", lambda: peer_polars.frames(person), lambda given: peer_polars.run(given, WEEKS), traced=False
        ),
        Contender(
            "bare, plain Python", lambda: peers.bare_lists(person), lambda given: peers.run_bare(given, WEEKS), 3
        ),
        Contender("deepday, plain Python", lambda: person, interpreted, 3),
        Contender("bare, compiled", lambda: peers.bare_arrays(person), lambda given: sweep(given, WEEKS), 50),
        Contender("deepday, compiled", lambda: columns, lambda given: measure_people(given, PARAMETERS), 50),
    ]


def check(columns: PeopleColumns, person: Person, field: Sequence[Contender]) -> None:
    """Let every peer agree with the bare sweep, and that with ours on what both measure. Raises AssertionError."""
    tables = {one.name: one.run(one.make()) for one in field if not one.name.startswith("deepday")}
    expected = tables["bare, plain Python"]
    for name, table in tables.items():
        assert np.array_equal(np.asarray(table), expected), f"{name} differs"
    ours = measure_people(columns, PARAMETERS)
    figures, bursts = interpreted(person)
    assert ours.ravel().tolist() == figures, "compiled differs from interpreted"
    weekly = ours.reshape(WEEKS, 7, engine.COLUMNS).sum(axis=1)
    at, starts, ends, opens, closes = peers.bare_lists(person)
    alone = peers.run_bare((at, [], [], opens, closes), WEEKS)
    assert bursts == sum(row[bare.BURSTS] for row in alone), "bursts differ"
    quiet = peers.run_bare(([bare.FAR, 2 * bare.FAR], starts, ends, opens, closes), WEEKS)
    assert weekly[:, engine.C_MEETING].tolist() == [row[bare.MEETING] for row in expected], "meetings differ"
    assert weekly[:, engine.C_CALENDAR_FOCUS].tolist() == [row[bare.FREE] for row in quiet], "free gaps differ"


def one_person(rounds: int) -> None:
    columns = organisation(1)
    person = next(persons(columns))
    field = contenders(columns, person)
    say(f"One person-year: {len(person.at):,} messages, {len(person.meeting_start):,} meetings, {WEEKS} weeks.")
    check(columns, person, field)
    say("All give the same weekly figures; the union of meetings, free gaps and bursts equal deepday's.")
    medians = interleaved([one.once for one in field], rounds)
    took = dict(zip((one.name for one in field), medians, strict=True))
    peer = took["aw-core transforms"]
    rows = [
        [
            one.name,
            f"{took[one.name] * 1e3:,.2f}",
            f"{peer / took[one.name]:,.1f}",
            f"{took[one.name] / took['bare, compiled' if 'compiled' in one.name else 'bare, plain Python']:,.2f}",
            f"{person.events / took[one.name] / 1e6:,.2f}",
            one.peak(),
        ]
        for one in field
    ]
    show(["", "CPU ms", "x faster than aw-core", "x its bare sweep", "M events/s", "extra MB"], rows)
    say("deepday does more: origins by conversation, traces, three quantiles, 28 figures a day instead of 7 a week.")
    for name, wanted in (("deepday, plain Python", 40), ("deepday, compiled", 1000)):
        ratio = peer / took[name]
        budget(f"{name}: {ratio:,.0f}x faster than aw-core's transforms (at least {wanted:,}x)", met=ratio >= wanted)


def crowd(people: int, rounds: int) -> None:
    begin = time.perf_counter()
    whole = organisation(people)
    events = event_count(whole)
    say(
        f"{people:,} person-years: {events:,} events, {size(whole) / events:.1f} bytes each; "
        f"made in {time.perf_counter() - begin:.1f} s."
    )
    parts = [whole if n == people else some(whole, n) for n in (max(1, people // 4), max(1, people // 2), people)]
    alike, bare_sweep = shared(whole), BarePeople(whole)
    meetings = bare_sweep()[:, :, bare.MEETING].sum()
    assert meetings == measure_people(alike, PARAMETERS)[:, engine.C_MEETING].sum(), "meetings differ"
    works: list[Callable[[], object]] = [
        *(partial(measure_people, part, PARAMETERS) for part in parts),
        lambda: measure_people(alike, PARAMETERS),
        bare_sweep,
    ]
    medians = interleaved([partial(cpu, work) for work in works], rounds)
    counts = [*map(event_count, parts), events, events]
    names = ["deepday, a quarter", "deepday, half", "deepday, all", "deepday, shared part", "bare sweep"]
    each = [took / count for took, count in zip(medians, counts, strict=True)]
    rows = [
        [name, f"{count:,}", f"{took * 1e3:,.1f}", f"{took / count * 1e9:.2f}", f"{count / took / 1e6:,.0f}"]
        for name, count, took in zip(names, counts, medians, strict=True)
    ]
    show(["compiled, one thread", "events", "CPU ms", "ns an event", "M events/s"], rows)
    say(f"The whole of deepday takes {each[2] / each[4]:.2f}x the bare sweep.")
    growth = each[2] / each[0]
    budget(f"shared part: {each[3] / each[4]:.2f}x the bare sweep (within 2x)", met=each[3] <= 2 * each[4])
    budget(
        f"growth: {growth:.2f}x the time an event at four times the size (linear: at most 1.25x)", met=growth <= 1.25
    )
    tracemalloc.start()
    result = measure_people(whole, PARAMETERS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    budget(
        f"extra memory: {peak / events:.1f} bytes an event, {result.nbytes / events:.1f} of them the result (under 16)",
        met=peak < 16 * events,
    )
    threads(whole, rounds)


def threads(whole: PeopleColumns, rounds: int) -> None:
    """Compare wall times; on a busy machine the second thread finds no free core."""
    walls: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for number, found in walls.items():
            begin = time.perf_counter()
            measure_people(whole, PARAMETERS, threads=number)
            found.append(time.perf_counter() - begin)
    one, two = (statistics.median(found) for found in walls.values())
    say(f"Wall: one thread {one * 1e3:,.0f} ms, two threads {two * 1e3:,.0f} ms ({one / two:.2f}x).")


def main() -> None:
    """Print both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=400, help="size of the organisation (400: 12 million events)")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    heading("Measuring engine: one person")
    one_person(options.rounds)
    heading("Measuring engine: an organisation")
    crowd(options.people, options.rounds)


if __name__ == "__main__":
    main()
