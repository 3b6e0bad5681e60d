"""What was agreed, as data: read back as written, and refused with the line where it cannot stand."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.config.agreement_settings import agreement_to_toml, load_agreement, parse_agreement
from deepday.errors import InputError
from deepday.model.agreement import Agreement, BatchWindow, Better, Guarded, Guardrail, Outcome, Per

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60)
_DATES = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(
    days=st.integers(1, 5),
    per=st.sampled_from(Per),
    weekdays=st.sets(st.integers(0, 6), min_size=5),
    start=st.none() | _DATES,
    rails=st.lists(st.sampled_from(Guarded), unique=True),
    margin=st.floats(0, 1000),
    effect=st.integers(10, 1000),
    path=_TEXT,
    rule=_TEXT,
    name=_TEXT.filter(lambda text: text.strip() not in {"", "progress"}),
    agreed=st.none() | _DATES,
)
def test_what_is_written_is_read_back(
    days: int,
    per: Per,
    weekdays: set[int],
    start: date | None,
    rails: list[Guarded],
    margin: float,
    effect: int,
    path: str,
    rule: str,
    name: str,
    agreed: date | None,
) -> None:
    made = Agreement(
        days=days,
        per=per,
        weekdays=frozenset(weekdays),
        start=start,
        point_person="grace@example.org",
        outcome=Outcome.NAMED,
        outcome_name=name,
        outcome_better=Better.HIGHER,
        smallest_effect=effect / 1000,
        guardrails=tuple(Guardrail(one, margin) for one in rails),
        batch_windows=(BatchWindow(0, 60), BatchWindow(36_000, 86_400)),
        urgent_path=path,
        exit_rule=rule,
        agreed_on=agreed,
    )
    assert parse_agreement(agreement_to_toml(made), "a.toml") == made
    assert made.agreed is (agreed is not None)


def test_an_empty_file_is_the_usual_proposal() -> None:
    assert parse_agreement("", "a.toml") == Agreement()


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("days = 6\n", 1, "days"),
        ("\nstart = 2026-05-04\ncheck_in = 2026-05-04\n", 3, "check_in"),
        ('point_person = "a@b.c"\nbackup = "A@b.c"\n', 2, "backup"),
        ('batch_windows = ["11:00-12:00",\n  "11:30-12:30"]\n', 1, "batch_windows"),
        ('batch_windows = ["12:00-11:00"]\n', 1, "batch_windows"),
        ('batch_windows = ["25:00-26:00"]\n', 1, "batch_windows"),
        ('outcome = "named"\n', 1, "outcome_name"),
        ('outcome = "named"\noutcome_name = "bugs"\n', 1, "outcome_better is missing; say lower or higher"),
        ('outcome = "progress"\n', 1, "who rates knows the draw"),
        ('outcome = "named"\noutcome_name = "progress"\noutcome_better = "higher"\n', 2, "who rates knows the draw"),
        ("baseline_weeks = 0\n", 1, "baseline_weeks"),
        ("smallest_effect = 0.5\n", 1, "smallest_effect"),
        ('guardrails = [{ measure = "strain", margin = 1 }, { measure = "strain", margin = 2 }]\n', 1, "guardrails"),
        ('weekdays = ["Tue"]\ndays = 2\n', 2, "days"),
        ("weekdays = []\n", 1, "weekdays"),
        ('point_person = "Grace"\n', 1, "point_person"),
        ('per = "month"\n', 1, "per"),
        ("day = 2\n", 1, "did you mean days"),
    ],
)
def test_what_cannot_stand_is_refused_with_its_line(text: str, line: int, field: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_agreement(text, "a.toml")
    assert caught.value.what.startswith(f"a.toml:{line}: ")
    assert field in caught.value.what


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse_agreement("days = 0\ntrial_weeks = 99\n", "a.toml")
    assert [line.split(":")[1] for line in caught.value.what.splitlines()] == ["1", "2"]


def test_a_value_that_contradicts_itself_cannot_be_made() -> None:
    with pytest.raises(InputError, match="days must lie between 1 and 5"):
        Agreement(days=6)
    assert Agreement(days=6, per=Per.SPRINT).days_a_week == 3


def test_a_named_file_that_is_not_there_is_an_error_and_the_usual_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    assert load_agreement() is None
    with pytest.raises(InputError, match="no agreement"):
        load_agreement(tmp_path / "mine.toml")
