"""The golden examples through the command line: files in, JSON out."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Run
from tests.e2e.exports import ME, TUESDAY, Said, said, vevent, write_calendar, write_export

ALWAYS = ("--zone", "Europe/Berlin", "--holidays", "none", "--json")


@pytest.fixture
def day(run: Run, tmp_path: Path) -> Any:
    """Measure one day of files and return its JSON, durations of the named figures in minutes."""

    def measured(
        events: list[str],
        messages: list[Said],
        *names: str,
        when: date = TUESDAY,
        hours: str = "Mon-Fri 09:00-17:00",
        lag: str = "10",
        options: tuple[str, ...] = (),
    ) -> list[float]:
        calendar = write_calendar(tmp_path / "calendar.ics", events)
        export = write_export(tmp_path / "export.zip", messages)
        files = ("--calendar", calendar, "--slack-export", export, "--me", ME)
        period = ("--from", when, "--to", when, "--hours", hours, "--resumption-lag", lag)
        result = run("measure", *files, *period, *ALWAYS, *options)
        assert result.code == 0, result.err
        first = result.json["days"][0]
        found = first | first["cost"]
        return [found[name] / 60 for name in names]

    return measured


def test_a_single_interruption(day: Any) -> None:
    figures = day([], said("10:00 in, 10:03 out"), "handling", "low", "focus120", "quiet60", "fragmented")
    assert figures == [3, 13, 417, 477, 60]
    assert day([], said("10:00 in, 10:03 out"), "interruptions") == [1 / 60]


def test_messages_within_the_gap_are_one_burst(day: Any) -> None:
    figures = day([], said("10:00 in, 10:04 out, 10:08 in, 10:12 out"), "handling", "low", "focus120")
    assert figures == [12, 22, 408]


def test_recovery_is_cut_by_a_meeting_and_by_the_end_of_work(day: Any) -> None:
    events, messages = [vevent("10:00", "10:05")], said("09:55 in, 09:56 out, 16:55 in, 16:57 out")
    assert day(events, messages, "low", "free", "focus120", "fragmented") == [10, 475, 410, 62]


def test_a_fragmented_day(day: Any) -> None:
    times = [("09:20", "10:00"), ("11:00", "11:30"), ("13:00", "14:00"), ("15:45", "16:15")]
    names = ("free", "calendar_focus", "fragmented", "sliver", "quiet60")
    assert day([vevent(start, end) for start, end in times], [], *names) == [320, 0, 320, 20, 255]


def test_origins(day: Any) -> None:
    figures = day([], said("9:30 out, 9:32 in, 11:00 in, 11:40 out"), "low", "high", "focus120", "fragmented")
    assert figures == [0, 11, 447, 30]


def test_a_meeting_across_midnight(run: Run, tmp_path: Path) -> None:
    late = vevent("23:00", "02:00").replace("DTEND;TZID=Europe/Berlin:20260310", "DTEND;TZID=Europe/Berlin:20260311")
    calendar, export = write_calendar(tmp_path / "late.ics", [late]), write_export(tmp_path / "export.zip", CASCADE)
    files = ("--calendar", calendar, "--slack-export", export, "--me", ME, "--hours", "Mon-Fri 09:00-17:00")
    days = run("measure", *files, "--from", "2026-03-10", "--to", "2026-03-11", *ALWAYS).json["days"]
    assert [(day["after_hours"], day["meeting"]) for day in days] == [(3600, 0), (7200, 0)]


def test_absent_in_the_afternoon(day: Any) -> None:
    away = vevent("13:00", "17:00", lines=["X-MICROSOFT-CDO-BUSYSTATUS:OOF"])
    assert day([away], [], "work", "meeting") == [240, 0]


def test_a_gap_is_no_zero(run: Run, tmp_path: Path) -> None:
    """Golden example 16: 62 minutes on Monday, none on Tuesday, Wednesday lost, Thursday off, 43 on Friday."""
    monday, wednesday, friday = date(2026, 3, 9), date(2026, 3, 11), date(2026, 3, 13)
    away = (
        "BEGIN:VEVENT\r\nUID:away\r\nDTSTAMP:20260301T000000Z\r\nDTSTART;VALUE=DATE:20260312\r\n"
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nEND:VEVENT"
    )
    messages = [Said(f"10:{n:02}", outgoing=n > 0, day=monday) for n in range(0, 53, 4)]
    messages += [Said(f"10:{n:02}", outgoing=n > 0, day=friday) for n in range(0, 34, 3)]
    calendar = write_calendar(tmp_path / "away.ics", [away])
    export = write_export(tmp_path / "export.zip", messages, broken=[wednesday])
    files = ("--calendar", calendar, "--slack-export", export, "--me", ME, "--hours", "Mon-Fri 09:00-17:00")
    form = run("measure", *files, "--from", "2026-W11", "--to", "2026-W11", "--resumption-lag", "10", *ALWAYS).json
    costs = [day["cost"] and day["cost"]["central"] / 60 for day in form["days"][:5]]
    assert costs == [62, 0, None, 0, 43]
    week = form["weeks"][0]
    assert (week["eligible_days"], week["observed_days"], week["cost"]["central"]) == (4, 3, 6300)
    assert week["five_day_equivalent"] == 10_500


MEETINGS = [
    vevent("10:00", "11:00"),
    vevent("10:30", "11:30"),
    vevent("10:45", "11:15", lines=[f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ME}", "ATTENDEE:mailto:ada@example.com"]),
    vevent("14:00", "15:00", lines=[f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ME}", "ATTENDEE:mailto:ada@example.com"]),
    vevent("15:00", "16:00", lines=["TRANSP:TRANSPARENT"]),
    vevent("16:00", "16:30", lines=["STATUS:CANCELLED"]),
    vevent("16:30", "17:00", lines=[f"ORGANIZER:mailto:{ME}", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ME}"]),
]


def test_overlapping_meetings(day: Any) -> None:
    names = ("meeting", "double_booked", "free", "calendar_focus", "fragmented")
    assert day(MEETINGS, [], *names) == [90, 30, 390, 330, 60]


def test_tentative_meetings_when_asked(day: Any) -> None:
    figures = day(MEETINGS, [], "meeting", "free", "calendar_focus", options=("--count-tentative",))
    assert figures == [150, 330, 270]


CASCADE = said("10:00 in, 10:01 out, 10:08 in, 10:09 out, 10:15 in, 10:16 out")


@pytest.mark.parametrize(("lag", "cost"), [("0", 3), ("1", 6), ("5", 18), ("7", 23), ("10", 26), ("23.25", 39.25)])
def test_a_cascade_by_lag(day: Any, lag: str, cost: float) -> None:
    assert day([], CASCADE, "low", lag=lag) == [cost]


def test_a_meeting_takes_the_interruption(day: Any) -> None:
    assert day([vevent("10:00", "11:00")], said("10:20 in, 10:22 out"), "low", "meeting") == [0, 60]
    assert day([vevent("10:00", "11:00")], said("10:58 in, 11:02 out"), "low", "focus120") == [12, 358]


def test_lunch(day: Any) -> None:
    figures = day(
        [],
        said("12:25 in, 12:26 out, 13:27 in, 13:31 out"),
        "low",
        "handling",
        "focus120",
        "after_hours",
        "break_work",
        hours="Mon-Fri 09:00-12:30,13:30-18:00",
    )
    assert figures == [16, 2, 474, 0, 0]


def test_absent_all_day(day: Any) -> None:
    away = (
        "BEGIN:VEVENT\r\nUID:away\r\nDTSTAMP:20260301T000000Z\r\nDTSTART;VALUE=DATE:20260310\r\n"
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nEND:VEVENT"
    )
    assert day([away], said("10:00 in, 10:01 out"), "work", "low", "off_day") == [0, 0, 1]


def test_the_repeated_hour(day: Any) -> None:
    sunday = date(2026, 10, 25)
    messages = [Said("02:58", outgoing=False, day=sunday), Said("02:01", outgoing=True, day=sunday, fold=1)]
    assert day([], messages, "work", "low", "focus120", when=sunday, hours="Sun 00:00-06:00") == [420, 13, 417]


@pytest.mark.parametrize(("reply", "cost"), [("10:05:00", 15), ("10:05:01", 11), ("10:14", 11), ("10:16", 0)])
def test_the_reply_cliff(day: Any, reply: str, cost: float) -> None:
    assert day([], said(f"10:00 in, {reply} out"), "low") == [cost]


def test_nested_conversations(day: Any) -> None:
    figures = day([], said("10:00 in D1, 10:02 in D2, 10:03 out D2, 10:06 out D1"), "handling", "low")
    assert figures == [6, 16]


def test_after_hours(day: Any) -> None:
    assert day([], said("20:00 in, 20:04 out, 21:00 in"), "after_hours", "low") == [1, 0]


def test_the_form_of_the_json(run: Run, tmp_path: Path) -> None:
    calendar = write_calendar(tmp_path / "calendar.ics", [vevent("14:00", "15:00")])
    export = write_export(tmp_path / "export.zip", CASCADE, broken=[date(2026, 3, 12)])
    files = ("--calendar", calendar, "--slack-export", export, "--me", ME.upper())
    result = run(
        "measure", *files, "--from", "2026-03-09", "--to", "2026-03-15", "--hours", "Mon-Fri 09:00-17:00", *ALWAYS
    )
    assert result.code == 0
    form = result.json
    assert form["schema"] == "deepday.measure/1"
    assert form["zone"] == "Europe/Berlin"
    assert len(form["days"]) == 7
    assert [row["where"] for row in form["skipped"]] == ["D1/2026-03-12.json"]
    tuesday, thursday = form["days"][1], form["days"][3]
    assert tuesday["switches"] == {"external": 3, "deferred": 0, "self": 0, "meeting": 1}
    assert tuesday["observed"] == {"calendar": True, "messages": True}
    assert thursday["observed"] == {"calendar": True, "messages": False}
    assert (thursday["meeting"], thursday["cost"], thursday["focus120"]) == (0, None, None)
    week = form["weeks"][0]
    assert (week["week"], week["eligible_days"], week["observed_days"]) == ("2026-W11", 5, 4)
    assert week["meeting"] == 3600
    assert {key: round(value / 60, 2) for key, value in week["cost_interval"].items()} == {
        "p5": 11.02,
        "p50": 22.27,
        "p95": 28.35,
    }
    assert week["five_day_equivalent"] == round(week["cost"]["central"] / 4 * 5)
    for row in [*form["days"], week]:
        if row["handling"] is not None and row is not week:
            assert row["work"] == row["meeting"] + row["handling"] + row["focus120"] + row["fragmented"]


def test_order_of_files_and_doubling_them_change_nothing(run: Run, tmp_path: Path) -> None:
    one = write_calendar(tmp_path / "one.ics", MEETINGS[:4])
    two = write_calendar(tmp_path / "two.ics", MEETINGS[2:])
    export = write_export(tmp_path / "export.zip", CASCADE)
    common = ("--slack-export", export, "--me", ME, "--from", TUESDAY, "--to", TUESDAY, *ALWAYS)
    first = run("measure", "--calendar", one, "--calendar", two, *common)
    second = run("measure", "--calendar", two, one, *common)
    assert first.code == 0
    assert first.out == second.out


def test_no_text_leaves_the_export(run: Run, tmp_path: Path) -> None:
    export = write_export(tmp_path / "export.zip", CASCADE, broken=[date(2026, 3, 11)])
    calendar = write_calendar(tmp_path / "calendar.ics", [vevent("14:00", "15:00", lines=["SUMMARY:canary title"])])
    common = ("--calendar", calendar, "--slack-export", export, "--me", ME, "--from", TUESDAY, "--to", TUESDAY)
    page = tmp_path / "report.html"
    for command in (("measure", *common, *ALWAYS), ("measure", *common, "--zone", "Europe/Berlin", "--html", page)):
        result = run(*command)
        assert result.code == 0
        assert "canary" not in result.out + result.err
    assert "canary" not in page.read_text(encoding="utf-8")
