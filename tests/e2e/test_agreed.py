"""What was agreed reaches the planner, the design of a trial, its guardrails and its report."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from deepday.app.trial_reporting import verify
from tests.e2e.conftest import Run
from tests.e2e.exports import vevent, write_calendar
from tests.e2e.test_plan import ME_AND, MON
from tests.e2e.trial_office import DESIGNED, FIRST, Play

AGREED = """agreed_on = 2026-04-01
days = 1
weekdays = ["Tue", "Wed", "Thu"]
trial_weeks = 6
baseline_weeks = 2
start = 2026-04-20
check_in = 2026-05-11
smallest_effect = 25.0
guardrails = [{ measure = "urgent_in_time", margin = 15.0 }, { measure = "after_hours", margin = 30.0 }]
batch_windows = ["12:00-12:30"]
answer_limit = 45
exit_rule = "Either of us ends it with a day's notice"
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Play:
    return Play(tmp_path_factory.mktemp("agreed")).before()


@pytest.fixture
def play(measured: Play, tmp_path: Path) -> Play:
    made = measured.copy(tmp_path)
    (tmp_path / "home" / "agreement.toml").write_text(AGREED, encoding="utf-8")
    return made


def test_a_trial_is_designed_by_what_was_agreed(play: Play) -> None:
    document = play.on(DESIGNED, "trial", "design", "--file", "protocol.json", "--json")
    protocol = document.json["protocol"]
    assert protocol["weeks"][0]["days"] == ["2026-04-21", "2026-04-22", "2026-04-23"]
    assert (len(protocol["weeks"]), protocol["deep_days"], protocol["sesoi"]) == (5, 1, 0.25), "Ascension Day"
    assert protocol["guardrails"] == [
        {"name": "answered_in_time", "margin": 0.15, "limit": 45.0},
        {"name": "after_hours", "margin": 30.0, "limit": 0.0},
    ], "30 minutes a week, with one deep-work day in it"
    assert (protocol["batches"], protocol["check_in"]) == (["12:00-12:30"], "2026-06-01")
    assert protocol["agreed"] == {"on": "2026-04-01", "stop": "Either of us ends it with a day's notice"}
    said = document.json["notes"]
    assert said[0] == "Taken from the agreement of 2026-04-01, unless an option says otherwise."
    assert any("The check-in on 2026-05-11 lies within the trial" in note for note in said)


def test_options_win_over_the_agreement_and_the_difference_is_said(play: Play) -> None:
    given = ("--days", "2", "--weeks", "8", "--never", "Mon", "--sesoi", "25", "--stop-if", "We stop on Monday")
    found = play.on(DESIGNED, "trial", "design", "--file", "protocol.json", "--from", "2026-04-27", *given, "--json")
    protocol = found.json["protocol"]
    assert (len(protocol["weeks"]), protocol["deep_days"]) == (8, 2)
    assert protocol["weeks"][0]["days"][0] == "2026-04-28"
    assert protocol["guardrails"][1]["margin"] == 15.0, "30 minutes a week, with two deep-work days in it"
    assert protocol["agreed"]["stop"] == "We stop on Monday"
    assert found.json["notes"][1:6] == [
        "--weeks 8 is set; 6 was agreed.",
        "--days 2 is set; 1 was agreed.",
        "--never is given; Tue, Wed, Thu were agreed.",
        "--stop-if another rule is set; the stop rule was agreed.",
        "--from 2026-04-27 is set; 2026-04-20 was agreed.",
    ]


def test_a_proposal_binds_nobody(play: Play) -> None:
    file = play.folder / "home" / "agreement.toml"
    file.write_text(AGREED.replace("agreed_on", "#agreed_on"), encoding="utf-8")
    found = play.on(DESIGNED, "trial", "design", "--file", "protocol.json", "--json").json
    assert found["protocol"]["deep_days"] == 2
    assert "agreement.toml is a proposal, not taken" in found["notes"][0]


def test_one_day_in_each_sprint_is_drawn_from_the_whole_sprint(play: Play) -> None:
    file = play.folder / "home" / "agreement.toml"
    file.write_text(AGREED.replace("days = 1", 'days = 1\nper = "sprint"', 1), encoding="utf-8")
    found = play.on(DESIGNED, "trial", "design", "--file", "protocol.json", "--json").json
    protocol = found["protocol"]
    assert [(one["week"], len(one["days"]), len(one["allowed"])) for one in protocol["weeks"]][:2] == [
        ("2026-W17/18", 6, 6),
        ("2026-W19/20", 5, 5),
    ]
    assert (protocol["sprint"], protocol["deep_days"], len(protocol["weeks"])) == (2, 1, 3)
    assert protocol["guardrails"][1]["margin"] == 60.0, "30 minutes a week, in two weeks with one deep-work day"
    assert "finds smaller effects" in " ".join(found["notes"])
    told = play.on(DESIGNED, "trial", "design", "--file", "protocol.json").out
    assert "6 weeks with" in told
    assert "1 day drawn in each sprint of 2 weeks" in told


def test_a_measure_of_ones_own_is_taken_through_with_the_side_that_was_agreed(play: Play) -> None:
    days = [FIRST + timedelta(days=n) for n in range(14)]
    (play.folder / "own.csv").write_text(
        "date,experiments\n" + "".join(f"{day},{day.day % 5}\n" for day in days), encoding="utf-8"
    )
    with (play.folder / "home" / "deepday.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[trial]\nmetric = "{play.folder / "own.csv"}"\n')
    given = ("--outcome", "named", "--outcome-name", "experiments", "--outcome-better", "higher")
    told = play.on(DESIGNED, "case", "agreement", "--write", *given).out
    assert "experiments, the more the better" in told
    found = play.on(DESIGNED, "trial", "design", "--file", "protocol.json", "--json").json
    protocol = found["protocol"]
    assert (protocol["outcome"], protocol["unit"], protocol["better"]) == ("named", "experiments", "higher")
    found = play.on(DESIGNED, "trial", "design", "--file", "protocol.json", "--better", "lower", "--json").json
    assert "--better lower is set; higher was agreed." in found["notes"]
    play.on(DESIGNED, "trial", "design", "--file", "protocol.json", "--outcome", "cost")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("trial_weeks = 6", "trial_weeks = 40", "trial_weeks: must be at most 26"),
        ('"Wed", ', "", "Tue, Thu were agreed; a trial draws from 3 weekdays or more."),
        ("trial_weeks = 6", 'trial_weeks = 7\nper = "sprint"', "7 weeks are not two or more whole sprints of 2 weeks."),
    ],
)
def test_what_no_trial_can_follow_is_said(play: Play, old: str, new: str, said: str) -> None:
    file = play.folder / "home" / "agreement.toml"
    file.write_text(AGREED.replace(old, new, 1), encoding="utf-8")
    assert said in play.on(DESIGNED, "trial", "design", code=2).err


def test_a_plan_follows_the_agreement(run: Run, tmp_path: Path) -> None:
    calendar = write_calendar(tmp_path / "calendar.ics", [vevent("12:30", "13:00", day=MON)])
    grace = write_calendar(tmp_path / "grace.ics", [vevent("09:00", "09:30", day=MON)])
    home = tmp_path / "home"
    home.mkdir()
    (home / "deepday.toml").write_text(
        "[plan]\nquota = 3\n"
        + "".join(
            f'[[point_people]]\nemail = "{name}@example.com"\nagreed = {agreed}\ncalendars = ["{grace}"]\n'
            for name, agreed in (("grace", "false"), ("bo", "true"))
        ),
        encoding="utf-8",
    )
    (home / "agreement.toml").write_text(
        'agreed_on = 2026-03-01\ndays = 1\nweekdays = ["Thu"]\npoint_person = "grace@example.com"\n', encoding="utf-8"
    )
    asked = ("plan", "--calendar", calendar, *ME_AND, "--from", MON, "--weeks", "1", "--json")
    found = run(*asked).json
    assert [(day["date"], day["point_person"]) for day in found["days"]] == [("2026-03-12", "grace@example.com")]
    assert "plan.quota = 3 is set; 1, which is taken, was agreed." in found["notes"]
    wider = run(*asked, "--quota", "2", "--never", "Mon").json
    assert len(wider["days"]) == 2
    assert "--quota 2 is set; 1 a week was agreed." in wider["notes"]
    (home / "agreement.toml").write_text("agreed_on = 2026-03-01\ndays = 1\nstart = 2026-06-01\n", encoding="utf-8")
    assert len(run(*asked).json["days"]) == 3, "before its start the settings hold"


def test_a_measure_of_ones_own_is_declared_beforehand_and_judged(play: Play) -> None:
    (play.folder / "home" / "agreement.toml").unlink()
    settings = play.folder / "home" / "deepday.toml"
    before = settings.read_text(encoding="utf-8") if settings.exists() else ""
    metrics = play.folder / "metrics.csv"
    settings.write_text(f'{before}\n[trial]\nmetric = "{metrics}"\n', encoding="utf-8")
    chance = Random(3)
    rows = [(FIRST + timedelta(days=at), round(chance.gauss(10, 1), 2)) for at in range(200)]

    def record(deep: list[date], gain: float) -> None:
        lines = [f"{day},{value + gain * (day in deep)}" for day, value in rows]
        metrics.write_text("\n".join(["date,experiments", *lines]), encoding="utf-8")

    record([], 0)
    told = play.on(DESIGNED, "trial", "design", "--outcome", "experiments", code=2).err
    assert "Which side of 'experiments' is good has to be said beforehand." in told
    assert (
        "no column 'merges'"
        in play.on(DESIGNED, "trial", "design", "--outcome", "merges", "--better", "higher", code=2).err
    )
    assert (
        "cannot be what a trial is judged by"
        in play.on(DESIGNED, "trial", "design", "--outcome", "progress", "--better", "higher", code=2).err
    )
    deep = play.start("--outcome", "experiments", "--better", "higher")
    protocol = play.protocol()
    assert (protocol.outcome, protocol.unit, protocol.better) == ("named", "experiments", "higher")
    assert protocol.baseline.mean == pytest.approx(10, abs=1)
    record(deep, 4)
    play.live(deep, protocol.last, cut=0.0)
    after = protocol.last + timedelta(days=1)
    found = play.on(after, "trial", "report", "--json").json
    assert found["verdict"] == "better"
    assert found["primary"]["interval"][0] > 2
    for language, said in (
        ("en", "Better on deep-work days, by experiments"),
        ("de", "Besser an Deep-Work-Tagen, nach"),
    ):
        text = play.on(after, "trial", "report", "--language", language, "--pdf", "own.pdf", "--html", "o.html").out
        text += play.on(after, "trial", "report", "--language", language).out
        assert said in text
        assert "lost to interruptions" not in text
    play.on(after, "trial", "export", "out")
    assert all(one.holds for one in verify(play.folder / "out"))
