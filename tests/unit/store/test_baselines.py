"""What people had set before us is theirs: the database keeps it sealed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deepday.connect.master_keys import MasterKeys
from deepday.model import AnySetting, Audience, AutoReply, SettingKind, Status
from deepday.store import Store, open_store
from deepday.store.baselines import LOST
from deepday.store.database import Database
from deepday.store.slots import Slot, Target
from deepday.testing import TurnedClock, keys_in_memory

ADA = "ada@example.org"
CANARY = "Canary: at the dentist's"
BASELINES: list[tuple[SettingKind, AnySetting]] = [
    (SettingKind.STATUS, Status(CANARY, ":tooth:", 1_800_000_000)),
    (SettingKind.AUTO_REPLY, AutoReply(True, CANARY, CANARY, CANARY, 1, 2, Audience.ALL)),
]


@pytest.fixture
def masters() -> MasterKeys:
    return keys_in_memory()


@pytest.fixture
def store(place: Path | str) -> Iterator[Store]:
    with open_store(place, TurnedClock()) as made:
        yield made


def keep(store: Store, masters: MasterKeys) -> None:
    protecting = store.protecting(masters)
    lease = protecting.take(ADA, "one")
    assert lease is not None
    for kind, value in BASELINES:
        protecting.save(lease, Slot(Target(ADA, "google", "ada", kind), baseline=value))


def baselines(store: Store, masters: MasterKeys) -> dict[SettingKind, AnySetting | None]:
    return {slot.target.setting: slot.baseline for slot in store.protecting(masters).known(ADA).slots}


def on_disk(path: Path) -> bytes:
    """Return all bytes of the database: the file, and its log or journal."""
    files = sorted(path.parent.glob(f"{path.name}*"))
    assert len(files) == 2
    return b"".join(file.read_bytes() for file in files)


def sealed(path: Path) -> list[tuple[bytes, bytes, str]]:
    with closing(Database(path, TurnedClock())) as database, database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT baseline, baseline_nonce, baseline_key FROM slot ORDER BY setting")
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_no_private_text_is_in_the_databases_bytes(store: Store, path: Path, masters: MasterKeys) -> None:
    keep(store, masters)
    bytes_ = on_disk(path)
    assert ADA.encode() in bytes_
    for word in ("Canary", "dentist", ":tooth:"):
        assert word.encode() not in bytes_
        assert word.encode("utf-16-le") not in bytes_
    assert baselines(store, masters) == dict(BASELINES)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_rotation_seals_them_anew(store: Store, path: Path, masters: MasterKeys) -> None:
    keep(store, masters)
    before = sealed(path)
    store.tokens(masters).rotate()
    after = sealed(path)
    assert baselines(store, masters) == dict(BASELINES)
    for old, new in zip(before, after, strict=True):
        assert all(one != other for one, other in zip(old, new, strict=True))
    old_key = before[0][2]
    assert old_key.encode() not in on_disk(path)


def test_without_the_master_key_nobody_reads_them_and_that_is_said(store: Store, masters: MasterKeys) -> None:
    keep(store, masters)
    slots = store.protecting(keys_in_memory()).known(ADA).slots
    assert all(slot.owned for slot in slots)
    assert all(slot.baseline is not None and slot.baseline.empty for slot in slots)
    assert {slot.problem for slot in slots} == {LOST}
