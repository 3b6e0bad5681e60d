"""A metric above workload, week by week, as one SVG each: two panels over the same weeks, drawn in lines and points."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from deepday.case.evidence import follows
from deepday.case.metrics import Association
from deepday.report.case_language import Language
from deepday.report.words import plain, week_name

_WIDTH, _PANEL, _GAP, _LEFT, _RIGHT, _TOP = 720, 110, 44, 56, 12, 22


def metric_charts(found: Sequence[Association], tongue: Language) -> Markup:
    """Return a figure for each metric with enough weeks to draw; the others are in the text."""
    return Markup("\n").join(_figure(one, tongue) for one in found if one.drawn)


def _figure(one: Association, tongue: Language) -> Markup:
    weeks = [point[0] for point in one.points]
    panels = (
        (one.metric, [point[2] for point in one.points], 0, tongue.value),
        (
            f"{tongue.workloads[one.workload]} ({tongue.hours})",
            [point[1] for point in one.points],
            _PANEL + _GAP,
            tongue.number,
        ),
    )
    height = 2 * _PANEL + _GAP + _TOP + 24
    said = "; ".join(
        f"{week_name(week)}: {tongue.value(metric)}, {tongue.number(load)}" for week, load, metric in one.points
    )
    body = Markup("").join(_panel(title, values, weeks, top, write) for title, values, top, write in panels)
    label = escape(plain(f"{one.metric}, {tongue.workloads[one.workload]}: {said}"))
    names = Markup("").join(
        Markup('<text class="axis" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            _x(number, len(weeks)), height - 6, week_name(week)
        )
        for number, week in enumerate(weeks)
        if number % max(1, len(weeks) // 13 + 1) == 0
    )
    return Markup(
        '<figure class="metric"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg></figure>'
    ).format(_WIDTH, height, label, body, names)


def _panel(
    title: str, values: Sequence[float], weeks: Sequence[str], top: int, write: Callable[[float], str]
) -> Markup:
    # A scale from 0, unless that would press all values into its upper half.
    low, high = min(values), max(values)
    low = low if 2 * low > high else min(0.0, low)
    if high == low:
        high = low + 1

    def y(value: float) -> float:
        return _TOP + top + _PANEL * (1 - (value - low) / (high - low))

    places = [(_x(number, len(values)), y(value)) for number, value in enumerate(values)]
    lines = Markup("").join(
        Markup('<line class="base" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(*one, *other)
        for (one, other), (week, later) in zip(pairwise(places), pairwise(weeks), strict=True)
        if follows(week, later)  # a week without a value is a gap, not a slope
    )
    dots = Markup("").join(
        Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="var(--meeting)"/>').format(*one) for one in places
    )
    grid = Markup("").join(
        Markup(
            '<line class="grid" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>'
            '<text class="axis" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(_LEFT, y(value), _WIDTH - _RIGHT, y(value), _LEFT - 6, y(value) + 4, write(value))
        for value in (low, high)
    )
    head = Markup('<text class="day" x="{}" y="{}">{}</text>').format(_LEFT, _TOP + top - 10, plain(title))
    return head + grid + lines + dots


def _x(number: int, count: int) -> float:
    return _LEFT + 10 + (_WIDTH - _LEFT - _RIGHT - 20) * number / max(1, count - 1)
