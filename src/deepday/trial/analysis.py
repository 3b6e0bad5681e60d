"""One outcome of a trial, analysed: effect, verdict, and what happened outside deep-work days."""

from collections.abc import Sequence
from dataclasses import dataclass

from deepday.trial.before_after import Displacement, compare, compare_people, mean
from deepday.trial.effect import Effect, NoEffect, estimate_effect
from deepday.trial.reading import Allowed, build_weeks
from deepday.trial.values import Arm, TrialDay
from deepday.trial.verdict import Verdict, decide

SESOI_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Rules:
    """What is fixed before the start.

    ``sesoi``: the smallest effect worth having, in the unit of the outcome, or with ``sesoi_is_share`` as a share of
    the baseline's mean (of the other days' mean where there is no baseline). ``draws``: as in
    :func:`deepday.trial.assignments.make_assignments`.
    """

    lower_is_better: bool = True
    alpha: float = 0.05
    sesoi: float = SESOI_SHARE
    sesoi_is_share: bool = True
    draws: int | str | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Analysis:
    """A finished analysis. ``sesoi``: in the outcome's unit, ``None`` where there is nothing to take a share of."""

    effect: Effect | NoEffect
    verdict: Verdict
    sesoi: float | None
    displacement: Displacement
    people: int
    notes: tuple[str, ...]


def analyse(
    people: Sequence[tuple[str, Sequence[TrialDay]]],
    allowed: tuple[int, int] | Allowed | None,
    rules: Rules,
    *,
    stopped: bool = False,
    randomised: bool = True,
    early: bool = False,
) -> Analysis:
    """Analyse the days of one or several people, each with a name for errors; each was drawn on their own.

    Several people are pooled: the statistic is the mean over all their weeks. Raises :class:`InputError` where what
    was drawn could not have been.
    """
    return pool(
        [(name, days, allowed) for name, days in people], rules, stopped=stopped, randomised=randomised, early=early
    )


def pool(
    people: Sequence[tuple[str, Sequence[TrialDay], tuple[int, int] | Allowed | None]],
    rules: Rules,
    *,
    stopped: bool = False,
    randomised: bool = True,
    early: bool = False,
) -> Analysis:
    """Analyse as :func:`analyse` does, each person with what could be drawn for them."""
    weeks, notes = [], []
    for number, (name, days, allowed) in enumerate(people):
        own, said = build_weeks(days, allowed, name, number)
        weeks += own
        notes += said
    effect = estimate_effect(
        weeks, lower_is_better=rules.lower_is_better, alpha=rules.alpha, draws=rules.draws, seed=rules.seed
    )
    every = [day for _, days, _ in people for day in days]
    reference = mean([day for day in every if day.arm is Arm.BASELINE])
    if reference is None:
        reference = mean([day for day in every if day.arm is Arm.OTHER])
    sesoi = rules.sesoi if not rules.sesoi_is_share else None if reference is None else rules.sesoi * abs(reference)
    verdict = decide(
        effect,
        sesoi or None,
        lower_is_better=rules.lower_is_better,
        stopped=stopped,
        randomised=randomised,
        early=early,
    )
    sides = [days for _, days, _ in people]
    panel = (
        compare(sides[0], lower_is_better=rules.lower_is_better)
        if len(sides) == 1
        else compare_people(sides, lower_is_better=rules.lower_is_better)
    )
    return Analysis(effect, verdict, sesoi, panel, len(people), tuple(dict.fromkeys(notes)))
