"""The range of the weekly cost when several assumptions are uncertain at once (measurement B).

The lag, the share of exposures noticed, and the rate are unknown constants of the person, not noise: each simulated
world draws one of each for the whole period. Instead of random draws the worlds are the mid-points of equally likely
slices, so that the same data always give the same range.
"""

from collections.abc import Sequence

from deepday.measure import engine
from deepday.measure.columns import PersonColumns
from deepday.measure.parameters import HOUR, Parameters
from deepday.measure.result import CostInterval, Money

_LAGS, _SHARES, _RATES = 24, 15, 9


def _slices(count: int) -> list[float]:
    return [(n + 0.5) / count for n in range(count)]


class JointCost:
    """Cost of any set of days in every simulated world."""

    def __init__(self, columns: PersonColumns, parameters: Parameters) -> None:
        """Measure the period once for every three lags."""
        self._parameters = parameters
        lags = [parameters.lag.quantile(share) for share in _slices(_LAGS)]
        self._low: list[list[float]] = []
        self._high: list[list[float]] = []
        for n in range(0, _LAGS, 3):
            rows, _ = columns.sweep((lags[n], lags[n + 1], lags[n + 2]))
            self._low += [[row[engine.C_LOW_5 + k] for row in rows] for k in range(3)]
            self._high += [[row[engine.C_HIGH_5 + k] for row in rows] for k in range(3)]
        least, most = parameters.notice_range
        self._shares = [least + slice_ * (most - least) for slice_ in _slices(_SHARES)]

    def _worlds(self, days: Sequence[int]) -> list[float]:
        worlds: list[float] = []
        for low_days, high_days in zip(self._low, self._high, strict=True):
            low = sum(low_days[day] for day in days)
            high = sum(high_days[day] for day in days)
            worlds += [low + share * (high - low) for share in self._shares]
        return sorted(worlds)

    def interval(self, days: Sequence[int]) -> CostInterval | None:
        """Return the 5 %, 50 % and 95 % points over the worlds for the days of those numbers, in seconds."""
        if not days:
            return None
        worlds = self._worlds(days)
        return CostInterval(*(round(value) for value in _points(worlds)))

    def money(self, days: Sequence[int]) -> Money | None:
        """Return the value of that time with the rate uncertain as well; ``None`` while no rate is set (A11)."""
        rate, spread = self._parameters.hourly_rate, self._parameters.rate_uncertainty
        if rate is None or not days:
            return None
        rates = [rate * (1 - spread + 2 * spread * share) for share in _slices(_RATES)]
        values = sorted(cost / HOUR * one for cost in self._worlds(days) for one in rates)
        low, median, high = (round(value, 2) for value in _points(values))
        return Money(low, median, high, rate, self._parameters.currency)


def _points(values: Sequence[float]) -> tuple[float, float, float]:
    count = len(values)
    return values[int(0.05 * count)], values[count // 2], values[min(count - 1, int(0.95 * count))]
