"""The report's page: one text for every face, honest words, one sheet, templates that can be changed."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepday.app.trial_reporting import shareable
from deepday.errors import InputError
from deepday.report.page import LANGUAGES, html_of, pdf_of
from deepday.report.trial_letter import LetterFacts, make_letter
from deepday.report.trial_markup import parse, plain_text, to_html, to_typst
from deepday.report.trial_page import ReportFacts, make_page
from deepday.report.trial_result_json import report_to_json
from deepday.report.trial_status import detectable_lines
from deepday.trial.result import Deviation, Stop, conclude
from deepday.trial.routing import RoutingCounts
from tests.unit.trial.made import MONDAY, SEED, make_protocol, make_rows

NOW = datetime(2026, 6, 8, 8, tzinfo=UTC)
CANARY = "Zebulon Quagmire"
FORBIDDEN = re.compile(
    r"""
    each\ interruption\ costs | \bsave[ds]?\b | \bsavings\b | \bflow\b | hours\ worked | burn-?out | diagnos
    | no\ effect\ was | significan | unaffected | \bproductiv | \btrend\b | proven | \bnan\b | \binf\b | Undefined
    | \bNone\b(?!\ is\ known|\ was\ missed)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def facts(
    cut: float = 5.0,
    *,
    question: str = "",
    stop: bool = False,
    fixed: bool = False,
    none: bool = False,
    routing: bool = False,
    moved: float = 0.0,
) -> ReportFacts:
    protocol = make_protocol(question=question or "Is it better?", fixed=fixed)
    rows = make_rows(protocol, cut, none=none, moved=moved)
    off = [Deviation(protocol.weeks[0].days[3], "sick"), Deviation(protocol.weeks[1].days[3], "broken")]
    counts = RoutingCounts(9, 9, 0, 60, (3, 3), (6, 6), median=14, p90=50, slowest=70, handed_over=6, declined=2)
    end = Stop(MONDAY.replace(day=30), "harm") if stop else None
    result = conclude(protocol, rows, off, routing=counts if routing else None, stop=end)
    log = tuple((one.date, one.kind, f"{CANARY} *called* #1") for one in off)
    return ReportFacts(protocol, result, "a" * 64, "b" * 64, tuple(rows), log, wellbeing=True, left_out=())


CASES = {
    "better": facts(),
    "moved": facts(4.0, moved=2.7),
    "not enough": facts(0.2),
    "worse": facts(-6.0),
    "stopped": facts(stop=True),
    "fixed": facts(fixed=True),
    "nothing": facts(none=True),
    "requests": facts(routing=True),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("shared", [False, True])
def test_every_face_in_every_case_says_nothing_it_cannot_carry(name: str, language: str, *, shared: bool) -> None:
    found = shareable(CASES[name], wellbeing=False) if shared else CASES[name]
    page = make_page(found, language, None, NOW)
    text = plain_text(parse(page.text))
    html = html_of(page)
    assert not (said := FORBIDDEN.findall(text)), said
    assert (CANARY in text) == (CANARY in html) == (not shared)
    assert "{{" not in text
    headings = re.findall(r"^(\d) .*\n-+$", text, re.MULTILINE)
    assert headings == [str(number) for number in range(1, len(headings) + 1)]
    assert len(headings) == (7 if shared or name == "nothing" else 8)
    json.dumps(report_to_json(found), allow_nan=False)


def test_the_shareable_face_holds_no_day_and_no_word_of_anybody() -> None:
    found = shareable(facts(), wellbeing=False)
    document = json.dumps(report_to_json(found) | {"protocol": None})
    assert not re.search(r"2026-0[456]-\d\d", document)
    for private in (CANARY, "sick", "strain", '"days": ['):
        assert private not in document.replace("whether by sickness", "").replace("progress and strain", "")
    assert "progress" in report_to_json(shareable(facts(), wellbeing=True))


def keys_of(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in keys_of(one)}
    return {key for one in value for key in keys_of(one)} if isinstance(value, list) else set()


@pytest.mark.parametrize("wellbeing", [False, True])
def test_the_shareable_face_has_no_list_of_weeks_at_any_depth(*, wellbeing: bool) -> None:
    """The protocol names the weeks as they were published beforehand: nothing that was found is in it."""
    own = report_to_json(facts(routing=True))
    shared = report_to_json(shareable(facts(routing=True), wellbeing=wellbeing)) | {"protocol": None}
    assert "weekly" in keys_of(own["by_lag"]) & keys_of(own["delivery"]) & keys_of(own["progress"])
    assert not keys_of(shared) & {"weekly", "week", "date"}
    assert shared["routing"]["weeks"] == []
    assert not re.search(r"\d{4}-W\d\d", json.dumps(shared))


def test_what_is_said_of_moved_work_follows_from_the_verdict() -> None:
    """A week that changed beside deep-work days that are worse is no sign of moved work."""
    fallen = make_rows(make_protocol(), -6.0, moved=-4.0)
    protocol = make_protocol()
    worse = replace(facts(), result=conclude(protocol, fallen, []))
    assert worse.result.analysis.verdict == "worse"
    for found in (worse, CASES["worse"], CASES["not enough"], CASES["stopped"], CASES["fixed"]):
        text = one_line(found)
        document = json.dumps(report_to_json(found))
        assert "nothing can be said to have moved" in text
        assert "nothing can be said to have moved" in document
        for said in ("looks moved", "ot all of it moved"):
            assert said not in text + document, found.result.analysis.verdict
    assert "looks moved to other days" in one_line(CASES["moved"])
    assert "Not all of it moved to other days" in one_line(facts(5.0, moved=-1.0))


def test_other_days_that_fell_are_seen_and_not_explained() -> None:
    text = one_line(facts(5.0, moved=-4.0))
    assert "Other days were lower than before, as well; these data cannot tell why." in text
    assert "other reasons" not in text


def test_sprints_and_measures_of_ones_own_are_named_as_they_are() -> None:
    protocol = make_protocol(sprint=2)
    found = replace(facts(), protocol=protocol, result=conclude(protocol, make_rows(protocol, 5.0), []))
    assert "than on other days of the same sprints." in one_line(found)
    assert "other days of the same sprint (" in " ".join(report_to_json(found)["primary"]["sentences"])
    own = replace(make_protocol(2), outcome="named", unit="pages", better="higher")
    named = replace(facts(), protocol=own, result=conclude(own, make_rows(own, 1.0), []))
    assert "would reliably show only changes above 40 %" in one_line(named)
    assert "reliably show only a change above 40 %" in detectable_lines(own)[0]


def test_the_days_can_be_drawn_again_from_the_page() -> None:
    protocol = facts().protocol
    text = one_line(replace(facts(), seed=SEED))
    assert f"SHA-256 {protocol.commitment}" in text
    (seed,) = re.findall(r"to draw the days again: (\w+)\.", text)
    assert protocol.drawn(seed) == protocol.drawn(SEED)
    early = one_line(facts())
    assert protocol.commitment in early
    assert SEED not in early
    assert report_to_json(facts())["seed"] is None


def test_settings_that_are_no_longer_those_of_the_protocol_are_said() -> None:
    found = replace(facts(), differs=("hours", "resumption_lag"))
    said = "The settings are no longer those of the protocol (working hours, resumption lag)"
    assert said in one_line(found)
    assert report_to_json(found)["settings_differ"] == ["hours", "resumption_lag"]
    assert "no longer those" not in one_line(facts())


def test_advice_to_share_does_not_tell_of_strain() -> None:
    protocol = make_protocol()
    rows = make_rows(protocol, 5.0)
    strained = [
        replace(row, measures=(*row.measures[:8], 9.0 if row.arm == "deep" else 2.0, row.measures[9])) for row in rows
    ]
    found = replace(facts(), result=conclude(protocol, strained, []))
    said = "since costs to myself grew"
    assert said in one_line(found)
    assert said in one_line(shareable(found, wellbeing=True))
    shared = shareable(found, wellbeing=False)
    assert said not in one_line(shared)
    assert [one["advice"] for one in report_to_json(shared)["suggestions"]] == ["keep"]


def one_line(found: ReportFacts) -> str:
    return " ".join(plain_text(parse(make_page(found, "en", None, NOW).text)).split())


@pytest.mark.parametrize("length", [1, 30])
def test_the_report_is_one_sheet_and_the_annex_another(length: int) -> None:
    asked = facts(question="Somebody had much to ask, and was asked back. " * length)
    page = make_page(replace(asked, seed=SEED, differs=("hours", "resumption_lag")), "en", None, NOW)
    made = pdf_of(page, NOW)
    assert set(re.findall(rb"/Count (\d+)", made)) == {b"2"}
    assert made == pdf_of(page, NOW), "the same facts give the same file"


def test_what_users_write_stays_what_they_wrote() -> None:
    nasty = "<b>#set page(width: 1pt)</b> [x](y) *a* $1$ `c` \\ 13. May {{ 7*7 }} @z"
    page = make_page(facts(question=nasty), "en", None, NOW)
    assert nasty.replace("\\ ", "\\ ") in plain_text(parse(page.text))
    assert "<b>" not in html_of(page)
    assert pdf_of(page, NOW).startswith(b"%PDF")


def test_markdown_becomes_html_and_typst() -> None:
    tokens = parse("# A & b\n\n- *c*\n\n| d | e |\n|---|--:|\n| f | `g#` |\n\n---\n\n# 13. May")
    html = to_html(tokens, {})
    assert "<h1>A &amp; b</h1>" in html
    assert "<td" in html
    assert "<hr>" in html
    typst = to_typst(tokens, {})
    assert "#heading(level: 1)[A \\& b]" in typst
    assert "columns: 2" in typst
    assert '#raw("g#")' in typst
    assert "#pagebreak()" in typst
    assert "13\\. May" in typst


def test_a_template_of_ones_own_goes_first_and_its_faults_are_named(tmp_path: Path) -> None:
    (tmp_path / "report.en.md").write_text("# Mine\n\n{{ verdict }}", encoding="utf-8")
    assert make_page(facts(), "en", tmp_path, NOW).text == "# Mine\n\nbetter"
    (tmp_path / "report.en.md").write_text("{{ verdikt }}", encoding="utf-8")
    with pytest.raises(InputError, match=r"report.en.md cannot be used: 'verdikt' is undefined"):
        make_page(facts(), "en", tmp_path, NOW)
    (tmp_path / "page.typ").write_text("#nonsense", encoding="utf-8")
    page = make_page(facts(), "de", tmp_path, NOW)
    with pytest.raises(InputError, match="could not be set"):
        pdf_of(page, NOW, tmp_path)
    with pytest.raises(InputError, match=r"There is no template report.fr.md"):
        make_page(facts(), "fr", tmp_path, NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_before_the_first_day_and_in_the_middle(language: str) -> None:
    result = facts().result
    early = LetterFacts(0, 8, MONDAY, over=False, coming=(), next_reveal=None, delivery=None, guardrails=())
    middle = LetterFacts(3, 8, MONDAY, False, (MONDAY,), MONDAY, result.delivery, result.guardrails)
    for one in (early, middle):
        letter = make_letter(one, language)
        assert "\n" not in letter.subject
        assert not FORBIDDEN.search(letter.text)
        assert f"{result.analysis.effect.estimate:.1f}" not in letter.text  # type: ignore[union-attr]
    assert "16" in make_letter(middle, language).text


def test_without_typst_there_is_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match="not installed") as refused:
        pdf_of(make_page(facts(), "en", None, NOW), NOW)
    assert "deepday[trial]" in refused.value.advice


def test_plans_and_reports_are_imported_without_numpy() -> None:
    """NumPy is an extra: who has no trial needs none, and who has one is told."""
    program = "import sys; sys.modules['numpy'] = None; import deepday.app.planning, deepday.app.trial_reporting"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
