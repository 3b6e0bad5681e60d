"""Design a trial: measured weeks before, days that can be drawn, and a protocol that is fixed before the start."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deepday.app.measuring import make_private
from deepday.app.period import parse_dates
from deepday.app.person import build_person
from deepday.app.plan_request import parse_weekdays
from deepday.app.trial_agreed import Terms, agreed_outcome, side_asked, terms_of
from deepday.app.trial_analysing import need_numpy
from deepday.app.trial_data import Measured, cost_rate, measure_days
from deepday.app.trial_fixed import assumptions
from deepday.app.trial_outcome import outcome_of, own_baseline
from deepday.app.trial_request import DesignRequest
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import database_location
from deepday.config.plan_settings import WEEKDAYS
from deepday.config.trial_settings import TrialSettings
from deepday.connect import Progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.measure.days import week_key
from deepday.measure.parameters import MINUTE, Parameters
from deepday.store.repository import open_store
from deepday.store.trials import TrialState
from deepday.trial.drawing import Dates, allowed_sets, commitment
from deepday.trial.protocol import (
    COST,
    FIXED,
    RANDOMISED,
    Baseline,
    Protocol,
    ProtocolWeek,
    from_document,
    monday,
    protocol_hash,
    to_document,
)
from deepday.trial.values import Arm, TrialDay

WEEK = timedelta(weeks=1)
ALPHA = 0.05
UNIT = "minutes per working hour"
OWN = "A measure of the user's own, one value for each day, from a file that deepday does not check."
FEWEST_BASELINE = 3
_SEED = re.compile(r"[0-9a-f]{32,64}")


@dataclass(frozen=True, slots=True)
class Designed:
    """A protocol, its hash, where it was written, and remarks."""

    protocol: Protocol
    hash: str
    file: Path
    notes: tuple[str, ...]


def design(asked: DesignRequest, progress: Progress, clock: Clock | None = None) -> Designed:
    """Write a protocol and keep it; nothing begins yet. Raises :class:`InputError` for what cannot be.

    Raises :class:`NotEnoughDataError` where fewer than three days before were measured.
    """
    need_numpy()
    clock = clock or SystemClock()
    person = build_person(asked.request, load_settings())
    today = clock.now().astimezone(person.zone).date()
    terms = terms_of(asked, load_settings(), today)
    settings = terms.settings
    first = _first_week(terms.first, today)
    agreed = terms.agreement
    side, noted = side_asked(asked, agreed)
    outcome, name, better = outcome_of(asked.outcome, side, agreed_outcome(agreed) if agreed else "")
    look, alpha = "", ALPHA
    if asked.extend is not None:
        look, alpha = _declared_look(asked, first, settings.weeks, terms.sprint), ALPHA / 2
        settings = settings.model_copy(update={"weeks": settings.weeks + asked.extend})
        terms = replace(terms, settings=settings)
    base_last = monday(today) - timedelta(days=1)
    base_first = base_last + timedelta(days=1) - settings.baseline * WEEK
    found = measure_days(asked.request, base_first, first + settings.weeks * WEEK - timedelta(days=1), progress, clock)
    before = _baseline_days(found, base_first, base_last)
    if outcome != COST:
        before = own_baseline(before, name, person.zone.key, load_settings())
    observed = [day for day in before if day.value is not None]
    if len(observed) < FEWEST_BASELINE:
        raise NotEnoughDataError(
            f"{base_first} to {base_last} has {len(observed)} measured working days; a trial needs weeks before it.",
            "Run deepday sync or deepday import, or give --calendar and --slack-export; then design it again.",
        )
    weeks, notes = _weeks(asked, terms, found, first)
    check_in, said = terms.next_check_in(weeks[-1].days[-1])
    seed = _seed(asked.seed)
    protocol = Protocol(
        title=asked.title,
        question=asked.question,
        mode=FIXED if asked.fixed else RANDOMISED,
        zone=person.zone.key,
        hours=str(person.hours),
        weeks=weeks,
        deep_days=len(asked.fixed) or settings.days,
        apart=settings.apart,
        baseline=Baseline(base_first, base_last, len(observed), _mean(observed)),
        outcome=outcome,
        unit=name or UNIT,
        definition=OWN if name else _definition(found.parameters),
        sesoi=settings.sesoi / 100,
        alpha=alpha,
        guardrails=terms.guardrails(found.parameters),
        commitment=commitment(seed),
        made=clock.now().isoformat(timespec="seconds"),
        batches=terms.batches,
        agreed=terms.rules,
        day_hours=_day_hours(found),
        lag=tuple(round(seconds / MINUTE, 2) for seconds in found.parameters.lags),
        burst_gap=found.parameters.burst_gap / MINUTE,
        check_in=check_in,
        look=look,
        better=better,
        sprint=terms.sprint,
        assumed=assumptions(found.parameters),
    )
    if protocol.randomised:
        protocol = replace(protocol, detectable=_detectable(before, protocol))
    return _keep(protocol, seed, asked.file, person.email, clock, [*terms.notes, *noted, *notes, *said])


def _first_week(text: str | None, today: date) -> date:
    """Return the Monday of the first week: a week ahead at least, so that others have notice."""
    if text is None:
        return monday(today + WEEK + timedelta(days=6))
    first = monday(parse_dates(text)[0])
    if first <= today:
        raise InputError(f"The week of {first} has begun.", "Days are drawn before their week; begin with a later one.")
    return first


def _declared_look(asked: DesignRequest, first: date, weeks: int, sprint: int) -> str:
    """Return the last date before the early look. Raises :class:`InputError` for what cannot be declared."""
    if asked.fixed:
        raise InputError("A trial with fixed weekdays shows no effect, early or late.", "Leave --extend out.")
    if asked.extend is None or not 2 <= asked.extend <= 26 - weeks:
        raise InputError(
            f"--extend {asked.extend} is out of range.", f"Give 2 to {26 - weeks}: a trial takes 26 weeks at most."
        )
    if asked.extend % sprint:
        raise InputError(f"--extend {asked.extend} is no whole sprint.", f"Give a multiple of {sprint}.")
    return str(first + weeks * WEEK - timedelta(days=1))


def _baseline_days(found: Measured, first: date, last: date) -> list[TrialDay]:
    return [
        TrialDay(day.week, day.date, Arm.BASELINE, cost_rate(day))
        for day in found.days
        if first <= day.date <= last and day.eligible
    ]


def _mean(days: Sequence[TrialDay]) -> float | None:
    values = [day.value for day in days if day.value is not None]
    return sum(values) / len(values) if values else None


def _weeks(
    asked: DesignRequest, terms: Terms, found: Measured, first: date
) -> tuple[tuple[ProtocolWeek, ...], list[str]]:
    settings, never = terms.settings, terms.never
    fixed = {WEEKDAYS.index(name) for name in parse_weekdays(asked.fixed)}
    weeks: list[ProtocolWeek] = []
    notes: list[str] = []
    for number in range(0, settings.weeks, terms.sprint):
        start = first + number * WEEK
        label = _label(start, terms.sprint)
        days = tuple(
            day.date
            for day in found.days
            if start <= day.date < start + terms.sprint * WEEK and day.eligible and day.date.weekday() not in never
        )
        allowed = _allowed(days, fixed, settings)
        if not allowed:
            notes.append(f"{label} has {len(days)} days that could be drawn: nothing is drawn, it has no weight.")
            continue
        weeks.append(ProtocolWeek(label, days, allowed))
        if len(allowed[0]) < settings.days and not fixed:
            notes.append(f"{label} has {len(days)} days: {len(allowed[0])} is drawn.")
    if terms.sprint > 1:
        notes.append(
            f"Days are drawn within sprints of {terms.sprint} weeks: few deep-work days, and weeks that differ, find "
            "little. One a week or more finds smaller effects."
        )
    if len(weeks) < 2:
        raise NotEnoughDataError(
            "Fewer than two weeks have days that could be drawn.", "Give more weeks, or fewer days that never are."
        )
    return tuple(weeks), notes


def _label(start: date, sprint: int) -> str:
    """Name a week, or a sprint by its first and last week."""
    last = week_key(start + (sprint - 1) * WEEK).rpartition("-W")[2]
    return week_key(start) + (f"/{last}" if sprint > 1 else "")


def _allowed(days: Dates, fixed: set[int], settings: TrialSettings) -> tuple[Dates, ...]:
    if not fixed:
        return allowed_sets(days, settings.days, apart=settings.apart)
    chosen = tuple(day for day in days if day.weekday() in fixed)
    return (chosen,) if 0 < len(chosen) < len(days) else ()


def _day_hours(found: Measured) -> float:
    scheduled = [day.scheduled for day in found.days if day.eligible]
    return round(sum(scheduled) / len(scheduled) / 3600, 2) if scheduled else 8.0


def _seed(given: str | None) -> str:
    if given is not None and not _SEED.fullmatch(given):
        raise InputError("The seed must be 32 to 64 hexadecimal digits.", "Leave it out: a fresh one is made.")
    return given or secrets.token_hex(32)


def _definition(parameters: Parameters) -> str:
    low, middle, high = (seconds / MINUTE for seconds in parameters.lags)
    return (
        "Time lost to interruptions that were answered: handling and picking work up again, "
        f"{middle:.3g} minutes each ({low:.3g} to {high:.3g}), messages no further apart than "
        f"{parameters.burst_gap / MINUTE:g} minutes as one; per hour of working time."
    )


def _detectable(before: Sequence[TrialDay], protocol: Protocol) -> tuple[float | None, ...]:
    from deepday.trial.power import detectable, sets_of  # noqa: PLC0415 - NumPy is an extra

    found = detectable(before, len(protocol.weeks), sets_of(protocol.weeks), protocol.alpha)
    return (found.cut, found.low, found.high) if found else ()


def _keep(protocol: Protocol, seed: str, file: Path | None, email: str, clock: Clock, notes: Sequence[str]) -> Designed:
    document = to_document(protocol)
    digest = protocol_hash(document)
    with open_store(database_location(), clock) as store:
        newest = store.trials().newest(email)
        running = newest is not None and newest.state is TrialState.RUNNING
        if newest and running and clock.now().date() <= from_document(newest.protocol, "the store").last:
            raise InputError("A trial is running already.", "Wait for its end, or end it now: deepday trial stop")
        store.claim(email)
        store.trials().design(email, document, digest, seed, at=int(clock.now().timestamp()))
    path = file or Path(f"trial-protocol-{protocol.first}.json")
    write_private(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return Designed(protocol, digest, path, tuple(notes))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read. Raises :class:`InputError` where it cannot be written."""
    try:
        make_private(path)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from None


def designed_to_json(found: Designed) -> dict[str, Any]:
    """Return the stable JSON form of a design."""
    return {
        "schema": "deepday.trial-design/1",
        "hash": found.hash,
        "file": str(found.file),
        "detectable": list(found.protocol.detectable),
        "notes": list(found.notes),
        "protocol": to_document(found.protocol),
    }
