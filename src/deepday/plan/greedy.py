"""A team's plan without a solver: the best days first, then small exchanges. Quick, and usually not the best."""

from collections import defaultdict

from deepday.plan.modelling import Limit, Model, Solution, Status

ENGINE = "greedy"
_ROUNDS = 3


def solve_greedily(model: Model, dropped: frozenset[str] = frozenset()) -> Solution:
    """Return a plan that keeps every rule, or :attr:`Status.UNKNOWN` where none was found this way.

    Each quota is filled with the best days that still fit, those with the fewest choices first; where one lacks days, a
    day of somebody else makes room; then single days are exchanged for better ones. ``bound``: each
    quota with its best days, as if nobody were in anybody's way.
    """
    work = _Work(model, dropped)
    for limit in sorted(work.lows, key=lambda one: (_room(work, one), one.rule, one.terms)):
        work.fill(limit)
    for _ in range(_ROUNDS):
        short = [limit for limit in work.lows if work.lacks(limit) > 0]
        for limit in short:
            work.make_room(limit)
        if not short:
            break
    for i in sorted(model.previous):
        if work.fits(i):
            work.add(i)
    for _ in range(_ROUNDS):
        if not sum(work.improve(limit) for limit in work.lows):
            break
    chosen = tuple(sorted(work.chosen))
    bound = simple_bound(model, dropped)
    if model.broken(chosen, dropped):
        return Solution(Status.UNKNOWN, bound=bound, engine=ENGINE)
    objective = model.objective(chosen)
    status = Status.OPTIMAL if objective >= bound and not model.previous else Status.FEASIBLE
    return Solution(status, chosen, objective, max(bound, objective), ENGINE)


def simple_bound(model: Model, dropped: frozenset[str] = frozenset()) -> int:
    """Return minutes that no plan exceeds: for each person and sprint the best days up to what may be chosen."""
    allowed = set(model.allowed(dropped))
    given_back: dict[int, int] = defaultdict(int)
    for pair in model.pairs:
        given_back[pair.one] += max(0, -pair.price)
    most: dict[tuple[str, int], int] = {}
    for limit in model.limits:
        if limit.rule == "" and limit.high is not None and limit.terms:
            first = model.candidates[limit.terms[0][0]]
            key = (first.person, first.period)
            most[key] = max(most.get(key, 0), limit.high)
    values: dict[tuple[str, int], list[int]] = defaultdict(list)
    for i in allowed:
        one = model.candidates[i]
        values[one.person, one.period].append(one.value + given_back[i])
    return sum(
        max(sum(sorted(found, reverse=True)[:count]) for count in range(most.get(key, len(found)) + 1))
        for key, found in values.items()
    )


def _room(work: "_Work", limit: Limit) -> int:
    return sum(i in work.allowed for i, _ in limit.terms) - limit.low


class _Work:
    """A choice in the making, with the sum of each limit."""

    def __init__(self, model: Model, dropped: frozenset[str]) -> None:
        self.model = model
        self.allowed = set(model.allowed(dropped))
        self.chosen: set[int] = set()
        limits = [limit for limit in model.limits if limit.rule not in dropped]
        self.lows = [limit for limit in limits if limit.low > 0]
        self._highs = [limit.high for limit in limits if limit.high is not None]
        self._sums = [0] * len(self._highs)
        self._in: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._members = [limit.terms for limit in limits if limit.high is not None]
        self._lows_of: dict[int, list[Limit]] = defaultdict(list)
        for limit in self.lows:
            for i, _ in limit.terms:
                self._lows_of[i].append(limit)
        for number, terms in enumerate(self._members):
            for i, coefficient in terms:
                self._in[i].append((number, coefficient))
        self._extra: dict[int, list[tuple[str, tuple[int, ...], int]]] = defaultdict(list)
        for pair in model.pairs:
            self._extra[pair.one].append(("pair", (pair.other,), pair.price))
            self._extra[pair.other].append(("pair", (pair.one,), pair.price))
        for habit in model.habits:
            self._extra[habit.one].append(("habit", habit.before, habit.price))

    def fits(self, i: int) -> bool:
        """Tell whether a candidate can be added."""
        return (
            i in self.allowed
            and i not in self.chosen
            and all(self._sums[number] + k <= self._highs[number] for number, k in self._in[i])
        )

    def add(self, i: int) -> None:
        """Choose a candidate."""
        self.chosen.add(i)
        for number, k in self._in[i]:
            self._sums[number] += k

    def remove(self, i: int) -> None:
        """Unchoose a candidate."""
        self.chosen.remove(i)
        for number, k in self._in[i]:
            self._sums[number] -= k

    def worth(self, i: int) -> tuple[int, int]:
        """Return what adding a candidate would bring now: kept days, then minutes."""
        value = self.model.candidates[i].value
        for sort, others, price in self._extra[i]:
            near = any(other in self.chosen for other in others)
            if near == (sort == "pair"):
                value -= price
        return int(i in self.model.previous), value

    def lacks(self, limit: Limit) -> int:
        """Return how many days a limit still asks for."""
        return limit.low - sum(i in self.chosen for i, _ in limit.terms)

    def make_room(self, limit: Limit) -> None:
        """Where a limit lacks days, move one day of somebody else that is in the way of one."""
        for i, _ in limit.terms:
            if self.lacks(limit) <= 0:
                return
            if i not in self.allowed or i in self.chosen:
                continue
            for other in sorted(self._in_the_way(i)):
                if other not in self.chosen:  # it went with an earlier attempt
                    continue
                theirs = [one for one in self._lows_of[other] if one is not limit]
                self.remove(other)
                if self.fits(i):
                    self.add(i)
                    for one in theirs:
                        self.fill(one)
                    if not any(self.lacks(one) > 0 for one in theirs):
                        break
                    self.remove(i)
                self._put_back(other, theirs)

    def _put_back(self, i: int, limits: list[Limit]) -> None:
        """Choose again what was removed, in place of what has taken its room meanwhile."""
        for limit in limits:
            for j in [j for j, _ in limit.terms if j in self.chosen]:
                if self.fits(i):
                    break
                self.remove(j)
                if not self.fits(i):
                    self.add(j)
        if self.fits(i):
            self.add(i)

    def _in_the_way(self, i: int) -> set[int]:
        """Return the chosen candidates of which one would have to go for this one to fit."""
        found: set[int] = set()
        for number, k in self._in[i]:
            if self._sums[number] + k > self._highs[number]:
                found |= {j for j, _ in self._members[number] if j in self.chosen}
        return found

    def fill(self, limit: Limit) -> None:
        """Choose the best candidates until the limit is reached, or none fits any more."""
        while self.lacks(limit) > 0:
            fitting = [i for i, _ in limit.terms if self.fits(i)]
            if not fitting:
                return
            self.add(max(fitting, key=lambda i: (self.worth(i), -i)))

    def improve(self, limit: Limit) -> int:
        """Exchange chosen candidates of the limit for better ones; return how many were exchanged."""
        done = 0
        for i in sorted(i for i, _ in limit.terms if i in self.chosen):
            self.remove(i)
            before = self.worth(i)
            better = [j for j, _ in limit.terms if j != i and self.fits(j) and self.worth(j) > before]
            self.add(max(better, key=lambda j: (self.worth(j), -j)) if better else i)
            done += bool(better)
        return done
