"""What may be concluded, by a rule that is fixed before the start."""

from enum import StrEnum

from deepday.trial.effect import Bounds, Effect, NoEffect


class Verdict(StrEnum):
    """The one word of a trial."""

    BETTER = "better"
    NO_CHANGE = "no meaningful change"
    WORSE = "worse"
    NOT_ENOUGH = "not enough evidence yet"
    STOPPED = "stopped"
    NOT_RANDOMISED = "not randomised"


def decide(
    effect: Effect | NoEffect,
    sesoi: float | None,
    *,
    lower_is_better: bool = True,
    stopped: bool = False,
    randomised: bool = True,
    early: bool = False,
) -> Verdict:
    """Return the verdict.

    ``p <= alpha`` decides between better and worse; otherwise a 90 % interval inside ``±sesoi`` (in the unit of the
    outcome; ``None``: not set) is no meaningful change, though not at an ``early`` look. A trial that was stopped
    early, or not randomised, has none.
    """
    if stopped:
        return Verdict.STOPPED
    if not randomised:
        return Verdict.NOT_RANDOMISED
    if isinstance(effect, NoEffect):
        return Verdict.NOT_ENOUGH
    if effect.p_two_sided <= effect.alpha:
        return Verdict.BETTER if (effect.estimate < 0) == lower_is_better else Verdict.WORSE
    if sesoi is not None and not early and inside(effect.interval_90, sesoi):
        return Verdict.NO_CHANGE
    return Verdict.NOT_ENOUGH


def inside(bounds: Bounds, margin: float) -> bool:
    """Tell whether both ends are known and closer to 0 than the margin."""
    low, high = bounds
    return low is not None and high is not None and -margin < low and high < margin
