"""Reading by delta: requests, series that pages cut in pieces, cursors that outlive the process, links."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deepday.connect import ReadContext
from deepday.connect.http import Limits
from deepday.errors import CursorGoneError, FatalError, GoneError, RetryLaterError, UnsupportedError
from deepday.model import CalendarEvent, Cursor, DateRange, EventDraft, Interval
from deepday.testing import Replica
from deepday_microsoft.account import MicrosoftAccount
from deepday_microsoft.part import Tuning
from deepday_sandbox.office import Entry, Fault, FaultKind, Timed
from tests.connectors.microsoft.microsoft_office import ADA, EARLIER, EVE, MicrosoftOffice, serve

HOUR, DAY = 3600, 86_400


@pytest.fixture
def here() -> Iterator[MicrosoftOffice]:
    with serve() as office:
        yield office


def hour(office: MicrosoftOffice, number: int) -> Interval:
    start = office.now() // DAY * DAY + DAY + number * HOUR
    return Interval(start, start + HOUR)


def daily(office: MicrosoftOffice, many: int, number: int = 0) -> list[Interval]:
    first = hour(office, number)
    return [Interval(first.start + day * DAY, first.end + day * DAY) for day in range(many)]


def read_apart(office: MicrosoftOffice, context: ReadContext, page: int, copy: dict[str, Any], text: str = "") -> str:
    """Read to the end, each page by another process: nothing but the cursor's text is handed on."""
    more = True
    while more:
        with office.opened(tuning=Tuning(page=page)) as account:
            found = account.event_changes(office.calendar(), context, Cursor(text) if text else None)
        for upsert in found.upserts:
            copy[upsert.id] = upsert.events
        for name in found.removals:
            copy.pop(name, None)
        text, more = found.cursor.text, found.more
    return text


def starts(copy: dict[str, tuple[CalendarEvent, ...]]) -> list[int]:
    found = [event.when for events in copy.values() for event in events]
    return sorted(when.start for when in found if isinstance(when, Interval))


@pytest.mark.parametrize("page", [1, 2, 3, 7])
def test_series_survive_pages_and_restarts(here: MicrosoftOffice, page: int) -> None:
    here.add_event(hour(here, 1))
    first = here.add_series(daily(here, 5, 2))
    here.add_event(hour(here, 5))
    here.add_series(daily(here, 4, 7))
    context = here.context()
    copy: dict[str, Any] = {}
    text = read_apart(here, context, page, copy)
    assert starts(copy) == [when.start for when, _ in here.events()]
    here.delete_occurrence(first, 2)
    here.move_event(first, hour(here, 20))
    here.add_series(daily(here, 3, 9))
    read_apart(here, context, page, copy, text)
    assert starts(copy) == [when.start for when, _ in here.events()]
    assert len(copy) == 5


def test_a_series_that_fits_its_page_costs_nothing_more(here: MicrosoftOffice) -> None:
    here.add_series(daily(here, 20))
    here.add_event(hour(here, 5))
    with here.opened() as account:
        here.sent()
        Replica(account, here.calendar(), here.context()).read()
    assert len(here.sent()) == 1


def test_series_cut_by_pages_cost_one_more_round_together(here: MicrosoftOffice) -> None:
    here.add_series(daily(here, 14))
    here.add_series(daily(here, 10, 3))
    with here.opened(tuning=Tuning(page=10)) as account:
        here.sent()
        copy = Replica(account, here.calendar(), here.context())
        copy.read()
        assert copy.times() == [when for when, _ in here.events()]
        assert [path.rsplit("/", 1)[-1] for _, path in here.sent()] == ["delta"] * 6
        copy.read()
        assert len(here.sent()) == 1


def test_nothing_changed_in_five_calendars_is_one_request(here: MicrosoftOffice) -> None:
    calendars = [here.calendar(), *(here.side_calendar(f"side-{number}") for number in range(4))]
    here.add_event(hour(here, 1))
    with here.opened() as account:
        copies = [Replica(account, calendar, here.context()) for calendar in calendars]
        for copy in copies:
            copy.read()
        here.sent()
        account.prefetch(
            [(name, here.context(), copy.cursor) for name, copy in zip(calendars, copies, strict=True) if copy.cursor]
        )
        for copy in copies:
            assert copy.read()[-1].upserts == ()
        assert here.sent() == [("POST", "/v1.0/$batch")]
        here.add_event(hour(here, 2))
        copies[0].read()  # what was fetched together is served once
        assert copies[0].times() == [hour(here, 1), hour(here, 2)]
        assert len(here.sent()) == 1


def test_twenty_one_calendars_are_two_requests(here: MicrosoftOffice) -> None:
    calendars = [here.calendar(), *(here.side_calendar(f"side-{number}") for number in range(20))]
    with here.opened() as account:
        wanted = []
        for name in calendars:
            page = account.event_changes(name, here.context())
            wanted.append((name, here.context(), page.cursor))
        here.sent()
        account.prefetch(wanted)
        for name, context, cursor in wanted:
            assert not account.event_changes(name, context, cursor).more
    assert len(here.sent()) == 2


def test_what_a_batch_was_refused_is_asked_for_later_and_singly() -> None:
    with serve(next(EARLIER)) as here, here.opened() as account:
        calendars = [here.calendar(), here.side_calendar("side")]
        context = here.context()
        cursors = [account.event_changes(name, context).cursor for name in calendars]
        here.add_event(hour(here, 1), calendar="side")
        fault = Fault(FaultKind.STATUS, path=r"delta\?.*token", status=429, headers={"Retry-After": "2.5"})
        here.office.faults.add(fault)
        here.sent()
        account.prefetch([(name, context, cursor) for name, cursor in zip(calendars, cursors, strict=True)])
        assert fault.times == 0
        with pytest.raises(RetryLaterError) as raised:
            account.event_changes(calendars[0], context, cursors[0])
        assert raised.value.after == pytest.approx(2.5)
        assert len(account.event_changes(calendars[1], context, cursors[1]).upserts) == 1
        assert len(here.sent()) == 1
        here.clock.advance(3)
        assert account.event_changes(calendars[0], context, cursors[0]).upserts == ()
        assert len(here.sent()) == 1


def test_a_refused_batch_is_a_refusal(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        calendars = [here.calendar(), here.side_calendar("side")]
        cursors = [account.event_changes(name, here.context()).cursor for name in calendars]
        here.office.faults.add(Fault(FaultKind.STATUS, path="batch", status=503))
        with pytest.raises(RetryLaterError):
            account.prefetch([(name, here.context(), one) for name, one in zip(calendars, cursors, strict=True)])


def test_twenty_thousand_events_come_in_twenty_full_pages(here: MicrosoftOffice) -> None:
    with here.office.lock:
        for number in range(20_000):
            day, minute = divmod(number, 1000)
            start = datetime(2026, 11, 18 + day // 4, 0, minute % 60, tzinfo=UTC).replace(tzinfo=None)
            when = Timed(start, start.replace(hour=1), "UTC")
            here.office.calendars.create(ADA, Entry(f"e{number:05}", f"uid-{number}", when, organiser=ADA))
    with here.opened() as account:
        here.sent()
        copy = Replica(account, here.calendar(), here.context())
        pages = copy.read()
    assert [len(page.upserts) for page in pages] == [1000] * 20
    assert len(here.sent()) == 20


def test_pages_that_are_too_large_are_asked_for_in_small(here: MicrosoftOffice) -> None:
    for number in range(120):
        here.add_event(hour(here, number), description="x" * 3000)
    with here.opened(limits=Limits(size=400_000)) as account:
        here.sent()
        copy = Replica(account, here.calendar(), here.context())
        assert [len(page.upserts) for page in copy.read()] == [50, 50, 20]
    assert len(here.sent()) == 4


@pytest.mark.parametrize("text", ["", "x", "{}", "[]", '{"v":1}', "[" * 5000, '{"v":1,"f":3,"p":4,"m":5,"o":6,"s":7}'])
def test_nonsense_is_a_dead_cursor(here: MicrosoftOffice, text: str) -> None:
    with here.opened() as account, pytest.raises(CursorGoneError):
        account.event_changes(here.calendar(), here.context(), Cursor(text))
    assert here.sent() == []


def test_a_cursor_belongs_to_its_calendar_and_window(here: MicrosoftOffice) -> None:
    side = here.side_calendar("side")
    with here.opened() as account:
        cursor = account.event_changes(here.calendar(), here.context()).cursor
        with pytest.raises(CursorGoneError):
            account.event_changes(side, here.context(), cursor)
        with pytest.raises(CursorGoneError):
            account.event_changes(here.calendar(), here.context(days=29), cursor)


@pytest.mark.parametrize(
    "change",
    [{"keep_titles": False}, {"email": EVE}, {"zone": ZoneInfo("Pacific/Apia")}],
    ids=lambda one: next(iter(one)),
)
def test_a_cursor_belongs_to_the_way_of_reading(here: MicrosoftOffice, change: dict[str, Any]) -> None:
    here.add_event(hour(here, 1), "Salaries")
    calendars = [here.calendar(), here.side_calendar("side")]
    context = here.context(keep_titles=True)
    other = replace(context, **change)
    with here.opened() as account:
        cursors = [account.event_changes(name, context).cursor for name in calendars]
        again = account.event_changes(calendars[0], replace(context, email=ADA.upper()), cursors[0])
        assert (again.upserts, again.cursor.text[:25]) == ((), cursors[0].text[:25])
        here.sent()
        account.prefetch([(name, other, cursor) for name, cursor in zip(calendars, cursors, strict=True)])
        with pytest.raises(CursorGoneError):
            account.event_changes(calendars[0], other, cursors[0])
    assert here.sent() == []


@pytest.mark.parametrize(
    ("status", "code"), [(410, ""), (400, "syncStateNotFound"), (404, "resyncRequired"), (410, "SyncStateInvalid")]
)
def test_graph_says_in_many_ways_that_a_cursor_is_dead(here: MicrosoftOffice, status: int, code: str) -> None:
    with here.opened() as account:
        cursor = account.event_changes(here.calendar(), here.context()).cursor
        here.office.faults.add(Fault(FaultKind.STATUS, path="delta", status=status, code=code))
        with pytest.raises(CursorGoneError):
            account.event_changes(here.calendar(), here.context(), cursor)


def test_a_calendar_that_was_deleted_is_gone(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        cursor = account.event_changes(here.calendar(), here.context()).cursor
        here.office.faults.add(Fault(FaultKind.STATUS, path="delta", status=404))
        with pytest.raises(GoneError) as raised:
            account.event_changes(here.calendar(), here.context(), cursor)
    assert not isinstance(raised.value, CursorGoneError)


def test_a_token_goes_to_no_other_host(here: MicrosoftOffice) -> None:
    for link in ("http://other.example/v1.0/me/delta", "/v1.0/me", "https://graph.microsoft.com.evil.example/v1.0/"):
        body = f'{{"value": [], "@odata.nextLink": "{link}"}}'
        here.office.faults.add(Fault(FaultKind.GARBAGE, path="delta", body=body))
        with here.opened() as account, pytest.raises(FatalError):
            account.event_changes(here.calendar(), here.context())


def test_links_of_a_proxied_vendor_lead_through_the_proxy(here: MicrosoftOffice) -> None:
    link = "https://graph.microsoft.com/v1.0/me/calendars/x/calendarView/delta?$deltatoken=t"
    here.office.faults.add(Fault(FaultKind.GARBAGE, path="delta", body=f'{{"value":[],"@odata.deltaLink":"{link}"}}'))
    with here.opened() as account:
        cursor = account.event_changes(here.calendar(), here.context()).cursor
        here.sent()
        with pytest.raises(GoneError):
            account.event_changes(here.calendar(), here.context(), cursor)
    assert [path for _, path in here.sent()] == ["/v1.0/me/calendars/x/calendarView/delta"]


def test_pages_without_an_end_are_noticed(here: MicrosoftOffice) -> None:
    here.add_event(hour(here, 1))
    here.add_event(hour(here, 2))
    with here.opened(tuning=Tuning(page=1)) as account:
        first = account.event_changes(here.calendar(), here.context())
        path = first.cursor.text.partition('"p":"')[2].partition('"')[0]
        body = f'{{"value":[],"@odata.nextLink":"{here.base}/v1.0{path}"}}'
        here.office.faults.add(Fault(FaultKind.GARBAGE, path="skiptoken", body=body))
        with pytest.raises(FatalError, match="without an end"):
            account.event_changes(here.calendar(), here.context(), first.cursor)


def test_a_window_of_more_than_five_years_is_refused(here: MicrosoftOffice) -> None:
    context = replace(here.context(), window=Interval(0, 1825 * DAY + 1))
    with here.opened() as account, pytest.raises(UnsupportedError, match="1825"):
        account.event_changes(here.calendar(), context)
    assert here.sent() == []


def test_occurrences_whose_master_is_not_there_are_read_whole(here: MicrosoftOffice) -> None:
    handle = here.add_series(daily(here, 3), "Review")
    stub = {
        "id": "stub",
        "type": "occurrence",
        "seriesMasterId": handle,
        "start": {"dateTime": "2026-11-25T00:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-25T01:00:00.0000000", "timeZone": "UTC"},
    }
    link = f"{here.base}/v1.0/me/calendars/x/calendarView/delta?$deltatoken=t"
    body = json.dumps({"value": [stub], "@odata.deltaLink": link})
    here.office.faults.add(Fault(FaultKind.GARBAGE, path="delta", body=body))
    with here.opened() as account:
        [upsert] = account.event_changes(here.calendar(), here.context(keep_titles=True)).upserts
    assert upsert.id == handle
    assert [event.when for event in upsert.events] == daily(here, 3)
    assert {event.title for event in upsert.events} == {"Review"}


def test_our_own_blocks_are_known_by_key_and_marker(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        made = account.create_event(
            here.calendar(), EventDraft("dd001block", "installation-1", hour(here, 3), "Deep work")
        )
        here.add_event(hour(here, 5))
        page = account.event_changes(here.calendar(), here.context())
    found = {upsert.id: (upsert.key, upsert.marker, upsert.etag) for upsert in page.upserts}
    assert found.pop(made.id) == ("dd001block", "installation-1", made.etag)
    assert [(key, marker) for key, marker, _ in found.values()] == [("", "")]


def test_all_day_entries_are_dates_in_every_zone(here: MicrosoftOffice) -> None:
    first = datetime(2026, 11, 25, tzinfo=UTC).date()
    day = DateRange(first, first.replace(day=27))
    with here.office.lock:
        here.office.calendars.create(ADA, Entry("trip", "uid-trip", day, organiser=ADA))
        here.office.calendars.create(
            ADA,
            Entry(
                "daily",
                "uid-daily",
                DateRange(first, first.replace(day=26)),
                organiser=ADA,
                recurrence=("RRULE:FREQ=DAILY;COUNT=2",),
            ),
        )
    with here.opened() as account:
        page = account.event_changes(here.calendar(), here.context())
    found = {(event.uid, event.recurrence_id, event.when) for upsert in page.upserts for event in upsert.events}
    assert found == {
        ("uid-trip", "", day),
        ("uid-daily", "20261125", DateRange(first, first.replace(day=26))),
        ("uid-daily", "20261126", DateRange(first.replace(day=26), first.replace(day=27))),
    }


def test_the_clock_of_the_vendor_is_compared(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        assert account.clock_skew() is None
        account.calendars()
        assert isinstance(account.clock_skew(), float)


def test_no_token_is_renewed_without_need(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        account.calendars()
        copy = Replica(account, here.calendar(), here.context())
        for _ in range(5):
            copy.read()
    assert not [path for _, path in here.sent() if "oauth2" in path or "openid" in path]


def test_requests_have_ids_of_their_own_and_ask_for_utc_and_lasting_ids(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        cursor = account.event_changes(here.calendar(), here.context()).cursor
        account.event_changes(here.calendar(), here.context(), cursor)
    assert len({headers["client-request-id"] for headers in here.headers}) == len(here.headers) == 2
    for headers in here.headers:
        for wanted in ('outlook.timezone="UTC"', 'IdType="ImmutableId"', "odata.maxpagesize=1000"):
            assert wanted in headers["prefer"]


def test_nobody_else_is_asked(here: MicrosoftOffice) -> None:
    account: MicrosoftAccount
    with here.opened() as account:
        assert [calendar.name for calendar in account.calendars()] == ["Calendar"]
    assert here.sent() == [("GET", "/v1.0/me/calendars")]
