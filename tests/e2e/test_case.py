"""``deepday case``: from files without account or store, with the store, with nothing, with bad input."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from deepday.app.sources import file_sources
from deepday.connect import ReadContext
from deepday.model import Interval
from tests.command import Ran
from tests.e2e.conftest import Run
from tests.e2e.exports import BERLIN, ME, said, vevent, write_calendar, write_export

MONDAY = date(2026, 3, 9)
ME_AND = ("--me", ME, "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00", "--holidays", "none")
CANARIES = ("Grace Canary", "grace.canary@example.org", "canary text", "ada@example.com", "D1", "canary note")
TASKS = """
[[task]]
name = "Retrain the ranker"
hours = 10
hours_high = 16
critical = true
block = 60

[[task]]
name = "Triage"
hours = 4
every = "week"
delegate_to = "Grace Canary"

[[task]]
name = "Post-mortem"
"""


@pytest.fixture
def exports(tmp_path: Path) -> tuple[object, ...]:
    """Four weeks: a meeting at ten each day, and three interruptions."""
    days = [MONDAY + timedelta(weeks=week, days=n) for week in range(4) for n in range(5)]
    calendar = write_calendar(tmp_path / "me.ics", [vevent("10:00", "11:00", day=day) for day in days])
    line = "09:20 in, 09:22 out, 13:00 in, 13:04 out, 14:50 in, 14:52 out, 19:00 out"
    export = write_export(tmp_path / "export.zip", [one for day in days for one in said(line, day)])
    return (
        "--calendar",
        calendar,
        "--slack-export",
        export,
        *ME_AND,
        "--from",
        MONDAY,
        "--to",
        MONDAY + timedelta(days=27),
    )


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.toml"
    path.write_text(TASKS, encoding="utf-8")
    return path


@pytest.fixture
def case(run: Run) -> Any:
    def made(*arguments: object, code: int = 0) -> Ran:
        done = run("case", *arguments)
        assert done.code == code, done.err
        return done

    return made


def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir(exist_ok=True)
    settings = path / "deepday.toml"
    settings.write_text(f'[me]\nemail = "{ME}"\nzone = "Europe/Berlin"\nholidays = "none"\n', encoding="utf-8")
    return path


def test_the_brief_says_what_was_measured_with_its_range_and_sources(case: Any, exports: Any, tasks: Path) -> None:
    document = case("brief", *exports, "--tasks", tasks, "--json").json
    assert document["schema"] == "deepday.case-brief/1"
    text = document["text"]
    assert re.search(r"Interruptions took \*\*\d.* to \d.* \[1\]\*\* of 40 h \[2\]", text)
    assert "Meetings took 5 h [5]." in text
    assert "10 to 16 hours" in text
    assert "8 of 10 simulated futures" in text
    assert document["sources"][0]["source"] == "deepday explain 2026-W11 cost; likewise 2026-W12 to 2026-W14"
    assert document["tone"] == []


def test_the_sources_of_figures_are_commands_that_work(case: Any, exports: Any, run: Run) -> None:
    for one in case("brief", *exports, "--json").json["sources"]:
        command = one["source"].partition(";")[0].split()
        if command[1] == "explain":
            assert run(*command[1:], *exports[:-4]).code == 0, command


def test_nothing_personal_of_others_leaves_by_itself(case: Any, exports: Any, tasks: Path, tmp_path: Path) -> None:
    path = tmp_path / "agreement.toml"
    case("agreement", path, "--write", "--point-person", "grace.canary@example.org")
    shown = ("--tasks", tasks, "--agreement", path)
    for name in (("brief",), ("script",), ("script", "--situation", "overload")):
        page = tmp_path / "page.html"
        case(*name, *exports, *shown, "--html", page)
        text = page.read_text(encoding="utf-8") + case(*name, *exports, *shown, "--json").out
        assert [canary for canary in CANARIES if canary in text] == []
        assert "<script" not in page.read_text(encoding="utf-8")
    named = case("brief", *exports, *shown, "--names", "--json").json["text"]
    assert "grace.canary@example.org" in named


def test_both_conversations_in_both_languages(case: Any, exports: Any, tasks: Path) -> None:
    deep = case("script", *exports, "--tasks", tasks).out
    assert "What if something urgent comes up?" in deep
    assert "The fallback" in deep
    relief = case("script", "--situation", "overload", *exports, "--tasks", tasks, "--language", "de").out
    assert "Die Rückfallposition" in relief
    assert "nach eigener Schätzung" in relief.lower().replace("\n", " ") or "eigener Schätzung" in relief


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ("Workload: what comes first", "handed over or put off: did that hold", "Check-in: workload")),
        ("de", ("Arbeitslast: was zuerst kommt", "Hat das gehalten", "Zwischenstand: Arbeitslast")),
    ],
)
def test_the_whole_way_of_relief_speaks_of_the_list_and_not_of_a_trial(
    case: Any, exports: Any, tasks: Path, code: str, said: tuple[str, str, str]
) -> None:
    about = ("--situation", "overload", "--language", code)
    mine = ("--calendar", exports[1], *ME_AND)
    script = case("script", *exports, *about, "--tasks", tasks, "--json").json["text"]
    assert "case mail --situation overload" in script
    talk = case("meeting", *mine, *about, "--json").json
    mail = case("mail", *ME_AND[:4], *about, "--action", "Bo: Triage; Bo", "--json").json["body"]
    later = case("check-in", *mine, *about, "--json").json
    assert talk["title"] == said[0]
    assert said[1] in later["agenda"]
    assert later["title"] == said[2]
    assert "Bo: Triage" in mail
    for text in (talk["agenda"], later["agenda"], mail):
        assert not re.search("Deep-Work|deep-work|trial|Versuch", text)
    assert "There is no situation" in case("mail", *ME_AND[:4], "--situation", "rest", code=2).err


def test_a_metric_in_the_conversation_about_relief(case: Any, exports: Any, tmp_path: Path) -> None:
    file = tmp_path / "deploys.csv"
    file.write_text("week,deployments\n2026-W11,3\n2026-W12,2\n", encoding="utf-8")
    text = case("script", "--situation", "overload", *exports, "--metrics", file, "--json").json["text"]
    assert "2 weeks are too few to lay beside workload; 12 are the least." in text


def test_the_forecast_has_its_assumptions_and_more_days_are_not_later(
    case: Any, exports: Any, tasks: Path, tmp_path: Path
) -> None:
    found = {}
    for days in (1, 3):
        path = tmp_path / f"{days}.toml"
        case("agreement", path, "--write", "--days", days)
        found[days] = case("benefit", *exports, "--tasks", tasks, "--agreement", path, "--json").json["forecast"]
    assert found[1]["now"] == found[3]["now"]
    assert found[3]["deep"]["p50"] <= found[1]["deep"]["p50"] <= found[1]["now"]["p50"]
    assert found[1]["assumptions"] == {"used": [0.5, 0.9], "returned": [0.0, 0.5], "holds": 0.85}


def test_one_week_no_tasks_and_no_chat_get_the_honest_sentence(case: Any, exports: Any, tasks: Path) -> None:
    week = (*exports[:-1], MONDAY + timedelta(days=6))
    assert "fewer than three weeks are not enough evidence yet" in case("brief", *week, "--json").json["text"]
    assert "needs three whole weeks" in case("benefit", *week, "--tasks", tasks, "--json").json["text"]
    assert "nothing to forecast" in case("benefit", *exports, "--json").json["text"]
    calendar_only = (*exports[:2], *exports[4:])
    assert "Chat was not observed" in case("brief", *calendar_only, "--json").json["text"]


def test_with_nothing_the_text_comes_all_the_same_and_the_code_is_3(case: Any) -> None:
    result = case("brief", code=3)
    assert "Not enough evidence yet" in result.out
    assert "Nothing was imported yet" in result.err
    assert "What there is" in case().out


def test_tasks_are_kept_sealed_and_used_until_they_are_forgotten(case: Any, tasks: Path, tmp_path: Path) -> None:
    home(tmp_path)
    assert "Kept 3 tasks" in case("tasks", tasks, "--keep").err
    assert case("tasks", "--json").json["tasks"][1]["delegate_to"] == "Grace Canary"
    assert (
        "handing over what others could take frees 4 hours"
        in case("script", "--situation", "overload", "--json", code=3).json["text"]
    )
    files = [path for path in (tmp_path / "home" / "data").iterdir() if path.name.startswith("deepday.sqlite")]
    assert files
    assert all(b"Grace Canary" not in path.read_bytes() for path in files)
    case("tasks", "--forget")
    assert "No tasks were given" in case("tasks").out


def test_a_broken_row_is_named_and_the_rest_is_shown(case: Any, tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    path.write_text("task,hours\nA,3\nB,many\n", encoding="utf-8")
    result = case("tasks", path)
    assert f"{path}:3: hours are 'many'" in result.err
    assert "3 hours" in result.out


def test_the_log_is_private_and_shared_only_as_medians(case: Any, exports: Any, tmp_path: Path) -> None:
    home(tmp_path)
    for number in range(5):
        case("log", "canary note", "--strain", 4 + number, "--date", MONDAY + timedelta(days=number))
    assert (
        "in the place of what was there"
        in case("log", "canary note", "--sleep", 3, "--strain", 4, "--date", MONDAY).err
    )
    assert len(case("log", "--json").json["notes"]) == 5
    assert "strain 6 (4 to 8)" in case("log").out
    assert "How it feels" not in case("brief", *exports, "--json").out
    shared = case("brief", *exports, "--share-wellbeing", "--json").json["text"]
    assert "strain 6 (4 to 8)" in shared.replace("\\", "")
    assert "canary note" not in shared
    assert "Deleted 1 note" in case("log", "--delete", MONDAY).err
    case("log", "--delete", "all")
    assert "No note yet" in case("log").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("log", "x", "--date", "2099-01-01"), "is not a day that has been"),
        (("log", "x" * 300), "280 characters"),
        (("log", "x", "--sleep", "11"), "less than or equal to 10"),
        (("script", "--situation", "anger"), "no situation 'anger'"),
        (("brief", "--language", "fr"), "no texts in 'fr'"),
        (("brief", "--tasks", "nowhere.toml"), "no task list nowhere.toml"),
        (("brief", "--templates", "nowhere"), "no folder of templates"),
        (("brief", "--agreement", "nowhere.toml"), "no agreement nowhere.toml"),
        (("agreement", "--days", "2"), "Add --write"),
        (("agreement", "--write", "--days", "9"), "days must lie between 1 and 5"),
        (("agreement", "--write", "--point-person", "Grace"), "point_person"),
        (("check", "nowhere.txt"), "no file nowhere.txt"),
        (("metrics",), "No metric is given"),
    ],
)
def test_bad_input_is_said_in_two_lines(case: Any, arguments: tuple[str, ...], said: str) -> None:
    assert said in case(*arguments, code=2).err


def test_the_agreement_is_written_read_and_named_with_its_line_when_it_is_wrong(case: Any, tmp_path: Path) -> None:
    folder = home(tmp_path)
    given = ("--per", "sprint", "--point-person", "Grace.Canary@example.org", "--agreed-on", "2026-05-04")
    case("agreement", "--write", *given)
    case("agreement", "--write", "--urgent-path", "#ml-urgent")
    document = case("agreement", "--json").json["agreement"]
    assert (document["per"], document["point_person"]) == ("sprint", "grace.canary@example.org")
    assert (document["urgent_path"], document["agreed_on"]) == ("#ml-urgent", "2026-05-04")
    assert "one deep-work day in every sprint" in case("script", "--json", code=3).json["text"]
    path = folder / "agreement.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("days = 1", "days = 99"), encoding="utf-8")
    result = case("agreement", code=2)
    assert re.search(r"agreement\.toml:\d+: days: must be at most 28", result.err)


def meeting_file(path: Path) -> Any:
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    assert calendar.errors == []
    (event,) = calendar.walk("VEVENT")
    assert event.errors == []
    context = ReadContext(Interval(0, 1 << 40), BERLIN, ME)
    reading = file_sources().calendar(str(path)).read_events(context)
    assert (reading.total, reading.skipped) == (1, ())
    return event


def test_the_first_talk_is_at_a_time_at_which_both_are_free(case: Any, tmp_path: Path) -> None:
    home(tmp_path)
    tuesday = date(2099, 4, 7)  # a Tuesday far ahead, so that the test holds on every day
    mine = write_calendar(tmp_path / "me.ics", [vevent("09:00", "12:00", day=tuesday)])
    theirs = write_calendar(tmp_path / "boss.ics", [vevent("12:00", "13:10", day=tuesday, lines=("TRANSP:OPAQUE",))])
    file = tmp_path / "talk.ics"
    both = ("--calendar", mine, "--with-calendar", theirs, "--on", tuesday, "--hours", "Mon-Fri 09:00-17:00")
    document = case("meeting", *both, "--ics", file, "--invite", "boss@example.org", "--json").json
    assert document["schema"] == "deepday.case-meeting/1"
    assert document["start"] == f"{tuesday}T13:15:00+02:00"
    event = meeting_file(file)
    assert event.decoded("dtstart").hour == 11
    assert str(event["attendee"]) == "mailto:boss@example.org"
    assert "A trial of deep-work days" in str(event["description"])
    alone = case("meeting", "--calendar", mine, "--on", tuesday, "--ics", file)
    assert "not known" in alone.err
    assert "attendee" not in meeting_file(file)


def test_the_check_in_is_in_three_weeks_or_as_agreed(case: Any, tmp_path: Path) -> None:
    home(tmp_path)
    calendar = write_calendar(tmp_path / "me.ics", [vevent("09:00", "10:00", day=date(2099, 4, 7))])
    case("agreement", "--write", "--check-in", "2099-04-07")
    file = tmp_path / "check-in.ics"
    document = case("check-in", "--calendar", calendar, "--ics", file, "--json").json
    assert document["start"] == "2099-04-07T10:00:00+02:00"
    assert "inside the limits we fixed" in str(meeting_file(file)["description"])
    soon = case("check-in", "--in-weeks", 3, "--calendar", calendar, "--json").json["start"]
    assert date.fromisoformat(soon[:10]) < date(2099, 1, 1)


def test_a_metric_with_three_points_gets_a_sentence_and_no_chart(case: Any, exports: Any, tmp_path: Path) -> None:
    file, page = tmp_path / "deploys.csv", tmp_path / "metrics.html"
    file.write_text("week,deployments\n2026-W11,3\n2026-W12,2\n2026-W13,4\n", encoding="utf-8")
    document = case("metrics", file, *exports, "--json").json
    assert [(one["weeks"], one["r"]) for one in document["metrics"]] == [(3, None)]
    assert "That is not enough evidence yet: 12 weeks are the least" in document["text"]
    case("metrics", file, *exports, "--html", page)
    assert "<svg" not in page.read_text(encoding="utf-8")


def test_a_text_of_ones_own_is_checked(case: Any, tmp_path: Path) -> None:
    path = tmp_path / "mail.txt"
    path.write_text("Hello,\n\nYou always interrupt me. Shall we talk?\n", encoding="utf-8")
    result = case("check", path, code=1)
    assert (
        f"{path}:3: accusation: You always interrupt me." in result.out.replace("\n", " ").replace("  ", " ")
        or "accusation" in result.out
    )
    assert "say: In the weeks that I measured" in result.out
    assert case("check", path, "--json", code=1).json["findings"][0]["line"] == 3
    path.write_text("Shall we talk?\n", encoding="utf-8")
    assert "Nothing to reconsider" in case("check", path).out


def test_templates_are_copied_changed_checked_and_used(case: Any, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    case("templates", "--copy", mine)
    assert "all placeholders known" in case("templates", "--check", mine).err
    assert "is there already" in case("templates", "--copy", mine, code=2).err
    brief = mine / "en" / "brief.md"
    brief.write_text("# My own page\n\n{{ coast }}\n", encoding="utf-8")
    assert (
        f"{brief}:3: there is no placeholder coast; did you mean cost?"
        in case("templates", "--check", mine, code=2).err
    )
    assert f"{brief}:3: " in case("brief", "--templates", mine, code=2).err
    brief.write_text("# My own page\n\nYou always interrupt me.\n", encoding="utf-8")
    result = case("brief", "--templates", mine, code=3)
    assert "My own page" in result.out
    assert "accusation" in result.err
    assert "  cost " in case("templates").out


def test_the_brief_is_one_sheet_and_its_sources_another(
    run: Run, exports: tuple[object, ...], tasks: Path, tmp_path: Path
) -> None:
    file = tmp_path / "brief.pdf"
    done = run("case", "brief", *exports, "--tasks", tasks, "--pdf", file)
    assert done.code == 0, done.err
    assert f"Wrote {file}" in done.err
    content = file.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 2
    assert file.stat().st_mode & 0o077 == 0
