"""Ending every access at once, at three vendors: what is over there, what is gone here, what is told to be done."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deepday.app.accounts import opened_accounts
from deepday.app.revoking import EndedAccount, revoke_all
from deepday.app.urgent_running import opened_ledger
from deepday.config.paths import data_folder, key_file
from deepday.errors import NotEnoughDataError, ReconnectNeededError
from deepday.model import Door, UrgentSignal
from deepday_sandbox.office import Fault, FaultKind, OfficeClock
from tests.command import Ran, ran
from tests.integration.open_office import World, at_home, open_office
from tests.integration.wire import HeardWire

MOST_REQUESTS = 6
"""Google one, Slack one for each of two tokens, Microsoft none; as many again would still be less than a minute."""

REQUEST = "canary: the reactor melts"
NOTE = "canary: I could not sleep"


@dataclass
class There:
    """The office, what went over its wire, and the tokens that deepday had of it."""

    world: World
    wire: HeardWire
    tokens: dict[str, list[str]] = field(default_factory=dict)

    def opened(self, token: str) -> bool:
        """Tell whether the vendor still takes a token."""
        known = self.world.office.tokens.look_up(token)
        assert known is not None
        return self.world.office.tokens.grant_of(token, known[1]) is not None

    def kept(self, provider: str) -> bool:
        with opened_accounts(self.world.office.clock) as accounts:
            return any(one.provider == provider for one in accounts.tokens.sign_ins())

    def request(self) -> str:
        """Let somebody ask for something urgent, and return the request."""
        with opened_ledger(self.world.office.clock) as ledger:
            ledger.desk.receive(UrgentSignal("k", ledger.desk.now(), "U", "D", REQUEST, door=Door.COMMAND))
            [found] = ledger.urgent.requests(ledger.person)
            return str(found.id)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[There]:
    wires: list[HeardWire] = []

    def heard(clock: OfficeClock) -> HeardWire:
        wires.append(HeardWire(clock))
        return wires[-1]

    with pytest.MonkeyPatch.context() as patch, open_office(tmp_path, log=heard) as world:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        world.connect_google(allow="blocks")
        world.connect_microsoft()
        world.connect_slack(allow="messages")
        made = There(world, wires[0])
        for vendor in ("google", "microsoft", "slack"):
            known = [(one, world.office.tokens.look_up(one)) for one in world.office.tokens.all()]
            made.tokens[vendor] = [one for one, found in known if found and found[0].vendor == vendor]
        made.wire.taken()
        yield made


def by_provider(accounts: tuple[EndedAccount, ...]) -> dict[str, EndedAccount]:
    return {one.provider: one for one in accounts}


def on_disk(secret: str) -> bool:
    return any(secret.encode() in path.read_bytes() for path in data_folder().rglob("*") if path.is_file())


def test_every_access_that_a_vendor_lets_an_app_end_is_over_and_the_rest_is_told_with_its_address(there: There) -> None:
    done = revoke_all(there.world.office.clock)
    assert len(there.wire.taken()) <= MOST_REQUESTS
    found = by_provider(done.accounts)
    assert not any(there.opened(token) for token in there.tokens["google"])
    app_level = [token for token in there.tokens["slack"] if token.startswith("xapp-")]
    assert [token for token in there.tokens["slack"] if there.opened(token)] == app_level
    assert found["google"] == EndedAccount(found["google"].account, "google", True, True, ())
    assert "https://api.slack.com/apps" in found["slack"].left[0]
    assert "https://myapps.microsoft.com" in found["microsoft"].left[0]
    assert all(one.forgotten for one in done.accounts)
    assert done.keys_renewed
    assert not done.whole, "a token of Slack's and Microsoft's access are left"
    assert not any(there.kept(vendor) for vendor in there.tokens)


def test_what_stays_is_sealed_with_keys_that_the_old_ones_do_not_open(there: There) -> None:
    request = there.request()
    with opened_accounts(there.world.office.clock) as accounts:
        accounts.case().keep_note(739_000, {"words": NOTE})
    keys = key_file().read_bytes()
    revoke_all(there.world.office.clock)
    with opened_ledger(there.world.office.clock) as ledger:
        assert ledger.urgent.text(request) == REQUEST
        assert ledger.accounts.case().notes() == [(739_000, {"words": NOTE})]
    new = key_file().read_bytes()
    key_file().write_bytes(keys)
    with opened_ledger(there.world.office.clock) as ledger:
        assert ledger.urgent.text(request) == ""
    key_file().write_bytes(new)
    assert len(_ids(new)) == 1
    assert not set(_ids(keys)) & set(_ids(new))
    with closing(sqlite3.connect(data_folder() / "deepday.sqlite")) as raw:
        assert raw.execute("SELECT count(*) FROM token").fetchone() == (0,)
        assert raw.execute("SELECT count(*) FROM data_key").fetchone() == (1,)


def _ids(keys: bytes) -> list[str]:
    return list(json.loads(keys)["keys"])


def test_a_vendor_that_fails_keeps_nothing_else_from_being_done_and_is_asked_again_the_next_time(there: There) -> None:
    there.world.office.faults.add(Fault(FaultKind.STATUS, path="/revoke$", status=503, times=1))
    done = revoke_all(there.world.office.clock)
    google = by_provider(done.accounts)["google"]
    assert not google.ended
    assert not google.forgotten
    assert "deepday revoke-all" in google.left[0]
    assert "https://myaccount.google.com/connections" in google.left[1]
    assert done.keys_renewed
    assert not there.kept("slack")
    assert any(there.opened(token) for token in there.tokens["google"])
    there.wire.taken()
    with opened_accounts(there.world.office.clock) as accounts:
        [sign_in] = accounts.connected("google")
        with pytest.raises(ReconnectNeededError), accounts.opened(sign_in):
            pass
    assert there.wire.taken() == [], "what is to be ended is used for nothing else"
    again = revoke_all(there.world.office.clock)
    assert [(one.provider, one.ended, one.forgotten) for one in again.accounts] == [("google", True, True)]
    assert again.whole
    assert not any(there.opened(token) for token in there.tokens["google"])


def test_an_answer_that_was_lost_and_an_access_that_is_over_already_come_to_the_same(there: There) -> None:
    there.world.office.faults.add(Fault(FaultKind.RESET_AFTER, path="/(revoke|auth.revoke)", times=3))
    first = by_provider(revoke_all(there.world.office.clock).accounts)
    assert [first[one].ended for one in ("google", "slack")] == [False, False]
    second = by_provider(revoke_all(there.world.office.clock).accounts)
    assert second["google"].ended
    assert second["slack"].forgotten
    assert "https://api.slack.com/apps" in second["slack"].left[0]
    assert revoke_all(there.world.office.clock).whole, "nothing is left to be done"


def test_tokens_that_do_not_open_any_more_are_deleted_and_ended_by_hand(there: There) -> None:
    lost = there.request()
    key_file().unlink()
    done = revoke_all(there.world.office.clock)
    assert there.wire.taken() == []
    assert [(one.ended, one.forgotten) for one in done.accounts] == [(False, True)] * 3
    assert all("https://" in " ".join(one.left) for one in done.accounts)
    assert done.keys_renewed
    there.world.connect_google()
    assert there.kept("google")
    with opened_ledger(there.world.office.clock) as ledger:
        assert ledger.urgent.text(lost) == ""


def test_a_service_that_runs_goes_on_keeping_what_is_asked(there: There) -> None:
    there.request()
    with opened_ledger(there.world.office.clock) as running:
        running.desk.receive(UrgentSignal("l", running.desk.now(), "V", "E", REQUEST, door=Door.COMMAND))
        revoke_all(there.world.office.clock)
        running.desk.receive(UrgentSignal("m", running.desk.now(), "W", "F", REQUEST, door=Door.COMMAND))
        texts = [running.urgent.text(one.id) for one in running.urgent.requests(running.person)]
    assert texts == [REQUEST] * 3


def test_a_master_key_with_which_other_stores_may_be_sealed_is_kept(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = key_file().read_bytes()
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", str(data_folder() / "deepday.sqlite"))
    done = revoke_all(there.world.office.clock)
    assert set(_ids(keys)) < set(_ids(key_file().read_bytes()))
    assert "old master key is kept" in done.notes[0]


def test_nothing_is_there_to_revoke_where_nothing_was_ever_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home(monkeypatch, tmp_path)
    with pytest.raises(NotEnoughDataError):
        revoke_all(OfficeClock())


def command(there: There, *words: str) -> Ran:
    return ran(*words, environment=os.environ, folder=there.world.folder)


def test_the_command_asks_first_and_its_exit_code_says_whether_something_is_left(there: There) -> None:
    asked = command(there, "revoke-all")
    assert asked.code == 1
    assert "google" in asked.err
    assert there.wire.taken() == []
    done = command(there, "revoke-all", "--yes", "--json")
    assert done.code == 1, done.err
    assert done.json["schema"] == "deepday.revoke-all/1"
    assert [(one["provider"], one["ended"], one["tokens_deleted"]) for one in done.json["accounts"]] == [
        ("google", True, True),
        ("microsoft", False, True),
        ("slack", False, True),
    ]
    assert not any(token in done.out + done.err for tokens in there.tokens.values() for token in tokens)
    again = command(there, "revoke-all", "--yes")
    assert (again.code, again.out) == (0, "Keys made anew\n")
    assert not any(on_disk(token) for tokens in there.tokens.values() for token in tokens)
