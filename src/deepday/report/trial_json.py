"""An analysis as JSON: every number and what it rests on."""

import dataclasses
from typing import Any

from deepday.report.trial_words import effect_sentences
from deepday.trial.analysis import Analysis, Rules
from deepday.trial.before_after import Displacement
from deepday.trial.effect import Effect

SCHEMA = "deepday.trial/1"


def analysis_to_json(found: Analysis, rules: Rules, unit: str = "", within: str = "week") -> dict[str, Any]:
    """Return the stable JSON form of one outcome's analysis; ``None`` where there is nothing to compute.

    ``within``: of what days are compared, a week or a sprint.
    """
    effect = found.effect
    if isinstance(effect, Effect):
        values: dict[str, Any] = {
            "estimate": effect.estimate,
            "p_two_sided": effect.p_two_sided,
            "p_one_sided": effect.p_one_sided,
            "interval": list(effect.interval),
            "assignments": effect.assignments,
            "method": effect.method,
            "verdict": str(found.verdict),
            "interval_90": list(effect.interval_90),
            "t_interval": list(effect.t_interval) if effect.t_interval else None,
            "possible_assignments": effect.possible,
            "smallest_p": effect.smallest_p,
            "statistic": effect.statistic,
            "weeks": effect.weeks,
            "deep": {"days": effect.deep_days, "mean": effect.deep_mean},
            "other": {"days": effect.other_days, "mean": effect.other_mean},
            "missing_days": effect.missing_days,
            "weekly": [{"week": week, "difference": value} for week, value in effect.weekly],
            "why": None,
        }
    else:
        values = {
            "estimate": None,
            "p_two_sided": None,
            "p_one_sided": None,
            "interval": [None, None],
            "assignments": 0,
            "method": None,
            "verdict": str(found.verdict),
            "deep": {"days": effect.deep_days, "mean": None},
            "other": {"days": effect.other_days, "mean": None},
            "missing_days": effect.missing_days,
            "why": effect.why,
        }
    return {
        "schema": SCHEMA,
        **values,
        "alpha": rules.alpha,
        "better": "lower" if rules.lower_is_better else "higher",
        "sesoi": found.sesoi,
        "seed": rules.seed,
        "people": found.people,
        "displacement": displacement_to_json(found.displacement),
        "sentences": effect_sentences(found, unit, within),
        "notes": list(found.notes),
    }


def displacement_to_json(panel: Displacement) -> dict[str, Any] | None:
    """Return the panel; ``None`` without a baseline."""
    if panel.baseline_mean is None:
        return None
    return dataclasses.asdict(panel) | {"moved": str(panel.moved)}
