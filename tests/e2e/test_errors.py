"""Bad input: one sentence what, one what to do, the right exit code, and never a traceback."""

import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Run
from tests.e2e.exports import ME, TUESDAY, said, vevent, write_calendar, write_export

PERIOD = ("--from", TUESDAY, "--to", TUESDAY)


@pytest.fixture
def files(tmp_path: Path) -> tuple[object, ...]:
    calendar = write_calendar(tmp_path / "calendar.ics", [vevent("14:00", "15:00")])
    export = write_export(tmp_path / "export.zip", said("10:00 in, 10:03 out"))
    return (
        "--calendar",
        calendar,
        "--slack-export",
        export,
        "--me",
        ME,
        "--zone",
        "Europe/Berlin",
        "--holidays",
        "none",
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--zone", "Europe/Atlantis"), "Europe/Atlantis"),
        (("--from", "2026-03-12", "--to", "2026-03-10"), "2026-03-12"),
        (("--from", "yesterday"), "yesterday"),
        (("--from", "2026-02-30"), "2026-02-30"),
        (("--from", "2020-01-01"), "three years"),
        (("--hours", "nine to five"), "nine to five"),
        (("--hours", "Mon-Fri 17:00-09:00"), "17:00-09:00"),
        (("--hours", "Mon 09:00-12:00,11:00-13:00"), "overlap"),
        (("--holidays", "XX"), "XX"),
        (("--resumption-lag", "soon"), "soon"),
        (("--resumption-lag", "15,5,1"), "15,5,1"),
        (("--resumption-lag", "nan"), "nan"),
        (("--burst-gap", "0"), "burst gap"),
        (("--preset", "nobody/9"), "nobody/9"),
        (("--me", "me"), "'me'"),
        (("--me", "stranger@example.com"), "stranger@example.com"),
        (("--slack-user", "U404"), "U404"),
        (("--calendar", "no-such-file.ics"), "no-such-file.ics"),
        (("--calendar", "~no-such-user/x.ics"), "~no-such-user/x.ics"),
        (("--burst-gap", "nan"), "nan"),
        (("--from", "0001-01-01"), "0001-01-01"),
        (("--hourly-rate", "inf"), "inf"),
        (("--hours", ""), "empty"),
        (("--slack-export", "no-such-export.zip"), "no-such-export.zip"),
        (("--html", "/proc/nowhere/report.html"), "/proc/nowhere"),
    ],
)
def test_a_wrong_option_is_named(run: Run, files: tuple[object, ...], options: tuple[str, ...], words: str) -> None:
    result = run("measure", *files, *PERIOD, *options)
    assert result.code == 2
    assert words in result.err
    assert len(result.err.strip().splitlines()) == 2, "one line what, one line what to do"
    assert result.out == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"<html><body>Sign in</body></html>", "web page"), (b'{"a": 1}', "JSON"), (b"\x00\xff" * 50, "")],
)
def test_a_file_that_is_no_calendar(
    run: Run, files: tuple[object, ...], tmp_path: Path, content: bytes, words: str
) -> None:
    wrong = tmp_path / "wrong.ics"
    wrong.write_bytes(content)
    result = run("measure", *files, *PERIOD, "--calendar", wrong)
    assert result.code == 2
    assert "wrong.ics" in result.err
    assert words.lower() in result.err.lower()


def test_a_zip_that_is_no_export(run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    result = run("measure", "--slack-export", "photos.zip", "--me", ME, "--zone", "UTC", *PERIOD)
    assert result.code == 2
    assert "photos.zip" in result.err


def test_nothing_to_measure_is_said_and_the_json_is_there(run: Run, tmp_path: Path) -> None:
    calendar = write_calendar(tmp_path / "empty.ics")
    export = write_export(tmp_path / "export.zip")
    result = run(
        "measure", "--calendar", calendar, "--slack-export", export, "--me", ME, "--zone", "UTC", *PERIOD, "--json"
    )
    assert result.code == 3
    assert result.json["days"][0]["meeting"] == 0
    assert "no event" in result.err


def test_without_files_and_without_imports(run: Run) -> None:
    result = run("measure", "--me", ME, "--zone", "UTC")
    assert result.code == 3
    assert "deepday import" in result.err


def test_without_an_address_or_a_zone(run: Run, tmp_path: Path) -> None:
    calendar = write_calendar(tmp_path / "calendar.ics", [vevent("14:00", "15:00")])
    assert "--me" in run("measure", "--calendar", calendar).err
    assert "--zone" in run("measure", "--calendar", calendar, "--me", ME).err


def test_one_broken_event_never_loses_the_others(run: Run, files: tuple[object, ...], tmp_path: Path) -> None:
    broken = vevent("10:00", "11:00", uid="broken").replace(
        "DTSTART;TZID=Europe/Berlin:20260310T100000", "DTSTART:soon"
    )
    calendar = write_calendar(tmp_path / "calendar.ics", [vevent("09:00", "09:30"), broken, vevent("14:00", "15:00")])
    result = run("measure", *files, *PERIOD, "--json", "--calendar", calendar)
    assert result.code == 0
    assert result.json["days"][0]["meeting"] == 90 * 60
    assert any("broken" in row["where"] for row in result.json["skipped"])


def test_an_unknown_command_and_an_unknown_option(run: Run) -> None:
    assert run("measured").code == 2
    assert run("measure", "--colour", "red").code == 2
