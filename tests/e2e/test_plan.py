"""``deepday plan``: from files without account or store, for a team, and with the store."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from deepday.app.sources import file_sources
from deepday.connect import ReadContext
from deepday.model import Interval
from tests.command import Ran
from tests.e2e.conftest import Run
from tests.e2e.exports import BERLIN, ME, vevent, write_calendar

MON = date(2026, 3, 9)
TUE, WED, THU, FRI = (MON + timedelta(days=number) for number in range(1, 5))
ME_AND = ("--me", ME, "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00", "--holidays", "none")
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    """A full Monday, a short meeting on Wednesday, a large one on Thursday."""
    large = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{name}@example.com" for name in ("me", *"abcdefghij")]
    return write_calendar(
        tmp_path / "calendar.ics",
        [
            *(vevent(f"{hour:02}:00", f"{hour + 1:02}:00", day=MON, lines=large) for hour in range(9, 17)),
            vevent("12:30", "13:00", day=WED, uid="sync", lines=large[:4]),
            vevent("11:00", "12:00", day=THU, uid="all-hands", lines=large),
        ],
    )


@pytest.fixture
def plan(run: Run, calendar: Path) -> Any:
    def planned(*more: object, code: int = 0) -> Ran:
        result = run("plan", "--calendar", calendar, *ME_AND, "--from", MON, "--weeks", "1", *more)
        assert result.code == code, result.err
        return result

    return planned


def dates(document: Any) -> list[str]:
    return [day["date"] for day in document["days"]]


def test_one_persons_plan_from_a_file(plan: Any) -> None:
    document = plan("--quota", "3", "--json").json
    assert document["schema"] == "deepday.plan/1"
    assert (document["status"], document["conflicts"]) == ("optimal", [])
    assert document["objective"] == document["bound"] == 480 + 480 + 450
    assert dates(document) == [str(TUE), str(WED), str(FRI)]
    wednesday = document["days"][1]
    assert (wednesday["person"], wednesday["point_person"], wednesday["backup"]) == (ME, None, None)
    assert (wednesday["start"], wednesday["end"]) == (f"{WED}T09:00:00+01:00", f"{WED}T17:00:00+01:00")
    assert (wednesday["gain"], wednesday["displaced"], wednesday["kept"]) == (450, [], ["sync"])
    assert {one["date"]: one["why"] for one in document["not_chosen"]} == {
        str(MON): "In the way: each day has an unbroken block of 120 minutes between what stays.",
        str(THU): "It is worth 30 minutes less than Wednesday 2026-03-11.",
    }


def test_the_same_answer_each_time_but_for_the_seconds(plan: Any) -> None:
    one, other = (plan("--json").json for _ in range(2))
    assert one | {"seconds": 0} == other | {"seconds": 0}


def test_dates_and_weekdays_that_are_out_of_the_question(plan: Any) -> None:
    document = plan("--quota", "1", "--fixed", TUE, WED, "--never", "Fri", "mon", "--json").json
    assert dates(document) == [str(THU)]
    assert f"In the way: {TUE} is marked as taken." in {one["why"] for one in document["not_chosen"]}


def test_no_plan_names_the_rules_and_the_price_of_each(plan: Any) -> None:
    result = plan("--quota", "4", "--never", "Fri", "--json", code=1)
    document = result.json
    assert (document["status"], document["days"]) == ("infeasible", [])
    rules = {rule["rule"]: rule["price"] for rule in document["conflicts"][0]["rules"]}
    assert set(rules) == {f"never:{ME}:Fri", f"quota:{ME}:1"} | {f"block:{ME}"}
    assert document["conflicts"][0]["cheapest"]["rule"] == f"never:{ME}:Fri"
    assert len(document["alternatives"][0]["days"]) == 4
    assert "Cheapest to give up: never on a Friday." in result.err
    freed = plan("--quota", "4", "--json").json
    assert freed["status"] == "optimal"


def test_half_days_and_what_ifs(plan: Any) -> None:
    document = plan("--half", "--quota", "2", "--what-if", "part=morning", "--what-if", "quota=3", "--json").json
    assert [day["part"] for day in document["days"]] == ["morning"] * 3
    assert len(document["what_if"]["days_before"]) == 2


def test_the_grid_the_reasons_the_page_and_the_calendar_file(plan: Any, tmp_path: Path) -> None:
    shown = plan("--quota", "2").out
    assert "2026-W11" in shown
    assert "█ 09:00-17:00" in shown
    assert "Tue 10 Mar, 09:00 to 17:00" in shown
    page, file = tmp_path / "plan.html", tmp_path / "plan.ics"
    result = plan("--quota", "2", "--html", page, "--ics", file)
    assert result.out == ""
    html = page.read_text(encoding="utf-8")
    assert "Deep work 09:00 to 17:00" in html
    assert "<script" not in html
    events = icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert [event["DTSTART"].to_ical() for event in events] == [b"20260310T080000Z", b"20260313T080000Z"]
    context = ReadContext(Interval(0, 1 << 40), BERLIN, ME)
    assert file_sources().calendar(str(file)).read_events(context).skipped == ()


def test_why_a_date_and_why_not(plan: Any) -> None:
    assert "It gains 480 minutes of uninterrupted time" in plan("why", TUE).out
    assert "worth 60 minutes less" in plan("--quota", "1", "why", THU).out.replace("\n", " ")
    assert "In the way: never on a Thursday." in plan("--never", "Thu", "why", THU).out
    outside = plan("why", "2026-04-10", code=2)
    assert "lies outside the plan" in outside.err


def test_meetings_in_the_way_come_with_texts(plan: Any) -> None:
    document = plan("meetings", WED, "--json").json
    assert document["schema"] == "deepday.plan-meetings/1"
    meeting = document["meetings"][0]
    assert meeting["event"] == "sync"
    proposals = {option["proposal"]: option for option in meeting["options"]}
    assert set(proposals) == {"keep", "shorten", "ask"}
    assert "3 others were not looked at" in proposals["ask"]["note"]
    assert "Thank you" in proposals["ask"]["text"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--weeks", "13"), "13 weeks cannot be planned."),
        (("--weeks", "0"), "0 weeks cannot be planned."),
        (("--quota", "-1"), "quota must be at least 0."),
        (("--quota", "9"), "A week of me@example.com has 5 working days, and 9 deep-work days are asked for."),
        (("--never", "Someday"), "'Someday' is no weekday."),
        (("--fixed", "tomorrow"), "'tomorrow' is no date."),
        (("--what-if", "quota"), "'quota' is no change of a setting."),
        (("--what-if", "quotum=2"), "There is no planning setting 'quotum'."),
        (("--what-if", "prices.shares=2"), "There is no planning setting 'prices.shares'."),
        (("--what-if", "prices.share=9"), "prices.share must be at most 2."),
        (("--what-if", "prices=9"), "prices is a table."),
        (("--solver", "magic"), "There is no planner 'magic'."),
        (("accept",), "Only a team's plan, or one from imported or connected calendars, can be changed."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(plan: Any, arguments: tuple[str, ...], said: str) -> None:
    result = plan(*arguments, code=2)
    assert said in result.err
    assert len(result.err.strip().splitlines()) == 2


def test_dates_in_the_past_are_planned_with_a_remark(plan: Any) -> None:
    assert "lies in the past: this is what could have been planned." in plan("--json").json["notes"][0]


def test_without_data_there_is_advice(run: Run) -> None:
    result = run("plan", *ME_AND)
    assert result.code == 3
    assert "deepday import" in result.err


def test_an_empty_calendar_is_said(run: Run, tmp_path: Path) -> None:
    empty = write_calendar(tmp_path / "empty.ics")
    document = run("plan", "--calendar", empty, *ME_AND, "--from", MON, "--json").json
    assert len(document["days"]) == 4
    assert "every day counts as free" in document["notes"][1]


TEAM = """
[plan]
quota = 1

[[person]]
email = "me@example.com"
zone = "Europe/Berlin"
calendars = ["calendar.ics"]
point_people = [{ email = "ada@example.com", agreed = true }, { email = "bob@example.com", agreed = true }]

[[person]]
email = "ada@example.com"
zone = "Europe/London"
calendars = ["empty.ics"]
point_people = [{ email = "bob@example.com", agreed = true }, { email = "me@example.com", agreed = true }]

[[person]]
email = "bob@example.com"
zone = "Europe/Berlin"
calendars = ["empty.ics"]
deep = false

[[team]]
name = "ML"
members = ["me@example.com", "ada@example.com", "bob@example.com"]
reachable = 0
"""


@pytest.fixture
def team(run: Run, calendar: Path, tmp_path: Path) -> Any:
    assert calendar.parent == tmp_path
    write_calendar(tmp_path / "empty.ics")
    file = tmp_path / "team.toml"

    def planned(text: str = TEAM, *more: object) -> Ran:
        file.write_text(text, encoding="utf-8")
        return run("plan", "--team", file, "--from", MON, "--weeks", "1", *more)

    return planned


@pytest.mark.parametrize("solver", ["auto", "greedy"])
def test_a_team_is_covered_by_people_who_are_there(team: Any, solver: str) -> None:
    document = team(TEAM, "--solver", solver, "--json").json
    assert document["engine"] == {"auto": "HiGHS", "greedy": "greedy"}[solver]
    assert len(document["days"]) == 2
    for day in document["days"]:
        others = {"me@example.com", "ada@example.com", "bob@example.com"} - {day["person"]}
        assert {day["point_person"], day["backup"]} == others
    assert len({day["date"] for day in document["days"]}) == 2, "who covers is not deep"
    assert sum(row["covers"] for row in document["people"]) == 4


def test_the_order_of_people_in_a_team_file_does_not_matter(team: Any) -> None:
    head, *people = TEAM.split("[[person]]")
    one, other = (
        team("[[person]]".join([head, *order]), "--what-if", "quota=1", "--json").json
        for order in (people, people[::-1])
    )
    assert one | {"seconds": 0} == other | {"seconds": 0}


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", 2, "names nobody"),
        (TEAM.replace("bob@example.com", "eve@example.com", 1), 2, "names eve@example.com as point person, who is no"),
        (
            TEAM.replace("quota = 1", 'quota = 1\nnever = ["Mon","Tue","Wed","Thu","Fri","Sat","Sun"]'),
            2,
            "never on any",
        ),
        (TEAM.replace("quota = 1", "quata = 1"), 2, "did you mean quota?"),
        (TEAM.replace('calendars = ["empty.ics"]\ndeep', "deep"), 1, "No plan keeps all the rules."),
        (TEAM.replace("calendars", "#calendars"), 3, "Nobody in the team file has a calendar"),
        (TEAM.replace("Europe/London", "Europe/Londen"), 2, "did you mean"),
    ],
)
def test_team_files_that_cannot_be_planned_say_why(team: Any, text: str, code: int, said: str) -> None:
    result = team(text)
    assert result.code == code
    assert said in result.err


def test_the_last_one_at_work_stays_reachable(team: Any) -> None:
    """When it is 17:00 in Berlin only London works: with one who stays reachable London is never deep."""
    document = team(TEAM.replace("reachable = 0", "reachable = 1"), "--json").json
    rules = {rule["rule"]: rule["price"] for conflict in document["conflicts"] for rule in conflict["rules"]}
    assert set(rules) == {"reachable:ML", "quota:ada@example.com:1"}
    texts = [rule["text"] for conflict in document["conflicts"] for rule in conflict["rules"]]
    assert "at least 1 of ML stay reachable at every hour (only 1 works at 16:00 UTC on 2026-03-09)" in texts


def test_a_team_without_accepted_days_has_nobody_who_covers(team: Any) -> None:
    ran = team(TEAM, "cover")
    assert ran.code == 0
    assert "No accepted day is covered by anybody." in ran.out
    assert "team.toml accept; or ask first:" in team(TEAM).err


def test_a_point_person_without_a_calendar_is_named(team: Any) -> None:
    result = team(TEAM.replace('calendars = ["empty.ics"]\ndeep', "deep"))
    assert "no calendar of bob@example.com is connected" in " ".join(result.out.split())


def test_a_team_file_that_is_not_there(run: Run) -> None:
    result = run("plan", "--team", "nowhere.toml")
    assert (result.code, "There is no team file nowhere.toml." in result.err) == (2, True)


@pytest.fixture
def mine(run: Run, calendar: Path) -> Any:
    """The same calendar in the store, a week before it."""
    offset = str(int(NOW.timestamp() - time.time()))

    def command(*arguments: object, code: int = 0) -> Ran:
        result = run(*arguments, DEEPDAY_CLOCK_OFFSET=offset)
        assert result.code == code, result.err
        return result

    command("import", calendar, *ME_AND)
    return command


def planned_dates(mine: Any) -> list[str]:
    return dates(mine("plan", "--weeks", "1", "--json").json)


def test_accept_move_and_skip(mine: Any) -> None:
    assert planned_dates(mine) == [str(TUE), str(FRI)]
    accepted = mine("plan", "--weeks", "1", "accept", TUE, "--json")
    assert "Accepted: 2026-03-10." in accepted.err
    assert [day["accepted"] for day in accepted.json["days"]] == [True, False]
    skipped = mine("plan", "--weeks", "1", "skip", FRI, "--json").json
    assert dates(skipped) == [str(TUE), str(WED)]
    assert planned_dates(mine) == [str(TUE), str(WED)], "a deleted day is not proposed again"
    moved = mine("plan", "--weeks", "1", "move", WED, THU, "--json").json
    assert [(day["date"], day["accepted"]) for day in moved["days"]] == [(str(TUE), True), (str(THU), True)]
    refused = mine("plan", "--weeks", "1", "move", THU, MON, code=2)
    assert "unbroken block" in refused.err
    again = mine("plan", "--weeks", "1").out
    assert "✓" in again


def test_planning_again_changes_nothing_until_the_calendar_does(mine: Any, calendar: Path) -> None:
    assert planned_dates(mine) == [str(TUE), str(FRI)]
    again = mine("plan", "--weeks", "1", "--json").json["changes"]
    assert (again["added"], again["removed"], again["moved"]) == ([], [], [])
    full = [
        vevent(
            f"{hour:02}:00",
            f"{hour + 1:02}:00",
            day=FRI,
            uid=f"new{hour}",
            lines=[f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{name}@example.com" for name in ("me", *"abcdefghij")],
        )
        for hour in range(9, 17)
    ]
    text = calendar.read_text(encoding="utf-8").replace("END:VCALENDAR", "\r\n".join([*full, "END:VCALENDAR"]))
    calendar.write_bytes(text.encode())
    mine("import", calendar)
    after = mine("plan", "--weeks", "1", "--json").json
    assert dates(after) == [str(TUE), str(WED)]
    assert [(one["from"]["date"], one["to"]["date"]) for one in after["changes"]["moved"]] == [(str(FRI), str(WED))]


def test_what_cannot_be_accepted_or_moved(mine: Any) -> None:
    assert "No deep-work day is proposed for 2026-03-12." in mine("plan", "--weeks", "1", "accept", THU, code=2).err
    assert "There is no deep-work day on 2026-03-12." in mine("plan", "--weeks", "1", "skip", THU, code=2).err
    assert "lies in the past" in mine("plan", "--weeks", "1", "move", TUE, "2026-02-10", code=2).err
    assert "is a deep-work day already" in mine("plan", "--weeks", "1", "move", TUE, FRI, code=2).err


def test_old_settings_become_lines_for_the_configuration(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "clockwise.toml"
    old.write_text('tool = "clockwise"\nweekly_minutes = 1440\nblock_minimum_minutes = 90\n', encoding="utf-8")
    result = run("plan", "adopt", old)
    assert (result.code, result.out) == (0, "[plan]\nquota = 3\nblock = 90\n")
    assert "1440 minutes a week become 3 days:" in result.err


def test_the_point_people_of_the_configuration_are_checked(run: Run, calendar: Path, tmp_path: Path) -> None:
    busy = write_calendar(tmp_path / "busy.ics", [vevent("09:00", "16:00", day=TUE), vevent("09:00", "16:00", day=FRI)])
    free = write_calendar(tmp_path / "free.ics", [vevent("09:00", "09:30", day=FRI)])
    config = tmp_path / "home" / "deepday.toml"
    config.parent.mkdir()
    people = f"""
[[point_people]]
email = "ada@example.com"
agreed = true
calendars = ["{busy}"]

[[point_people]]
email = "bob@example.com"
agreed = true
calendars = ["{free}"]
"""
    config.write_text(people, encoding="utf-8")
    command = ("plan", "--calendar", calendar, *ME_AND, "--from", MON, "--weeks", "1", "--quota", "1", "--json")
    day = run(*command).json["days"][0]
    assert (day["date"], {day["point_person"], day["backup"]}) == (str(WED), {"ada@example.com", "bob@example.com"})
    config.write_text(people.replace("calendars", "#calendars"), encoding="utf-8")
    unchecked = run(*command).json
    assert unchecked["days"][0]["point_person"] is None
    assert any("whether somebody covers is not checked" in note for note in unchecked["notes"])
