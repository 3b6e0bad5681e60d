"""What to change next, by rules that are the same for everybody and known before the start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deepday.trial.analysis import Analysis
from deepday.trial.before_after import Moved
from deepday.trial.guardrails import Guardrail, Judgement
from deepday.trial.verdict import Verdict

FEWEST_KEPT = 0.75
OFTEN_BROKEN = 2


class Advice(StrEnum):
    """What a suggestion is about; the words for it are in the templates of the report."""

    KEEP = "keep"
    KEEP_AND_PROVE = "keep_and_prove"
    LONGER = "longer"
    RETURN = "return"
    END = "end"
    FEWER = "fewer"
    OTHER_DAYS = "other_days"
    PROTECT_BETTER = "protect_better"
    MORE_BATCHES = "more_batches"
    BATCH_OTHER_DAYS = "batch_other_days"
    COVER = "cover"
    RANDOMISE = "randomise"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion; ``weekday`` (0 is Monday) where it is about one, otherwise ``None``."""

    advice: Advice
    weekday: int | None = None


def suggest(
    analysis: Analysis,
    guardrails: Sequence[Guardrail],
    kept: int,
    observed: int,
    broken: Mapping[int, int],
    batches: Sequence[str],
) -> list[Suggestion]:
    """Return what to change, the most important first.

    Harm first: work outside hours or strain that grew means fewer days, answers that came late mean better cover and
    batch windows. Then delivery: fewer than three of four deep-work days kept (of those with a
    value) mean protection before anything else, and
    a weekday on which two or more were broken another day. Then the verdict; moved work means batch windows on the
    other days, not more deep-work days.
    """
    found = suggest_meanwhile(guardrails, kept, observed, broken, batches)
    if analysis.displacement.moved is Moved.LOOKS_MOVED and analysis.verdict is Verdict.BETTER:
        found.append(Suggestion(Advice.BATCH_OTHER_DAYS))
    return [*found, Suggestion(_by_verdict(analysis, harmed=bool(found)))]


def suggest_meanwhile(
    guardrails: Sequence[Guardrail], kept: int, observed: int, broken: Mapping[int, int], batches: Sequence[str]
) -> list[Suggestion]:
    """Return what costs and delivery alone say: what may be known while a trial goes on."""
    found = [Suggestion(advice) for advice in _harm(guardrails, batches)]
    if observed and kept < FEWEST_KEPT * observed:
        found.append(Suggestion(Advice.PROTECT_BETTER))
    return found + [
        Suggestion(Advice.OTHER_DAYS, day) for day, count in sorted(broken.items()) if count >= OFTEN_BROKEN
    ]


@dataclass(frozen=True, slots=True)
class Next:
    """How the weeks after a trial are by the rules: ``days`` in every ``per_weeks`` weeks, on which ``weekdays``.

    ``batches``: how many times a day messages are looked at.
    """

    days: int
    per_weeks: int
    weekdays: tuple[int, ...]
    batches: int


def next_weeks(
    days: int, weekdays: Sequence[int], batches: int, suggestions: Sequence[Suggestion], *, sprint: int = 1
) -> Next:
    """Return what follows from suggestions for a trial of ``days`` in every ``sprint`` weeks.

    One fewer than one day is one in twice as many weeks.
    """
    advice = {one.advice for one in suggestions}
    broken = {one.weekday for one in suggestions if one.advice is Advice.OTHER_DAYS}
    left = tuple(day for day in weekdays if day not in broken)
    more = batches + (Advice.MORE_BATCHES in advice)
    if advice & {Advice.END, Advice.RETURN}:
        return Next(0, 1, left, more)
    if Advice.FEWER in advice:
        return Next(1, 2 * sprint, left, more) if days == 1 else Next(days - 1, sprint, left, more)
    return Next(days, sprint, left, more)


def _harm(guardrails: Sequence[Guardrail], batches: Sequence[str]) -> list[Advice]:
    worse = {one.name for one in guardrails if one.judgement is Judgement.WORSE}
    found = []
    if "answered_in_time" in worse or "blocked" in worse:
        found += [Advice.COVER, *([] if len(batches) > 2 else [Advice.MORE_BATCHES])]
    if worse & {"after_hours", "strain"}:
        found.append(Advice.FEWER)
    return found


def _by_verdict(analysis: Analysis, *, harmed: bool) -> Advice:
    match analysis.verdict:
        case Verdict.BETTER:
            return Advice.KEEP_AND_PROVE if harmed else Advice.KEEP
        case Verdict.WORSE:
            return Advice.END
        case Verdict.NO_CHANGE:
            return Advice.RETURN
        case Verdict.NOT_RANDOMISED:
            return Advice.RANDOMISE
        case _:
            return Advice.LONGER
