"""The page: one self-contained file without script. Needs Jinja2."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from deepday.measure.result import Measurement
from deepday.report.assumptions import assumptions, lag_in_words, lag_quantile
from deepday.report.charts import PANEL_HEIGHT, timeline_of, trend_of
from deepday.report.explain import DIRECTED
from deepday.report.tables import cost_range
from deepday.report.view import view_of
from deepday.report.words import duration, plain, roughly, week_name

_INSIDE_QUANTITY = re.compile(r"(?<=\d) (?=(?:h|min|%)\b|%)|(?<=\d h) (?=\d+ min)")


def render_html(measurement: Measurement, *, shareable: bool = False, generated: datetime) -> str:
    """Return the page as text. ``generated`` is an aware instant, shown in the measurement's zone.

    ``shareable`` leaves out everything that shows single days, and lists what was left out.
    """
    environment = Environment(
        loader=PackageLoader("deepday.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_plain,  # titles, names and reasons come from files
        lstrip_blocks=True,
    )
    environment.filters.update(duration=duration, firm=firm, roughly=roughly, week_name=week_name)
    view = view_of(measurement, shareable=shareable)
    week, parameters = view.week, measurement.parameters
    content: dict[str, Any] = {
        "view": view,
        "zone": measurement.zone,
        "generated": generated.astimezone(ZoneInfo(measurement.zone)),
        "shareable": shareable,
        "timeline": timeline_of(measurement, week) if week and not shareable else None,
        "trend": trend_of(view.weeks),
        "panel_height": PANEL_HEIGHT,
        "parameters": parameters,
        "directed": DIRECTED,
        "assumptions": assumptions(measurement),
        "lag": lag_in_words(parameters),
        "lag_ends": (lag_quantile(parameters, 0.05), lag_quantile(parameters, 0.95)),
        "range": cost_range(week) if week else None,
    }
    return environment.get_template("report.html").render(content)


def _plain(value: object) -> object:
    return plain(value) if type(value) is str else value  # what a macro made is Markup, and was cleaned in it


def firm(text: str) -> str:
    """Keep a quantity and its unit on one line."""
    return _INSIDE_QUANTITY.sub("\N{NO-BREAK SPACE}", text)
