"""What to change next, by the rules: from costs and delivery while a trial goes on, from all of it at its end."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepday.app.language import text_language
from deepday.app.request import Request
from deepday.app.trial_reporting import Faces, report
from deepday.app.trial_running import Kept, refuse_undrawn, status
from deepday.clock import Clock, SystemClock
from deepday.connect import Progress
from deepday.report.page import render_text
from deepday.report.trial_markup import parse, plain_text, text_of
from deepday.trial.adjusting import Next, Suggestion, next_weeks, suggest_meanwhile
from deepday.trial.protocol import Protocol
from deepday.trial.result import Delivery, broken_weekdays


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What to change. ``verdict``: empty while the trial goes on; ``next``: the weeks after it, ``None`` until then."""

    protocol: Protocol
    over: bool
    verdict: str
    delivery: Delivery | None
    suggestions: tuple[Suggestion, ...]
    next: Next | None


def adjust(request: Request, progress: Progress, clock: Clock | None = None) -> Adjusted:
    """Return what to change by the rules; the outcome counts only once the trial is over.

    Raises :class:`NotEnoughDataError` where no trial has begun.
    """
    clock = clock or SystemClock()
    seen = status(request, progress, clock)
    kept, found = seen.kept, seen.delivery
    refuse_undrawn(kept)
    if kept.over:
        result = report(request, Faces(), progress, clock).facts.result
        verdict = str(result.analysis.verdict)
        return Adjusted(
            kept.protocol,
            over=True,
            verdict=verdict,
            delivery=result.delivery,
            suggestions=result.suggestions,
            next=_next(kept, result.suggestions),
        )
    early = suggest_meanwhile(
        seen.guardrails,
        found.kept if found else 0,
        found.observed if found else 0,
        broken_weekdays(kept.deviations),
        kept.protocol.batches,
    )
    return Adjusted(kept.protocol, over=False, verdict="", delivery=found, suggestions=tuple(early), next=None)


def _next(kept: Kept, suggestions: tuple[Suggestion, ...]) -> Next:
    weekdays = sorted({day.weekday() for week in kept.protocol.weeks for day in week.days})
    return next_weeks(
        kept.protocol.deep_days, weekdays, len(kept.protocol.batches), suggestions, sprint=kept.protocol.sprint
    )


def adjusted_text(found: Adjusted, language: str | None, folder: Path | None) -> str:
    """Return it in words, by default in the language of the settings.

    Raises :class:`InputError` for a language without a template.
    """
    agreed = found.protocol.agreed
    content = {
        "over": found.over,
        "verdict": found.verdict,
        "agreed": {key: text_of(value).rstrip(".").removesuffix("\\") for key, value in agreed.items()},
        "suggestions": [{"advice": str(one.advice), "weekday": one.weekday} for one in found.suggestions],
        "batches": [text_of(one) for one in found.protocol.batches],
        "kept": found.delivery.kept if found.delivery else 0,
        "observed": found.delivery.observed if found.delivery else 0,
        "days_now": found.protocol.deep_days,
        "weeks_now": found.protocol.sprint,
        "next": found.next,
    }
    return plain_text(parse(render_text(f"adjust.{text_language(language)}.md", content, folder)))


def adjusted_to_json(found: Adjusted) -> dict[str, Any]:
    """Return it as plain values; schema ``deepday.trial-adjust/1``. Weekdays: 0 is Monday."""
    return {
        "schema": "deepday.trial-adjust/1",
        "over": found.over,
        "verdict": found.verdict or None,
        "agreed": dict(found.protocol.agreed),
        "suggestions": [{"advice": str(one.advice), "weekday": one.weekday} for one in found.suggestions],
        "now": {
            "days": found.protocol.deep_days,
            "per_weeks": found.protocol.sprint,
            "batches": len(found.protocol.batches),
        },
        "next": dataclasses.asdict(found.next) if found.next else None,
    }
