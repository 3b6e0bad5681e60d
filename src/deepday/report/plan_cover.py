"""Who covers whom, and how much, over time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from deepday.report.words import day_name, plain
from deepday.store.covers import Covered

if TYPE_CHECKING:
    from rich.console import Console

Load = Mapping[str, Mapping[date, int]]


def cover_to_json(first: date, last: date, people: Load, days: Sequence[Covered]) -> dict[str, Any]:
    """Return the load, schema ``deepday.plan-cover/1``: deep-work days of others covered, by person and ISO week."""
    return {
        "schema": "deepday.plan-cover/1",
        "first": first.isoformat(),
        "last": last.isoformat(),
        "people": [
            {
                "person": person,
                "covered": sum(weeks.values()),
                "weeks": [{"week": _week(monday), "covered": count} for monday, count in sorted(weeks.items())],
            }
            for person, weeks in sorted(people.items())
        ],
        "days": [
            {
                "person": one.person,
                "date": one.date.isoformat(),
                "role": str(one.role),
                "topic": one.topic or None,
                "covered_by": one.by,
                "before": list(one.before),
                "since": datetime.fromtimestamp(one.since, UTC).isoformat(),
            }
            for one in days
        ],
    }


def render_cover(first: date, last: date, people: Load, days: Sequence[Covered], console: "Console") -> None:
    """Print the load as a table of weeks, and below it who covers which accepted day."""
    from rich import box  # noqa: PLC0415 - JSON does without
    from rich.table import Table  # noqa: PLC0415 - same
    from rich.text import Text  # noqa: PLC0415 - same

    console.print(Text(f"Deep-work days of others covered, {first} to {last}", style="bold"))
    if not days:
        console.print(Text("No accepted day is covered by anybody."))
        return
    weeks = sorted({monday for counts in people.values() for monday in counts})
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("", *map(_week, weeks), "all"):
        table.add_column(name, justify="right" if name else "left")
    for person, counts in sorted(people.items(), key=lambda one: (-sum(one[1].values()), one[0])):
        cells = [str(counts.get(monday, 0) or "·") for monday in weeks]
        table.add_row(plain(person), *cells, str(sum(counts.values())))
    console.print(table)
    for one in days:
        topic = f" ({one.topic})" if one.topic else ""
        before = f", before: {', '.join(one.before)}" if one.before else ""
        console.print(Text(plain(f"{day_name(one.date)} {one.person}: {one.by}, {one.role}{topic}{before}")))


def _week(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"
