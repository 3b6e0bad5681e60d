"""Who covers whom: on each date everybody who is deep gets a point person, and a backup where one is asked for.

The solver only sees to it that each deep day leaves enough people who could. Whether they can share the work without
anybody covering too many at once is settled here, exactly, date by date; where they cannot, the smallest group of deep
days that is too much goes back to the solver as a further limit.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from deepday.plan.modelling import Limit, Model
from deepday.plan.problem import Cover

_STEPS = 20_000
"""Steps of the search for one group, far more than one needs; a group that takes more counts as too much."""

_Taken = dict[str, list[int]]
"""The chosen days around a date, by person."""


def assign_cover(
    model: Model, chosen: Iterable[int], dropped: frozenset[str] = frozenset()
) -> tuple[dict[int, Cover], list[Limit]]:
    """Return who covers each chosen day, and limits that rule out groups of days that cannot be covered together.

    Those who have covered least so far, :attr:`Model.load` included, come first, then by address: so the load is shared
    over time. Who gave up the rule (``dropped``) gets no cover.
    """
    days: dict[date, list[int]] = defaultdict(list)
    deep: dict[date, list[int]] = defaultdict(list)
    for i in sorted(chosen):
        deep[model.candidates[i].date].append(i)
        one = model.candidates[i]
        if one.covers is not None and f"cover:{one.person}" not in dropped:
            days[one.date].append(i)
    load: Counter[str] = Counter(model.load)
    covers: dict[int, Cover] = {}
    cuts: list[Limit] = []
    for day in sorted(days):
        taken: _Taken = defaultdict(list)
        for i in (i for step in (-1, 0, 1) for i in deep.get(day + timedelta(days=step), ())):
            taken[model.candidates[i].person].append(i)
        for group in _connected(model, days[day]):
            found = _cover_group(model, group, taken, load)
            if found is None:
                cuts.append(_too_much(model, group, taken))
                continue
            covers.update(found)
            for cover in found.values():
                load.update(cover.people)
    return covers, cuts


def _connected(model: Model, group: list[int]) -> list[list[int]]:
    """Split the deep days of a date into groups that have nobody in common who could cover."""
    parts: list[tuple[set[str], list[int]]] = []
    for i in group:
        people = set(model.candidates[i].able)
        touching = [part for part in parts if part[0] & people]
        parts = [part for part in parts if not part[0] & people]
        parts.append((people.union(*(part[0] for part in touching)), sorted([i, *(j for p in touching for j in p[1])])))
    return sorted(numbers for _, numbers in parts)


def _too_much(model: Model, group: list[int], taken: _Taken) -> Limit:
    """Return the limit against a smallest part of the group that cannot be covered."""
    part = list(group)
    for i in group:
        rest = [j for j in part if j != i]
        if rest and _cover_group(model, rest, taken, Counter()) is None:
            part = rest
    # Somebody deep covers nobody, and it takes all of these to be too many for those who are left.
    near = (j for mine in taken.values() for j in mine if _stands_in_the_way(model, part, j))
    deep = sorted({*part, *near})
    owner = model.candidates[part[0]].person
    return Limit(f"cover:{owner}", tuple((i, 1) for i in deep), high=len(deep) - 1)


def _stands_in_the_way(model: Model, part: list[int], j: int) -> bool:
    other = model.candidates[j]
    return any(other.person in model.candidates[i].able and _overlap(model, i, j) for i in part)


def _overlap(model: Model, i: int, j: int) -> bool:
    one, other = model.candidates[i].block.when, model.candidates[j].block.when
    return one.start < other.end and other.start < one.end


def _cover_group(model: Model, group: list[int], taken: _Taken, load: Counter[str]) -> dict[int, Cover] | None:
    """Give every one of the group its cover, those with the fewest choices first; ``None`` where there is no way."""
    options: dict[int, list[list[str]]] = {}
    for i in group:
        one = model.candidates[i]
        deep = {person for person in one.able if any(_overlap(model, i, j) for j in taken.get(person, ()))}
        sought = [people for _, people in one.covers or ()] + ([one.behind] if model.backups else [])
        options[i] = [[person for person in people if person not in deep] for people in sought]
    slots = [
        (i, role)
        for i in sorted(group, key=lambda i: (min(map(len, options[i])), i))
        for role in range(len(options[i]))
    ]
    picked = _place(model, options, slots, load)
    if picked is None:
        return None
    found = {}
    for i in group:
        topics = [topic for topic, _ in model.candidates[i].covers or ()]
        points = tuple((topic, picked[i, role]) for role, topic in enumerate(topics))
        found[i] = Cover(points, picked[i, len(topics)] if model.backups else "")
    return found


def _place(
    model: Model, options: dict[int, list[list[str]]], slots: list[tuple[int, int]], load: Counter[str]
) -> dict[tuple[int, int], str] | None:
    """Give each role of each day to somebody, going back where it does not work out."""
    covering: Counter[str] = Counter()
    picked: dict[tuple[int, int], str] = {}
    untried: list[list[str]] = []  # for each slot up to now, who is left to try
    for _ in range(_STEPS):
        if len(untried) <= len(picked):
            if len(picked) == len(slots):
                return picked
            i, role = slots[len(picked)]
            mine = {picked[i, earlier] for earlier in range(role)}
            backup = bool(model.backups) and role == len(options[i]) - 1
            free = [
                person
                for person in options[i][role]
                if (person in mine and not backup)
                or (person not in mine and covering[person] < model.cover_limit.get(person, 1))
            ]
            untried.append(sorted(free, key=lambda one: (load[one] + covering[one], one), reverse=True))
        if untried[-1]:
            slot = slots[len(picked)]
            person = untried[-1].pop()
            covering[person] += _is_new(picked, slot, person)
            picked[slot] = person
        else:
            untried.pop()
            if not untried:
                return None
            slot = slots[len(untried) - 1]
            person = picked.pop(slot)
            covering[person] -= _is_new(picked, slot, person)
    return None


def _is_new(picked: dict[tuple[int, int], str], slot: tuple[int, int], person: str) -> bool:
    """Tell whether the person has no earlier role of the same day."""
    return all(picked.get((slot[0], earlier)) != person for earlier in range(slot[1]))
