"""When no plan fits: the smallest sets of rules that collide, what giving up each one brings, and the cheapest.

A set is found by dividing (QuickXplain): none of its rules can be left out of it, and together they leave no plan,
whatever else holds. The price of giving up a rule = minutes that the best plan without all the colliding rules is worth
more than the best plan without only this one; ``None`` where giving it up alone is not enough.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deepday.plan.covered import Solver, solve
from deepday.plan.modelling import Model, Rule, Solution

_MOST = 20  # sets of colliding rules that are looked for


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Giving up one rule. ``price`` in minutes, ``None`` where that alone is not enough."""

    rule: Rule
    price: int | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that collide: leave out any one of them and the others agree. ``cheapest``: the one to give up."""

    rules: tuple[Relaxation, ...]
    cheapest: Relaxation


def find_conflicts(model: Model, solver: Solver) -> tuple[tuple[Conflict, ...], frozenset[str]]:
    """Return the sets of colliding rules of a model without a plan, and the rules to give up so that there is one.

    What people rely on (firm rules) is given up only where nothing else in the set will do.
    """
    worth: dict[frozenset[str], Solution] = {}

    def best(dropped: frozenset[str]) -> Solution:
        if dropped not in worth:
            worth[dropped] = solve(model, solver, dropped)[0]
        return worth[dropped]

    names = frozenset(model.rules)
    cores: list[frozenset[str]] = []
    gone: frozenset[str] = frozenset()
    while len(cores) < _MOST and not best(gone).found:
        core = smallest_core(sorted(names - gone), lambda kept: best(names - kept).found)
        if not core:  # even without any rule there is no plan
            break
        cores.append(core)
        gone |= core
    conflicts = [_conflict(model, core, gone, best) for core in cores]
    given_up = frozenset(conflict.cheapest.rule.id for conflict in conflicts)
    while cores and len(conflicts) < _MOST and not best(given_up).found:
        core = smallest_core(sorted(names - given_up), lambda kept: best(names - kept).found)
        if not core:
            break
        gone |= core
        conflicts.append(_conflict(model, core, gone, best))
        given_up |= {conflicts[-1].cheapest.rule.id}
    return tuple(conflicts), given_up


def _conflict(
    model: Model, core: frozenset[str], gone: frozenset[str], best: Callable[[frozenset[str]], Solution]
) -> Conflict:
    free = best(gone)
    found = []
    for name in sorted(core):
        only = best((gone - core) | {name})
        price = max(0, free.objective - only.objective) if free.found and only.found else None
        found.append(Relaxation(model.rules[name], price))
    cheapest = min(
        found,
        key=lambda one: (one.price is None, one.rule.firm, one.price or 0, _hardness(one.rule.id), one.rule.id),
    )
    return Conflict(tuple(found), cheapest)


def _hardness(name: str) -> int:
    """Of equal prices, asking for less comes before going against what somebody has said."""
    return 0 if name.startswith("quota:") else 1


def smallest_core(names: Sequence[str], agree: Callable[[frozenset[str]], bool]) -> frozenset[str]:
    """Return a smallest set (none of it can be left out) that does not agree; empty where all of them agree.

    ``agree``: whether a plan keeps exactly these. A larger set never agrees where a smaller one does not.

    >>> sorted(smallest_core("abcdef", lambda kept: not {"b", "e"} <= kept))
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
