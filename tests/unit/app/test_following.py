"""Following: what is heard is kept at once, what was missed is read, and no time is vouched for that has gaps."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deepday.app import following
from deepday.app.accounts import connect
from deepday.app.following import BREATH, EVERY, Caught, FollowRequest, News
from deepday.app.syncing import Synced, SyncRequest
from deepday.connect import Capabilities, Port, no_progress
from deepday.connect.memory import MemoryAccount
from deepday.connect.memory.office import no_fault
from deepday.errors import InputError, NotEnoughDataError, RetryLaterError
from deepday.model import Interval
from deepday.store.rows import SourceKind
from tests.unit.app import stranger
from tests.unit.app.stranger import ME, Nobody, World, options
from tests.unit.app.test_syncing import CrashError, at_vendor, fill, hour, messages, opened, said, times

CHAT = f"Stranger ({ME})"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with stranger.installed(tmp_path, monkeypatch) as made:
        made.office()
        connect("stranger", options(ME), Nobody(), made.clock)
        yield made


class Following:
    """Follows turn by turn."""

    def __init__(self, world: World, name: str | None = None, *also: str) -> None:
        request = FollowRequest(SyncRequest(name, also))
        self._news = following.follow(request, no_progress, world.clock, world.wait)
        self.turn()  # the first sync, and the reading that closes the gap before it listened

    def turn(self) -> list[News]:
        """Return what happens in one turn."""
        return list(iter(self._news.__next__, None))

    def close(self) -> None:
        self._news.close()  # type: ignore[attr-defined]  # it is a generator


@pytest.fixture
def follower(world: World) -> Iterator[Following]:
    fill(world, 2)
    world.office().say("before")
    with closing(Following(world)) as made:
        yield made


def observed(world: World) -> list[Interval]:
    with opened(world) as store:
        return store.coverage(SourceKind.ACTIVITY)


def heard(news: list[News]) -> list[tuple[int, int]]:
    return [(one.added, one.removed) for one in news if isinstance(one, Caught)]


def read(news: list[News]) -> list[str]:
    return [one.source for one in news if isinstance(one, Synced)]


def test_without_an_account_it_says_how_to_connect_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with stranger.installed(tmp_path, monkeypatch) as bare, pytest.raises(NotEnoughDataError):
        Following(bare)


def test_an_unknown_calendar_is_said_before_anything_is_followed(world: World) -> None:
    with pytest.raises(InputError, match="no calendar"):
        Following(world, None, "nowhere")
    assert world.office().line == 0


def test_it_begins_with_a_whole_sync(world: World, follower: Following) -> None:
    assert times(world) == at_vendor(world.office())
    assert messages(world) == said(world.office())
    assert follower.turn() == []


def test_what_is_heard_is_in_the_store_at_once_and_vouched_for_by_the_next_reading(
    world: World, follower: Following
) -> None:
    before = observed(world)
    world.clock.turn(60)
    world.office().say("now", outgoing=True)
    assert heard(follower.turn()) == [(1, 0)]
    assert messages(world) == said(world.office())
    assert observed(world) == before
    assert world.office().unheard() == 0
    world.clock.turn(EVERY)
    assert read(follower.turn()) == ["Primary", CHAT]
    assert observed(world)[-1].end == world.office().now()
    assert messages(world) == said(world.office())


def test_what_was_heard_and_read_is_one_message(world: World, follower: Following) -> None:
    world.office().say("now")
    follower.turn()
    world.clock.turn(EVERY)
    follower.turn()
    with opened(world) as store:
        assert len(store.activity(Interval(0, 2**40))) == 2
        assert store.forget(CHAT)
        assert len(store.activity(Interval(0, 2**40))) == 0


def test_it_is_kept_before_it_is_acknowledged(world: World, follower: Following) -> None:
    def crash(call: str, moment: str) -> None:
        if (call, moment) == ("acknowledge_activity", "before"):
            assert messages(world) == said(world.office())
            raise CrashError

    world.office().say("now")
    world.office().fault = crash
    with pytest.raises(CrashError):
        follower.turn()
    assert world.office().unheard() == 1
    world.office().fault = no_fault
    world.office().say("while it was down")
    with closing(Following(world)) as again:
        again.turn()
    assert messages(world) == said(world.office())
    assert world.office().unheard() == 0


def test_a_crash_before_it_is_kept_loses_nothing(
    world: World, follower: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise CrashError

    world.office().say("now")
    with monkeypatch.context() as patch:
        patch.setattr("deepday.store.syncing.add_messages", crash)
        with pytest.raises(CrashError):
            follower.turn()
    assert len(messages(world)) == 1
    world.office().undelivered.clear()  # the vendor gave up meanwhile
    with closing(Following(world)):
        assert messages(world) == said(world.office())


def test_what_was_missed_while_the_line_was_down_is_read(world: World, follower: Following) -> None:
    world.clock.turn(60)
    world.office().drop_line()
    world.office().say("missed")
    world.clock.turn(60)
    assert read(follower.turn()) == ["Primary", CHAT]
    assert messages(world) == said(world.office())
    assert observed(world)[-1].end == world.office().now()
    world.clock.turn(60)
    assert follower.turn() == []


def test_a_gap_that_cannot_be_closed_is_not_vouched_for_and_tried_again(world: World, follower: Following) -> None:
    before = observed(world)

    def busy(call: str, moment: str) -> None:
        if (call, moment) == ("activity_changes", "before"):
            raise RetryLaterError("Slow down.", after=600)

    world.office().drop_line()
    world.office().say("missed")
    world.office().fault = busy
    failed = follower.turn()
    assert [one.error is None for one in failed if isinstance(one, Synced)] == [True, False]
    world.clock.turn(30)
    world.office().say("heard meanwhile")
    assert heard(follower.turn()) == [(1, 0)]
    assert observed(world) == before
    world.office().fault = no_fault
    assert follower.turn() == []  # it was asked to wait
    world.clock.turn(600)
    assert read(follower.turn()) == ["Primary", CHAT]
    assert messages(world) == said(world.office())
    assert observed(world)[-1].end == world.office().now()


def test_a_deleted_message_goes_again(world: World, follower: Following) -> None:
    at = world.office().say("oops")
    assert heard(follower.turn()) == [(1, 0)]
    world.office().unsay(at)
    assert heard(follower.turn()) == [(0, 1)]
    assert len(messages(world)) == 1


def test_a_deletion_that_nobody_heard_of_is_found_by_reading(world: World, follower: Following) -> None:
    kept = world.office().say("stays")
    at = world.office().say("oops")
    follower.turn()
    world.office().drop_line()
    world.office().unsay(at)
    world.clock.turn(60)
    assert heard(follower.turn()) == [(0, 1)]
    assert messages(world) == [divmod(one.micros, 1_000_000) for one in world.office().said if not one.deleted]
    assert divmod(kept, 1_000_000) in messages(world)


def test_what_a_reading_gave_before_is_not_taken_back_when_it_is_heard_late(world: World, follower: Following) -> None:
    world.office().say("both")
    world.office().drop_line()
    late = dict(world.office().undelivered)
    follower.turn()  # reads it
    world.office().undelivered.update(late)
    assert heard(follower.turn()) == [(0, 0)] * len(late)
    world.clock.turn(EVERY)
    follower.turn()
    assert messages(world) == said(world.office())


def test_calendars_are_synced_again_at_the_interval(world: World, follower: Following) -> None:
    world.office().add_event(hour(world, 30))
    world.clock.turn(EVERY - 1)
    assert read(follower.turn()) == []
    world.clock.turn(1)
    assert read(follower.turn()) == ["Primary", CHAT]
    assert times(world) == at_vendor(world.office())


def test_an_account_that_nobody_can_listen_to_is_synced_at_the_interval(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = Capabilities(frozenset(Port) - {Port.ACTIVITY_LISTENER})
    monkeypatch.setattr(MemoryAccount, "capabilities", lambda _: deaf)
    with closing(Following(world)) as follower:
        assert world.office().line == 0
        world.office().say("later")
        before = len(world.waited)
        assert follower.turn() == []
        assert len(world.waited) == before + 1
        world.clock.turn(EVERY)
        assert read(follower.turn()) == ["Primary", CHAT]
    assert messages(world) == said(world.office())


@pytest.mark.parametrize("call", ["heard_activity", "acknowledge_activity"])
def test_a_connection_that_fails_is_tried_again(world: World, follower: Following, call: str) -> None:
    def down(name: str, moment: str) -> None:
        if (name, moment) == (call, "before"):
            raise RetryLaterError("Nobody answers.")

    world.office().say("now")
    world.office().fault = down
    assert [one.error is not None for one in follower.turn() if isinstance(one, Synced)] == [True]
    world.office().fault = no_fault
    assert follower.turn() == []
    world.clock.turn(BREATH)
    follower.turn()  # a new connection is a gap, and reading comes first
    follower.turn()
    assert messages(world) == said(world.office())
    assert world.office().unheard() == 0


def test_a_refused_account_keeps_no_other_from_being_followed(world: World) -> None:
    other = "also-me@example.org"
    connect("stranger", options(other), Nobody(), world.clock)
    with closing(Following(world)) as follower:
        world.refused.add(other)
        world.clock.turn(EVERY)
        world.office(other).drop_line()
        follower.turn()
        world.office().say("heard")
        assert heard(follower.turn()) == [(1, 0)]


def test_what_was_erased_is_read_again(world: World, follower: Following) -> None:
    with opened(world) as store:
        assert store.forget(CHAT)
    world.office().say("now")
    world.clock.turn(EVERY)
    follower.turn()
    follower.turn()
    assert messages(world) == said(world.office())
