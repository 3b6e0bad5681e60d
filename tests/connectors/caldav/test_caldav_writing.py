"""Writing over CalDAV, where the contract leaves room: what is written, and servers with ways of their own."""

from dataclasses import replace

import pytest
from icalendar import Calendar

from deepday.errors import ConflictError, FatalError, GoneError, OutcomeUnknownError, UnsupportedError
from deepday.model import EventDraft, EventKind, Interval, ShowAs
from deepday.testing import CalendarReaderContract, EventWriterContract
from deepday.testing.writing import MARKER
from deepday_caldav.account import CaldavAccount
from deepday_caldav.translate import file_of, uid_of
from tests.connectors.caldav.caldav_office import People, event_text, people
from tests.connectors.caldav.caldav_proxy import Answered, Asked, Behaviour, Proxy, Served

SUITE = EventWriterContract()


def draft(vendor: People, number: int = 0) -> EventDraft:
    return SUITE.draft(vendor, number)


def test_an_event_is_private_to_programs_where_it_must_be(connector: CaldavAccount, vendor: People) -> None:
    made = connector.create_event(
        vendor.calendar(),
        replace(draft(vendor), description="Reach Grace.", private=True, show_as=ShowAs.OUT_OF_OFFICE),
    )
    event = Calendar.from_ical(vendor.raw(made.id)).walk("VEVENT")[0]
    assert made.id == f"{vendor.calendar()}{file_of('dd000block')}"
    assert (event["UID"], event["X-DEEPDAY-ID"], event["X-DEEPDAY-MARKER"]) == (
        uid_of("dd000block", MARKER),
        "dd000block",
        MARKER,
    )
    assert (event["CLASS"], event["TRANSP"], event["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("PRIVATE", "OPAQUE", "OOF")
    assert event["CATEGORIES"].to_ical() == b"deepday"
    assert "DTSTART:20" in vendor.raw(made.id)
    assert not {"ATTENDEE", "ORGANIZER"} & set(event)
    assert "VALARM" not in vendor.raw(made.id)


@pytest.mark.parametrize("shown", list(ShowAs))
def test_how_it_is_shown_comes_back(shown: ShowAs, connector: CaldavAccount, vendor: People) -> None:
    made = connector.create_event(vendor.calendar(), replace(draft(vendor), show_as=shown))
    assert made.show_as is shown
    copy = CalendarReaderContract().replica(connector, vendor)
    (upsert,) = copy.read()[0].upserts
    assert [event.show_as for event in upsert.events] == [shown]
    assert (upsert.id, upsert.etag, upsert.key, upsert.marker) == (made.id, made.etag, made.key, MARKER)


def test_kinds_become_what_calendars_know(connector: CaldavAccount, vendor: People) -> None:
    absence = replace(draft(vendor), kind=EventKind.OUT_OF_OFFICE)
    made = connector.create_event(vendor.calendar(), absence)
    assert (made.kind, made.show_as) == (EventKind.OUT_OF_OFFICE, ShowAs.OUT_OF_OFFICE)
    focus = connector.create_event(vendor.calendar(), replace(draft(vendor, 1), kind=EventKind.FOCUS_TIME))
    assert (focus.kind, focus.show_as) == (EventKind.DEFAULT, ShowAs.BUSY)


def test_a_title_may_hold_anything(connector: CaldavAccount, vendor: People) -> None:
    title = "Tiefe Arbeit; «Ångström», \\n 深い" + " long" * 40
    made = connector.create_event(vendor.calendar(), replace(draft(vendor), title=title))
    assert made.title == title
    assert vendor.events() == [(made.when, title)]


def test_what_a_person_added_survives_a_move(connector: CaldavAccount, vendor: People) -> None:
    made = connector.create_event(vendor.calendar(), draft(vendor))
    vendor.write(made.id, vendor.raw(made.id).replace("SUMMARY:", "LOCATION:Library\r\nSUMMARY:My "))
    now = connector.find_event(vendor.calendar(), made.key, MARKER)
    assert now is not None
    connector.move_event(now, SUITE.hour(vendor, 4))
    assert "LOCATION:Library" in vendor.raw(made.id)
    assert [title for _, title in vendor.events()] == ["My Deep work 0"]


def test_a_copy_that_a_person_makes_is_not_ours(connector: CaldavAccount, vendor: People) -> None:
    made = connector.create_event(vendor.calendar(), draft(vendor))
    copy = vendor.put(vendor.raw(made.id).replace(uid_of(made.key, MARKER), "copied"))
    everything = Interval(made.when.start - 86_400, made.when.end + 86_400)
    assert [one.id for one in connector.find_ours(vendor.calendar(), everything, MARKER)] == [made.id]
    with pytest.raises(ConflictError):
        connector.move_event(replace(made, id=copy), SUITE.hour(vendor, 3))


def test_an_event_without_our_marker_is_not_deleted(connector: CaldavAccount, vendor: People) -> None:
    handle = vendor.add_event(SUITE.hour(vendor, 1), "Stand-up")
    (upsert,) = CalendarReaderContract().replica(connector, vendor).read()[0].upserts
    made = connector.create_event(vendor.calendar(), draft(vendor))
    with pytest.raises(ConflictError):
        connector.delete_event(replace(made, id=handle, etag=upsert.etag, marker=upsert.marker))
    assert len(vendor.events()) == 2


def test_what_became_a_series_is_left_alone(connector: CaldavAccount, vendor: People) -> None:
    made = connector.create_event(vendor.calendar(), draft(vendor))
    vendor.write(made.id, vendor.raw(made.id).replace("SUMMARY:", "RRULE:FREQ=DAILY;COUNT=3\r\nSUMMARY:"))
    assert connector.find_event(vendor.calendar(), made.key, MARKER) is None
    with pytest.raises(ConflictError):
        connector.create_event(vendor.calendar(), draft(vendor))
    assert len(vendor.events()) == 3


def test_ours_under_another_address_is_adopted(connector: CaldavAccount, vendor: People) -> None:
    made = connector.create_event(vendor.calendar(), draft(vendor))
    text = vendor.raw(made.id)
    vendor.delete_event(made.id)
    handle = vendor.put(text)
    assert connector.create_event(vendor.calendar(), draft(vendor)).id == handle
    assert len(vendor.events()) == 1


def rewriting(asked: Asked, server: Served) -> Answered:
    """Keep no X-properties, and give no etag after a write, as servers do that store what they understood."""
    if asked.method != "PUT":
        return server(asked)
    kept = b"\r\n".join(line for line in asked.body.split(b"\r\n") if not line.startswith(b"X-DEEPDAY"))
    return server(replace(asked, body=kept)).without("etag")


def test_a_server_that_drops_what_it_does_not_know(account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = rewriting
    made = account.create_event(vendor.calendar(), draft(vendor))
    assert "X-DEEPDAY" not in vendor.raw(made.id)
    assert account.find_event(vendor.calendar(), made.key, MARKER) == made
    moved = account.move_event(made, SUITE.hour(vendor, 2))
    assert moved.etag != made.etag
    account.delete_event(moved)
    assert vendor.events() == []


def test_weak_etags_are_sent_as_strong_ones(account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    def weak(asked: Asked, server: Served) -> Answered:
        answered = server(asked)
        etag = answered.headers.get("etag", "")
        body = answered.body.replace(b'<getetag>"', b'<getetag>W/"')
        return Answered(answered.status, {**answered.headers, "etag": f"W/{etag}"} if etag else answered.headers, body)

    proxy.behaviour = weak
    made = account.create_event(vendor.calendar(), draft(vendor))
    assert made.etag.startswith("W/")
    account.delete_event(account.move_event(made, SUITE.hour(vendor, 2)))
    assert vendor.events() == []


@pytest.mark.parametrize("etag", ["W/", '"a"b"', '"line\r\nbreak"', '"ümlaut"', "*"])
def test_an_etag_that_is_none_is_sent_nowhere(etag: str, account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    made = account.create_event(vendor.calendar(), draft(vendor))
    proxy.asked()
    if etag == "*":
        with pytest.raises(ConflictError):
            account.delete_event(replace(made, etag=etag))
        assert [asked.headers["if-match"] for asked, _ in proxy.log if asked.method == "DELETE"] == ['"*"']
    else:
        with pytest.raises(ConflictError):
            account.delete_event(replace(made, etag=etag))
        assert proxy.asked() == []
    assert len(vendor.events()) == 1


def overwriting(asked: Asked, server: Served) -> Answered:
    """Take no notice of If-None-Match."""
    kept = {name: value for name, value in asked.headers.items() if name != "if-none-match"}
    return server(replace(asked, headers=kept))


def test_a_server_that_overwrites_is_looked_at_first(vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = overwriting
    with vendor.account(proxy.url, server="Zimbra") as account:
        made = account.create_event(vendor.calendar(), draft(vendor))
        vendor.move_event(made.id, SUITE.hour(vendor, 5))
        assert account.create_event(vendor.calendar(), draft(vendor)).when == SUITE.hour(vendor, 5)
    assert [when for when, _ in vendor.events()] == [SUITE.hour(vendor, 5)]


def refused(status: int, *conditions: str) -> Behaviour:
    named = "".join(f"<{name}/>" for name in conditions)

    def behave(asked: Asked, server: Served) -> Answered:
        if asked.method != "PUT":
            return server(asked)
        return Answered(status, {}, f'<error xmlns="DAV:">{named}</error>'.encode() if named else b"")

    return behave


@pytest.mark.parametrize(
    ("status", "conditions", "error"),
    [
        (403, ("need-privileges",), UnsupportedError),
        (403, (), UnsupportedError),
        (409, ("no-uid-conflict",), ConflictError),
        (415, (), FatalError),
        (507, (), UnsupportedError),
        (500, (), OutcomeUnknownError),
        (302, (), FatalError),
    ],
)
def test_refusals_say_what_to_do(
    status: int,
    conditions: tuple[str, ...],
    error: type[Exception],
    account: CaldavAccount,
    vendor: People,
    proxy: Proxy,
) -> None:
    proxy.behaviour = refused(status, *conditions)
    with pytest.raises(error):
        account.create_event(vendor.calendar(), draft(vendor))
    assert vendor.events() == []


def test_a_write_is_sent_once(account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    proxy.behaviour = refused(500)
    with pytest.raises(OutcomeUnknownError):
        account.create_event(vendor.calendar(), draft(vendor))
    assert proxy.asked() == ["PUT"]


def test_a_delete_that_did_nothing_is_noticed(account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    made = account.create_event(vendor.calendar(), draft(vendor))
    proxy.behaviour = lambda asked, server: Answered(200, {}, b"") if asked.method == "DELETE" else server(asked)
    with pytest.raises(OutcomeUnknownError):
        account.delete_event(made)


def test_requests_are_counted(account: CaldavAccount, vendor: People, proxy: Proxy) -> None:
    made = account.create_event(vendor.calendar(), draft(vendor))
    assert proxy.asked() == ["PUT"]
    moved = account.move_event(made, SUITE.hour(vendor, 2))
    assert proxy.asked() == ["REPORT", "PUT"]
    account.find_ours(vendor.calendar(), moved.when, MARKER)
    assert proxy.asked() == ["REPORT"]
    copy = CalendarReaderContract().replica(account, vendor)
    copy.read()
    assert proxy.asked() == ["PROPFIND", "REPORT", "REPORT"]
    copy.read()
    assert proxy.asked() == ["REPORT"]
    account.delete_event(moved)
    assert "DELETE" in proxy.asked()[:1]
    copy.read()
    assert proxy.asked() == ["REPORT"]
    account.calendars()
    assert proxy.asked() == ["PROPFIND"]


def test_a_calendar_of_somebody_else_is_left_alone(connector: CaldavAccount, vendor: People) -> None:
    with people(vendor.server) as other:
        with pytest.raises((UnsupportedError, GoneError)):
            connector.create_event(other.calendar(), draft(vendor))
        assert other.events() == []


def test_entries_that_are_no_events_do_no_harm(connector: CaldavAccount, vendor: People) -> None:
    task = event_text("task", SUITE.hour(vendor, 1), "Task").replace("VEVENT", "VTODO").replace("DTEND", "DUE")
    handle = vendor.put(task)
    copy = CalendarReaderContract().replica(connector, vendor)
    copy.read()
    assert copy.objects.get(handle, ()) == ()
