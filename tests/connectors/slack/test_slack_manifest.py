"""The manifest asks for what the connector needs and no more, and each feature can be deleted from it by its mark."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from deepday.connect import Feature
from deepday_sandbox.slack.manifest import read_manifest
from deepday_slack import SlackConnector
from deepday_slack.scopes import NEEDED, PEOPLE, PRESENCE, SEARCH, Kind
from deepday_slack.signals import COMMAND
from tests.connectors.slack.slack_office import BOT_SCOPES, OWNER, USER_SCOPES, Person, SlackOffice, slack_office

PLACE: Final = Path(__file__).parents[3] / "config" / "slack-app-manifest.yaml"
TEXT: Final = PLACE.read_text(encoding="utf-8")
MARKS: Final = ("events", "in_person", "status", "presence", "search", "messages", "people")


def without(*marks: str) -> str:
    """Return the manifest without the lines all of whose marks are among these."""
    return "".join(
        line
        for line in TEXT.splitlines(True)
        if not (found := set(re.findall(r"  # (\w+)(?=  #|$)", line.rstrip()))) or found - set(marks)
    )


def test_it_asks_for_exactly_what_the_connector_needs() -> None:
    asked = read_manifest(TEXT)
    assert set(asked.user_scopes) == USER_SCOPES
    assert set(asked.bot_scopes) == BOT_SCOPES
    assert asked.bot_events == {"app_mention", "message.im"}
    assert asked.user_events == {"message.channels", "message.groups", "message.im", "message.mpim"}
    assert asked.socket_mode
    assert not asked.rotation
    assert f"command: {COMMAND} " in TEXT


def test_it_needs_no_public_address_and_sends_nobody_back() -> None:
    asked = read_manifest(TEXT)
    assert asked.request_url == ""
    assert asked.redirect_urls == ()
    assert "url" not in without(*MARKS)


@pytest.mark.parametrize(
    ("mark", "gone"),
    [
        ("events", frozenset()),
        ("status", NEEDED[Feature.STATUS][Kind.USER]),
        ("presence", PRESENCE),
        ("search", SEARCH),
        ("messages people in_person", BOT_SCOPES),
        ("people", PEOPLE),
        ("in_person", frozenset()),
    ],
)
def test_a_feature_is_deleted_with_its_marked_lines(mark: str, gone: frozenset[str]) -> None:
    whole, rest = read_manifest(TEXT), read_manifest(without(*mark.split()))
    before = {*((Kind.USER, one) for one in whole.user_scopes), *((Kind.BOT, one) for one in whole.bot_scopes)}
    after = {*((Kind.USER, one) for one in rest.user_scopes), *((Kind.BOT, one) for one in rest.bot_scopes)}
    kind = Kind.BOT if "people" in mark else Kind.USER
    assert before - after == {(kind, scope) for scope in gone}


def test_without_any_option_only_reading_is_left() -> None:
    asked = read_manifest(without(*MARKS))
    assert set(asked.user_scopes) == NEEDED[Feature.ACTIVITY][Kind.USER]
    assert asked.bot_scopes == ()
    assert asked.bot_events == asked.user_events == frozenset()


@pytest.mark.parametrize(
    ("marks", "users", "bots"),
    [
        (("events",), True, True),
        (("in_person",), True, True),
        (("events", "in_person"), False, True),
        (("messages", "people"), True, False),
    ],
)
def test_each_feature_subscribes_to_its_own(marks: tuple[str, ...], *, users: bool, bots: bool) -> None:
    asked = read_manifest(without(*marks))
    assert (bool(asked.user_events), bool(asked.bot_events)) == (users, bots)


@pytest.fixture
def office() -> Iterator[SlackOffice]:
    with slack_office() as served:
        served.face.space.user_grants.clear()
        served.face.space.bot_grant = None
        yield served


@pytest.mark.parametrize(("dropped", "allow"), [((), "events,status,messages,in-person"), (MARKS, "")])
def test_its_tokens_sign_in(office: SlackOffice, dropped: tuple[str, ...], allow: str) -> None:
    with httpx.Client(base_url=office.url, follow_redirects=True, trust_env=False) as browser:
        manifest = without(*dropped) if dropped else TEXT
        page = browser.post("/apps", data={"manifest": manifest})
        assert page.status_code == 200
        page = browser.post(f"{page.url.path}/install", data={"user": OWNER, "choice": "allow"})
        page = browser.post(f"{page.url.path}/app-token")
    shown = dict(re.findall(r'id="(\w+)-token" readonly size="60" value="([^"]*)"', page.text))
    person = Person([shown[name] for name in ("user", "bot", "app") if name in shown])
    done = SlackConnector().sign_in(office.options(allow=allow), person, office.office.clock)
    assert done.account == "anna@office.slack.com"
