"""The audit chain, and texts before they are shown to anybody, for terminal and JSON."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from deepday.report.protect_terminal import readable
from deepday.report.protect_view import moment
from deepday.store.audit import AuditRow


class TextRow(NamedTuple):
    """A text: its name, who reads it where, how it will read, and why a service would not take it so.

    ``account``: where it will be shown; empty where no account may show anything.
    """

    name: str
    where: str
    text: str
    problem: str
    account: str = ""


def history_lines(rows: Iterable[AuditRow], earlier: int, zone: ZoneInfo) -> Iterator[str]:
    """Yield the rows, the oldest first."""
    if earlier:
        yield f"{earlier} earlier rows are not shown; to see them: deepday history --last 0"
    for row in rows:
        at = moment(row.at, zone).removeprefix(f"{datetime.fromtimestamp(row.at, UTC).astimezone(zone):%a} ")
        states = " to ".join(filter(None, (row.before, row.after)))
        yield f"{row.seq:>5}  {at}  {row.actor}: {readable(row.subject)}: {states}. {readable(row.why)}".rstrip()


def history_json(rows: Iterable[AuditRow], earlier: int, zone: ZoneInfo) -> dict[str, Any]:
    """Return the document ``deepday.history/1``."""
    return {
        "schema": "deepday.history/1",
        "earlier": earlier,
        "rows": [
            {
                "seq": row.seq,
                "at": datetime.fromtimestamp(row.at, UTC).astimezone(zone).isoformat(),
                "actor": row.actor,
                "subject": row.subject,
                "before": row.before,
                "after": row.after,
                "why": row.why,
            }
            for row in rows
        ],
    }


def text_lines(language: str, about: str, rows: Iterable[TextRow]) -> Iterator[str]:
    """Yield the texts of a language."""
    yield f"Language {language}, {about}"
    account = ""
    for row in rows:
        yield ""
        if row.account != account:
            account = row.account
            yield account
            yield ""
        yield f"  {row.name}: {row.where}"
        yield from (f"    | {line}" for line in row.text.split("\n"))
        if row.problem:
            yield f"    {row.problem}"
    yield ""
