"""Reading activity: the same as from an export, in few requests, complete whatever happens on the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deepday.connect import ReadContext
from deepday.errors import FatalError, RetryLaterError
from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import Parameters
from deepday.measure.result import DayMeasure
from deepday.model import (
    ActivityPage,
    ActivityStream,
    CalendarEvent,
    ConversationKind,
    Cursor,
    Interval,
    Message,
    merge,
)
from deepday_files import FilesConnector
from deepday_sandbox import SandboxConnector, slack_export
from deepday_sandbox.filling import filled_office
from deepday_sandbox.office import Fault, Office, Post, Room, Worker
from deepday_sandbox.office.faults import FaultKind
from deepday_sandbox.people import OWNER as JONNA
from deepday_sandbox.period import BROKEN, FIRST, LAST, PERSON
from deepday_slack.account import SlackAccount
from deepday_slack.activity import REQUESTS
from deepday_slack.scopes import SEARCH
from tests.connectors.slack import slack_office as places
from tests.connectors.slack.slack_office import BEN, OWNER, USER_SCOPES, SlackOffice, earlier, slack_office

DAY = 86_400
WEEKS = PERSON.window(FIRST, LAST)
CONTEXT = ReadContext(
    window=Interval(WEEKS.start - DAY, WEEKS.end), zone=PERSON.zone, email=PERSON.email, pseudonym=lambda name: name
)


LAST_WEEK = replace(CONTEXT, window=Interval(WEEKS.end - 7 * DAY, WEEKS.end))


def read(account: SlackAccount, context: ReadContext, cursor: Cursor | None = None) -> list[ActivityPage]:
    pages: list[ActivityPage] = []
    while not pages or pages[-1].more:
        pages.append(account.activity_changes(context, cursor))
        cursor = pages[-1].cursor
        assert len(pages) < 100
    return pages


def patient(office: SlackOffice, account: SlackAccount, context: ReadContext) -> tuple[list[ActivityPage], list[float]]:
    """Read everything, waiting as long as Slack asks; return the pages and the waits."""
    pages, waits = list[ActivityPage](), list[float]()
    while not pages or pages[-1].more:
        try:
            pages.append(account.activity_changes(context, pages[-1].cursor if pages else None))
        except RetryLaterError as error:
            waits.append(error.after or 0)
            office.pass_time(int(waits[-1]))
            assert len(waits) < 100
    return pages, waits


def messages(pages: list[ActivityPage]) -> set[Message]:
    return {message for page in pages for message in page.messages}


def in_stream(stream: ActivityStream) -> set[Message]:
    columns = zip(stream.at, stream.micros, stream.outgoing, stream.mention, stream.conversation, strict=True)
    return {
        Message(at * 1_000_000 + micros, bool(outgoing), bool(mention), stream.conversations[number])
        for at, micros, outgoing, mention, number in columns
    }


@pytest.fixture
def jonna(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[SlackOffice]:
    """The filled office; its owner's account."""
    office = filled_office(getattr(request, "param", 1))
    worker = office.people.find(JONNA.email)
    assert worker
    monkeypatch.setattr(places, "OWNER", worker.slack_id)
    with slack_office(office=office) as served:
        yield served


def measured(messages_seen: ActivityStream, observed: tuple[Interval, ...], calendar: Path) -> dict[object, DayMeasure]:
    events: tuple[CalendarEvent, ...] = FilesConnector().calendar(str(calendar)).read_events(CONTEXT).events
    seen = Observations(events, messages_seen, (CONTEXT.window,), observed)
    return {day.date: day for day in measure(PERSON, FIRST, LAST, seen, Parameters()).days}


@pytest.mark.parametrize(("jonna", "seed"), [(1, 1), (2, 2), (7, 7)], indirect=["jonna"])
def test_live_and_exported_messages_measure_the_same(
    jonna: SlackOffice, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with jonna.account() as account:
        pages = read(account, CONTEXT)
        first = list(jonna.calls.methods)
        jonna.calls.methods.clear()
        following = read(account, CONTEXT, pages[-1].cursor)
        second = list(jonna.calls.methods)
    live = ActivityStream.of(messages(pages))
    observed = tuple(merge(item for page in pages for item in page.observed))
    assert observed == (CONTEXT.window,)
    # Requests: the list, 22 conversations, two pages of mentions, and the threads that may concern the owner.
    assert first.count("conversations.history") == 22
    assert first.count("conversations.replies") <= 94
    assert len(first) <= 119
    assert second == ["users.conversations", *["conversations.history"] * 22]
    assert messages(following) <= messages(pages)

    sample = SandboxConnector().write_sample(tmp_path / "broken", seed)
    exported = FilesConnector().slack_export(sample.slack_export).read_activity(CONTEXT)
    ours = measured(live, observed, sample.calendars[0])
    theirs = measured(exported.stream, exported.observed, sample.calendars[0])
    assert in_stream(live) >= in_stream(exported.stream)
    unlike = {day for day in ours if ours[day] != theirs[day]}
    assert {BROKEN} <= unlike  # the export lacks files of that day
    monkeypatch.setattr(slack_export, "_BROKEN_FILES", 0)
    whole = SandboxConnector().write_sample(tmp_path / "whole", seed).slack_export
    repaired = FilesConnector().slack_export(whole).read_activity(CONTEXT)
    assert in_stream(live) == in_stream(repaired.stream)
    assert measured(repaired.stream, repaired.observed, sample.calendars[0]) == ours
    assert unlike <= {day for day in theirs if theirs[day] != ours[day]}


def test_without_search_every_thread_is_read_and_the_same_is_found(jonna: SlackOffice) -> None:
    with jonna.account() as account:
        with_search = messages(read(account, LAST_WEEK))
        few = jonna.calls.methods.count("conversations.replies")
    jonna.face.space.user_grants.clear()
    jonna.tokens.save(jonna.signed_in(places.OWNER, sorted(USER_SCOPES - SEARCH)))
    with jonna.account() as account:
        assert messages(read(account, LAST_WEEK)) == with_search
        assert "search.messages" not in jonna.calls.methods
        assert jonna.calls.methods.count("conversations.replies") > 2 * few


def test_what_search_does_not_know_yet_is_found_all_the_same(jonna: SlackOffice) -> None:
    with jonna.account() as account:
        expected = messages(read(account, LAST_WEEK))
        jonna.face.space.search_lag = 20 * 3600
        assert messages(read(account, LAST_WEEK)) == expected


def test_rate_limits_end_a_page_early_and_lose_nothing() -> None:
    with slack_office(earlier(0)) as office:
        for number in range(70):
            office.say("hello", conversation=f"Ada {number}")
        office.face.space.tiers = True
        with office.account() as account:
            pages, waits = patient(office, account, now_context(office))
    assert len(messages(pages)) == 70
    assert len(waits) == 1
    assert 0 < waits[0] <= 60


def test_a_page_has_a_bounded_number_of_requests(jonna: SlackOffice) -> None:
    with jonna.account() as account:
        page = account.activity_changes(CONTEXT)
        assert page.more
        assert page.observed == ()
        assert len(jonna.calls.methods) == REQUESTS


@pytest.fixture
def anna() -> Iterator[SlackOffice]:
    with slack_office() as served:
        served.office.chat.add(Room("C0TEAM0001", "channel", "team", [OWNER, BEN, "U0CARA0001"]))
        served.office.people.add(Worker("cara@example.com", "Cara Cohn", slack_id="U0CARA0001"))
        yield served


def now_context(office: SlackOffice) -> ReadContext:
    return ReadContext(
        window=Interval(office.now() - 7 * DAY, office.now() + DAY), zone=PERSON.zone, email="", pseudonym=str
    )


def ts(office: Office) -> int:
    return int(office.clock.now().timestamp() * 1_000_000)


def test_replies_count_once_the_owner_wrote_in_the_thread(anna: SlackOffice) -> None:
    say, room = anna.face.say, "C0TEAM0001"
    with anna.account() as account:
        first = read(account, now_context(anna))
        anna.pass_time(600)
        parent = say(BEN, room, "who knows?")
        for who, words in ((BEN, "nobody?"), (OWNER, "I do"), ("U0CARA0001", "great"), (BEN, "thanks")):
            anna.pass_time(60)
            say(who, room, words, parent)
        anna.pass_time(600)
        second = read(account, now_context(anna), first[-1].cursor)
        assert [message.outgoing for message in sorted(messages(second))] == [True, False, False]
        assert {message.conversation.kind for message in messages(second)} == {ConversationKind.THREAD}
        assert {message.conversation.pseudonym for message in messages(second)} == {f"slack:{room}:{parent}"}
        anna.pass_time(2 * DAY)
        say(BEN, room, "one more thing", parent)
        third = read(account, now_context(anna), second[-1].cursor)
        assert [message.outgoing for message in messages(third)] == [False]


def test_a_mention_in_a_thread_of_others_is_found_long_after(anna: SlackOffice) -> None:
    room = "C0TEAM0001"
    parent = anna.face.say(BEN, room, "who knows?")
    for number in range(3):
        anna.pass_time(60)
        anna.face.say("U0CARA0001", room, f"not me {number}", parent)
    anna.face.say(BEN, room, f"<@{OWNER}> perhaps", parent)
    anna.pass_time(5 * DAY)
    with anna.account() as account:
        (message,) = messages(read(account, now_context(anna)))
        assert (message.mention, message.outgoing) == (True, False)


def test_a_mention_that_search_does_not_know_yet_is_found(anna: SlackOffice) -> None:
    room = "C0TEAM0001"
    parent = anna.face.say(BEN, room, "who knows?")
    anna.pass_time(5 * DAY)
    anna.face.say("U0CARA0001", room, f"<@{OWNER}> perhaps", parent)
    anna.pass_time(3600)
    anna.face.space.search_lag = 2 * 3600
    with anna.account() as account:
        (message,) = messages(read(account, now_context(anna)))
        assert message.mention
        assert "search.messages" in anna.calls.methods


def test_no_proxy_of_the_environment_sees_the_token(anna: SlackOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    anna.say("hello")
    with anna.account() as account:
        assert len(messages(read(account, now_context(anna)))) == 1
        assert list(account.signals(0)) == []
        assert anna.face.sockets.wait_for(lambda: anna.face.sockets.opened == 2)


def test_a_reply_sent_to_the_channel_too_counts_once(anna: SlackOffice) -> None:
    room, chat = "C0TEAM0001", anna.office.chat
    parent = chat.post(Post(ts(anna.office), room, OWNER, "mine"))
    anna.pass_time(60)
    chat.post(Post(ts(anna.office), room, BEN, "re", parent.ts, "thread_broadcast"))
    anna.pass_time(60)
    with anna.account() as account:
        found = [message for page in read(account, now_context(anna)) for message in page.messages]
    assert [message.outgoing for message in found] == [True, False]


def test_edits_joins_and_machines_do_not_count(anna: SlackOffice) -> None:
    room, chat = "C0TEAM0001", anna.office.chat
    for subtype, user, bot in (("channel_join", BEN, ""), ("message_changed", BEN, ""), ("", BEN, "B01"), ("", "", "")):
        chat.post(Post(ts(anna.office), room, user, f"<@{OWNER}>", subtype=subtype, bot_id=bot))
    chat.post(Post(ts(anna.office), room, "USLACKBOT", f"<@{OWNER}>"))
    anna.pass_time(60)
    with anna.account() as account:
        pages = read(account, now_context(anna))
    assert messages(pages) == set()
    assert [item.reason for page in pages for item in page.skipped] == ["1 message without a usable sender."]


def test_a_conversation_that_is_gone_meanwhile_is_left_out(anna: SlackOffice) -> None:
    anna.say("hello")
    fault = Fault(FaultKind.STATUS, "conversations.history", code="channel_not_found", times=1)
    anna.office.faults.add(fault)
    with anna.account() as account:
        pages = read(account, now_context(anna))
    assert not pages[-1].more
    assert len(messages(pages)) == 1
    assert any("no longer there" in item.reason for item in pages[-1].skipped)


def test_pages_that_come_again_and_again_end_in_an_error(anna: SlackOffice) -> None:
    anna.say("hello")
    body = b'{"ok":true,"messages":[],"response_metadata":{"next_cursor":"again"}}'
    anna.office.faults.add(Fault(FaultKind.INSTEAD, "conversations.history", times=-1, status=200, content=body))
    with anna.account() as account, pytest.raises(FatalError):
        read(account, now_context(anna))


def test_a_commercial_apps_small_pages_lose_nothing() -> None:
    with slack_office(earlier(1)) as office:
        for number in range(40):
            office.say(f"hello {number}")
            office.pass_time(60)
        office.face.space.commercial = True
        with office.account() as account:
            pages, waits = patient(office, account, now_context(office))
    assert len(messages(pages)) == 40
    assert len(waits) >= 2
