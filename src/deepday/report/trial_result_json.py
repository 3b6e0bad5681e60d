"""A trial's whole result as JSON: every number with what it rests on, in both faces."""

import dataclasses
import json
from datetime import date
from typing import Any

from deepday.report.trial_json import analysis_to_json
from deepday.report.trial_page import ReportFacts
from deepday.trial.analysis import Rules
from deepday.trial.effect import Effect, NoEffect
from deepday.trial.protocol import Protocol, to_document
from deepday.trial.result import TrialResult
from deepday.trial.rows import MEASURES

SCHEMA = "deepday.trial-report/1"
LEFT_OUT = {
    "days": "single days, and weeks one by one",
    "reasons": "which days were lost, and whether by sickness",
    "notes": "your own words on them",
    "requests": "urgent requests week by week, and who broke deep work and why",
    "wellbeing": "how you rated progress and strain",
}


def report_to_json(facts: ReportFacts) -> dict[str, Any]:
    """Return the stable JSON form of the report."""
    found = result_to_json(facts.result, facts.protocol)
    if facts.left_out:
        found = _without_weeks(found)
        if not facts.wellbeing:
            found.pop("progress")
    rows: list[dict[str, Any]] = [
        {
            "week": row.week,
            "date": str(row.date),
            "arm": str(row.arm),
            "missing": row.missing or None,
            **{name: row.measure(name) for name in MEASURES},
        }
        for row in facts.rows
    ]
    own = {"days": rows, "broken": [_broken(*one) for one in facts.broken]}
    return {
        "schema": SCHEMA,
        "hash": facts.hash,
        "data_hash": facts.data_hash,
        "protocol": to_document(facts.protocol),
        "seed": facts.seed or None,
        "settings_differ": list(facts.differs),
        **found,
        **({"left_out": [LEFT_OUT[one] for one in facts.left_out]} if facts.left_out else own),
    }


def result_to_json(result: TrialResult, protocol: Protocol) -> dict[str, Any]:
    """Return the result's numbers: what an export holds, and what is recomputed from it."""
    rules = Rules(alpha=protocol.alpha, sesoi=protocol.sesoi)
    found = {
        "verdict": str(result.analysis.verdict),
        "primary": analysis_to_json(
            result.analysis, rules, protocol.unit, "week" if protocol.sprint == 1 else "sprint"
        ),
        "by_lag": {str(lag): _effect(one) for lag, one in result.by_lag},
        "progress": None if result.progress is None else _effect(result.progress),
        "delivery": dataclasses.asdict(result.delivery)
        | {"quiet60": _effect(result.delivery.quiet60), "focus120": _effect(result.delivery.focus120)},
        "guardrails": [dataclasses.asdict(one) for one in result.guardrails],
        "routing": dataclasses.asdict(result.routing) if result.routing else None,
        "carry_over": dataclasses.asdict(result.carry_over) if result.carry_over else None,
        "missing": dict(result.missing),
        "stop": {"date": str(result.stop.date), "because": result.stop.because} if result.stop else None,
        "suggestions": [dataclasses.asdict(one) for one in result.suggestions],
    }
    plain: dict[str, Any] = json.loads(json.dumps(found))  # what is compared later has been through JSON, too
    return plain


def _without_weeks(found: Any) -> Any:
    """Return JSON values without what was found week by week, wherever it stands."""
    if isinstance(found, dict):
        return {name: _without_weeks(value) for name, value in found.items() if name != "weekly"}
    return [_without_weeks(one) for one in found] if isinstance(found, list) else found


def _broken(day: date, by: str, why: str) -> dict[str, str]:
    return {"date": str(day), "by": by, "why": why}


def _effect(one: Effect | NoEffect) -> dict[str, Any]:
    return dataclasses.asdict(one)
