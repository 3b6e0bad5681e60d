"""What the register says of people who meet trouble, and of whom new settings were given."""

from deepday.store.office import Condition, JobKind, Office
from deepday.testing import TurnedClock
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
