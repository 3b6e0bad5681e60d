"""How many requests protection takes, by what went over the wire."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from deepday.model import ApprovedBlock, Interval, OverrideKind, SettingKind, Status
from tests.integration.stage import Exchange, RealStage, Served, served
from tests.simulation.witness import PERSON
from tests.simulation.world import HOUR, World, remove_disk

CALENDARS = ("google", "microsoft")
Ticked = Callable[[int], list[Exchange]]


@pytest.fixture(scope="module")
def there() -> Iterator[Served]:
    with served() as office:
        yield office
    remove_disk()


@pytest.fixture(params=CALENDARS)
def world(there: Served, request: pytest.FixtureRequest) -> Iterator[World]:
    stage = RealStage(there, request.param)
    made = World(3, calm=True, second_device=False, kinds=tuple(SettingKind), stage=stage)
    yield made
    made.close()


@pytest.fixture
def ticked(world: World, there: Served) -> Ticked:
    def tick(seconds: int) -> list[Exchange]:
        world.pass_time(seconds)
        before = len(there.wire.all)
        world.tick()
        return [one for one in there.wire.all[before:] if not one.path.startswith(("/token", "/oauth2"))]

    return tick


def settings(world: World) -> int:
    return len(world.kinds)


def writes(seen: list[Exchange]) -> list[str]:
    return [f"{one.method} {one.path.partition('?')[0].rsplit('/', 1)[-1]}" for one in seen if one.writes]


def test_a_block_costs_one_request_beside_the_look_that_finds_it_missing(world: World, ticked: Ticked) -> None:
    world.approve(7200, HOUR)
    ticked(0)  # with the lease of the devices
    world.approve(3 * 86_400, HOUR)
    seen = ticked(60)
    assert len(writes(seen)) == 1
    assert len(seen) == 2


def test_a_tick_with_nothing_to_do_costs_nothing(world: World, ticked: Ticked) -> None:
    world.approve(7200, HOUR)
    ticked(0)
    assert [ticked(15) for _ in range(8)] == [[]] * 8


def test_a_look_at_a_day_without_blocks_soon_is_rare_and_costs_three_requests(world: World, ticked: Ticked) -> None:
    world.approve(2 * 86_400, HOUR)
    ticked(0)
    looks = [seen for seen in (ticked(15) for _ in range(480)) if seen]  # two hours
    assert len(looks) <= 4
    assert all(len(seen) <= 3 for seen in looks)  # two of them see whose turn it is to write


def test_a_block_begins_with_one_look_and_one_write_for_each_setting(world: World, ticked: Ticked) -> None:
    """At Microsoft one for both of its own: six requests, as few as the vendors let it be."""
    world.approve(600, HOUR)
    for seconds in (0, 301, 284):
        ticked(seconds)
    seen = ticked(15)
    assert len([part for one in seen for part in one.each if part.writes]) == settings(world)
    assert len(writes(seen)) == 3
    assert len(seen) == 6


def test_a_block_under_way_is_looked_at_every_five_minutes(world: World, ticked: Ticked) -> None:
    world.approve(600, 2 * HOUR)
    for seconds in (0, 301, 299, 301):
        ticked(seconds)
    looks = [seen for seen in (ticked(15) for _ in range(81)) if seen]  # twenty minutes
    assert 3 <= len(looks) <= 9  # calendar and settings may take turns
    assert all(writes(seen) == [] for seen in looks)
    assert sum(map(len, looks)) <= 5 * (2 + settings(world))


def under_way(world: World, ticked: Ticked) -> ApprovedBlock:
    """Live through a block until five seconds before its end."""
    block = world.approve(600, HOUR)
    for seconds in (0, 600):
        ticked(seconds)
    for _, edge in pairwise((world.now(), *range(world.now() + 301, block.when.end - 15, 301))):
        ticked(edge - world.now())
    ticked(block.when.end - 5 - world.now())
    return block


def test_what_was_there_before_costs_a_look_and_a_write_at_the_end(world: World, ticked: Ticked) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    under_way(world, ticked)
    seen = ticked(5)
    assert Counter(writes(seen)) == Counter(["POST users.profile.set", *reply_off(world)])
    assert len(seen) <= 4 + 2  # and who may write
    quiet = [ticked(15) for _ in range(4)]
    assert quiet == [[]] * 4


def test_what_ends_by_itself_costs_nothing_at_the_end(world: World, ticked: Ticked) -> None:
    kinds = [kind for kind in world.kinds if kind is not SettingKind.AUTO_REPLY]
    world.accounts["laptop"] = [
        replace(one, settings=tuple(kind for kind in one.settings if kind in kinds)) for one in world.accounts["laptop"]
    ]
    block = under_way(world, ticked)
    assert not any(world.office.shown(kind).empty for kind in kinds)
    assert [ticked(15) for _ in range(20)] == [[]] * 20
    assert world.now() > block.when.end + 240
    assert all(world.office.shown(kind).empty for kind in kinds)
    assert not any(slot.owned for slot in world.device.store.known(PERSON).slots)


def test_the_words_of_an_automatic_reply_are_taken_back_at_the_end(world: World, ticked: Ticked) -> None:
    """What ends by itself costs nothing; a reply does too, and leaves our words in the mailbox: a look and a write."""
    under_way(world, ticked)
    seen = ticked(5)
    assert writes(seen) == reply_off(world)
    assert len(seen) <= 2 + 2  # and who may write
    assert [ticked(15) for _ in range(20)] == [[]] * 20


def reply_off(world: World) -> list[str]:
    return ["PUT vacation" if world.office.place.startswith("google") else "PATCH mailboxSettings"]


def test_to_end_early_takes_a_look_and_a_write_for_each_thing(world: World, ticked: Ticked) -> None:
    """At Microsoft one look and one write for all of its settings."""
    block = world.approve(600, HOUR)
    for seconds in (0, 600, 60):
        ticked(seconds)
    world.decide(block.id, OverrideKind.END, Interval(block.when.start, world.now()))
    seen = ticked(0)
    written = writes(seen)
    assert len([one for one in written if one.startswith("PATCH") and "mailboxSettings" not in one]) == 1  # the event
    slack = ["POST users.profile.set", "POST dnd.endSnooze"]
    own = ["POST $batch"] if SettingKind.PRESENCE in world.kinds else reply_off(world)
    assert Counter(written[1:]) == Counter([*slack, *own])
    assert len([part for one in seen for part in one.each if part.writes]) == 1 + settings(world)
    assert len(seen) == 2 * len(written) == 8
    ticked(15)  # whether the presence has shown
    assert ticked(15) == []
