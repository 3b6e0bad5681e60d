"""Blocks in a calendar of our own: what is made is taken away, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepday.connect import Capabilities
from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.errors import UnsupportedError
from deepday.model import ApprovedBlock, EventDraft, Interval
from deepday.reconcile import ConnectedAccount, Policy, Reconciler
from deepday.reconcile.own_calendar import in_own_calendar, take_back_calendar
from deepday.store import Store, open_store
from deepday.testing import TurnedClock, keys_in_memory

ADA = "ada@example.org"
BLOCK = ApprovedBlock("b1", ADA, datetime(2026, 3, 11, 14), datetime(2026, 3, 11, 16), "UTC")  # noqa: DTZ001


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock(datetime(2026, 3, 10, 12, tzinfo=UTC))


@pytest.fixture
def store(tmp_path: Path, clock: TurnedClock) -> Iterator[Store]:
    with open_store(tmp_path / "deepday.sqlite", clock) as opened:
        opened.protecting(keys_in_memory()).approve([BLOCK], ADA)
        yield opened


@pytest.fixture
def office(clock: TurnedClock) -> MemoryOffice:
    return MemoryOffice(clock)


def test_what_was_made_is_taken_away_and_the_primary_calendar_never_touched(
    store: Store, office: MemoryOffice, clock: TurnedClock
) -> None:
    account = in_own_calendar(ConnectedAccount("memory", "ada", MemoryAccount(office)), "here", "Deep work")
    reconciler = Reconciler(store.protecting(keys_in_memory()), clock, Policy("here"), "one")
    reconciler.tick(ADA, [account])
    assert [event.title for event in office.calendars[account.calendar].live() if not event.title.startswith("deepday")]
    assert office.calendars["primary"].journal == []
    assert "stays" in take_back_calendar(account, "here")
    assert reconciler.restore_all(ADA, [account]).unknown == ()
    assert take_back_calendar(account, "here") == ""
    assert sorted(office.calendars) == ["primary", "team"]


def test_with_something_of_a_person_in_it_it_stays(store: Store, office: MemoryOffice, clock: TurnedClock) -> None:
    account = in_own_calendar(ConnectedAccount("memory", "ada", MemoryAccount(office)), "here", "Deep work")
    draft = EventDraft("dentist", "somebody", Interval(BLOCK.when.start, BLOCK.when.end), "Dentist")
    MemoryAccount(office).create_event(account.calendar, draft)
    reconciler = Reconciler(store.protecting(keys_in_memory()), clock, Policy("here"), "one")
    reconciler.tick(ADA, [account])
    reconciler.restore_all(ADA, [account])
    assert "stays" in take_back_calendar(account, "here")
    assert [event.title for event in office.calendars[account.calendar].live()] == ["Dentist"]


def test_a_persons_calendar_is_never_deleted(office: MemoryOffice) -> None:
    account = ConnectedAccount("memory", "ada", MemoryAccount(office), (), "primary")
    assert "stays" in take_back_calendar(account, "here")
    assert "primary" in office.calendars


def test_an_account_that_makes_none_says_what_to_do(office: MemoryOffice) -> None:
    class Cautious(MemoryAccount):
        def capabilities(self) -> Capabilities:
            return Capabilities(frozenset())

    account = ConnectedAccount("memory", "ada", Cautious(office), (), "primary")
    assert take_back_calendar(account, "here") == ""
    with pytest.raises(UnsupportedError) as refused:
        in_own_calendar(account, "here", "Deep work")
    assert "--allow own-calendar" in refused.value.advice
