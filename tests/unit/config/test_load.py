from pathlib import Path

import pytest

from deepday.config.load import load_settings
from deepday.config.settings import Settings
from deepday.errors import DeepdayError, InputError


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "deepday.toml"
    monkeypatch.setenv("DEEPDAY_CONFIG", str(path))
    return path


def test_a_missing_and_an_empty_file_mean_the_defaults(file: Path) -> None:
    assert load_settings() == Settings()
    file.touch()
    assert load_settings() == Settings()


def test_the_file_that_is_named_is_read(file: Path, tmp_path: Path) -> None:
    file.write_text('me.email = "ada@example.org"')
    other = tmp_path / "other.toml"
    other.write_text('me.email = "bob@example.org"')
    assert load_settings().me.email == "ada@example.org"
    assert load_settings(other).me.email == "bob@example.org"


@pytest.mark.parametrize("content", ['\ufeff[me]\nslack_user = "U1"\n', '[me]\r\nslack_user = "U1"\r\n'])
def test_windows_files_are_read(file: Path, content: str) -> None:
    file.write_bytes(content.encode())
    assert load_settings().me.slack_user == "U1"


def problems(file: Path, content: str) -> list[str]:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_settings()
    assert refused.value.advice
    return [line.removeprefix(f"{file}:") for line in refused.value.what.splitlines()]


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file(file: Path) -> None:
    content = """\
# my settings
[me]
emial = "ada@example.org"
zone = "Europe/Berln"
own_holidays = [
    2026-12-24,
    { date = 2026-12-31, nme = "moving" },
]

[[trips]]
first = 2026-05-04
last = 2026-05-08
zone = "Asia/Tokyo"

[[trips]]
first = "soon"
zone = "Asia/Tokyo"

[measure]
burst_gap = 0
count_tentative = "yes"

[holiday]
"""
    assert problems(file, content) == [
        "3: me.emial: there is no such setting; did you mean email?",
        '4: me.zone: "Europe/Berln" is no time zone; did you mean "Europe/Berlin"?',
        "7: me.own_holidays[2].nme: there is no such setting; did you mean name?",
        "15: trips[2].last: is missing, for example 2026-05-08.",
        "16: trips[2].first: must be a date without quotes, for example 2026-05-04.",
        "20: measure.burst_gap: must be at least 1, for example 3.",
        "21: measure.count_tentative: must be true or false, for example true.",
        f"23: holiday: there is no such setting; known here are {', '.join(Settings.model_fields)}.",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("me = 3", "1: me: must be a table."),
        ("[trips]", "1: trips: must be a list, in square brackets."),
        ("me.email = 3", '1: me.email: must be text in quotes, for example "ada@example.org".'),
        ('me.email = "a"', '1: me.email: is not written as it should be, for example "ada@example.org".'),
        ("\nmeasure.notice = 2", "2: measure.notice: must be at most 1, for example 0.3."),
        ("\nmeasure.notice = -1", "2: measure.notice: must be at least 0, for example 0.3."),
        ("measure.notice = nan", "1: measure.notice: must be a finite number, for example 0.3."),
        ('measure.notice = "x"', "1: measure.notice: must be a number, for example 0.3."),
        (
            "[[trips]]\nfirst = 2026-05-04\nlast = 2026-05-03\nzone = 'UTC'",
            "1: trips[1]: the trip ends on 2026-05-03, before it begins on 2026-05-04.",
        ),
        (
            "me.own_holidays = [2026-12-24T09:00:00]",
            '1: me.own_holidays[1]: must be a date (2026-12-24) or { date = 2026-12-24, name = "moving house" }.',
        ),
        (
            "[[trips]]\nfirst = 2026-05-04T09:00:00\nlast = 2026-05-05\nzone = 'UTC'",
            "2: trips[1].first: must be a date",
        ),
        ("[me\nx = 1", "1: Expected ']' at the end of a table declaration."),
        ("[me]\nzone = 1\nzone = 2", "3: Cannot overwrite a value."),
        ('[me]\nzone = """x\n', "2: "),
    ],
)
def test_each_problem_says_what_to_write(file: Path, content: str, problem: str) -> None:
    (found,) = problems(file, content)
    assert found.startswith(problem)


def test_the_line_that_is_no_unicode_is_named(file: Path) -> None:
    file.write_bytes(b"[me]\nzone = '\xe4'\n")
    with pytest.raises(InputError, match=":2: There is something that is no UTF-8"):
        load_settings()


def test_a_file_that_is_no_settings_file_is_not_read_to_its_end(file: Path) -> None:
    file.write_bytes(b"#" * 1_000_000)
    assert load_settings() == Settings()
    file.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InputError, match="larger than 1 MB"):
        load_settings()


def test_a_file_that_cannot_be_read_is_named(file: Path) -> None:
    file.mkdir()
    with pytest.raises(DeepdayError, match="cannot be read"):
        load_settings()


@pytest.mark.parametrize(
    ("emails", "said"),
    [(("Ada@example.org",), "is you; nobody covers for themselves"), (("bob@example.org",) * 2, "is there twice")],
)
def test_a_point_person_is_somebody_else_and_named_once(file: Path, emails: tuple[str, ...], said: str) -> None:
    people = "".join(f'[[point_people]]\nemail = "{email}"\nagreed = true\n' for email in emails)
    file.write_text(f'[me]\nemail = "ada@example.org"\n{people}')
    with pytest.raises(InputError, match=said):
        load_settings()
