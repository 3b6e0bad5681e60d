import io
import re
from datetime import date

import pytest
from rich.console import Console

from deepday.measure.result import Measurement
from deepday.model import Skipped
from deepday.report.terminal import render, render_explain
from tests.unit.report import sample


def shown(measurement: Measurement, *, width: int = 80, shareable: bool = False, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding=encoding, errors="replace", write_through=True) as file:
        render(measurement, Console(file=file, width=width), shareable=shareable)
        return raw.getvalue().decode(encoding)


def explained(measurement: Measurement, metric: str | None = None, width: int = 100) -> str:
    file = io.StringIO()
    render_explain(measurement, Console(file=file, width=width), metric)
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 72, 80, 100, 160])
def test_no_line_is_wider_than_the_console(width: int) -> None:
    for text in (
        shown(sample.five_weeks(rate=68), width=width),
        shown(sample.five_weeks(), width=width, shareable=True),
        explained(sample.one_day(), width=width),
    ):
        assert max(map(len, text.splitlines())) <= width


def test_figures_are_never_cut_at_80_columns() -> None:
    text = shown(sample.five_weeks())
    day = next(line for line in text.splitlines() if line.startswith("Tue 10 Mar"))
    assert day.split() == ["Tue", "10", "Mar", "8:00", "1:15", "2:23", "4:10", "4", "3", *day.split()[9:]]
    assert day.split()[-1] == "0:00"
    assert "…" not in text


def test_a_gap_and_a_holiday_are_told_and_not_counted_as_zero() -> None:
    lines = shown(sample.five_weeks()).splitlines()
    assert any(line.startswith("Wed 18 Mar") and "no chat data" in line for line in lines)
    assert any(line.startswith("Fri 3 Apr") and "Good Friday" in line for line in lines)
    assert not any(line.startswith("Sun") for line in lines)


def test_the_strip_can_be_read_without_colour() -> None:
    text = shown(sample.one_day(), width=80)
    line = [line for line in text.splitlines() if line.startswith("Tue 10 Mar")][-1]
    strip = line.removeprefix("Tue 10 Mar ")
    # 09:00 to 21:00, four signs an hour: an interruption at 09:20, meetings 10:00-11:30 and 11:40-12:00, lunch 12:30.
    assert len(strip) == 48
    assert strip[:14] == "╌!╌╌██████╌█╌╌"
    assert strip[14:18] == "····"
    assert strip[18:28] == "━" * 10
    assert strip[45:47] == "++"
    for meaning in ("meeting", "interruption", "quiet", "break"):
        assert meaning in text
    assert "\x1b" not in text


def test_the_strip_has_plain_signs_where_the_terminal_knows_no_others() -> None:
    text = shown(sample.one_day(), encoding="ascii")
    assert "-!--MMMMMM-M--....==========" in text


def test_hours_that_do_not_fit_get_coarser_signs() -> None:
    assert "One sign is 15 min" in shown(sample.one_day(), width=80)
    assert "One sign is 30 min" in shown(sample.one_day(), width=40)


def test_work_outside_the_hours_drawn_is_pointed_at() -> None:
    text = shown(sample.make([sample.tuesday(late=[("00:10", "00:11")])]), width=60)
    assert "Tue 10 Mar<" in text
    assert "more before and after these hours" in " ".join(text.split())
    assert "Tue 10 Mar<" not in shown(sample.one_day(), width=60)


def test_an_unobserved_day_is_drawn_as_unknown() -> None:
    text = shown(sample.make([sample.tuesday(messages=False)]))
    assert "????██████?█??····??????????????????" in text


def test_skipped_entries_and_notes_stand_at_the_end() -> None:
    text = shown(sample.five_weeks())
    assert "and 2 more; --json lists all" in text
    assert "Thirteen meetings have no list of guests" in text


def test_markup_in_names_is_printed_as_it_is() -> None:
    title = [("10:00", "11:00", "[bold]Sync[/bold] [red]")]
    assert "[bold]Sync[/bold] [red]" in explained(sample.make([sample.tuesday(meetings=title)]), "meeting", 160)


def test_the_shareable_face_has_no_single_day() -> None:
    text = shown(sample.five_weeks(), shareable=True)
    assert "Timeline" not in text
    assert "10 Mar" not in text
    assert "work.ics" not in text
    assert "Left out of this shareable report" in text
    assert "Monday" in text


def test_the_minutes_of_a_day_add_up_to_working_time() -> None:
    text = explained(sample.one_day())
    sums = {line.rsplit(None, 1)[0].strip(): line.rsplit(None, 1)[1] for line in text.splitlines() if ":" in line[-4:]}
    parts = [sums[name] for name in ("meeting", "own chat", "quiet, 2 h or more", "quiet, under 2 h")]
    assert sum(map(seconds, parts)) == seconds(sums["= working time"]) == 28_800


def seconds(text: str) -> int:
    minutes, rest = text.split(":")
    return 60 * int(minutes) + int(rest)


def test_the_reference_of_an_entry_is_never_cut() -> None:
    meeting = [("10:00", "11:00", "a" * 99)]
    assert "…" not in (text := explained(sample.make([sample.tuesday(meetings=meeting)]), "meeting", 60))
    assert text.count("a" * 10) >= 2
    assert sum(line.count("a") for line in text.splitlines()[4:]) >= 2 * 99


def test_overlays_are_marked_as_lying_over_the_others() -> None:
    text = explained(sample.one_day(), width=160)
    assert "over these: interruption and recovery" in text
    assert "(9:38)" in text


@pytest.mark.parametrize(
    ("metric", "total"),
    [
        ("meeting", "Sum (meetings): 110:00"),
        ("interruptions", "Sum (interruptions): 2,"),
        ("cost", "27:54 if every one was"),
    ],
)
def test_one_figure_is_explained_by_its_rows_alone(metric: str, total: str) -> None:
    text = explained(sample.one_day(), metric)
    assert total in text
    assert "own chat, started" not in text


def test_a_figure_without_minutes_says_so() -> None:
    assert "No minute makes up this figure (work in breaks)." in explained(sample.one_day(), "break_work")


def test_an_unobserved_day_has_no_invented_minutes() -> None:
    text = explained(sample.make([sample.tuesday(messages=False)]))
    assert "Not observed in full" in text
    assert "not observed" in text
    assert "370:00" in text


def calendar_only() -> Measurement:
    return sample.five_weeks(messages=False)


@pytest.mark.parametrize("width", [60, 80])
def test_a_report_without_chat_is_not_cut(width: int) -> None:
    text = shown(calendar_only(), width=width)
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    lines = text.splitlines()
    assert any(re.match(r"Tue 10 Mar +8:00 +1:15 ", line) for line in lines)
    assert any(re.match(r"W11 +0/5 +40:00 +10:15 ", line) for line in lines)


def test_what_was_not_observed_is_said_and_not_summed_up() -> None:
    text = explained(sample.make([sample.tuesday(messages=False)]), "cost")
    assert "Sum (cost of interruptions): not observed" in text
    assert "0:00" not in text


def test_days_left_out_of_the_sum_are_named() -> None:
    monday = sample.make_day(date(2026, 3, 9), meetings=[("10:00", "11:00", "Planning")], messages=False)
    text = explained(sample.make([monday, sample.tuesday()]), "meeting")
    assert "Sum (meetings): 110:00 min:s" in text
    assert "Left out, because not observed in full: Mon 9 Mar." in text


def test_the_switches_are_listed_by_kind() -> None:
    text = explained(sample.one_day(), "switches")
    assert "Sum (switches out of free working time): 4 (interruptions 2, late answers 0, own 0, meetings 2)" in text


def test_a_figure_that_its_rows_do_not_give_says_why() -> None:
    assert "No rows make up this figure" in explained(sample.one_day(), "span")


@pytest.mark.parametrize("metric", [None, "interruptions", "exposures"])
def test_the_reader_is_told_what_mentions_are_read_from(metric: str | None) -> None:
    text = " ".join((explained(sample.one_day(), metric) if metric else shown(sample.one_day())).split())
    assert "a mention in a channel counts as directed at you" in text
    assert "derived from its text in memory; the text is dropped" in text


STEERING = "\x1b]0;owned\x07\x9b31m\u202eevil\u2066\x00\r\n\x7f"


def test_nothing_from_a_file_steers_the_terminal() -> None:
    parts = sample.tuesday(meetings=[("10:00", "11:00", f"Sync{STEERING}")])
    off = sample.make_day(date(2026, 3, 11), day_off=f"Holiday{STEERING}")
    skipped = [Skipped(f"a{STEERING}.ics", f"UID {STEERING}", f"Bad {STEERING}.")]
    measurement = sample.make([parts, off], skipped=skipped, notes=[f"Note {STEERING}"])
    for text in (shown(measurement, width=200), explained(measurement), explained(measurement, "meeting")):
        assert "evil" in text
        assert not set(STEERING.replace("\n", "")) & set(text) - set("]0;owned31mevil")
