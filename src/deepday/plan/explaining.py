"""Why a day, why not a day: what it gains, what it displaces, against the next best."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

from deepday.errors import InputError
from deepday.plan.conflicts import UndecidedError, colliding_core, without_values
from deepday.plan.covered import Solver, solve
from deepday.plan.modelling import Candidate, Limit, Model, Rule, Solution, Status
from deepday.plan.problem import Meeting, Part, Problem
from deepday.plan.result import NotChosen

_FORCED = "forced"
_SMALL = 1_500  # candidates; above that the comparison with the next best is left out


class Comparison:
    """Compares a plan with the same plan after one exchange."""

    def __init__(self, model: Model, chosen: tuple[int, ...]) -> None:
        self._model, self._chosen = model, frozenset(chosen)
        self._allowed = set(model.allowed(frozenset()))
        self._limits: dict[int, list[Limit]] = defaultdict(list)
        self._mine: dict[str, list[int]] = defaultdict(list)
        for i, one in enumerate(model.candidates):
            self._mine[one.person].append(i)
        for limit in model.limits:
            for i, _ in limit.terms:
                self._limits[i].append(limit)
        self._objective = model.objective(chosen)

    def next_best(self, i: int) -> tuple[int, int] | None:
        """Return the candidate that would best stand in for the chosen ``i``, and how many minutes that would lose."""
        found = []
        for j in self._mine[self._model.candidates[i].person]:
            if j in self._chosen or j not in self._allowed:
                continue
            if self._model.candidates[j].period != self._model.candidates[i].period:
                continue
            loss = self.loss(i, j)
            if loss is not None:
                found.append((loss, j))
        if not found:
            return None
        loss, j = min(found)
        return j, loss

    def loss(self, i: int, j: int) -> int | None:
        """Return what exchanging the chosen ``i`` for ``j`` would lose; ``None`` where a rule forbids it."""
        swapped = self._chosen - {i} | {j}
        for limit in {id(one): one for one in (*self._limits[i], *self._limits[j])}.values():
            value = sum(k for n, k in limit.terms if n in swapped)
            if value < limit.low or (limit.high is not None and value > limit.high):
                return None
        return self._objective - self._model.objective(swapped)

    def best_for(self, j: int) -> tuple[int, int] | None:
        """Return the chosen candidate that ``j`` would best stand in for, and how many minutes that would lose."""
        one = self._model.candidates[j]
        mine = [
            i for i in self._mine[one.person] if i in self._chosen and self._model.candidates[i].period == one.period
        ]
        found = [(loss, i) for i in mine if (loss := self.loss(i, j)) is not None]
        if not found:
            return None
        loss, i = min(found)
        return i, loss


def reasons_for(model: Model, i: int, comparison: Comparison | None, *, accepted: bool) -> tuple[str, ...]:
    """Return sentences that say why the day was chosen."""
    one = model.candidates[i]
    block = one.block
    said = []
    if accepted:
        said.append("It was accepted before, and does not move by itself.")
    if block.stretches:
        longest = max(stretch.seconds for stretch in block.stretches) // 60
        said.append(f"It gains {block.gain} minutes of uninterrupted time; the longest stretch is {longest} minutes.")
    if block.displaced:
        said.append(f"{_meetings(block.displaced)} would move, at a cost of {block.cost} minutes.")
    else:
        said.append("No meeting has to move.")
    if block.kept:
        said.append(f"{_meetings(block.kept)} would stay, carved out of it.")
    if one.wish:
        said.append(f"It goes against wishes worth {one.wish} minutes.")
    if comparison and not accepted:
        other = comparison.next_best(i)
        if other is None:
            said.append("No other day of its kind would keep all rules.")
        else:
            j, loss = other
            said.append(f"The next best, {name_of(model.candidates[j])}, is worth {_less(loss)}.")
    return tuple(said)


def _meetings(found: tuple[Meeting, ...]) -> str:
    return "1 meeting" if len(found) == 1 else f"{len(found)} meetings"


def name_of(one: Candidate) -> str:
    """Return how a candidate is called in a sentence."""
    return f"{one.date:%A} {one.date}" + ("" if one.part is Part.DAY else f" ({one.part})")


def others_of(
    problem: Problem, model: Model, chosen: tuple[int, ...], comparison: Comparison | None
) -> tuple[NotChosen, ...]:
    """Return for each date that was not chosen what stood in the way."""
    taken = {(model.candidates[i].person, model.candidates[i].date) for i in chosen}
    by_date: dict[tuple[str, date], list[int]] = defaultdict(list)
    for i, one in enumerate(model.candidates):
        by_date[one.person, one.date].append(i)
    found = [NotChosen(person, day, why) for (person, day), why in model.facts.items() if _works(problem, person, day)]
    for (person, day), numbers in by_date.items():
        if (person, day) not in taken:
            found.append(NotChosen(person, day, _what_stood(model, numbers, comparison, chosen)))
    return tuple(sorted(found, key=lambda one: (one.person, one.date)))


def _works(problem: Problem, person: str, day: date) -> bool:
    return any(one.date == day and one.scheduled for one in problem.member(person).days)


def _in_the_way(model: Model, one: Candidate) -> str:
    said = []
    for name in sorted(one.blockers):
        lacking = f" ({', '.join(one.unable)})" if name.startswith("cover:") and one.unable else ""
        said.append(f"{model.rules[name].text}{lacking}")
    return "In the way: " + "; ".join(said) + "."


def _what_stood(
    model: Model,
    numbers: list[int],
    comparison: Comparison | None,
    chosen: tuple[int, ...],
) -> str:
    free = [i for i in numbers if not model.candidates[i].blockers]
    if not free:
        return _in_the_way(model, model.candidates[numbers[0]])
    if comparison is None and not chosen:
        return "It is open, but the rules leave no plan."
    if comparison is None:
        return "Other days are worth more, or leave others more room."
    found = [(best[1], best[0]) for i in free if (best := comparison.best_for(i)) is not None]
    if not found:
        one = model.candidates[free[0]]
        near = [model.candidates[i] for i in chosen]
        mine = [other for other in near if (other.person, other.period) == (one.person, one.period)]
        if mine and all(f"accepted:{other.person}:{other.date}" in model.rules for other in mine):
            return "The accepted days are as many as are asked for."
        return "Together with the other days it would break a rule."
    loss, i = min(found)
    return f"It is worth {_less(loss)} than {name_of(model.candidates[i])}."


def _less(loss: int) -> str:
    return f"{loss} minutes less" if loss >= 0 else f"{-loss} minutes more"


def small_enough(model: Model) -> bool:
    """Tell whether exchanges are worth comparing one by one."""
    return len(model.candidates) <= _SMALL


def why_not(problem: Problem, model: Model, solver: Solver, person: str, day: date, objective: int) -> tuple[str, ...]:
    """Say exactly what stands against a date: the rules in its way, or how many minutes a plan with it is worth less.

    Raises :class:`InputError` for a date outside the horizon.
    """
    if not problem.first <= day <= problem.last:
        raise InputError(
            f"{day} lies outside the plan, which runs from {problem.first} to {problem.last}.",
            "Ask for a date in it, or plan other weeks with --from and --weeks.",
        )
    numbers = [i for i, one in enumerate(model.candidates) if one.person == person and one.date == day]
    if not numbers:
        return (model.facts.get((person, day), "It lies outside the working hours."),)
    if all(model.candidates[i].blockers for i in numbers):
        return (_in_the_way(model, model.candidates[numbers[0]]),)
    limit = Limit(_FORCED, tuple((i, 1) for i in numbers), low=1)
    forced = replace(
        model,
        limits=(*model.limits, limit),
        rules={**model.rules, _FORCED: Rule(_FORCED, f"a deep-work day on {day}")},
        previous=frozenset(),
    )
    best = solve(forced, solver)[0]
    if best.found:
        one = max((model.candidates[i] for i in numbers), key=lambda found: found.value)
        return (
            _compared(model, best, objective),
            f"The day itself would gain {one.block.gain} minutes and displace meetings at a cost of {one.block.cost}.",
        )
    core = _collides_with(forced, solver) if best.status is Status.INFEASIBLE else None
    if core is None:
        return ("Whether a plan could have it was not found in the time that was given.",)
    whose = len(problem.members) > 1
    said = "; ".join(forced.rules[name].words(whose=whose) for name in sorted(core - {_FORCED}))
    if _FORCED not in core and said:
        return (f"No plan keeps all the rules, with it or without it. These collide: {said}.",)
    return (f"In the way: {said}.",) if said else ("No plan has a deep-work day on it.",)


def _compared(model: Model, best: Solution, objective: int) -> str:
    """Say what a plan that was made anew with a date is worth beside one that keeps days of the plan so far."""
    sure = "The best plan with it" if best.status is Status.OPTIMAL else "The best plan that was found with it"
    moved = len(model.previous.difference(best.chosen))
    but = f", but moves {moved} day{'' if moved == 1 else 's'} of the plan so far" if moved else ""
    less = objective - best.objective
    return f"{sure} is worth {_less(less)}{but if less < 0 else ''}."


def _collides_with(forced: Model, solver: Solver) -> frozenset[str] | None:
    """Return rules that collide with the date that is forced; ``None`` where the time was not enough."""
    names = frozenset(forced.rules)
    bare = without_values(forced)

    def agree(kept: frozenset[str]) -> bool:
        found = solve(bare, solver, names - kept)[0]
        if found.status is Status.UNKNOWN:
            raise UndecidedError
        return found.found

    try:
        return colliding_core(sorted(names), agree)
    except UndecidedError:
        return None
