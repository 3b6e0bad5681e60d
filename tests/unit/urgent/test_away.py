"""Whom the calendars and the address book of the chat know of."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from deepday.app.urgent_away import out_of_office
from deepday.app.urgent_people import Colleague, Surroundings
from deepday.app.urgent_running import policy_of
from deepday.config.settings import Settings
from deepday.model import ChainRole
from deepday.store.covers import CoverBook
from deepday.testing import TurnedClock
from tests.unit.urgent.desk import ADA, GRACE, OWNER, Office

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:leave
DTSTAMP:20260301T000000Z
DTSTART;VALUE=DATE:20260310
DTEND;VALUE=DATE:20260311
SUMMARY:Leave
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
END:VCALENDAR
"""


def settings(folder: Path, **urgent: object) -> Settings:
    point = {"email": "grace@example.org", "agreed": True, "calendars": [str(folder / "grace.ics")]}
    lost = {"email": "ben@example.org", "agreed": True, "calendars": [str(folder / "nowhere.ics")]}
    return Settings.model_validate({"me": {"zone": "Europe/Berlin"}, "point_people": [point, lost], "urgent": urgent})


def surroundings(office: Office) -> Surroundings:
    people = {name: Colleague(name, agreed=True) for name in ("grace@example.org", "ben@example.org")}
    ids = {"grace@example.org": GRACE}
    return Surroundings(
        office.store,
        CoverBook(office.database),
        ADA,
        OWNER,
        office.policy.zone,
        people,
        lambda address: ids.get(address, ""),
    )


def test_somebody_whose_calendar_says_out_of_office_is_skipped_for_that_day(tmp_path: Path) -> None:
    (tmp_path / "grace.ics").write_text(CALENDAR.replace("\n", "\r\n"), encoding="utf-8")
    office = Office(tmp_path)
    people = surroundings(office)
    people.away, notes = out_of_office(settings(tmp_path), office.clock)
    assert [note.split(" cannot")[0] for note in notes] == ["A calendar of ben@example.org"]
    (grace, ben) = people.covers(office.now())
    assert (grace.role, grace.chat, grace.away) == (ChainRole.BACKUP, GRACE, "out of office, by their calendar")
    assert (ben.chat, ben.away) == ("", "")
    (grace, _) = people.covers(int(datetime(2026, 3, 11, 9, tzinfo=UTC).timestamp()))
    assert grace.away == ""


def test_rules_may_name_senders_by_their_address(tmp_path: Path) -> None:
    rule = {"name": "boss", "verdict": "urgent", "people": ["grace@example.org", "new@example.org", "UBOSS"]}
    policy = policy_of(settings(tmp_path, rules=[rule]))
    rules, unknown = surroundings(Office(tmp_path)).with_ids(policy.rules)
    assert rules.own[0].people == {GRACE, "UBOSS"}
    assert unknown == ("new@example.org",)


def test_a_rule_about_nothing_is_refused_in_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="is about nothing"):
        settings(tmp_path, rules=[{"name": "all", "verdict": "wait"}])


def test_a_turned_clock_decides_which_day_it_is(tmp_path: Path) -> None:
    (tmp_path / "grace.ics").write_text(CALENDAR.replace("\n", "\r\n"), encoding="utf-8")
    found, _ = out_of_office(settings(tmp_path), TurnedClock(datetime(2026, 6, 1, tzinfo=UTC)))
    assert found["grace@example.org"] == ()
