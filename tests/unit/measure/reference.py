"""A second, slow measurement of a period, to compare the engine with.

Every second is a bit and every set of seconds an integer, so that union, intersection and difference are ``|``, ``&``
and ``& ~``, and a length is a count of bits. Nothing is shared with the engine but the values it takes: definitions A0
to A9, word by word.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from deepday.measure.parameters import Parameters
from deepday.model import CalendarEvent, EventKind, Interval, Message, Person, Response, ShowAs

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the naive arithmetic below is on UTC
MARGIN = 3 * 86_400  # bits before the first day and after the last


@dataclass(frozen=True)
class Burst:
    """A4 and A5: messages with no gap above G between neighbours."""

    start: int
    end: int
    origin: str  # external, deferred, self, or exposure
    traced: Interval | None  # from the first outgoing message on (A9)

    @property
    def evidenced(self) -> bool:
        return self.origin != "exposure"


def instant(day: date, seconds: int, zone: ZoneInfo) -> int:
    """UTC second of a wall time: the first of two, and a skipped one by the offset before the gap."""
    wall = datetime.combine(day, time()) + timedelta(seconds=seconds)
    offset = wall.replace(tzinfo=zone, fold=0).utcoffset()
    assert offset is not None
    return int((wall - offset - EPOCH).total_seconds())


def zone_on(person: Person, day: date) -> ZoneInfo:
    return next((trip.zone for trip in person.trips if trip.first <= day <= trip.last), person.zone)


def midnight(person: Person, day: date) -> int:
    return instant(day, 0, zone_on(person, day))


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """Yield the maximal runs of set bits as half-open ranges."""
    at = 0
    while bits:
        skipped = (bits & -bits).bit_length() - 1
        bits >>= skipped
        length = (~bits & (bits + 1)).bit_length() - 1
        bits >>= length
        yield at + skipped, at + skipped + length
        at += skipped + length


def lengths(bits: int) -> list[int]:
    return [end - start for start, end in runs(bits)]


def is_meeting(event: CalendarEvent, parameters: Parameters) -> bool:
    """A2. Events without a list of people count, unless the preset says otherwise."""
    if not isinstance(event.when, Interval) or event.cancelled or event.kind != EventKind.DEFAULT:
        return False
    responses, shown = {Response.ACCEPTED}, {ShowAs.BUSY}
    if parameters.count_tentative:
        responses.add(Response.TENTATIVE)
        shown.add(ShowAs.TENTATIVE)
    company = parameters.preset.meetings.count_unknown_company if event.people is None else event.people >= 2
    short = event.when.end - event.when.start <= parameters.preset.meetings.maximum_seconds
    return event.response in responses and event.show_as in shown and company and short


def is_absence(event: CalendarEvent) -> bool:
    """A1: what the calendar says about being away, if the owner said so and it was not called off."""
    marked = event.kind == EventKind.OUT_OF_OFFICE or event.show_as == ShowAs.OUT_OF_OFFICE
    said = event.response == Response.ACCEPTED and event.show_as != ShowAs.FREE
    return marked and said and not event.cancelled


def newest_copies(events: Sequence[CalendarEvent]) -> list[CalendarEvent]:
    """A2: the same entry seen in several calendars counts once, as its newest copy says.

    A revised entry (RFC 5545 SEQUENCE) replaces what it was before, wherever that stood.
    """
    newest: dict[tuple[str, str, object], CalendarEvent] = {}
    for event in events:
        same = [other for other in events if (other.uid, other.recurrence_id) == (event.uid, event.recurrence_id)]
        if event.sequence < max(other.sequence for other in same):
            continue
        start = event.when.start if isinstance(event.when, Interval) else event.when.first
        key = (event.uid, event.recurrence_id, start)
        if key not in newest or event.updated > newest[key].updated:
            newest[key] = event
    return list(newest.values())


def find_bursts(messages: Iterable[Message], parameters: Parameters) -> list[Burst]:
    """A4 and A5. A message is named by its conversation and its microsecond."""
    unique = {(message.conversation, message.micros): message for message in messages}
    ordered = sorted(unique.values(), key=lambda message: (message.micros, message.outgoing, message.conversation))
    groups: list[list[Message]] = []
    for message in ordered:
        if groups and second(message) - second(groups[-1][-1]) <= parameters.burst_gap:
            groups[-1].append(message)
        else:
            groups.append([message])
    return [_burst(group, ordered, parameters) for group in groups]


def second(message: Message) -> int:
    return message.micros // 1_000_000


def _burst(group: Sequence[Message], ordered: Sequence[Message], parameters: Parameters) -> Burst:
    start = second(group[0])
    end = max(second(group[-1]), start + parameters.handling_minimum)
    own = [second(message) for message in group if message.outgoing]
    if not own:
        return Burst(start, end, "exposure", None)
    traced = Interval(own[0], max(end, own[0] + parameters.handling_minimum))
    return Burst(start, end, _origin(group[0], ordered, parameters), traced)


def _origin(opening: Message, ordered: Sequence[Message], parameters: Parameters) -> str:
    if not opening.outgoing:
        return "external"
    before = [message for message in ordered[: ordered.index(opening)] if message.conversation == opening.conversation]
    if not before or before[-1].outgoing:
        return "self"
    age = second(opening) - second(before[-1])
    if age <= parameters.attend_window:
        return "external"
    return "deferred" if age <= parameters.deferred_window else "self"


class Reference:
    """One period of one person; :meth:`figures` gives a day."""

    def __init__(
        self,
        person: Person,
        first: date,
        last: date,
        events: Sequence[CalendarEvent],
        messages: Iterable[Message],
        parameters: Parameters,
    ) -> None:
        self.person, self.parameters = person, parameters
        self.zero = midnight(person, first) - MARGIN
        self.horizon = midnight(person, last + timedelta(days=1)) + MARGIN
        self.bursts = find_bursts(messages, parameters)
        self.once = self.twice = self.away = 0
        self.quality_low: list[int] = []
        for event in newest_copies(events):
            if isinstance(event.when, Interval):
                bits = self.bits(event.when.start, event.when.end)
            else:
                bits = self.bits(midnight(person, event.when.first), midnight(person, event.when.end))
            if is_meeting(event, parameters):
                self.twice |= self.once & bits
                self.once |= bits
                if event.people is None:
                    self.quality_low.append(bits)
            if is_absence(event):
                self.away |= bits

    def bits(self, start: int, end: int) -> int:
        """Return the seconds from ``start`` to ``end`` as far as the line reaches."""
        low, high = max(start, self.zero) - self.zero, min(end, self.horizon) - self.zero
        return ((1 << (high - low)) - 1) << low if high > low else 0

    def has(self, bits: int, at: int) -> bool:
        return bool(bits & self.bits(at, at + 1))

    def day(self, day: date) -> int:
        return self.bits(midnight(self.person, day), midnight(self.person, day + timedelta(days=1)))

    def work(self, day: date) -> int:
        """A1."""
        if day in self.person.holidays:
            return 0
        zone, scheduled = zone_on(self.person, day), 0
        for start, end in self.person.hours.on(day):
            scheduled |= self.bits(instant(day, start, zone), instant(day, end, zone))
        return scheduled & self.day(day) & ~self.away

    def union(self, bursts: Iterable[Burst]) -> int:
        bits = 0
        for burst in bursts:
            bits |= self.bits(burst.start, burst.end)
        return bits

    def lost(self, free: int, bursts: Iterable[Burst]) -> int:
        """A7, without a thought for what overlaps: the union takes care of it."""
        lag, lost = round(self.parameters.lag.quantile(0.5)), 0
        for burst in bursts:
            body, reach = self.bits(burst.start, burst.end), self.bits(burst.start, burst.end + lag)
            for start, end in runs(free):
                component = ((1 << (end - start)) - 1) << start
                if body & component:
                    lost |= reach & component
        return lost

    def states(self, day: date) -> dict[str, int]:
        """Return the seconds of each state by its name in :class:`deepday.measure.result.State`."""
        work = self.work(day)
        free = work & ~self.once
        handling = free & self.union(burst for burst in self.bursts if burst.evidenced)
        focus = 0
        for start, end in runs(free & ~handling):
            if end - start >= 7200:
                focus |= ((1 << (end - start)) - 1) << start
        external = [burst for burst in self.bursts if burst.origin == "external"]
        low = self.lost(free, external)
        high = self.lost(free, [*external, *(burst for burst in self.bursts if not burst.evidenced)])
        return {
            "meeting": work & self.once,
            "handling": handling,
            "focus": focus,
            "fragmented": free & ~handling & ~focus,
            "interrupted": low,
            "exposed": high & ~low,
            **self._outside(day, work),
        }

    def figures(self, day: date) -> dict[str, object]:
        """Return what :class:`deepday.measure.result.Figures` calls by these names."""
        work, states = self.work(day), self.states(day)
        free = work & ~self.once
        quiet = free & ~states["handling"]
        low, exposed = states["interrupted"].bit_count(), states["exposed"].bit_count()
        traces = self.traces() & self.day(day)
        return {
            "work": work.bit_count(),
            "double_booked": (work & self.twice).bit_count(),
            "free": free.bit_count(),
            "calendar_focus": sum(length for length in lengths(free) if length >= 7200),
            "sliver": sum(length for length in lengths(free) if length < 1800),
            "focus120": states["focus"].bit_count(),
            "quiet60": sum(length for length in lengths(quiet) if length >= 3600),
            "quiet15": sum(length for length in lengths(quiet) if length >= 900),
            "preset_focus": self._preset_focus(free, quiet),
            "low_quality_meetings": sum(1 for bits in self.quality_low if bits & -bits & self.day(day)),
            "interruptions": self._touching(free, "external"),
            "exposures": self._touching(free, "exposure"),
            "multitasking": self._touching(work & self.once, "external", "deferred", "self"),
            "switches": self._switches(work, free),
            "cost": (low, round(low + self.parameters.notice * exposed), low + exposed),
            "evidenced": traces.bit_count(),
            "span": self._span(traces, work),
        } | {
            name: states[name].bit_count()
            for name in ("meeting", "handling", "fragmented", "after_hours", "off_day", "break_work")
        }

    def _preset_focus(self, free: int, quiet: int) -> int:
        preset = self.parameters.preset
        counted = free if preset.basis == "calendar" else quiet
        return sum(length for length in lengths(counted) if length >= preset.floor)

    def _touching(self, bits: int, *origins: str) -> int:
        mine = [burst for burst in self.bursts if burst.origin in origins]
        return sum(1 for burst in mine if bits & self.bits(burst.start, burst.end))

    def _switches(self, work: int, free: int) -> tuple[int, int, int, int]:
        """A6: into bursts (external, deferred, self) and into meetings."""
        into = [burst.origin for burst in self.bursts if self.has(free, burst.start)]
        meetings = [start + self.zero for start, _ in runs(self.once)]
        entered = sum(1 for start in meetings if self.has(work, start) and self.has(free, start - 1))
        return into.count("external"), into.count("deferred"), into.count("self"), entered

    def traces(self) -> int:
        """A9: counted meetings, and evidenced bursts from the first outgoing message on."""
        traces = self.once
        for burst in self.bursts:
            if burst.traced:
                traces |= self.bits(burst.traced.start, burst.traced.end)
        return traces

    def _outside(self, day: date, work: int) -> dict[str, int]:
        traces = self.traces() & self.day(day)
        if not work:
            return {"after_hours": 0, "break_work": 0, "off_day": traces}
        first, last = min(runs(work))[0], max(runs(work))[1]
        envelope = ((1 << (last - first)) - 1) << first
        outside = traces & ~work
        return {
            "off_day": outside & self.away,
            "after_hours": outside & ~self.away & ~envelope,
            "break_work": outside & ~self.away & envelope,
        }

    def _span(self, traces: int, work: int) -> int:
        """First to last own trace, without the breaks between the windows as far as nothing was seen in them (A9)."""
        if not traces:
            return 0
        low, high = min(runs(traces))[0], max(runs(traces))[1]
        breaks = 0
        for (_, start), (end, _) in pairwise(runs(work)):
            breaks |= ((1 << (end - start)) - 1) << start
        return (((1 << (high - low)) - 1) << low & ~(breaks & ~self.away & ~traces)).bit_count()
