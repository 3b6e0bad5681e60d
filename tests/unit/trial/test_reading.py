import pytest

from deepday.errors import InputError
from deepday.trial.reading import build_weeks, parse_rule, read_allowed, read_days
from deepday.trial.values import Arm

HEAD = "week,date,arm,value\n"


def test_days_are_read_with_missing_values_and_other_columns() -> None:
    days, notes = read_days(
        "\ufeffDate,week,note,ARM,value\n2026-03-09,2026-W11,x,Deep,1.5\n\n2026-03-10,2026-W11,,other,\n", "a"
    )
    assert [(day.arm, day.value) for day in days] == [(Arm.DEEP, 1.5), (Arm.OTHER, None)]
    assert notes == []


def test_a_date_outside_its_week_is_remarked_on() -> None:
    assert "does not lie in 2026-W12" in read_days(HEAD + "2026-W12,2026-03-09,deep,1\n", "a")[1][0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("week,date,value\n", "a.csv, line 1: there is no column 'arm'."),
        (HEAD + "w,2026-03-09,deep,1\nw,tomorrow,deep,1\n", "a.csv, line 3, field date: 'tomorrow' is no date."),
        (HEAD + "w,2026-03-09,dep,1\n", "a.csv, line 2, field arm: 'dep' is no arm."),
        (HEAD + "w,2026-03-09,deep,1;5\n", "a.csv, line 2, field value: '1;5' is no number."),
        (HEAD + "w,2026-03-09,deep,inf\n", "a.csv, line 2, field value: 'inf' is no number."),
        (HEAD + "w,2026-03-09,deep,1,2\n", "a.csv, line 2: there are more fields than columns."),
        (HEAD + ",2026-03-09,deep,1\n", "a.csv, line 2, field week: it is empty."),
        (
            HEAD + "w,2026-03-09,deep,1\nw,2026-03-09,other,1\n",
            "a.csv, line 3: 2026-03-09 is there twice, first in line 2",
        ),
        (HEAD + 'w,"2026-03-09,deep,1\n' + "x" * 140_000, "a.csv, line"),
    ],
)
def test_bad_input_names_file_line_and_field(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        read_days(text, "a.csv")
    assert refused.value.what.startswith(said)
    assert refused.value.advice


def test_a_rule_in_words() -> None:
    assert parse_rule(" 2 of 5 ") == (2, 5)
    assert parse_rule("sets.json") is None
    for text in ("0 of 5", "5 of 5", "6 of 5", "2 of 40"):
        with pytest.raises(InputError, match="both arms need a day"):
            parse_rule(text)


def test_a_shorter_week_has_as_many_deep_days_of_fewer() -> None:
    days, _ = read_days(
        HEAD + "".join(f"w,2026-03-{9 + n:02},{'deep' if n < 2 else 'other'},1\n" for n in range(4)), "a"
    )
    weeks, notes = build_weeks(days, (2, 5), "a")
    assert len(weeks[0].allowed) == 6
    assert notes == ["Week w has 4 days: 2 of 4 could be drawn."]


def test_allowed_sets_from_a_file_or_a_protocol() -> None:
    plain = read_allowed('{"w": [["2026-03-09"], ["2026-03-10"]]}', "f")
    protocol = read_allowed('{"weeks": [{"week": "w", "allowed": [["2026-03-09"], ["2026-03-10"]]}]}', "f")
    assert plain == protocol
    for text in ("nonsense", "[1]", '{"w": 3}', '{"w": [["soon"]]}'):
        with pytest.raises(InputError):
            read_allowed(text, "f")
