"""The contract of reading in small pages, without sync tokens, and from servers that cut their answers."""

import re
from collections.abc import Iterator

import pytest

from deepday.connect import CalendarReader
from deepday.connect.http import Limits
from deepday.errors import CursorGoneError, FatalError, UnsupportedError
from deepday.testing import CalendarReaderContract
from deepday.testing.vendor import CalendarVendor
from deepday_caldav.account import CaldavAccount
from tests.connectors.caldav.caldav_office import People, event_text
from tests.connectors.caldav.caldav_proxy import Answered, Asked, Behaviour, Proxy, Served

HEAD = '<multistatus xmlns="DAV:">'


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepday_caldav.reading.PAGE", 3)
    monkeypatch.setattr("deepday_caldav.finding.BATCH", 2)


@pytest.mark.usefixtures("small")
class TestSmallPages(CalendarReaderContract):
    def test_there_are_several(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        self.fill(vendor)
        pages = self.replica(connector, vendor).read()
        assert [len(page.upserts) for page in pages] == [3, 3, 2]


@pytest.mark.usefixtures("small")
class TestEtags(CalendarReaderContract):
    """A server whose tokens are not to be trusted: deepday keeps count, in its cursor."""

    @pytest.fixture
    def connector(self, vendor: People) -> Iterator[CaldavAccount]:
        with vendor.account(server="SOGo") as account:
            yield account

    def test_a_dead_cursor_is_said_to_be_dead(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """There is none here: whatever the server forgets, the cursor holds what is needed."""
        self.fill(vendor)
        copy = self.replica(connector, vendor)
        copy.read()
        vendor.kill_cursors()
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_no_token_is_asked_for(self, connector: CalendarReader, vendor: People) -> None:
        self.fill(vendor)
        vendor.server.asked()
        copy = self.replica(connector, vendor)
        copy.read()
        assert len(vendor.server.asked()) == 1 + 3 + (2 + 2 + 1)  # look, list for each page, and fetch in pairs
        copy.read()
        assert vendor.server.asked() == ["PROPFIND"]


def cutting(most: int) -> Behaviour:
    """Return a server that gives at most so many changes at a time, and then says 507 (RFC 6578, 3.6)."""

    def behave(asked: Asked, server: Served) -> Answered:
        if b"sync-collection" not in asked.body or asked.method != "REPORT":
            return server(asked)
        body = asked.body.decode()
        at = int(match[1]) if (match := re.search(r"#(\d+)</", body)) else 0
        answered = server(Asked(asked.method, asked.path, asked.headers, re.sub(r"#\d+</", "</", body).encode()))
        if answered.status != 207:
            return answered
        text = answered.body.decode()
        rows = sorted(re.findall(r"<response>.*?</response>", text, re.DOTALL))
        if len(rows) - at <= most:
            kept, token = rows[at:], (re.findall(r"<sync-token>(.*?)</sync-token>", text) or [""])[0]
        else:
            own = f"<response><href>{asked.path}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"
            given = re.search(r"sync-token>(.*?)(?:#\d+)?</", body)
            kept = [*rows[at : at + most], own]
            token = f"{given[1] if given else ''}#{at + most}"
        cut = f"{HEAD}{''.join(kept)}<sync-token>{token}</sync-token></multistatus>"
        return Answered(207, answered.headers, cut.encode())

    return behave


class TestCutAnswers(CalendarReaderContract):
    @pytest.fixture
    def connector(self, account: CaldavAccount, proxy: Proxy) -> CaldavAccount:
        proxy.behaviour = cutting(3)
        return account

    def test_what_changes_while_it_is_read_is_not_lost(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        del connector, vendor
        pytest.skip("the cut is made up in the proxy, which does not remember what changed meanwhile")

    def test_the_parts_are_pages(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        self.fill(vendor)
        copy = self.replica(connector, vendor)
        assert [(len(page.upserts), page.more) for page in copy.read()] == [(3, True), (3, True), (2, False)]
        assert copy.times() == self.expected(vendor)

    def test_a_server_that_goes_round_in_circles_is_told_so(
        self, connector: CalendarReader, vendor: CalendarVendor, proxy: Proxy
    ) -> None:
        self.fill(vendor)

        def same(asked: Asked, server: Served) -> Answered:
            if b"sync-collection" not in asked.body:
                return server(asked)
            row = f"<response><href>{asked.path}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"
            return Answered(207, {}, f"{HEAD}{row}<sync-token>same</sync-token></multistatus>".encode())

        proxy.behaviour = same
        with pytest.raises(FatalError, match="again"):
            self.replica(connector, vendor).read()


def refusing(status: int, *conditions: str) -> Behaviour:
    """Return a server that refuses to say what changed."""
    inner = "".join(f"<{name}/>" for name in conditions)

    def behave(asked: Asked, server: Served) -> Answered:
        if b"sync-collection" in asked.body and asked.method == "REPORT":
            return Answered(status, {}, f'<error xmlns="DAV:">{inner}</error>'.encode() if inner else b"")
        return server(asked)

    return behave


class TestRefusals(CalendarReaderContract):
    """A server that announces sync-collection and then refuses it: the etags are listed."""

    @pytest.fixture
    def connector(self, account: CaldavAccount, proxy: Proxy) -> CaldavAccount:
        proxy.behaviour = refusing(405)
        return account

    def test_a_dead_cursor_is_said_to_be_dead(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        del connector, vendor
        pytest.skip("there are no cursors of the server's")


@pytest.mark.parametrize("status", [403, 409, 412])
def test_a_dead_token_is_known_by_its_condition(
    status: int, account: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy = CalendarReaderContract().replica(account, vendor)
    copy.read()
    proxy.behaviour = refusing(status, "valid-sync-token")
    with pytest.raises(CursorGoneError):
        copy.read()


@pytest.mark.parametrize(("status", "kind"), [(418, "Nextcloud"), (412, "Xandikos")])
def test_some_servers_say_it_otherwise(status: int, kind: str, vendor: People, proxy: Proxy) -> None:
    with vendor.account(proxy.url, server=kind) as account:
        copy = CalendarReaderContract().replica(account, vendor)
        copy.read()
        proxy.behaviour = refusing(status)
        with pytest.raises(CursorGoneError):
            copy.read()


def test_following_a_token_never_turns_into_a_full_reading(
    account: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy = CalendarReaderContract().replica(account, vendor)
    copy.read()
    proxy.asked()
    proxy.behaviour = refusing(405)
    with pytest.raises((FatalError, UnsupportedError)):
        copy.read()
    assert proxy.asked() == ["REPORT"]


def test_a_cursor_of_another_window_or_calendar_is_dead(connector: CaldavAccount, vendor: People) -> None:
    suite = CalendarReaderContract()
    copy = suite.replica(connector, vendor)
    cursor = copy.read()[-1].cursor
    context = suite.context(vendor)
    vendor.pass_time(86_400)
    for calendar, seen in ((vendor.calendar(), suite.context(vendor)), ("/other/", context)):
        with pytest.raises(CursorGoneError):
            connector.event_changes(calendar, seen, cursor)


def test_an_object_that_is_too_large_is_left_out_and_said_so(vendor: People) -> None:
    suite = CalendarReaderContract()
    suite.fill(vendor, 5)
    large = vendor.put(event_text("large", suite.hour(vendor, 9), "x" * 200_000))
    with vendor.account(limits=Limits(size=100_000)) as account:
        copy = suite.replica(account, vendor)
        pages = copy.read()
    assert [skipped.reason for page in pages for skipped in page.skipped] == ["It is too large to read."]
    assert copy.objects[large] == ()
    assert len(copy.times()) == 5


def test_what_the_server_passes_over_in_silence_is_asked_for_again(
    account: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    suite = CalendarReaderContract()
    suite.fill(vendor, 4)

    def forgetful(asked: Asked, server: Served) -> Answered:
        answered = server(asked)
        if b"multiget" not in asked.body or asked.body.count(b"href>") < 4:
            return answered
        return Answered(207, answered.headers, re.sub(rb"(?s)<response>.*?</response>", b"", answered.body, count=1))

    proxy.behaviour = forgetful
    copy = suite.replica(account, vendor)
    proxy.asked()
    copy.read()
    assert proxy.asked() == ["PROPFIND", "REPORT", "REPORT", "REPORT"]
    assert copy.times() == suite.expected(vendor)


def test_what_was_cancelled_is_left_out(connector: CaldavAccount, vendor: People) -> None:
    suite = CalendarReaderContract()
    handle = vendor.put(event_text("off", suite.hour(vendor, 1), "Off", "STATUS:CANCELLED"))
    copy = suite.replica(connector, vendor)
    copy.read()
    assert copy.objects[handle] == ()
