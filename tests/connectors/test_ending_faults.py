"""Ending an access while everything goes wrong: it is called over only when the vendor says so."""

from collections.abc import Callable, Iterator

import pytest

from deepday.connect.http import Limits
from deepday.errors import DeepdayError
from deepday.model import Secret, TokenSet
from deepday_google import ending as at_google
from deepday_google.settings import Settings as GoogleSettings
from deepday_sandbox.google import CLIENT_ID
from deepday_sandbox.office import Grant
from deepday_sandbox.people import OWNER
from deepday_slack import ending as at_slack
from deepday_slack.bundle import Bundle
from deepday_slack.scopes import Kind
from deepday_slack.settings import Settings as SlackSettings
from tests.connectors.fault_matrix import CANARY, MATRIX, SECONDS, Row
from tests.integration.open_office import USER_SCOPES, World, open_office

NOT_SLACK_NOR_GOOGLE = {"empty body", "wrong type", "HTML with 200", "502 as HTML", "truncated", "huge body"}
End = Callable[[], tuple[str, ...]]
LIMITS = Limits(total=SECONDS, connect=SECONDS, size=1_000_000)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_office(tmp_path_factory.mktemp("ending")) as made:
        yield made


@pytest.mark.parametrize("row", MATRIX, ids=str)
@pytest.mark.parametrize("vendor", ["google", "slack"])
def test_an_access_is_over_only_when_the_vendor_says_so(world: World, vendor: str, row: Row) -> None:
    token, end = google(world) if vendor == "google" else slack(world)
    world.office.faults.add(row.fault("revoke"))
    error = None
    try:
        assert end() == ()
    except DeepdayError as found:
        error = found
    finally:
        world.office.faults.clear()
    said = f"{error!r} {error and error.what} {error and error.advice}"
    assert CANARY not in said
    assert token not in said
    if error is None:
        assert not alive(world, token)
    elif row.done is False:
        assert alive(world, token)
    assert error is not None or row.name not in NOT_SLACK_NOR_GOOGLE, "somebody else answered in its place"
    assert end() == ()
    assert not alive(world, token)


def alive(world: World, token: str) -> bool:
    known = world.office.tokens.look_up(token)
    assert known is not None
    return world.office.tokens.grant_of(token, known[1]) is not None


def google(world: World) -> tuple[str, End]:
    token = world.office.tokens.issue(Grant("google", OWNER.email, CLIENT_ID, frozenset()), "refresh", 0, "1//")
    settings = GoogleSettings.parse({"base-url": world.url})
    tokens = TokenSet(Secret("gone"), refresh=Secret(token))
    return token, lambda: at_google.end_grant(settings, tokens, world.office.clock, LIMITS)


def slack(world: World) -> tuple[str, End]:
    worker = world.office.people.find(OWNER.email)
    assert worker is not None
    token = world.slack.install(worker.slack_id, (), USER_SCOPES).user
    settings = SlackSettings.parse({"base-url": f"{world.url}/api/"})
    bundle = Bundle("T1", worker.slack_id, {Kind.USER: Secret(token)}, {})
    return token, lambda: at_slack.end_grant(settings, bundle.pack(1), world.office.clock, LIMITS)
