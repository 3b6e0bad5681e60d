"""What many people need: the table of docs/scale.md, computed from what ``make bench`` measured.

``python -m tests.repo.scale`` rewrites it; a test compares. Measured 2026-11 on 2 cores that some ten other programs
wanted as well, PostgreSQL 15 on the same cores: a lower bound, to be measured anew on a machine of one's own.
"""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
PEOPLE = (1_000, 100_000, 10_000_000)

# Measured: tests/bench/bench_cluster.py, tests/bench/bench_shared_store.py
JOBS_A_SECOND_TWO_WORKERS = 81
MEGABYTES_A_PERSON_YEAR = 3.9
# What workers take out of a vendor's quota, and how often: src/deepday/app/working.py, [workers]
SYNC_REQUESTS, TICK_REQUESTS = 4, 2
SYNC_EVERY, TICK_EVERY, URGENT_EVERY = 900, 900, 60
# What the vendors say, for one app: requests a minute, of all its users together
GOOGLE_A_MINUTE, GOOGLE_A_DAY = 10_000, 1_000_000
SLACK_A_MINUTE = 50

_BETWEEN = re.compile(r"(<!-- computed -->\n).*?(<!-- end -->)", re.DOTALL)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.0f} s"


def _volume(megabytes: float) -> str:
    for unit, size in (("TB", 10**6), ("GB", 10**3)):
        if megabytes >= size:
            return f"{megabytes / size:,.1f} {unit}"
    return f"{megabytes:,.0f} MB"


def rows() -> list[tuple[str, ...]]:
    """Return the rows of the table, the first cell of each saying what it tells."""
    two = JOBS_A_SECOND_TWO_WORKERS

    def row(what: str, *cells: str) -> tuple[str, ...]:
        return what, *cells

    def jobs(people: int, *every: int) -> float:
        return people * sum(1 / one for one in every)

    usual = [jobs(people, SYNC_EVERY, TICK_EVERY) for people in PEOPLE]
    urgent = [jobs(people, URGENT_EVERY) for people in PEOPLE]
    requests = [people * (SYNC_REQUESTS / SYNC_EVERY + TICK_REQUESTS / TICK_EVERY) * 60 for people in PEOPLE]
    daily = [one * 1440 for one in requests]
    return [
        row("people", *(f"{people:,}" for people in PEOPLE)),
        row("sync and tick jobs a second, each every 15 min", *map(_number, usual)),
        row("looks for urgent requests a second, each minute", *map(_number, urgent)),
        row("machines of 2 cores for sync and tick, database included", *(_number(-(-one // two)) for one in usual)),
        row("and for urgent requests", *(_number(-(-one // two)) for one in urgent)),
        row("requests a minute of one vendor, one account each", *map(_number, requests)),
        row(
            f"Google projects for that ({GOOGLE_A_MINUTE:,} a minute each)",
            *(_number(-(-one // GOOGLE_A_MINUTE)) for one in requests),
        ),
        row(
            f"Google projects below {GOOGLE_A_DAY:,} requests a day",
            *(_number(-(-one // GOOGLE_A_DAY)) for one in daily),
        ),
        row(
            "with one Google project below that, everybody is read every",
            *(
                _duration(max(SYNC_EVERY, people * (SYNC_REQUESTS + TICK_REQUESTS) / GOOGLE_A_DAY * 86_400))
                for people in PEOPLE
            ),
        ),
        row(
            f"one Slack workspace ({SLACK_A_MINUTE} a minute of a method): everybody is read every",
            *(_duration(max(SYNC_EVERY, people / SLACK_A_MINUTE * 60)) for people in PEOPLE),
        ),
        row("rows on the disk, a year of everybody", *(_volume(people * MEGABYTES_A_PERSON_YEAR) for people in PEOPLE)),
    ]


def table() -> str:
    """Return the table in Markdown."""
    head, *body = rows()
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * len(PEOPLE)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in body)])


def rewritten(page: str) -> str:
    """Return the page with its tables computed anew."""
    return _BETWEEN.sub(lambda found: f"{found[1]}\n{table()}\n\n{found[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
