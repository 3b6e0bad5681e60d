"""Every text, in both languages, from nothing at all up to everything: whole, fair in tone, and with its sources."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepday.case.benefit import Assumptions, forecast
from deepday.case.evidence import Evidence
from deepday.case.metrics import Series, associate
from deepday.case.tasks import Every, Task
from deepday.case.tone import check_tone
from deepday.case.wellbeing import Note, summarise_notes
from deepday.errors import InputError
from deepday.model.agreement import Agreement, Better, Guarded, Guardrail, Outcome, Per
from deepday.report.case_context import PLACEHOLDERS, Action, Case, context
from deepday.report.case_language import LANGUAGES, language
from deepday.report.case_markdown import markdown_to_html
from deepday.report.case_text import FOLDER, Figure, check_folder, render, template_names
from tests.unit.case.sample import MONDAY, days, evidence, unobserved

TODAY = date(2026, 4, 6)
CANARIES = ("grace.canary@example.org", "bo.canary@example.org", "Cleo Canary", "slept badly canary")
TASKS = (
    Task("Retrain *the* <ranker> [1]", 24, 40, critical=True, block=120, stress=8, due=date(2026, 4, 1)),
    Task("Triage", 4, 4, Every.WEEK, delegate_to="Cleo Canary"),
    Task("Dashboards", 6, 9, defer_to=date(2026, 6, 15)),
    Task("Post-mortem"),
)
AGREEMENT = Agreement(
    per=Per.SPRINT,
    point_person=CANARIES[0],
    backup=CANARIES[1],
    start=date(2026, 5, 4),
    check_in=date(2026, 5, 25),
    urgent_path="#ml-urgent",
    exit_rule="Either of us ends it.",
    outcome=Outcome.NAMED,
    outcome_name="experiments finished",
    outcome_better=Better.HIGHER,
    guardrails=tuple(Guardrail(one, 2.0) for one in Guarded),
    agreed_on=date(2026, 4, 2),
)
CERTAIN = Assumptions(used=(1.0, 1.0), returned=(0.0, 0.0), holds=1.0)
DOCUMENTS = sorted({name.partition("/")[2] for name in template_names()})


def metric(count: int) -> Any:
    weeks = {f"2026-W{n:02}": float(n % 4) for n in range(1, count + 1)}
    return associate(
        Series("deployments", {week: value * 2 + 1 for week, value in weeks.items()}, note="Tags."), "cost", weeks
    )


def full(code: str, weeks: int = 5, **more: Any) -> Case:
    seen = evidence(weeks)
    notes = [Note(MONDAY + timedelta(days=n), CANARIES[3], 5, 4, 6) for n in range(6)]
    given = {
        "agreement": AGREEMENT,
        "written_down": True,
        "period": (MONDAY, MONDAY + timedelta(days=34)),
        "tasks": TASKS,
        "tasks_from": "tasks.toml",
        "forecast": forecast(seen.days, (24, 40), 7200, start=TODAY, deep_days=1, per_weeks=2, draws=50),
        "wellbeing": summarise_notes(notes),
        "metrics": (metric(30), metric(14), metric(3), metric(0)),
        "actions": (Action("Name a backup", "Dora", date(2026, 5, 1)), Action("Send the baseline")),
    }
    return Case(evidence=seen, language=language(code), today=TODAY, **{**given, **more})


def cases(code: str) -> dict[str, Case]:
    nothing = Case(Evidence(), Agreement(), language(code), TODAY)
    calendar_only = replace(evidence(4), days=tuple(map(unobserved, days(4))), costs=(), answered_in_time=None)
    return {
        "everything": full(code),
        "nothing": nothing,
        "one week": full(code, 1),
        "calendar only": replace_evidence(full(code), calendar_only),
        "tasks without hours": full(code, tasks=(Task("A"), Task("B", critical=True, block=60)), forecast=None),
        "no tasks": full(code, tasks=(), forecast=None),
        "overload": full(code, situation="overload", metrics=(metric(3),)),
        "proposal": full(code, agreement=Agreement(), written_down=False, wellbeing=None),
        "few messages": replace_evidence(full(code), replace(evidence(5), waited=4)),
        "nobody": full(code, agreement=replace(AGREEMENT, point_person="", backup="", guardrails=(), batch_windows=())),
    }


def replace_evidence(case: Case, seen: Evidence) -> Case:
    names = [name for name in Case.__dataclass_fields__ if name not in {"summary", "evidence", "forecast"}]
    return Case(evidence=seen, **{name: getattr(case, name) for name in names})


def markdown(name: str, case: Case, **more: Any) -> str:
    return render(name, case.language.code, context(case), escaping=name.endswith(".md"), **more).markdown


@pytest.mark.parametrize("kind", cases("en"))
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_text_is_whole_and_fair_whatever_is_known(name: str, code: str, kind: str) -> None:
    text = render(name, code, context(cases(code)[kind]), escaping=name.endswith(".md"))
    assert check_tone(text.markdown) == []
    for leftover in ("None", "{{", "{%", "Figure(", "nan ", " ,", "  .", "\n\n\n\n", "( "):
        assert leftover not in text.markdown, leftover
    assert not re.search(r"\w  \w", text.markdown)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_nobody_elses_name_and_no_note_stand_in_a_text_unless_asked_for(name: str, code: str) -> None:
    text = render(name, code, context(full(code)), escaping=False)
    assert [canary for canary in CANARIES if canary in text.markdown + " ".join(text.sources)] == []
    named = render(name, code, context(full(code, names=True)), escaping=False).markdown
    assert CANARIES[3] not in named
    if name in {"urgent.md", "brief.md", "agreement.md"}:
        assert CANARIES[0] in named


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_figure_has_a_source_and_every_source_a_figure(code: str) -> None:
    text = render("brief.md", code, context(full(code)))
    marks = {int(number) for number in re.findall(r"(?<!\\)\[(\d+)\]", text.markdown)}
    assert marks == set(range(1, len(text.sources) + 1))
    assert text.sources[0].startswith("deepday explain 2026-W11 cost")
    assert len(set(text.sources)) == len(text.sources)


def test_the_hours_are_a_range_of_the_evidence_and_the_span() -> None:
    said = markdown("script-overload.md", full("en", situation="overload"))
    assert "Traces of work come to 20 h to 45 h [1] in five working days" in said


def test_too_little_is_said_in_words() -> None:
    nothing = Case(Evidence(), Agreement(), language("en"), TODAY)
    assert "Not enough evidence yet" in markdown("brief.md", nothing)
    assert "fewer than three weeks are not enough evidence yet" in markdown("brief.md", full("en", 1))
    assert "3 weeks have both. That is not enough evidence yet" in markdown("metrics.md", full("en"))
    assert "There is nothing to forecast" in markdown("benefit.md", full("en", tasks=(), forecast=None))
    assert "it needs three whole weeks" in markdown("benefit.md", full("en", forecast=None))
    assert "No tasks were given" in markdown("tasks.md", nothing)
    few = Case(evidence(5), Agreement(), language("en"), TODAY, wellbeing=summarise_notes([Note(TODAY, strain=9)]))
    assert "How it feels" not in markdown("brief.md", few)


@pytest.mark.parametrize(
    ("code", "hours", "said"),
    [
        ("en", (1500, 1560), ("That is at least ", "simulated futures without deep-work days, in 0 with them")),
        ("de", (1500, 1560), ("Das ist mindestens ", "simulierten Verläufen ohne Deep-Work-Tage, in 0 mit ihnen")),
        ("en", (9000, 9000), ("cannot be said", "in 50 of 50 simulated futures without deep-work days, in 50 with")),
        ("de", (9000, 9000), ("lässt sich nicht sagen", "in 50 von 50 simulierten Verläufen ohne")),
    ],
)
def test_futures_that_never_finish_are_part_of_what_is_said(
    code: str, hours: tuple[float, float], said: tuple[str, ...]
) -> None:
    seen = forecast(evidence(5).days, hours, 7200, start=TODAY, deep_days=5, draws=50, assumptions=CERTAIN)
    text = markdown("benefit.md", full(code, forecast=seen))
    assert [one for one in said if one not in text] == []


def test_the_placeholders_are_those_that_are_listed() -> None:
    assert set(context(full("en"))) == set(PLACEHOLDERS)


def test_what_the_user_wrote_marks_nothing_up() -> None:
    page = markdown_to_html(markdown("tasks.md", full("en")))
    assert "Retrain *the* &lt;ranker&gt; [1]" in page.replace('<sup class="source">[1]</sup>', " [1]")
    assert "<ranker>" not in page


def test_a_page_obeys_no_html_and_no_link() -> None:
    page = markdown_to_html("<script>x</script> ![a](http://x.y/z.png) [b](javascript:c)")
    assert "<script" not in page
    assert "<img" not in page
    assert "<a " not in page


def own(tmp_path: Path, text: str, name: str = "en/brief.md") -> Path:
    path = tmp_path / "mine" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return tmp_path / "mine"


def test_an_own_template_takes_the_place_of_ours_and_the_rest_stays(tmp_path: Path) -> None:
    folder = own(tmp_path, "Mine: {{ cost }} {% include 'en/exit.md' %}")
    assert markdown("brief.md", full("en"), folder=folder).startswith("Mine: 4 h to 11 h [1] Either of us ends it")
    assert markdown("tasks.md", full("en"), folder=folder).startswith("# What is on the list")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("one\n{{ costs }}", 2, "there is no placeholder costs; did you mean cost?"),
        ("one\n{% if cost %}", 2, "nd of template"),
        ("one\ntwo {{ cost", 2, "end of"),
        ("{% include 'en/nothing.md' %}", 1, "no such template"),
        ("{% for one in tasks %}\n{{ one.nothing }}{% endfor %}", 2, "nothing"),
        ("\n\n{{ cost.__class__.__mro__ }}", 3, "unsafe"),
        ("{{ 1 / 0 }}", 1, "division"),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    folder = own(tmp_path, text)
    with pytest.raises(InputError) as caught:
        markdown("brief.md", full("en"), folder=folder)
    assert re.search(rf"brief\.md:{line}: |nothing\.md:{line}: ", caught.value.what), caught.value.what
    assert said in caught.value.what


def test_a_folder_is_checked_as_a_whole(tmp_path: Path) -> None:
    known = frozenset(PLACEHOLDERS)
    assert check_folder(FOLDER, known) == []
    folder = own(tmp_path, "{{ nope }}\n{{ nope2 }}")
    own(tmp_path, "x", "en/breif.md")
    found = check_folder(folder, known)
    assert len(found) == 3
    assert "is it en/brief.md?" in "".join(found)


def test_the_languages_have_the_same_texts() -> None:
    names = {code: {path.name for path in (FOLDER / code).iterdir()} for code in LANGUAGES}
    assert names["de"] == names["en"]
    with pytest.raises(InputError, match="no texts in 'fr'"):
        language("fr")


def test_a_figure_in_words_keeps_its_number_when_it_comes_again() -> None:
    first = Figure("a", "x")
    found = render(
        "guardrails.md", "en", {**context(full("en")), "guardrails": [{"measure": "strain", "margin": first}] * 2}
    )
    assert found.markdown.count("[1]") == 2
    assert found.sources == ("x",)
