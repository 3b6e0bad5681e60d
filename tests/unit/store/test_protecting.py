import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from deepday.connect.master_keys import MasterKeys
from deepday.errors import ConflictError
from deepday.model import (
    ApprovedBlock,
    Audience,
    AutoReply,
    Availability,
    BlockKind,
    Contact,
    DoNotDisturb,
    Interval,
    Origin,
    Override,
    OverrideKind,
    Presence,
    SettingKind,
    Status,
)
from deepday.store import Store, open_store
from deepday.store.audit import Note
from deepday.store.leases import LEASE_SECONDS, Backoff, Lease
from deepday.store.ledger import EntryState, LedgerEntry
from deepday.store.protecting import ProtectStore
from deepday.store.slots import Phase, Slot, Target
from deepday.testing import TurnedClock, keys_in_memory

ADA = "ada@example.org"
local = datetime.fromisoformat  # naive: clocks on the wall
BLOCK = ApprovedBlock(
    "b1",
    ADA,
    local("2026-03-11T09:00"),
    local("2026-03-11T12:30"),
    "Europe/Berlin",
    BlockKind.OUT_OF_OFFICE,
    Contact("Grace", "@grace"),
    Contact("Linus"),
    Origin.RULE,
)
ENTRY = LedgerEntry(
    "k1",
    ADA,
    "b1",
    "google",
    "ada",
    "primary",
    "here",
    Interval(1, 2),
    Interval(1, 3),
    EntryState.UNKNOWN,
    "r",
    '"e"',
    2,
)


@pytest.fixture
def turned() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def masters() -> MasterKeys:
    return keys_in_memory()


@pytest.fixture
def protecting(place: Path | str, turned: TurnedClock, masters: MasterKeys) -> Iterator[ProtectStore]:
    with open_store(place, turned) as store:
        yield store.protecting(masters)


def held(protecting: ProtectStore, holder: str = "one") -> Lease:
    lease = protecting.take(ADA, holder)
    assert lease is not None
    return lease


def test_what_was_approved_and_decided_is_kept_in_order(protecting: ProtectStore) -> None:
    later = replace(BLOCK, id="b0", start=local("2026-03-12T09:00"), end=local("2026-03-12T10:00"), backup=None)
    moved = replace(BLOCK, end=local("2026-03-11T13:00"))
    pin = Override(ADA, "b1", OverrideKind.PIN, Interval(5, 6), 4, "calendar", "its person moved it")
    pause = Override(ADA, "", OverrideKind.PAUSE, Interval(7, 8), 5, ADA, "a call")
    protecting.approve([later, BLOCK, moved], ADA)
    protecting.decide(pin)
    protecting.decide(pause)
    known = protecting.known(ADA)
    assert known.schedule.blocks == (moved, later)
    assert known.schedule.overrides == (pin, pause)
    assert protecting.known("grace@example.org").schedule.blocks == ()
    protecting.withdraw(ADA, ["b0", "b7"], ADA, "not needed")
    assert protecting.known(ADA).schedule.blocks == (moved,)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (SettingKind.STATUS, (Status("Lunch", ":pizza:", 5), Status())),
        (SettingKind.DO_NOT_DISTURB, (DoNotDisturb(7), DoNotDisturb())),
        (SettingKind.AUTO_REPLY, (AutoReply(True, "a", "b", "c", 1, 2, Audience.CONTACTS), AutoReply())),
        (SettingKind.PRESENCE, (Presence(Availability.AWAY, 9), Presence())),
    ],
)
def test_a_slot_comes_back_as_it_was(protecting: ProtectStore, kind: SettingKind, values: tuple[Any, Any]) -> None:
    lease = held(protecting)
    slot = Slot(
        Target(ADA, "slack", "T1", kind), Phase.OWNED, values[0], values, values[1], "b1", "set", True, 2, 5, 6, "none"
    )
    protecting.save(lease, slot, ENTRY, Backoff("slack", "T1", 9, 2, "busy"))
    known = protecting.known(ADA)
    assert known.slots == (slot,)
    assert known.entries == (ENTRY,)
    assert known.backoffs == (Backoff("slack", "T1", 9, 2, "busy"),)
    protecting.save(lease, replace(slot, baseline=None), Backoff("slack", "T1", 9, 0, ""))
    known = protecting.known(ADA)
    assert not known.slots[0].owned
    assert known.backoffs == ()


def test_one_holder_at_a_time_writes(protecting: ProtectStore, turned: TurnedClock) -> None:
    first = held(protecting)
    assert protecting.take(ADA, "two") is None
    assert protecting.take("grace@example.org", "two") is not None
    assert held(protecting).epoch == first.epoch
    turned.turn(LEASE_SECONDS)
    second = held(protecting, "two")
    assert second.epoch > first.epoch
    with pytest.raises(ConflictError):
        protecting.save(first, ENTRY)
    with pytest.raises(ConflictError):
        protecting.renew(first)
    with pytest.raises(ConflictError):
        protecting.looked(first, "google", "ada", "primary")
    assert protecting.known(ADA).entries == ()
    protecting.give_back(first)
    assert protecting.take(ADA, "one") is None
    protecting.give_back(second)
    assert held(protecting).epoch > second.epoch


def test_a_lease_from_the_future_holds_nobody_up(protecting: ProtectStore, turned: TurnedClock) -> None:
    turned.turn(10 * LEASE_SECONDS)
    held(protecting)
    turned.turn(-9 * LEASE_SECONDS)
    assert held(protecting, "two").holder == "two"


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_every_change_has_its_row_and_the_chain_shows_what_was_tampered_with(
    protecting: ProtectStore, path: Path
) -> None:
    protecting.approve([BLOCK], ADA)
    protecting.save(held(protecting), ENTRY, note=Note("event", "", "making", "approved"))
    protecting.decide(Override(ADA, "b1", OverrideKind.VETO, by="calendar", why="deleted"))
    rows = protecting.history(ADA)
    assert [(row.subject, row.after) for row in rows] == [
        ("block b1", "approved"),
        ("event", "making"),
        ("block b1", "veto"),
    ]
    assert protecting.history(ADA, after=2) == rows[2:]
    assert protecting.first_break() is None
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE audit SET why = 'never' WHERE seq = 2")
    assert protecting.first_break() == 2
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DELETE FROM audit WHERE seq = 2")
    assert protecting.first_break() == 2


def test_nothing_is_noted_of_a_change_that_was_not_kept(protecting: ProtectStore) -> None:
    lost = Lease(ADA, "nobody", 7, 0)
    held(protecting)
    with pytest.raises(ConflictError):
        protecting.save(lost, ENTRY, note=Note("event", "", "making", "approved"))
    assert protecting.history(ADA) == []


def test_a_store_hands_it_out(place: Path | str, turned: TurnedClock, masters: MasterKeys) -> None:
    with open_store(place, turned) as store:
        assert isinstance(store, Store)
        store.protecting(masters).approve([BLOCK], ADA)
    with open_store(place, turned) as again:
        assert again.protecting(masters).known(ADA).schedule.blocks == (BLOCK,)
