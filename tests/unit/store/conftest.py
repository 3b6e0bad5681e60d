from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepday.store import Store, open_store
from tests.postgres import new_place

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


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Path | str:
    """Where the store is: a file that is not there yet, or a tenant of a server that has no rows yet."""
    return Path(request.getfixturevalue("path")) if request.param == "sqlite" else new_place()


@pytest.fixture
def other_place(place: Path | str) -> Path | str:
    """Another store of the same kind."""
    return new_place() if isinstance(place, str) else place.with_name("other.sqlite")


@pytest.fixture
def store(place: Path | str, clock: StillClock) -> Iterator[Store]:
    with open_store(place, clock) as opened:
        yield opened
