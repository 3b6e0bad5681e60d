"""When no plan fits: sets of rules that collide, what giving up each one brings, and the cheapest.

A set is found by dividing (QuickXplain): together its rules leave no plan, whatever else holds, and none of them can be
left out of it. In plans that are not large it is then the smallest of all such sets. The price of giving up a rule =
minutes that the best plan without all the colliding rules is worth more than the best plan without only this one. Only
what was proved is said: where time runs out, sets and prices are missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count

from deepday.plan.covered import Solver, solve
from deepday.plan.modelling import Model, Rule, Solution, Status

_MOST = 20  # sets of colliding rules that are looked for
_SMALL = 300  # candidates; above that one question takes too long to ask the many that the smallest set needs
_QUESTIONS = 1_000  # to the solver, for one smallest set


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Giving up one rule. ``enough``: whether a plan was found that way, when the other sets have given up theirs.

    ``price`` in minutes, ``None`` where that alone is not enough, or where the plans were not proved the best.
    """

    rule: Rule
    price: int | None
    enough: bool = True


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that collide: leave out any one of them and the others agree. ``cheapest``: the one to give up."""

    rules: tuple[Relaxation, ...]
    cheapest: Relaxation


@dataclass(frozen=True, slots=True)
class Conflicts:
    """What collides in a model without a plan, and the rules to give up (``given_up``) for the plan ``relaxed``.

    Where time ran out, ``found`` may lack some, and ``given_up`` and ``relaxed`` are empty.
    """

    found: tuple[Conflict, ...]
    given_up: frozenset[str] = frozenset()
    relaxed: Solution | None = None


class UndecidedError(Exception):
    """The solver neither found a plan nor proved that there is none."""


def find_conflicts(model: Model, solver: Solver) -> Conflicts:
    """Return the sets of colliding rules of a model without a plan, and the rules to give up so that there is one.

    What people rely on (firm rules) is given up only where nothing else in the set will do.
    """
    search = _Search(model, solver)
    cores: list[frozenset[str]] = []
    gone: frozenset[str] = frozenset()
    while core := search.core(gone):
        cores.append(core)
        gone |= core
    conflicts = [_conflict(model, core, gone, search.best) for core in cores]
    given_up = frozenset(conflict.cheapest.rule.id for conflict in conflicts)
    while cores and (core := search.core(given_up)):
        gone |= core
        conflicts.append(_conflict(model, core, gone, search.best))
        given_up |= {conflicts[-1].cheapest.rule.id}
    relaxed = search.best(given_up)
    return Conflicts(tuple(conflicts), given_up, relaxed) if relaxed.found else Conflicts(tuple(conflicts))


class _Search:
    """Asks the solver each question once."""

    def __init__(self, model: Model, solver: Solver) -> None:
        self._model, self._solver = model, solver
        self._known: dict[frozenset[str], Solution] = {}
        self._possible: dict[frozenset[str], Status] = {}
        self._bare = without_values(model)
        self._named = 0

    def best(self, dropped: frozenset[str]) -> Solution:
        """Return the best plan without some rules."""
        if dropped not in self._known:
            self._known[dropped] = solve(self._model, self._solver, dropped)[0]
        return self._known[dropped]

    def _agree(self, dropped: frozenset[str]) -> bool:
        if dropped not in self._possible:
            self._possible[dropped] = solve(self._bare, self._solver, dropped)[0].status
        if self._possible[dropped] is Status.UNKNOWN:
            raise UndecidedError
        return self._possible[dropped] is not Status.INFEASIBLE

    def core(self, gone: frozenset[str]) -> frozenset[str]:
        """Return colliding rules beyond those that are gone; empty where the others agree, or nothing was proved."""
        names = frozenset(self._model.rules)
        if self._named == _MOST:
            return frozenset()
        open_names = sorted(names - gone)

        def agree(kept: frozenset[str]) -> bool:
            return self._agree(names - kept)

        try:
            found = colliding_core(open_names, agree)
        except UndecidedError:
            return frozenset()
        self._named += 1
        if len(self._model.candidates) > _SMALL:
            return found
        try:
            return smallest_core(open_names, found, _asked_at_most(_QUESTIONS, agree))
        except UndecidedError:
            return found


def without_values(model: Model) -> Model:
    """Return the model with the same plans, all worth nothing: whether there is one is answered much sooner."""
    candidates = tuple(replace(one, wish=one.block.gain - one.block.cost) for one in model.candidates)
    return replace(model, candidates=candidates, pairs=(), habits=(), previous=frozenset())


def _conflict(
    model: Model, core: frozenset[str], gone: frozenset[str], best: Callable[[frozenset[str]], Solution]
) -> Conflict:
    free = best(gone)
    found = []
    for name in sorted(core):
        only = best((gone - core) | {name})
        proved = free.status is Status.OPTIMAL and only.status is Status.OPTIMAL
        price = max(0, free.objective - only.objective) if proved else None
        found.append(Relaxation(model.rules[name], price, only.found))
    cheapest = min(
        found,
        key=lambda one: (
            not one.enough,
            one.rule.firm,
            one.price is None,
            one.price or 0,
            _hardness(one.rule.id),
            one.rule.id,
        ),
    )
    return Conflict(tuple(found), cheapest)


def _hardness(name: str) -> int:
    """Of equal prices, asking for less comes before going against what somebody has said."""
    return 0 if name.startswith("quota:") else 1


def colliding_core(names: Sequence[str], agree: Callable[[frozenset[str]], bool]) -> frozenset[str]:
    """Return a set that does not agree, of which none can be left out; empty where all of them agree.

    ``agree``: whether a plan keeps exactly these. A larger set never agrees where a smaller one does not.

    >>> sorted(colliding_core("abcdef", lambda kept: not {"b", "e"} <= kept))
    ['b', 'e']
    """
    if agree(frozenset(names)):
        return frozenset()
    if not names or not agree(frozenset()):
        return frozenset()  # it is no rule's fault
    return _divide(frozenset(), grew=False, names=list(names), agree=agree)


def _divide(
    given: frozenset[str], *, grew: bool, names: list[str], agree: Callable[[frozenset[str]], bool]
) -> frozenset[str]:
    if grew and not agree(given):
        return frozenset()
    if len(names) == 1:
        return frozenset(names)
    half = len(names) // 2
    first, second = names[:half], names[half:]
    later = _divide(given | set(first), grew=bool(first), names=second, agree=agree)
    earlier = _divide(given | later, grew=bool(later), names=first, agree=agree)
    return later | earlier


def _asked_at_most(most: int, agree: Callable[[frozenset[str]], bool]) -> Callable[[frozenset[str]], bool]:
    asked = count()

    def answer(kept: frozenset[str]) -> bool:
        if next(asked) == most:
            raise UndecidedError
        return agree(kept)

    return answer


def smallest_core(
    names: Sequence[str], core: frozenset[str], agree: Callable[[frozenset[str]], bool]
) -> frozenset[str]:
    """Return a set that does not agree, of which no other is smaller. ``core``: one that does not, to begin with.

    Each largest agreeing set leaves some rules out, and every colliding set has at least one of those (implicit hitting
    sets: Ignatiev et al. 2015). So a smallest choice of one from each, once it collides, is a smallest colliding set.

    >>> collide = [set("abc"), set("ef")]
    >>> sorted(smallest_core("abcdef", frozenset("abc"), lambda kept: not any(one <= kept for one in collide)))
    ['e', 'f']
    """
    left_out: list[frozenset[str]] = []
    while (hit := _smallest_choice(left_out, len(core) - 1)) is not None:
        if not agree(hit):
            return hit
        left_out.append(frozenset(names) - _grown(hit, [name for name in names if name not in hit], agree))
    return core


def _grown(kept: frozenset[str], more: Sequence[str], agree: Callable[[frozenset[str]], bool]) -> frozenset[str]:
    """Return an agreeing set that holds ``kept`` and as many more as can be added one after another."""
    if not more or agree(kept | set(more)):
        return kept | set(more)
    if len(more) == 1:
        return kept
    half = len(more) // 2
    return _grown(_grown(kept, more[:half], agree), more[half:], agree)


def _smallest_choice(sets: Sequence[frozenset[str]], most: int) -> frozenset[str] | None:
    """Return a smallest set with something of each, ``None`` where it takes more than ``most``."""

    def choose(chosen: frozenset[str], room: int) -> frozenset[str] | None:
        open_sets = [one for one in sets if not one & chosen]
        if not open_sets:
            return chosen
        if not room:
            return None
        fewest = min(open_sets, key=lambda one: len(one))  # noqa: PLW0108 - mypy takes no bare len here
        options = (choose(chosen | {name}, room - 1) for name in sorted(fewest))
        return next((found for found in options if found is not None), None)

    sizes = (choose(frozenset(), size) for size in range(most + 1))
    return next((found for found in sizes if found is not None), None)
