"""Days of made-up trials."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from deepday.trial.effect import Effect, estimate_effect
from deepday.trial.reading import build_weeks
from deepday.trial.values import Arm, TrialDay

MONDAY = date(2026, 3, 2)
FOUR_WEEKS = ([96, 70, 120, 44, 85], [102, 61, 88, 49, 93], [77, 110, 52, 68, 99], [58, 84, 91, 73, 40])
Values = Sequence[Sequence[float]]
Drawn = Sequence[Sequence[int]]


def trial_days(values: Values, drawn: Drawn, missing: Collection[tuple[int, int]] = ()) -> list[TrialDay]:
    """Monday to Friday of each week; ``drawn``: positions of deep days; ``missing``: (week, position)."""
    return [
        TrialDay(
            f"week {week + 1}",
            MONDAY + timedelta(7 * week + at),
            Arm.DEEP if at in drawn[week] else Arm.OTHER,
            None if (week, at) in missing else float(value),
        )
        for week, row in enumerate(values)
        for at, value in enumerate(row)
    ]


def effect_of(
    values: Values,
    drawn: Drawn,
    rule: tuple[int, int] = (2, 5),
    missing: Collection[tuple[int, int]] = (),
    draws: int | str | None = None,
    **options: bool | float,
) -> Effect:
    """The effect, which must be there."""
    weeks, _ = build_weeks(trial_days(values, drawn, missing), rule, "test")
    found = estimate_effect(weeks, draws=draws, **options)  # type: ignore[arg-type]
    assert isinstance(found, Effect)
    return found
