"""Answers that leave something open: nothing is taken for deleted that the server did not say is gone."""

import re
from collections.abc import Iterator

import pytest

from deepday.connect import CalendarReader
from deepday.connect.http import Answer
from deepday.errors import (
    ConflictError,
    CursorGoneError,
    DeepdayError,
    FatalError,
    GoneError,
    ReconnectNeededError,
    RetryLaterError,
    UnsupportedError,
)
from deepday.testing import CalendarReaderContract, Replica
from deepday.testing.writing import MARKER
from deepday_caldav.account import CaldavAccount
from deepday_caldav.errors import refused_read
from tests.connectors.caldav.caldav_office import People
from tests.connectors.caldav.caldav_proxy import Answered, Asked, Behaviour, Proxy, Served

SUITE = CalendarReaderContract()
ROW = r"(?s)<response>\s*<href>[^<]*{}</href>.*?</response>"


@pytest.fixture(params=["tokens", "etags"])
def reader(request: pytest.FixtureRequest, vendor: People, proxy: Proxy) -> Iterator[CaldavAccount]:
    """The account through the proxy, once as a server that keeps count and once as one that does not."""
    with vendor.account(proxy.url, server="SOGo" if request.param == "etags" else "") as account:
        yield account


@pytest.fixture
def etags(vendor: People, proxy: Proxy) -> Iterator[CaldavAccount]:
    with vendor.account(proxy.url, server="SOGo") as account:
        yield account


def lists(asked: Asked) -> bool:
    """Tell whether this asks which objects there are, or which of them changed."""
    return b"sync-collection" in asked.body or (asked.method, asked.headers.get("depth")) == ("PROPFIND", "1")


def fetches(asked: Asked) -> bool:
    return b"multiget" in asked.body


def rewriting(asks: str, pattern: str, text: str) -> Behaviour:
    """Return a server whose lists, or whose objects, read otherwise."""

    def behave(asked: Asked, server: Served) -> Answered:
        answered = server(asked)
        if not (lists(asked) if asks == "lists" else fetches(asked)):
            return answered
        return Answered(answered.status, answered.headers, re.sub(pattern, text, answered.body.decode()).encode())

    return behave


def refused(path: str, status: int) -> str:
    return f"<response><href>{path}</href><status>HTTP/1.1 {status} No</status></response>"


def failing(asks: str, path: str, status: int) -> Behaviour:
    """Return a server that cannot tell of one object."""
    return rewriting(asks, ROW.format(re.escape(path.rpartition("/")[2])), refused(path, status))


def adding(row: str) -> Behaviour:
    """Return a server that gives two objects of its list at most, and then that row."""

    def behave(asked: Asked, server: Served) -> Answered:
        answered = server(asked)
        if not lists(asked):
            return answered
        before, *rows, after = re.split(r"(?s)(<response>.*?</response>)", answered.body.decode())
        return Answered(answered.status, answered.headers, "".join((before, *rows[:3], row, after)).encode())

    return behave


def copied(account: CalendarReader, vendor: People, many: int = 3) -> tuple[Replica, list[str]]:
    handles = SUITE.fill(vendor, many)
    copy = SUITE.replica(account, vendor)
    copy.read()
    assert sorted(copy.objects) == sorted(handles)
    return copy, handles


@pytest.mark.parametrize("status", [302, 403, 500, 503])
def test_an_object_that_the_list_cannot_tell_of_keeps_its_place(
    status: int, etags: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy, (first, second, third) = copied(etags, vendor)
    before = copy.objects[second]
    vendor.move_event(second, SUITE.hour(vendor, 9))
    vendor.delete_event(third)
    proxy.behaviour = failing("lists", second, status)
    pages = copy.read()
    assert copy.objects == {first: copy.objects[first], second: before}
    assert [skipped.where for page in pages for skipped in page.skipped] == [second.rpartition("/")[2]]
    assert f"({status})" in pages[-1].skipped[0].reason
    proxy.reset()
    copy.read()
    assert copy.times() == SUITE.expected(vendor)


def test_a_change_that_is_listed_with_an_error_is_asked_for_by_itself(
    account: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy, handles = copied(account, vendor)
    vendor.move_event(handles[1], SUITE.hour(vendor, 9))
    proxy.behaviour = failing("lists", handles[1], 500)
    assert copy.read()[-1].skipped == ()
    assert copy.times() == SUITE.expected(vendor)


@pytest.mark.parametrize("status", [404, 410])
def test_an_object_that_is_said_to_be_gone_is_removed(
    status: int, reader: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy, handles = copied(reader, vendor)
    vendor.move_event(handles[1], SUITE.hour(vendor, 9))
    proxy.behaviour = failing("lists", handles[1], status)
    copy.read()
    assert sorted(copy.objects) == sorted({*handles} - {handles[1]})


def test_a_list_that_was_cut_removes_nothing(etags: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    copy, handles = copied(etags, vendor)
    vendor.move_event(handles[0], SUITE.hour(vendor, 9))
    proxy.behaviour = adding(refused(vendor.calendar(), 507))
    with pytest.raises(RetryLaterError, match="part"):
        copy.read()
    assert sorted(copy.objects) == sorted(handles)
    proxy.reset()
    copy.read()
    assert copy.times() == SUITE.expected(vendor)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (refused("{calendar}", 500), RetryLaterError),
        (refused("{calendar}", 403), ReconnectNeededError),
        (refused("{calendar}", 404), GoneError),
        (refused("{calendar}", 304), FatalError),
        ("<response><status>HTTP/1.1 500 No</status></response>", RetryLaterError),
        ("<response><href/><status>HTTP/1.1 500 No</status></response>", RetryLaterError),
    ],
)
def test_an_error_about_the_whole_list_is_that_of_the_reading(
    row: str, error: type[DeepdayError], reader: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy, handles = copied(reader, vendor)
    vendor.move_event(handles[0], SUITE.hour(vendor, 9))
    proxy.behaviour = adding(row.format(calendar=vendor.calendar()))
    with pytest.raises(error):
        copy.read()
    assert sorted(copy.objects) == sorted(handles)


def test_a_list_of_nothing_is_no_list(etags: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    copy, handles = copied(etags, vendor)
    vendor.move_event(handles[0], SUITE.hour(vendor, 9))
    proxy.behaviour = rewriting("lists", r"(?s)<response>.*</response>", "")
    with pytest.raises(FatalError):
        copy.read()
    assert sorted(copy.objects) == sorted(handles)


def test_a_list_of_calendars_that_was_cut_is_no_list(account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = adding(refused(vendor.calendar(), 507))
    with pytest.raises(RetryLaterError):
        account.calendars()


NO_DATA = "<response><href>{}</href><propstat><prop/><status>HTTP/1.1 200 OK</status></propstat></response>"


@pytest.mark.parametrize("row", [refused("{}", 403), NO_DATA, ""], ids=["403", "without data", "silence"])
def test_an_object_that_is_listed_but_not_given_keeps_its_place(
    row: str, reader: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy, handles = copied(reader, vendor)
    changed = handles[1]
    before = copy.objects[changed]
    vendor.move_event(changed, SUITE.hour(vendor, 9))
    proxy.behaviour = rewriting("objects", ROW.format(re.escape(changed.rpartition("/")[2])), row.format(changed))
    pages = copy.read()
    assert [page.removals for page in pages] == [()]
    assert [skipped.where for page in pages for skipped in page.skipped] == [changed.rpartition("/")[2]]
    assert copy.objects[changed] == before


def test_by_etags_what_was_not_given_is_given_later(etags: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    copy, handles = copied(etags, vendor)
    vendor.move_event(handles[1], SUITE.hour(vendor, 9))
    proxy.behaviour = failing("objects", handles[1], 403)
    copy.read()
    proxy.reset()
    copy.read()
    assert copy.times() == SUITE.expected(vendor)


def test_an_event_that_may_not_be_seen_is_not_taken_for_none(
    account: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    path = f"{vendor.calendar()}deepday-fault0000.ics"
    proxy.behaviour = failing("objects", path, 403)
    with pytest.raises(UnsupportedError):
        account.find_event(vendor.calendar(), "fault0000", MARKER)


def test_a_search_that_was_cut_is_no_answer(account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    def cut(asked: Asked, server: Served) -> Answered:
        answered = server(asked)
        if b"calendar-query" not in asked.body:
            return answered
        row = refused(vendor.calendar(), 507).encode()
        return Answered(207, answered.headers, b'<multistatus xmlns="DAV:">' + row + b"</multistatus>")

    proxy.behaviour = cut
    with pytest.raises(RetryLaterError):
        account.find_ours(vendor.calendar(), SUITE.context(vendor).window, MARKER)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepday_caldav.reading.PAGE", 3)


WITHOUT_ETAGS = r"<getetag>[^<]*</getetag>"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("pattern", [WITHOUT_ETAGS, rf"{WITHOUT_ETAGS}|<(\w+:)?getctag>[^<]*</(\w+:)?getctag>"])
def test_a_server_without_etags_gives_each_object_once_in_a_round(
    pattern: str, etags: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    proxy.behaviour = rewriting("lists", pattern, "")
    handles = SUITE.fill(vendor, 8)
    copy = SUITE.replica(etags, vendor)
    pages = copy.read()
    assert [upsert.id for page in pages for upsert in page.upserts] == sorted(handles)
    assert [page.more for page in pages] == [True, True, False]
    vendor.delete_event(handles[0])
    vendor.move_event(handles[7], SUITE.hour(vendor, 20))
    copy.read()
    assert copy.times() == SUITE.expected(vendor)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("pattern", [WITHOUT_ETAGS, "no such text"], ids=["without etags", "with etags"])
def test_what_changes_behind_a_round_comes_with_the_next(
    pattern: str, etags: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    proxy.behaviour = rewriting("lists", pattern, "")
    handles = SUITE.fill(vendor, 8)
    copy = SUITE.replica(etags, vendor)
    copy.read_page()
    vendor.move_event(handles[0], SUITE.hour(vendor, 20))
    copy.read()
    copy.read()
    assert copy.times() == SUITE.expected(vendor)


@pytest.mark.usefixtures("small")
def test_objects_that_are_never_given_do_not_hold_a_reading_up(
    etags: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    handles = SUITE.fill(vendor, 5)
    gone = ROW.format("object[0-9]+[.]ics")
    proxy.behaviour = rewriting("objects", gone, "")
    pages = SUITE.replica(etags, vendor).read()
    assert [len(page.skipped) for page in pages] == [3, 2]
    assert [skipped.where for page in pages for skipped in page.skipped] == [one.rpartition("/")[2] for one in handles]


def refusing(status: int, body: bytes = b"") -> Behaviour:
    """Return a server that no longer takes a token, and does not say that this is why."""

    def behave(asked: Asked, server: Served) -> Answered:
        follows = b"sync-collection" in asked.body and re.search(rb"sync-token>[^<]", asked.body)
        return Answered(status, {}, body) if follows else server(asked)

    return behave


SABRE = b'<d:error xmlns:d="DAV:" xmlns:s="urn:s"><s:exception>Forbidden</s:exception></d:error>'


@pytest.mark.parametrize("body", [b"", SABRE, b"<html>no</html>"], ids=["empty", "sabre", "html"])
@pytest.mark.parametrize("status", [403, 409, 410, 412])
def test_a_refused_token_is_dead_where_the_calendar_answers(
    status: int, body: bytes, account: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy, handles = copied(account, vendor)
    vendor.delete_event(handles[0])
    proxy.behaviour = refusing(status, body)
    proxy.asked()
    with pytest.raises(CursorGoneError):
        copy.read()
    assert proxy.asked() == ["REPORT", "PROPFIND"]
    again = SUITE.replica(account, vendor)
    again.read()
    assert again.times() == SUITE.expected(vendor)


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, ReconnectNeededError), (404, GoneError), (410, GoneError), (409, ConflictError), (412, ConflictError)],
)
def test_a_calendar_that_refuses_everything_is_not_a_dead_token(
    status: int, error: type[DeepdayError], account: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy, _ = copied(account, vendor)
    proxy.behaviour = lambda _, __: Answered(status, {}, b"")
    for cursor in (copy.cursor, None):
        with pytest.raises(error) as raised:
            account.event_changes(vendor.calendar(), SUITE.context(vendor), cursor)
        assert not isinstance(raised.value, CursorGoneError)


def test_missing_privileges_are_not_a_dead_token(account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    copy, _ = copied(account, vendor)
    proxy.behaviour = refusing(403, b'<error xmlns="DAV:"><need-privileges/></error>')
    with pytest.raises(ReconnectNeededError):
        copy.read()


def test_reports_that_are_refused_with_and_without_token_end_in_signing_in_again(
    account: CaldavAccount, vendor: People, proxy: Proxy
) -> None:
    copy, _ = copied(account, vendor)

    def behave(asked: Asked, server: Served) -> Answered:
        return Answered(403, {}, b"") if b"sync-collection" in asked.body else server(asked)

    proxy.behaviour = behave
    with pytest.raises(CursorGoneError):
        copy.read()
    with pytest.raises(ReconnectNeededError):
        SUITE.replica(account, vendor).read()


def test_without_a_token_the_statuses_mean_what_they_say(vendor: People) -> None:
    error = refused_read(Answer(410, {}, b""), "h", vendor.clock.now())
    assert type(error) is GoneError
