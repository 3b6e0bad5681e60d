"""What a block becomes at each vendor, and what its owner reads about it, with the real connectors over the sandbox."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from deepday.connect import Account
from deepday.model import ApprovedBlock, BlockKind, EventKind, ShowAs
from deepday.reconcile import EventChange, Policy, Reconciler, connected, kind_words, note_of
from deepday.store import open_store
from deepday.testing import keys_in_memory
from deepday_sandbox.office import Entry, Timed
from tests.connectors.google.google_office import CARA, OWNER, GoogleOffice, google_office
from tests.connectors.microsoft.microsoft_office import ADA, serve

ZONE = "Europe/Berlin"
FOCUS = ApprovedBlock("focus", OWNER, datetime(2026, 3, 12, 9), datetime(2026, 3, 12, 12), ZONE)  # noqa: DTZ001
# The clocks go forward within it: all day is 23 hours.
AWAY = ApprovedBlock("away", OWNER, datetime(2026, 3, 29), datetime(2026, 3, 30), ZONE, BlockKind.OUT_OF_OFFICE)  # noqa: DTZ001


class Round:
    """A reconciler over one account, with blocks approved."""

    def __init__(self, path: Path, clock: Any, account: Account, calendar: str) -> None:
        self.store = open_store(path / "deepday.sqlite", clock)
        protecting = self.store.protecting(keys_in_memory())
        protecting.approve([FOCUS, AWAY], OWNER)
        self.account = connected("vendor", "owner", account, (), calendar)
        self.reconciler = Reconciler(protecting, clock, Policy("here"), "one")

    def notes(self) -> dict[str, str]:
        """Return what the list of changes says beside each block."""
        changes = self.reconciler.changes(OWNER, [self.account]).done
        capabilities = self.account.account.capabilities()
        events = [one for one in changes if isinstance(one, EventChange) and one.plan]
        said = {one.entry.block: note_of(one, capabilities) for one in events}
        return {block: words for block, words in said.items() if words}

    def run(self) -> list[str]:
        """Make it so; return what the history says of what was made."""
        report = self.reconciler.tick(OWNER, [self.account])
        assert (report.refused, report.unknown, report.read_only) == ((), (), "")
        rows = self.reconciler.store.history(OWNER)
        self.store.close()
        return sorted(row.why for row in rows if row.after == "made")


def ours(world: GoogleOffice, email: str) -> dict[EventKind, Entry]:
    return {one.kind: one for one in world.stored(email).entries.values() if one.when.end.year == 2026}


def test_a_workspace_account_gets_focus_time_and_out_of_office(tmp_path: Path) -> None:
    with google_office() as world, world.account() as account:
        there = Round(tmp_path, world.office.clock, account, OWNER)
        assert there.notes() == {}
        assert there.run() == ["as focusTime", "as outOfOffice"]
        made = ours(world, OWNER)
    focus, away = made[EventKind.FOCUS_TIME], made[EventKind.OUT_OF_OFFICE]
    assert focus.extra["google"]["focusTimeProperties"]["autoDeclineMode"] == "declineNone"
    assert away.extra["google"]["outOfOfficeProperties"] == {"autoDeclineMode": "declineNone"}
    assert away.when == Timed(AWAY.start, AWAY.end, ZONE)  # from midnight to midnight of its own zone
    assert AWAY.when.seconds == 23 * 3600


def test_a_private_account_gets_plain_events_and_is_told_before_and_after(tmp_path: Path) -> None:
    with google_office() as world, world.account(CARA) as account:
        there = Round(tmp_path, world.office.clock, account, CARA)
        said = "No {} events on this account: a plain busy event is used."
        words = {"focus": said.format("focus-time"), "away": said.format("out-of-office")}
        assert there.notes() == words
        assert there.run() == sorted(words.values())
        degraded = {one.words for one in account.capabilities().degraded}
        made = [one for one in world.stored(CARA).entries.values() if one.show_as is ShowAs.BUSY]
    assert set(words.values()) <= degraded  # what the status shows
    assert sorted(one.kind for one in made) == [EventKind.DEFAULT] * 2


def test_an_edition_without_them_is_told_once_it_is_known(tmp_path: Path) -> None:
    """A Workspace account whose edition has no such events cannot be told by its address."""
    with google_office() as world:
        owner = world.office.people.find(OWNER)
        assert owner is not None
        object.__setattr__(owner, "workspace", False)
        with world.account() as account:
            there = Round(tmp_path, world.office.clock, account, OWNER)
            assert there.notes() == {}
            assert all("a plain busy event is used" in words for words in there.run())
            assert account.capabilities().plain == {EventKind.FOCUS_TIME, EventKind.OUT_OF_OFFICE}


def test_at_microsoft_a_block_is_busy_and_an_absence_out_of_office(tmp_path: Path) -> None:
    with serve(datetime.fromisoformat("2026-03-10T12:00+00:00")) as office, office.opened() as account:
        there = Round(tmp_path, office.clock, account, office.calendar())
        assert there.notes() == {"focus": kind_words(EventKind.FOCUS_TIME, EventKind.DEFAULT)}
        assert there.run() == ["No focus-time events on this account: a plain busy event is used.", "as outOfOffice"]
        entries = [one for one in office.office.calendars.find(ADA).entries.values() if one.show_as is not ShowAs.FREE]
    shown = {one.show_as: one.when for one in entries}
    assert set(shown) == {ShowAs.BUSY, ShowAs.OUT_OF_OFFICE}
    away = shown[ShowAs.OUT_OF_OFFICE]
    assert isinstance(away, Timed)
    assert (away.start, away.end) == (AWAY.start, AWAY.end)


@pytest.mark.parametrize("wanted", [EventKind.FOCUS_TIME, EventKind.OUT_OF_OFFICE])
def test_a_kind_that_was_made_needs_no_words(wanted: EventKind) -> None:
    assert kind_words(wanted, wanted) == ""
    assert kind_words(EventKind.DEFAULT, EventKind.DEFAULT) == ""
