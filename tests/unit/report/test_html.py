import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from deepday.measure.result import Measurement, State
from deepday.model import Skipped
from deepday.report.html import render_html
from deepday.report.words import DASH
from tests.unit.report import sample

VOID = {"meta", "line", "rect", "br", "circle", "path"}


class Page(HTMLParser):
    """Checks that every element is closed in order, and collects what a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def page(measurement: Measurement, *, shareable: bool = False) -> Page:
    return Page(render_html(measurement, shareable=shareable, generated=sample.GENERATED))


EMPTY = replace(sample.one_day(), days=(), weeks=(), ledgers=())
PAGES = {
    "five weeks": (sample.five_weeks(rate=68), False),
    "shareable": (sample.five_weeks(), True),
    "one day": (sample.one_day(), False),
    "one day shared": (sample.one_day(), True),
    "no chat": (sample.make([sample.tuesday(messages=False)]), False),
    "nothing observed": (sample.make([sample.tuesday(calendar=False, messages=False)]), False),
    "no interruptions": (sample.make([sample.tuesday(chats=[], exposures=[], late=[])]), False),
    "day off": (sample.make([sample.tuesday(day_off="Holiday", meetings=[])]), False),
    "no days": (EMPTY, False),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_balanced_and_refers_to_nothing_outside(name: str) -> None:
    measurement, shareable = PAGES[name]
    text = render_html(measurement, shareable=shareable, generated=sample.GENERATED)
    made = Page(text)
    tags = [tag for tag, _ in made.tags]
    assert not {"script", "link", "img", "iframe", "object", "form", "image", "use"} & set(tags)
    assert not re.search(r"https?:|@import|url\((?!#)|\bon\w+=", text)
    attributes = {key for _, found in made.tags for key in found}
    assert not {"src", "href", "xlink:href", "style"} & attributes
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in text
    assert dict(made.tags)["html"] == {"lang": "en"}


@pytest.mark.parametrize("name", PAGES)
def test_headings_and_names_lead_through_the_page(name: str) -> None:
    measurement, shareable = PAGES[name]
    made = page(measurement, shareable=shareable)
    levels = [int(tag[1]) for tag, _ in made.tags if tag in {"h1", "h2", "h3"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    ids = [found["id"] for _, found in made.tags if "id" in found]
    assert len(ids) == len(set(ids))
    for tag, found in made.tags:
        if tag == "svg" and found.get("role") == "img":
            assert set(str(found["aria-labelledby"]).split()) <= set(ids)


def test_the_charts_have_words_and_tables_beside_them() -> None:
    made = page(sample.five_weeks())
    assert sum(found.get("role") == "img" for _, found in made.tags) == 3
    assert "The timeline as a table" in made.text
    assert "W12 (incomplete)" in made.text
    assert f"09:30{DASH}09:45" in made.text
    assert "Good Friday" in made.text


def test_bars_of_the_timeline_stay_inside_the_chart() -> None:
    made = page(sample.five_weeks())
    bars = [found for tag, found in made.tags if tag == "rect" and str(found.get("width", "")).endswith("%")]
    assert len(bars) > 40
    for bar in bars:
        left, width = (float(str(bar[key]).rstrip("%")) for key in ("x", "width"))
        assert left >= 0
        assert width > 0
        assert left + width <= 100.01


def test_a_day_without_chat_is_hatched_and_named() -> None:
    weeks = sample.five_weeks()
    made = page(sample.make(list(zip(weeks.days[14:21], weeks.ledgers[14:21], strict=True))))
    assert "no chat data" in made.text
    assert sum(found.get("class") == "unknown" for tag, found in made.tags if tag == "rect") > 2


def test_text_from_files_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    measurement = sample.make(
        [sample.tuesday(meetings=[("10:00", "11:00", f'"{evil}')])],
        skipped=[Skipped(evil, evil, evil)],
        notes=[evil],
    )
    measurement = replace(measurement, days=(replace(measurement.days[0], day_off=evil),))
    text = render_html(measurement, generated=sample.GENERATED)
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 5
    Page(text)


def test_empty_states_are_sentences() -> None:
    assert "A trend needs two observed weeks" in page(sample.one_day()).text
    nothing = page(PAGES["nothing observed"][0])
    assert "There is no day to draw" in nothing.text
    assert not any(found.get("role") == "img" for _, found in nothing.tags)
    assert "The period holds no working day." in page(EMPTY).text
    assert "not enough evidence yet" in page(sample.one_day(), shareable=True).text
    assert "Nothing: every working day was observed" in page(sample.one_day()).text


def test_the_page_says_what_is_assumed_and_what_it_cannot_say() -> None:
    text = page(sample.five_weeks(rate=68)).text
    for said in (
        "1 to 15 min, most likely 5",
        "30 to 90 %, expected 60 %",
        "spans a factor of 2.9",
        "A trace is not attention",
        "unblocking others, is not measured",
        "never stored or logged",
        "EUR 68.00, give or take 20 %",
        "Value of the time",
    ):
        assert said in text


def test_the_shareable_page_has_no_single_day_and_lists_what_is_left_out() -> None:
    text = render_html(sample.five_weeks(), shareable=True, generated=sample.GENERATED)
    for secret in ("10 Mar", "Stand-up", "work.ics", "example.com", "Good Friday", "18 Mar", "Thirteen"):
        assert secret not in text
    assert "Left out of this shareable report" in text
    assert "single days and their timelines" in text
    assert "7 entries could not be read" in text


def test_the_page_tells_when_it_was_made_in_the_zone_of_the_report() -> None:
    assert "6 April 2026, 10:30 (Europe/Berlin)" in page(sample.one_day()).text


def test_many_weeks_are_drawn_without_numbers_that_touch() -> None:
    weeks = sample.five_weeks()
    many = replace(
        weeks,
        weeks=tuple(replace(week, week=f"2026-W{number:02}") for number in range(10, 30) for week in weeks.weeks[:1]),
    )
    made = page(many)
    labels = [found for tag, found in made.tags if tag == "text" and found.get("class") == "value"]
    assert len(labels) == 20


def test_a_long_period_shows_the_days_of_its_last_weeks_and_says_so() -> None:
    weeks = sample.five_weeks()
    six = replace(weeks, weeks=(replace(weeks.weeks[0], week="2026-W09"), *weeks.weeks))
    assert "--json and --csv hold every day" in page(six).text
    assert "--json and --csv hold every day" not in page(weeks).text


def test_the_page_says_what_mentions_are_read_from() -> None:
    for shareable in (False, True):
        text = " ".join(page(sample.five_weeks(), shareable=shareable).text.split())
        assert "a mention in a channel counts as directed at you" in text
        assert "derived from its text in memory; the text is dropped" in text


def test_nothing_from_a_file_turns_or_steers_the_page() -> None:
    steering = "\x1b[2J\x07\x9b\u202eevil\u2066\u200f\x00"
    parts = sample.tuesday(meetings=[("10:00", "11:00", f"Sync{steering}")])
    off = sample.make_day(date(2026, 3, 11), day_off=f"Holiday{steering}")
    skipped = [Skipped(f"a{steering}.ics", f"UID {steering}", f"Bad {steering}.")]
    measurement = sample.make([parts, off], skipped=skipped, notes=[f"Note {steering}"])
    text = render_html(measurement, generated=sample.GENERATED)
    assert text.count("evil") >= 5
    assert not set("\x1b\x07\x9b\u202e\u2066\u200f\x00") & set(text)


def test_an_exposure_that_adds_nothing_is_named_and_not_drawn() -> None:
    measurement = sample.one_day()
    ledger = measurement.ledgers[0]
    spans = [replace(span, end=span.start) if span.state is State.EXPOSED else span for span in ledger.spans]
    inside = replace(measurement, ledgers=(replace(ledger, spans=tuple(spans)),))
    found = render_html(inside, generated=sample.GENERATED)
    assert "<td>14:00</td>" in found
    assert not re.search(r'<rect class="exposed" x="[^"]*%"', found)
