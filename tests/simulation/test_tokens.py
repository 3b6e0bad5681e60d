"""I19 over the real keeper of tokens: two processes, a vendor that rotates, answers that get lost, sudden deaths.

At most one refresh of an account is under way; a token that is used is in the store already; a grant that ended is
asked about once.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import Connection

from deepday.errors import DeepdayError, OutcomeUnknownError, ReconnectNeededError, RetryLaterError
from deepday.model import Secret, TokenSet
from deepday.store.database import Database
from deepday.store.tokens import HOLD_SECONDS, TokenStore
from deepday.testing import TurnedClock, keys_in_memory
from tests.simulation.device import Crash

ADA, VENDOR = "ada@example.com", "vendor"
LIFE = 3600


class Process(Database):
    """The real database of one process, which may die before and after each commit, and then does nothing more."""

    def __init__(self, path: Path, clock: TurnedClock, dies: Callable[[], bool]) -> None:
        super().__init__(path, clock)
        self.dies = dies
        self.dead = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self._live_on()
        with super().writing() as connection:
            yield connection
            self._live_on()
        self._live_on()

    def _live_on(self) -> None:
        self.dead = self.dead or self.dies()
        if self.dead:
            raise Crash


class World:
    """One account at a vendor that takes a refresh token and the one before it, and two processes that use it."""

    def __init__(self, seed: int, path: Path) -> None:
        self.chance = random.Random(seed)
        self.clock = TurnedClock()
        self.path = path
        self.masters = keys_in_memory()
        self.calm = True
        self.crashes = 0
        self.issued = 1
        self.good = {1}
        self.under_way = 0
        self.using = 0  # which process is at it
        self.refused = 0  # refusals since the grant ended, those excused that nobody lived to note
        self.processes = [self.process(), self.process()]
        self.processes[0].keeper(ADA, VENDOR).save(self.tokens())
        self.calm = False

    def process(self) -> TokenStore:
        return TokenStore(Process(self.path, self.clock, self.dies), self.clock, self.masters, self.wait)

    def wait(self, seconds: float) -> None:
        """Wait for a process that died; one that is under way is not waited for, since it goes on only afterwards."""
        if self.under_way:
            raise RetryLaterError("Another process is at it.")
        self.clock.turn(seconds)

    def dies(self) -> bool:
        if self.calm or self.chance.random() > 0.03:
            return False
        self.crashes += 1
        return True

    def tokens(self) -> TokenSet:
        now = int(self.clock.now().timestamp())
        return TokenSet(Secret(f"access {self.issued}"), Secret(str(self.issued)), Secret(""), now, now + LIFE)

    def refresh(self, old: TokenSet) -> TokenSet:
        """Answer as the vendor; meanwhile the other process may do something."""
        self.under_way += 1
        assert self.under_way == 1, "two refreshes at a time"
        try:
            if not self.calm and self.chance.random() < 0.3:
                self.clock.turn(self.chance.randrange(60))
                self.use(1 - self.using)
        finally:
            self.under_way -= 1
        if int(old.refresh.reveal()) not in self.good:
            self.refused += 1
            raise ReconnectNeededError("The grant ended.")
        if not self.calm and self.chance.random() < 0.1:
            raise RetryLaterError("It is busy.")
        self.issued += 1
        self.good = {self.issued - 1, self.issued}
        if not self.calm and self.chance.random() < 0.1:
            raise OutcomeUnknownError("The answer was lost.")
        return self.tokens()

    def use(self, number: int, *, refused: bool = False) -> None:
        """Let a process use the account, maybe after the vendor refused its access token."""
        store, before, self.using = self.processes[number], self.crashes, number
        keeper = store.keeper(ADA, VENDOR)
        try:
            tokens = keeper.renewed(store.load(ADA, VENDOR), self.refresh) if refused else keeper.fresh(self.refresh)
        except Crash:
            self.processes[number] = self.process()
            self.refused -= self.crashes > before  # it died before it could note a refusal
            return
        except DeepdayError:
            return
        with_calm, self.calm = self.calm, True
        kept = self.process().load(ADA, VENDOR, even_refused=True)
        self.calm = with_calm
        assert int(kept.refresh.reveal()) >= int(tokens.refresh.reveal()), "used before it was kept"

    def sign_in(self) -> None:
        self.issued += 1
        self.good, self.refused, calm = {self.issued}, 0, self.calm
        self.calm = True
        self.process().keeper(ADA, VENDOR).save(self.tokens())
        self.calm = calm

    def step(self) -> None:
        what = self.chance.random()
        if what < 0.45:
            self.clock.turn(self.chance.choice((1, 60, LIFE // 2, LIFE)))
        elif what < 0.9:
            self.use(self.chance.randrange(2), refused=self.chance.random() < 0.3)
        elif what < 0.95:
            self.good = set()
        else:
            self.sign_in()
        assert self.refused <= 1, "asked again about a grant that ended"


def live(seed: int, folder: Path) -> World:
    """Live through a world, and then see that all is well in peace."""
    world = World(seed, folder / f"{seed}.sqlite")
    for _ in range(60):
        world.step()
    world.calm = True
    world.sign_in()
    world.clock.turn(LIFE)
    for number in range(2):
        world.use(number)
    assert world.processes[0].load(ADA, VENDOR).refresh.reveal() == str(world.issued)
    return world


def test_no_world_breaks_the_rule_of_refreshes(tmp_path: Path) -> None:
    worlds = [live(seed, tmp_path) for seed in range(12)]
    assert sum(world.crashes for world in worlds) > 12
    assert sum(world.issued for world in worlds) > 100


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("_take", lambda *_: True),
        ("_commit", lambda *given: given[4]),
        ("_remember_refusal", lambda *_: None),
    ],
)
def test_a_planted_bug_is_noticed(name: str, bug: Callable[..., object], tmp_path: Path) -> None:
    def worlds() -> None:
        for seed in range(12):
            live(seed, tmp_path)

    with patch.object(TokenStore, name, bug), pytest.raises(AssertionError):
        worlds()


def test_a_hold_outlasts_the_longest_call_of_a_world() -> None:
    assert HOLD_SECONDS > 60 * 2
