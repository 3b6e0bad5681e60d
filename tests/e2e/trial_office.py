"""Ten weeks of a made-up engineer, from a seed: two before a trial of eight, with a true effect or none."""

import json
import os
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from deepday.trial.protocol import Protocol, from_document
from tests.command import Ran, ran
from tests.e2e.exports import Said, vevent, write_calendar, write_export

FIRST = date(2026, 3, 23)  # the baseline's first Monday
TRIAL = date(2026, 4, 13)  # the trial's first Monday, after a week of notice
WEEKS = 8
HOLIDAY = date(2026, 5, 1)  # in Germany, a Friday
OUTAGE = date(2026, 4, 28)
CANARY = "Zebulon Quagmire"


def write_office(
    folder: Path,
    *,
    until: date,
    deep: Collection[date] = (),
    cut: float = 0.0,
    usual: float = 14.0,
    sick: Collection[date] = (),
    outages: Collection[date] = (),
    broken: Collection[date] = (),
    seed: int = 1,
) -> tuple[Path, Path]:
    """Write calendar and Slack export from :data:`FIRST` to ``until``, both included.

    A day has about ``usual`` interruptions, on deep-work days fewer by the share ``cut``, on ``broken`` ones not.
    """
    chance = Random(seed)
    events, messages = [], []
    day = FIRST
    while day <= until:
        count = max(0, round(chance.gauss(usual, usual / 4)))
        minutes = sorted(chance.sample(range(9 * 60, 17 * 60 - 10), 40))
        if day.weekday() < 5 and day not in sick:
            hour = chance.choice((10, 13, 15))
            lines = [
                f'ATTENDEE;CN="{CANARY}";PARTSTAT=ACCEPTED:mailto:{name}@example.com' for name in ("me", "zebulon")
            ]
            events.append(vevent(f"{hour:02}:00", f"{hour:02}:30", day=day, uid=f"{day}", lines=lines))
            if day in deep and day not in broken:
                count = round(count * (1 - cut))
            for number, at in enumerate(chance.sample(minutes, min(count, 40))):
                room = f"D{number % 5}"
                messages.append(Said(f"{at // 60:02}:{at % 60:02}", outgoing=False, where=room, day=day, text=CANARY))
                messages.append(Said(f"{(at + 2) // 60:02}:{(at + 2) % 60:02}", outgoing=True, where=room, day=day))
            if chance.random() < 0.3:
                messages.append(Said(f"18:{chance.randrange(10, 59)}", outgoing=True, where="D1", day=day))
        day += timedelta(days=1)
    messages = [one for one in messages if not (one.day in outages and one.where == "D1")]
    messages.sort(key=lambda one: (one.day, one.when))
    calendar = write_calendar(folder / "calendar.ics", events)
    return calendar, write_export(folder / "export.zip", messages, broken=outages)


SEED = "ab" * 32
DESIGNED = date(2026, 4, 6)
ME_AND = ("--me", "me@example.com", "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00", "--holidays", "DE-BE")


@dataclass
class Play:
    """A trial played through the command line, on days that it names, in a home of its own inside ``folder``."""

    folder: Path

    def environment(self, day: date) -> dict[str, str]:
        """Return what ``deepday`` runs in there, on that day at eight in the morning."""
        eight = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        home = self.folder / "home"
        return os.environ | {
            "DEEPDAY_CONFIG": str(home / "deepday.toml"),
            "DEEPDAY_DATA": str(home / "data"),
            "DEEPDAY_CLOCK_OFFSET": str(int(eight.timestamp() - time.time())),
            "COLUMNS": "100",
            "NO_COLOR": "1",
        }

    def run(self, day: date, *arguments: object) -> Ran:
        """Run ``deepday`` there and then."""
        return ran(*arguments, environment=self.environment(day), folder=self.folder, timeout=100)

    def copy(self, folder: Path) -> "Play":
        """Return the same trial in another folder, where it can go on differently."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Play(folder)

    def on(self, day: date, *arguments: object, code: int = 0) -> Ran:
        """Run ``deepday`` on that day, and expect that exit code."""
        done = self.run(day, *arguments)
        assert done.code == code, (arguments, done.out, done.err)
        return done

    def before(self) -> "Play":
        """Import the weeks before."""
        calendar, export = write_office(self.folder, until=DESIGNED - timedelta(days=1))
        self.on(DESIGNED, "import", calendar, export, *ME_AND)
        return self

    def design(self, *more: object) -> Protocol:
        """Design, and return the protocol."""
        self.on(DESIGNED, "trial", "design", "--from", TRIAL, "--file", "protocol.json", *more)
        return self.protocol()

    def protocol(self) -> Protocol:
        """The protocol as it was written."""
        return from_document(json.loads((self.folder / "protocol.json").read_text(encoding="utf-8")), "protocol")

    def start(self, *more: object) -> list[date]:
        """Design and start; return the deep-work days, sorted."""
        protocol = self.design("--seed", SEED, *more)
        self.on(DESIGNED, "trial", "start", "--protocol", "protocol.json")
        if not protocol.randomised:
            return [day for one in protocol.weeks for day in one.allowed[0]]
        return sorted(day for days in protocol.drawn(SEED).values() for day in days)

    def live(self, deep: Collection[date], until: date, **office: Any) -> None:
        """Import what happened until that day, included."""
        calendar, export = write_office(self.folder, until=until, deep=deep, **office)
        self.on(until + timedelta(days=1), "import", calendar, export, *ME_AND)
