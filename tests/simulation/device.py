"""A device that runs deepday: its own database on a disk, a clock of its own, and sudden deaths."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from deepday.clock import Clock
from deepday.reconcile import Policy, Reconciler
from deepday.reconcile.view import View
from deepday.store.database import Database
from deepday.store.leases import signed_in_again
from deepday.store.protecting import Known, ProtectStore
from deepday.testing import keys_in_memory


class Crash(BaseException):
    """The process dies here."""


class Boundaries:
    """Counts the points at which the process could die, and lets it die at some."""

    def __init__(self) -> None:
        self.armed = False
        self.count = 0
        self.crashes = 0
        self.die_at: frozenset[int] = frozenset()
        self.chance: Callable[[], bool] = lambda: False
        self.named: Callable[[str], None] = lambda _: None

    def __call__(self, name: str) -> None:
        if not self.armed:
            return
        self.count += 1
        self.named(name)
        if self.count in self.die_at or self.chance():
            self.crashes += 1
            raise Crash


class OwnClock:
    """The world's clock, wrong by ``offset`` seconds."""

    def __init__(self, world: Clock) -> None:
        self.world = world
        self.offset = 0

    def now(self) -> datetime:
        return self.world.now() + timedelta(seconds=self.offset)

    def monotonic(self) -> float:
        return self.world.monotonic()


_ENGINES: dict[Path, Any] = {}  # with compiled statements: these are made once, not in each life of each device


class MortalDatabase(Database):
    """The real database; the process may die before and after each commit."""

    boundary: Callable[[str], None]

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path, clock)
        self._engine = _ENGINES.setdefault(path, self._engine)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
            self.boundary("before commit")
        self.boundary("after commit")


class Device:
    """One installation. ``path`` is its disk; everything else dies with the process."""

    def __init__(
        self, name: str, path: Path, template: Path, clock: Clock, policy: Policy, reconciler: type[Reconciler]
    ) -> None:
        self.name = name
        self.path = path
        self.clock = OwnClock(clock)
        self.policy = policy
        self.boundary = Boundaries()
        self.lives = 0
        self.reads_only = False
        self.masters = keys_in_memory()
        self._reconciler = reconciler
        shutil.copyfile(template, path)
        self.peek = sqlite3.connect(path, isolation_level=None)
        self.peek.row_factory = sqlite3.Row
        self._seen: tuple[int, Known] | None = None
        self.start()

    def start(self) -> None:
        """Begin a new life."""
        self.lives += 1
        self.database = MortalDatabase(self.path, self.clock)
        self.database.boundary = self.boundary
        self.store = ProtectStore(self.database, self.clock, self.masters)
        self.reconciler = self.another(f"{self.name}{self.lives}")

    def now(self) -> int:
        """Return the present by the device's own clock, in UTC seconds."""
        return int(self.clock.now().timestamp())

    def view(self, person: str) -> View:
        """Return what the device knows now; read anew only where something was committed since."""
        version = self.peek.execute("PRAGMA data_version").fetchone()[0]
        if self._seen is None or self._seen[0] != version:
            self._seen = version, self.store.known(person)
        return View(person, self._seen[1], self.policy, self.now())

    def sign_in_again(self, person: str) -> None:
        """Do with the database what a new sign-in does."""
        refused = self.store.known(person).backoffs
        with self.database.writing() as connection:
            for one in refused:
                signed_in_again(connection, one.provider, one.account)

    def another(self, holder: str) -> Reconciler:
        """Return a worker on this device's database."""
        return self._reconciler(self.store, self.clock, self.policy, holder)

    def die(self) -> None:
        """Lose all that is in memory."""
        self.database.close()

    def close(self) -> None:
        """Put the device away."""
        self.database.close()
        self.peek.close()

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Read what is committed, past all of deepday's code."""
        return self.peek.execute(query, values).fetchall()
