"""The plan in the terminal: weeks as a grid, reasons below. Needs rich."""

from collections.abc import Sequence
from datetime import date

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from deepday.plan.in_the_way import InTheWay
from deepday.plan.modelling import Status
from deepday.plan.problem import Part, Problem
from deepday.plan.result import Changes, Plan, PlannedDay
from deepday.report.plan_view import (
    PARTS,
    clock_time,
    conflict_lines,
    day_words,
    headline,
    in_team,
    meeting_name,
    weeks_of,
    what_if_line,
    worth_of,
)
from deepday.report.words import day_name, listed, plain

_DEEP, _HALF = "█", "▌"
_WIDE = 80  # columns; below that the grid has only marks, and the hours stand with the reasons


def render_plan(
    plan: Plan, problem: Problem, console: Console, notes: Sequence[str] = (), before: Plan | None = None
) -> None:
    """Print the plan."""
    console.print(Text(plain(headline(plan, problem)), style="bold"))
    for line in conflict_lines(plan, problem):
        console.print(Text(plain(line)))
    whose = in_team(problem)
    for line in change_lines(plan.changes, whose=whose):
        console.print(Text(plain(line)))
    if before is not None:
        console.print(Text(what_if_line(plan, before)))
    console.print()
    for monday, dates in weeks_of(plan, problem).items():
        console.print(_grid(plan, problem, monday, dates, narrow=console.width < _WIDE))
    for day in plan.days:
        _day(day, problem, console)
    if not plan.days or plan.status is Status.INFEASIBLE:
        for line in _standing(plan, problem):
            console.print(Text(plain(line)))
    for number, one in enumerate(plan.alternatives, 1):
        days = ", ".join(day_words(day, whose=whose) for day in one.days[:10])
        more = f" and {len(one.days) - 10} more" if len(one.days) > 10 else ""
        console.print(Text(plain(f"Alternative {number}, {worth_of(one)} ({one.note}): {days}{more}")))
    for note in notes:
        console.print(Text(plain(f"Note: {note}"), style="dim"))


def _standing(plan: Plan, problem: Problem) -> list[str]:
    """Return what stands in the way of which dates, where there is no plan."""
    dates: dict[str, list[str]] = {}
    for one in plan.others:
        who = f" ({one.person})" if len(problem.members) > 1 else ""
        dates.setdefault(f"{who}: {one.why}", []).append(day_name(one.date))
    return [f"{listed(found, 5)}{why}" for why, found in dates.items()]


def change_lines(changes: Changes | None, *, whose: bool) -> list[str]:
    """Return the difference from the plan before in sentences, with whose days; nothing where there was none."""
    if changes is None:
        return []
    if not changes:
        return ["Nothing changes: the plan so far still holds."]
    lines = [f"Moved: {day_words(old, whose=whose)} to {day_words(new, whose=False)}." for old, new in changes.moved]
    lines += [f"New: {day_words(one, whose=whose)}." for one in changes.added]
    return lines + [f"Gone: {day_words(one, whose=whose)}." for one in changes.removed]


def _grid(plan: Plan, problem: Problem, monday: date, dates: Sequence[date], *, narrow: bool) -> Table:
    year, week, _ = monday.isocalendar()
    table = Table(box=box.SIMPLE_HEAD, title=f"{year}-W{week:02}", title_justify="left", pad_edge=False)
    whose = in_team(problem)
    if whose:
        table.add_column("")
    for day in dates:
        table.add_column(f"{day:%a}\n{day.day}" if narrow else day_name(day), no_wrap=narrow)
    chosen = {(day.person, day.date): day for day in plan.days}
    for member in sorted(problem.members, key=lambda one: one.id):
        if member.plans or any(member.id in {day.point_person, day.backup} for day in plan.days):
            cells = [_cell(plan, problem, member.id, day, chosen, narrow=narrow) for day in dates]
            table.add_row(*([Text(plain(member.id))] if whose else []), *cells)
    return table


def _cell(
    plan: Plan,
    problem: Problem,
    person: str,
    day: date,
    chosen: dict[tuple[str, date], PlannedDay],
    *,
    narrow: bool,
) -> Text:
    member = problem.member(person)
    mine = chosen.get((person, day))
    if mine:
        zone = member.zone_on(day)
        mark = _DEEP if mine.part is Part.DAY else _HALF
        state = "✓" if mine.accepted else ""
        if narrow:
            return Text(mark + state)
        return Text(f"{mark} {clock_time(mine.when.start, zone)}-{clock_time(mine.when.end, zone)} {state}".rstrip())
    if any(one.date == day and person in {one.backup, *(point for _, point in one.points)} for one in plan.days):
        return Text("c" if narrow else "covers")
    found = next((one for one in member.days if one.date == day), None)
    if not problem.first <= day <= problem.last:
        return Text("")
    if found is None or not found.windows:
        return Text(plain(found.off)[:12] if found and found.off and not narrow else "-", style="dim")
    return Text("·", style="dim")


def _day(day: PlannedDay, problem: Problem, console: Console) -> None:
    zone = problem.member(day.person).zone_on(day.date)
    who = f" {day.person}" if len(problem.members) > 1 else ""
    head = f"{day_name(day.date)}{PARTS[day.part]}{who}, {clock_time(day.when.start, zone)} to "
    head += clock_time(day.when.end, zone)
    if len({one.zone_on(day.date) for one in problem.members}) > 1:
        head += f" ({zone})"
    if day.points:
        said = ", ".join(f"{topic}: {person}" if topic else person for topic, person in day.points)
        head += f"; point person {said}" + (f", backup {day.backup}" if day.backup else "")
    console.print(Text(plain(head), style="bold"))
    lines = [*day.reasons]
    for meeting in day.displaced:
        name = meeting_name(meeting)
        lines.append(
            f"would move: {clock_time(meeting.when.start, zone)} {name}, {meeting.price} minutes ({meeting.why})"
        )
    for line in lines:
        console.print(Padding(Text(plain(line)), (0, 0, 0, 2)))


def render_meetings(found: Sequence[InTheWay], day: date, zone: str, console: Console) -> None:
    """Print the meetings in the way of a day with what could be done about each."""
    if not found:
        console.print(Text(f"No meeting lies in the way on {day_name(day)}."))
    for one in found:
        start, end = clock_time(one.meeting.when.start, zone), clock_time(one.meeting.when.end, zone)
        people = f", {one.meeting.people} people" if one.meeting.title and one.meeting.people else ""
        console.print(Text(plain(f"{start}-{end} {meeting_name(one.meeting)}{people}"), style="bold"))
        for option in one.options:
            worth = f"{option.saves:+} min quiet, costs {option.cost} min" if option.saves or option.cost else "no cost"
            console.print(Padding(Text(plain(f"{option.proposal}: {option.note} ({worth})")), (0, 0, 0, 2)))
            if option.text:
                console.print(Padding(Text(plain(option.text), style="italic"), (0, 0, 0, 4)))
    if found:
        console.print(Text("Nothing is sent or declined; these are texts to copy."))
