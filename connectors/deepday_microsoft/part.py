"""What the parts of an account share."""

from dataclasses import dataclass

from deepday_microsoft.graph import Graph
from deepday_microsoft.settings import Settings

LARGEST_PAGE = 1000
"""Events on a page of a reading, at most."""

WATCH_MINUTES = 4200
"""How long hints are ordered for at most; Graph's own limit is a little more."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Sizes that a test makes small. ``page``: events on a page. ``watch_minutes``: the longest order for hints."""

    page: int = LARGEST_PAGE
    watch_minutes: int = WATCH_MINUTES


class Part:
    """One port, or a few, of an account."""

    def __init__(self, graph: Graph, settings: Settings, tuning: Tuning) -> None:
        self.graph = graph
        self.settings = settings
        self.tuning = tuning
