"""Verdicts, guardrails, moved work, correlations, and what a trial could find."""

import math
import re
from dataclasses import replace

import pytest

from deepday.report.trial_status import detectable_lines
from deepday.report.trial_words import association_sentences
from deepday.trial import student
from deepday.trial.adjusting import Advice, Next, Suggestion, next_weeks
from deepday.trial.analysis import Rules, analyse
from deepday.trial.before_after import Moved, compare
from deepday.trial.correlation import Association, associate, fisher
from deepday.trial.effect import NoEffect
from deepday.trial.guardrails import Judgement, judge_days, judge_shares, upper_bound, wilson
from deepday.trial.power import NOISES, Noise, detectable, p_values, power, simulate, smallest_cut
from deepday.trial.values import Arm, TrialDay
from deepday.trial.verdict import Verdict, decide
from tests.unit.trial.days import FOUR_WEEKS, effect_of, trial_days
from tests.unit.trial.made import make_protocol

A = [(1, 3), (2, 3), (0, 2), (3, 4)]
FLAT = [[50, 51, 50, 49, 50], [50, 50, 51, 49, 50], [49, 50, 50, 51, 50], [50, 49, 51, 50, 50], [50, 50, 49, 51, 50]]


def test_the_rule_of_the_verdict() -> None:
    better = effect_of(FOUR_WEEKS, A)
    assert decide(better, 12) is Verdict.BETTER
    assert decide(better, 12, lower_is_better=False) is Verdict.WORSE
    assert decide(better, 12, stopped=True) is Verdict.STOPPED
    assert decide(better, 12, randomised=False) is Verdict.NOT_RANDOMISED
    assert decide(effect_of(FOUR_WEEKS, [(0, 3), (1, 4), (2, 3), (1, 4)]), 12) is Verdict.NOT_ENOUGH
    flat = effect_of(FLAT, [*A, (0, 3)])
    assert decide(flat, 7) is Verdict.NO_CHANGE
    assert decide(flat, None) is Verdict.NOT_ENOUGH
    assert decide(NoEffect("", 0, 0, 0), 7) is Verdict.NOT_ENOUGH


def test_the_smallest_effect_worth_having_is_a_share_of_the_baseline() -> None:
    days = trial_days(FOUR_WEEKS, A)
    baseline = [TrialDay("b", day.date.replace(year=2025), Arm.BASELINE, 200.0) for day in days[:5]]
    assert analyse([("a", [*baseline, *days])], (2, 5), Rules()).sesoi == pytest.approx(30)
    assert analyse([("a", days)], (2, 5), Rules(sesoi=9, sesoi_is_share=False)).sesoi == 9
    assert analyse([("a", [])], (2, 5), Rules()).sesoi is None


def panel(baseline: float, deep: float, other: float, spread: float = 1.0) -> Moved:
    """Three baseline weeks, six weeks of the trial, with a small spread between weeks."""
    days = [
        TrialDay(f"{w}", day.date, arm, value + spread * (-1) ** w)
        for w in range(9)
        for at, day in enumerate(trial_days([[0] * 5] * 9, [()] * 9)[5 * w : 5 * w + 5])
        for arm, value in [(Arm.BASELINE, baseline) if w < 3 else (Arm.DEEP, deep) if at < 2 else (Arm.OTHER, other)]
    ]
    return compare(days).moved


def test_what_usual_days_would_show_follows_from_the_design() -> None:
    """Beside the table of measurement C4: 44 % for eight weeks of two days of five, 36 % for twelve, 71 % for four."""
    said = {}
    for weeks in (4, 8, 12):
        (line,) = detectable_lines(replace(make_protocol(weeks), detectable=()))
        assert line.startswith(f"The weeks before are too few to say what {weeks} weeks can find; with usual days")
        said[weeks] = int(re.findall(r"above (\d+) %", line)[0])
    assert abs(said[4] - 71) <= 5
    assert abs(said[8] - 44) <= 4
    assert abs(said[12] - 36) <= 4
    for unknown in (
        replace(make_protocol(sprint=2), detectable=()),
        replace(make_protocol(), detectable=(), outcome="named", unit="pages"),
    ):
        assert detectable_lines(unknown) == ["The weeks before are too few to say what 8 weeks can find."]


def test_an_association_that_may_be_none_is_not_called_one() -> None:
    ends = Association(14, 0.2, -0.4, 0.6)
    assert "no association can be seen: r between -0.40 and 0.60" in association_sentences(ends)[0]
    assert not any("moved together" in one or "That is association" in one for one in association_sentences(ends))
    assert "the two moved together, with r between 0.20" in association_sentences(Association(14, 0.6, 0.2, 0.8))[0]
    assert "in opposite directions" in association_sentences(Association(14, -0.6, -0.8, -0.2))[0]


def test_work_that_only_moved_to_other_days_is_not_called_gained() -> None:
    assert panel(100, 70, 120) is Moved.LOOKS_MOVED
    assert panel(100, 70, 100) is Moved.WEEK_FELL
    assert panel(100, 70, 100, spread=30) is Moved.CANNOT_TELL
    assert panel(100, 90, 70) is Moved.NOTHING
    assert panel(100, 120, 95) is Moved.NOTHING
    assert compare(trial_days(FOUR_WEEKS, A)).moved is Moved.NO_BASELINE


def test_a_guardrail_is_not_worse_only_if_the_bound_is_inside_the_margin() -> None:
    assert judge_shares("in time", 0.10, (190, 200), (190, 200)).judgement is Judgement.NOT_WORSE
    few = judge_shares("in time", 0.10, (9, 10), (9, 10))
    assert few.judgement is Judgement.NO_SIGN
    assert few.bound is not None
    assert few.bound > 0.10
    assert judge_shares("in time", 0.10, (10, 100), (90, 100)).judgement is Judgement.WORSE
    assert judge_shares("in time", 0.10, (3, 5), (9, 10)).judgement is Judgement.SIGN
    assert judge_shares("in time", 0.10, (0, 0), (9, 10)).judgement is Judgement.NOTHING


def test_a_guardrail_by_days_takes_the_side_into_account() -> None:
    effect = effect_of(FOUR_WEEKS, A)
    lower = judge_days("after hours", "min", 5, effect, lower_is_better=True)
    higher = judge_days("progress", "points", 5, effect, lower_is_better=False)
    assert (lower.judgement, higher.judgement) == (Judgement.NOT_WORSE, Judgement.WORSE)
    assert lower.harm == pytest.approx(effect.estimate)
    assert higher.bound == pytest.approx(-(effect.interval_90[0] or 0))
    assert judge_days("x", "", 1, NoEffect("", 0, 0, 0), lower_is_better=True).judgement is Judgement.NOTHING


def test_no_miss_in_few_requests_still_allows_many() -> None:
    assert [round(upper_bound(0, count), 3) for count in (16, 48, 96)] == [0.171, 0.061, 0.031]
    assert upper_bound(4, 4) == 1
    assert wilson(0, 4)[0] == 0


def test_correlations_come_with_ranges_and_from_twelve_weeks_on() -> None:
    assert fisher(0.5, 12) == pytest.approx((-0.10, 0.83), abs=0.005)
    series = [math.sin(number) for number in range(12)]
    other = [math.sin(number) + 0.3 * math.cos(5 * number) for number in range(12)]
    found = associate(series, other)
    assert found.r is not None
    assert found.low is not None
    assert found.low < found.r < (found.high or 0)
    assert not found.comment
    assert associate(series[:3], other[:3]).r is None
    assert associate([*series[:11], None], other).r is None
    assert associate([1.0] * 12, other).r is None


@pytest.mark.parametrize(("df", "t"), [(1, 12.7062), (2, 4.3027), (3, 3.1824), (7, 2.3646), (11, 2.2010), (30, 2.0423)])
def test_students_quantiles(df: int, t: float) -> None:
    assert student.quantile(0.975, df) == pytest.approx(t, abs=1e-4)
    assert student.two_sided(t, df) == pytest.approx(0.05, abs=1e-4)


def test_what_the_trial_could_find_grows_with_weeks_and_shrinks_with_noise() -> None:
    assert power(NOISES["low"], 8, 0.3) > power(NOISES["medium"], 8, 0.3) > power(NOISES["high"], 8, 0.3)
    sets = tuple((a, b) for a in range(5) for b in range(a + 1, 5))
    eight, twelve = smallest_cut(Noise(0.4), 8, sets), smallest_cut(Noise(0.4), 12, sets)
    assert eight is not None
    assert twelve is not None
    assert twelve < eight < 0.6
    assert smallest_cut(Noise(3.0), 4, sets) is None


def test_what_the_trial_could_find_from_a_baseline() -> None:
    sets = tuple((a, b) for a in range(5) for b in range(a + 1, 5))
    days = [TrialDay(day.week, day.date, Arm.BASELINE, day.value) for day in trial_days(FOUR_WEEKS[:2], A[:2])]
    found = detectable(days, 8, sets)
    assert found is not None
    assert found.spread == pytest.approx(0.32, abs=0.01)
    assert found.cut is not None
    assert (found.low or 0) < found.cut < (found.high or 9)
    assert detectable(days[:3], 8, sets) is None
    assert detectable([TrialDay("w", day.date, Arm.BASELINE, 0.0) for day in days], 8, sets) is None


def test_one_day_fewer_than_one_a_week_is_one_in_two_weeks() -> None:
    fewer = [Suggestion(Advice.FEWER), Suggestion(Advice.OTHER_DAYS, 4), Suggestion(Advice.MORE_BATCHES)]
    assert next_weeks(1, range(5), 2, fewer) == Next(1, 2, (0, 1, 2, 3), 3)
    assert next_weeks(3, range(5), 2, fewer) == Next(2, 1, (0, 1, 2, 3), 3)
    assert next_weeks(2, range(5), 2, [Suggestion(Advice.END)]).days == 0


def test_two_declared_looks_at_half_the_level_keep_the_level_of_one() -> None:
    values, chosen = simulate(NOISES["medium"], 12, 0.0, 2_000, 7)
    early, late = p_values(values[:, :8], chosen[:, :8], 499, 8), p_values(values, chosen, 499, 9)
    error = 3 * math.sqrt(0.05 * 0.95 / 2_000)
    assert ((early <= 0.025) | (late <= 0.025)).mean() <= 0.05 + error
    assert ((early <= 0.05) | (late <= 0.05)).mean() > 0.06, "what undeclared peeking does"
