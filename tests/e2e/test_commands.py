"""The other commands, as a newcomer types them."""

import csv
import re
import shlex
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
    assert re.search(r"^ok .*calendar\.ics: .*events: 1", result.out, re.MULTILINE)
    assert re.search(r"^ok .*export\.zip: .*2 messages read, 2 by or for the owner", result.out, re.MULTILINE)
    assert re.search(r"^FAIL page\.ics", result.out, re.MULTILINE)


def test_doctor_finds_gaps(run: Run) -> None:
    run("import", *FILES, *WHO)
    result = run("doctor")
    assert result.code == 0
    assert re.search(r"^WARN activity days: \d+ working days", result.out, re.MULTILINE)


def test_demo_measures_its_sample_and_its_own_command_repeats_it(run: Run, tmp_path: Path) -> None:
    result = run("demo", "--files", "--folder", "sample", "--json")
    assert result.code == 0
    assert len(result.json["weeks"]) == 5
    assert (tmp_path / "sample" / "report.html").exists()
    weeks = [(week["observed_days"], week["eligible_days"]) for week in result.json["weeks"]]
    assert all(0 < observed <= eligible for observed, eligible in weeks)
    assert any(observed < eligible for observed, eligible in weeks), "a day without data is a gap"
    line = next(line for line in result.err.splitlines() if "deepday measure" in line)
    setting, _, *words = shlex.split(line.split(":", 1)[1])
    name, value = setting.split("=", 1)
    again = run(*words, "--json", **{name: value})
    assert again.json["days"] == result.json["days"]


def test_the_demo_deletes_no_folder_that_it_did_not_make(run: Run, tmp_path: Path) -> None:
    theirs = tmp_path / "sample" / "deepday-home" / "diary.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine", encoding="utf-8")
    refused = run("demo", "--folder", "sample", "--no-serve")
    assert refused.code == 2
    assert "is left alone" in refused.err
    assert theirs.read_text(encoding="utf-8") == "mine"


def test_the_store_is_one_person_s(run: Run) -> None:
    run("import", *FILES, *WHO)
    other = run("import", *FILES, "--me", "d1@example.com")
    assert other.code == 2
    assert ME in other.err
    assert run("erase", "--yes").code == 0
    assert run("measure", *PERIOD).code == 3
    assert run("import", *FILES, "--me", "d1@example.com").code == 0


def test_one_source_can_be_erased(run: Run) -> None:
    run("import", *FILES, *WHO)
    assert run("erase", "Slack", "--yes").code == 0
    day = run("measure", *PERIOD, "--json").json["days"][0]
    assert (day["meeting"], day["interruptions"]) == (3600, None)
    assert run("erase", "Slack", "--yes").code == 3


def test_another_slack_user_is_another_view(run: Run) -> None:
    run("import", *FILES, *WHO, "--slack-user", "UD1")
    run("import", "export.zip", "--slack-user", "U0ME")
    stored = run("measure", *PERIOD, "--json").json["days"]
    given = ("--calendar", FILES[0], "--slack-export", FILES[1], "--slack-user", "U0ME", *WHO, *PERIOD)
    assert stored == run("measure", *given, "--json").json["days"]


def test_two_calendars_of_one_name_are_both_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    write_calendar(tmp_path / "work" / "calendar.ics", [vevent("09:00", "09:30", uid="other")])
    run("import", "calendar.ics", "export.zip", *WHO)
    run("import", "work/calendar.ics")
    assert run("measure", *PERIOD, "--json").json["days"][0]["meeting"] == 90 * 60


def test_options_that_cannot_be_settings_stop_the_first_import(run: Run, tmp_path: Path) -> None:
    wrong = run("import", *FILES, "--me", ME, "--zone", "Europe/Berlin", "--holidays", "XX")
    assert wrong.code == 2
    assert "holidays" in wrong.err
    assert not (tmp_path / "home").exists()
    assert run("import", *FILES, "--me", ME, "--zone", "Europe/Berlin", "--holidays", "de-be").code == 0
    assert run("config", "check").code == 0


def test_the_address_of_a_feed_stays_secret(run: Run, tmp_path: Path) -> None:
    class Feed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (tmp_path / "calendar.ics").read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    write_calendar(tmp_path / "calendar.ics")
    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/private-canary/basic.ics?token=canary"
        shown = [
            run("measure", "--calendar", address, "--slack-export", FILES[1], *WHO, *PERIOD, "--json"),
            run("measure", "--calendar", address, "--slack-export", FILES[1], *WHO, *PERIOD, "--html", "report.html"),
            run("doctor", address, *WHO[:4]),
            run("import", address, "export.zip", *WHO, "--json"),
            run("doctor"),
        ]
        server.shutdown()
    assert [result.code for result in shown] == [0, 0, 0, 0, 0]
    assert not [result for result in shown if "canary" in result.out + result.err]
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and b"private-canary" in path.read_bytes()]
    assert kept == []
