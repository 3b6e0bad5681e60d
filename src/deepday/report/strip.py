"""A day as one line of characters, one for each quarter of an hour."""

from collections.abc import Sequence
from dataclasses import dataclass

from deepday.measure.result import State
from deepday.report.wall import HOUR, WallDay, hours_shown, working_hours

_SLOTS = (900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Glyph:
    """How a state is drawn: a character that can be told apart without colour, one for ASCII, and a colour."""

    sign: str
    ascii: str
    style: str
    meaning: str


MEETING = Glyph("█", "M", "blue", "meeting")
CHAT = Glyph("c", "c", "magenta", "own chat")
INTERRUPTION = Glyph("!", "!", "bold red", "interruption and recovery")
QUIET = Glyph("━", "=", "green", "quiet, 2 h or more")
FRAGMENTED = Glyph("╌", "-", "yellow", "quiet, under 2 h")
OUTSIDE_WORK = Glyph("+", "+", "cyan", "work outside hours")
UNKNOWN = Glyph("?", "?", "dim", "not observed")
NOTHING = Glyph("·", ".", "dim", "break, outside hours")

LEGEND = (MEETING, CHAT, INTERRUPTION, QUIET, FRAGMENTED, OUTSIDE_WORK, UNKNOWN, NOTHING)

_GLYPHS = {
    State.MEETING: MEETING,
    State.HANDLING: CHAT,
    State.FOCUS: QUIET,
    State.FRAGMENTED: FRAGMENTED,
    State.AFTER_HOURS: OUTSIDE_WORK,
    State.OFF_DAY: OUTSIDE_WORK,
    State.BREAK_WORK: OUTSIDE_WORK,
}


@dataclass(frozen=True, slots=True)
class Axis:
    """Local hours ``first`` to ``last``, and how many seconds one character stands for."""

    first: int
    last: int
    slot: int

    @property
    def starts(self) -> range:
        """Seconds since midnight at which each character begins."""
        return range(self.first * HOUR, self.last * HOUR, self.slot)

    def cuts(self, day: WallDay) -> tuple[bool, bool]:
        """Tell whether the day goes on before the first hour, and after the last."""
        before = any(start < self.first * HOUR for start, _, _ in day.spans)
        return before, any(end > self.last * HOUR for _, end, _ in day.spans)


def axis_for(days: Sequence[WallDay], room: int) -> Axis:
    """Return the hours to draw with the finest slot for which ``room`` characters hold all working hours.

    Hours that the days need besides, for a message late at night, are added as far as there is room; evenings first.
    """
    first, last = hours_shown(days)
    begin, end = working_hours(days)
    slot = next((slot for slot in _SLOTS if (end - begin) * HOUR // slot <= room), _SLOTS[-1])
    most = max(room * slot // HOUR, end - begin)
    last = min(last, begin + most)
    return Axis(max(first, last - most), last, slot)


def ruler(axis: Axis) -> str:
    """Return the hours above the strips, every second or third one where they would touch."""
    width = HOUR // axis.slot
    every = -(-3 // width)
    marks = [f"{hour:02}" if (hour - axis.first) % every == 0 else "" for hour in range(axis.first, axis.last)]
    line = ""
    for number, mark in enumerate(marks):
        line = line.ljust(number * width) + mark
    return line


def strip(day: WallDay, axis: Axis) -> list[Glyph]:
    """Return one glyph for each slot.

    A slot in which an interruption begins, or that one and its recovery fill by half, shows it, so that a short one
    is not lost; any other shows what took most of it.
    """
    return [_glyph(day, start, start + axis.slot) for start in axis.starts]


def _glyph(day: WallDay, start: int, end: int) -> Glyph:
    shares: dict[str, tuple[int, Glyph]] = {}
    disturbed = 0
    for first, last, span in day.spans:
        overlap = min(last, end) - max(first, start)
        if overlap <= 0:
            continue
        if span.state is State.INTERRUPTED:
            disturbed += overlap
            if start <= first:
                return INTERRUPTION
        elif glyph := _GLYPHS.get(span.state):
            shares[glyph.sign] = (shares.get(glyph.sign, (0, glyph))[0] + overlap, glyph)
    if 2 * disturbed >= end - start:
        return INTERRUPTION
    unknown = sum(max(0, min(last, end) - max(first, start)) for first, last in day.unknown)
    seconds, glyph = max([*shares.values(), (unknown, UNKNOWN)], key=lambda found: found[0])
    return glyph if seconds else NOTHING
