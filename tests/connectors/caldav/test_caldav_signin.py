"""Signing in: from an address and a password to the calendars."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from deepday.clock import SystemClock
from deepday.connect import AccountProvider, CalendarReader, EventWriter, Port, load
from deepday.connect.memory import MemoryTokens
from deepday.errors import InputError, ReconnectNeededError, RetryLaterError, UnsupportedError
from deepday.model import Secret, TokenSet
from deepday.testing import CalendarReaderContract, EventWriterContract, TurnedClock, listening
from deepday_caldav import CaldavConnector
from tests.connectors.caldav.caldav_office import PASSWORD, People, people
from tests.connectors.caldav.caldav_proxy import Answered, Asked, Behaviour, Proxy, Served


class Person:
    """Somebody who knows one password."""

    def __init__(self, password: str = PASSWORD) -> None:
        self.password = password
        self.told: list[str] = []

    def say(self, words: str) -> None:
        self.told.append(words)

    def ask_secret(self, question: str) -> Secret:
        self.told.append(question)
        return Secret(self.password)

    def open_page(self, address: str) -> None:
        raise AssertionError(address)

    def show_code(self, address: str, code: str) -> None:
        raise AssertionError(address, code)

    def wait(self, seconds: float) -> None:
        raise AssertionError(seconds)


def options(vendor: People, url: str = "", **more: str) -> dict[str, str]:
    defaults = {option.name: option.default for option in CaldavConnector().sign_in_options()}
    return {**defaults, "url": url or vendor.server.url, "user": vendor.user, **more}


def test_it_is_found_and_light() -> None:
    connector = load("caldav")
    assert isinstance(connector, AccountProvider)
    assert connector.title


def test_a_password_leads_to_the_calendars(vendor: People) -> None:
    connector, person = CaldavConnector(), Person()
    signed_in = connector.sign_in(options(vendor, allow="blocks"), person, vendor.clock)
    assert signed_in.account == f"{vendor.user} at 127.0.0.1"
    assert signed_in.tokens.access.reveal() == PASSWORD
    assert not signed_in.tokens.expires_at
    assert PASSWORD not in repr(signed_in)
    assert person.told == [f"Password of {vendor.user}:"]
    tokens = MemoryTokens(signed_in.tokens, vendor.clock)
    with connector.open_account(signed_in.account, signed_in.options, tokens, vendor.clock) as account:
        assert isinstance(account, CalendarReader)
        assert [calendar.id for calendar in account.calendars()] == [vendor.calendar()]
        assert account.capabilities().ports == {Port.CALENDAR_READER, Port.EVENT_WRITER}


def test_nothing_is_written_that_was_not_allowed(vendor: People) -> None:
    connector = CaldavConnector()
    signed_in = connector.sign_in(options(vendor), Person(), vendor.clock)
    tokens = MemoryTokens(signed_in.tokens, vendor.clock)
    with connector.open_account(signed_in.account, signed_in.options, tokens, vendor.clock) as account:
        assert account.capabilities().ports == {Port.CALENDAR_READER}
        assert isinstance(account, EventWriter)
        with pytest.raises(ReconnectNeededError) as refused:
            account.create_event(vendor.calendar(), EventWriterContract().draft(vendor))
    assert "--allow blocks" in refused.value.advice
    assert vendor.events() == []


def test_a_wrong_password_is_said_to_be_wrong(vendor: People) -> None:
    with listening() as logged, pytest.raises(ReconnectNeededError) as refused:
        CaldavConnector().sign_in(options(vendor), Person("canary-wrong"), vendor.clock)
    assert "canary-wrong" not in f"{refused.value!r} {refused.value.advice} {logged}"
    assert [status for _, _, status in vendor.server.exchanges] == [301, 401]


def test_a_password_that_ends_later_ends_the_account(vendor: People) -> None:
    with vendor.account() as account:
        vendor.change_password("another")
        with pytest.raises(ReconnectNeededError):
            account.calendars()
        vendor.server.asked()
        with pytest.raises(ReconnectNeededError):
            account.calendars()
        assert vendor.server.asked() == []


def test_the_secret_may_be_a_reference(vendor: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALDAV_SECRET", PASSWORD)
    person = Person()
    signed_in = CaldavConnector().sign_in(options(vendor, password="env:CALDAV_SECRET"), person, vendor.clock)
    assert signed_in.tokens.access.reveal() == PASSWORD
    assert person.told == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": ""}, "missing"),
        ({"url": "ftp://example.com"}, "invalid"),
        ({"url": "http://dav.example.com/"}, "http"),
        ({"url": "https://ada:secret@dav.example.com/"}, "more than"),
        ({"url": "https://dav.example.com:x/"}, "invalid"),
        ({"url": "https://[::1/"}, "invalid"),
        ({"user": " "}, "user"),
        ({"allow": "status"}, "calendars only"),
        ({"password": "canary-in-the-open"}, "reference"),
        ({"url": "https://apidata.googleusercontent.com/caldav/v2/"}, "Google"),
    ],
)
def test_options_that_cannot_be_are_refused(given: Mapping[str, str], words: str, vendor: People) -> None:
    with pytest.raises(InputError, match=words) as refused:
        CaldavConnector().sign_in({**options(vendor), **given}, Person(), vendor.clock)
    assert "secret@" not in f"{refused.value!r}{refused.value.advice}"
    assert "canary" not in f"{refused.value!r}{refused.value.advice}"


@pytest.mark.parametrize("path", ["/", "", "/.well-known/caldav", "/nowhere/", "{calendar}"])
def test_any_of_the_usual_addresses_leads_there(path: str, vendor: People) -> None:
    address = vendor.server.url + path.replace("{calendar}", vendor.calendar())
    signed_in = CaldavConnector().sign_in(options(vendor, address), Person(), vendor.clock)
    assert signed_in.options["home"].startswith(vendor.server.url)


def at_well_known(answer: Answered) -> Behaviour:
    def behave(asked: Asked, server: Served) -> Answered:
        return answer if asked.path == "/.well-known/caldav" else server(asked)

    return behave


def test_a_redirect_on_the_same_host_is_followed(vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = at_well_known(Answered(301, {"location": "/"}, b""))
    assert CaldavConnector().sign_in(options(vendor, proxy.url), Person(), vendor.clock).options["home"]


def test_the_password_goes_to_no_other_host(vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = at_well_known(Answered(301, {"location": f"{vendor.server.url}/"}, b""))
    vendor.server.asked()
    with pytest.raises(InputError, match="another address"):
        CaldavConnector().sign_in(options(vendor, proxy.url), Person(), vendor.clock)
    assert vendor.server.asked() == []


def test_redirects_end(vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = lambda *_: Answered(301, {"location": "/again"}, b"")
    with pytest.raises(InputError, match="does not speak CalDAV"):
        CaldavConnector().sign_in(options(vendor, proxy.url), Person(), vendor.clock)
    assert len(proxy.log) < 20


@pytest.mark.parametrize("status", [200, 404, 405, 501])
def test_what_is_no_caldav_server_is_said_to_be_none(status: int, vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = lambda *_: Answered(status, {"content-type": "text/html"}, b"<html><body>canary</body></html>")
    with pytest.raises(InputError, match="does not speak CalDAV"):
        CaldavConnector().sign_in(options(vendor, proxy.url), Person(), vendor.clock)


def test_a_server_that_is_down_is_not_taken_for_another(vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = lambda *_: Answered(503, {"retry-after": "30"}, b"")
    with pytest.raises(RetryLaterError):
        CaldavConnector().sign_in(options(vendor, proxy.url), Person(), vendor.clock)


def test_a_home_on_another_host_is_refused(vendor: People, proxy: Proxy) -> None:
    def elsewhere(asked: Asked, server: Served) -> Answered:
        answered = server(asked)
        moved = answered.body.replace(
            b"<C:calendar-home-set><href>/", b"<C:calendar-home-set><href>https://evil.example.com/"
        )
        return Answered(answered.status, answered.headers, moved)

    proxy.behaviour = elsewhere
    with pytest.raises(UnsupportedError, match="another host"):
        CaldavConnector().sign_in(options(vendor, proxy.url), Person(), vendor.clock)


def test_a_user_without_calendars_is_told_so(vendor: People) -> None:
    vendor.delete_event(vendor.calendar())
    with pytest.raises(InputError, match="no calendar"):
        CaldavConnector().sign_in(options(vendor), Person(), vendor.clock)


@contextmanager
def demanding_digest(proxy: Proxy) -> Iterator[list[str]]:
    """Let the server want Digest (RFC 7616), checked by its shape; the real one behind still gets Basic."""
    seen: list[str] = []

    def behave(asked: Asked, server: Served) -> Answered:
        proof = asked.headers.get("authorization", "")
        seen.append(proof.partition(" ")[0])
        if not proof.startswith("Digest "):
            challenge = 'Digest realm="dav", nonce="abc", qop="auth", algorithm=MD5'
            return Answered(401, {"www-authenticate": challenge}, b"")
        assert PASSWORD not in proof
        return server(Asked(asked.method, asked.path, {**asked.headers, "authorization": proxy.basic}, asked.body))

    proxy.behaviour = behave
    yield seen


def test_digest_is_spoken_where_the_server_wants_it(vendor: People, proxy: Proxy) -> None:
    proxy.sign_in_as(vendor.user, PASSWORD)
    with vendor.account(proxy.url) as account, demanding_digest(proxy) as seen:
        copy = CalendarReaderContract().replica(account, vendor)
        vendor.add_event(CalendarReaderContract().hour(vendor, 1))
        copy.read()
        assert len(copy.times()) == 1
    assert seen == ["Basic", "Digest", "Digest", "Digest"]


def test_the_clocks_are_compared(vendor: People) -> None:
    with vendor.account() as account:
        assert account.clock_skew() is None
        account.calendars()
        ahead = SystemClock().now().timestamp() - vendor.now()
        assert account.clock_skew() == pytest.approx(ahead, abs=5)


def test_a_refusal_is_explained() -> None:
    connector = CaldavConnector()
    assert "App-Specific" in connector.explain_refusal({"server": "iCloud"}, 86_400)
    assert connector.explain_refusal({}, 0)


def test_the_primary_calendar_is_the_one_for_invitations(vendor: People, proxy: Proxy) -> None:
    with people(vendor.server, "work", "private") as user, user.account(proxy.url, inbox="/inbox/") as account:
        inbox = (
            '<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/inbox/</href><propstat>'
            f"<prop><C:schedule-default-calendar-URL><href>{user.path_of('work')}</href>"
            "</C:schedule-default-calendar-URL></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
            "</multistatus>"
        ).encode()
        proxy.behaviour = lambda asked, server: Answered(207, {}, inbox) if asked.path == "/inbox/" else server(asked)
        assert {one.name: one.primary for one in account.calendars()} == {"Private": False, "Work": True}
    with people(vendor.server, "work", "private") as user, user.account() as account:
        assert {one.name: one.primary for one in account.calendars()} == {"Private": True, "Work": False}


def test_tokens_of_another_sign_in_are_taken_at_once(vendor: People) -> None:
    clock = TurnedClock()

    class Keeper(MemoryTokens):
        def renewed(self, refused: TokenSet, refresh: object) -> TokenSet:
            del refused, refresh
            return TokenSet(access=Secret("another"))

    vendor.change_password("another")
    settings = CaldavConnector().sign_in(options(vendor), Person("another"), vendor.clock).options
    with CaldavConnector().open_account("", settings, Keeper(vendor.tokens(), clock), clock) as account:
        assert isinstance(account, CalendarReader)
        assert len(account.calendars()) == 1
