"""Events in a calendar of deepday's own, from the command line: made, filled, emptied, taken away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday_sandbox.people import OWNER
from tests.e2e.test_protect import DAY, Desk, accepted, actions
from tests.integration.open_office import open_office


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_office(tmp_path) as world:
        yield Desk(world)


def calendars(desk: Desk) -> dict[str, int]:
    """Return how many live events each of the owner's calendars has."""
    mine = desk.world.office.calendars.of(OWNER.email)
    return {one.id: sum(not entry.deleted for entry in one.entries.values()) for one in mine}


@pytest.mark.timeout(300)  # many processes, one after the other
@pytest.mark.parametrize("service", ["google", "microsoft"])
def test_a_calendar_of_its_own_comes_with_apply_and_goes_with_restore(desk: Desk, service: str) -> None:
    before = calendars(desk)
    desk.connect(service, "blocks,own-calendar")
    settings = f'[me]\nemail = "{OWNER.email}"\nzone = "Europe/Berlin"\n[protect]\nown_calendar = true\n'
    (desk.world.folder / "home" / "deepday.toml").write_text(settings)
    accepted(desk)
    assert "first makes a calendar of deepday's own" in desk.run("diff").out
    assert (service, "create", "event") in actions(desk.run("apply", "--yes", "--json"))
    after = calendars(desk)
    [own] = after.keys() - before.keys()
    assert after[own] >= 1
    assert {name: after[name] for name in before} == before
    desk.turn(f"{DAY}T07:00")
    assert "A second look at every account found nothing of ours." in desk.run("restore", "--all", "--yes").out
    assert calendars(desk) == before
