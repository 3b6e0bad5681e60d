"""Urgent requests during the trial, as counts: what the report needs of the ledger of requests."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoutingCounts:
    """Urgent requests from the first to the last day of the trial.

    ``received`` = ``ended`` + ``open``. ``deep`` and ``other``: (answered within ``limit`` minutes, all whose limit was
    over), by the arm of the day on which they came. ``median``, ``p90``, ``slowest``: minutes until the answer, those
    still open taken as censored; ``None`` where too many are open to tell. ``handed_over``: how many the point person
    took; ``cover_minutes``: what that took them, ``None`` where nobody recorded it. ``declined``: meetings declined.
    """

    received: int
    ended: int
    open: int
    limit: float
    deep: tuple[int, int]
    other: tuple[int, int]
    median: float | None = None
    p90: float | None = None
    slowest: float | None = None
    handed_over: int = 0
    cover_minutes: float | None = None
    declined: int | None = None
