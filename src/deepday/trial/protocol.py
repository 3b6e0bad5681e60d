"""Everything that is fixed before the start, as a value and as a document with a hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from deepday.errors import InputError
from deepday.trial.drawing import Dates, commitment, draw

SCHEMA = "deepday.trial-protocol/1"
TITLE = "Deep-work days, a trial"
QUESTION = "Do deep-work days lower the time lost to interruptions, without harm to others?"
COST, NAMED = "interruption_cost", "named"
RANDOMISED, FIXED = "randomised", "fixed"
_CANNOT = "Use the file as deepday trial design wrote it."


@dataclass(frozen=True, slots=True)
class ProtocolWeek:
    """A week of the trial, or a sprint of several: its name, the dates that can be drawn, and the possible draws."""

    week: str
    days: Dates
    allowed: tuple[Dates, ...]


@dataclass(frozen=True, slots=True)
class GuardrailRule:
    """A cost that must not grow by more than ``margin``.

    ``name``: ``answered_in_time`` (share of urgent requests, within ``limit`` minutes), ``after_hours`` (minutes a
    day), ``strain`` (0 to 10) or ``blocked`` (how often others were blocked, a day).
    """

    name: str
    margin: float
    limit: float = 0.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """The weeks before, as they were known when the protocol was written; the primary outcome's mean and days."""

    first: date
    last: date
    days: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class Protocol:
    """A trial as planned.

    ``mode``: ``randomised`` or ``fixed``. ``outcome``: ``interruption_cost``, or ``named`` for a measure of the user's
    own, whose name is then ``unit``; ``definition`` says how it is made, ``better`` which side is good. ``sesoi`` is
    the smallest effect worth having, as a share of the baseline's mean. ``detectable``: the cuts that the trial finds
    in 8 of 10 cases, as shares, with the ends of their uncertainty; empty where not known.
    ``commitment``: of the seed. ``agreed``: rules in the user's words (go on, stop).
    ``check_in``: the date after the end on which it is talked over. ``day_hours``: a usual day's working hours.
    ``lag``: minutes to pick work up again, at the 5 %, 50 % and 95 % quantile; ``burst_gap``: minutes between messages
    of one interruption. ``look``: the last date before an early look that is declared, empty where none is; then
    ``alpha`` is the level of each of the two. ``sprint``: from how many weeks together each draw is made; ``weeks`` has
    one entry for each draw. ``assumed``: what else the measuring rests on: ``resumption_lag`` (lowest, most likely
    and highest, in minutes), ``preset`` and ``count_tentative``; empty in protocols that did not keep it.
    """

    title: str
    question: str
    mode: str
    zone: str
    hours: str
    weeks: tuple[ProtocolWeek, ...]
    deep_days: int
    apart: bool
    baseline: Baseline
    outcome: str
    unit: str
    definition: str
    sesoi: float
    alpha: float
    guardrails: tuple[GuardrailRule, ...]
    commitment: str
    made: str
    detectable: tuple[float | None, ...] = ()
    batches: tuple[str, ...] = ()
    agreed: Mapping[str, str] = field(default_factory=dict)
    check_in: str = ""
    day_hours: float = 8.0
    lag: tuple[float, ...] = ()
    burst_gap: float = 5.0
    look: str = ""
    better: str = "lower"
    sprint: int = 1
    assumed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> date:
        """The first date of the trial: its first week's Monday."""
        return monday(self.weeks[0].days[0])

    @property
    def last(self) -> date:
        """The last date of the trial: its last week's Sunday."""
        return monday(self.weeks[-1].days[-1]) + timedelta(days=6)

    @property
    def length(self) -> int:
        """How many weeks have days that can be drawn, as sprints count them."""
        return len(self.weeks) * self.sprint

    def begun(self, today: date) -> int:
        """Return how many weeks have begun."""
        if self.sprint == 1:
            return sum(one.days[0] <= today for one in self.weeks)
        return max(0, min(self.length, (today - self.first).days // 7 + 1))

    @property
    def at_look(self) -> bool:
        """Whether this is what the early look sees."""
        return self.look == str(self.last)

    def up_to_look(self) -> "Protocol":
        """Return the part that the early look sees; the same where none is declared."""
        seen = tuple(one for one in self.weeks if str(one.days[-1]) <= self.look)
        return replace(self, weeks=seen) if seen else self

    @property
    def randomised(self) -> bool:
        """Whether days are drawn."""
        return self.mode == RANDOMISED

    def week(self, label: str) -> ProtocolWeek | None:
        """Return the week of that name, ``None`` where the trial has none."""
        return next((one for one in self.weeks if one.week == label), None)

    def drawn(self, seed: str) -> dict[str, Dates]:
        """Return the deep-work days of each week. Raises :class:`InputError` for a seed that was not committed to."""
        if commitment(seed) != self.commitment:
            raise InputError("The seed is not the one that the protocol commits to.", "Use the trial's own seed.")
        return {one.week: draw(seed, one.week, one.allowed) for one in self.weeks}


def monday(day: date) -> date:
    """Return the Monday of that date's week."""
    return day - timedelta(days=day.weekday())


def revealed_on(label_monday: date) -> date:
    """Return from which date on the draw of a week may be known: a week ahead."""
    return label_monday - timedelta(weeks=1)


def to_document(protocol: Protocol) -> dict[str, Any]:
    """Return the protocol as JSON values."""
    return {"schema": SCHEMA, **json.loads(json.dumps(asdict(protocol), default=str))}


def protocol_hash(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the document in its canonical form: sorted keys, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def from_document(found: object, name: str) -> Protocol:
    """Read a protocol's document. Raises :class:`InputError` for anything else."""
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise InputError(f"{name} is no protocol of a trial.", _CANNOT)
    try:
        values = {one.name: found[one.name] for one in fields(Protocol) if one.name not in {"sprint", "assumed"}}
        values["sprint"] = int(found.get("sprint", 1))  # documents of one draw a week may lack it
        values["assumed"] = dict(found.get("assumed", {}))  # older ones have quantiles of the lag alone
        base = values["baseline"]
        return Protocol(
            **values
            | {
                "weeks": tuple(
                    ProtocolWeek(one["week"], _dates(one["days"]), tuple(_dates(sets) for sets in one["allowed"]))
                    for one in values["weeks"]
                ),
                "baseline": Baseline(**base | {"first": _date(base["first"]), "last": _date(base["last"])}),
                "guardrails": tuple(GuardrailRule(**one) for one in values["guardrails"]),
                "detectable": tuple(values["detectable"]),
                "batches": tuple(values["batches"]),
                "lag": tuple(values["lag"]),
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(f"{name} cannot be read as a protocol.", _CANNOT) from None


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _dates(texts: list[str]) -> Dates:
    return tuple(map(_date, texts))
