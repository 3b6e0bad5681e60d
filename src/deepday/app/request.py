"""What a user asked for, before settings fill the gaps; texts as typed."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """Options of one command; ``None`` or empty where nothing was given.

    ``first`` and ``last`` are a date or an ISO week. ``burst_gap`` is in minutes, ``hourly_rate`` in money an hour.
    """

    calendars: tuple[str, ...] = ()
    slack_export: Path | None = None
    me: str | None = None
    slack_user: str | None = None
    zone: str | None = None
    hours: str | None = None
    holidays: str | None = None
    first: str | None = None
    last: str | None = None
    resumption_lag: str | None = None
    burst_gap: float | None = None
    count_tentative: bool = False
    preset: str | None = None
    hourly_rate: float | None = None
    keep_titles: bool = False

    @property
    def has_files(self) -> bool:
        """Whether files were given; then the store is neither read nor written."""
        return bool(self.calendars or self.slack_export)
