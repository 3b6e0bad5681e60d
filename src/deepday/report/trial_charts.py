"""The two charts of a trial's report, as SVG: read in grey print, told apart by shape and not by colour."""

import math
from collections.abc import Sequence
from html import escape

from deepday.report.trial_markup import Chart
from deepday.report.trial_words import number
from deepday.trial.effect import Bounds
from deepday.trial.rows import TrialRow, column
from deepday.trial.values import Arm, weeks_in_order

WIDTH = 640
_INK, _GREY, _BAND = "#111111", "#666666", "#dddddd"


def effect_svg(chart: Chart, estimate: float, interval: Bounds, inner: Bounds, band: float | None) -> str:
    """Return the difference with its ranges (thin: ``interval``, thick: ``inner``) beside what is too small to matter.

    ``chart.words``: what lies to the left, to the right, the name of the band, the unit. An end that the data do not
    set is drawn as an arrow to the edge.
    """
    left, right, small, unit = (*chart.words, "", "", "", "")[:4]
    known = [abs(end) for end in (*interval, *inner, estimate, band) if end is not None]
    step = _step(2.3 * max(*known, 1e-9) / 8)
    top = step * math.ceil(1.15 * max(*known, 1e-9) / step)

    def x(value: float) -> float:
        return round(WIDTH / 2 + (WIDTH / 2 - 14) * max(-1.0, min(1.0, value / top)), 1)

    parts = []
    if band:
        parts.append(_rect(x(-band), 22, x(band) - x(-band), 46, _BAND))
        parts.append(_text(WIDTH / 2, 16, small, anchor="middle", size=10))
    parts.append(_line(x(0), 22, x(0), 74, _INK, 1.2, dashes="3 3"))
    parts.append(_line(14, 74, WIDTH - 14, 74, _INK, 1))
    for count in range(-round(top / step), round(top / step) + 1):
        parts.append(_line(x(count * step), 74, x(count * step), 78, _INK, 1))
        parts.append(_text(x(count * step), 90, _signed(count * step), anchor="middle", size=10))
    parts.append(_range(x(-top), x(top), [x(e) if e is not None else None for e in interval], 1.6))
    parts.append(_range(x(-top), x(top), [x(e) if e is not None else None for e in inner], 5))
    at = x(estimate)
    parts.append(f'<path d="M{at - 6} 46 L{at} 39 L{at + 6} 46 L{at} 53 Z" fill="{_INK}" stroke="#fff"/>')
    parts.append(_text(14, 106, f"\N{LEFTWARDS ARROW} {left}", size=10))
    parts.append(_text(WIDTH - 14, 106, f"{right} \N{RIGHTWARDS ARROW}", anchor="end", size=10))
    parts.append(_text(WIDTH / 2, 106, unit, anchor="middle", size=10))
    return _svg(chart, 110, parts)


def days_svg(chart: Chart, rows: Sequence[TrialRow], factor: float) -> str:
    """Return each day's value over its week: a filled square for deep-work days, a ring for others, a cross for none.

    ``factor``: from the rows' unit to that of the chart. ``chart.words``: the three marks' names and the unit.
    """
    deep, other, none, unit = (*chart.words, "", "", "", "")[:4]
    weeks = weeks_in_order([day for day in column(rows, "value") if day.arm is not Arm.BASELINE])
    values = [day.value * factor for _, days in weeks for day in days if day.value is not None]
    if not values:
        return ""
    largest = max(*values, 0.0) or 1.0
    step = _step(largest / 4)
    top = step * math.ceil(largest / step)
    height, base, gutter = 164, 128, 34

    def y(value: float) -> float:
        return round(base - (base - 22) * value / top, 1)

    parts = []
    for count in range(round(top / step) + 1):
        parts.append(_line(gutter, y(count * step), WIDTH, y(count * step), "#bbbbbb", 0.6))
        parts.append(_text(gutter - 4, y(count * step) + 3, number(count * step), anchor="end", size=10))
    wide = (WIDTH - gutter) / len(weeks)
    for place, (label, days) in enumerate(weeks):
        start = gutter + place * wide
        parts.append(_text(start + wide / 2, 158, label.rpartition("-")[2], anchor="middle", size=10))
        for at, day in enumerate(days):
            x = round(start + wide * (at + 0.8) / (len(days) + 0.6), 1)
            parts.append(
                _mark(
                    x, base + 12 if day.value is None else y(day.value * factor), day.arm, known=day.value is not None
                )
            )
    legend = [(deep, Arm.DEEP, True), (other, Arm.OTHER, True), (none, Arm.OTHER, False)]
    for place, (name, arm, known) in enumerate(legend):
        parts.append(_mark(gutter + 6 + 150 * place, 9, arm, known=known))
        parts.append(_text(gutter + 15 + 150 * place, 12.5, name, size=10))
    parts.append(_text(WIDTH, 12.5, unit, anchor="end", size=10))
    return _svg(chart, height, parts)


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= rough)


def _signed(value: float) -> str:
    sign = "\N{MINUS SIGN}" if value < 0 else "+"
    return "0" if abs(value) < 1e-12 else f"{sign}{number(abs(value))}"


def _mark(x: float, y: float, arm: Arm, *, known: bool) -> str:
    if not known:
        return f'<path d="M{x - 3.5} {y - 3.5} l7 7 m0 -7 l-7 7" stroke="{_GREY}" stroke-width="1.3" fill="none"/>'
    if arm is Arm.DEEP:
        return _rect(x - 4, y - 4, 8, 8, _INK)
    return f'<circle cx="{x}" cy="{y}" r="3.8" fill="#fff" stroke="{_INK}" stroke-width="1.3"/>'


def _range(edge_left: float, edge_right: float, ends: Sequence[float | None], width: float) -> str:
    low, high = ends
    parts = [_line(low or edge_left, 46, high or edge_right, 46, _INK, width)]
    for end, edge, side in ((low, edge_left, 1), (high, edge_right, -1)):
        if end is None:
            parts.append(
                f'<path d="M{edge + 7 * side} 41 L{edge} 46 L{edge + 7 * side} 51" fill="none" stroke="{_INK}"/>'
            )
        elif width < 3:
            parts.append(_line(end, 41, end, 51, _INK, 1.4))
    return "".join(parts)


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dashes: str = "") -> str:
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}" stroke-width="{width:g}"{dash}/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: float = 11) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size:g}" fill="{_INK}">{escape(text)}</text>'


def _svg(chart: Chart, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="Libertinus Serif, system-ui, sans-serif">'
        f"<title>{escape(chart.description)}</title>{''.join(parts)}</svg>"
    )
