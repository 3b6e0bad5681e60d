"""The whole result of a trial, from the protocol and the rows alone: what is reported, exported and recomputed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from deepday.trial.adjusting import OFTEN_BROKEN, Suggestion, suggest
from deepday.trial.analysis import Analysis, Rules, analyse
from deepday.trial.before_after import Change, change
from deepday.trial.effect import Effect, NoEffect, estimate_effect
from deepday.trial.guardrails import Guardrail, judge_days, judge_shares
from deepday.trial.protocol import COST, GuardrailRule, Protocol
from deepday.trial.reading import build_weeks
from deepday.trial.routing import RoutingCounts
from deepday.trial.rows import LAGS, TrialRow, column, until_stop
from deepday.trial.values import Arm

UNITS = {"after_hours": "minutes a day", "strain": "points", "blocked": "times a day"}


@dataclass(frozen=True, slots=True)
class Deviation:
    """A day on which it went otherwise than drawn, and the sort: broken, sick, overruled, away or other."""

    date: date
    kind: str


@dataclass(frozen=True, slots=True)
class Stop:
    """When the trial was stopped before its end, and whether for harm, by wish or for another reason."""

    date: date
    because: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether deep-work days came about; no success, since blocking and muting bring it about by themselves.

    ``kept``: deep-work days so far without a deviation and with a value, of ``drawn``. ``quiet60``, ``focus120``: their
    contrasts in minutes.
    """

    drawn: int
    kept: int
    observed: int
    deviations: tuple[tuple[str, int], ...]
    quiet60: Effect | NoEffect
    focus120: Effect | NoEffect


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Everything that the report says. ``by_lag``: the primary outcome at other resumption lags.

    ``progress``: the rated progress, ``None`` where it was not rated. ``carry_over``: days that follow a deep-work day
    minus other normal days.
    """

    analysis: Analysis
    by_lag: tuple[tuple[int, Effect | NoEffect], ...]
    progress: Effect | NoEffect | None
    delivery: Delivery
    guardrails: tuple[Guardrail, ...]
    routing: RoutingCounts | None
    carry_over: Change | None
    missing: tuple[tuple[str, int], ...]
    stop: Stop | None
    suggestions: tuple[Suggestion, ...]


def conclude(
    protocol: Protocol,
    rows: Sequence[TrialRow],
    deviations: Sequence[Deviation],
    *,
    routing: RoutingCounts | None = None,
    stop: Stop | None = None,
) -> TrialResult:
    """Return the result. The rows' arms must be those that were drawn; see :func:`deepday.trial.verifying.check`."""
    rows = until_stop(rows, stop.date if stop else None)
    allowed = {one.week: one.allowed for one in protocol.weeks}
    rules = Rules(lower_is_better=protocol.better == "lower", alpha=protocol.alpha, sesoi=protocol.sesoi)
    analysis = analyse(
        [("the trial's data", column(rows, "value"))],
        allowed,
        rules,
        stopped=stop is not None,
        randomised=protocol.randomised,
        early=protocol.at_look,
    )
    delivery = deliver(protocol, rows, deviations)
    guardrails = tuple(_judge(one, protocol, rows, routing) for one in protocol.guardrails)
    rated = any(row.measure("progress") is not None for row in rows)
    return TrialResult(
        analysis=analysis,
        by_lag=tuple(
            (lag, _effect(protocol, rows, f"value_lag_{lag}")) for lag in (LAGS if protocol.outcome == COST else ())
        ),
        progress=_effect(protocol, rows, "progress", lower_is_better=False) if rated else None,
        delivery=delivery,
        guardrails=guardrails,
        routing=routing,
        carry_over=_carry_over(rows),
        missing=tuple(sorted(Counter(row.missing for row in rows if row.missing).items())),
        stop=stop,
        suggestions=tuple(
            suggest(
                analysis, guardrails, delivery.kept, delivery.observed, broken_weekdays(deviations), protocol.batches
            )
        ),
    )


def deliver(protocol: Protocol, rows: Sequence[TrialRow], deviations: Sequence[Deviation]) -> Delivery:
    """Return how far deep-work days came about; may be looked at while the trial goes."""
    off = {one.date for one in deviations}
    deep = [row for row in rows if row.arm is Arm.DEEP]
    observed = [row for row in deep if row.measure("value") is not None]
    kinds = Counter(one.kind for one in deviations)
    return Delivery(
        drawn=len(deep),
        kept=sum(row.date not in off for row in observed),
        observed=len(observed),
        deviations=tuple(sorted(kinds.items())),
        quiet60=_effect(protocol, rows, "quiet60", lower_is_better=False),
        focus120=_effect(protocol, rows, "focus120", lower_is_better=False),
    )


def judge_costs(
    protocol: Protocol, rows: Sequence[TrialRow], routing: RoutingCounts | None = None
) -> tuple[Guardrail, ...]:
    """Return the guardrails so far; may be looked at while the trial goes."""
    return tuple(_judge(one, protocol, rows, routing) for one in protocol.guardrails)


def without_strain(result: TrialResult, protocol: Protocol) -> TrialResult:
    """Return the result for a reader who may not know of strain: nor what it alone would advise."""
    known = tuple(one for one in result.guardrails if one.name != "strain")
    broken = {one.weekday: OFTEN_BROKEN for one in result.suggestions if one.weekday is not None}
    found = suggest(result.analysis, known, result.delivery.kept, result.delivery.observed, broken, protocol.batches)
    return replace(result, guardrails=known, suggestions=tuple(found))


def _effect(
    protocol: Protocol, rows: Sequence[TrialRow], name: str, *, lower_is_better: bool = True
) -> Effect | NoEffect:
    allowed: Mapping[str, Sequence[Sequence[date]]] = {one.week: one.allowed for one in protocol.weeks}
    weeks, _ = build_weeks(column(rows, name), allowed, "the trial's data")
    return estimate_effect(weeks, lower_is_better=lower_is_better, alpha=protocol.alpha)


def _judge(
    rule: GuardrailRule, protocol: Protocol, rows: Sequence[TrialRow], routing: RoutingCounts | None
) -> Guardrail:
    if rule.name == "answered_in_time":
        counts = (routing.deep, routing.other) if routing else ((0, 0), (0, 0))
        return judge_shares(rule.name, rule.margin, *counts)
    effect = _effect(protocol, rows, rule.name)
    return judge_days(rule.name, UNITS[rule.name], rule.margin, effect, lower_is_better=True)


def _carry_over(rows: Sequence[TrialRow]) -> Change | None:
    """Compare other days that follow a deep-work day with other days that do not."""
    days = column(rows, "value")
    deep = {day.date.toordinal() for day in days if day.arm is Arm.DEEP}
    other = [day for day in days if day.arm is Arm.OTHER and day.value is not None]
    after = [day for day in other if day.date.toordinal() - 1 in deep]
    normal = [day for day in other if day.date.toordinal() - 1 not in deep]
    return change(normal, after, 0.90) if after and normal else None


def broken_weekdays(deviations: Sequence[Deviation]) -> Mapping[int, int]:
    """Return how often deep-work days were broken or overruled, by weekday."""
    return Counter(one.date.weekday() for one in deviations if one.kind in {"broken", "overruled"})
