"""A whole trial through the command line: design, start, ten weeks with disturbances, report, export, check."""

import json
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deepday.app.purging import purge_rows
from deepday.app.trial_reporting import verify
from deepday.app.urgent_running import opened_ledger
from deepday.testing import TurnedClock
from tests.e2e.trial_office import CANARY, DESIGNED, HOLIDAY, OUTAGE, TRIAL, Play

WEEK = timedelta(weeks=1)
LAST = TRIAL + timedelta(days=8 * 7 - 1)
AFTER = LAST + timedelta(days=1)
MIDDLE = date(2026, 5, 11)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """The weeks before are in the store."""
    return Play(tmp_path_factory.mktemp("measured")).before()


@pytest.fixture(scope="module")
def begun(measured: Play, tmp_path_factory: pytest.TempPathFactory) -> tuple[Play, list[date]]:
    """A trial was designed and has started; with its draw."""
    play = measured.copy(tmp_path_factory.mktemp("begun"))
    return play, play.start("--continue-if", "better, and nobody waits longer")


@pytest.fixture(scope="module")
def finished(begun: tuple[Play, list[date]], tmp_path_factory: pytest.TempPathFactory) -> Play:
    """Eight weeks with a true effect, sickness, a holiday, a broken day and an outage."""
    return ended(begun, tmp_path_factory.mktemp("finished"), 0.5)


def ended(begun: tuple[Play, list[date]], folder: Path, cut: float) -> Play:
    play, deep = begun[0].copy(folder), begun[1]
    play.live(deep, LAST, cut=cut, sick=[deep[5]], broken=[deep[2]], outages=[OUTAGE])
    play.on(MIDDLE, "trial", "deviation", deep[5], "sick", "--note", f"flu, caught from {CANARY}")
    play.on(MIDDLE, "trial", "deviation", deep[2], "broken", "--note", f"{CANARY} called")
    return play


@pytest.fixture
def play(measured: Play, tmp_path: Path) -> Play:
    """The weeks before, in a folder of the test's own."""
    return measured.copy(tmp_path)


def test_a_trial_with_a_true_effect_from_design_to_verification(finished: Play, begun: tuple[Play, list[date]]) -> None:
    play, after, deep = finished, AFTER, begun[1]
    assert HOLIDAY not in {day for week in play.protocol().weeks for day in week.days}
    document = play.on(after, "trial", "report", "--json").json
    assert document["schema"] == "deepday.trial-report/1"
    assert document["verdict"] == "better"
    low, high = document["primary"]["interval"]
    assert low < high < 0
    assert document["delivery"] | {"quiet60": 0, "focus120": 0} == {
        "drawn": 16,
        "kept": 14,
        "observed": 15,
        "deviations": [["broken", 1], ["sick", 1]],
        "quiet60": 0,
        "focus120": 0,
    }
    assert document["missing"] == {"no working day": 1, "not observed": 1}
    rows = {row["date"]: row for row in document["days"]}
    assert rows[str(OUTAGE)]["value"] is None
    assert (rows[str(deep[5])]["value"], rows[str(deep[5])]["arm"]) == (None, "deep"), "a day in bed is no quiet day"
    assert rows[str(deep[2])]["value"] is not None, "a broken day stays deep, with its value"
    play.on(after, "trial", "export", "out")
    checked = play.on(after, "trial", "verify", "out", "--hash", document["hash"], "--json").json
    assert checked["holds"]
    again = play.on(after, "trial", "analyse", "out/data.csv", "--allowed", "out/protocol.json", "--json").json
    for name in ("estimate", "p_two_sided", "interval", "verdict"):
        assert again[name] == document["primary"][name]


def test_the_protocol_measures_whatever_the_settings_say_by_now(finished: Play, tmp_path: Path) -> None:
    play = finished.copy(tmp_path)
    before = play.on(AFTER, "trial", "report", "--json").json
    play.on(AFTER, "trial", "export", "before")
    file = tmp_path / "home" / "deepday.toml"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    changed = re.sub(r"(?m)^hours = .*$", 'hours = "Mon-Fri 10:00-15:00"', text)
    assert changed != text
    file.write_text(
        f'{changed}\n[measure]\nresumption_lag = "12"\nburst_gap = 20\npreset = "viva/1"\n', encoding="utf-8"
    )
    after = play.on(AFTER, "trial", "report", "--json").json
    names = ["hours", "resumption_lag", "burst_gap", "preset"]
    assert (before["settings_differ"], after["settings_differ"]) == ([], names)
    assert after | {"settings_differ": []} == before
    said = "The settings are no longer those of the protocol (working hours, resumption lag, burst gap, preset)"
    for command in ("report", "status"):
        assert said in " ".join(play.on(AFTER, "trial", command).out.split())
    play.on(AFTER, "trial", "export", "after")
    assert (tmp_path / "after" / "data.csv").read_bytes() == (tmp_path / "before" / "data.csv").read_bytes()
    assert play.on(AFTER, "trial", "verify", "after", "--json").json["holds"]


def test_a_result_whose_rows_were_deleted_is_not_computed_again(
    finished: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = finished.copy(tmp_path)
    file = tmp_path / "home" / "deepday.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[privacy]\nkeep_rows = 35\n", encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(file))
    monkeypatch.setenv("DEEPDAY_DATA", str(tmp_path / "home" / "data"))

    def purge(day: date) -> int:
        clock = TurnedClock(datetime(day.year, day.month, day.day, 3, tzinfo=UTC))
        with opened_ledger(clock) as ledger:
            return purge_rows(ledger)

    assert purge(AFTER) == 0, "it is over, and nobody has looked at it"
    found = play.on(AFTER, "trial", "report", "--json").json
    month = AFTER + timedelta(days=34)
    assert purge(month) == 0, "no longer than the rows are kept"
    assert play.on(month, "trial", "report", "--json").json == found
    late = AFTER + timedelta(days=37)
    assert purge(late) > 0
    for command in (("report",), ("report", "--json"), ("export", "out")):
        refused = play.on(late, "trial", *command, code=3)
        assert f"were deleted on {late} (keep_rows under [privacy])" in refused.err
    status = " ".join(play.on(late, "trial", "status").out.split())
    assert "The trial ended on" in status
    assert "kept as planned" not in status


def test_both_faces_as_files_and_nothing_of_others_in_the_shareable_one(
    finished: Play, begun: tuple[Play, list[date]]
) -> None:
    play, after, deep, tmp_path = finished, AFTER, begun[1], finished.folder
    play.on(after, "trial", "report", "--html", "own.html", "--pdf", "own.pdf")
    play.on(after, "trial", "report", "--shareable", "--html", "share.html", "--pdf", "share.pdf")
    shared = play.on(after, "trial", "report", "--shareable", "--json").out
    text = play.on(after, "trial", "report", "--shareable").out
    own = (tmp_path / "own.html").read_text(encoding="utf-8")
    page = (tmp_path / "share.html").read_text(encoding="utf-8")
    assert CANARY in own
    lost = f"{deep[5].day} {deep[5]:%b %Y}"
    assert f"{lost} sick" in own
    for face in (page, shared, text):
        for private in (CANARY, "Zebulon", "zebulon", "sick", "flu", "me@example.com", lost, str(tmp_path)):
            assert private not in face.replace("whether by sickness", ""), private
    assert "1 absent" in text
    assert "Left out of this shareable report" in page
    assert "<script" not in page
    assert page.count("<svg") == 1, "single days are left out"
    assert own.count("<svg") == own.count("<title>") - 1 == 2, "every chart has its text alternative"
    for file in ("own.pdf", "share.pdf"):
        assert (tmp_path / file).read_bytes().startswith(b"%PDF-")
    preview = play.on(after, "trial", "report", "--preview").out
    assert "The shareable report leaves out:\n- single days" in preview
    german = play.on(after, "trial", "report", "--shareable", "--language", "de").out
    assert "Weniger Unterbrechungsminuten an Deep-Work-Tagen" in german
    assert re.search(r"zwischen \d+ und \d+ Minuten weniger", german)


def test_no_effect_and_too_little_data_end_as_not_enough_evidence(
    begun: tuple[Play, list[date]], tmp_path: Path
) -> None:
    play, after = ended(begun, tmp_path, 0.0), AFTER
    found = play.on(after, "trial", "report", "--json").json
    assert found["verdict"] == "not enough evidence yet"
    low, high = found["primary"]["interval"]
    assert low < 0 < high
    text = play.on(after, "trial", "report", "--shareable").out
    assert "Not enough evidence yet." in text
    assert "It does not mean that there is no effect." in text
    assert "No urgent requests were recorded" in text


def test_without_data_after_the_start_nothing_is_drawn_or_claimed(
    begun: tuple[Play, list[date]], tmp_path: Path
) -> None:
    play, after = begun[0].copy(tmp_path), AFTER
    text = play.on(after, "trial", "report", "--html", "own.html", "--pdf", "own.pdf")
    assert text.out == ""
    page = (tmp_path / "own.html").read_text(encoding="utf-8")
    assert "No week has three days or more, with both arms, and a value. That is not enough evidence yet." in page
    assert "<svg" not in page, "no chart of nothing"


def test_the_outcome_is_not_shown_before_the_end(begun: tuple[Play, list[date]], tmp_path: Path) -> None:
    play, deep, middle = begun[0].copy(tmp_path), begun[1], MIDDLE
    play.live(deep, date(2026, 5, 10), cut=0.5)
    for command in (("report",), ("report", "--json"), ("export", "out")):
        refused = play.on(middle, "trial", *command, code=3)
        assert "its outcome is not shown before" in refused.err
    status = play.on(middle, "trial", "status", "--json").json
    assert status["delivery"]["drawn"] == 8
    assert status["delivery"]["kept"] == 8
    assert {one["name"] for one in status["guardrails"]} == {"answered_in_time", "after_hours", "strain"}
    assert not {"estimate", "p_two_sided", "primary", "verdict"} & set(json.dumps(status).replace('"', " ").split())
    letter = play.on(middle, "trial", "letter", "--json").json
    assert letter["subject"] == "Trial of deep-work days: week 5 of 8"
    assert "8 of 8 deep-work days were kept as planned" in letter["text"]
    assert "<html" in letter["html"]


def test_weeks_are_revealed_one_ahead_and_the_planner_takes_them(
    begun: tuple[Play, list[date]], tmp_path: Path
) -> None:
    play, deep = begun[0].copy(tmp_path), begun[1]
    status = play.on(DESIGNED, "trial", "status", "--json").json
    assert status["revealed"] == {"2026-W16": [str(day) for day in deep[:2]]}
    assert status["next_reveal"] == "2026-04-13"
    plan = play.on(DESIGNED, "plan", "--weeks", "2", "--json").json
    assert [day["date"] for day in plan["days"]] == [str(day) for day in deep[:2]]
    assert "2026-W17 is drawn by the trial; its days are revealed on 2026-04-13." in plan["notes"]
    later = play.on(TRIAL, "plan", "--weeks", "1", "--json").json
    assert [day["date"] for day in later["days"]] == [str(day) for day in deep[2:4]]
    assert play.on(TRIAL, "trial", "status", "--json").json["next_reveal"] == "2026-04-20"


@pytest.fixture(scope="module")
def exported(finished: Play) -> Path:
    finished.on(AFTER, "trial", "export", "exported")
    return finished.folder / "exported"


def test_an_export_that_was_left_alone_holds(exported: Path) -> None:
    assert all(one.holds for one in verify(exported))
    document = json.loads((exported / "trial.json").read_text(encoding="utf-8"))
    assert all(one.holds for one in verify(exported, document["protocol_hash"]))
    assert [one.name for one in verify(exported, "0" * 64) if not one.holds] == ["published"]


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("data.csv", r",deep,(\d)", r",other,\1", {"data.csv", "draw", "result"}),
        ("data.csv", r",deep,\d+\.\d+", ",deep,0.5", {"data.csv", "result"}),
        ("protocol.json", r'"sesoi": 0.15', '"sesoi": 0.01', {"protocol.json", "hash", "result"}),
        ("protocol.json", r'"commitment": "', '"commitment": "0', {"protocol.json", "hash", "draw"}),
        ("happened.json", r'"broken"', '"away"', {"happened.json", "result"}),
        ("result.json", r'"verdict": "better"', '"verdict": "worse"', {"result.json", "result"}),
        ("trial.json", r'"seed": "ab', '"seed": "cd', {"draw"}),
    ],
)
def test_what_was_changed_is_found(
    exported: Path, tmp_path: Path, file: str, old: str, new: str, found: set[str]
) -> None:
    shutil.copytree(exported, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / file).read_text(encoding="utf-8")
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    (tmp_path / file).write_text(changed, encoding="utf-8")
    assert {one.name for one in verify(tmp_path) if not one.holds} == found


def test_stopping_early_gives_a_report_without_a_verdict(begun: tuple[Play, list[date]], tmp_path: Path) -> None:
    play, deep = begun[0].copy(tmp_path), begun[1]
    play.live(deep, date(2026, 5, 19), cut=0.5)
    stopped = date(2026, 5, 20)
    play.on(stopped, "trial", "stop", "--because", "harm", "--note", CANARY)
    found = play.on(stopped, "trial", "report", "--shareable", "--json").json
    assert (found["verdict"], found["stop"]) == ("stopped", {"date": "2026-05-20", "because": "harm"})
    text = play.on(stopped, "trial", "report", "--shareable").out
    assert "The trial was stopped on 20 May 2026; there is no verdict." in text
    assert "random draws would" not in text
    assert CANARY not in text
    play.on(stopped + WEEK, "trial", "export", "out")
    assert "FAIL" not in play.on(stopped + WEEK, "trial", "verify", "out").out
    assert play.on(stopped, "trial", "stop", code=2).err.startswith("No trial is running")
    late = play.on(stopped, "trial", "deviation", deep[1], "sick", code=2)
    assert "nothing is noted any more" in late.err, "the outcome is known, and a day could be made to vanish"


def test_fixed_weekdays_say_what_they_cannot_show(play: Play) -> None:
    days = play.start("--fixed", "Thu")
    assert {day.weekday() for day in days} == {3}
    shown = play.on(DESIGNED, "trial", "status").out
    assert "In the next" not in shown
    play.live(days, play.protocol().last, cut=0.6)
    after = play.protocol().last + timedelta(days=1)
    found = play.on(after, "trial", "report", "--json").json
    assert found["verdict"] == "not randomised"
    assert found["primary"]["interval"] == [None, None]
    text = play.on(after, "trial", "report").out
    assert "weekday and deep work cannot be told apart" in text
    assert "Draw the days next time" in text
    assert "random draws" not in text.split("Annex")[0]


def test_the_design_says_first_what_it_can_find(play: Play) -> None:
    first = play.design() and play.on(DESIGNED, "trial", "design", "--from", TRIAL).out.splitlines()[0]
    assert re.fullmatch(
        r"With days varying as yours do, 8 weeks reliably show only a cut above \d+ % \(between \d+ % and \d+ %: .*",
        str(first),
    )
    fixed = play.on(DESIGNED, "trial", "design", "--from", TRIAL, "--fixed", "Thu").out.splitlines()[0]
    assert fixed.startswith("With fixed weekdays this trial cannot show an effect")


def test_a_protocol_that_was_changed_does_not_start(play: Play, tmp_path: Path) -> None:
    play.design("--seed", "cd" * 32)
    file = tmp_path / "protocol.json"
    assert "cdcdcd" not in file.read_text(encoding="utf-8"), "the seed stays secret"
    file.write_text(file.read_text(encoding="utf-8").replace('"sesoi": 0.15', '"sesoi": 0.05'), encoding="utf-8")
    refused = play.on(DESIGNED, "trial", "start", "--protocol", "protocol.json", code=1)
    assert "is not the protocol that was designed" in refused.err
    late = play.on(TRIAL, "trial", "start", code=2)
    assert "Its first week began on 2026-04-13." in late.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("status",), 3, "There is no trial."),
        (("report",), 3, "There is no trial."),
        (("adjust",), 3, "There is no trial."),
        (("start",), 3, "There is no trial."),
        (("design", "--weeks", "99"), 2, "--weeks 99 is out of range."),
        (("design", "--never", "Someday"), 2, "'Someday' is no weekday."),
        (("design", "--seed", "secret"), 2, "The seed must be 32 to 64 hexadecimal digits."),
        (("design", "--from", "2026-03-30"), 2, "The week of 2026-03-30 has begun."),
        (("design", "--never", "Mon", "--never", "Tue", "--never", "Wed"), 3, "Fewer than two weeks have days"),
        (("deviation", "2026-04-20", "boring"), 2, "'boring' is no kind of deviation."),
        (("rate", "today"), 2, "Nothing is rated."),
        (("rate", "today", "--strain", "11"), 2, "--strain 11 is out of range."),
        (("stop", "--because", "boredom"), 2, "'boredom' is no reason to stop."),
        (("verify", "nowhere"), 2, "nowhere/trial.json cannot be read"),
        (("report", "--templates", "nowhere"), 3, "There is no trial."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(measured: Play, arguments: tuple[str, ...], code: int, said: str) -> None:
    refused = measured.on(DESIGNED, "trial", *arguments, code=code)
    assert said in refused.err
    assert len(refused.err.strip().splitlines()) == 2


def test_a_trial_needs_weeks_before_it(tmp_path: Path) -> None:
    empty = Play(tmp_path)
    refused = empty.on(DESIGNED, "trial", "design", "--me", "me@example.com", "--zone", "Europe/Berlin", code=3)
    assert "deepday import" in refused.err


def test_templates_can_be_copied_and_changed(finished: Play) -> None:
    finished.on(AFTER, "trial", "templates", "mine")
    file = finished.folder / "mine" / "report.en.md"
    file.write_text(file.read_text(encoding="utf-8").replace("## 3 Result", "## 3 What came out"), encoding="utf-8")
    assert "3 What came out" in finished.on(AFTER, "trial", "report", "--templates", "mine").out
    assert "is there already" in finished.on(AFTER, "trial", "templates", "mine", code=2).err
    file.write_text("{% if %}", encoding="utf-8")
    broken = finished.on(AFTER, "trial", "report", "--templates", "mine", code=2)
    assert "The template report.en.md, line 1 cannot be used" in broken.err
    unknown = finished.on(AFTER, "trial", "report", "--language", "fr", code=2)
    assert "There is no template report.fr.md." in unknown.err


def test_two_weekly_series_are_associated_at_most(measured: Play) -> None:
    file = measured.folder / "weeks.csv"
    rows = [f"2026-W{week:02},{week % 5},{(week * week) % 7}" for week in range(1, 15)]
    file.write_text("\n".join(["week,cost,deployments", *rows]), encoding="utf-8")
    found = measured.on(DESIGNED, "trial", "associate", file, "cost", "deployments", "--json").json
    assert found["low"] < found["r"] < found["high"]
    assert found["low"] < 0 < found["high"]
    assert "Over 14 weeks no association can be seen" in found["sentences"][0]
    trend = [f"2026-W{week:02},{week},{week + week % 3}" for week in range(1, 15)]
    file.write_text("\n".join(["week,cost,deployments", *trend]), encoding="utf-8")
    seen = measured.on(DESIGNED, "trial", "associate", file, "cost", "deployments", "--json").json
    assert "association: either may drive the other" in " ".join(seen["sentences"])
    file.write_text("\n".join(["week,cost,deployments", *rows[:3]]), encoding="utf-8")
    few = measured.on(DESIGNED, "trial", "associate", file, "cost", "deployments", code=3)
    assert few.err.startswith("3 common weeks: a correlation is shown from 12 on")
    missing = measured.on(DESIGNED, "trial", "associate", file, "cost", "accuracy", code=2)
    assert "line 1: there is no column 'accuracy'" in missing.err
    file.write_text("week,cost,deployments\n1,many,2\n", encoding="utf-8")
    bad = measured.on(DESIGNED, "trial", "associate", file, "cost", "deployments", code=2)
    assert "line 2, field cost: 'many' is no number" in bad.err
