"""A whole trial on the sandbox office: read by the real connectors, ten weeks, disturbed in every usual way."""

import os
import subprocess
import time
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from deepday.errors import DeepdayError
from deepday_sandbox.office import Post
from deepday_sandbox.office.faults import Fault, FaultKind
from deepday_sandbox.people import OWNER
from tests.e2e.conftest import DEEPDAY, Ran
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
    done = subprocess.run(
        [str(DEEPDAY), *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=world.folder,
        check=False,
        timeout=100,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return Ran(done.returncode, done.stdout, done.stderr)


def live(world: World, days: Collection[date], quiet: Collection[date], chance: Random) -> None:
    """Let colleagues write on these days, on ``quiet`` ones two thirds less, and the owner answer."""
    worker = world.office.people.find(OWNER.email)
    assert worker is not None
    rooms = [
        one for one in world.office.chat.rooms.values() if one.kind == "direct" and worker.slack_id in one.members
    ][:5]
    for day in days:
        count = max(2, round(chance.gauss(12, 3) * (0.33 if day in quiet else 1)))
        for minute in sorted(chance.sample(range(9 * 60, 17 * 60), count)):
            at = datetime(day.year, day.month, day.day, tzinfo=BERLIN) + timedelta(minutes=minute)
            room = chance.choice(rooms)
            other = next(one for one in room.members if one != worker.slack_id)
            for who, later in ((other, 0), (worker.slack_id, 2)):
                micros = int((at + timedelta(minutes=later)).timestamp()) * 1_000_000
                world.office.chat.post(Post(micros, room.id, who, CANARY))


def test_ten_weeks_with_sickness_holidays_a_broken_day_and_an_outage(tmp_path: Path) -> None:
    with open_office(tmp_path) as world:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        (home / "deepday.toml").write_text(
            f'[me]\nemail = "{OWNER.email}"\nzone = "Europe/Berlin"\nhours = "Mon-Fri 09:00-12:30,13:30-18:00"\n'
            'holidays = "DE-BE"\n',
            encoding="utf-8",
        )
        world.connect_google()
        world.connect_slack()
        world.sync()
        design = command(world, "trial", "design", "--from", FIRST, "--seed", SEED, "--file", "protocol.json", "--json")
        weeks = design.json["protocol"]["weeks"]
        assert [len(one["days"]) for one in weeks] == [5, 4, 5, 4, 5, 4, 5, 5], "Labour Day, Ascension, Whit Monday"
        command(world, "trial", "start", "--protocol", "protocol.json")
        chance = Random(5)
        deep: list[date] = []
        sick = broken = date.min
        for number in range(WEEKS):
            start = FIRST + timedelta(weeks=number)
            world.office.clock.turn(datetime(start.year, start.month, start.day, 6, tzinfo=UTC))
            told = command(world, "trial", "status", "--json").json
            own = [date.fromisoformat(day) for day in told["revealed"][weeks[number]["week"]]]
            deep += own
            plan = command(world, "plan", "--from", start, "--weeks", "1", "--json").json
            assert {day["date"] for day in plan["days"]} <= set(map(str, own)), "no days but those drawn"
            days = [date.fromisoformat(day) for day in weeks[number]["days"]]
            if number == 2:
                sick, days = own[0], [day for day in days if day != own[0]]
            if number == 3:
                broken = own[-1]
            live(world, days, set(own) - {broken}, chance)
            ended = start + timedelta(days=6)
            world.office.clock.turn(datetime(ended.year, ended.month, ended.day, 6, tzinfo=UTC))
            if number == 2:
                command(world, "trial", "deviation", sick, "sick")
            if number == 3:
                command(world, "trial", "deviation", broken, "broken")
            if number == OUTAGE_WEEK:
                world.office.faults.add(Fault(FaultKind.STATUS, times=-1, status=503))
                try:
                    world.sync()
                except DeepdayError:
                    world.office.faults.clear()
                    continue
                raise AssertionError("the outage was not noticed")
            world.sync()
        over = FIRST + timedelta(weeks=WEEKS)
        world.office.clock.turn(datetime(over.year, over.month, over.day, 6, tzinfo=UTC))
        world.sync()
        found = command(world, "trial", "report", "--json", "--pdf", "own.pdf", "--html", "own.html").json
        assert found["verdict"] == "better"
        assert found["primary"]["interval"][1] < 0
        assert (found["delivery"]["drawn"], found["delivery"]["kept"]) == (16, 14)
        missing = {row["date"]: row["missing"] for row in found["days"] if row["missing"]}
        assert missing == {str(sick): "no working day"}, "what was not read in the outage was read after it"
        shared = command(world, "trial", "report", "--shareable", "--pdf", "share.pdf", "--html", "share.html").out
        shared += command(world, "trial", "report", "--shareable").out + (tmp_path / "share.html").read_text()
        for private in (CANARY, OWNER.email, OWNER.name, "sick"):
            assert private not in shared.replace("whether by sickness", ""), private
        command(world, "trial", "export", "out")
        assert command(world, "trial", "verify", "out", "--hash", design.json["hash"], "--json").json["holds"]
