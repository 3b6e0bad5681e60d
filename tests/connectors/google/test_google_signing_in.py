"""Signing in: through the page in the browser, as a service account, and what may go wrong with either."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deepday.connect import AccountProvider, Capabilities, Port, SignedIn, load
from deepday.connect.memory import MemoryTokens
from deepday.errors import DeepdayError, InputError, ReconnectNeededError, RetryLaterError
from deepday.model import Audience, AutoReply, Secret, TokenSet
from deepday.testing import listening
from deepday_google import GoogleConnector
from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET, add_service_account
from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.google.google_office import BEN, CARA, OWNER, PREFIX, GoogleOffice, google_office
from tests.connectors.google.google_person import Person

DAY = 86_400
ROBOT = "robot@project.iam.gserviceaccount.com"


@pytest.fixture
def world() -> Iterator[GoogleOffice]:
    with google_office() as made:
        yield made


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_SECRET", CLIENT_SECRET)


def options(world: GoogleOffice, **given: str) -> dict[str, str]:
    usual = {option.name: option.default for option in GoogleConnector().sign_in_options()}
    named = {name.replace("_", "-"): value for name, value in given.items()}
    return {**usual, "base-url": world.url, "client-id": CLIENT_ID, "client-secret": "env:CLIENT_SECRET", **named}


def sign_in(world: GoogleOffice, person: Person | None = None, **given: str) -> SignedIn:
    person = person or Person()
    try:
        return GoogleConnector().sign_in(options(world, **given), person, world.office.clock)
    finally:
        if person.browser:
            person.browser.join(timeout=10)


def capabilities(world: GoogleOffice, signed: SignedIn) -> Capabilities:
    keeper = MemoryTokens(signed.tokens, world.office.clock)
    with GoogleConnector().open_account(signed.account, signed.options, keeper, world.office.clock) as account:
        return account.capabilities()


def test_it_is_found_by_its_name() -> None:
    assert isinstance(load("google"), AccountProvider)


def test_it_is_light_until_it_is_used() -> None:
    words = (
        "import sys; from deepday_google import GoogleConnector as C; C().sign_in_options(); C().explain_refusal({}, 9)"
    )
    heavy = "print({'googleapiclient', 'google.auth', 'httpx', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", f"{words}; {heavy}"], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_person_signs_in_and_reads(world: GoogleOffice) -> None:
    person = Person()
    signed = sign_in(world, person)
    assert (signed.account, signed.notes) == (OWNER, ())
    assert dict(signed.options) == {"base-url": world.url}
    assert "Signed in" in person.shown[0]
    assert capabilities(world, signed).ports == {Port.CALENDAR_READER, Port.CHANGE_NOTIFIER}


def test_the_page_asks_for_a_lasting_access_bound_to_this_machine(world: GoogleOffice) -> None:
    person = Person()
    sign_in(world, person)
    page = person.pages[0]
    assert (page["access_type"], page["prompt"], page["response_type"]) == ("offline", "consent", "code")
    assert (page["code_challenge_method"], len(page["code_challenge"])) == ("S256", 43)
    assert page["redirect_uri"].startswith("http://127.0.0.1:")
    assert len(page["state"]) >= 16


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        ({}, {"calendar.calendarlist.readonly", "calendar.events.owned.readonly"}),
        ({"allow": "blocks"}, {"calendar.calendarlist.readonly", "calendar.events.owned"}),
        ({"shared_calendars": "yes"}, {"calendar.calendarlist.readonly", "calendar.events.readonly"}),
        (
            {"allow": "blocks,replies", "shared_calendars": "yes"},
            {
                "calendar.calendarlist.readonly",
                "calendar.events.owned",
                "calendar.events.readonly",
                "gmail.settings.basic",
            },
        ),
    ],
)
def test_no_more_is_asked_for_than_was_allowed(world: GoogleOffice, given: dict[str, str], scopes: set[str]) -> None:
    person = Person()
    signed = sign_in(world, person, allow=given.get("allow", ""), shared_calendars=given.get("shared_calendars", ""))
    assert set(person.pages[0]["scope"].split()) == {PREFIX + name for name in scopes}
    assert signed.tokens.scopes == {PREFIX + name for name in scopes}


def test_what_is_allowed_is_announced(world: GoogleOffice) -> None:
    said = capabilities(world, sign_in(world, allow="blocks,replies"))
    assert {Port.EVENT_WRITER, Port.AUTO_REPLY_WRITER} <= said.ports


def test_what_was_unticked_is_said_and_not_announced(world: GoogleOffice) -> None:
    signed = sign_in(world, Person(without="gmail.settings.basic"), allow="blocks,replies")
    assert [note for note in signed.notes if "automatic reply" in note]
    said = capabilities(world, signed)
    assert Port.AUTO_REPLY_WRITER not in said.ports
    assert [one for one in said.degraded if one.port is Port.AUTO_REPLY_WRITER and "--allow replies" in one.words]


def test_without_the_list_the_primary_calendar_is_read(world: GoogleOffice) -> None:
    signed = sign_in(world, Person(without="calendarlist.readonly"))
    assert signed.account == OWNER
    assert [one.words for one in capabilities(world, signed).degraded if one.port is Port.CALENDAR_READER]


def test_without_reading_there_is_no_account(world: GoogleOffice) -> None:
    with pytest.raises(ReconnectNeededError, match="read your calendars"):
        sign_in(world, Person(without="owned.readonly"))


def test_the_tokens_and_the_client_stay_inside(world: GoogleOffice) -> None:
    with listening() as logged:
        signed = sign_in(world)
    told = "\n".join([repr(signed), *logged])
    secrets = (signed.tokens.access.reveal(), signed.tokens.refresh.reveal(), CLIENT_SECRET)
    assert not any(secret in told for secret in secrets)
    assert CLIENT_SECRET not in json.dumps(dict(signed.options))


def test_the_downloaded_client_file_does_for_id_and_secret(world: GoogleOffice, tmp_path: Path) -> None:
    file = tmp_path / "client_secret.json"
    file.write_text(json.dumps({"installed": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}}))
    assert sign_in(world, client_id="", client_secret="", client_file=str(file)).account == OWNER


def test_a_private_account_is_degraded_in_words(world: GoogleOffice) -> None:
    signed = sign_in(world, Person(CARA), allow="blocks,replies")
    assert signed.account == CARA
    words = " ".join(one.words for one in capabilities(world, signed).degraded)
    assert "plain busy event" in words
    assert "no organisation" in words


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (Person(decision="deny"), "declined"),
        (Person(changed={"code": "4/guessed"}), "ended the access"),
    ],
)
def test_a_no_is_a_no(world: GoogleOffice, person: Person, words: str) -> None:
    with pytest.raises(ReconnectNeededError, match=words):
        sign_in(world, person)


def test_what_comes_from_another_sign_in_is_ignored(world: GoogleOffice) -> None:
    person = Person(changed={"state": "another", "code": "4/guessed"})
    assert sign_in(world, person).account == OWNER
    assert "Nothing here" in person.shown[0]


def test_an_unknown_client_is_said(world: GoogleOffice) -> None:
    person = Person()
    with pytest.raises(ReconnectNeededError):
        sign_in(world, person, client_id="nobody.apps.googleusercontent.com")
    assert "invalid_client" in person.shown[0]


def test_a_wrong_client_secret_is_said(world: GoogleOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "GOCSPX-wrong-canary")
    with pytest.raises(ReconnectNeededError, match="its secret is wrong") as caught:
        sign_in(world)
    assert "canary" not in f"{caught.value!r} {caught.value.advice}"


@pytest.mark.parametrize(
    "given",
    [
        {"client_id": ""},
        {"client_secret": ""},
        {"client_file": "/nowhere/client.json"},
        {"allow": "status"},
        {"base_url": "http://calendar.example.com"},
        {"base_url": "https://me:secret@example.com"},
        {"base_url": "https://[broken"},
        {"subject": OWNER},
        {"service_account": "env:ROBOT"},
        {"service_account": "env:CLIENT_SECRET", "subject": OWNER},
    ],
)
def test_options_that_cannot_be_are_refused(world: GoogleOffice, given: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        sign_in(world, Person(), **given)
    assert caught.value.advice
    assert "secret@" not in f"{caught.value} {caught.value.advice}"


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"web": {"client_id": "x"}}', '{"installed": 3}', '{"installed": {"client_id": 7}}']
)
def test_a_client_file_of_another_sort_is_refused(world: GoogleOffice, tmp_path: Path, content: str) -> None:
    file = tmp_path / "client_secret.json"
    file.write_text(content)
    with pytest.raises(InputError):
        sign_in(world, Person(), client_file=str(file))


def test_a_sign_in_in_testing_is_said_to_end(world: GoogleOffice) -> None:
    world.office.vendor["google"]["testing"] = True
    assert "seven days" in " ".join(sign_in(world).notes)


@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable"])
def test_a_token_endpoint_that_is_down_is_asked_once(world: GoogleOffice, error: str) -> None:
    world.office.faults.add(Fault(FaultKind.STATUS, path="^/token", status=400, code=error, times=-1))
    with pytest.raises(RetryLaterError):
        sign_in(world)
    assert world.asked().count("POST /token") == 1


def refreshing(world: GoogleOffice, tokens: TokenSet) -> MemoryTokens:
    keeper = MemoryTokens(tokens, world.office.clock)
    with world.account(keeper=keeper) as account:
        account.calendars()
    return keeper


def test_access_tokens_are_renewed_and_the_refresh_token_is_kept(world: GoogleOffice) -> None:
    tokens = sign_in(world).tokens
    world.pass_time(3600)
    renewed = refreshing(world, tokens).fresh(lambda _: tokens)
    assert renewed.access != tokens.access
    assert (renewed.refresh, renewed.cache, renewed.scopes) == (tokens.refresh, tokens.cache, tokens.scopes)
    assert renewed.expires_at - world.now() == 3599


def test_a_token_that_google_no_longer_takes_is_renewed_once(world: GoogleOffice) -> None:
    tokens = sign_in(world).tokens
    world.office.tokens.expire(OWNER)
    world.asked()
    refreshing(world, tokens)
    lists = ["GET /calendar/v3/users/me/calendarList"] * 2
    assert world.asked() == [lists[0], "POST /token", lists[1]]


def test_a_write_whose_token_was_refused_is_written_once(world: GoogleOffice) -> None:
    with world.account() as account:
        world.office.tokens.expire(OWNER)
        until = world.now() + 3600
        account.set_auto_reply(AutoReply(enabled=True, text="Away", start=world.now(), until=until))
    assert [call.partition(" ")[0] for call in world.asked()] == ["PUT", "POST", "PUT"]
    assert world.shown_auto_reply().audience is Audience.NONE


@pytest.mark.parametrize("error", ["revoked", "seven days", "no refresh token", "no client", "broken cache"])
def test_a_dead_grant_needs_a_new_sign_in(world: GoogleOffice, error: str) -> None:
    world.office.vendor["google"]["testing"] = error == "seven days"
    tokens = sign_in(world).tokens
    if error == "revoked":
        for grant in world.office.vendor["google"]["grants"]:
            grant.revoked = True
    changed: dict[str, Any] = {
        "no refresh token": {"refresh": Secret("")},
        "no client": {"cache": Secret("{}")},
        "broken cache": {"cache": Secret("canary{")},
    }.get(error, {})
    world.pass_time(8 * DAY)
    dead = TokenSet(
        **{"access": tokens.access, "refresh": tokens.refresh, "cache": tokens.cache, **changed},
        obtained_at=tokens.obtained_at,
        expires_at=tokens.expires_at,
        scopes=tokens.scopes,
    )
    with pytest.raises(ReconnectNeededError) as caught:
        refreshing(world, dead)
    assert "deepday connect google" in caught.value.advice
    assert "canary" not in repr(caught.value)


def key_of(world: GoogleOffice, monkeypatch: pytest.MonkeyPatch, *scopes: str) -> dict[str, str]:
    key = add_service_account(world.office, ROBOT, frozenset(PREFIX + name for name in scopes), f"{world.url}/token")
    monkeypatch.setenv("ROBOT", json.dumps(key))
    return key


def test_a_service_account_speaks_for_a_person(world: GoogleOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    key_of(world, monkeypatch, "calendar.calendarlist.readonly", "calendar.events.owned.readonly")
    signed = sign_in(world, service_account="env:ROBOT", subject=BEN, client_id="", client_secret="")
    assert signed.account == BEN
    assert "every person of the organisation" in " ".join(signed.notes)
    assert dict(signed.options) == {"base-url": world.url, "subject": BEN}
    world.pass_time(3600)
    keeper = MemoryTokens(signed.tokens, world.office.clock)
    with GoogleConnector().open_account(BEN, signed.options, keeper, world.office.clock) as account:
        assert account.capabilities().ports == {Port.CALENDAR_READER, Port.CHANGE_NOTIFIER}


def test_a_service_account_goes_no_further_than_it_was_allowed(
    world: GoogleOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_of(world, monkeypatch, "calendar.calendarlist.readonly", "calendar.events.owned.readonly")
    with pytest.raises(ReconnectNeededError, match="not allowed"):
        sign_in(world, service_account="env:ROBOT", subject=BEN, allow="replies")


def test_a_broken_key_is_not_told(world: GoogleOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of(world, monkeypatch, "calendar.calendarlist.readonly")
    monkeypatch.setenv("ROBOT", json.dumps({**key, "private_key": "canary"}))
    with listening() as logged, pytest.raises(DeepdayError) as caught:
        sign_in(world, service_account="env:ROBOT", subject=BEN)
    assert "canary" not in "\n".join([repr(caught.value), *logged])


@pytest.mark.parametrize(
    ("given", "age", "words"),
    [
        ({}, 7 * DAY + 60, "Testing"),
        ({}, 7 * DAY - 60, "Testing"),
        ({}, 200 * DAY, "six months"),
        ({"allow": "replies"}, 30 * DAY, "password"),
        ({}, 30 * DAY, "removed deepday"),
        ({"subject": BEN}, 30 * DAY, "delegation"),
    ],
)
def test_why_a_grant_may_have_ended_is_explained(given: dict[str, str], age: int, words: str) -> None:
    assert words in GoogleConnector().explain_refusal(given, age)
    assert ("Testing" in GoogleConnector().explain_refusal({}, 30 * DAY)) is False
