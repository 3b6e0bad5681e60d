"""Signing in through Entra's pages with the real msal, renewing, and every refusal."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deepday.connect import Port, SignedIn, satisfied
from deepday.connect.memory.tokens import MemoryTokens
from deepday.errors import (
    DeepdayError,
    GoneError,
    InputError,
    ReconnectNeededError,
    RetryLaterError,
    UnsupportedError,
)
from deepday.model import EventDraft, Interval, Secret, TokenSet
from deepday.testing import listening
from deepday_microsoft import MicrosoftConnector
from deepday_sandbox.microsoft import App
from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.microsoft.microsoft_office import ADA, CLIENT, DAEMON, EVE, MicrosoftOffice, serve
from tests.connectors.microsoft.microsoft_person import Person


@pytest.fixture
def here() -> Iterator[MicrosoftOffice]:
    with serve() as office:
        yield office


def sign_in(here: MicrosoftOffice, person: Person, **more: str) -> SignedIn:
    return MicrosoftConnector().sign_in(here.options(**more), person, here.clock)


def by_code(here: MicrosoftOffice, **more: str) -> SignedIn:
    return sign_in(here, Person(here.clock), **{"device-code": "yes", **more})


def words(tokens: TokenSet) -> list[str]:
    return [tokens.access.reveal(), tokens.cache.reveal()[:40]]


def test_a_browser_signs_in_with_pkce_and_the_least_scopes(here: MicrosoftOffice) -> None:
    person = Person(here.clock)
    with listening() as logged:
        given = sign_in(here, person, allow="")
    [page] = person.pages
    assert page.startswith(f"{here.base}/common/oauth2/v2.0/authorize?")
    assert "code_challenge_method=S256" in page
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A" in page
    assert given.account == ADA
    assert given.tokens.scopes >= {"Calendars.Read"}
    assert not {name for name in given.tokens.scopes if "Write" in name}
    assert given.options == {
        "client-id": CLIENT,
        "tenant": "common",
        "cloud": "global",
        "base-url": here.base,
        "object-id": here.object_id(),
    }
    assert not any(secret in repr((given, logged)) for secret in words(given.tokens))
    assert ADA not in "\n".join(logged)


@pytest.mark.parametrize(
    ("allow", "scopes"),
    [
        ("", {"Calendars.Read"}),
        ("blocks", {"Calendars.ReadWrite"}),
        ("replies", {"Calendars.Read", "MailboxSettings.ReadWrite"}),
        ("status", {"Calendars.Read", "Presence.Read", "Presence.ReadWrite"}),
    ],
)
def test_each_feature_asks_for_its_own_scopes(here: MicrosoftOffice, allow: str, scopes: set[str]) -> None:
    granted = by_code(here, allow=allow).tokens.scopes
    assert granted - {"openid", "profile", "offline_access", "email"} == scopes


def test_a_code_on_another_device_signs_in(here: MicrosoftOffice) -> None:
    person = Person(here.clock, patience=3)
    given = sign_in(here, person, **{"device-code": "yes"})
    [(address, code)] = person.codes
    assert (address, len(code)) == (f"{here.base}/devicelogin", 9)
    assert given.account == ADA
    polls = [path for _, path in here.sent() if path.endswith("/token")]
    assert len(polls) == 3


def test_who_declines_is_not_connected(here: MicrosoftOffice) -> None:
    with pytest.raises(ReconnectNeededError, match="declined"):
        sign_in(here, Person(here.clock, decision="decline"))
    with pytest.raises(ReconnectNeededError, match="declined"):
        sign_in(here, Person(here.clock, decision="decline"), **{"device-code": "yes"})


def test_a_code_that_nobody_types_runs_out(here: MicrosoftOffice) -> None:
    with pytest.raises(DeepdayError, match="in time"):
        sign_in(here, Person(here.clock, patience=1000), **{"device-code": "yes"})


def test_somebody_who_comes_before_the_browser_is_turned_away(here: MicrosoftOffice) -> None:
    person = Person(here.clock, forged="guessed")
    assert sign_in(here, person).account == ADA
    assert person.refused == [404]


@pytest.mark.parametrize("interval", [0, -3, 10**9])
def test_a_senseless_interval_is_five_seconds(here: MicrosoftOffice, interval: int) -> None:
    here.face.state.device_interval = interval
    person = Person(here.clock)
    assert sign_in(here, person, **{"device-code": "yes"}).account == ADA
    assert person.waits == [5]


def test_an_unknown_application_is_named(here: MicrosoftOffice) -> None:
    with pytest.raises(InputError, match="AADSTS700016"):
        by_code(here, **{"client-id": DAEMON})


def test_an_app_without_public_flows_is_told_apart(here: MicrosoftOffice) -> None:
    here.face.state.register(App(CLIENT, public=False))
    with pytest.raises(InputError, match="AADSTS7000218"):
        by_code(here)


def test_an_unknown_tenant_is_wrong_input(here: MicrosoftOffice) -> None:
    with pytest.raises(InputError, match="tenant"):
        by_code(here, tenant="no-such-tenant.example")


def test_a_sign_in_service_that_is_down_is_asked_later(here: MicrosoftOffice) -> None:
    here.office.faults.add(Fault(FaultKind.STATUS, path="devicecode", status=503))
    with pytest.raises(RetryLaterError):
        by_code(here)


def test_a_personal_account_does_without_presence(here: MicrosoftOffice) -> None:
    given = sign_in(here, Person(here.clock, email=EVE), **{"device-code": "yes"})
    assert given.options["kind"] == "personal"
    assert any("Personal accounts" in note for note in given.notes)
    keeper = MemoryTokens(given.tokens, here.clock)
    with MicrosoftConnector().open_account(EVE, given.options, keeper, here.clock) as account:
        said = account.capabilities()
        assert Port.CALENDAR_READER in said.ports
        assert not {Port.PRESENCE_WRITER, Port.STATUS_WRITER} & said.ports
        assert any("personal accounts" in one.words for one in said.degraded)
        with pytest.raises(UnsupportedError, match="Personal"):
            account.read_presence()


def test_without_the_leave_to_read_nothing_is_announced(here: MicrosoftOffice) -> None:
    with here.opened(frozenset({"User.Read"}), allow="") as account:
        assert account.capabilities().ports == frozenset()


@pytest.mark.parametrize("scopes", [{"Calendars.Read"}, {"Calendars.ReadWrite"}])
def test_what_was_not_granted_is_not_announced(here: MicrosoftOffice, scopes: set[str]) -> None:
    with here.opened(frozenset(scopes)) as account:
        said = account.capabilities()
        assert (Port.EVENT_WRITER in said.ports) is ("Calendars.ReadWrite" in scopes)
        assert Port.AUTO_REPLY_WRITER not in said.ports
        missing = next(one.words for one in said.degraded if one.port is Port.AUTO_REPLY_WRITER)
        assert "MailboxSettings.ReadWrite" in missing
        with pytest.raises(ReconnectNeededError, match=r"MailboxSettings\.ReadWrite") as raised:
            account.read_auto_reply()
        assert raised.value.advice.endswith("--allow replies")


def test_tokens_are_renewed_once_and_kept_by_msal(here: MicrosoftOffice) -> None:
    given = by_code(here)
    keeper = MemoryTokens(given.tokens, here.clock)
    here.clock.advance(3000)
    here.sent()
    with MicrosoftConnector().open_account(ADA, given.options, keeper, here.clock) as account:
        for _ in range(3):
            account.capabilities()
        [calendar] = account.calendars()
    assert calendar.primary
    assert [path for _, path in here.sent() if path.endswith("/token")] == ["/common/oauth2/v2.0/token"]
    here.clock.advance(80 * 86_400)  # the refresh token that came with the renewal is what counts now
    with MicrosoftConnector().open_account(ADA, given.options, keeper, here.clock) as account:
        account.capabilities()
    here.clock.advance(80 * 86_400)
    with MicrosoftConnector().open_account(ADA, given.options, keeper, here.clock) as account:
        assert len(account.calendars()) == 1


def test_a_refused_token_is_renewed_and_the_request_sent_once_more(here: MicrosoftOffice) -> None:
    given = by_code(here)
    keeper = MemoryTokens(given.tokens, here.clock)
    here.office.tokens.expire(ADA)
    here.sent()
    with MicrosoftConnector().open_account(ADA, given.options, keeper, here.clock) as account:
        assert len(account.calendars()) == 1
    assert [path for _, path in here.sent() if path.endswith("calendars")] == ["/v1.0/me/calendars"] * 2


@pytest.mark.parametrize(
    ("number", "said"), [(50076, "multi-factor"), (53003, "Conditional Access"), (50173, "password")]
)
def test_a_grant_that_is_over_says_why(here: MicrosoftOffice, number: int, said: str) -> None:
    given = by_code(here)
    keeper = MemoryTokens(given.tokens, here.clock)
    here.face.state.interaction[ADA] = number
    here.clock.advance(4000)
    opened = MicrosoftConnector().open_account(ADA, given.options, keeper, here.clock)
    with listening() as logged, opened as account, pytest.raises(ReconnectNeededError, match=said) as raised:
        account.calendars()
    assert f"AADSTS{number}" in raised.value.what
    assert not any(secret in "\n".join([*logged, repr(raised.value)]) for secret in words(given.tokens))


def test_a_grant_unused_for_90_days_is_over(here: MicrosoftOffice) -> None:
    given = by_code(here)
    keeper = MemoryTokens(given.tokens, here.clock)
    here.clock.advance(91 * 86_400)
    opened = MicrosoftConnector().open_account(ADA, given.options, keeper, here.clock)
    with opened as account, pytest.raises(ReconnectNeededError, match="90 days"):
        account.calendars()


@pytest.mark.parametrize("text", ["", "{", "[]", "3"])
def test_a_cache_that_is_lost_means_signing_in_again(here: MicrosoftOffice, text: str) -> None:
    tokens = TokenSet(Secret("EwBold"), cache=Secret(text), expires_at=1)
    keeper = MemoryTokens(tokens, here.clock)
    opened = MicrosoftConnector().open_account(ADA, here.options(), keeper, here.clock)
    with opened as account, pytest.raises(ReconnectNeededError):
        account.capabilities()


def test_a_renewal_whose_answer_is_lost_is_no_dead_grant(here: MicrosoftOffice) -> None:
    given = by_code(here)
    keeper = MemoryTokens(given.tokens, here.clock)
    here.clock.advance(4000)
    with MicrosoftConnector().open_account(ADA, given.options, keeper, here.clock) as account:
        for kind in (FaultKind.RESET_BEFORE, FaultKind.RESET_AFTER):
            here.office.faults.add(Fault(kind, path="/token"))
            with pytest.raises(RetryLaterError):
                account.capabilities()
        assert Port.EVENT_WRITER in account.capabilities().ports  # the old refresh token is good still


# as an application


def test_an_application_signs_in_by_certificate(here: MicrosoftOffice, certificate: Mapping[str, str]) -> None:
    given = sign_in(here, Person(here.clock), **certificate)
    assert any("EVERY mailbox" in note and "RBAC for Applications" in note for note in given.notes)
    assert given.options["certificate"] == certificate["certificate"]
    assert "PRIVATE KEY" not in repr(given) + given.tokens.cache.reveal()
    keeper = MemoryTokens(given.tokens, here.clock)
    here.clock.advance(4000)
    with MicrosoftConnector().open_account(given.account, given.options, keeper, here.clock) as account:
        assert {Port.EVENT_WRITER, Port.PRESENCE_WRITER, Port.AUTO_REPLY_WRITER} <= account.capabilities().ports
        assert account.capabilities().ports <= satisfied(account)
        [calendar] = account.calendars()
        made = account.create_event(
            calendar.id, EventDraft("dd001block", "m", Interval(here.now(), here.now() + 60), "x")
        )
        page = account.event_changes(calendar.id, here.context())
        assert not page.more
        assert [(one.id, one.marker) for one in page.upserts] == [(made.id, "m")]
        assert account.find_event(calendar.id, "dd001block", "m") == made
        assert account.find_ours(calendar.id, here.context().window, "m") == [made]
        with pytest.raises(GoneError, match="default calendar"):
            account.event_changes(here.calendar(), here.context())
        assert any("default calendar" in one.words for one in account.capabilities().degraded)
        assert account.read_presence().empty
        assert not account.read_auto_reply().enabled


def test_an_application_that_may_not_reach_the_mailbox_is_told(
    here: MicrosoftOffice, certificate: Mapping[str, str]
) -> None:
    with pytest.raises(ReconnectNeededError, match="policy"):
        sign_in(here, Person(here.clock), **{**certificate, "user": here.object_id(EVE)})


def test_a_certificate_that_is_not_registered_is_told(here: MicrosoftOffice, certificate: Mapping[str, str]) -> None:
    here.face.state.register(App(DAEMON))
    with pytest.raises(InputError, match="AADSTS700027"):
        sign_in(here, Person(here.clock), **certificate)


@pytest.mark.parametrize("text", ["", "no pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_without_a_certificate_is_told_without_its_content(
    here: MicrosoftOffice, certificate: Mapping[str, str], tmp_path: Path, text: str
) -> None:
    (tmp_path / "app.pem").write_text(text)
    with pytest.raises(InputError) as raised:
        sign_in(here, Person(here.clock), **certificate)
    assert "AAAA" not in repr(raised.value)


def test_a_broken_key_is_told_without_its_content(
    here: MicrosoftOffice, certificate: Mapping[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "app.pem"
    first, _, rest = path.read_text().partition("-----BEGIN CERTIFICATE")
    path.write_text(first[:100] + "\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE" + rest)
    with pytest.raises(InputError, match="cannot be used") as raised:
        sign_in(here, Person(here.clock), **certificate)
    assert raised.value.__cause__ is None


def test_the_old_grant_is_explained() -> None:
    connector = MicrosoftConnector()
    assert "90 days" in connector.explain_refusal({}, 100 * 86_400)
    assert "password" in connector.explain_refusal({}, 86_400)
    assert "certificate" in connector.explain_refusal({"certificate": "file:x"}, 86_400)
