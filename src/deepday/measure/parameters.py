"""What the figures assume: every number that somebody might want to change, with its default and its range."""

import math
from dataclasses import dataclass, field
from typing import Literal

from deepday.errors import InputError
from deepday.model import CalendarEvent, EventKind, Interval, Response, ShowAs

MINUTE = 60
HOUR = 3600
_LAG_ADVICE = 'Give minutes: one number ("10") or lowest, most likely and highest ("1,5,15").'


@dataclass(frozen=True, slots=True)
class ResumptionLag:
    """How long it takes to pick work up again after an interruption, in seconds: a triangular distribution.

    Three equal numbers stand for a lag that is taken as known.
    """

    low: float = 1 * MINUTE
    mode: float = 5 * MINUTE
    high: float = 15 * MINUTE

    @classmethod
    def parse(cls, text: str) -> "ResumptionLag":
        """Read ``"10"`` or ``"1,5,15"`` (minutes). Raises :class:`InputError` for anything else."""
        try:
            numbers = [float(part) * MINUTE for part in text.split(",")]
        except ValueError:
            raise InputError(f"The resumption lag {text!r} is no number of minutes.", _LAG_ADVICE) from None
        if len(numbers) == 1:
            numbers = [float(round(number)) for number in numbers if math.isfinite(number)] * 3
        if len(numbers) != 3 or not all(map(math.isfinite, numbers)):
            raise InputError(f"The resumption lag {text!r} cannot be read.", _LAG_ADVICE)
        if not 0 <= numbers[0] <= numbers[1] <= numbers[2] <= 24 * HOUR:
            raise InputError(f"The resumption lag {text!r} must rise and lie between 0 and 1,440.", _LAG_ADVICE)
        return cls(*numbers)

    def quantile(self, share: float) -> float:
        """Return the lag below which that share of the distribution lies, in seconds.

        >>> [round(ResumptionLag().quantile(q) / 60, 2) for q in (0.05, 0.5, 0.95)]
        [2.67, 6.63, 12.35]
        """
        width = self.high - self.low
        if width == 0:
            return self.low
        if share < (self.mode - self.low) / width:
            return self.low + math.sqrt(share * width * (self.mode - self.low))
        return self.high - math.sqrt((1 - share) * width * (self.high - self.mode))


@dataclass(frozen=True, slots=True)
class MeetingRule:
    """Which calendar events are meetings."""

    minimum_people: int = 2
    maximum_seconds: int = 12 * HOUR
    count_tentative: bool = False
    count_unknown_company: bool = True

    def counts(self, event: CalendarEvent) -> bool:
        """Tell whether the event is a meeting: timed, not cancelled, accepted, shown as busy, with company."""
        if not isinstance(event.when, Interval) or event.cancelled or event.kind is not EventKind.DEFAULT:
            return False
        answered = event.response is Response.ACCEPTED and event.show_as is ShowAs.BUSY
        maybe = event.response in {Response.ACCEPTED, Response.TENTATIVE} and event.show_as in {
            ShowAs.BUSY,
            ShowAs.TENTATIVE,
        }
        if not (answered or (self.count_tentative and maybe)):
            return False
        company = self.count_unknown_company if event.people is None else event.people >= self.minimum_people
        return company and 0 < event.when.seconds <= self.maximum_seconds


@dataclass(frozen=True, slots=True)
class Preset:
    """A named, versioned way to count focus, so that figures can be laid beside another tool's.

    ``floor``: the shortest stretch that counts, in seconds. ``basis``: stretches without meetings (``calendar``) or
    without meetings and the owner's own chat (``quiet``).
    """

    name: str
    floor: int
    basis: Literal["calendar", "quiet"]
    meetings: MeetingRule
    note: str


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("deepday/1", 120 * MINUTE, "quiet", MeetingRule(), "two hours without meetings or own chat"),
        Preset("clockwise/1", 120 * MINUTE, "calendar", MeetingRule(), "two free hours in the calendar"),
        Preset(
            "viva/1", 60 * MINUTE, "quiet", MeetingRule(maximum_seconds=24 * HOUR), "one uninterrupted hour or more"
        ),
        Preset("rize/1", 15 * MINUTE, "quiet", MeetingRule(), "a quarter of an hour; apps are not seen here"),
        Preset(
            "multitudes/1",
            120 * MINUTE,
            "calendar",
            MeetingRule(count_unknown_company=False),
            "two free hours; events without a guest list do not count",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """All assumptions of one measurement. Durations in seconds."""

    lag: ResumptionLag = field(default_factory=ResumptionLag)
    burst_gap: int = 5 * MINUTE
    handling_minimum: int = 1 * MINUTE
    attend_window: int = 15 * MINUTE
    deferred_window: int = 24 * HOUR
    notice: float = 0.6
    notice_range: tuple[float, float] = (0.3, 0.9)
    answer_limit: int = 60 * MINUTE
    preset: Preset = PRESETS["deepday/1"]
    count_tentative: bool = False
    hourly_rate: float | None = None
    rate_uncertainty: float = 0.2
    currency: str = "EUR"

    def __post_init__(self) -> None:
        if not self.handling_minimum <= self.burst_gap <= HOUR:
            raise InputError(
                f"A burst gap of {self.burst_gap / MINUTE:g} minutes is out of range.",
                "Give 1 to 60 minutes; 5 is usual.",
            )
        if self.hourly_rate is not None and not 0 < self.hourly_rate < math.inf:
            raise InputError(f"An hourly rate of {self.hourly_rate:g} is out of range.", "Give a number above 0.")
        if not (0 <= self.notice <= 1 and self.answer_limit > 0):
            raise InputError(
                "The share noticed lies between 0 and 1, the answer limit above 0.", "Correct the setting."
            )

    @property
    def lags(self) -> tuple[float, float, float]:
        """The 5 %, 50 % and 95 % quantiles of the lag in seconds; the median is rounded so that minutes add up."""
        return self.lag.quantile(0.05), float(round(self.lag.quantile(0.5))), self.lag.quantile(0.95)

    @property
    def meetings(self) -> MeetingRule:
        """The preset's rule, with tentative meetings added where asked."""
        rule = self.preset.meetings
        return MeetingRule(
            rule.minimum_people,
            rule.maximum_seconds,
            self.count_tentative or rule.count_tentative,
            rule.count_unknown_company,
        )
