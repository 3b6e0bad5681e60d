"""Signing in with pasted tokens or references to them, and what is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.connect import AccountProvider, Feature, Port
from deepday.connect.memory import MemoryTokens
from deepday.errors import DeepdayError, InputError, ReconnectNeededError
from deepday.model import Secret, TokenSet
from deepday.testing import listening
from deepday_sandbox.office import Fault, Worker
from deepday_sandbox.office.faults import FaultKind
from deepday_slack import SlackConnector
from deepday_slack.bundle import Bundle
from deepday_slack.scopes import PRESENCE, SEARCH, Kind
from deepday_slack.settings import BASE_URL, Settings
from tests.connectors.slack.slack_office import BEN, BOT, OWNER, USER_SCOPES, Person, SlackOffice, slack_office


@pytest.fixture
def office() -> Iterator[SlackOffice]:
    with slack_office() as served:
        served.face.space.user_grants.clear()
        served.calls.methods.clear()
        yield served


def test_it_is_an_account_provider() -> None:
    assert isinstance(SlackConnector(), AccountProvider)
    assert {option.name for option in SlackConnector().sign_in_options() if option.secret} == {
        "user-token", "bot-token", "app-token",
    }  # fmt: skip


def test_reading_needs_one_token_and_one_request(office: SlackOffice) -> None:
    person = Person(office.app_tokens(OWNER)[:1])
    done = SlackConnector().sign_in(office.options(allow=""), person, office.office.clock)
    assert office.calls.methods == ["auth.test"]
    assert len(person.questions) == 1
    assert "xoxp-" in person.questions[0]
    assert done.account == "anna@office.slack.com"
    assert done.options == {"base-url": f"{office.url}/api/", "allow": ""}
    assert "looked at for a mention of you" in done.notes[0]
    office.tokens.save(done.tokens)
    with office.account(allow="") as account:
        said = account.capabilities()
    assert said.ports == {Port.ACTIVITY_READER}
    assert {one.words for one in said.degraded if one.port is Port.MESSENGER} == {
        "Not allowed: connect again with --allow messages."
    }


def test_everything_needs_three_tokens_and_asks_whose_each_is(office: SlackOffice) -> None:
    tokens = office.app_tokens(OWNER)
    done = SlackConnector().sign_in(office.options(), Person(list(tokens)), office.office.clock)
    assert office.calls.methods == ["auth.test"] * 3
    bundle = Bundle.unpack(done.tokens)
    assert (bundle.team, bundle.user, bundle.bot_user) == ("T0OFFICE01", OWNER, BOT)
    assert [bundle.token(kind).reveal() for kind in Kind] == tokens
    told = f"{done!r} {bundle!r}"
    assert not any(token in told for token in tokens)
    office.tokens.save(done.tokens)
    with office.account() as account:
        said = account.capabilities()
        assert office.calls.methods == []
    assert said.ports == {
        Port.ACTIVITY_READER, Port.STATUS_WRITER, Port.DO_NOT_DISTURB_WRITER, Port.PRESENCE_WRITER, Port.MESSENGER,
        Port.REQUEST_SOURCE, Port.REQUEST_HISTORY, Port.PEOPLE_FINDER,
    }  # fmt: skip


def test_tokens_may_be_referred_to(office: SlackOffice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    user, bot, app = office.app_tokens(OWNER)
    kept = tmp_path / "token"
    kept.write_text(f"{bot}\n")
    kept.chmod(0o600)
    monkeypatch.setenv("USER_TOKEN", user)
    given = {"user-token": "env:USER_TOKEN", "bot-token": f"file:{kept}"}
    done = SlackConnector().sign_in(office.options(**given), Person([app]), office.office.clock)
    assert Bundle.unpack(done.tokens).token(Kind.BOT).reveal() == bot


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("xoxb-1234567890-abcdefgh", "This is not the User OAuth Token but the Bot User OAuth Token."),
        ("xoxe.xoxp-1-abcdefgh", "every twelve hours"),
        ("hunter2", "This is not the User OAuth Token."),
        ("xoxp-canary value\r\nX: y", "This is not the User OAuth Token."),
        ("", "This is not the User OAuth Token."),
    ],
)
def test_another_text_is_no_user_token(office: SlackOffice, pasted: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        SlackConnector().sign_in(office.options(), Person([pasted]), office.office.clock)
    assert words in caught.value.what
    assert not pasted or pasted not in caught.value.what + caught.value.advice
    assert office.calls.methods == []


@pytest.mark.parametrize(
    ("lacking", "allow", "named", "advice"),
    [
        ("im:history", "", "im:history (User Token Scopes)", "connect slack"),
        ("dnd:write", "status", "dnd:write (User Token Scopes)", "--allow status"),
    ],
)
def test_a_missing_scope_is_named(office: SlackOffice, lacking: str, allow: str, named: str, advice: str) -> None:
    given = office.app_tokens(OWNER, sorted(USER_SCOPES - {lacking}))
    with pytest.raises(ReconnectNeededError) as caught:
        SlackConnector().sign_in(office.options(allow=allow), Person(given), office.office.clock)
    assert named in caught.value.what
    assert advice in caught.value.advice


def test_a_missing_bot_scope_and_app_scope_are_named(office: SlackOffice) -> None:
    office.face.space.bot_grant = None
    given = office.app_tokens(OWNER, bot=["chat:write", "commands"])
    with pytest.raises(
        ReconnectNeededError, match=r"app_mentions:read, im:history, im:read, im:write \(Bot Token Scopes\)"
    ):
        SlackConnector().sign_in(office.options(), Person(given), office.office.clock)
    office.face.space.bot_grant = None
    given = [*office.app_tokens(OWNER)[:2], office.face.app_token("authorizations:read")]
    with pytest.raises(ReconnectNeededError, match=r"connections:write \(the app-level token\)"):
        SlackConnector().sign_in(office.options(), Person(given), office.office.clock)


def test_what_one_can_do_without_is_said(office: SlackOffice) -> None:
    given = office.app_tokens(OWNER, sorted(USER_SCOPES - SEARCH - PRESENCE))
    done = SlackConnector().sign_in(office.options(allow="status"), Person(given), office.office.clock)
    assert [note.partition(" ")[0] for note in done.notes[1:]] == ["Without", "Without"]
    office.tokens.save(done.tokens)
    with office.account(allow="status") as account:
        said = account.capabilities()
    assert Port.PRESENCE_WRITER not in said.ports
    assert Port.STATUS_WRITER in said.ports
    words = next(one.words for one in said.degraded if one.port is Port.PRESENCE_WRITER)
    assert words == "Not granted by Slack: users:read, users:write."


def test_tokens_of_two_workspaces_are_refused(office: SlackOffice) -> None:
    other = {"ok": True, "team_id": "T0OTHER001", "user_id": BOT, "user": "deepday"}
    body = json.dumps(other).encode()
    office.office.faults.add(Fault(FaultKind.INSTEAD, "auth.test", skip=1, status=200, content=body))
    with pytest.raises(InputError, match="different workspaces"):
        SlackConnector().sign_in(office.options(), Person(office.app_tokens(OWNER)), office.office.clock)


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
def test_a_dead_token_ends_the_grant_and_is_not_sent_again(office: SlackOffice, code: str) -> None:
    office.tokens.save(office.signed_in(OWNER))
    if code == "account_inactive":
        worker = office.office.people.find(OWNER)
        assert worker
        office.office.people.add(Worker("anna@example.com", "Anna Abel", slack_id="U0SOMEBODY"))
        office.office.people._workers.pop("anna@example.com")
    elif code == "token_revoked":
        office.face.space.user_grants[OWNER].revoked = True
    else:
        office.office.tokens._known.clear()
    with office.account() as account:
        for _ in range(2):
            with pytest.raises(ReconnectNeededError):
                account.read_status()
        assert office.calls.methods == ["users.profile.get"]


def test_a_token_of_a_newer_sign_in_is_taken_up(office: SlackOffice) -> None:
    office.tokens.save(office.signed_in(OWNER))

    class Renewed(MemoryTokens):
        def renewed(self, refused: TokenSet, refresh: object) -> TokenSet:
            del refused, refresh
            self.save(newer)
            return newer

    kept = office.tokens.fresh(lambda tokens: tokens)
    office.tokens = Renewed(kept, office.office.clock)
    office.face.space.user_grants[OWNER].revoked = True
    newer = office.signed_in(OWNER)
    with office.account() as account:
        assert account.read_status().empty
        assert office.calls.methods == ["users.profile.get", "users.profile.get"]


def test_a_base_url_that_would_send_tokens_in_the_open_is_refused() -> None:
    for address in (
        "http://slack.example.com/api/", "https://user:pass@slack.com/api/", "ftp://slack.com/", "slack.com", "https://",
        "https://slack.com/api/?x=1", "https://[", "http://127.0.0.1:x/",
    ):  # fmt: skip
        with pytest.raises(InputError, match="base-url"):
            Settings.parse({"base-url": address})
    assert Settings.parse({}).base_url == BASE_URL
    assert Settings.parse({"base-url": "https://slack-gov.com/api"}).base_url == "https://slack-gov.com/api/"


def test_only_slacks_features_can_be_allowed() -> None:
    assert Settings.parse({"allow": "status, messages"}).allowed == {
        Feature.ACTIVITY, Feature.STATUS, Feature.MESSAGES,
    }  # fmt: skip
    with pytest.raises(InputError, match="allow"):
        Settings.parse({"allow": "blocks"})
    again = Settings.parse({"allow": "messages", "base-url": "http://localhost:8/api"})
    assert Settings.parse(again.options()) == again


def test_nothing_of_a_sign_in_is_logged(office: SlackOffice) -> None:
    tokens = office.app_tokens(OWNER)
    with listening() as logged:
        SlackConnector().sign_in(office.options(), Person(list(tokens)), office.office.clock)
    assert not any(token in line for token in tokens for line in logged)


@pytest.mark.parametrize(
    "stored", ["", "{}", "[]", '{"tokens": 7, "scopes": {}}', "[" * 9000, '{"tokens": {"X": "y"}}']
)
def test_what_is_stored_badly_asks_to_connect_again(office: SlackOffice, stored: str) -> None:
    office.tokens.save(TokenSet(Secret("xoxp-canary-token"), cache=Secret(stored)))
    with office.account() as account, pytest.raises(DeepdayError) as caught:
        account.capabilities()
    assert isinstance(caught.value, ReconnectNeededError)
    assert caught.value.__context__ is None


def test_a_refusal_is_explained() -> None:
    explain = SlackConnector().explain_refusal
    assert "again" in explain({}, 60)
    assert "deactivated" in explain({}, 90 * 86_400)
    assert BEN not in explain({}, 60)
