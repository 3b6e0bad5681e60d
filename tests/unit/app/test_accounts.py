"""Connecting, testing and removing accounts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.app.accounts import connect, examine_accounts, opened_accounts, remove
from deepday.app.health import Health
from deepday.app.storing import erase_store
from deepday.config.load import load_settings
from deepday.config.paths import data_folder, key_file
from deepday.errors import InputError, NotEnoughDataError, ReconnectNeededError
from tests.unit.app import stranger
from tests.unit.app.stranger import ACCESS, ME, Nobody, World, options

OTHER = "also-me@example.org"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with stranger.installed(tmp_path, monkeypatch) as made:
        yield made


def join(world: World, account: str = ME) -> tuple[str, ...]:
    return connect("stranger", options(account), Nobody(), world.clock).notes


def test_the_first_account_says_whose_week_it_is(world: World) -> None:
    notes = join(world)
    assert notes[0] == "Be welcome."
    assert "deepday.toml" in notes[-1]
    assert "Mon-Fri 09:00-17:00" in notes[-1]
    assert (load_settings().me.email, load_settings().me.zone) == (ME, "UTC")


def test_a_second_account_of_the_same_person_leaves_the_settings_alone(world: World) -> None:
    join(world)
    join(world, OTHER)
    assert load_settings().me.email == ME
    with opened_accounts(world.clock) as accounts:
        assert [(one.account, one.provider) for one in accounts.connected()] == [(OTHER, "stranger"), (ME, "stranger")]
        assert [one.account for one in accounts.connected(OTHER.upper())] == [OTHER]


def test_tokens_lie_sealed(world: World) -> None:
    join(world)
    files = [path for path in data_folder().rglob("*") if path.is_file()]
    assert files
    assert all(ACCESS.encode() not in path.read_bytes() for path in files)


def test_a_test_reads_through_every_door_and_finds_all_well(world: World) -> None:
    join(world)
    checks = list(examine_accounts(None, world.clock))
    assert len(checks) == 7
    assert {check.health for check in checks} == {Health.OK}


def test_a_grant_that_is_over_is_said_with_its_age_once_and_for_all(world: World) -> None:
    join(world)
    world.clock.turn(86_400 * 7)
    world.refused.add(ME)
    for _ in range(2):
        [check] = examine_accounts(None, world.clock)
        assert check.health is Health.PROBLEM
        assert "7 days after it was given" in check.finding
        assert check.advice == "It was 604800 seconds old. Sign in again: deepday connect stranger"
    with opened_accounts(world.clock) as accounts:
        [sign_in] = accounts.connected()
        assert sign_in.refused
        with pytest.raises(ReconnectNeededError), accounts.opened(sign_in):
            pass
    world.refused.clear()
    join(world)
    assert {check.health for check in examine_accounts(None, world.clock)} == {Health.OK}


def test_what_is_removed_is_gone(world: World) -> None:
    join(world)
    assert remove(ME, None, world.clock).account == ME
    with pytest.raises(NotEnoughDataError):
        list(examine_accounts(None, world.clock))


def test_names_that_nobody_has_are_answered_with_those_that_there_are(world: World) -> None:
    with pytest.raises(NotEnoughDataError, match="No account"):
        remove("google", None, world.clock)
    join(world)
    with pytest.raises(InputError) as unknown:
        remove("gogle", None, world.clock)
    assert ME in unknown.value.advice
    with pytest.raises(InputError, match="connects no accounts"):
        connect("files", {}, Nobody(), world.clock)
    with pytest.raises(InputError, match="There is no connector 'gogle'"):
        connect("gogle", {}, Nobody(), world.clock)


def test_an_account_of_somebody_else_is_refused(world: World, tmp_path: Path) -> None:
    join(world)
    (tmp_path / "home" / "deepday.toml").unlink()
    with pytest.raises(InputError, match="holds the week of"):
        join(world, "somebody@example.net")


def test_of_several_accounts_none_is_removed_unless_it_is_named(world: World) -> None:
    join(world)
    join(world, OTHER)
    with pytest.raises(InputError) as told:
        remove("stranger", None, world.clock)
    assert f"deepday connect remove stranger '{OTHER}'" in told.value.advice
    assert remove("stranger", OTHER, world.clock).account == OTHER
    with opened_accounts(world.clock) as accounts:
        assert [one.account for one in accounts.connected()] == [ME]


def test_signing_in_again_needs_nothing_that_was_given_before(world: World) -> None:
    connect("stranger", options(door="back", allow="a"), Nobody(), world.clock)
    connect("stranger", options(allow="b"), Nobody(), world.clock)
    assert [(given["door"], given["allow"]) for given in world.given] == [("back", "a"), ("back", "b,a")]
    assert world.before == ["", ACCESS]


def test_an_account_with_another_address_is_pointed_out(world: World) -> None:
    join(world)
    assert f"deepday connect remove stranger {OTHER}" in join(world, OTHER)[-1]


def test_erasing_everything_erases_the_keys_too(world: World) -> None:
    join(world)
    assert key_file().exists()
    assert str(key_file()) in erase_store(None)
    assert not any(path.is_file() for path in data_folder().rglob("*"))
