"""Several people's trials as one page: no names, no days, no single result."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from deepday.report.page import Page, render_text
from deepday.report.trial_charts import effect_svg
from deepday.report.trial_markup import charts_in, parse, text_of
from deepday.trial.analysis import Analysis
from deepday.trial.before_after import Moved
from deepday.trial.effect import Effect
from deepday.trial.protocol import COST, Protocol
from deepday.trial.verdict import Verdict


def make_pool_page(
    found: Analysis,
    protocol: Protocol,
    language: str,
    folder: Path | None,
    generated: datetime,
    *,
    shareable: bool,
    stopped: Sequence[tuple[str, int]] = (),
) -> Page:
    """Return the page in that language, from the templates in ``folder`` where there are such, else deepday's own.

    ``protocol``: any of them, all agree in what is used here. ``found`` is shown as it is: a shareable one must be
    rounded already. ``stopped``: how many trials were left out for having been stopped, by the reason. Raises
    :class:`InputError` as :func:`deepday.report.trial_page.make_page` does.
    """
    text = render_text(f"pool.{language}.md", _content(found, protocol, stopped, shareable=shareable), folder)
    effect = found.effect
    charts = {
        chart.name: effect_svg(chart, effect.estimate, effect.interval, effect.interval_90, found.sesoi)
        for chart in charts_in(parse(text))
        if isinstance(effect, Effect)
    }
    return Page("Deep-work days, several people", text, language, charts, f"{generated:%Y-%m-%d}")


def _content(
    found: Analysis, protocol: Protocol, stopped: Sequence[tuple[str, int]], *, shareable: bool
) -> dict[str, Any]:
    effect = found.effect
    own = protocol.outcome != COST
    panel = found.displacement
    return {
        "people": found.people,
        "verdict": str(found.verdict),
        "effect": effect if isinstance(effect, Effect) else None,
        "ranged": isinstance(effect, Effect) and effect.interval != (None, None),
        "why": "" if isinstance(effect, Effect) else effect.why,
        "outcome": text_of(protocol.unit) if own else "",
        "unit": text_of(protocol.unit),
        "sesoi": found.sesoi,
        "sesoi_share": protocol.sesoi,
        "alpha": protocol.alpha,
        "randomised": protocol.randomised,
        "shareable": shareable,
        "sprint": protocol.sprint,
        "displacement": panel if panel.other_change and panel.week_change else None,
        "moved": str(panel.moved) if found.verdict is Verdict.BETTER else str(Moved.NOTHING),
        "stopped": sum(count for _, count in stopped),
        "reasons": () if shareable else stopped,
    }
