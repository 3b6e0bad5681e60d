"""The weekly letter on a running trial, as values that any way of sending takes: subject, text, HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deepday.report.page import render_text
from deepday.report.trial_markup import parse, plain_text, to_html
from deepday.trial.effect import Effect
from deepday.trial.guardrails import Guardrail
from deepday.trial.result import Delivery
from deepday.trial.routing import RoutingCounts


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: ``text`` is plain, ``html`` a whole document."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter tells: where the trial is, which days come, delivery and costs. No outcome is in it."""

    week: int
    weeks: int
    last: date
    over: bool
    coming: tuple[date, ...]
    next_reveal: date | None
    delivery: Delivery | None
    guardrails: Sequence[Guardrail]
    routing: RoutingCounts | None = None


def make_letter(facts: LetterFacts, language: str = "en", folder: Path | None = None) -> Letter:
    """Return the letter in that language, from the templates in ``folder`` where there are such.

    Raises :class:`InputError` for a language without a template, and for a template that cannot be used.
    """
    delivery = facts.delivery
    content: dict[str, Any] = {
        "week": facts.week,
        "weeks": facts.weeks,
        "last": facts.last,
        "over": facts.over,
        "coming": facts.coming,
        "next_reveal": facts.next_reveal,
        "delivery": delivery,
        "deviations": delivery.deviations if delivery else (),
        "quiet60": delivery.quiet60 if delivery and isinstance(delivery.quiet60, Effect) else None,
        "guardrails": facts.guardrails,
        "routing": facts.routing,
    }
    subject, _, rest = render_text(f"letter.{language}.md", content, folder).strip().partition("\n")
    tokens = parse(rest)
    page = {"body": to_html(tokens, {}), "language": language, "title": subject, "generated": ""}
    return Letter(subject, plain_text(tokens), render_text("letter.html", page, folder))
