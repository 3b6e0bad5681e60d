"""What each connector says of ending its access, and what becomes of a key that is not this store's alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.app.accounts import connect, opened_accounts
from deepday.app.revoking import revoke_all
from deepday.config.paths import key_file
from deepday.connect import GrantEnder, load
from deepday.model import Secret, TokenSet
from deepday.testing import TurnedClock
from tests.postgres import new_place
from tests.unit.app import stranger
from tests.unit.app.stranger import ME, Nobody, World, options
from tests.unit.connect.test_master_keys import OwnKeyring, own_keyring  # noqa: F401 - the fixture

CLIENT = {"client-id": "11111111-2222-3333-4444-555555555555"}
APPLICATION = CLIENT | {"certificate": "file:/key.pem", "user": "ada@example.org", "tenant": "example.org"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with stranger.installed(tmp_path, monkeypatch) as made:
        yield made


@pytest.mark.parametrize(
    ("connector", "given", "address"),
    [
        ("google", {}, "https://myaccount.google.com/connections"),
        ("google", {"subject": "ada@example.org"}, "https://admin.google.com/ac/owl/domainwidedelegation"),
        ("microsoft", CLIENT, "https://myapps.microsoft.com"),
        ("microsoft", CLIENT | {"kind": "personal"}, "https://account.live.com/consent/Manage"),
        ("microsoft", APPLICATION, "https://entra.microsoft.com"),
        ("slack", {}, "https://api.slack.com/apps"),
        ("caldav", {"server": "iCloud"}, "https://account.apple.com"),
        ("caldav", {"server": "Radicale"}, "at your provider"),
    ],
)
def test_each_connector_says_where_its_access_is_ended_by_hand(
    connector: str, given: dict[str, str], address: str
) -> None:
    ender = load(connector)
    assert isinstance(ender, GrantEnder)
    assert address in " ".join(ender.end_by_hand(given))


@pytest.mark.parametrize(
    ("connector", "given"),
    [
        ("google", {"subject": "ada@example.org", "base-url": "http://127.0.0.1:9"}),
        ("microsoft", CLIENT | {"base-url": "http://127.0.0.1:9"}),
        ("caldav", {"url": "http://127.0.0.1:9"}),
    ],
)
def test_where_a_vendor_lets_no_app_end_it_nothing_is_sent(connector: str, given: dict[str, str]) -> None:
    ender = load(connector)
    assert isinstance(ender, GrantEnder)
    tokens = TokenSet(Secret("access"), refresh=Secret("refresh"))
    assert ender.end_grant(given, tokens, TurnedClock()) == ender.end_by_hand(given)


def test_of_a_strangers_connector_that_cannot_say_it_the_tokens_are_deleted_all_the_same(world: World) -> None:
    connect("stranger", options(), Nobody(), world.clock)
    [one] = revoke_all(world.clock).accounts
    assert (one.account, one.ended, one.forgotten) == (ME, False, True)
    assert one.left == ("End it in the settings of your account at stranger.",)


def test_a_master_key_in_the_keyring_is_kept_since_other_stores_may_be_sealed_with_it(
    world: World,
    own_keyring: OwnKeyring,  # noqa: F811 - the fixture
) -> None:
    connect("stranger", options(), Nobody(), world.clock)
    before = json.loads(own_keyring.kept or "")
    assert revoke_all(world.clock).keys_renewed
    after = json.loads(own_keyring.kept or "")
    assert not key_file().exists()
    assert before["keys"].items() < after["keys"].items()
    assert after["current"] not in before["keys"]


def test_what_is_still_in_an_account_is_told_and_can_be_taken_back_later(world: World) -> None:
    connect("stranger", options(), Nobody(), world.clock)
    with opened_accounts(world.clock) as accounts:
        accounts.protecting().keep_own_calendar("stranger", ME, "c1")
    done = revoke_all(world.clock)
    assert done.left == (
        f"Still in stranger {ME}: 1 calendar of deepday's own: sign in again, then run deepday restore --all.",
    )
    assert not done.whole
    with opened_accounts(world.clock) as accounts:
        assert accounts.protecting().own_calendars() == [("stranger", ME)]


def test_in_a_shared_database_the_master_key_is_kept_for_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", new_place())
    connect("stranger", options(), Nobody(), world.clock)
    before = json.loads(key_file().read_text())
    done = revoke_all(world.clock)
    assert [one.forgotten for one in done.accounts] == [True]
    assert done.keys_renewed
    assert before["keys"].items() < json.loads(key_file().read_text())["keys"].items()
