"""What a measurement gives: days, weeks, and the minutes behind them. Durations are whole seconds.

``None`` means "not observed", never zero.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from deepday.measure.parameters import Parameters
from deepday.model import ConversationKind, Skipped


@dataclass(frozen=True, slots=True)
class Switches:
    """Context switches by what they led into: entries from free working time."""

    external: int
    deferred: int
    self: int
    meeting: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Working time lost to interruptions, at the median lag, by how many exposures are taken as noticed.

    ``low``: none, ``central``: the expected share, ``high``: all of them.
    """

    low: int
    central: int
    high: int


@dataclass(frozen=True, slots=True)
class CostInterval:
    """The central cost at the 5 %, 50 % and 95 % quantiles of the resumption lag."""

    p5: int
    p50: int
    p95: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of one day or of the observed days of one week.

    Partition: ``work = meeting + handling + focus120 + fragmented``, and ``free = work - meeting``.
    """

    work: int | None
    meeting: int | None
    double_booked: int | None
    free: int | None
    calendar_focus: int | None
    focus120: int | None
    quiet60: int | None
    quiet15: int | None
    preset_focus: int | None
    fragmented: int | None
    sliver: int | None
    handling: int | None
    interruptions: int | None
    exposures: int | None
    multitasking: int | None
    switches: Switches | None
    cost: Cost | None
    after_hours: int | None
    off_day: int | None
    break_work: int | None
    evidenced: int | None
    span: int | None
    low_quality_meetings: int | None


@dataclass(frozen=True, slots=True)
class DayMeasure:
    """One local date.

    ``scheduled``: the normal length of that weekday. ``day_off``: the holiday's name, or "absent", else empty.
    ``rest_before``: the longest stretch of the night before without a trace of work, ``None`` where one of the two days
    has no trace.
    """

    date: date
    week: str
    eligible: bool
    calendar_observed: bool
    messages_observed: bool
    scheduled: int
    day_off: str
    figures: Figures
    rest_before: int | None

    @property
    def observed(self) -> bool:
        """Whether both sources cover the day."""
        return self.calendar_observed and self.messages_observed


@dataclass(frozen=True, slots=True)
class Latency:
    """How long directed messages waited for the owner's answer, in working time; unanswered ones are censored.

    ``median`` is the Kaplan-Meier median in seconds (``None``: more than half were still open when observation
    ended), ``within_limit`` the Kaplan-Meier share answered within ``limit`` seconds.
    """

    answered: int
    still_open: int
    median: int | None
    within_limit: float | None
    limit: int


@dataclass(frozen=True, slots=True)
class Money:
    """Value of the time lost, at a stated hourly rate: a range, not cash."""

    low: float
    median: float
    high: float
    hourly_rate: float
    currency: str


@dataclass(frozen=True, slots=True)
class WeekMeasure:
    """One ISO week in the owner's zone, as far as it lies in the period.

    ``eligible_days``: days with at least half their normal hours; ``observed_days``: those of them that both sources
    cover. ``figures`` are sums over all days that both sources cover, eligible or not, so that they add up; where there
    is no such day, over the days that the calendar covers. ``joint_interval``: the 5 % and 95 % points
    of the cost when the lag and the share noticed are both uncertain, with the median between.
    """

    week: str
    first: date
    last: date
    observed_days: int
    eligible_days: int
    figures: Figures
    cost_interval: CostInterval | None
    joint_interval: CostInterval | None
    five_day_equivalent: int | None
    mean_eligible_day: int | None
    latency: Latency | None
    money: Money | None
    short_rests: int | None


class State(StrEnum):
    """What a minute was spent on. The first four partition working time; the rest lie over it or outside it."""

    MEETING = "meeting"
    HANDLING = "handling"  # the owner's own chat
    FOCUS = "focus"  # uninterrupted for two hours or more
    FRAGMENTED = "fragmented"  # uninterrupted for less than two hours
    INTERRUPTED = "interrupted"  # overlay: an interruption and the recovery after it
    EXPOSED = "exposed"  # overlay: an unanswered message and the recovery, if it was noticed
    AFTER_HOURS = "after_hours"
    OFF_DAY = "off_day"
    BREAK_WORK = "break_work"

    @property
    def in_partition(self) -> bool:
        """Whether spans of this state add up to working time."""
        return self in {State.MEETING, State.HANDLING, State.FOCUS, State.FRAGMENTED}


@dataclass(frozen=True, slots=True)
class Cause:
    """What stands behind a span: a meeting or a burst of messages.

    ``what`` is a sentence for people; ``source`` and ``reference`` lead back to the entry (file and UID), or are
    empty for chat, whose ``messages`` and ``conversations`` are counted instead.
    """

    what: str
    start: int
    end: int
    source: str = ""
    reference: str = ""
    origin: str = ""  # of a burst: external, deferred, self or exposure
    messages: int = 0
    incoming: int = 0
    conversations: tuple[tuple[ConversationKind, int], ...] = ()
    people: int | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A row of the minute ledger: ``[start, end)`` UTC seconds, its state, and what stands behind it."""

    start: int
    end: int
    state: State
    causes: tuple[Cause, ...] = ()

    @property
    def seconds(self) -> int:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class DayLedger:
    """Every minute of one local date that anything is known of, sorted by start.

    ``start``, ``end``: the instants of the date. ``zone``: its IANA name. ``work``: the working windows as
    ``(start, end)``. ``observed``: whether both sources cover the date; then spans of a partition state are disjoint
    and cover ``work``.
    """

    date: date
    start: int
    end: int
    zone: str
    work: tuple[tuple[int, int], ...]
    calendar_observed: bool
    observed: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class UrgentWeek:
    """Urgent requests that were sent in one ISO week, as the ledger of requests has them.

    ``waits``: how long they waited until somebody had them, in working time. ``unreached``: for how many nobody could
    be reached. ``broken``: how often deep work was broken; ``budget``: how often that was agreed, if anything was.
    ``asked``: how often each colleague who covers was asked, the most first, without names.
    """

    week: str
    waits: Latency | None
    unreached: int = 0
    broken: int = 0
    budget: int | None = None
    asked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured period, complete: what the reports, the JSON and ``explain`` show. ``hours``: the working hours.

    ``urgent``: weeks with urgent requests; empty where none were recorded.
    """

    zone: str
    hours: str
    parameters: Parameters
    skipped: tuple[Skipped, ...]
    days: tuple[DayMeasure, ...]
    weeks: tuple[WeekMeasure, ...]
    ledgers: tuple[DayLedger, ...]
    notes: tuple[str, ...] = ()
    urgent: tuple[UrgentWeek, ...] = ()
