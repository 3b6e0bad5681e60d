"""What needs no server: answers, cursors, identifiers, quirks. Whatever somebody sends, the error is a known one."""

import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import deepday_caldav
from deepday.connect import Port, ReadContext
from deepday.connect.memory import MemoryTokens
from deepday.errors import ConflictError, CursorGoneError, FatalError, UnsupportedError
from deepday.model import Cursor, EventDraft, Interval, Secret, TokenSet
from deepday.testing import TurnedClock
from deepday_caldav.cursors import Etags, Tokens, bound_to, read_cursor, write_cursor
from deepday_caldav.dav import Dav
from deepday_caldav.multistatus import conditions, read_multistatus
from deepday_caldav.quirks import PLAIN, TABLE, recognised
from deepday_caldav.settings import Settings
from deepday_caldav.translate import Resource, from_draft, maker, moved, to_upsert, to_written, uid_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CONTEXT = ReadContext(window=Interval(1_773_000_000, 1_776_000_000), zone=ZoneInfo("UTC"), email="owner@example.com")
KEYS = st.text("0123456789abcdefghijklmnopqrstuv", min_size=5, max_size=64)
MARKERS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40).filter(
    lambda text: text == text.strip()
)
MULTISTATUS = '<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{}</multistatus>'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<a",
        "<html><body>canary</body></html>",
        '["canary"]',
        '<!DOCTYPE a [<!ENTITY b "canary">]><multistatus xmlns="DAV:">&b;</multistatus>',
        '<!DOCTYPE multistatus SYSTEM "http://127.0.0.1:9/canary"><multistatus xmlns="DAV:"/>',
        '<?xml version="1.0" encoding="canary"?><multistatus xmlns="DAV:"/>',
        MULTISTATUS.format("<a>" * 5000 + "</a>" * 5000),
    ],
)
def test_answers_that_are_none_are_refused_without_a_word_of_them(body: str) -> None:
    with pytest.raises(FatalError) as refused:
        read_multistatus(body.encode(), "dav.example.com")
    assert "canary" not in f"{refused.value!r} {refused.value.__cause__!r} {refused.value.__context__!r}"
    assert conditions(body.encode()) == frozenset()


def test_an_answer_with_too_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepday_caldav.multistatus.MOST_ELEMENTS", 100)
    with pytest.raises(FatalError):
        read_multistatus(MULTISTATUS.format("<a/>" * 100).encode(), "dav.example.com")
    assert read_multistatus(MULTISTATUS.format("<a/>" * 98).encode(), "dav.example.com").rows == ()


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_an_answer_or_refused(data: bytes) -> None:
    try:
        assert isinstance(read_multistatus(data, "h").rows, tuple)
    except FatalError:
        assert conditions(data) == frozenset() or b"error" in data


def test_properties_that_are_missing_are_missing() -> None:
    row = (
        "<response><href> /a%20b.ics </href>"
        "<propstat><prop><getetag>&quot;1&quot;</getetag></prop><status>HTTP/1.1 200 OK</status></propstat>"
        "<propstat><prop><C:calendar-data/><displayname>x</displayname></prop><status>HTTP/1.1 404 No</status>"
        "</propstat></response><response><href>/b.ics</href><status>HTTP/1.1 404 Not Found</status></response>"
        "<response><href>/c.ics</href><status>nonsense</status></response><sync-token> t </sync-token>"
    )
    answer = read_multistatus(MULTISTATUS.format(row).encode(), "h")
    assert [(row.href, row.status, row.etag, row.data) for row in answer.rows] == [
        ("/a%20b.ics", 200, '"1"', None),
        ("/b.ics", 404, "", None),
        ("/c.ics", 500, "", None),
    ]
    assert answer.token == "t"


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_cursor_or_a_dead_one(text: str) -> None:
    with pytest.raises(CursorGoneError):
        read_cursor(Cursor(text), "bound")


STATES = st.builds(Tokens, st.text(), st.text(), st.text()) | st.builds(
    Etags, st.text(), st.dictionaries(st.text(), st.text(), max_size=5)
)


@given(STATES)
def test_a_cursor_keeps_its_state(state: Tokens | Etags) -> None:
    bound = bound_to("/calendar/", CONTEXT)
    cursor = write_cursor(state, bound)
    assert read_cursor(cursor, bound) == state
    with pytest.raises(CursorGoneError):
        read_cursor(cursor, bound_to("/other/", CONTEXT))


@pytest.mark.parametrize(
    "said",
    [[], {}, {"version": 0, "bound": "b", "tokens": {}}, {"version": 1, "bound": "b", "tokens": {"since": 1}},
     {"version": 1, "bound": "b", "etags": {"known": []}}, {"version": 1, "bound": "b", "etags": {"known": {"a": 1}}},
     {"version": 1, "bound": "b", "tokens": {"more": ""}}, {"version": 1, "bound": "b"}],
)  # fmt: skip
def test_a_cursor_with_another_content_is_dead(said: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepday_caldav.cursors._unpacked", lambda _: json.loads(json.dumps(said)))
    with pytest.raises(CursorGoneError):
        read_cursor(Cursor("any"), "b")


def test_ten_thousand_objects_fit_into_a_cursor() -> None:
    known = {f"{number:08x}-0000-4000-8000-{number * 7919:012x}.ics": f"{number:012x}" for number in range(10_000)}
    assert len(write_cursor(Etags("ctag", known), "bound").text) < 400_000


@given(KEYS, MARKERS, st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=80))
def test_an_event_of_ours_is_known_by_its_text(key: str, marker: str, title: str) -> None:
    draft = EventDraft(key, marker, Interval(1_773_144_000, 1_773_147_600), title)
    text = from_draft(draft, NOW).decode()
    assert maker(text) == (key, marker)
    bare = re.sub(r"\r\nX-DEEPDAY-.*?(?=\r\n\S)", "", text, flags=re.DOTALL)
    assert "X-DEEPDAY" not in bare
    assert maker(bare) == (key, marker)
    event = to_written(Resource("/c/o.ics", '"1"', text), "/c/")
    assert event is not None
    assert (event.key, event.marker, event.when) == (key, marker, draft.when)


@given(st.text(max_size=400))
def test_any_text_is_somebody_elses_event_or_none(text: str) -> None:
    found = Resource("/c/o.ics", '"1"', text)
    assert maker(text) == ("", "")
    assert to_written(found, "/c/") is None
    upsert, skipped = to_upsert(found, "/c/", CONTEXT)
    assert upsert.events == ()
    assert skipped
    with pytest.raises(ConflictError):
        moved(text, CONTEXT.window, NOW)


def test_a_marker_that_contradicts_the_uid_is_no_marker() -> None:
    text = from_draft(EventDraft("abcde", "one", CONTEXT.window, "T"), NOW).decode()
    assert maker(text) == ("abcde", "one")
    assert maker(text.replace("X-DEEPDAY-MARKER:one", "X-DEEPDAY-MARKER:two")) == ("", "")
    assert maker(text.replace(uid_of("abcde", "one"), "deepday-abcde-zzz")) == ("", "")


def test_addresses_stay_on_their_host() -> None:
    settings = Settings("https://dav.example.com/", "ada", home="https://dav.example.com/cal/ada/")
    clock = TurnedClock()
    with Dav(settings, MemoryTokens(TokenSet(Secret("p")), clock), clock) as dav:
        assert dav.name("https://DAV.example.com:443/cal/ada/a.ics") == "/cal/ada/a.ics"
        assert dav.name("b c.ics") == "/cal/ada/b%20c.ics"
        for elsewhere in ("https://evil.example.com/", "//evil.example.com/a", "http://dav.example.com/", "file:///a"):
            with pytest.raises(UnsupportedError):
                dav.name(elsewhere)
        for broken in ("https://[::1/", "https://dav.example.com:x/"):
            with pytest.raises((FatalError, UnsupportedError)):
                dav.name(broken)


@pytest.mark.parametrize(
    ("address", "headers", "name"),
    [
        ("https://caldav.icloud.com/", {}, "iCloud"),
        ("https://p42-caldav.icloud.com/1/", {}, ""),
        ("https://cloud.example.com/remote.php/dav/", {}, "Nextcloud"),
        ("https://cloud.example.com/", {"dav": "1, 3, nc-calendar-search"}, "Nextcloud"),
        ("https://cloud.example.com/", {"dav": "1, sync-collection"}, ""),
        ("https://dav.example.com/SOGo/dav/", {}, "SOGo"),
        ("https://dav.example.com/", {"server": "Cyrus-HTTP/3.8"}, "Cyrus"),
        ("https://dav.example.com/", {"x-sabre-version": "sabre/dav 4.6"}, "sabre/dav"),
        ("https://dav.example.com/", {"www-authenticate": 'Basic realm="Radicale - Password Required"'}, "Radicale"),
        ("https://notgoogle.com/", {}, ""),
        ("https://apidata.googleusercontent.com/", {}, "Google"),
    ],
)
def test_servers_are_recognised(address: str, headers: dict[str, str], name: str) -> None:
    assert recognised(address, headers).name == name


def test_only_what_was_tried_is_called_verified() -> None:
    assert [row.name for row in TABLE if row.verified] == ["Radicale"]
    assert len({row.name for row in TABLE}) == len(TABLE)
    assert PLAIN.tokens


def test_the_scorecard_is_whole() -> None:
    text = (Path(deepday_caldav.__file__).parent / "quality.toml").read_text()
    card = tomllib.loads(text)
    assert {Port(name) for name in card["ports"]} == {
        Port.CALENDAR_READER,
        Port.EVENT_WRITER,
        Port.INVITATION_RESPONDER,
        Port.CALENDAR_MAKER,
    }
    for rule in card["rules"].values():
        assert rule["status"] in {"done", "todo", "exempt"}
        assert rule["note"]
