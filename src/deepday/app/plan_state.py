"""What the store knows for planning: calendars, measured quiet, and what became of earlier plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from deepday.app.storing import open_existing_store
from deepday.clock import Clock
from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import Parameters
from deepday.model import ActivityStream, CalendarEvent, DateRange, Person
from deepday.plan.problem import Chosen, Part
from deepday.store.plans import DayState, StoredDay
from deepday.store.repository import Store
from deepday.store.rows import SourceKind

_LOOK_BACK = timedelta(weeks=5)


@dataclass(frozen=True, slots=True)
class PlanState:
    """What became of earlier plans, and ``stays``: the share of meeting-free stretches that stayed quiet by itself."""

    accepted: tuple[Chosen, ...] = ()
    vetoed: tuple[date, ...] = ()
    proposed: tuple[Chosen, ...] = ()
    stays: float = 0.0
    notes: tuple[str, ...] = ()


def no_state() -> PlanState:
    """Return the state of a plan from files: nothing was accepted, and nothing measured."""
    return PlanState()


def read_state(
    person: Person, span: tuple[date, date], parameters: Parameters, clock: Clock
) -> tuple[list[CalendarEvent], list[str], PlanState]:
    """Return events, remarks and state from the store. Raises :class:`NotEnoughDataError` where there is none."""
    with open_existing_store(clock) as store:
        dates = DateRange(span[0], span[1] + timedelta(days=1))
        events = store.events(person.window(*span), dates)
        said = []
        if not any(source.kind is SourceKind.CALENDAR for source in store.sources()):
            said.append("No calendar is connected or imported: every day counts as free.")
        days = store.plans().days(person.email, *span)
        stays = _measured_quiet(store, person, parameters, clock)
    chosen = {state: _chosen(person, days, state) for state in DayState}
    if stays is None:
        said.append("Quiet time was not measured here: nothing is assumed to stay quiet by itself.")
    return (
        events,
        said,
        PlanState(
            accepted=chosen[DayState.ACCEPTED],
            vetoed=tuple(one.date for one in chosen[DayState.SKIPPED]),
            proposed=(*chosen[DayState.PROPOSED], *chosen[DayState.ACCEPTED]) if chosen[DayState.PROPOSED] else (),
            stays=stays or 0.0,
        ),
    )


def _chosen(person: Person, days: Sequence[StoredDay], state: DayState) -> tuple[Chosen, ...]:
    return tuple(Chosen(person.email, day.date, Part(day.part)) for day in days if day.state is state)


def _measured_quiet(store: Store, person: Person, parameters: Parameters, clock: Clock) -> float | None:
    """Return how much of the calendar's focus time of the last five weeks was uninterrupted; ``None``: not observed."""
    covered = store.coverage(SourceKind.ACTIVITY)
    if not covered:
        return None
    newest = min(covered[-1].end, int(clock.now().timestamp()))
    last = datetime.fromtimestamp(newest, UTC).astimezone(person.zone).date() - timedelta(days=1)
    first = last - _LOOK_BACK
    window = person.window(first, last)
    seen = Observations(
        events=tuple(store.events(window, DateRange(first, last + timedelta(days=1)))),
        stream=store.activity(window) or ActivityStream(),
        calendar_observed=store.coverage(SourceKind.CALENDAR),
        messages_observed=covered,
    )
    found = measure(person, first, last, seen, parameters, ledger=False)
    days = [day.figures for day in found.days if day.observed]
    calendar = sum(day.calendar_focus or 0 for day in days)
    return min(1.0, sum(day.focus120 or 0 for day in days) / calendar) if calendar else None
