"""The other commands, as a newcomer types them."""

import csv
import re
from pathlib import Path

import pytest

from deepday import __version__
from tests.e2e.conftest import Run
from tests.e2e.exports import ME, TUESDAY, said, vevent, write_calendar, write_export

FILES = ("calendar.ics", "export.zip")
WHO = ("--me", ME, "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00", "--holidays", "none")
PERIOD = ("--from", TUESDAY, "--to", TUESDAY)


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    write_calendar(tmp_path / "calendar.ics", [vevent("14:00", "15:00", uid="planning")])
    write_export(tmp_path / "export.zip", said("10:00 in, 10:03 out"))


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == f"deepday {__version__}\n"
    for command in ("demo", "measure", "explain", "import", "doctor", "config"):
        result = run(command, "--help")
        assert result.code == 0
        assert command == "config" or "Example: deepday" in result.out


def test_imported_once_measured_without_files(run: Run) -> None:
    files = run("measure", "--calendar", FILES[0], "--slack-export", FILES[1], *WHO, *PERIOD, "--json")
    assert run("import", *FILES, *WHO).code == 0
    stored = run("measure", *PERIOD, "--json")
    assert stored.code == 0
    assert stored.json["days"] == files.json["days"]


def test_importing_twice_changes_nothing(run: Run) -> None:
    run("import", *FILES, *WHO)
    before = run("measure", *PERIOD, "--json").out
    again = run("import", *FILES, "--json")
    assert [row["outcome"] for row in again.json["imports"]] == ["unchanged", "unchanged"]
    assert run("measure", *PERIOD, "--json").out == before


def test_a_newer_export_updates(run: Run, tmp_path: Path) -> None:
    run("import", *FILES, *WHO)
    write_calendar(tmp_path / "calendar (1).ics", [vevent("14:00", "14:30", uid="planning"), vevent("16:00", "16:30")])
    write_export(tmp_path / "export.zip", said("10:00 in, 10:03 out, 15:00 in, 15:01 out"))
    newer = run("import", "calendar (1).ics", "export.zip", "--json").json["imports"]
    assert [row["source"] for row in newer] == ["calendar", "Slack"]
    day = run("measure", *PERIOD, "--json").json["days"][0]
    assert (day["meeting"], day["interruptions"]) == (3600, 2)


def test_files_given_leave_no_trace(run: Run, tmp_path: Path) -> None:
    run("measure", "--calendar", FILES[0], "--slack-export", FILES[1], *WHO, *PERIOD)
    assert not (tmp_path / "home").exists()


def test_explain_leads_from_a_figure_to_its_events(run: Run) -> None:
    given = ("--calendar", FILES[0], "--slack-export", FILES[1], *WHO)
    day = run("explain", TUESDAY, *given)
    assert day.code == 0
    assert "meeting, 3 people" in day.out
    assert "480:00" in day.out, "eight hours add up"
    meeting = run("explain", "2026-W11", "meeting", *given, "--json").json
    spans = [span for one in meeting["days"] for span in one["spans"]]
    assert [span["seconds"] for span in spans] == [3600]
    assert "planning" in spans[0]["causes"][0]["reference"]
    assert run("explain", TUESDAY, "happiness", *given).code == 2


def test_report_files(run: Run, tmp_path: Path) -> None:
    given = ("--calendar", FILES[0], "--slack-export", FILES[1], *WHO, *PERIOD)
    result = run("measure", *given, "--html", "out/report.html", "--csv", "out/days.csv")
    assert result.code == 0
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    with (tmp_path / "out/days.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["date"], row["meeting"]) for row in rows] == [("2026-03-10", "3600")]
    assert (tmp_path / "out/days-weeks.csv").exists()


def test_shareable_says_what_it_leaves_out(run: Run) -> None:
    given = ("--calendar", FILES[0], "--slack-export", FILES[1], *WHO, *PERIOD, "--shareable")
    shared = run("measure", *given, "--json").json
    assert shared["left_out"]
    assert not shared.get("days")
    terminal = run("measure", *given).out
    assert "left out" in terminal.lower()
    assert "2026-03-10" not in terminal


def test_config_example_is_what_check_accepts(run: Run, tmp_path: Path) -> None:
    example = run("config", "example").out
    settings = tmp_path / "home" / "deepday.toml"
    settings.parent.mkdir()
    settings.write_text(example, encoding="utf-8")
    assert run("config", "check").code == 0
    settings.write_text('[me]\nemial = "me@example.com"\nzone = "Mars/Phobos"\n', encoding="utf-8")
    wrong = run("config", "check")
    assert wrong.code == 2
    assert "emial" in wrong.err
    assert "Mars/Phobos" in wrong.err
    assert run("config", "schema").json["type"] == "object"
    assert str(settings) in run("config", "path").out


def test_doctor_finds_what_is_wrong_with_files_and_what_is_fine(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page.ics").write_text("<html>Sign in</html>", encoding="utf-8")
    result = run("doctor", *FILES, "page.ics", "--me", ME, "--zone", "Europe/Berlin")
    assert result.code == 1
    assert re.search(r"^ok .*calendar\.ics: .*1 events", result.out, re.MULTILINE)
    assert re.search(r"^ok .*export\.zip: .*2 messages read, 2 by or for the owner", result.out, re.MULTILINE)
    assert re.search(r"^FAIL page\.ics", result.out, re.MULTILINE)


def test_doctor_finds_gaps(run: Run) -> None:
    run("import", *FILES, *WHO)
    result = run("doctor")
    assert result.code == 0
    assert re.search(r"^WARN activity days: \d+ working days", result.out, re.MULTILINE)


def test_demo_measures_its_sample_and_its_own_command_repeats_it(run: Run, tmp_path: Path) -> None:
    result = run("demo", "--folder", "sample", "--json")
    assert result.code == 0
    assert len(result.json["weeks"]) == 5
    assert (tmp_path / "sample" / "report.html").exists()
    weeks = [(week["observed_days"], week["eligible_days"]) for week in result.json["weeks"]]
    assert all(0 < observed <= eligible for observed, eligible in weeks)
    assert any(observed < eligible for observed, eligible in weeks), "a day without data is a gap"
