"""A made-up trial as values: protocol, seed, rows."""

from datetime import date, timedelta
from random import Random

from deepday.trial.drawing import allowed_sets, commitment
from deepday.trial.protocol import (
    FIXED,
    QUESTION,
    RANDOMISED,
    TITLE,
    Baseline,
    GuardrailRule,
    Protocol,
    ProtocolWeek,
)
from deepday.trial.rows import Gap, TrialRow
from deepday.trial.values import Arm

SEED = "5eed" * 8
MONDAY = date(2026, 4, 13)


def workdays(start: date) -> tuple[date, ...]:
    """Monday to Friday of that week."""
    return tuple(start + timedelta(days=at) for at in range(5))


def make_protocol(
    weeks: int = 8, *, title: str = TITLE, question: str = QUESTION, fixed: bool = False, sprint: int = 1
) -> Protocol:
    """A trial of two deep-work days a week, or in each sprint of several, or of every Thursday."""
    made = []
    for number in range(0, weeks, sprint):
        days = tuple(day for at in range(sprint) for day in workdays(MONDAY + timedelta(weeks=number + at)))
        label = "{}-W{:02}".format(*days[0].isocalendar())
        made.append(ProtocolWeek(label, days, ((days[3],),) if fixed else allowed_sets(days, 2)))
    return Protocol(
        title=title,
        question=question,
        mode=FIXED if fixed else RANDOMISED,
        zone="Europe/Berlin",
        hours="Mon-Fri 09:00-17:00",
        weeks=tuple(made),
        deep_days=2,
        apart=False,
        baseline=Baseline(MONDAY - timedelta(weeks=2), MONDAY - timedelta(days=1), 10, 12.0),
        outcome="interruption_cost",
        unit="minutes per working hour",
        definition="Time lost to interruptions.",
        sesoi=0.15,
        alpha=0.05,
        guardrails=(
            GuardrailRule("answered_in_time", 0.1, 60),
            GuardrailRule("after_hours", 15),
            GuardrailRule("strain", 1),
            GuardrailRule("blocked", 0.5),
        ),
        commitment=commitment(SEED),
        made="2026-04-06T08:00:00+00:00",
        detectable=(0.4, 0.3, None),
        batches=("11:30", "16:00"),
        agreed={"continue": "better"},
        check_in="2026-06-08",
        lag=(2.67, 6.63, 12.35),
        sprint=sprint,
    )


def make_rows(
    protocol: Protocol, cut: float = 0.0, *, moved: float = 0.0, seed: int = 1, none: bool = False
) -> list[TrialRow]:
    """Two weeks before, then the trial: about 12 minutes an hour, less by ``cut`` on deep-work days."""
    chance = Random(seed)
    drawn = {day for days in protocol.drawn(SEED).values() for day in days}
    if not protocol.randomised:
        drawn = {day for one in protocol.weeks for day in one.allowed[0]}
    before = [(f"b{week}", day) for week in (2, 1) for day in workdays(MONDAY - timedelta(weeks=week))]
    rows = [_row(label, day, Arm.BASELINE, 12 + chance.gauss(0, 2), chance) for label, day in before]
    for one in protocol.weeks:
        for day in one.days:
            arm = Arm.DEEP if day in drawn else Arm.OTHER
            value = 12 + chance.gauss(0, 2) - (cut if arm is Arm.DEEP else -moved)
            empty = TrialRow(one.week, day, arm, (None,) * 10, Gap.NOT_OBSERVED)
            rows.append(empty if none else _row(one.week, day, arm, max(0.0, value), chance))
    return rows


def _row(week: str, day: date, arm: Arm, value: float, chance: Random) -> TrialRow:
    by_lag = (0.5 * value, 0.9 * value, 1.6 * value)
    rated = (float(chance.randint(3, 8)), float(chance.randint(1, 5)), float(chance.randint(0, 1)))
    return TrialRow(week, day, arm, (value, *by_lag, 200.0, 100.0, chance.random() * 10, *rated))
