"""Following a served office over Slack's own library: whatever happens on the way, the store is what a reading says."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deepday.app import following
from deepday.app.following import EVERY, Caught, FollowRequest, News
from deepday.app.measuring import measure_period
from deepday.app.request import Request
from deepday.app.syncing import Synced, SyncRequest
from deepday.config.paths import config_file, database_location
from deepday.connect import no_progress
from deepday.measure.result import DayMeasure
from deepday.model import Interval
from deepday.store import open_store
from deepday.store.rows import SourceKind
from deepday_sandbox.people import OWNER
from tests.integration.open_office import World, at_home, open_office

EVER = Interval(0, 2**40)
CANARY = "canary-launch-codes"
Row = tuple[int, int, int, int, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_office(tmp_path_factory.mktemp("following"), 3) as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(following, "TURN", 0.2)
        # Hours pass here in a second. A ticket that is too old makes Slack's library lose a socket, without an error.
        patch.setattr("deepday_sandbox.slack.socket_mode.TICKET_SECONDS", 1 << 30)
        settle_in()
        made.connect_google()
        made.connect_slack(events=True)
        yield made


def settle_in() -> None:
    config_file().parent.mkdir()
    config_file().write_text(f"[me]\nemail = '{OWNER.email}'\nzone = 'Europe/Berlin'\n")


class Follower:
    """Follows turn by turn, and fails where a source does."""

    def __init__(self, world: World) -> None:
        self.world = world
        request = FollowRequest(SyncRequest())
        self._news = following.follow(request, no_progress, world.office.clock, world.office.clock.advance)
        self.settle()

    def turn(self) -> list[News]:
        found: list[News] = list(iter(self._news.__next__, None))
        for one in found:
            if isinstance(one, Synced) and one.error:
                raise one.error
        return found

    def settle(self) -> list[News]:
        """Return what happens until a turn brings nothing, and Slack waits for nothing."""
        found: list[News] = []
        hub = self.world.slack.sockets
        while (more := self.turn()) or hub.unacknowledged:
            found += more
        return found

    def close(self) -> None:
        self._news.close()  # type: ignore[attr-defined]  # it is a generator


@pytest.fixture
def follower(world: World) -> Iterator[Follower]:
    world.slack.sockets.wait_for(lambda: not world.slack.sockets.count)
    with closing(Follower(world)) as made:
        yield made


def stored(world: World) -> list[Row]:
    with open_store(database_location(), world.office.clock) as store:
        stream = store.activity(EVER)
    names = [stream.conversations[index].pseudonym for index in stream.conversation]
    return sorted(zip(stream.at, stream.micros, stream.outgoing, stream.mention, names, strict=True))


def covered(world: World) -> list[Interval]:
    with open_store(database_location(), world.office.clock) as store:
        return store.coverage(SourceKind.ACTIVITY)


def measured(world: World) -> tuple[DayMeasure, ...]:
    today = world.office.clock.now().date().isoformat()
    outcome = measure_period(Request(first="2026-03-30", last=today), no_progress, clock=world.office.clock)
    assert outcome.problem is None
    return tuple(outcome.measurement.days)


class Talk:
    """People who write to the owner, and the owner who answers; with ``second_thoughts`` they edit and delete."""

    def __init__(self, world: World, seed: int, *, second_thoughts: bool = True) -> None:
        self.world = world
        self.second_thoughts = second_thoughts
        self.chance = random.Random(seed)
        worker = world.office.people.find(OWNER.email)
        assert worker is not None
        self.owner = worker.slack_id
        rooms = world.office.chat.rooms.values()
        bots = {one.slack_id for one in world.office.people if one.is_bot}
        self.rooms = [one for one in rooms if self.owner in one.members and len(set(one.members) - bots) > 1]
        self.said: list[tuple[str, str, str]] = []

    def something(self) -> None:
        """Let somebody write, answer, edit or delete."""
        chance, face = self.chance, self.world.slack
        self.world.office.clock.advance(chance.randint(1, 40))
        deed = chance.random() if self.second_thoughts else 1
        if self.said and deed < 0.1:
            who, room, ts = self.said.pop(chance.randrange(len(self.said)))
            face.edit(who, room, ts, "")
        elif self.said and deed < 0.2:
            who, room, ts = chance.choice(self.said)
            face.edit(who, room, ts, chance.choice([f"{CANARY} again", f"<@{self.owner}> {CANARY}"]))
        else:
            self._say()

    def _say(self) -> None:
        chance = self.chance
        room = chance.choice(self.rooms)
        people = [one for one in room.members if not self._is_bot(one)]
        who = self.owner if chance.random() < 0.3 else chance.choice(people)
        words = f"<@{self.owner}> {CANARY}" if chance.random() < 0.2 else CANARY
        threads = [ts for _, where, ts in self.said if where == room.id]
        thread = chance.choice(threads) if threads and chance.random() < 0.4 else None
        ts = self.world.slack.say(who, room.id, words, thread)
        if thread is None:
            self.said.append((who, room.id, ts))

    def _is_bot(self, name: str) -> bool:
        return any(one.slack_id == name and one.is_bot for one in self.world.office.people)


def read_anew(world: World, folder: Path) -> tuple[list[Row], tuple[DayMeasure, ...]]:
    """Return what a reading in full says, in a home of its own."""
    with pytest.MonkeyPatch.context() as patch:
        at_home(patch, folder)
        settle_in()
        world.connect_google()
        world.connect_slack(events=True)
        world.sync()
        return unnamed(stored(world)), measured(world)


def unnamed(rows: list[Row]) -> list[Row]:
    """Number the conversations: every home has pseudonyms of its own."""
    numbers: dict[str, str] = {}
    return [(*row[:4], numbers.setdefault(row[4], str(len(numbers)))) for row in rows]


def test_what_was_heard_is_what_a_reading_says(world: World, follower: Follower, tmp_path: Path) -> None:
    talk, news = Talk(world, 1), list[News]()
    for _ in range(40):
        talk.something()
        if talk.chance.random() < 0.3:
            news += follower.turn()
    news += follower.settle()
    assert sum(one.added for one in news if isinstance(one, Caught)) > 10
    heard = unnamed(stored(world))
    world.office.clock.advance(86_400)
    rows, days = read_anew(world, tmp_path)
    assert heard == rows
    follower.settle()
    assert unnamed(stored(world)) == rows
    assert measured(world) == days
    assert CANARY.encode() not in b"".join(path.read_bytes() for path in world.folder.rglob("*.db*"))


@pytest.mark.parametrize(("seed", "losses"), [(2, False), (3, True)])
def test_mishaps_change_nothing(
    world: World,
    follower: Follower,
    tmp_path: Path,
    seed: int,
    losses: bool,
) -> None:
    # Of a message that was read before, no reading says that it was deleted: that news must not be lost.
    talk, mishaps = Talk(world, seed, second_thoughts=not losses), world.slack.space.mishaps
    for number in range(60):
        deed = talk.chance.random()
        mishaps.lose += losses and deed < 0.05
        mishaps.double += 0.05 <= deed < 0.15
        mishaps.swap += 0.15 <= deed < 0.25
        talk.something()
        if losses and number % 20 == 10:
            world.slack.sockets.drop()
        if losses and number % 20 == 15:
            world.slack.sockets.disconnect()
        if talk.chance.random() < 0.2:
            follower.turn()
    mishaps.lose = mishaps.double = mishaps.swap = 0
    world.office.clock.advance(EVERY)
    follower.settle()
    world.office.clock.advance(600)
    rows, _ = read_anew(world, tmp_path)
    assert unnamed(stored(world)) == rows


def test_a_crash_between_events_loses_nothing(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk(world, 4, second_thoughts=False)
    for number in range(4):
        with closing(Follower(world)) as follower:
            for _ in range(8):
                talk.something()
            with monkeypatch.context() as patch:
                broken = "deepday.store.syncing.add_messages" if number % 2 else "deepday_slack.account.SlackAccount"
                name = broken if number % 2 else f"{broken}.acknowledge_activity"
                patch.setattr(name, crash)
                with pytest.raises(RuntimeError, match="crash"):
                    follower.settle()
        talk.something()
        world.slack.sockets.wait_for(lambda: not world.slack.sockets.count)
    with closing(Follower(world)) as follower:
        world.office.clock.advance(EVERY)
        follower.settle()
    world.office.clock.advance(600)
    rows, _ = read_anew(world, tmp_path)
    assert unnamed(stored(world)) == rows


def crash(*_: object) -> None:
    raise RuntimeError("crash")


def test_no_time_is_vouched_for_that_was_not_read(world: World, follower: Follower) -> None:
    before = covered(world)
    world.slack.space.mishaps.lose = 1
    talk = Talk(world, 5)
    for _ in range(5):
        talk.something()
    follower.settle()
    assert covered(world) == before
    world.office.clock.advance(EVERY)
    follower.settle()
    assert covered(world)[-1].end == world.office.clock.seconds()
