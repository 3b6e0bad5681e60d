"""A trial that goes on: start, what may be known meanwhile, deviations, ratings, stopping."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from deepday.app.person import build_person
from deepday.app.plan_request import parse_date
from deepday.app.request import Request
from deepday.app.trial_analysing import need_numpy, read_text
from deepday.app.trial_data import measure_days, rows_of
from deepday.app.trial_fixed import differing
from deepday.app.trial_outcome import with_own_outcome
from deepday.app.trial_routing import Broken, counts_of, read_routing
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import database_location
from deepday.connect import Progress
from deepday.errors import ConflictError, InputError, NotEnoughDataError
from deepday.store.repository import Store, open_store
from deepday.store.trials import LogEntry, LogKind, StoredTrial, TrialState
from deepday.trial.drawing import Dates
from deepday.trial.guardrails import Guardrail
from deepday.trial.protocol import Protocol, from_document, monday, protocol_hash, revealed_on
from deepday.trial.result import Delivery, Deviation, Stop
from deepday.trial.routing import RoutingCounts, RoutingRecord
from deepday.trial.rows import TrialRow

KINDS = ("broken", "sick", "away", "overruled", "other")
REASONS = ("harm", "wish", "other")
SCALES = {"progress": 10, "strain": 10, "blocked": 99}


@dataclass(frozen=True, slots=True)
class Kept:
    """The owner's trial as the store has it. ``seed`` is for the draw only; nothing prints it before the end."""

    stored: StoredTrial
    protocol: Protocol
    log: tuple[LogEntry, ...]
    today: date

    @property
    def drawn(self) -> dict[str, Dates]:
        """The deep-work days of each week, those not yet revealed included."""
        return self.protocol.drawn(self.stored.seed)

    @property
    def stop(self) -> Stop | None:
        """When and why it was stopped."""
        found = next((one for one in self.log if one.kind is LogKind.STOPPED and one.date), None)
        return Stop(found.date, found.what) if found and found.date else None

    @property
    def over(self) -> bool:
        """Whether the outcome may be looked at."""
        return self.stored.state in {TrialState.STOPPED, TrialState.ENDED} or self.today > self.protocol.last

    @property
    def looked(self) -> bool:
        """Whether the early look was taken."""
        return any(one.kind is LogKind.LOOKED for one in self.log)

    @property
    def purged(self) -> date | None:
        """When the messages and events that it rests on were deleted."""
        return next((one.date for one in self.log if one.kind is LogKind.PURGED), None)

    @property
    def ended_early(self) -> bool:
        """Whether the early look ended it."""
        return self.stored.state is TrialState.ENDED and not any(one.kind is LogKind.ENDED for one in self.log)

    def to_look_at(self) -> "Kept":
        """Return what may be looked at: all of it, or up to the early look that was declared."""
        if self.ended_early or (not self.over and self.protocol.look):
            return replace(self, protocol=self.protocol.up_to_look())
        return self

    @property
    def deviations(self) -> list[Deviation]:
        """Deviations, one for each date, the latest word counts; without the user's own words."""
        latest = {one.date: one.what for one in self.log if one.kind is LogKind.DEVIATION and one.date}
        return [Deviation(day, kind) for day, kind in sorted(latest.items()) if kind in KINDS]

    def revealed(self) -> dict[str, Dates]:
        """Return the weeks that may be known today, with their deep-work days."""
        if self.stored.state is TrialState.DESIGNED:
            return {}
        shown = {one.week for one in self.protocol.weeks if revealed_on(monday(one.days[0])) <= self.today}
        return {week: dates for week, dates in self.drawn.items() if week in shown}


@dataclass(frozen=True, slots=True)
class Status:
    """What may be known while a trial goes on: delivery and guardrails, never the outcome.

    ``differs``: which settings are no longer those of the protocol.
    """

    kept: Kept
    revealed: Mapping[str, Dates]
    next_reveal: date | None
    delivery: Delivery | None
    guardrails: tuple[Guardrail, ...]
    routing: RoutingCounts | None = None
    differs: tuple[str, ...] = ()


def kept_trial(store: Store, request: Request, clock: Clock) -> Kept:
    """Return the owner's newest trial. Raises :class:`NotEnoughDataError` where there is none.

    Raises :class:`ConflictError` where the kept protocol no longer has its hash.
    """
    person = build_person(request, load_settings())
    stored = store.trials().newest(person.email)
    if stored is None:
        raise NotEnoughDataError("There is no trial.", "Design one: deepday trial design")
    if protocol_hash(stored.protocol) != stored.hash:
        raise ConflictError("The protocol in the store is not the one that was published.", "Restore it from a backup.")
    protocol = from_document(stored.protocol, "the store")
    log = tuple(store.trials().log(stored.id))
    return Kept(stored, protocol, log, clock.now().astimezone(ZoneInfo(protocol.zone)).date())


def start(request: Request, file: Path | None, clock: Clock | None = None) -> Kept:
    """Begin the designed trial: from now on its days are drawn, and revealed a week ahead.

    Raises :class:`ConflictError` where the protocol's file was changed since it was designed.
    """
    clock = clock or SystemClock()
    with open_store(database_location(), clock) as store:
        kept = kept_trial(store, request, clock)
        if kept.stored.state is not TrialState.DESIGNED:
            raise InputError(f"The trial is {kept.stored.state} already.", "See deepday trial status.")
        if kept.purged:
            raise InputError(
                f"The weeks before were deleted on {kept.purged} (keep_rows under [privacy]).",
                "Design it again: deepday trial design",
            )
        if file is not None and _hash_of(file) != kept.stored.hash:
            raise ConflictError(
                f"{file} is not the protocol that was designed.", "Design the trial again, or use the unchanged file."
            )
        if kept.today >= kept.protocol.first:
            raise InputError(
                f"Its first week began on {kept.protocol.first}.", "Days are drawn before their week: design it again."
            )
        store.trials().move_to(kept.stored.id, TrialState.RUNNING)
        _add(store, kept, LogKind.STARTED, kept.stored.hash, kept.today, clock)
        return kept_trial(store, request, clock)


def _hash_of(file: Path) -> str:
    try:
        found = json.loads(read_text(file))
    except ValueError:
        raise InputError(f"{file} is no JSON.", "Give the file that deepday trial design wrote.") from None
    return protocol_hash(found) if isinstance(found, dict) else ""


def status(request: Request, progress: Progress, clock: Clock | None = None) -> Status:
    """Return what may be known, and note which weeks were revealed by that. The outcome is not computed."""
    need_numpy()
    from deepday.trial.result import deliver, judge_costs  # noqa: PLC0415 - NumPy is an extra

    clock = clock or SystemClock()
    with open_store(database_location(), clock) as store:
        kept = reveal(store, kept_trial(store, request, clock), clock)
    revealed = kept.revealed()
    hidden = [one for one in kept.protocol.weeks if one.week not in revealed]
    coming = revealed_on(monday(hidden[0].days[0])) if hidden and kept.stored.state is TrialState.RUNNING else None
    delivery, guardrails, routing = None, tuple[Guardrail, ...](), None
    if kept.stored.state is not TrialState.DESIGNED and kept.today > kept.protocol.first and not kept.purged:
        seen = observe_trial(kept, request, progress, clock)
        rows = [row for row in seen.rows if row.date < kept.today]
        routing = counts_of(seen.routing, kept.protocol, rows)
        until = {row.date for row in rows}
        past = replace(
            kept.protocol,
            weeks=tuple(
                replace(
                    one,
                    days=tuple(day for day in one.days if day in until),
                    allowed=tuple(tuple(day for day in sets if day in until) for sets in one.allowed),
                )
                for one in kept.protocol.weeks
                if one.days[0] in until
            ),
        )
        delivery = deliver(past, rows, kept.deviations)
        guardrails = judge_costs(past, rows, routing)
    differs = differing(request, load_settings(), kept.protocol)
    return Status(kept, revealed, coming, delivery, guardrails, routing, differs)


@dataclass(frozen=True, slots=True)
class Observed:
    """A trial's days as measured, and what the ledger of urgent requests holds of them.

    Outcomes are in the rows: whoever has them shows them only when the trial is over. ``differs``: which settings are
    no longer those of the protocol, by which all is measured.
    """

    rows: tuple[TrialRow, ...]
    routing: RoutingRecord | None
    broken: tuple[Broken, ...]
    differs: tuple[str, ...]


def observe_trial(kept: Kept, request: Request, progress: Progress, clock: Clock) -> Observed:
    """Measure the weeks before and those of the trial, and read the ledger of urgent requests.

    Raises :class:`NotEnoughDataError` where the rows that it rests on were deleted meanwhile.
    """
    if kept.purged:
        raise NotEnoughDataError(
            f"The messages and events of the trial were deleted on {kept.purged} (keep_rows under [privacy]): its "
            "result cannot be computed again.",
            "Use the report and the export that were made before.",
        )
    protocol, differs = kept.protocol, differing(request, load_settings(), kept.protocol)
    found = measure_days(request, protocol.baseline.first, protocol.last, progress, clock, protocol)
    rows = rows_of(protocol, kept.drawn, found, kept.log, kept.today)
    last = min(protocol.last, kept.today, kept.stop.date if kept.stop else protocol.last)
    dates = (protocol.first, max(protocol.first, last))
    record, broken = read_routing(kept.stored.person, dates, ZoneInfo(protocol.zone), found.windows, clock)
    return Observed(tuple(with_own_outcome(rows, protocol, load_settings())), record, broken, differs)


def reveal(store: Store, kept: Kept, clock: Clock) -> Kept:
    """Note when each week was first shown, and return the trial with that in its log."""
    known = {one.what for one in kept.log if one.kind is LogKind.REVEALED}
    fresh = [week for week in kept.revealed() if week not in known]
    for week in fresh:
        _add(store, kept, LogKind.REVEALED, week, kept.today, clock)
    return replace(kept, log=tuple(store.trials().log(kept.stored.id))) if fresh else kept


def finish(store: Store, kept: Kept, clock: Clock) -> Kept:
    """Note when the outcome of a trial that is over was first looked at, and return the trial with that in its log."""
    if kept.stored.state is not TrialState.RUNNING or not kept.over:
        return kept
    store.trials().move_to(kept.stored.id, TrialState.ENDED)
    _add(store, kept, LogKind.ENDED, "", kept.today, clock)
    stored = kept.stored._replace(state=TrialState.ENDED)
    return replace(kept, stored=stored, log=tuple(store.trials().log(stored.id)))


def note_look(kept: Kept, *, decided: bool, clock: Clock) -> None:
    """Note that the early look was taken; with a decision the trial is at its end."""
    if kept.looked or kept.over:
        return
    with open_store(database_location(), clock) as store:
        _add(store, kept, LogKind.LOOKED, "decided" if decided else "goes on", kept.today, clock)
        if decided:
            store.trials().move_to(kept.stored.id, TrialState.ENDED)


def deviate(request: Request, day: str, kind: str, note: str, clock: Clock | None = None) -> Kept:
    """Note that a day went otherwise than drawn. It stays in its arm: what was meant counts.

    Raises :class:`InputError` for a date that is none of the trial's, and once the outcome was looked at.
    """
    if kind not in KINDS:
        raise InputError(f"{kind!r} is no kind of deviation.", f"Give one of {', '.join(KINDS)}.")
    return _note_day(request, day, LogKind.DEVIATION, {kind: None}, note, clock)


def rate(request: Request, day: str, values: Mapping[str, int | None], clock: Clock | None = None) -> Kept:
    """Keep how a day of the trial was; a later word replaces an earlier one. Raises :class:`InputError`."""
    given = {scale: value for scale, value in values.items() if value is not None}
    if not given:
        raise InputError("Nothing is rated.", "Give --progress, --strain or --blocked.")
    for scale, value in given.items():
        if not 0 <= value <= SCALES[scale]:
            raise InputError(f"--{scale} {value} is out of range.", f"Give 0 to {SCALES[scale]}.")
    return _note_day(request, day, LogKind.RATING, given, "", clock)


def _note_day(
    request: Request, day: str, kind: LogKind, values: Mapping[str, int | None], note: str, clock: Clock | None
) -> Kept:
    clock = clock or SystemClock()
    with open_store(database_location(), clock) as store:
        kept = kept_trial(store, request, clock)
        when = kept.today if day == "today" else parse_date(day)
        before = kept.protocol.baseline.first <= when <= kept.protocol.baseline.last
        known = any(when in one.days for one in kept.protocol.weeks)
        if kept.stored.state in {TrialState.ENDED, TrialState.STOPPED}:
            raise InputError(
                "The trial is over, and its outcome may be known: nothing is noted any more.",
                "Say what is missing beside the report.",
            )
        if kept.stored.state is TrialState.DESIGNED or not (known or (before and kind is LogKind.RATING)):
            raise InputError(f"{when} is no day of a trial that has begun.", "See deepday trial status.")
        if kept.looked and str(when) <= kept.protocol.look:
            raise InputError(f"{when} lies before the early look, which was taken.", "Say it beside the report.")
        for what, value in values.items():
            _add(store, kept, kind, what, when, clock, note, value)
        return kept_trial(store, request, clock)


def stop(request: Request, because: str, note: str, clock: Clock | None = None) -> Kept:
    """Stop the running trial early. It gets no verdict, and its report says so."""
    if because not in REASONS:
        raise InputError(f"{because!r} is no reason to stop.", f"Give one of {', '.join(REASONS)}.")
    clock = clock or SystemClock()
    with open_store(database_location(), clock) as store:
        kept = kept_trial(store, request, clock)
        if kept.stored.state is not TrialState.RUNNING or kept.over:
            raise InputError("No trial is running that could be stopped.", "See deepday trial status.")
        store.trials().move_to(kept.stored.id, TrialState.STOPPED)
        _add(store, kept, LogKind.STOPPED, because, kept.today, clock, note)
        return kept_trial(store, request, clock)


def _add(
    store: Store,
    kept: Kept,
    kind: LogKind,
    what: str,
    day: date,
    clock: Clock,
    note: str = "",
    value: int | None = None,
) -> None:
    entry = LogEntry(kind, what, day, note, value, int(clock.now().timestamp()))
    store.trials().add(kept.stored.id, entry)


def refuse_undrawn(kept: Kept) -> None:
    """Raise :class:`NotEnoughDataError` for a trial that has not begun."""
    if kept.stored.state is TrialState.DESIGNED:
        raise NotEnoughDataError("The trial has not begun.", "Begin it: deepday trial start")


def refuse_peeking(kept: Kept) -> None:
    """Raise :class:`NotEnoughDataError` unless it is over: looking earlier makes chance look like effect.

    An early look that the protocol declares may be taken once its date has come.
    """
    refuse_undrawn(kept)
    seen = kept.to_look_at().protocol
    if not kept.over and kept.today <= seen.last:
        raise NotEnoughDataError(
            f"The trial goes on until {seen.last}: its outcome is not shown before.",
            "Looking earlier would find changes by chance. See deepday trial status; deepday trial stop ends it early.",
        )
