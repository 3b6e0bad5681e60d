"""What a reading vouches for is complete: whatever the order of pages, the clocks, and what Slack does not show."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from slack_sdk import WebClient

from deepday.clock import Clock
from deepday.connect import ReadContext
from deepday.model import ActivityPage, Interval, merge
from deepday_sandbox.office import OfficeClock, Post, Room, Worker
from deepday_sandbox.period import PERSON
from deepday_sandbox.slack.calls import Answer, Call, read_cursor, write_cursor
from deepday_slack import SlackConnector
from deepday_slack.account import SlackAccount
from deepday_slack.messenger import next_cursor
from deepday_slack.scopes import Kind
from tests.connectors.slack.slack_office import BEN, OWNER, SlackOffice, slack_office
from tests.connectors.slack.test_slack_activity import messages, read

DAY, HOUR, MILLION = 86_400, 3600, 1_000_000
ROOM, CARA = "C0TEAM0001", "U0CARA0001"
Run = Callable[[Call], Answer]


@pytest.fixture
def anna() -> Iterator[SlackOffice]:
    with slack_office() as served:
        served.office.chat.add(Room(ROOM, "channel", "team", [OWNER, BEN, CARA]))
        served.office.people.add(Worker("cara@example.com", "Cara Cohn", slack_id=CARA))
        yield served


def context(office: SlackOffice, back: int = DAY) -> ReadContext:
    return ReadContext(
        window=Interval(office.now() - back, office.now() + DAY), zone=PERSON.zone, email="", pseudonym=str
    )


def past(office: SlackOffice, count: int, every: int = HOUR) -> None:
    """Fill the direct messages with Ada: the newest of them is an hour old."""
    room, ada = office.room("Ada")
    with office.office.lock:
        for number in range(count, 0, -1):
            office.office.chat.post(Post((office.now() - HOUR - (number - 1) * every) * MILLION, room, ada, "old"))


def answering(office: SlackOffice, name: str, wrap: Callable[[Run], Run]) -> None:
    """Let the office answer a method otherwise."""
    methods = office.face._api._methods
    office.face._api._methods = {**methods, name: replace(methods[name], run=wrap(methods[name].run))}


def without_latest(run: Run) -> Run:
    return lambda call: run(replace(call, args={key: one for key, one in call.args.items() if key != "latest"}))


def rows_turned(run: Run) -> Run:
    def turned(call: Call) -> Answer:
        answer = run(call)
        return {**answer, "messages": answer["messages"][::-1]}

    return turned


def newest_first_by_three(run: Run) -> Run:
    def paged(call: Call) -> Answer:
        rows: list[Any] = run(replace(call, args={**call.args, "cursor": ""}))["messages"][::-1]
        start = read_cursor(call, "next_ts")
        rest = start + 3
        more = rest < len(rows)
        cursor = {"response_metadata": {"next_cursor": write_cursor("next_ts", rest)}} if more else {}
        return {"messages": rows[start:rest], "has_more": more, **cursor}

    return paged


# ---- order


def test_the_office_gives_the_oldest_messages_first_where_only_oldest_is_said(anna: SlackOffice) -> None:
    past(anna, 250)
    room, _ = anna.room("Ada")
    with anna.account() as account:
        seen, cursor, since = list[list[str]](), "", str(anna.now() - 30 * DAY)
        while not seen or cursor:
            send = partial(WebClient.conversations_history, channel=room, oldest=since, cursor=cursor)
            found = account._api.call(Kind.USER, send)
            seen.append([row["ts"] for row in found["messages"]])
            cursor = next_cursor(found)
    assert [len(page) for page in seen] == [100, 100, 50]
    assert all(page == sorted(page, reverse=True) for page in seen)
    assert [max(page) for page in seen] == sorted(max(page) for page in seen)
    assert len({one for page in seen for one in page}) == 250


def test_the_newest_messages_of_a_busy_conversation_are_read(anna: SlackOffice) -> None:
    past(anna, 1200, 2 * HOUR)
    wanted = {anna.say(f"today {number}") for number in range(5)}
    anna.pass_time(60)
    with anna.account() as account:
        assert wanted <= {message.micros for message in messages(read(account, context(anna)))}


@pytest.mark.parametrize("wrap", [without_latest, rows_turned, lambda run: rows_turned(without_latest(run))])
def test_the_order_of_messages_and_pages_of_a_conversation_does_not_matter(
    anna: SlackOffice, wrap: Callable[[Run], Run]
) -> None:
    past(anna, 2500)
    wanted = {anna.say(f"today {number}") for number in range(5)}
    anna.pass_time(60)
    answering(anna, "conversations.history", wrap)
    with anna.account() as account:
        assert wanted <= {message.micros for message in messages(read(account, context(anna)))}


def test_what_is_too_old_to_matter_is_not_read_to_its_end(anna: SlackOffice) -> None:
    past(anna, 2900)
    with anna.account() as account:
        assert len(messages(read(account, context(anna)))) == 24
        # Three pages hold it all; the first reaches back 41 days, the second shows that it goes back in time.
        # And one for the channel.
        assert anna.calls.methods == ["users.conversations", *["conversations.history"] * (2 + 1)]


@pytest.mark.parametrize("wrap", [lambda run: run, rows_turned, newest_first_by_three])
def test_the_order_of_replies_does_not_matter(anna: SlackOffice, wrap: Callable[[Run], Run]) -> None:
    parent = anna.face.say(BEN, ROOM, "who knows?")
    said = list[str]()
    for who in (BEN, CARA, OWNER, BEN, CARA, BEN, OWNER, CARA):
        anna.pass_time(60)
        said.append(anna.face.say(who, ROOM, "this and that", parent))
    anna.pass_time(60)
    answering(anna, "conversations.replies", wrap)
    with anna.account() as account:
        found = {message.micros for message in messages(read(account, context(anna)))}
    assert found == {int(one.replace(".", "")) for one in said[2:]}


# ---- clocks


class Off:
    """A clock that is wrong by so many seconds."""

    def __init__(self, clock: OfficeClock, by: int) -> None:
        self._clock, self._by = clock, by

    def now(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self._by)

    def monotonic(self) -> float:
        return self._clock.monotonic()


@pytest.mark.parametrize("by", [900, -900])
def test_a_wrong_clock_of_ours_loses_nothing(anna: SlackOffice, by: int) -> None:
    clock: Clock = Off(anna.office.clock, by)

    def following(account: SlackAccount, before: list[ActivityPage]) -> list[ActivityPage]:
        shifted = replace(context(anna), window=Interval(anna.now() - DAY, anna.now() + 2 * DAY))
        return before + read(account, shifted, before[-1].cursor if before else None)

    with SlackConnector().open_account("anna", anna.options(), anna.tokens, clock) as account:
        assert isinstance(account, SlackAccount)
        wanted, pages = [anna.say("one")], list[ActivityPage]()
        for seconds in (5, 60, 400, 2000):
            anna.pass_time(seconds)
            pages = following(account, pages)
            assert max(one.end for page in pages for one in page.observed) == anna.now() + min(0, by)
            wanted.append(anna.say(f"after {seconds}"))
        anna.pass_time(HOUR)
        pages = following(account, pages)
    assert {message.micros for message in messages(pages)} == set(wanted)
    assert len(merge(one for page in pages for one in page.observed)) == 1


# ---- what is hidden


def test_what_slack_hides_does_not_count_as_observed(anna: SlackOffice) -> None:
    past(anna, 20 * 24)
    anna.face.space.hidden_before = anna.now() - 10 * DAY
    with anna.account() as account:
        pages = read(account, context(anna, 35 * DAY))
        following = read(account, context(anna, 35 * DAY), pages[-1].cursor)
    (oldest, *_) = sorted(messages(pages))
    assert pages[-1].observed == (Interval(oldest.micros // MILLION, anna.now()),)
    assert oldest.micros // MILLION == anna.now() - 10 * DAY
    assert [item.reason for page in pages for item in page.skipped] == [
        "Slack hides older messages in this workspace: what was before does not count as observed."
    ]
    assert following[-1].skipped == ()


def test_a_quiet_conversation_does_not_hide_what_the_others_show(anna: SlackOffice) -> None:
    past(anna, 20 * 24)
    room, bob = anna.room("Bob")
    for days in (15, 1):
        anna.office.chat.post(Post((anna.now() - days * DAY) * MILLION, room, bob, "hello"))
    anna.face.space.hidden_before = anna.now() - 10 * DAY
    with anna.account() as account:
        pages = read(account, context(anna, 5 * DAY))
    assert pages[-1].observed == (Interval(anna.now() - 5 * DAY, anna.now()),)
    assert pages[-1].skipped == ()


def test_where_all_is_hidden_nothing_counts_as_observed(anna: SlackOffice) -> None:
    past(anna, 24)
    anna.face.space.hidden_before = anna.now()
    with anna.account() as account:
        pages = read(account, context(anna))
    assert messages(pages) == set()
    assert pages[-1].observed == ()
    assert len(pages[-1].skipped) == 1


def test_a_message_that_cannot_be_used_is_told_of_once(anna: SlackOffice) -> None:
    room, _ = anna.room("Ada")
    for days in (60, 1):
        anna.office.chat.post(Post((anna.now() - days * DAY) * MILLION, room, "", "nobody's"))
    with anna.account() as account:
        pages = read(account, context(anna, 7 * DAY))
        for _ in range(3):
            anna.pass_time(60)
            pages += read(account, context(anna, 7 * DAY), pages[-1].cursor)
    assert [item.reason for page in pages for item in page.skipped] == ["1 message without a usable sender."]
