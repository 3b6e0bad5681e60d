"""The terms of a trial: options of the command over what was agreed, that over the settings, every difference said."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from deepday.app.agreed import differs, in_force, weekday_names
from deepday.app.plan_request import parse_weekdays
from deepday.app.trial_request import DesignRequest
from deepday.config.agreement_settings import window_text
from deepday.config.plan_settings import WEEKDAYS
from deepday.config.settings import Settings
from deepday.config.trial_settings import TrialSettings
from deepday.errors import InputError
from deepday.measure.parameters import MINUTE, Parameters
from deepday.model.agreement import Agreement, Guarded, Outcome
from deepday.trial.protocol import GuardrailRule

_RANGES = {"weeks": (2, 26), "days": (1, 4), "baseline": (1, 12), "sesoi": (1, 100)}
FEWEST_WEEKDAYS = 3
LONGEST_SPRINT = 4
_NAMES = {
    Guarded.URGENT_IN_TIME: "answered_in_time",
    Guarded.AFTER_HOURS: "after_hours",
    Guarded.STRAIN: "strain",
    Guarded.BLOCKED: "blocked",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a trial is designed by.

    ``never``: weekdays (0 is Monday) that are not drawn. ``first``: a date in its first week, ``None``: the next that
    gives notice. ``batches``: when messages are looked at. ``rules``: by name, in the user's words. ``check_in``: as
    agreed, if anything was. ``sprint``: from how many weeks together each draw is made.
    """

    settings: TrialSettings
    never: frozenset[int]
    first: str | None
    batches: tuple[str, ...]
    rules: dict[str, str] = field(default_factory=dict)
    check_in: date | None = None
    agreement: Agreement | None = None
    notes: tuple[str, ...] = ()
    sprint: int = 1

    def guardrails(self, parameters: Parameters) -> tuple[GuardrailRule, ...]:
        """Return what must not get worse: as agreed, otherwise by the settings.

        What was agreed for a week is shared out over its deep-work days: so much may each of them cost.
        """
        limit = parameters.answer_limit / MINUTE
        if self.agreement is None:
            return (
                GuardrailRule("answered_in_time", self.settings.answered_margin / 100, limit),
                GuardrailRule("after_hours", self.settings.after_hours_margin),
                GuardrailRule("strain", self.settings.strain_margin),
            )
        made = []
        for one in self.agreement.guardrails:
            match one.measure:
                case Guarded.URGENT_IN_TIME:
                    margin, limit = one.margin / 100, float(self.agreement.answer_limit)
                case Guarded.STRAIN:
                    margin = one.margin
                case _:
                    margin = one.margin * self.sprint / self.settings.days
            within = limit if one.measure is Guarded.URGENT_IN_TIME else 0.0
            made.append(GuardrailRule(_NAMES[one.measure], round(margin, 6), within))
        return tuple(made)

    def next_check_in(self, last: date) -> tuple[str, list[str]]:
        """Return the check-in after the trial's last date, and a remark where the agreed one lies before it."""
        after = last + timedelta(days=7 - last.weekday())
        if self.check_in is None or self.check_in > last:
            return (self.check_in or after).isoformat(), []
        early = (
            f"The check-in on {self.check_in} lies within the trial: it is about delivery and costs. The outcome is "
            f"looked at from {after} on."
        )
        return after.isoformat(), [early]


def terms_of(asked: DesignRequest, settings: Settings, today: date) -> Terms:
    """Return the terms. Raises :class:`InputError` for an option or an agreement that no trial can follow."""
    given = {name: value for name in (*_RANGES, "apart") if (value := getattr(asked, name)) is not None}
    for name, (low, high) in _RANGES.items():
        if name in given and not low <= given[name] <= high:
            raise InputError(f"--{name} {given[name]:g} is out of range.", f"Give {low} to {high}.")
    base = settings.trial
    found = in_force(asked.agreement, settings)
    chosen = frozenset(map(WEEKDAYS.index, parse_weekdays(asked.never)))
    agreement = found.agreement
    sprint = _sprint(asked, agreement)
    if agreement is None:
        _refuse_parts(given.get("weeks", base.weeks), sprint)
        return Terms(
            base.model_copy(update=given | ({"days": 1} if sprint > 1 and asked.days is None else {})),
            chosen,
            asked.request.first,
            base.batches,
            dict(asked.agreed),
            notes=found.notes,
            sprint=sprint,
        )
    agreed = _agreed(agreement, sprint)
    notes = list(found.notes)
    for name, value in agreed.items():
        low, high = _RANGES[name]
        if name in given:
            notes += differs(f"--{name}", f"{given[name]:g}", f"{value:g}")
        elif not low <= value <= high:
            raise InputError(
                f"{value:g} for {name} was agreed, and a trial takes {low} to {high}.",
                f"Give --{name}, and agree on that.",
            )
        elif name in base.model_fields_set:
            notes += differs(f"trial.{name} =", f"{getattr(base, name):g}", f"{value:g}, which is taken,")
    others = frozenset(range(7)) - agreement.weekdays
    _refuse_parts(int(given.get("weeks", agreed["weeks"])), sprint)
    if len(agreement.weekdays) * sprint < FEWEST_WEEKDAYS and not (asked.never or asked.fixed):
        raise InputError(
            f"{weekday_names(agreement.weekdays)} were agreed; a trial draws from {FEWEST_WEEKDAYS} weekdays or more.",
            "Agree on more of them for the trial, or give --never; --fixed takes fixed ones, and can show no effect.",
        )
    if asked.never and not others <= chosen:
        notes.append(f"--never is given; {weekday_names(agreement.weekdays)} were agreed.")
    first, said = _first(asked.request.first, agreement, today)
    rules = {"on": str(agreement.agreed_on)} | ({"stop": agreement.exit_rule} if agreement.exit_rule else {})
    for name in rules.keys() & asked.agreed.keys():
        if rules[name] != asked.agreed[name]:
            notes += differs(f"--{name}-if", "another rule", f"the {name} rule")
    return Terms(
        base.model_copy(update=agreed | given),
        chosen if asked.never else others,
        first,
        tuple(map(window_text, agreement.batch_windows)),
        rules | dict(asked.agreed),
        agreement.check_in,
        agreement,
        (*notes, *said),
        sprint,
    )


def agreed_outcome(agreement: Agreement) -> str:
    """Return the measure that was agreed, empty for the cost of interruptions."""
    return agreement.outcome_name if agreement.outcome is Outcome.NAMED else ""


def side_asked(asked: DesignRequest, agreement: Agreement | None) -> tuple[str | None, list[str]]:
    """Return which side of the outcome is good, as asked or agreed, and a remark where the two differ."""
    if agreement is None or agreement.outcome_better is None or asked.outcome is not None:
        return asked.better, []
    if asked.better is None:
        return agreement.outcome_better.value, []
    return asked.better, differs("--better", asked.better, agreement.outcome_better.value)


def _agreed(agreement: Agreement, sprint: int) -> dict[str, float]:
    whole = agreement.weeks_per_unit // sprint
    return {
        "weeks": agreement.trial_weeks,
        "days": agreement.days // whole,
        "baseline": agreement.baseline_weeks,
        "sesoi": round(100 * agreement.smallest_effect, 6),
    }


def _sprint(asked: DesignRequest, agreement: Agreement | None) -> int:
    """Return from how many weeks together each draw is made: as asked, else one, else the sprint that was agreed.

    Days that were agreed for a sprint are drawn week by week where they can be shared out evenly: weeks differ, and
    both kinds of days then share theirs. Otherwise both kinds share their sprint.
    """
    if asked.sprint is not None and not 1 <= asked.sprint <= LONGEST_SPRINT:
        raise InputError(f"--sprint {asked.sprint} is out of range.", f"Give 1 to {LONGEST_SPRINT} weeks.")
    if asked.sprint is not None or agreement is None or asked.days is not None or asked.fixed:
        return asked.sprint or 1
    return agreement.weeks_per_unit if agreement.days % agreement.weeks_per_unit else 1


def _refuse_parts(weeks: int, sprint: int) -> None:
    """Raise :class:`InputError` where weeks do not make whole sprints, two of them or more."""
    if weeks % sprint or (sprint > 1 and weeks < 2 * sprint):
        raise InputError(
            f"{weeks} weeks are not two or more whole sprints of {sprint} weeks.",
            f"Give --weeks {max(2, -(-weeks // sprint)) * sprint}.",
        )


def _first(given: str | None, agreement: Agreement, today: date) -> tuple[str | None, list[str]]:
    if agreement.start is None or given == str(agreement.start):
        return given, []
    if given is not None:
        return given, differs("--from", given, str(agreement.start))
    if agreement.start - timedelta(days=agreement.start.weekday()) <= today:
        return None, [f"The agreed start {agreement.start} is past: the trial begins with the next week that can be."]
    return str(agreement.start), []
