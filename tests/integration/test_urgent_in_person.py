"""What people write to the owner in person, during a block and outside of one, over the served office."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.model import Door, RequestState
from deepday_sandbox.office import Room, Worker
from tests.connectors.slack.slack_office import BEN, BOT, OWNER, TO_BOT, slack_office
from tests.integration.test_urgent_slack import CANARY, CARA, GRACE, ROOMS, TEAM, WAIT, Live, connected

BETWEEN, ELSEWHERE = "D0ANNABEN1", "C0SECRET01"
ALLOW = "status,messages,in-person"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with slack_office(allow=ALLOW) as office:
        for name, chat in (("grace", GRACE), ("cara", CARA)):
            office.office.people.add(Worker(f"{name}@example.com", name.title(), slack_id=chat))
        for who, room in ROOMS.items():
            if room not in office.office.chat.rooms:
                office.office.chat.add(Room(room, "direct", members=[who, BOT]))
        office.office.chat.add(Room(BETWEEN, "direct", members=[OWNER, BEN]))
        office.office.chat.add(Room(TEAM, "channel", "team", [OWNER, BEN, GRACE, CARA, BOT]))
        office.office.chat.add(Room(ELSEWHERE, "private", "elsewhere", [OWNER, BEN, CARA]))
        with office.account() as account, connected(office, account):
            yield Live(office, account, tmp_path / "store.sqlite")


def test_a_direct_message_to_the_owner_is_answered_by_the_app_once_and_can_be_urgent(live: Live) -> None:
    live.office.face.say(BEN, BETWEEN, CANARY)
    live.office.face.say(BEN, BETWEEN, "and soon")
    live.round()
    assert sorted(one.state.value for one in live.requests()) == ["asked", "joined"]
    (answer,) = live.posts(TO_BOT)
    assert "You wrote to Anna. Anna is in deep work until" in str(answer["text"])
    assert f"<@{GRACE}> covers" in str(answer["text"])
    assert live.posts(BETWEEN) == []
    assert live.press(BEN, TO_BOT, "urgent").acknowledged
    assert next(one for one in live.requests() if one.state is not RequestState.JOINED).stage == "routed 0"
    assert CANARY in str(live.posts(ROOMS[GRACE])[-1]["blocks"])  # read again with the owner's eyes


def test_a_mention_is_answered_in_its_thread_where_the_app_is_and_to_the_sender_alone_elsewhere(live: Live) -> None:
    ts = live.office.face.say(CARA, TEAM, f"<@{OWNER}> {CANARY}")
    live.office.face.say(BEN, ELSEWHERE, f"<@{OWNER}> {CANARY}")
    live.round()
    assert [one.door for one in live.requests()] == [Door.MENTION] * 2
    (answer,) = [post for post in live.office.office.chat.between(TEAM, 0, 1 << 60) if post.user == BOT]
    assert answer.thread == int(ts.replace(".", ""))
    assert live.posts(ELSEWHERE) == []
    (alone,) = live.posts(TO_BOT)
    assert "You wrote to Anna." in str(alone["text"])
    assert live.press(BEN, TO_BOT, "urgent").acknowledged
    assert {one.stage for one in live.requests()} == {"asked", "routed 0"}


def test_what_is_no_mention_or_comes_outside_a_block_leaves_nothing_behind(live: Live) -> None:
    live.office.face.say(BEN, TEAM, CANARY)
    live.office.pass_time(7200)
    ts = live.office.face.say(BEN, BETWEEN, CANARY)
    live.office.face.edit(BEN, BETWEEN, ts, f"{CANARY} now")
    live.round()
    live.office.pass_time(301)
    live.round()
    assert live.requests() == []
    assert live.store.controls("anna@example.com") == []
    assert live.office.unacknowledged() == []
    assert live.posts(TO_BOT) == []


def test_an_edit_and_a_deletion_count_here_as_well(live: Live) -> None:
    ts = live.office.face.say(BEN, BETWEEN, CANARY)
    live.round()
    live.office.face.edit(BEN, BETWEEN, ts, "")
    live.round()
    assert live.requests()[0].state is RequestState.WITHDRAWN


@pytest.mark.parametrize("search", [True, False])
def test_what_nobody_heard_is_found_afterwards(live: Live, *, search: bool) -> None:
    if not search:
        for grant in live.office.face.space.user_grants.values():
            grant.scopes = grant.scopes - {"search:read"}
        live.office.tokens.save(live.office.signed_in(OWNER, sorted(live.office.face.space.user_grants[OWNER].scopes)))
    live.round()
    live.office.pass_time(60)
    live.office.face.space.mishaps.lose = 4  # the mention of the app is two events
    live.office.face.say(BEN, BETWEEN, CANARY)
    live.office.face.say(BEN, TEAM, f"<@{OWNER}> {CANARY}")
    live.office.face.say(CARA, TEAM, f"<@{BOT}> {CANARY}")
    live.listening.round(WAIT)
    assert live.requests() == []
    live.office.pass_time(301)
    live.round()
    live.round()
    found = {(one.sender, one.door) for one in live.requests()}
    mentions = {(BEN, Door.MENTION), (CARA, Door.MENTION)} if search else set()
    assert found == {(BEN, Door.DIRECT)} | mentions


def test_an_answer_in_an_old_thread_with_the_app_is_found_afterwards_and_read_again(live: Live) -> None:
    old = live.office.face.say(BEN, TO_BOT, "hello")
    live.round()
    live.office.pass_time(3000)
    live.round()
    live.office.face.space.mishaps.lose = 1
    live.office.face.say(BEN, TO_BOT, CANARY, thread_ts=old)
    live.office.pass_time(301)
    live.round()
    assert len(live.requests()) == 2
    assert live.press(BEN, TO_BOT, "urgent").acknowledged
    assert CANARY in str(live.posts(ROOMS[GRACE])[-1]["blocks"])


def test_a_lost_connection_is_caught_up_with_at_once(live: Live) -> None:
    live.round()
    live.office.face.space.mishaps.lose = 1
    live.office.face.say(BEN, BETWEEN, CANARY)
    hub = live.office.face.sockets
    opened = hub.opened
    hub.disconnect()
    assert hub.wait_for(lambda: hub.opened >= opened + 2 and hub.count == 2)
    live.listening.round(WAIT)
    assert [one.sender for one in live.requests()] == [BEN]  # no minutes have passed


def test_somebody_is_found_by_their_address(live: Live) -> None:
    assert live.account.find_person("grace@example.com") == GRACE
    assert live.account.find_person("nobody@example.com") == ""
