"""Rows of the minute ledger and their sums in words, the same for terminal and page."""

from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from deepday.measure.result import Cost, Switches
from deepday.report.explain import Explanation, Row, seconds_of
from deepday.report.words import counted, exactly


def time_of(instant: int, zone: ZoneInfo) -> str:
    """Return the local time of day, with seconds where there are any."""
    local = datetime.fromtimestamp(instant, zone)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def cause_of(row: Row) -> str:
    """Say what stands behind a row."""
    said: list[str] = []
    for cause in row.causes:
        parts = [cause.title or "", cause.what]
        if cause.messages:
            kinds = " and ".join(kind.value for kind, _ in cause.conversations)
            parts.append(f"{counted(cause.messages, 'message')} ({cause.incoming} incoming; {kinds})")
        parts.append(" ".join(filter(None, (PurePath(cause.source).name, cause.reference))))
        said.append(", ".join(filter(None, parts)))
    return "; ".join(said)


def sum_of(explanation: Explanation) -> str:
    """Say what the rows add up to."""
    metric, value = explanation.metric, explanation.value
    rows = [row for day in explanation.days if day.counted for row in day.rows]
    match value:
        case None:
            return "not observed"
        case Cost():
            low, central, high = map(exactly, (value.low, value.central, value.high))
            return f"{low} min:s if no exposure was noticed, {high} if every one was, most likely {central}"
        case Switches():
            parts = {"interruptions": value.external, "late answers": value.deferred, "own": value.self}
            parts["meetings"] = value.meeting
            return f"{sum(parts.values())} ({', '.join(f'{name} {count}' for name, count in parts.items())})"
        case _ if metric.unit == "count":
            return f"{value}, over {exactly(seconds_of(rows))} min:s"
        case _:
            return f"{exactly(value)} min:s"
