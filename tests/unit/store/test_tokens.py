import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from deepday.connect import TokenKeeper
from deepday.connect.master_keys import MasterKeys, keys_in_file
from deepday.errors import DeepdayError, InputError, OutcomeUnknownError, ReconnectNeededError, RetryLaterError
from deepday.model import Secret, TokenSet
from deepday.store.database import Database
from deepday.store.tokens import HOLD_SECONDS, TokenStore
from deepday.testing import TurnedClock, listening

CANARY = "canary"
ADA, GOOGLE = "ada@example.com", "google"


def tokens(number: int, clock: TurnedClock, life: int = 3600) -> TokenSet:
    now = int(clock.now().timestamp())
    return TokenSet(
        access=Secret(f"{CANARY}-access-{number}"),
        refresh=Secret(f"{CANARY}-refresh-{number}"),
        cache=Secret(f"{CANARY}-cache-{number}"),
        obtained_at=now,
        expires_at=now + life,
        scopes=frozenset({"calendar.read", "calendar.write"}),
    )


class Vendor:
    """Exchanges tokens; each refresh token is good once."""

    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock
        self.calls: list[str] = []
        self.error: Exception | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def refresh(self, old: TokenSet) -> TokenSet:
        self.calls.append(old.refresh.reveal())
        self.meanwhile()
        if self.error:
            raise self.error
        return tokens(len(self.calls) + 1, self.clock)


@pytest.fixture
def turned() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def masters(tmp_path: Path) -> MasterKeys:
    return keys_in_file(tmp_path / "master.json")


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def opened(place: Path | str, turned: TurnedClock, masters: MasterKeys, waits: list[float]) -> Iterator[TokenStore]:
    database = Database(place, turned)

    def wait(seconds: float) -> None:
        waits.append(seconds)
        turned.turn(seconds)

    yield TokenStore(database, turned, masters, wait)
    database.close()


@pytest.fixture
def vendor(turned: TurnedClock) -> Vendor:
    return Vendor(turned)


@pytest.fixture
def keeper(opened: TokenStore, turned: TurnedClock) -> TokenKeeper:
    made = opened.keeper(ADA, GOOGLE)
    made.save(tokens(1, turned))
    return made


def test_tokens_come_back_as_they_were_saved(opened: TokenStore, keeper: TokenKeeper, turned: TurnedClock) -> None:
    assert opened.load(ADA, GOOGLE) == tokens(1, turned)
    keeper.save(replace(tokens(2, turned), refresh=Secret("")))
    assert opened.load(ADA, GOOGLE) == replace(tokens(2, turned), refresh=Secret(""))
    (shown,) = opened.sign_ins()
    assert (shown.account, shown.provider, shown.refused) == (ADA, GOOGLE, False)
    assert shown.scopes == {"calendar.read", "calendar.write"}


def test_an_account_without_tokens_must_connect(opened: TokenStore, vendor: Vendor) -> None:
    uses: list[Callable[[], object]] = [
        lambda: opened.load(ADA, GOOGLE),
        lambda: opened.keeper(ADA, GOOGLE).fresh(vendor.refresh),
    ]
    for use in uses:
        with pytest.raises(ReconnectNeededError, match="not connected") as refused:
            use()
        assert refused.value.exit_code == 4
    assert opened.sign_ins() == []


def test_names_in_which_places_could_be_confused_are_refused(opened: TokenStore, turned: TurnedClock) -> None:
    for account, provider in [("a|google", "b"), ("a", "b|c"), ("", "b"), ("a", "")]:
        with pytest.raises(InputError):
            opened.keeper(account, provider)
        with pytest.raises(InputError):
            opened.save(account, provider, tokens(1, turned))


@pytest.mark.parametrize(("passed", "calls"), [(0, 0), (2879, 0), (2880, 1), (4000, 1)])
def test_a_refresh_comes_at_four_fifths_of_the_life(
    keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock, passed: int, calls: int
) -> None:
    turned.turn(passed)
    keeper.fresh(vendor.refresh)
    keeper.fresh(vendor.refresh)
    assert len(vendor.calls) == calls


def test_tokens_that_do_not_expire_are_never_refreshed(
    keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock
) -> None:
    keeper.save(replace(tokens(1, turned), expires_at=0))
    turned.turn(10**9)
    keeper.fresh(vendor.refresh)
    assert vendor.calls == []


def test_new_tokens_are_saved_before_they_are_returned(
    opened: TokenStore, keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock
) -> None:
    turned.turn(3000)
    given = keeper.fresh(vendor.refresh)
    assert opened.load(ADA, GOOGLE) == given == tokens(2, turned)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_when_they_cannot_be_saved_they_are_not_used_and_the_old_ones_stay(
    path: Path, opened: TokenStore, keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock
) -> None:
    before = opened.load(ADA, GOOGLE)
    turned.turn(3000)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TRIGGER full BEFORE INSERT ON token BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        raw.commit()
    with pytest.raises(Exception, match="disk full"):
        keeper.fresh(vendor.refresh)
    assert opened.load(ADA, GOOGLE) == before


def test_a_vendor_that_does_not_repeat_the_refresh_token_leaves_the_old_one(
    keeper: TokenKeeper, turned: TurnedClock
) -> None:
    turned.turn(3000)
    given = keeper.fresh(lambda _: TokenSet(Secret("new"), expires_at=int(turned.now().timestamp()) + 60))
    assert given.access.reveal() == "new"
    assert given.refresh.reveal() == f"{CANARY}-refresh-1"
    assert given.obtained_at == int(turned.now().timestamp())
    assert given.scopes


def test_a_grant_that_is_over_is_asked_for_once(keeper: TokenKeeper, vendor: Vendor, opened: TokenStore) -> None:
    vendor.error = ReconnectNeededError("invalid_grant")
    first = keeper.fresh(vendor.refresh)
    for _ in range(3):
        with pytest.raises(ReconnectNeededError):
            keeper.renewed(first, vendor.refresh)
    assert len(vendor.calls) == 1
    assert opened.sign_ins()[0].refused
    keeper.save(tokens(5, vendor.clock))
    assert keeper.fresh(vendor.refresh) == tokens(5, vendor.clock)
    assert not opened.sign_ins()[0].refused


@pytest.mark.parametrize("error", [RetryLaterError("down", after=3.0), OutcomeUnknownError("lost")])
def test_a_refresh_that_failed_is_tried_again_with_the_old_token(
    keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock, error: DeepdayError
) -> None:
    turned.turn(3000)
    vendor.error = error
    with pytest.raises(type(error)):
        keeper.fresh(vendor.refresh)
    vendor.error = None
    keeper.fresh(vendor.refresh)
    assert vendor.calls == [f"{CANARY}-refresh-1"] * 2


def test_tokens_that_were_refused_are_renewed_once(keeper: TokenKeeper, vendor: Vendor) -> None:
    old = keeper.fresh(vendor.refresh)
    new = keeper.renewed(old, vendor.refresh)
    assert new != old
    assert keeper.renewed(old, vendor.refresh) == new  # somebody else was refused with the same
    assert len(vendor.calls) == 1


def test_many_at_once_refresh_once(keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock) -> None:
    turned.turn(3000)
    together = threading.Barrier(8)
    got: list[TokenSet] = []

    def ask() -> None:
        together.wait(10)
        got.append(keeper.fresh(vendor.refresh))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == [tokens(2, turned)] * 8
    assert len(vendor.calls) == 1


def test_of_two_processes_one_refreshes_and_the_other_waits_within_bounds(
    place: Path | str, keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock, masters: MasterKeys, waits: list[float]
) -> None:
    turned.turn(3000)
    other_database = Database(place, turned)
    other = TokenStore(other_database, turned, masters, wait=lambda _: pytest.fail("it should not wait"))
    answers: list[TokenSet] = []

    def ask_here_when_first_waited() -> None:
        vendor.meanwhile = lambda: None
        with pytest.raises(RetryLaterError, match="Another program"):
            TokenStore(other_database, TurnedClock(turned.now()), masters, wait=waits.append).keeper(ADA, GOOGLE).fresh(
                lambda _: pytest.fail("only one refreshes")
            )

    vendor.meanwhile = ask_here_when_first_waited
    answers.append(other.keeper(ADA, GOOGLE).fresh(vendor.refresh))
    answers.append(keeper.fresh(vendor.refresh))
    other_database.close()
    assert answers == [tokens(2, turned)] * 2
    assert vendor.calls == [f"{CANARY}-refresh-1"]
    assert sum(waits) >= HOLD_SECONDS


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_hold_that_a_crash_left_ends_by_itself(
    path: Path, keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock, waits: list[float]
) -> None:
    turned.turn(3000)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE sign_in SET holder = 'dead', held_until = ?", (int(turned.now().timestamp()) + 30,))
    assert keeper.fresh(vendor.refresh).access.reveal() == f"{CANARY}-access-2"
    assert 30 <= sum(waits) < HOLD_SECONDS


def test_a_sign_in_during_a_refresh_wins(
    opened: TokenStore, keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock
) -> None:
    turned.turn(3000)
    vendor.meanwhile = lambda: keeper.save(tokens(9, turned))
    assert keeper.fresh(vendor.refresh) == tokens(9, turned) == opened.load(ADA, GOOGLE)


def test_a_refresh_of_an_account_that_was_removed_brings_nothing_back(
    opened: TokenStore, keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock
) -> None:
    turned.turn(3000)
    vendor.meanwhile = lambda: opened.remove(ADA, GOOGLE)
    with pytest.raises(ReconnectNeededError, match="disconnected"):
        keeper.fresh(vendor.refresh)
    assert opened.sign_ins() == []


SWAPS = {
    "accounts": "UPDATE token SET (nonce, sealed) = (SELECT o.nonce, o.sealed FROM token o WHERE o.account = 'g' "
    "AND o.kind = token.kind) WHERE account = 'ada@example.com'",
    "kinds": "UPDATE token SET sealed = (SELECT o.sealed FROM token o WHERE o.account = token.account "
    "AND o.kind = 'refresh'), nonce = (SELECT o.nonce FROM token o WHERE o.account = token.account "
    "AND o.kind = 'refresh') WHERE kind = 'access'",
    "generation": "UPDATE sign_in SET generation = generation + 1",
    "bits": "UPDATE token SET sealed = zeroblob(length(sealed))",
    "nonce": "UPDATE token SET nonce = zeroblob(3)",
    "key": "UPDATE data_key SET sealed = zeroblob(length(sealed))",
    "master": "UPDATE data_key SET master_id = 'other'",
}


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("swap", SWAPS)
def test_rows_that_were_swapped_or_changed_are_not_used(
    path: Path, opened: TokenStore, keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock, swap: str
) -> None:
    opened.save("g", GOOGLE, tokens(7, turned))
    with closing(sqlite3.connect(path)) as raw, raw:
        assert raw.execute(SWAPS[swap]).rowcount
    uses: list[Callable[[], object]] = [lambda: opened.load(ADA, GOOGLE), lambda: keeper.fresh(vendor.refresh)]
    for use in uses:
        with pytest.raises(ReconnectNeededError) as refused:
            use()
        assert CANARY not in f"{refused.value!r} {refused.value.advice} {refused.value.__cause__}"
        assert "deepday connect" in refused.value.advice
    assert vendor.calls == []
    keeper.save(tokens(3, turned))
    assert opened.load(ADA, GOOGLE) == tokens(3, turned)  # a new sign-in mends it


def test_another_master_key_opens_nothing(
    place: Path | str, tmp_path: Path, keeper: TokenKeeper, turned: TurnedClock
) -> None:
    del keeper
    database = Database(place, turned)
    stranger = TokenStore(database, turned, keys_in_file(tmp_path / "other.json"))
    with pytest.raises(ReconnectNeededError, match="key of the stored tokens"):
        stranger.load(ADA, GOOGLE)
    database.close()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_rotation_seals_everything_anew_and_throws_the_old_keys_away(
    path: Path, opened: TokenStore, keeper: TokenKeeper, masters: MasterKeys, turned: TurnedClock
) -> None:
    del keeper
    opened.save("grace@example.com", "slack", tokens(4, turned))
    old = masters.current()

    def sealed() -> set[bytes]:
        with closing(sqlite3.connect(path)) as raw:
            return {row[0] for row in raw.execute("SELECT sealed FROM token UNION SELECT sealed FROM data_key")}

    before = sealed()
    opened.rotate()
    assert not before & sealed()
    assert len(sealed()) == len(before)
    assert masters.current() != old
    assert masters.find(old.id) is None
    assert opened.load(ADA, GOOGLE) == tokens(1, turned)
    assert opened.load("grace@example.com", "slack") == tokens(4, turned)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_rotation_that_breaks_off_leaves_tokens_that_open(
    path: Path, opened: TokenStore, keeper: TokenKeeper, turned: TurnedClock
) -> None:
    del keeper
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TRIGGER full BEFORE INSERT ON token BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        raw.commit()
        with pytest.raises(Exception, match="disk full"):
            opened.rotate()
        raw.execute("DROP TRIGGER full")
        raw.commit()
    assert opened.load(ADA, GOOGLE) == tokens(1, turned)
    opened.rotate()
    assert opened.load(ADA, GOOGLE) == tokens(1, turned)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_removing_leaves_neither_tokens_nor_unused_keys(path: Path, opened: TokenStore, keeper: TokenKeeper) -> None:
    del keeper
    assert opened.remove(ADA, GOOGLE)
    assert not opened.remove(ADA, GOOGLE)
    with closing(sqlite3.connect(path)) as raw:
        assert [raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("token", "data_key")] == [0, 0]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_no_token_is_seen_anywhere(
    tmp_path: Path, path: Path, opened: TokenStore, keeper: TokenKeeper, vendor: Vendor, turned: TurnedClock
) -> None:
    said: list[str] = []
    with listening() as logged:
        said.append(repr(keeper.fresh(vendor.refresh)))
        for error in (RetryLaterError("down"), OutcomeUnknownError("lost"), ReconnectNeededError("over")):
            turned.turn(3000)
            vendor.error = error
            with suppress(DeepdayError):
                keeper.fresh(vendor.refresh)
        keeper.save(tokens(2, turned))
        opened.rotate()
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("CREATE TRIGGER full BEFORE INSERT ON token BEGIN SELECT RAISE(ABORT, 'disk full'); END")
            raw.commit()
        with pytest.raises(Exception, match="disk full") as failed:
            keeper.save(tokens(3, turned))
        said += [repr(failed.value), str(failed.value), repr(keeper), repr(opened), repr(opened.sign_ins())]
    assert CANARY not in "\n".join([*said, *logged])
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) >= 2
    assert not any(CANARY.encode() in file.read_bytes() for file in files)
    assert path in files
