"""What was agreed about deep-work days, as data: planner, trial and reports take it from here."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from deepday.errors import InputError

NO_PROGRESS = (
    "rated progress cannot be what a trial is judged by, because it is not known of the weeks before and who rates "
    "knows the draw; rate it all the same, it is reported beside the outcome."
)
_CORRECT = "Correct the agreement: deepday case agreement shows where it is."


class Per(StrEnum):
    """Over which time the deep-work days count."""

    WEEK = "week"
    SPRINT = "sprint"


class Outcome(StrEnum):
    """What the trial is judged by; one only, fixed before the start (measurement C2)."""

    INTERRUPTION_COST = "interruption_cost"  # evidenced cost, minutes per working hour, deep-work against other days
    NAMED = "named"  # a measure of the user's own, by day, named as the column of its CSV file


class Better(StrEnum):
    """Which side of a measure is good."""

    LOWER = "lower"
    HIGHER = "higher"


class Guarded(StrEnum):
    """What must not get worse (measurement C2, guardrails)."""

    URGENT_IN_TIME = "urgent_in_time"  # share of urgent requests answered in the agreed time; per cent points
    AFTER_HOURS = "after_hours"  # minutes a week
    STRAIN = "strain"  # own answer, 0 to 10; points
    BLOCKED = "blocked"  # how often teammates were blocked; times a week


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A measure and how much worse it may get: ``margin`` in the unit of :class:`Guarded`, at least 0."""

    measure: Guarded
    margin: float


@dataclass(frozen=True, slots=True, order=True)
class BatchWindow:
    """A time of a deep-work day at which messages are answered: seconds since local midnight."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Agreement:
    """Deep-work days as agreed, or (``agreed_on`` is ``None``) as proposed.

    ``days``: how many in each week, or in each sprint of ``sprint_weeks`` ISO weeks. ``weekdays``: on which they may
    fall, 0 is Monday. ``baseline_weeks`` and ``trial_weeks``: how long is measured before and during the trial.
    ``start``: the first day of the trial itself. ``outcome_better``: which side of a named outcome is good.
    ``smallest_effect``: the smallest change of the outcome that is worth having, as a share of the baseline.
    ``answer_limit``: within how many minutes of working time an urgent request is answered. ``exit_rule``: in words,
    what ends it. Addresses are in lower case; empty where nobody is named.

    Raises :class:`InputError` for what contradicts itself; :attr:`InputError.what` names the field.
    """

    days: int = 1
    per: Per = Per.WEEK
    sprint_weeks: int = 2
    weekdays: frozenset[int] = frozenset(range(5))
    baseline_weeks: int = 2
    trial_weeks: int = 8
    start: date | None = None
    check_in: date | None = None
    point_person: str = ""
    backup: str = ""
    outcome: Outcome = Outcome.INTERRUPTION_COST
    outcome_name: str = ""
    outcome_better: Better | None = None
    smallest_effect: float = 0.15
    guardrails: tuple[Guardrail, ...] = (Guardrail(Guarded.URGENT_IN_TIME, 10.0), Guardrail(Guarded.AFTER_HOURS, 30.0))
    batch_windows: tuple[BatchWindow, ...] = (BatchWindow(41_400, 43_200), BatchWindow(57_600, 59_400))
    answer_limit: int = 60
    urgent_path: str = ""
    exit_rule: str = ""
    agreed_on: date | None = None

    def __post_init__(self) -> None:
        for field, wrong in self.contradictions():
            raise InputError(f"The agreement's {field} {wrong}", _CORRECT)

    @property
    def agreed(self) -> bool:
        """Whether it was agreed; otherwise it is a proposal."""
        return self.agreed_on is not None

    @property
    def weeks_per_unit(self) -> int:
        """Over how many ISO weeks the days count."""
        return self.sprint_weeks if self.per is Per.SPRINT else 1

    @property
    def days_a_week(self) -> float:
        """Deep-work days in a week, on average."""
        return self.days / self.weeks_per_unit

    def contradictions(self) -> tuple[tuple[str, str], ...]:
        """Return the fields that cannot stand together, each with the rest of a sentence about it."""
        found: list[tuple[str, str]] = []
        most = len(self.weekdays) * self.weeks_per_unit
        if not 1 <= self.days <= most:
            found.append(("days", f"must lie between 1 and {most}, the weekdays that are allowed."))
        if self.start and self.check_in and self.check_in <= self.start:
            found.append(("check_in", f"{self.check_in} does not come after the start {self.start}."))
        if self.backup and self.backup == self.point_person:
            found.append(("backup", "is the point person too; name somebody else, or nobody."))
        if (self.outcome is Outcome.NAMED) != bool(self.outcome_name):
            said = "is missing" if self.outcome is Outcome.NAMED else "is given, but outcome is another"
            found.append(("outcome_name", f'{said}; outcome = "named" and outcome_name belong together.'))
        if (self.outcome is Outcome.NAMED) != bool(self.outcome_better):
            said = (
                "is missing; say lower or higher"
                if self.outcome is Outcome.NAMED
                else "is given, but outcome is another"
            )
            found.append(("outcome_better", f"{said}."))
        if self.outcome_name.strip() == "progress":
            found.append(("outcome_name", f"is progress: {NO_PROGRESS}"))
        if len({one.measure for one in self.guardrails}) < len(self.guardrails):
            found.append(("guardrails", "name a measure twice."))
        ordered = sorted(self.batch_windows)
        if any(later.start < earlier.end for earlier, later in pairwise(ordered)):
            found.append(("batch_windows", "overlap."))
        return tuple(found)
