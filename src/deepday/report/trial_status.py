"""A trial before its end, in lines: the design with what it can find, and the status without the outcome."""

from collections.abc import Mapping, Sequence
from datetime import date

from deepday.report.trial_words import number
from deepday.report.words import counted, day_name, period
from deepday.trial.drawing import Dates
from deepday.trial.effect import Effect
from deepday.trial.guardrails import Guardrail, Judgement
from deepday.trial.protocol import COST, Protocol
from deepday.trial.result import Delivery
from deepday.trial.routing import RoutingCounts

GUARDRAILS = {
    "answered_in_time": "urgent requests answered in time",
    "after_hours": "work outside working hours",
    "strain": "strain",
    "blocked": "others blocked",
}

SETTINGS = {
    "zone": "time zone",
    "hours": "working hours",
    "resumption_lag": "resumption lag",
    "burst_gap": "burst gap",
    "preset": "preset",
    "count_tentative": "tentative meetings",
}
NOT_DRAWN = (
    "With fixed weekdays this trial cannot show an effect: deep-work days and their weekday cannot be told apart. It "
    "can show whether the days come about, and what they cost others."
)


def design_lines(protocol: Protocol, digest: str) -> list[str]:
    """Return the design in lines: first what the trial can find, then what was fixed."""
    days = sum(len(one.days) for one in protocol.weeks)
    base = protocol.baseline
    lines = detectable_lines(protocol)
    drawn = (
        f"{counted(protocol.deep_days, 'day')} drawn in each {sprint_words(protocol)}"
        if protocol.randomised
        else "the same weekdays each week, not drawn"
    )
    outcome = (
        f"Outcome: {protocol.unit}; in the weeks before ({period(base.first, base.last)}) {number(base.mean or 0)} on "
        f"{counted(base.days, 'day')}."
    )
    costs = "; ".join(f"{GUARDRAILS[one.name]}, {margin_words(one.name, one.margin)}" for one in protocol.guardrails)
    lines += [
        f"{period(protocol.first, protocol.last)}: {protocol.length} weeks with {days} days, {drawn}.",
        outcome,
        f"The smallest effect worth having: {100 * protocol.sesoi:g} % of that.",
        f"What must not get worse by more than so much: {costs}.",
        "A day that is missed or broken stays what it was drawn for.",
        f"Hash of the protocol: {digest}",
        "Give the file to your manager before the start. Begin with: deepday trial start",
    ]
    return lines


def sprint_words(protocol: Protocol) -> str:
    """Name the time from which each draw is made."""
    return "week" if protocol.sprint == 1 else f"sprint of {protocol.sprint} weeks"


def detectable_lines(protocol: Protocol) -> list[str]:
    """Say what the trial can find, from the user's own days."""
    weeks = counted(protocol.length, "week")
    if not protocol.randomised:
        return [NOT_DRAWN]
    if not protocol.detectable:
        return [f"The weeks before are too few to say what {weeks} can find{_usual(protocol)}."]
    cut, low, high = ("more than 100 %" if one is None else f"{100 * one:.0f} %" for one in protocol.detectable)
    if protocol.detectable[0] is None:
        vary = f"Your days vary so much that {weeks} would miss even a cut of 100 % more than one time in five."
        return [f"{vary} Plan more weeks, or pool several people."]
    spread = f"{counted(protocol.baseline.days, 'day')} tell little about the spread"
    kind = "cut" if protocol.outcome == COST else "change"
    finds = (
        f"With days varying as yours do, {weeks} reliably show only a {kind} above {cut} (between {low} and {high}: "
    )
    return [f"{finds}{spread}). A smaller effect will most likely end as not enough evidence yet."]


def _usual(protocol: Protocol) -> str:
    """Say what the same design finds with usual days, where it is known how those vary: for the cost, within weeks."""
    if protocol.outcome != COST or protocol.sprint > 1:
        return ""
    from deepday.trial.power import NOISES, sets_of, smallest_cut  # noqa: PLC0415 - NumPy is an extra

    cut = smallest_cut(NOISES["medium"], len(protocol.weeks), sets_of(protocol.weeks), protocol.alpha)
    return (
        f"; with usual days it is a cut above {100 * cut:.0f} %" if cut else "; with usual days not even a cut of 100 %"
    )


def differing_lines(differs: Sequence[str]) -> list[str]:
    """Say which settings are no longer those of the protocol."""
    if not differs:
        return []
    names = ", ".join(SETTINGS[one] for one in differs)
    return [f"The settings are no longer those of the protocol ({names}); all is measured as the protocol says."]


def margin_words(name: str, margin: float) -> str:
    """Write the margin of a guardrail."""
    if name == "answered_in_time":
        return f"{100 * margin:g} percentage points"
    return f"{margin:g} {'minutes a day' if name == 'after_hours' else 'a day' if name == 'blocked' else 'of 10'}"


def status_text(
    protocol: Protocol,
    revealed: Mapping[str, Dates],
    next_reveal: date | None,
    today: date,
    delivery: Delivery | None,
    guardrails: Sequence[Guardrail],
) -> list[str]:
    """Return the lines of a status: which days come, whether they come about, what they cost; no outcome."""
    weeks, begun = protocol.length, protocol.begun(today)
    lines = [f"Week {begun} of {weeks}; the trial ends on {protocol.last}. The outcome is shown then, not before."]
    coming = [day for days in revealed.values() for day in days if day >= today]
    lines.append(
        f"Deep-work days to come: {', '.join(map(day_name, coming))}."
        if coming
        else "No deep-work day is known to come."
    )
    if next_reveal:
        lines.append(f"The next week is revealed on {next_reveal}.")
    if delivery:
        lines += delivery_lines(delivery)
        lines += [guardrail_line(one) for one in guardrails]
    return lines


def delivery_lines(delivery: Delivery) -> list[str]:
    """Say whether deep-work days came about."""
    lines = [f"Deep-work days so far: {delivery.kept} of {delivery.drawn} kept as planned."]
    if delivery.deviations:
        lines.append("Deviations: " + ", ".join(f"{kind} {count}" for kind, count in delivery.deviations) + ".")
    for name, effect in (("an hour", delivery.quiet60), ("two hours", delivery.focus120)):
        if isinstance(effect, Effect):
            lines.append(
                f"Uninterrupted stretches of {name} or more: {number(effect.deep_mean)} minutes on deep-work days, "
                f"{number(effect.other_mean)} on others. That is delivery, not success."
            )
    return lines


def guardrail_line(one: Guardrail) -> str:
    """Say what is known of a cost."""
    name = GUARDRAILS[one.name]
    if one.judgement is Judgement.NOTHING or one.deep is None or one.other is None:
        return f"{name[0].upper()}{name[1:]}: nothing was recorded."
    if one.unit == "share":
        deep, other = f"{100 * one.deep:.0f} % of {one.deep_count}", f"{100 * one.other:.0f} % of {one.other_count}"
        said = f"{deep} on deep-work days, {other}"
    else:
        said = f"{number(one.deep)} {one.unit} on deep-work days, {number(one.other)}"
    return f"{name[0].upper()}{name[1:]}: {said} on others; {one.judgement}."


def requests_lines(routing: RoutingCounts | None) -> list[str]:
    """Say what came of urgent requests so far."""
    if routing is None:
        return ["No urgent requests were recorded: nothing can be said about how long others waited."]
    ends = f"{counted(routing.received, 'urgent request')}: {routing.answered} answered, {routing.open} open"
    ends += f", {routing.withdrawn} withdrawn" if routing.withdrawn else ""
    ends += f", {routing.unreached} for which nobody could be reached" if routing.unreached else ""
    if routing.median is not None:
        ends += f"; half had an answer within {number(routing.median)} minutes of working time"
    agreed = "" if routing.budget is None else f" ({routing.budget} a week agreed)"
    load = f"Colleagues were asked {routing.asked} times, one of them at most {routing.busiest} times in a week"
    lines = [f"{ends}.", f"{load}; deep work was broken {routing.broken} times{agreed}."]
    return lines if routing.declined is None else [*lines, f"Meetings declined: {routing.declined}."]
