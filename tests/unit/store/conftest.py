from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepday.store import Store, open_store

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


class StillClock:
    """It is always noon."""

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "deepday.sqlite"


@pytest.fixture
def store(path: Path, clock: StillClock) -> Iterator[Store]:
    with open_store(path, clock) as opened:
        yield opened
