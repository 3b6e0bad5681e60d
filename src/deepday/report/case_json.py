"""Values of the case for JSON. Durations are whole seconds, dates ISO 8601, absent data ``None``."""

from collections.abc import Sequence

from deepday.case.benefit import ASSUMPTIONS, Forecast, Spread
from deepday.case.metrics import Association
from deepday.model.agreement import Agreement


def forecast_to_json(found: Forecast | None) -> dict[str, object] | None:
    """Return a forecast with its assumptions; the points are 10, 50 and 90 %, those of no known value ``None``."""
    if found is None:
        return None
    return {
        "now": _spread(found.now),
        "deep": _spread(found.deep),
        "weeks_earlier": [None if at is None else round(at, 2) for at in found.weeks_earlier]
        if found.weeks_earlier
        else None,
        "unfinished": found.unfinished,
        "unfinished_deep": found.unfinished_deep,
        "usable": round(found.usable),
        "usable_deep": round(found.usable_deep),
        "weeks": list(found.weeks),
        "block": found.block,
        "draws": found.draws,
        "seed": found.seed,
        "assumptions": {
            "used": list(ASSUMPTIONS.used),
            "returned": list(ASSUMPTIONS.returned),
            "holds": ASSUMPTIONS.holds,
        },
    }


def _spread(value: Spread) -> dict[str, str | None]:
    points = {"p10": value.early, "p50": value.middle, "p90": value.late}
    return {name: at.isoformat() if at else None for name, at in points.items()}


def associations_to_json(found: Sequence[Association]) -> list[dict[str, object]]:
    """Return metrics beside workload, with every point."""
    return [
        {
            "metric": one.metric,
            "workload": one.workload,
            "weeks": one.weeks,
            "least_weeks": one.least,
            "r": one.r,
            "interval": list(one.interval) if one.interval else None,
            "changes_r": one.changes_r,
            "changes_interval": list(one.changes_interval) if one.changes_interval else None,
            "team": one.team,
            "note": one.note,
            "points": [{"week": week, "workload": load, "metric": value} for week, load, value in one.points],
        }
        for one in found
    ]


def agreement_to_json(agreement: Agreement) -> dict[str, object]:
    """Return an agreement."""
    return {
        "agreed_on": agreement.agreed_on.isoformat() if agreement.agreed_on else None,
        "days": agreement.days,
        "per": agreement.per.value,
        "sprint_weeks": agreement.sprint_weeks,
        "weekdays": sorted(agreement.weekdays),
        "baseline_weeks": agreement.baseline_weeks,
        "trial_weeks": agreement.trial_weeks,
        "start": agreement.start.isoformat() if agreement.start else None,
        "check_in": agreement.check_in.isoformat() if agreement.check_in else None,
        "point_person": agreement.point_person,
        "backup": agreement.backup,
        "outcome": agreement.outcome.value,
        "outcome_name": agreement.outcome_name,
        "outcome_better": agreement.outcome_better.value if agreement.outcome_better else None,
        "smallest_effect": agreement.smallest_effect,
        "guardrails": [{"measure": one.measure.value, "margin": one.margin} for one in agreement.guardrails],
        "batch_windows": [{"start": one.start, "end": one.end} for one in agreement.batch_windows],
        "answer_limit": agreement.answer_limit,
        "urgent_path": agreement.urgent_path,
        "exit_rule": agreement.exit_rule,
    }
