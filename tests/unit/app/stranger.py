"""A connector in a distribution of its own, over an office in memory: found and used as any stranger's is."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deepday.clock import Clock
from deepday.connect import Account, Dialogue, SignedIn, SignInOption, TokenKeeper
from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.errors import InputError, ReconnectNeededError
from deepday.model import Secret, TokenSet
from deepday.testing import TurnedClock

ME = "me@example.com"
ACCESS = "canary-access-token"


@dataclass
class World:
    """The offices by account, one clock for all, and the faults that are switched on."""

    clock: TurnedClock = field(default_factory=TurnedClock)
    offices: dict[str, MemoryOffice] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    waited: list[float] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    given: list[dict[str, str]] = field(default_factory=list)

    def office(self, account: str = ME, page_size: int = 3) -> MemoryOffice:
        return self.offices.setdefault(account, MemoryOffice(self.clock, page_size))

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.clock.turn(seconds)


world = World()


class StrangerConnector:
    title = "an office in memory"

    def sign_in_options(self) -> Sequence[SignInOption]:
        return (
            SignInOption("user", "Whose office.", default=ME),
            SignInOption("door", "Which door."),
            SignInOption("allow", "What else.", choices=("a", "b"), many=True),
        )

    def sign_in(
        self, options: Mapping[str, str], person: Dialogue, clock: Clock, before: TokenSet | None = None
    ) -> SignedIn:
        del person, clock
        world.before.append(before.access.reveal() if before else "")
        world.given.append(dict(options))
        if "@" not in options["user"]:
            raise InputError(f"{options['user']!r} is no address.")
        user = options["user"]
        return SignedIn(
            user,
            TokenSet(Secret(ACCESS)),
            user,
            {"allow": options["allow"], "door": options["door"] or "front"},
            ("Be welcome.",),
        )

    @contextmanager
    def open_account(
        self, account: str, options: Mapping[str, str], tokens: TokenKeeper, clock: Clock
    ) -> Iterator[Account]:
        del clock
        assert options["door"]

        def refresh(_: TokenSet) -> TokenSet:
            raise ReconnectNeededError("The office knows you no longer.")

        opened = tokens.fresh(refresh)
        assert opened.access.reveal() == ACCESS
        if account in world.refused:
            tokens.renewed(opened, refresh)
        yield MemoryAccount(world.office(account))

    def explain_refusal(self, options: Mapping[str, str], age: int) -> str:
        del options
        return f"It was {age} seconds old."


def options(user: str = ME, **more: str) -> dict[str, str]:
    """Return the options of a sign-in, as the command line fills them."""
    return {"user": user, "door": "", "allow": ""} | more


class Nobody:
    """A dialogue in which nobody answers."""

    def say(self, words: str) -> None: ...

    def open_page(self, address: str) -> None: ...

    def show_code(self, address: str, code: str) -> None: ...

    def ask_secret(self, question: str) -> Secret:
        raise InputError(question)

    def wait(self, seconds: float) -> None: ...


@contextmanager
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Install the connector under the name ``stranger``, in a home of its own, with a new world."""
    about = folder / "site" / "stranger-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[deepday.connectors]\nstranger = {__name__}:StrangerConnector\n")
    monkeypatch.syspath_prepend(str(folder / "site"))
    monkeypatch.setenv("DEEPDAY_CONFIG", str(folder / "home" / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATA", str(folder / "home" / "data"))
    monkeypatch.setitem(globals(), "world", World())
    yield world
