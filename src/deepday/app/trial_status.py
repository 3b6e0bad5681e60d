"""The status of a trial in words and as JSON, and the weekly letter: delivery and guardrails only."""

import dataclasses
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from deepday.app.language import text_language
from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.app.trial_running import Status
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.errors import NotEnoughDataError
from deepday.report.case_mail import make_mail
from deepday.report.trial_letter import Letter, LetterFacts, make_letter
from deepday.report.trial_status import design_lines, differing_lines, requests_lines, status_text
from deepday.store.trials import TrialState
from deepday.trial.effect import Effect, NoEffect
from deepday.trial.guardrails import Guardrail
from deepday.trial.result import Delivery

_RATED = {"strain"}  # what the shareable report leaves out, too
_ABSENT = {"sick", "away"}


def status_lines(found: Status) -> list[str]:
    """Return the status in lines."""
    kept = found.kept
    if kept.stored.state is TrialState.DESIGNED:
        return ["The trial is designed and has not begun.", *design_lines(kept.protocol, kept.stored.hash)]
    lines = status_text(kept.protocol, found.revealed, found.next_reveal, kept.today, found.delivery, found.guardrails)
    lines += requests_lines(found.routing) if found.delivery else []
    lines += differing_lines(found.differs)
    if kept.protocol.look and not (kept.over or kept.looked):
        lines.insert(1, f"An early look is declared: deepday trial report shows it once, after {kept.protocol.look}.")
    if kept.ended_early:
        lines[0] = f"The early look after {kept.protocol.look} ended the trial. See deepday trial report."
    elif kept.stop:
        lines[0] = f"The trial was stopped on {kept.stop.date}. See deepday trial report."
    elif kept.over:
        lines[0] = f"The trial ended on {kept.protocol.last}. See deepday trial report."
    return lines


def status_to_json(found: Status) -> dict[str, Any]:
    """Return the stable JSON form; no outcome is in it."""
    kept = found.kept
    return {
        "schema": "deepday.trial-status/1",
        "state": str(kept.stored.state),
        "over": kept.over,
        "hash": kept.stored.hash,
        "first": kept.protocol.first.isoformat(),
        "last": kept.protocol.last.isoformat(),
        "revealed": {week: [str(day) for day in days] for week, days in found.revealed.items()},
        "next_reveal": found.next_reveal.isoformat() if found.next_reveal else None,
        "delivery": None
        if found.delivery is None
        else {
            "drawn": found.delivery.drawn,
            "kept": found.delivery.kept,
            "observed": found.delivery.observed,
            "deviations": dict(found.delivery.deviations),
            "quiet60": _means(found.delivery.quiet60),
            "focus120": _means(found.delivery.focus120),
        },
        "guardrails": [_guardrail(one) for one in found.guardrails],
        "settings_differ": list(found.differs),
        "urgent_requests": dataclasses.asdict(found.routing) if found.routing else None,
    }


def _means(effect: Effect | NoEffect) -> dict[str, float] | None:
    return {"deep": effect.deep_mean, "other": effect.other_mean} if isinstance(effect, Effect) else None


def _guardrail(one: Guardrail) -> dict[str, Any]:
    return dataclasses.asdict(one) | {"judgement": str(one.judgement)}


def letter(
    found: Status, language: str | None = None, templates: Path | None = None, *, wellbeing: bool = False
) -> Letter:
    """Return the weekly letter of a running trial, as others may read it: ``wellbeing`` adds what the user rated.

    ``language``: by default that of the settings. Raises :class:`InputError` as :func:`make_letter` does.
    """
    kept = found.kept
    if kept.stored.state is TrialState.DESIGNED:
        raise NotEnoughDataError("The trial has not begun: there is nothing to write of.", "See deepday trial status.")
    facts = LetterFacts(
        week=kept.protocol.begun(kept.today),
        weeks=kept.protocol.length,
        last=kept.protocol.last,
        over=kept.over,
        coming=tuple(day for days in found.revealed.values() for day in days if day >= kept.today),
        next_reveal=found.next_reveal,
        delivery=found.delivery and _without_reasons(found.delivery),
        guardrails=tuple(one for one in found.guardrails if wellbeing or one.name not in _RATED),
        routing=found.routing,
    )
    return make_letter(facts, text_language(language), templates)


def _without_reasons(delivery: Delivery) -> Delivery:
    """Say only that somebody was absent, not why; each kind once."""
    kinds: dict[str, int] = {}
    for kind, count in delivery.deviations:
        said = "absent" if kind in _ABSENT else kind
        kinds[said] = kinds.get(said, 0) + count
    return dataclasses.replace(delivery, deviations=tuple(sorted(kinds.items())))


def letter_mail(made: Letter, request: Request, to: Sequence[str], clock: Clock | None = None) -> EmailMessage:
    """Return the letter as a mail from the user. Raises :class:`InputError` for an address that is none."""
    sender = build_person(request, load_settings()).email
    now = (clock or SystemClock()).now()
    return make_mail(sender, tuple(to), made.subject, made.text, now, html=made.html)
