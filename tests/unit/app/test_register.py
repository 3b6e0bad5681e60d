"""What the register says of people: in counts, of those who meet trouble, of whom new settings were given."""

import pytest

from deepday.app.accounts import connect
from deepday.errors import InputError
from deepday.store.office import Condition, JobKind, Office
from deepday.testing import TurnedClock
from tests.integration.open_office import Person
from tests.unit.app.test_working import add, clock, now, office, url  # noqa: F401 - fixtures


def test_only_a_reading_that_goes_well_ends_trouble_and_new_settings_are_tried_at_once(
    office: Office,  # noqa: F811 - fixture
    clock: TurnedClock,  # noqa: F811 - fixture
) -> None:
    tenant = add(office)
    office.worked(JobKind.SYNC, tenant, now(clock) + 3600, Condition.FAILING)
    office.worked(JobKind.TICK, tenant, now(clock) + 900, Condition.WELL)
    assert office.figures()["failing"] == 1
    clock.turn(950)
    assert office.figures()["sync_overdue"] == 0
    add(office)
    clock.turn(1900)
    assert office.figures()["sync_overdue"] == 1
    office.worked(JobKind.SYNC, tenant, now(clock) + 900, Condition.WELL)
    assert office.figures()["failing"] == 0


def test_the_figures_of_all_hold_no_name_and_no_time_of_day(
    office: Office,  # noqa: F811 - fixture
    clock: TurnedClock,  # noqa: F811 - fixture
) -> None:
    tenant = add(office)
    add(office, "grace")
    office.worked(JobKind.SYNC, tenant, now(clock) + 900, Condition.RECONNECT)
    clock.turn(1000)
    figures = office.figures()
    assert all(isinstance(value, int) for value in figures.values())
    assert figures == {
        "people": 2,
        "must_reconnect": 1,
        "failing": 0,
        "not_connected": 0,
        "never_synced": 2,
        "sharing": 0,
        "sync_overdue": 1,
        "tick_overdue": 2,
        "urgent_overdue": 2,
    }


def test_nobody_signs_in_without_saying_for_whom_once_somebody_is_registered(
    office: Office,  # noqa: F811 - fixture
) -> None:
    add(office)
    with pytest.raises(InputError, match="whose account") as refused:
        connect("google", {}, Person())
    assert "?tenant=NUMBER" in refused.value.advice
