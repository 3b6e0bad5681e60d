"""The trial's report as a page: one text for every face, from templates that a user can copy and change.

Needs Jinja2 and markdown-it-py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deepday.report.page import Page, render_text
from deepday.report.trial_charts import days_svg, effect_svg
from deepday.report.trial_markup import Chart, charts_in, parse, text_of
from deepday.report.words import plain
from deepday.trial.before_after import Change, Displacement, Moved
from deepday.trial.effect import Bounds, Effect, NoEffect
from deepday.trial.guardrails import upper_bound
from deepday.trial.protocol import COST, QUESTION, TITLE, Protocol
from deepday.trial.result import TrialResult
from deepday.trial.routing import RoutingCounts
from deepday.trial.rows import TrialRow
from deepday.trial.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the report says: the result, what it was planned as, its fingerprints, its rows where they may be shown.

    ``log``: deviations with the user's own words. ``broken``: breaks of deep work: the date, who, and why.
    ``goes_on``: until when the trial goes on after this, an early look that decided nothing. ``seed``: of the draw,
    empty while weeks of it are to come. ``differs``: which settings are no longer those of the protocol.
    ``left_out``: what the shareable face leaves out, as keys of the page's table; empty for the private one.
    """

    protocol: Protocol
    result: TrialResult
    hash: str
    data_hash: str
    rows: tuple[TrialRow, ...]
    log: tuple[tuple[date, str, str], ...]
    wellbeing: bool
    left_out: tuple[str, ...]
    goes_on: date | None = None
    broken: tuple[tuple[date, str, str], ...] = ()
    seed: str = ""
    differs: tuple[str, ...] = ()


def make_page(facts: ReportFacts, language: str, folder: Path | None, generated: datetime) -> Page:
    """Return the page in that language, from the templates in ``folder`` where there are such, else deepday's own.

    Raises :class:`InputError` for a language without a template, and for a template that cannot be used.
    """
    name = f"report.{language}.md"
    text = render_text(name, _content(facts), folder)
    charts = {chart.name: _draw(chart, facts) for chart in charts_in(parse(text))}
    local = generated.astimezone(ZoneInfo(facts.protocol.zone))
    return Page(plain(facts.protocol.title), text, language, charts, f"{local:%Y-%m-%d %H:%M} ({local.tzinfo})")


def _draw(chart: Chart, facts: ReportFacts) -> str:
    effect, hours = facts.result.analysis.effect, _factor(facts.protocol)
    match chart.name:
        case "effect" if isinstance(effect, Effect):
            sesoi = facts.result.analysis.sesoi
            scaled = _scaled_effect(effect, hours)
            return effect_svg(
                chart, scaled.estimate, scaled.interval, scaled.interval_90, sesoi * hours if sesoi else None
            )
        case "days":
            return days_svg(chart, facts.rows, hours)
        case _:
            return ""


def _content(facts: ReportFacts) -> dict[str, Any]:
    protocol, result = facts.protocol, facts.result
    hours, effect = _factor(protocol), result.analysis.effect
    panel = result.analysis.displacement
    routing = result.routing
    return {
        "title": "" if protocol.title == TITLE else text_of(protocol.title),
        "question": "" if protocol.question == QUESTION else text_of(protocol.question),
        "agreed": {key: text_of(value).rstrip(".").removesuffix("\\") for key, value in protocol.agreed.items()},
        "verdict": str(result.analysis.verdict),
        "lag": protocol.lag,
        "burst_gap": protocol.burst_gap,
        "made": datetime.fromisoformat(protocol.made).date(),
        "first": protocol.first,
        "last": protocol.last,
        "weeks": protocol.length,
        "sprint": protocol.sprint,
        "deep_days": protocol.deep_days,
        "randomised": protocol.randomised,
        "alpha": protocol.alpha,
        "look": date.fromisoformat(protocol.look) if protocol.look else None,
        "at_look": protocol.at_look,
        "goes_on": facts.goes_on,
        "unit": text_of(protocol.unit),
        "own": text_of(protocol.unit) if protocol.outcome != COST else "",
        "better": protocol.better,
        "sesoi_share": protocol.sesoi,
        "sesoi_day": result.analysis.sesoi * hours if result.analysis.sesoi else None,
        "detectable": protocol.detectable,
        "batches": [text_of(one) for one in protocol.batches],
        "check_in": date.fromisoformat(protocol.check_in) if protocol.check_in else None,
        "delivery": result.delivery,
        "deviations": result.delivery.deviations,
        "missing": [(gap, count) for gap, count in result.missing],
        "quiet60": result.delivery.quiet60 if isinstance(result.delivery.quiet60, Effect) else None,
        "effect": _shown(effect, hours) if isinstance(effect, Effect) else None,
        "ranged": isinstance(effect, Effect) and effect.interval != (None, None),
        "why": effect.why if isinstance(effect, NoEffect) else "",
        "displacement": _panel(panel, hours) if panel.moved is not Moved.NO_BASELINE else None,
        "moved": str(panel.moved) if result.analysis.verdict is Verdict.BETTER else str(Moved.NOTHING),
        "guardrails": [
            {
                name: getattr(one, name)
                for name in ("name", "unit", "margin", "deep", "other", "deep_count", "other_count")
            }
            | {"judgement": str(one.judgement)}
            for one in result.guardrails
        ],
        "routing": routing,
        "misses_bound": _misses_bound(routing),
        "wellbeing": result.progress if facts.wellbeing and isinstance(result.progress, Effect) else None,
        "by_lag": [
            (lag, _scaled_effect(one, hours) if isinstance(one, Effect) else None) for lag, one in result.by_lag
        ],
        "carry_over": _scaled_change(result.carry_over, hours),
        "suggestions": [{"advice": str(one.advice), "weekday": one.weekday} for one in result.suggestions],
        "stop": result.stop,
        "weekly": [(week, value * hours) for week, value in effect.weekly]
        if isinstance(effect, Effect) and not facts.left_out
        else [],
        "hash": facts.hash,
        "commitment": protocol.commitment,
        "seed": facts.seed,
        "differs": facts.differs,
        "data_hash": facts.data_hash,
        "left_out": facts.left_out,
        "broken": [{"date": day, "by": text_of(by), "why": text_of(why)} for day, by, why in facts.broken],
        "log": [{"date": day, "kind": kind, "note": text_of(note)} for day, kind, note in facts.log],
    }


def _factor(protocol: Protocol) -> float:
    """Return what makes a value one of a day: rates for a usual day; measures of the user's own stay as they are."""
    return protocol.day_hours if protocol.outcome == COST else 1.0


def _misses_bound(routing: RoutingCounts | None) -> float | None:
    """Return up to which share of requests may be missed although none was; ``None`` where one was, or none came."""
    if routing is None:
        return None
    in_time, due = (routing.deep[at] + routing.other[at] for at in (0, 1))
    return upper_bound(0, due) if due and in_time == due and not routing.open else None


def _scaled(ends: Bounds | None, hours: float) -> Bounds:
    low, high = ends or (None, None)
    return None if low is None else low * hours, None if high is None else high * hours


def _scaled_effect(effect: Effect, hours: float) -> Effect:
    return replace(
        effect,
        estimate=effect.estimate * hours,
        interval=_scaled(effect.interval, hours),
        interval_90=_scaled(effect.interval_90, hours),
        t_interval=_scaled(effect.t_interval, hours) if effect.t_interval else None,
        deep_mean=effect.deep_mean * hours,
        other_mean=effect.other_mean * hours,
    )


def _shown(effect: Effect, hours: float) -> dict[str, Any]:
    """Return the effect a day, as the template reads it; ``raw`` is in the unit of the outcome."""
    scaled = _scaled_effect(effect, hours)
    names: Sequence[str] = Effect.__slots__
    return {name: getattr(scaled, name) for name in names} | {"raw": effect}


def _scaled_change(one: Change | None, hours: float) -> Change | None:
    return one and Change(
        one.estimate * hours,
        None if one.low is None else one.low * hours,
        None if one.high is None else one.high * hours,
    )


def _panel(panel: Displacement, hours: float) -> Displacement:
    def times(value: float | None) -> float | None:
        return None if value is None else value * hours

    return replace(
        panel,
        baseline_mean=times(panel.baseline_mean),
        deep_mean=times(panel.deep_mean),
        other_mean=times(panel.other_mean),
        trial_mean=times(panel.trial_mean),
        other_change=_scaled_change(panel.other_change, hours),
        week_change=_scaled_change(panel.week_change, hours),
    )
