"""Blocks on the clocks of forty zones, at every change of clocks from 2020 to 2035."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from deepday.model import ApprovedBlock
from deepday.reconcile.desired import active_blocks, live_blocks
from deepday.store.approved import Schedule

_NAMES = """
Africa/Cairo Africa/Casablanca Africa/El_Aaiun America/Asuncion America/Caracas America/Chicago America/Denver
America/Halifax America/Havana America/Los_Angeles America/Mexico_City America/Miquelon America/New_York America/Nuuk
America/Phoenix America/Santiago America/Sao_Paulo America/St_Johns Antarctica/Troll Asia/Amman Asia/Beirut
Asia/Damascus Asia/Gaza Asia/Jerusalem Asia/Kathmandu Asia/Kolkata Asia/Tehran Asia/Tokyo Atlantic/Azores
Australia/Adelaide Australia/Lord_Howe Australia/Sydney Europe/Berlin Europe/Chisinau Europe/Dublin Europe/London
Pacific/Apia Pacific/Auckland Pacific/Chatham Pacific/Easter
"""
ZONES = _NAMES.split()
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2020, 2036))
QUARTER = 900


def on_the_wall(instant: int, zone: str) -> datetime:
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).replace(tzinfo=None)


def offset(instant: int, zone: str) -> int:
    return int((on_the_wall(instant, zone) - datetime.fromtimestamp(instant, UTC).replace(tzinfo=None)).total_seconds())


@cache
def changes_of_clocks(zone: str) -> tuple[int, ...]:
    """Return the instants at which the zone's offset changes, found by looking at its clocks."""
    found, step = [], 12 * 3600
    before = offset(FIRST, zone)
    for instant in range(FIRST, LAST, step):
        if offset(instant + step, zone) == before:
            continue
        quarters = range(instant, instant + step + 1, QUARTER)
        found += [here for here in quarters if offset(here, zone) != offset(here - QUARTER, zone)]
        before = offset(instant + step, zone)
    return tuple(dict.fromkeys(found))


def expected(local: datetime, zone: str, change: int) -> int:
    """Return the first instant at which clocks show the time; where none does, what they would have shown unchanged."""
    guess = int(local.replace(tzinfo=UTC).timestamp())
    for instant in range(guess - 15 * 3600, guess + 15 * 3600, QUARTER):
        if on_the_wall(instant, zone) == local:
            return instant
    return guess - offset(change - QUARTER, zone)


def blocks_around(zone: str, change: int) -> Iterator[ApprovedBlock]:
    """Blocks that begin before, at and after the change, on that day and beside it."""
    day = on_the_wall(change, zone).replace(hour=0, minute=0)
    for shift in (-1, 0, 1):
        for start, minutes in ((0, 1440), (30, 90), (90, 60), (120, 30), (150, 30), (150, 90), (540, 210)):
            begins = day + timedelta(days=shift, minutes=start)
            yield ApprovedBlock(f"{begins}", "ada", begins, begins + timedelta(minutes=minutes), zone)


def test_forty_zones_are_looked_at_and_most_of_them_change_their_clocks() -> None:
    assert len(set(ZONES)) == 40
    assert sum(len(changes_of_clocks(zone)) for zone in ZONES) > 700
    assert len(changes_of_clocks("Europe/Berlin")) == 32
    assert changes_of_clocks("Asia/Tokyo") == ()


@pytest.mark.parametrize("zone", ZONES)
def test_a_block_begins_and_ends_when_clocks_say_so(zone: str) -> None:
    for change in changes_of_clocks(zone):
        for block in blocks_around(zone, change):
            start, end = expected(block.start, zone, change), expected(block.end, zone, change)
            if end <= start:
                end = start + int((block.end - block.start).total_seconds())
            assert (block.when.start, block.when.end) == (start, end), (block.id, change)
            assert block.when.seconds > 0


@pytest.mark.parametrize("zone", ZONES)
def test_a_block_is_under_way_once_and_in_one_piece(zone: str) -> None:
    for change in changes_of_clocks(zone)[::3]:
        for block in list(blocks_around(zone, change))[1::5]:
            schedule = Schedule((block,))
            live = live_blocks(schedule)
            looked = range(change - 3 * 86_400, change + 3 * 86_400, QUARTER)
            on = [instant for instant in looked if active_blocks(live, schedule, instant)]
            assert on == list(range(on[0], on[0] + QUARTER * len(on), QUARTER))
            assert abs(len(on) * QUARTER - block.when.seconds) < QUARTER


def test_a_time_that_is_skipped_is_read_as_if_it_were_not() -> None:
    block = ApprovedBlock(
        "b",
        "ada",
        datetime.fromisoformat("2026-03-29T02:30"),
        datetime.fromisoformat("2026-03-29T03:15"),
        "Europe/Berlin",
    )
    assert on_the_wall(block.when.start, block.zone) == datetime.fromisoformat("2026-03-29T03:30")
    assert block.when.seconds == 45 * 60


def test_a_time_that_comes_twice_is_the_first() -> None:
    block = ApprovedBlock(
        "b",
        "ada",
        datetime.fromisoformat("2026-10-25T02:30"),
        datetime.fromisoformat("2026-10-25T03:30"),
        "Europe/Berlin",
    )
    assert block.when.seconds == 2 * 3600
    assert on_the_wall(block.when.start + 3600, block.zone) == block.start
