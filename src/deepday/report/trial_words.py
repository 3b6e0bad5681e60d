"""What is said of an analysis of columns in words: ranges first, never more than the rule allows."""

from deepday.report.words import counted
from deepday.trial.analysis import Analysis
from deepday.trial.before_after import Change, Moved
from deepday.trial.correlation import FEWEST_WEEKS, WEEKS_TO_COMMENT, Association
from deepday.trial.effect import Bounds, Effect
from deepday.trial.verdict import Verdict

MOVED = {
    Moved.WEEK_FELL: "The week as a whole changed to the better side, too: not all of it moved to other days.",
    Moved.CANNOT_TELL: "Whether the difference was gained, or moved to other days, these data cannot tell.",
    Moved.NOTHING: "No gain on deep-work days is shown: nothing can be said to have moved to other days.",
    Moved.LOOKS_MOVED: "Most of the difference looks moved to other days: the week as a whole gained little.",
}


def number(value: float) -> str:
    """Write a number to three figures.

    >>> number(-27.2917), number(0.01234), number(1234.5), number(0)
    ('-27.3', '0.0123', '1,234', '0')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return f"{value:.4f}" if "e" in text else text


def bounds(ends: Bounds) -> str:
    """Write a range; an end that the data do not set is said."""
    low, high = (None if end is None else number(end) for end in ends)
    if low is None and high is None:
        return "no range: too few draws were possible to set one"
    return f"{low or 'no lower limit'} to {high or 'no upper limit'}"


def in_a_hundred(p: float) -> str:
    """Say a p value as a count.

    >>> in_a_hundred(0.0094), in_a_hundred(0.1033), in_a_hundred(0.0001)
    ('about 9 of 1,000', 'about 10 of 100', 'fewer than 1 of 1,000')
    """
    if p < 0.001:
        return "fewer than 1 of 1,000"
    if p < 0.0095:
        return f"about {round(1000 * p)} of 1,000"
    return f"about {round(100 * p)} of 100"


def effect_sentences(found: Analysis, unit: str = "", within: str = "week") -> list[str]:
    """Return the result in sentences: the difference with its range, what chance would do, the verdict, its limits.

    ``within``: of what days are compared, a week or a sprint.
    """
    effect, of = found.effect, f" {unit}" if unit else ""
    if not isinstance(effect, Effect):
        return [f"{effect.why} That is not enough evidence yet.", "It does not mean that there is no effect."]
    level = f"{100 * (1 - effect.alpha):g} %"
    side = "lower" if effect.estimate < 0 else "higher"
    difference = (
        f"On deep-work days the value was {number(abs(effect.estimate))}{of} {side} than on other days of the same "
        f"{within} ({level} range of the difference: {bounds(effect.interval)})."
    )
    chance = (
        "If deep-work days did nothing, a difference this large would come up in "
        f"{in_a_hundred(effect.p_two_sided)} random draws."
    )
    said = [difference, chance, _verdict(found, effect, of)]
    if effect.missing_days:
        said.append(
            f"{counted(effect.missing_days, 'day')} without a value: the difference is that of a regression on weeks "
            "and weekdays, tested by the same draw."
        )
    return said + moved_sentences(found, of)


def _verdict(found: Analysis, effect: Effect, of: str) -> str:
    if found.verdict is Verdict.NOT_ENOUGH:
        if effect.smallest_p > effect.alpha:
            return (
                f"That is not enough evidence yet, and could not be: with {effect.possible:,} possible draws the "
                f"smallest p is {effect.smallest_p:.2g}. It does not mean that there is no effect."
            )
        return "That is not enough evidence yet. It does not mean that there is no effect."
    if found.verdict is Verdict.NO_CHANGE:
        return f"No change big enough to matter: the 90 % range lies within {number(found.sesoi or 0)}{of} of none."
    if found.verdict is Verdict.STOPPED:
        return "The trial was stopped early: there is no verdict."
    if found.verdict is Verdict.NOT_RANDOMISED:
        return "The days were not drawn, so that the difference may be that of the weekdays: there is no verdict."
    good = "By the rule this is better" if found.verdict is Verdict.BETTER else "By the rule this is worse"
    return f"{good}: the difference is larger than the draw makes by chance."


def moved_sentences(found: Analysis, of: str = "") -> list[str]:
    """Say what other days and the week as a whole did; nothing without a baseline.

    That something moved can be said only where deep-work days are shown to be better (measurement C7).
    """
    panel = found.displacement
    if panel.moved is Moved.NO_BASELINE or panel.week_change is None or panel.other_change is None:
        return []
    compared = (
        f"Compared with the weeks before, other days changed by {changed(panel.other_change, of)}, and the week as a "
        f"whole by {changed(panel.week_change, of)} (not randomised)."
    )
    return [compared, MOVED[panel.moved if found.verdict is Verdict.BETTER else Moved.NOTHING]]


def changed(change: Change, of: str = "") -> str:
    """Write a change with its range."""
    if change.low is None or change.high is None:
        return f"{change.estimate:+.3g}{of} (no range: too few to set one)"
    return f"{change.estimate:+.3g}{of} (90 % range {number(change.low)} to {number(change.high)})"


def association_sentences(found: Association) -> list[str]:
    """Return what may be said of two weekly series: association only, with its range, or why nothing."""
    if found.weeks < FEWEST_WEEKS:
        return [f"{counted(found.weeks, 'common week')}: a correlation is shown from {FEWEST_WEEKS} on, not before."]
    if found.r is None or found.low is None or found.high is None:
        return ["One of the two never changes: there is no correlation."]
    ends = f"r between {found.low:.2f} and {found.high:.2f} (95 % range)"
    over = f"Over {counted(found.weeks, 'week')}"
    if found.low <= 0 <= found.high:
        said = [f"{over} no association can be seen: {ends}; the estimate is {found.r:.2f}."]
    else:
        way = "together" if found.r > 0 else "in opposite directions"
        said = [f"{over} the two moved {way}, with {ends}; the estimate is {found.r:.2f}."]
    if found.differenced is not None:
        said.append(f"Of the changes from week to week it is {found.differenced:.2f}, without what a trend makes.")
    if found.low > 0 or found.high < 0:
        said.append("That is association: either may drive the other, or something else both.")
    else:
        said.append("It does not mean that there is none. Were there one, either might drive the other.")
    if not found.comment:
        said.append(f"With fewer than {WEEKS_TO_COMMENT} weeks nothing more should be said.")
    return said
