"""The talk and the check-in in one's own calendar: wanted, shown, written, moved, taken back; on the sandbox office."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.store.ledger import EntryState
from deepday.store.repository import open_store
from deepday.testing import keys_in_memory
from deepday_sandbox.office import Entry
from deepday_sandbox.people import OWNER
from tests.e2e.conftest import Run
from tests.e2e.test_protect import Desk
from tests.integration.open_office import open_office


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_office(tmp_path) as world:
        home = tmp_path / "home"
        home.mkdir()
        (home / "deepday.toml").write_text(f'[me]\nemail = "{OWNER.email}"\nzone = "Europe/Berlin"\n')
        yield Desk(world)


def written(desk: Desk, title: str) -> list[Entry]:
    """Return the entries of that title in the owner's calendar."""
    there = desk.world.office.calendars.find(OWNER.email).entries.values()
    return [one for one in there if one.title == title and not one.cancelled and not one.deleted]


@pytest.mark.timeout(300)  # many processes, one after the other
def test_a_check_in_goes_through_the_changes_and_leaves_no_trace(desk: Desk) -> None:
    desk.connect("google", "blocks")
    command = ("case", "check-in", "--in-weeks", "2", "--to-calendar", "--json")
    asked = desk.run(*command)
    title, start = asked.json["title"], asked.json["start"]
    assert "deepday diff shows it, deepday apply writes it" in asked.err
    [change] = desk.run("diff", "--json").json["changes"]
    assert (change["action"], change["after"]["start"], change["title"]) == ("create", start, title)
    assert written(desk, title) == [], "to ask for it writes nothing"

    desk.run("apply", "--yes")
    [entry] = written(desk, title)
    assert entry.guests == ()
    assert [(one["title"], one["start"]) for one in desk.run("status", "--json").json["meetings"]] == [(title, start)]
    assert "1. " in entry.description
    with open_store(desk.world.folder / "home" / "data" / "deepday.sqlite", desk.world.office.clock) as store:
        [row] = store.protecting(keys_in_memory()).known(OWNER.email).entries
    assert (row.provider, row.state) == ("google", EntryState.APPLIED)
    assert "check-in" in row.block

    desk.run("restore", start[:10], "--yes")
    assert written(desk, title) == []
    desk.run("apply", "--yes", code=3)
    desk.run(*command)
    desk.run("apply", "--yes")
    assert [one.when for one in written(desk, title)] == [entry.when], "who asks anew has it again"

    again = desk.run(*command, "--slot", "2")
    assert "It takes the place of the one before." in again.err
    assert sorted(one["action"] for one in desk.run("diff", "--json").json["changes"]) == ["create", "remove"]
    desk.run("apply", "--yes")
    [moved] = written(desk, title)
    assert moved.when != entry.when

    desk.turn(again.json["start"][:16])
    assert desk.run("status", "--json").json["active"] == [], "a meeting is no deep work"
    assert "A second look at every account found nothing of ours." in desk.run("restore", "--all", "--yes").out
    assert written(desk, title) == []


def test_without_a_store_the_next_step_is_named(run: Run) -> None:
    refused = run("case", "meeting", "--me", OWNER.email, "--zone", "Europe/Berlin", "--to-calendar")
    assert refused.code == 3
    assert "connect google --allow blocks" in refused.err
