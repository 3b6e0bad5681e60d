"""Urgent requests in the ledger of a played trial: asked at given instants, taken after some minutes or never."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from deepday.app.urgent_running import Ledger, opened_ledger
from deepday.connect.memory import MemoryOffice
from deepday.model import ChainRole, Request, UrgentSignal
from deepday.route.chain import Cover
from deepday.testing import TurnedClock
from tests.e2e.trial_office import Play
from tests.unit.urgent.desk import BEN, CARA, GRACE, Account, Office, Team

BERLIN = ZoneInfo("Europe/Berlin")
ME = "me@example.com"
SETTINGS = """
[me]
email = "me@example.com"
zone = "Europe/Berlin"
hours = "Mon-Fri 09:00-17:00"
holidays = "DE-BE"

[urgent]
weekly_overrides = 1
"""


@dataclass(frozen=True)
class Asked:
    """A request: its day, hour and minute; who presses what after how many minutes, nobody where that is ``None``."""

    day: date
    hour: int = 10
    minute: int = 0
    after: int | None = 4
    by: str = GRACE
    press: str = "take"


class Desk(Office):
    """The hands of everybody at the desk of a play's own store."""

    def __init__(self, ledger: Ledger, clock: TurnedClock) -> None:
        self.clock, self.store, self.desk = clock, ledger.urgent, ledger.desk
        self.protecting = ledger.protecting
        self.office = MemoryOffice(clock)
        self.account = Account(self.office)
        covers = [Cover(ChainRole.POINT, "grace", GRACE), Cover(ChainRole.BACKUP, "ben", BEN)]
        self.team = Team(clock, self.now() + 4 * 3600, covers)
        self.desk.people, self.desk.messenger = self.team, self.account
        self.numbers = self.now()

    def found(self, signal: UrgentSignal) -> Request:
        return next(one for one in self.store.requests(ME) if one.key == signal.id)


def ask(play: Play, patch: pytest.MonkeyPatch, *requests: Asked) -> None:
    """Let somebody ask, one request after the other, and let time pass until each is answered or left."""
    home = play.folder / "home"
    (home / "deepday.toml").write_text(SETTINGS, encoding="utf-8")
    with patch.context() as inside:
        inside.setenv("DEEPDAY_CONFIG", str(home / "deepday.toml"))
        inside.setenv("DEEPDAY_DATA", str(home / "data"))
        for one in requests:
            start = datetime(one.day.year, one.day.month, one.day.day, one.hour, one.minute, tzinfo=BERLIN)
            clock = TurnedClock(start)
            with opened_ledger(clock) as ledger:
                desk = Desk(ledger, clock)
                desk.ask(where=f"D_{CARA}_{one.day}_{one.hour}")
                for _ in range(one.after if one.after is not None else 0):
                    desk.later(60)
                if one.after is not None:
                    desk.press(one.by, one.press)
