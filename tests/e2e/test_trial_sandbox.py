"""A whole trial on the sandbox office: read by the real connectors, ten weeks, disturbed in every usual way."""

import os
import time
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from deepday.errors import DeepdayError
from deepday_sandbox.office import Post
from deepday_sandbox.office.faults import Fault, FaultKind
from deepday_sandbox.people import OWNER
from tests.command import Ran, ran
from tests.integration.open_office import World, open_office

BERLIN = ZoneInfo("Europe/Berlin")
OPENS = date(2026, 4, 13)  # the Monday after the five weeks that the office holds
FIRST = OPENS + timedelta(weeks=1)
WEEKS = 8
SEED = "cd" * 32
OUTAGE_WEEK = 4
CANARY = "canary of a colleague"


def command(world: World, *arguments: object) -> Ran:
    environment = os.environ | {
        "DEEPDAY_CLOCK_OFFSET": str(int(world.office.clock.seconds() - time.time())),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    done = ran(*arguments, environment=environment, folder=world.folder, timeout=100)
    assert done.code == 0, (arguments, done.out, done.err)
    return done


def live(world: World, days: Collection[date], quiet: Collection[date], chance: Random, share: float = 0.33) -> None:
    """Let colleagues write on these days, on ``quiet`` ones that share of it, and the owner answer."""
    worker = world.office.people.find(OWNER.email)
    assert worker is not None
    rooms = [
        one for one in world.office.chat.rooms.values() if one.kind == "direct" and worker.slack_id in one.members
    ][:5]
    for day in days:
        count = max(2, round(chance.gauss(12, 3) * (share if day in quiet else 1)))
        for minute in sorted(chance.sample(range(9 * 60, 17 * 60), count)):
            at = datetime(day.year, day.month, day.day, tzinfo=BERLIN) + timedelta(minutes=minute)
            room = chance.choice(rooms)
            other = next(one for one in room.members if one != worker.slack_id)
            for who, later in ((other, 0), (worker.slack_id, 2)):
                micros = int((at + timedelta(minutes=later)).timestamp()) * 1_000_000
                world.office.chat.post(Post(micros, room.id, who, CANARY))


def turn(world: World, day: date) -> None:
    """It is that day, at eight in the morning."""
    world.office.clock.turn(datetime(day.year, day.month, day.day, 6, tzinfo=UTC))


def begin(world: World, *more: object) -> tuple[str, list[list[date]]]:
    """Connect, sync, design and start; return the protocol's hash, and each week's days."""
    home = world.folder / "home"
    home.mkdir(exist_ok=True)
    (home / "deepday.toml").write_text(
        f'[me]\nemail = "{OWNER.email}"\nzone = "Europe/Berlin"\nhours = "Mon-Fri 09:00-12:30,13:30-18:00"\n'
        'holidays = "DE-BE"\n',
        encoding="utf-8",
    )
    world.connect_google()
    world.connect_slack()
    world.sync()
    design = command(
        world, "trial", "design", "--from", FIRST, "--seed", SEED, "--file", "protocol.json", "--json", *more
    )
    command(world, "trial", "start", "--protocol", "protocol.json")
    weeks = design.json["protocol"]["weeks"]
    return design.json["hash"], [[date.fromisoformat(day) for day in one["days"]] for one in weeks]


def drawn_days(world: World, start: date) -> list[date]:
    """Return the week's deep-work days, as status tells them; the plan has no others."""
    told = command(world, "trial", "status", "--json").json["revealed"]
    own = [date.fromisoformat(day) for day in told["{}-W{:02}".format(*start.isocalendar())]]
    plan = command(world, "plan", "--from", start, "--weeks", "1", "--json").json
    assert {day["date"] for day in plan["days"]} <= set(map(str, own))
    return own


@pytest.mark.timeout(300)
def test_ten_weeks_with_sickness_holidays_a_broken_day_and_an_outage(tmp_path: Path) -> None:
    with open_office(tmp_path) as world:
        digest, weeks = begin(world)
        assert [len(days) for days in weeks] == [5, 4, 5, 4, 5, 4, 5, 5], "Labour Day, Ascension, Whit Monday"
        chance = Random(5)
        sick = broken = date.min
        for number, days in enumerate(weeks):
            start = FIRST + timedelta(weeks=number)
            turn(world, start)
            deep = drawn_days(world, start)
            sick = deep[0] if number == 2 else sick
            broken = deep[-1] if number == 3 else broken
            live(world, [day for day in days if day != sick], set(deep) - {broken}, chance)
            turn(world, start + timedelta(days=6))
            for kind, day in (("sick", sick), ("broken", broken)):
                if day in deep:
                    command(world, "trial", "deviation", day, kind)
            if number == OUTAGE_WEEK:
                world.office.faults.add(Fault(FaultKind.STATUS, times=-1, status=503))
                with pytest.raises(DeepdayError):
                    world.sync()
                world.office.faults.clear()
            else:
                world.sync()
        turn(world, FIRST + timedelta(weeks=WEEKS))
        world.sync()
        found = command(world, "trial", "report", "--json", "--pdf", "own.pdf", "--html", "own.html").json
        assert found["verdict"] == "better"
        assert found["primary"]["interval"][1] < 0
        assert (found["delivery"]["drawn"], found["delivery"]["kept"]) == (16, 14)
        missing = {row["date"]: row["missing"] for row in found["days"] if row["missing"]}
        assert missing == {str(sick): "no working day"}, "what was not read in the outage was read after it"
        shared = command(world, "trial", "report", "--shareable", "--pdf", "share.pdf", "--html", "share.html").out
        shared += command(world, "trial", "report", "--shareable").out
        shared += (tmp_path / "share.html").read_text(encoding="utf-8")
        for private in (CANARY, OWNER.email, OWNER.name, "sick"):
            assert private not in shared.replace("whether by sickness", ""), private
        command(world, "trial", "export", "out")
        assert command(world, "trial", "verify", "out", "--hash", digest, "--json").json["holds"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("length", "share", "verdict"), [(WEEKS, 1.0, "no meaningful change"), (2, 0.8, "not enough evidence yet")]
)
def test_without_an_effect_or_with_too_little_data_it_says_so(
    tmp_path: Path, length: int, share: float, verdict: str
) -> None:
    with open_office(tmp_path) as world:
        _, weeks = begin(world, "--weeks", length)
        chance = Random(6)
        for number, days in enumerate(weeks):
            start = FIRST + timedelta(weeks=number)
            turn(world, start)
            live(world, days, drawn_days(world, start), chance, share)
        turn(world, FIRST + timedelta(weeks=length))
        world.sync()
        found = command(world, "trial", "report", "--json", "--pdf", "own.pdf").json
        assert found["verdict"] == verdict
        assert (tmp_path / "own.pdf").read_bytes().startswith(b"%PDF")
