"""``deepday plan`` with people who cover: a team's plan in the store, swaps, and the load over time."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.command import Ran
from tests.e2e.conftest import Run
from tests.e2e.exports import ME, vevent, write_calendar
from tests.e2e.test_plan import FRI, ME_AND, MON, NOW, THU, WED, dates

ADA, BOB, CYD = "ada@example.com", "bob@example.com", "cyd@example.com"
_POINTS = ", ".join(f'{{ email = "{name}", agreed = true }}' for name in (ADA, BOB, CYD))
TEAM = f"""
[plan]
quota = 1

[[person]]
email = "{ME}"
zone = "Europe/Berlin"
calendars = ["me.ics"]
point_people = [{_POINTS}]

[[person]]
email = "{ADA}"
zone = "Europe/Berlin"
calendars = ["ada.ics"]
point_people = [{{ email = "{BOB}", agreed = true }}, {{ email = "{CYD}", agreed = true }}]

[[person]]
email = "{BOB}"
zone = "Europe/Berlin"
calendars = ["bob.ics"]
deep = false

[[person]]
email = "{CYD}"
zone = "Europe/Berlin"
calendars = ["cyd.ics"]
deep = false
"""


@pytest.fixture
def team(run: Run, tmp_path: Path) -> Any:
    """Four people: Bob is busy on Thursday, nobody has imported anything. Two weeks, seen a week before them."""
    for name in ("me", "ada", "cyd"):
        write_calendar(tmp_path / f"{name}.ics", [vevent("12:00", "12:30", day=MON, uid=name)])
    write_calendar(tmp_path / "bob.ics", [vevent("09:00", "15:00", day=THU, uid="bob")])
    file = tmp_path / "team.toml"
    file.write_text(TEAM, encoding="utf-8")
    offset = str(int(NOW.timestamp() - time.time()))

    def command(*arguments: object, weeks: int = 1, code: int = 0) -> Ran:
        result = run("plan", "--team", file, "--weeks", weeks, *arguments, DEEPDAY_CLOCK_OFFSET=offset)
        assert result.code == code, result.err
        return result

    return command


def day_of(document: Any, person: str) -> Any:
    return next(day for day in document["days"] if day["person"] == person)


def test_a_teams_accepted_days_stay_and_skipped_ones_do_not_come_back(team: Any) -> None:
    before = team("--json").json
    mine, adas = day_of(before, ME), day_of(before, ADA)
    accepted = team("--json", "accept", mine["date"], "--for", ME)
    assert accepted.err == f"Accepted: {mine['date']}.\n"
    after = accepted.json
    assert (day_of(after, ME)["accepted"], day_of(after, ADA)["accepted"]) == (True, False)
    skipped = team("skip", adas["date"], "--for", ADA, "--json").json
    assert day_of(skipped, ADA)["date"] != adas["date"]
    assert day_of(skipped, ME)["accepted"]
    again = team("--json").json
    assert dates(again) == dates(skipped)
    assert day_of(again, ADA)["date"] != adas["date"], "in that week it is not proposed again"
    assert {day_of(again, ME)[role] for role in ("point_person", "backup")} == {
        mine["point_person"],
        mine["backup"],
    }


def test_a_day_of_a_team_moves_and_can_be_asked_about(team: Any) -> None:
    mine = day_of(team("--json").json, ME)["date"]
    other = next(str(day) for day in (WED, FRI) if str(day) != mine)
    moved = team("--json", "move", mine, other, "--for", ME).json
    assert (day_of(moved, ME)["date"], day_of(moved, ME)["accepted"]) == (other, True)
    assert ME in team("--json", "why", mine).json["reasons"][0] or ADA in team("why", mine).out
    reasons = team("--json", "why", mine, "--for", ME.upper()).json["reasons"]
    assert reasons[0] == f"{ME}:"
    assert "skip --undo" in reasons[1]
    meetings = team("--json", "meetings", MON, "--for", ADA).json
    assert [one["event"] for one in meetings["meetings"]] == ["ada"]
    assert "is no person of this plan" in team("why", mine, "--for", "eve@example.com", code=2).err


def test_where_two_are_deep_on_a_date_it_must_be_said_whose(team: Any) -> None:
    plan = team("--json").json
    mine, adas = day_of(plan, ME)["date"], day_of(plan, ADA)["date"]
    if mine != adas:
        team("move", adas, mine, "--for", ADA)
    refused = team("skip", mine, code=2)
    assert refused.err.splitlines() == [
        f"2 people have a deep-work day on {mine}.",
        f"Say whose: --for {ADA} or --for {ME}.",
    ]
    assert team("accept", mine).err == f"Accepted: {mine}.\n"


@pytest.fixture
def accepted(team: Any) -> Any:
    """My Thursday, accepted: Bob cannot cover it."""
    mine = day_of(team("--json").json, ME)["date"]
    if mine != str(THU):
        team("move", mine, THU, "--for", ME)
    return day_of(team("accept", THU, "--for", ME, "--json").json, ME)


def test_who_covers_is_exchanged_after_the_planners_check(team: Any, accepted: Any) -> None:
    point, backup = accepted["point_person"], accepted["backup"]
    assert {point, backup} == {ADA, CYD}
    swapped = team("swap", THU, backup, "--for", ME, "--json")
    assert swapped.err == (f"{backup} is point person on {THU} instead of {point}, who takes the other role.\n")
    day = day_of(swapped.json, ME)
    assert (day["point_person"], day["backup"]) == (backup, point)
    assert (day_of(team("--json").json, ME)["point_person"]) == backup, "and stays"
    said = {
        (BOB, "--for", ME): f"{BOB} cannot cover {THU}: {BOB} has meetings for 360 minutes of it.",
        ("eve@example.com", "--for", ME): f"cannot cover {THU}: {ME} does not name them as point person.",
        (backup, "--for", ME): f"{backup} has that role on {THU} already.",
        (CYD, "--topic", "training", "--for", ME): f"{THU} has no topic 'training'.",
    }
    for arguments, sentence in said.items():
        refused = team("swap", THU, *arguments, code=2)
        assert sentence in refused.err
        assert len(refused.err.splitlines()) == 2
    table = team("--json", "cover").json
    assert table["schema"] == "deepday.plan-cover/1"
    assert {one["person"]: one["covered"] for one in table["people"]} == {ME: 0, ADA: 1, BOB: 0, CYD: 1}
    roles = {one["role"]: (one["covered_by"], one["before"]) for one in table["days"]}
    assert roles == {"point person": (backup, [point]), "backup": (point, [backup])}
    shown = team("cover").out
    assert "2026-W11" in shown
    assert f"{backup}, point person, before: {point}" in " ".join(shown.split())


def test_only_accepted_days_have_somebody_to_exchange(team: Any) -> None:
    adas = day_of(team("--json").json, ADA)["date"]
    assert "is not accepted: who covers it may still change." in team("swap", adas, CYD, "--for", ADA, code=2).err


def test_the_backup_can_be_exchanged_too(team: Any) -> None:
    team()
    day = day_of(team("accept", "--json").json, ME)
    swapped = team("swap", day["date"], day["point_person"], "--backup", "--for", ME, "--json").json
    assert (day_of(swapped, ME)["point_person"], day_of(swapped, ME)["backup"]) == (
        day["backup"],
        day["point_person"],
    )
    assert day_of(swapped, ADA)["point_person"], "the other day is covered as before"


def test_a_day_of_ones_own_with_point_people_of_the_configuration(run: Run, tmp_path: Path) -> None:
    mine = write_calendar(tmp_path / "me.ics", [vevent("12:00", "12:30", day=MON)])
    for name in ("ada", "bob", "cyd"):
        write_calendar(tmp_path / f"{name}.ics", [vevent("09:00", "15:00", day=FRI)] if name == "cyd" else [])
    clock = {"DEEPDAY_CLOCK_OFFSET": str(int(NOW.timestamp() - time.time()))}
    assert run("import", mine, *ME_AND, **clock).code == 0
    with (tmp_path / "home" / "deepday.toml").open("a", encoding="utf-8") as file:
        for name in (ADA, BOB, CYD):
            calendar = tmp_path / f"{name[:3]}.ics"
            file.write(f'\n[[point_people]]\nemail = "{name}"\nagreed = true\ncalendars = ["{calendar}"]\n')
    plan = ("plan", "--weeks", "1", "--quota", "1")
    planned = run(*plan, "--json", **clock).json["days"][0]
    assert run(*plan, "accept", **clock).code == 0
    moved = run(*plan, "move", planned["date"], FRI, "--json", **clock)
    assert moved.code == 0, moved.err
    refused = run(*plan, "swap", FRI, CYD, **clock)
    assert refused.err == (f"{CYD} cannot cover {FRI}: {CYD} has meetings for 360 minutes of it.\nWho could: {BOB}.\n")
    swapped = run(*plan, "--json", "swap", FRI, BOB, **clock).json["days"][0]
    assert (swapped["date"], swapped["point_person"], swapped["backup"]) == (str(FRI), BOB, ADA)
    table = run("plan", "--weeks", "1", "cover", "--json", **clock).json
    assert {one["person"]: one["covered"] for one in table["people"]} == {ADA: 1, BOB: 1, CYD: 0}
    later = run("plan", "--weeks", "1", "--quota", "1", "--from", MON + timedelta(weeks=1), "--json", **clock)
    day = later.json["days"][0]
    assert (day["point_person"], day["backup"]) == (CYD, ADA), "who has not covered yet comes first"


def test_old_settings_as_json(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.toml"
    old.write_text('tool = "clockwise"\nweekly_minutes = 1440\nblock_minimum_minutes = 90\n', encoding="utf-8")
    document = run("plan", "adopt", old, "--json").json
    assert (document["schema"], document["plan"]) == ("deepday.plan-adopt/1", {"quota": 3, "block": 90})
    assert document == run("plan", "--json", "adopt", old).json


def test_an_accepted_day_that_nobody_can_cover_any_more_can_be_skipped(
    team: Any, accepted: Any, tmp_path: Path
) -> None:
    assert accepted["date"] == str(THU)
    write_calendar(tmp_path / "cyd.ics", [vevent("09:00", "17:00", day=THU, uid="cyd")])
    stuck = team("--json", code=1)
    assert "Cheapest to give up" in stuck.err
    assert "No plan keeps all the rules as it is." in team("swap", THU, BOB, "--for", ME, code=2).err
    freed = team("skip", THU, "--for", ME, "--json").json
    assert freed["status"] == "optimal"
    assert day_of(freed, ME)["date"] != str(THU)


def test_what_was_accepted_is_not_new(team: Any) -> None:
    mine = day_of(team("--json").json, ME)["date"]
    changes = team("accept", mine, "--for", ME, "--json").json["changes"]
    assert (changes["added"], changes["removed"], changes["moved"]) == ([], [], [])
