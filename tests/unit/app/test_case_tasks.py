"""Task lists: TOML, CSV, and what trackers export; hours that are missing are never zero."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from deepday.app.case_tasks import read_task_list, task_from_plain, task_to_plain
from deepday.case.tasks import Every, critical_tasks, summarise_tasks
from deepday.errors import InputError

TODAY = date(2026, 5, 4)
Given = Callable[..., Path]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    def write(text: str, name: str = "tasks.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_list_in_toml(given: Given) -> None:
    path = given(
        '[[task]]\nname = "A"\nhours = 4\nhours_high = 8\ncritical = true\nblock = 120\n\n[[task]]\nname = "B"\n'
        'hours = 2\nevery = "week"\ndelegate_to = "Grace"\ndefer_to = 2026-06-01\n',
        "tasks.toml",
    )
    found = read_task_list(path)
    assert [(one.name, one.low, one.high, one.every) for one in found.tasks] == [
        ("A", 4, 8, Every.ONCE),
        ("B", 2, 2, Every.WEEK),
    ]
    assert [one.where for one in found.tasks] == [f"{path}:1", f"{path}:8"]
    assert [task_from_plain(task_to_plain(one)) for one in found.tasks] == list(found.tasks)


def test_a_spreadsheet_with_ranges_semicolons_and_a_comma_for_decimals(given: Given) -> None:
    found = read_task_list(
        given("Task;Hours;Critical;Block;Due\nA;4-8;yes;90;20.05.2026\nB;1,5;;;\nC;2 d;x;;\nD;;;;\n")
    )
    assert [(one.low, one.high) for one in found.tasks] == [(4, 8), (1.5, 1.5), (16, 16), (None, None)]
    assert (found.tasks[0].due, found.tasks[0].block, found.tasks[2].critical) == (date(2026, 5, 20), 90, True)


def test_jiras_export_estimates_in_seconds_and_done_issues_are_left_out(given: Given) -> None:
    text = (
        "Summary,Issue key,Status,Priority,Remaining Estimate,Due date\n"
        '"Fix ""it""",ML-1,In Progress,High,14400,20/May/26 12:00 AM\nOld,ML-2,Done,Low,3600,\nNew,ML-3,To Do,Low,,\n'
    )
    found = read_task_list(given(text))
    assert [(one.name, one.low, one.critical, one.due) for one in found.tasks] == [
        ('Fix "it"', 4, True, date(2026, 5, 20)),
        ("New", None, False, None),
    ]


def test_a_row_that_cannot_be_read_is_named_with_its_line_and_the_others_are_kept(given: Given) -> None:
    path = given(
        'task,hours,due,stress\n"A\nwith two lines",3,,\nB,many,,\nC,1,soon,\nD,1,,11\n,1,,\nE,8-4,,\n'
        "F,1,2026-05-09,7\n"
    )
    found = read_task_list(path)
    assert [one.name for one in found.tasks] == ["A\nwith two lines", "F"]
    assert [note.split(": ")[0].removeprefix(f"{path}:") for note in found.notes] == ["4", "5", "6", "7", "8"]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "t.csv", "is empty"),
        ("when,what\n1,2\n", "t.csv", "No column names the tasks"),
        ("task,hours\nA,x\n", "t.csv", "t.csv:2: hours are 'x'"),
        ('[[task]]\nname = "A"\nhours = "4"\n', "t.toml", "t.toml:3"),
        ('[[task]]\nname = "A"\nhours_high = 4\n', "t.toml", "hours_high needs hours"),
        ("task = 3\n", "t.toml", "t.toml:1"),
        ("x = 1\n", "t.toml", "t.toml:1"),
    ],
)
def test_a_file_that_is_no_list_says_what_is_wrong(given: Given, text: str, name: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_task_list(given(text, name))
    assert said in caught.value.what


def test_sums_keep_once_and_weekly_apart_and_count_nothing_twice(given: Given) -> None:
    text = (
        "task,hours,every,critical,block,delegate_to,defer_to,due,stress\n"
        "A,4-8,,yes,120,,,2026-05-01,9\nB,2,week,,,Grace,2026-06-01,,\nC,3,,,,,2026-06-01,,\nD,,,yes,60,,,,\nE,,week,,,,,,\n"
    )
    found = summarise_tasks(read_task_list(given(text)).tasks, TODAY)
    assert (found.left.low, found.left.high, found.left.unknown) == (7, 11, 1)
    assert (found.weekly.low, found.weekly.unknown) == (2, 1)
    assert (found.delegated_weekly.low, found.delegated.tasks) == (2, 0)
    assert (found.deferred.low, found.deferred_weekly.tasks) == (3, 0)
    assert (found.critical.low, found.critical.tasks, found.critical.unknown, found.block) == (4, 1, 1, 120)
    assert (found.overdue, found.without_hours, found.stressful) == (1, 2, 1)


def test_a_recurring_task_never_comes_to_an_end_so_it_is_not_forecast(given: Given) -> None:
    tasks = read_task_list(given("task,hours,every,critical,block\nA,4,week,yes,60\nB,4,,yes,\n")).tasks
    assert critical_tasks(tasks) == []
