"""What /metrics counts of requests, messages, accounts and the self-audit; and that it tells of nobody."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deepday.app.accounts import opened_accounts
from deepday.app.urgent_running import listening
from deepday.errors import ReconnectNeededError
from deepday.model import Door, TokenSet, UrgentSignal
from deepday.web.sessions import Sessions
from tests.unit.app.protected import office_of, settings
from tests.unit.app.stranger import ME, World
from tests.unit.web.visitor import Site, site_of

HOUR = 3600


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, office_of(tmp_path, patch) as opened:
        settings('\n[urgent]\nname = "Ada"\n')
        yield opened


def ended(_: TokenSet) -> TokenSet:
    raise ReconnectNeededError("The grant is over.")


def figures(site: Site) -> dict[str, float]:
    """Return the figures of the store, by name without its beginning."""
    text = site.browser.get("/metrics").text
    assert ME not in text
    found = re.findall(r"^deepday_((?:requests|messages|accounts|self_audit)\w*) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_requests_messages_accounts_and_the_audits_age_are_counted(world: World) -> None:
    site = Site(world.clock, Sessions(world.clock), [])
    before = figures(site)
    assert before["accounts"] >= 1
    assert "self_audit_age_seconds" not in before
    assert {name: before[name] for name in before if name != "accounts"} == {
        "requests_open": 0,
        "requests_overdue": 0,
        "messages_stuck": 0,
        "accounts_to_reconnect": 0,
        "self_audit_findings": 0,
    }
    with listening(world.clock) as (ledger, _):
        signal = UrgentSignal("T1:D1:1", ledger.desk.now(), "UCARA", "D1", "fire", door=Door.COMMAND, reply_to="D1")
        assert ledger.desk.receive(signal) == [True]
        book = ledger.store.self_audits()
        book.keep(replace(book.last(), passed_at=ledger.desk.now(), found=("x",)))
    with opened_accounts(world.clock) as accounts:
        for one in accounts.connected():
            given = accounts.tokens.load(one.account, one.provider)
            with pytest.raises(ReconnectNeededError):
                accounts.tokens.refreshed(one.account, one.provider, ended, given)
    world.clock.turn(HOUR)
    assert figures(site) == {
        "requests_open": 1,
        "requests_overdue": 1,
        "messages_stuck": 0,
        "accounts": before["accounts"],
        "accounts_to_reconnect": before["accounts"],
        "self_audit_findings": 1,
        "self_audit_age_seconds": HOUR,
    }


def test_without_a_store_there_are_none_and_none_is_made(tmp_path: Path) -> None:
    with site_of(tmp_path / "empty") as empty:
        assert figures(empty) == {}
    assert not list((tmp_path / "empty").rglob("deepday.sqlite"))
