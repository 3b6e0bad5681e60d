"""Chat as it happens: threads, edits, what Slack repeats or holds back, and what is meant for others."""

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.connect import Port, ReadContext
from deepday.connect.slack_messages import UnusableError
from deepday.errors import RetryLaterError
from deepday.model import HeardActivity, Interval, Message
from deepday_sandbox.office import Fault, Room
from deepday_sandbox.office.faults import FaultKind
from deepday_sandbox.slack.calls import micro
from deepday_slack.account import SlackAccount
from deepday_slack.spoken import is_spoken, spoken_of
from tests.connectors.slack.slack_office import BEN, BOT, OWNER, TO_BOT, SlackOffice, slack_office

TEAM_ROOM = "C0TEAM0001"
WAIT = 0.4


@pytest.fixture
def office() -> Iterator[SlackOffice]:
    with slack_office(allow="events,messages") as served:
        served.office.chat.add(Room(TEAM_ROOM, "channel", "team", [OWNER, BEN, BOT]))
        yield served


def context(office: SlackOffice, window: Interval | None = None) -> ReadContext:
    week = Interval(office.now() - 7 * 86_400, office.now() + 7 * 86_400)
    return ReadContext(window or week, ZoneInfo("UTC"), "anna@example.com")


@contextmanager
def listening(office: SlackOffice) -> Iterator[SlackAccount]:
    with office.account() as account:
        (gap,) = account.heard_activity(context(office), 0)
        account.acknowledge_activity(gap)
        yield account


def hear(account: SlackAccount, office: SlackOffice) -> list[HeardActivity]:
    """Return what is heard, acknowledged."""
    found = []
    for heard in account.heard_activity(context(office), WAIT):
        found.append(heard)
        if not heard.gap:
            account.acknowledge_activity(heard)
    return found


def messages(found: list[HeardActivity]) -> list[Message]:
    return sorted(message for heard in found for message in heard.messages)


def read(account: SlackAccount, window: ReadContext) -> list[Message]:
    pages = [account.activity_changes(window)]
    while pages[-1].more:
        pages.append(account.activity_changes(window, pages[-1].cursor))
    return sorted(message for page in pages for message in page.messages)


def test_replies_count_once_the_owner_has_written_in_the_thread(office: SlackOffice) -> None:
    with listening(office) as account:
        opening = office.face.say(BEN, TEAM_ROOM, "standup?")
        office.face.say(BEN, TEAM_ROOM, "anybody?", opening)
        own = office.face.say(OWNER, TEAM_ROOM, "here", opening)
        answer = office.face.say(BEN, TEAM_ROOM, "good", opening)
        found = messages(hear(account, office))
        assert [one.micros for one in found] == [micro(own), micro(answer)]
        office.pass_time(60)
        assert found == read(account, context(office))


def test_a_thread_from_before_is_looked_at_once(office: SlackOffice) -> None:
    opening = office.face.say(BEN, TEAM_ROOM, "standup?")
    office.face.say(OWNER, TEAM_ROOM, "here", opening)
    other = office.face.say(BEN, TEAM_ROOM, "lunch?")
    office.pass_time(3600)
    with listening(office) as account:
        office.calls.methods.clear()
        expected = [micro(office.face.say(BEN, TEAM_ROOM, "good", opening)) for _ in range(3)]
        for _ in range(3):
            office.face.say(BEN, TEAM_ROOM, "pizza", other)
        assert [one.micros for one in messages(hear(account, office))] == expected
        assert office.calls.methods == ["conversations.replies"] * 2


def test_a_reply_of_the_owners_that_comes_late_is_a_gap_at_most(office: SlackOffice) -> None:
    opening = office.face.say(BEN, TEAM_ROOM, "standup?")
    with listening(office) as account:
        office.face.say(BEN, TEAM_ROOM, "nobody?", opening)
        assert messages(hear(account, office)) == []
        office.pass_time(2)
        with office.office.lock:
            space = office.face.space
            space.mishaps.swap = 1
        own = office.face.say(OWNER, TEAM_ROOM, "here", opening)
        answer = office.face.say(BEN, TEAM_ROOM, "good", opening)
        found = hear(account, office)
        assert micro(own) in {one.micros for one in messages(found)}
        # Two connections may bring the two in the right order after all: then the answer itself is heard.
        assert any(one.gap for one in found) or micro(answer) in {one.micros for one in messages(found)}
        office.pass_time(60)
        assert micro(answer) in {one.micros for one in read(account, context(office))}


def test_a_thread_that_cannot_be_read_now_is_a_gap(office: SlackOffice) -> None:
    opening = office.face.say(OWNER, TEAM_ROOM, "standup?")
    middle = office.face.say(BEN, TEAM_ROOM, "lunch?")
    office.face.say(OWNER, TEAM_ROOM, "yes", middle)
    with listening(office) as account:
        office.office.faults.add(Fault(FaultKind.STATUS, "conversations.replies", code="internal_error"))
        answer = office.face.say(BEN, TEAM_ROOM, "here", opening)  # Slack says whose thread that is
        office.face.say(BEN, TEAM_ROOM, "pizza", middle)
        found = hear(account, office)
    assert [one.micros for one in messages(found)] == [micro(answer)]
    assert sorted(one.gap for one in found) == [False, True]  # two connections keep no order


def test_an_edit_says_what_the_message_is_now(office: SlackOffice) -> None:
    with listening(office) as account:
        ts = office.face.say(BEN, TEAM_ROOM, "could somebody look?")
        assert hear(account, office) == []
        office.face.edit(BEN, TEAM_ROOM, ts, f"<@{OWNER}> could you look?")
        (mention,) = messages(hear(account, office))
        assert (mention.micros, mention.mention) == (micro(ts), True)
        office.face.edit(BEN, TEAM_ROOM, ts, "done")
        (taken,) = hear(account, office)
        assert taken.removals == ((mention.conversation, micro(ts)),)


def test_what_slack_delivers_twice_is_given_once(office: SlackOffice) -> None:
    with listening(office) as account:
        office.face.space.mishaps.double = 1
        at = office.say("hello")
        assert [one.micros for one in messages(hear(account, office))] == [at]
        assert office.unheard() == 0


def test_what_comes_in_another_order_is_the_same(office: SlackOffice) -> None:
    with listening(office) as account:
        office.face.space.mishaps.swap = 1
        expected = [office.say("one"), office.say("two")]
        assert [one.micros for one in messages(hear(account, office))] == expected


def test_what_is_not_acknowledged_in_time_comes_again_and_is_given_once(office: SlackOffice) -> None:
    with listening(office) as account:
        at = office.say("hello")
        (first,) = account.heard_activity(context(office), WAIT)
        office.pass_time(4)  # Slack stops waiting, and delivers again
        (again,) = account.heard_activity(context(office), WAIT)
        assert (first.id, first.messages[0].micros) == (again.id, at)
        account.acknowledge_activity(again)
        assert hear(account, office) == []
        assert office.unheard() == 0


def test_it_comes_again_after_a_restart(office: SlackOffice) -> None:
    with listening(office) as account:
        office.say("hello")
        (first,) = account.heard_activity(context(office), WAIT)
    office.face.sockets.wait_for(lambda: not office.face.sockets.count)
    with listening(office) as account:
        office.pass_time(61)
        assert [one.id for one in hear(account, office)] == [first.id]


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled", "warning"])
def test_a_moved_connection_is_a_gap(office: SlackOffice, reason: str) -> None:
    with listening(office) as account:
        before = office.face.sockets.opened
        office.face.sockets.disconnect(reason)
        assert office.face.sockets.wait_for(lambda: office.face.sockets.opened > before)
        assert next(account.heard_activity(context(office), 10)).gap


def test_events_that_slack_holds_back_are_a_gap(office: SlackOffice) -> None:
    with listening(office) as account:
        office.face.space.events_per_hour = 0
        office.say("too much")
        assert [one.gap for one in account.heard_activity(context(office), WAIT)] == [True]


def test_an_old_thread_is_not_proven_by_reading(office: SlackOffice) -> None:
    opening = office.face.say(OWNER, TEAM_ROOM, "a long story")
    office.pass_time(31 * 86_400)
    with listening(office) as account:
        window = Interval(office.now() - 3600, office.now() + 3600)
        office.face.say(BEN, TEAM_ROOM, "go on", opening)
        told = list(account.heard_activity(context(office, window), WAIT))
    assert [(len(one.messages), one.proven_by_reading) for one in told] == [(1, False)]


def test_urgent_requests_and_chat_share_the_connections(office: SlackOffice) -> None:
    with listening(office) as account:
        assert list(account.signals(0)) == []
        name = office.signal("prod is down")
        at = office.say("hello")
        assert [one.micros for one in messages(hear(account, office))] == [at]
        assert [one.id for one in account.signals(WAIT)] == [name]
        assert office.face.sockets.opened == 2


def test_a_request_that_nobody_here_takes_is_left_to_others(office: SlackOffice) -> None:
    with listening(office) as account:
        office.signal("prod is down")
        assert hear(account, office) == []
        assert office.unheard() == 1


def test_chat_that_nobody_here_takes_is_done_with(office: SlackOffice) -> None:
    with office.account() as account:
        assert list(account.signals(0)) == []
        assert office.face.sockets.wait_for(lambda: office.face.sockets.count == 2)
        office.say("hello")
        assert list(account.signals(WAIT)) == []
        assert office.unheard() == 0


def test_what_the_owner_writes_to_the_bot_is_the_owners(office: SlackOffice) -> None:
    office.office.chat.rooms[TO_BOT].members.append(OWNER)
    with listening(office) as account:
        ts = office.face.say(OWNER, TO_BOT, "note to self")
        assert [(one.micros, one.outgoing) for one in messages(hear(account, office))] == [(micro(ts), True)]


def test_without_a_connection_it_is_said(office: SlackOffice) -> None:
    with office.account() as account:
        office.office.faults.add(Fault(FaultKind.STATUS, "apps.connections.open", code="internal_error"))
        with pytest.raises(RetryLaterError):
            next(account.heard_activity(context(office), 0))


def test_it_is_announced_only_where_it_was_allowed() -> None:
    with slack_office(allow="messages") as office, office.account() as account:
        assert Port.ACTIVITY_LISTENER not in account.capabilities().ports
    with slack_office(allow="events") as office, office.account() as account:
        assert {Port.ACTIVITY_LISTENER, Port.ACTIVITY_READER} == account.capabilities().ports


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("1770000000.000100")
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.just("message"),
        "subtype": st.sampled_from(["message_changed", "message_deleted", "me_message"]) | SCALARS,
        "channel": st.just("C1") | SCALARS,
        "user": st.just(OWNER) | SCALARS,
        "ts": SCALARS,
        "thread_ts": SCALARS,
        "message": SCALARS | st.dictionaries(st.sampled_from(["type", "ts", "user", "thread_ts"]), SCALARS),
        "previous_message": SCALARS | st.dictionaries(st.sampled_from(["ts", "thread_ts"]), SCALARS),
    },
)


@given(EVENTS | SCALARS, SCALARS | st.lists(SCALARS | st.dictionaries(st.just("user_id"), SCALARS)))
def test_nonsense_is_nothing_or_unclear(event: object, seen_by: object) -> None:
    payload = {"team_id": "T1", "event": event, "authorizations": seen_by}
    assert is_spoken("events_api", payload, OWNER) in {True, False}
    try:
        spoken = spoken_of(payload, "T1", OWNER)
    except UnusableError:
        return
    assert spoken is None or spoken.channel


def test_other_workspaces_and_envelopes_are_not_the_owners() -> None:
    event = {"type": "message", "channel": "C1", "user": OWNER, "ts": "1770000000.000100"}
    assert spoken_of({"team_id": "T2", "event": event}, "T1", OWNER) is None
    assert not is_spoken("slash_commands", {"event": event}, OWNER)
    other = {"event": {**event, "user": BEN}, "authorizations": [{"user_id": BEN}]}
    assert not is_spoken("events_api", other, OWNER)
