"""Aggregates over a team that do not tell of one of its people.

Only means, only over whole ISO weeks, each published once and for ever; of at least ``least`` people who agreed. Not
where one of them makes up more than half of the sum, nor where so few joined or left since the figure was published
last that the difference would tell of them. There is no total over teams: from it and all teams but one, the one could
be worked out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LEAST = 10
"""People in an aggregate, unless settings ask for more; Viva Insights takes as many."""

LEAST_OF_ALL = 5
"""Fewer people can never be asked for."""

_STEP = 15.0
_LARGEST_SHARE = 0.5


class Held(StrEnum):
    """Why a figure is not published."""

    FEW = "too few people agreed, or have the figure"
    ONE = "one person makes up more than half of it"
    CHANGE = "too few people joined or left since it was published last"


@dataclass(frozen=True, slots=True)
class TeamFigure:
    """A figure of one team and one week.

    ``value``: the mean over the people, in minutes, rounded to :data:`_STEP`; ``None`` where it is held back, for the
    reason ``held``. ``people``: whom it is made of, as numbers, for the next time only.
    """

    value: float | None
    held: Held | None
    people: frozenset[int]


def team_figure(values: Mapping[int, float], before: frozenset[int] | None, least: int = LEAST) -> TeamFigure:
    """Make a figure of what people gave: minutes in the week by person.

    ``before``: whom the figure was made of when it was published last, ``None`` where it never was.

    >>> team_figure({person: 300.0 for person in range(10)}, None).value
    300.0
    >>> team_figure({person: 300.0 for person in range(9)}, None).value is None
    True
    """
    least = max(least, LEAST_OF_ALL)
    people = frozenset(values)
    if len(people) < least:
        return TeamFigure(None, Held.FEW, people)
    total = sum(values.values())
    if total > 0 and max(values.values()) > total * _LARGEST_SHARE:
        return TeamFigure(None, Held.ONE, people)
    if before is not None and 0 < len(people ^ before) < least:
        return TeamFigure(None, Held.CHANGE, people)
    return TeamFigure(round(total / len(people) / _STEP) * _STEP, None, people)
