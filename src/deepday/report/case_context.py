"""What the templates of the case are filled with: every placeholder, with its meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deepday.case.benefit import Forecast, Spread
from deepday.case.evidence import FEWEST_WEEKS, Estimate, Evidence, Summary, follows, summarise
from deepday.case.metrics import Association
from deepday.case.tasks import Every, Hours, Task, TaskSummary, summarise_tasks
from deepday.case.wellbeing import WellbeingSummary
from deepday.model.agreement import Agreement
from deepday.report.case_language import Language
from deepday.report.case_text import Figure

PLACEHOLDERS: Mapping[str, str] = {
    "situation": "deep-work or overload",
    "measured": "whether calendar and chat were observed on enough days to say anything",
    "period": "the dates that were measured",
    "weeks_count": "measured weeks that count",
    "days_count": "working days that were observed in them",
    "few_weeks": "whether these are fewer than three weeks",
    "work": "working time of five days",
    "cost": "what interruptions took in five working days, as a range",
    "cost_likely": "the middle of that range",
    "lag": "the minutes assumed for picking work up again",
    "focus": "time in stretches of two hours or more without meetings or own chat, in five working days",
    "focus_range": "the same in the lowest and the highest week",
    "broken_days": "days without any such stretch, of the observed ones",
    "longest": "the longest stretch of a usual day (median)",
    "meetings": "meetings in five working days",
    "interruptions": "interruptions in five working days, from certain to possible",
    "self_share": "part of the switches into chat that were self-started; may be none",
    "traces": "hours worked as far as traces show: from the evidenced minutes to the span of the days",
    "after_hours": "meetings and own chat outside working hours, in five working days",
    "short_rests": "nights with less than 11 hours without a trace of work, of the observed; may be none",
    "answered_in_time": "share of directed messages answered within the limit",
    "waited": "how many directed messages that is of",
    "answer_limit": "the answering limit in force when it was measured",
    "agreed": "whether the agreement is one; otherwise it is a proposal",
    "written_down": "whether there is an agreement or proposal in a file; otherwise defaults are used",
    "agreed_on": "when it was agreed, or none",
    "days": "deep-work days, a number",
    "per": "week or sprint",
    "sprint_weeks": "weeks of a sprint",
    "baseline_weeks": "weeks measured before the trial",
    "trial_weeks": "weeks of the trial",
    "start": "first day of the trial, or none",
    "check_in": "date of the check-in, or none",
    "has_point_person": "whether a point person is named",
    "point_person": "who answers urgent requests; empty unless names are shown",
    "backup": "who stands behind them; empty unless names are shown",
    "batch_windows": "times at which messages are answered on a deep-work day, a list",
    "urgent_limit": "minutes within which an urgent request is answered",
    "urgent_path": "how urgent requests reach the point person; may be empty",
    "outcome": "interruption_cost or named",
    "outcome_name": "the outcome's name, where it is another",
    "outcome_better": "lower or higher, where it is another: which side of it is good",
    "smallest_effect": "smallest change worth having, in per cent",
    "guardrails": "what must not get worse: a list with measure and margin",
    "exit_rule": "what ends it, in words; may be empty",
    "tasks": "the task list: name, hours, every (once or week), stress, due, delegate, delegate_to, defer_to, critical",
    "task_count": "how many tasks there are",
    "without_hours": "how many of them have no estimate",
    "hours_left": "hours that the tasks still take, once",
    "hours_weekly": "hours that recurring tasks take each week",
    "delegate_hours": "hours that could be handed over, once",
    "delegate_weekly": "hours that could be handed over, each week",
    "defer_hours": "hours that could be done later, once",
    "defer_weekly": "hours each week that could wait",
    "critical_hours": "hours of critical work that needs unbroken time",
    "critical_count": "how many such tasks have an estimate",
    "block": "the shortest stretch in which they get anywhere",
    "overdue": "tasks whose date has passed",
    "stressful": "tasks that the owner gave 7 or more of 10 for stress",
    "forecast": "whether there are enough measured weeks for a forecast",
    "done_now": "when the critical work would be done in weeks like the measured ones, as a range",
    "done_deep": "the same with the deep-work days",
    "weeks_earlier": "by how many weeks that is earlier, as a range or at least; may be none",
    "usable": "unbroken time in a measured week, in stretches long enough",
    "usable_deep": "the same with the deep-work days",
    "draws": "how many futures were simulated",
    "unfinished": "in how many of them weeks like the measured ones do not get the work done within two years",
    "unfinished_deep": "the same with the deep-work days",
    "wellbeing": "the user's own answers, only if they chose to show them: days, strain, sleep, focus; else none",
    "metrics": "performance metrics beside workload: name, workload, weeks, least, r, comment",
    "actions": "agreed actions: what, owner, due",
    "minutes": "length of the meeting",
    "when": "when the meeting is, or none",
}
"""Every placeholder of the templates; texts print figures with the number of their source."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that was agreed to be done: what, by whom, until when."""

    what: str
    owner: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """All that the texts are made from. ``names``: whether other people's names are shown.

    ``written_down``: whether the agreement comes from a file. ``from_files``: whether calendars and chat were files,
    which the commands of the sources need again.
    """

    evidence: Evidence
    agreement: Agreement
    language: Language
    today: date
    period: tuple[date, date] | None = None
    tasks: Sequence[Task] = ()
    tasks_from: str = "tasks"
    forecast: Forecast | None = None
    wellbeing: WellbeingSummary | None = None
    metrics: Sequence[Association] = ()
    names: bool = False
    written_down: bool = False
    from_files: bool = False
    situation: str = "deep-work"
    actions: Sequence[Action] = ()
    minutes: int = 30
    when: str = ""
    summary: Summary = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "summary", summarise(self.evidence))


def context(case: Case) -> dict[str, Any]:
    """Return the values of all placeholders."""
    return {
        "situation": case.situation,
        "actions": [
            {"what": one.what, "owner": one.owner, "due": case.language.day(one.due) if one.due else ""}
            for one in case.actions
        ],
        "minutes": case.minutes,
        "when": case.when,
        **_measured(case),
        **_agreement(case),
        **_tasks(case, summarise_tasks(case.tasks, case.today)),
        **_forecast(case),
        "wellbeing": _wellbeing(case),
        "metrics": [_metric(one, case.language) for one in case.metrics],
    }


def source_of(estimate: Estimate, tongue: Language) -> str:
    """Return the command that shows the minutes behind a measured figure, and for which further weeks."""
    first, *rest = estimate.weeks
    more = f"; {tongue.likewise} {_week_names(rest, tongue)}" if rest else ""
    return f"deepday explain {first} {estimate.metric}{more}"


def _week_names(weeks: Sequence[str], tongue: Language) -> str:
    """Name weeks, those in a row by the first and the last of them."""
    runs: list[list[str]] = []
    for week in weeks:
        if runs and follows(runs[-1][-1], week):
            runs[-1].append(week)
        else:
            runs.append([week])
    return ", ".join(tongue.between(run[0], run[-1]) for run in runs)


def _measured(case: Case) -> dict[str, Any]:
    tongue, summary, evidence = case.language, case.summary, case.evidence

    def whole(estimate: Estimate | None) -> Figure | None:
        return Figure(tongue.length(estimate.middle), source_of(estimate, tongue)) if estimate else None

    def ends(estimate: Estimate | None, *, rough: bool = False) -> Figure | None:
        write = tongue.about if rough else tongue.length
        if estimate is None:
            return None
        return Figure(tongue.between(write(estimate.low), write(estimate.high)), source_of(estimate, tongue))

    def part(count: int | None, whole: int, metric: str) -> Figure | None:
        if count is None or not summary.weeks:
            return None
        return Figure(f"{count} {tongue.of} {whole}", _weeks_source(summary, metric, tongue))

    interruptions = summary.interruptions
    cost = summary.cost
    in_time = None if evidence.answered_in_time is None else round(100 * evidence.answered_in_time)
    return {
        "measured": summary.measured,
        "period": tongue.between(*map(tongue.day, case.period)) if case.period else "",
        "weeks_count": len(summary.weeks),
        "days_count": summary.days,
        "few_weeks": len(summary.weeks) < FEWEST_WEEKS,
        "work": whole(summary.work),
        "cost": ends(cost, rough=True),
        "cost_likely": Figure(tongue.about(cost.middle), source_of(cost, tongue)) if cost else None,
        "lag": tongue.between(*(tongue.number(at / 60) for at in evidence.lag)),
        "focus": whole(summary.focus),
        "focus_range": ends(summary.focus),
        "broken_days": part(summary.broken_days, summary.days, "focus120"),
        "longest": Figure(tongue.length(summary.longest), _weeks_source(summary, "quiet15", tongue))
        if summary.longest is not None
        else None,
        "meetings": whole(summary.meetings),
        "interruptions": Figure(
            tongue.between(f"{interruptions.low:.0f}", f"{interruptions.high:.0f}"), source_of(interruptions, tongue)
        )
        if interruptions
        else None,
        "self_share": Figure(f"{round(100 * summary.self_share)} %", _weeks_source(summary, "switches", tongue))
        if summary.self_share is not None and summary.self_share >= 0.005
        else None,
        "traces": ends(summary.traces, rough=True),
        "after_hours": whole(summary.after_hours),
        "short_rests": part(summary.short_rests or None, summary.nights, "evidenced"),
        "answered_in_time": Figure(f"{in_time} %", f"deepday measure, {evidence.answered_week}")
        if in_time is not None
        else None,
        "waited": evidence.waited,
        "answer_limit": tongue.length(evidence.answer_limit),
    }


def _weeks_source(summary: Summary, metric: str, tongue: Language) -> str:
    return source_of(Estimate(0, 0, 0, summary.weeks, metric), tongue)


def _agreement(case: Case) -> dict[str, Any]:
    agreement, tongue = case.agreement, case.language
    return {
        "agreed": agreement.agreed,
        "written_down": case.written_down,
        "agreed_on": tongue.day(agreement.agreed_on) if agreement.agreed_on else "",
        "days": agreement.days,
        "per": agreement.per.value,
        "sprint_weeks": agreement.sprint_weeks,
        "baseline_weeks": agreement.baseline_weeks,
        "trial_weeks": agreement.trial_weeks,
        "start": tongue.day(agreement.start) if agreement.start else "",
        "check_in": tongue.day(agreement.check_in) if agreement.check_in else "",
        "has_point_person": bool(agreement.point_person),
        "point_person": agreement.point_person if case.names else "",
        "backup": agreement.backup if case.names else "",
        "batch_windows": [
            "-".join(f"{at // 3600:02}:{at % 3600 // 60:02}" for at in (window.start, window.end))
            for window in agreement.batch_windows
        ],
        "urgent_limit": agreement.answer_limit,
        "urgent_path": agreement.urgent_path,
        "outcome": agreement.outcome.value,
        "outcome_name": agreement.outcome_name,
        "outcome_better": agreement.outcome_better.value if agreement.outcome_better else "",
        "smallest_effect": tongue.number(100 * agreement.smallest_effect),
        "guardrails": [
            {"measure": one.measure.value, "margin": tongue.number(one.margin)} for one in agreement.guardrails
        ],
        "exit_rule": agreement.exit_rule,
    }


def _tasks(case: Case, summary: TaskSummary) -> dict[str, Any]:
    tongue = case.language
    source = tongue.estimates.format(case.tasks_from)

    def hours(value: Hours) -> Figure | None:
        return Figure(tongue.estimate(value.low, value.high), source) if value.tasks else None

    return {
        "tasks": [_task(task, case, source) for task in case.tasks],
        "task_count": summary.count,
        "without_hours": summary.without_hours,
        "hours_left": hours(summary.left),
        "hours_weekly": hours(summary.weekly),
        "delegate_hours": hours(summary.delegated),
        "delegate_weekly": hours(summary.delegated_weekly),
        "defer_hours": hours(summary.deferred),
        "defer_weekly": hours(summary.deferred_weekly),
        "critical_hours": hours(summary.critical),
        "critical_count": summary.critical.tasks,
        "block": tongue.length(60 * summary.block),
        "overdue": summary.overdue,
        "stressful": summary.stressful,
    }


def _task(task: Task, case: Case, source: str) -> dict[str, Any]:
    tongue = case.language
    estimated = task.low is not None and task.high is not None
    return {
        "name": task.name,
        "hours": Figure(tongue.estimate(task.low or 0, task.high or 0), source) if estimated else None,
        "every": Every.WEEK.value if task.every is Every.WEEK else Every.ONCE.value,
        "stress": task.stress,
        "due": tongue.day(task.due) if task.due else "",
        "delegate": bool(task.delegate_to),
        "delegate_to": task.delegate_to if case.names else "",
        "defer_to": tongue.day(task.defer_to) if task.defer_to else "",
        "critical": task.critical,
    }


def _forecast(case: Case) -> dict[str, Any]:
    found, tongue = case.forecast, case.language
    if found is None:
        empty = dict.fromkeys(("done_now", "done_deep", "weeks_earlier", "usable", "usable_deep"))
        return {"forecast": False, "draws": 0, "unfinished": 0, "unfinished_deep": 0, **empty}
    source = f"deepday case benefit --seed {found.seed}"

    def spread(value: Spread) -> Figure:
        early, late = (tongue.day(at) if at else tongue.later for at in (value.early, value.late))
        return Figure(tongue.between(early, late), source)

    earlier = found.weeks_earlier
    if earlier and earlier[2] is None and round(earlier[0], 1) == 0:
        earlier = None
    return {
        "forecast": True,
        "done_now": spread(found.now),
        "done_deep": spread(found.deep),
        "weeks_earlier": Figure(_range(earlier[0], earlier[2], tongue), source) if earlier else None,
        "usable": Figure(tongue.about(found.usable), source),
        "usable_deep": Figure(tongue.about(found.usable_deep), source),
        "draws": found.draws,
        "unfinished": found.unfinished,
        "unfinished_deep": found.unfinished_deep,
    }


def _range(low: float, high: float | None, tongue: Language) -> str:
    """Write a range that may have no upper end."""
    if high is None:
        return f"{tongue.at_least} {tongue.number(low)}"
    return tongue.between(tongue.number(low), tongue.number(high))


def _wellbeing(case: Case) -> dict[str, Any] | None:
    found, tongue = case.wellbeing, case.language
    if found is None:
        return None
    scales = {
        name: Figure(
            f"{tongue.number(scale.middle)} ({tongue.between(tongue.number(scale.low), tongue.number(scale.high))})",
            tongue.answers,
        )
        if scale
        else None
        for name, scale in (("sleep", found.sleep), ("focus", found.focus), ("strain", found.strain))
    }
    return {"days": found.days, "enough": found.enough, **scales}


def _metric(found: Association, tongue: Language) -> dict[str, Any]:
    source = f"deepday case metrics, {found.metric}"

    def coefficient(r: float | None, interval: tuple[float, float] | None) -> Figure | None:
        if r is None or interval is None:
            return None
        ends = (f"{end:.2f}".replace(".", tongue.decimal) for end in interval)
        return Figure(
            f"{r:.2f} ({tongue.between(*ends)})".replace(f"{r:.2f}", f"{r:.2f}".replace(".", tongue.decimal)), source
        )

    return {
        "name": found.metric,
        "workload": tongue.workloads[found.workload],
        "weeks": found.weeks,
        "least": found.least,
        "constant": found.constant,
        "r": coefficient(found.r, found.interval),
        "changes": coefficient(found.changes_r, found.changes_interval),
        "comment": found.comment,
        "team": found.team,
        "note": found.note,
        "rows": []
        if found.drawn
        else [
            {"week": week, "load": tongue.number(load), "value": tongue.value(value)}
            for week, load, value in found.points
        ],
    }
