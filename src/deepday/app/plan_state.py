"""What the store knows for planning: calendars, and how quiet they were."""

from datetime import UTC, date, datetime, timedelta

from deepday.app.storing import imported_window, open_existing_store
from deepday.clock import Clock
from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import Parameters
from deepday.model import ActivityStream, CalendarEvent, DateRange, Interval, Person
from deepday.store.repository import Store
from deepday.store.rows import Source, SourceKind

_LOOK_BACK = timedelta(weeks=5)


def read_state(
    person: Person, span: tuple[date, date], parameters: Parameters, clock: Clock
) -> tuple[list[CalendarEvent], list[str], float]:
    """Return events, remarks, and the share of meeting-free stretches that stayed quiet by itself, from the store.

    Raises :class:`NotEnoughDataError` where there is no store.
    """
    with open_existing_store(clock) as store:
        dates = DateRange(span[0], span[1] + timedelta(days=1))
        events = store.events(person.window(*span), dates)
        said = []
        read = [_read_of(store, source) for source in store.sources() if source.kind is SourceKind.CALENDAR]
        window = person.window(span[0], span[1] - timedelta(days=2))
        if not read:
            said.append("No calendar is connected or imported: every day counts as free.")
        elif any(window.start < one.start or window.end > one.end for one in read):
            first, last = max(one.start for one in read), min(one.end for one in read)
            said.append(
                f"Your calendars were read from {_date(first, person)} to {_date(last, person)} only: "
                "other days count as free."
            )
        stays = _measured_quiet(store, person, parameters, clock)
    if stays is None:
        said.append("Quiet time was not measured here: nothing is assumed to stay quiet by itself.")
    return events, said, stays or 0.0


def _read_of(store: Store, source: Source) -> Interval:
    """Return the time in which entries of a calendar were looked for."""
    provider, _, rest = source.location.partition(":")
    states = store.live().states(provider, rest.partition("/")[0]) if source.live else []
    windows = [state.window for state in states if state.place.remote == rest.partition("/")[2]]
    return windows[0] if windows else imported_window(source.imported_at)


def _date(at: int, person: Person) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(person.zone).date()


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
