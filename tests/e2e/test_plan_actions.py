"""What is done with a plan after it was shown: accepted, skipped and taken back, moved."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.command import Ran
from tests.e2e.conftest import Run
from tests.e2e.exports import ME, vevent, write_calendar
from tests.e2e.test_plan import FRI, ME_AND, MON, NOW, THU, TUE, WED, dates


@pytest.fixture
def at(run: Run, tmp_path: Path) -> Any:
    """Run a command at an instant, by default a week before the plan; a calendar with one short meeting is stored."""

    def command(*arguments: object, now: datetime = NOW, code: int = 0) -> Ran:
        result = run(*arguments, DEEPDAY_CLOCK_OFFSET=str(int(now.timestamp() - time.time())))
        assert result.code == code, result.err
        return result

    command("import", write_calendar(tmp_path / "me.ics", [vevent("12:00", "12:30", day=MON)]), *ME_AND)
    return command


def accepted(ran: Ran) -> list[str]:
    return [day["date"] for day in ran.json["days"] if day["accepted"]]


def test_only_what_was_proposed_is_accepted(at: Any) -> None:
    refused = at("plan", "--weeks", "1", "accept", code=3)
    assert refused.err.splitlines() == [
        "There is nothing to accept: no day that is still to come is proposed.",
        "Run deepday plan first.",
    ]
    shown = dates(at("plan", "--weeks", "1", "--quota", "3", "--never", "Tue", "--json").json)
    assert len(shown) == 3
    assert accepted(at("plan", "accept", "--json")) == shown


def test_a_newcomer_is_told_what_to_do_next(at: Any) -> None:
    assert "Next: deepday plan accept" in at("plan", "--weeks", "1").err
    free = str(next(day for day in (MON, TUE, WED, THU, FRI) if str(day) not in dates(at("plan", "--json").json)))
    refused = at("plan", "accept", free, code=2).err
    assert f"deepday plan move {dates(at('plan', '--json').json)[0]} {free}." in refused
    at("plan", "accept")
    assert "Next:" not in at("plan").err


def test_days_beyond_what_was_read_of_the_calendar_are_said_to_be_guesses(at: Any) -> None:
    assert "only: other days count as free." in " ".join(at("plan", "--from", "2028-01-03", "--weeks", "1").out.split())
    assert "only: other days count as free." not in " ".join(at("plan", "--weeks", "12").out.split())


def test_other_options_do_not_accept_days_that_were_never_shown(at: Any) -> None:
    shown = dates(at("plan", "--weeks", "1", "--quota", "1", "--json").json)
    assert accepted(at("plan", "--quota", "4", "accept", "--json")) == shown


def test_skip_and_move_plan_again_with_the_options_of_the_proposal(at: Any) -> None:
    shown = dates(at("plan", "--weeks", "1", "--quota", "3", "--never", "Fri", "--json").json)
    again = at("plan", "skip", shown[0], "--json").json
    assert (len(again["days"]), again["last"]) == (3, str(MON + timedelta(days=6)))
    assert str(FRI) not in dates(again)
    moved = at("plan", "move", dates(again)[0], shown[0], "--json").json
    assert len(moved["days"]) == 3
    assert str(FRI) not in dates(moved)


def test_skipping_most_of_a_week_leaves_a_smaller_plan_and_is_taken_back(at: Any) -> None:
    plan = at("plan", "--weeks", "1", "--json").json
    for _ in range(4):
        plan = at("plan", "skip", dates(plan)[0], "--json").json
    assert (plan["status"], len(plan["days"])) == ("optimal", 1)
    gone = sorted({str(day) for day in (MON, TUE, WED, THU, FRI)} - set(dates(plan)))
    assert "skip --undo" in at("plan", "why", gone[0]).out.replace("\n", " ")
    back = at("plan", "skip", "--undo", gone[0], gone[1], "--json")
    assert back.err == f"No longer skipped: {gone[0]}, {gone[1]}.\n"
    assert len(back.json["days"]) == 2
    assert "was not skipped." in at("plan", "skip", "--undo", gone[0], code=2).err


def test_an_impossible_plan_shows_accepted_days_and_loses_no_proposal(at: Any, tmp_path: Path) -> None:
    shown = dates(at("plan", "--weeks", "1", "--json").json)
    at("plan", "accept", shown[0])
    never = [one for day in ("Mon", "Tue", "Wed", "Thu", "Fri") for one in ("--never", day)]
    page, file = tmp_path / "plan.html", tmp_path / "plan.ics"
    stuck = at("plan", "--weeks", "1", *never, "--json", "--html", page, "--ics", file, code=1)
    assert (stuck.json["status"], accepted(stuck)) == ("infeasible", [shown[0]])
    assert "Wrote" not in stuck.err
    assert not page.exists()
    assert not file.exists()
    assert accepted(at("plan", "accept", "--json")) == shown


def test_the_rest_can_be_accepted_once_some_days_are_past(at: Any) -> None:
    shown = dates(at("plan", "--weeks", "1", "--json").json)
    at("plan", "accept", shown[0])
    later = datetime.fromisoformat(f"{shown[0]}T12:00:00+00:00") + timedelta(days=1)
    done = at("plan", "accept", "--json", now=later)
    assert done.err == f"Accepted: {shown[1]}.\n"


def test_the_past_begins_where_the_person_lives(at: Any) -> None:
    """At 23:30 UTC on Tuesday it is Wednesday in Berlin."""
    shown = dates(at("plan", "--weeks", "1", "--json").json)
    free = next(str(day) for day in (TUE, WED, THU) if str(day) not in shown)
    night = datetime.fromisoformat(f"{free}T23:30:00+00:00").astimezone(UTC)
    last = dates(at("plan", "--weeks", "1", "--json").json)[-1]
    refused = at("plan", "move", last, free, now=night, code=2)
    assert f"{free} lies in the past." in refused.err


def test_a_move_next_to_an_accepted_day_keeps_the_gap(at: Any, tmp_path: Path) -> None:
    with (tmp_path / "home" / "deepday.toml").open("a", encoding="utf-8") as file:
        file.write('\n[plan]\ngap = 2\nnever = ["Tue", "Wed"]\nprefer = ["Mon", "Thu"]\n')
    assert dates(at("plan", "--weeks", "1", "--json").json) == [str(MON), str(THU)]
    at("plan", "accept", THU)
    refused = at("plan", "move", MON, FRI, code=2)
    assert f"Deep-work days lie at least 2 dates apart, and {THU} is accepted." in " ".join(refused.err.split())


def test_a_move_to_a_full_week_says_so(at: Any) -> None:
    shown = dates(at("plan", "--json").json)
    at("plan", "accept")
    free = next(day for day in (MON + timedelta(days=7 + number) for number in range(5)) if str(day) not in shown)
    moved = at("plan", "move", shown[0], free)
    assert moved.err == (
        f"Moved {shown[0]} to {free}. That makes 3 deep-work days in its week, more than the quota of 2.\n"
    )


def test_one_point_person_covers_without_backup(at: Any, run: Run, tmp_path: Path) -> None:
    free = write_calendar(tmp_path / "ada.ics", [])
    config = tmp_path / "home" / "deepday.toml"
    before = config.read_text(encoding="utf-8")
    one = f'\n[[point_people]]\nemail = "ada@example.com"\nagreed = true\ncalendars = ["{free}"]\n'
    config.write_text(before + one, encoding="utf-8")
    plan = at("plan", "--weeks", "1", "--json").json
    assert {(day["point_person"], day["backup"]) for day in plan["days"]} == {("ada@example.com", None)}
    assert any("there is no backup" in note for note in plan["notes"])
    assert run("config", "check").code == 0
    config.write_text(before + one.replace("true", "false"), encoding="utf-8")
    assert "ada@example.com has not agreed to cover" in run("config", "check").err
    config.write_text(before + one.replace("ada.ics", "nowhere.ics"), encoding="utf-8")
    missing = run("config", "check")
    assert (missing.code, "of ada@example.com is not there." in missing.err) == (2, True)
    config.write_text(before + one.replace("ada@example.com", ME), encoding="utf-8")
    assert f"{ME} is you; nobody covers for themselves" in run("config", "check").err


def test_an_adopted_quota_is_always_written(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.toml"
    old.write_text('tool = "clockwise"\nweekly_minutes = 960\n', encoding="utf-8")
    assert run("plan", "adopt", old).out == "[plan]\nquota = 2\n"
