"""The outcome of a trial: interruptions as measured, or one measure of the user's own by day, declared beforehand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from deepday.app.case_metrics import read_daily_metric
from deepday.app.person import find_zone
from deepday.config.settings import Settings
from deepday.errors import InputError
from deepday.trial.protocol import COST, NAMED, Protocol
from deepday.trial.rows import MEASURES, Gap, TrialRow
from deepday.trial.values import TrialDay

SIDES = ("lower", "higher")


def own_metric(name: str, zone: str, settings: Settings) -> dict[date, float]:
    """Return the user's own measure by date. Raises :class:`InputError` where it cannot be read."""
    if not settings.trial.metric:
        raise InputError(
            f"The trial is judged by {name!r}, and no file with it is known.", "Set metric under [trial] to its CSV."
        )
    return read_daily_metric(Path(settings.trial.metric).expanduser(), name, find_zone(zone))


def with_own_outcome(rows: Sequence[TrialRow], protocol: Protocol, settings: Settings) -> list[TrialRow]:
    """Return the rows with the declared outcome as their value; as they are where that is the cost."""
    if protocol.outcome == COST:
        return list(rows)
    values = own_metric(protocol.unit, protocol.zone, settings)
    made = []
    for row in rows:
        measures = dict(zip(MEASURES, row.measures, strict=True))
        measures |= dict.fromkeys((name for name in MEASURES if name.startswith("value")), None)
        missing = row.missing
        if missing not in {Gap.NO_WORKING_DAY, Gap.TO_COME}:
            measures["value"] = values.get(row.date)
            missing = Gap.NOT_OBSERVED if measures["value"] is None else ""
        made.append(replace(row, measures=tuple(measures[name] for name in MEASURES), missing=missing))
    return made


def own_baseline(days: Sequence[TrialDay], name: str, zone: str, settings: Settings) -> list[TrialDay]:
    """Return the days before with the user's own measure as their value."""
    values = own_metric(name, zone, settings)
    return [replace(day, value=values.get(day.date)) for day in days]


def outcome_of(asked: str | None, better: str | None, agreed: str) -> tuple[str, str, str]:
    """Return outcome, name and better side. ``agreed``: the measure that was agreed, empty for the cost.

    Raises :class:`InputError` for a side that is none, and for one that is missing or not the user's to choose.
    """
    name = agreed if asked is None else "" if asked == "cost" else asked.strip()
    if not name:
        if better is not None:
            raise InputError("Less interruption is better: that is no choice.", "Leave --better out.")
        return COST, "", "lower"
    if name == "progress":
        raise InputError(
            "Rated progress cannot be what a trial is judged by: it is not known of the weeks before, and who rates "
            "knows the draw.",
            "Rate it all the same (deepday trial rate): it is reported beside the outcome.",
        )
    if better not in SIDES:
        raise InputError(f"Which side of {name!r} is good has to be said beforehand.", "Give --better lower or higher.")
    return NAMED, name, better
