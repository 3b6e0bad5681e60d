from pathlib import Path

import pytest

from deepday.config.adopting import OldSettings, adopt, read_old_settings
from deepday.errors import InputError

DAY = 480
EXPECTED = OldSettings(tool="clockwise", weekly_minutes=960, block_minimum_minutes=120, days=("Mon", "Tue"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("old.toml", 'tool = "clockwise"\nweekly_minutes = 960\nblock_minimum_minutes = 120\ndays = ["Mon", "Tue"]\n'),
        (
            "old.json",
            '{"tool": "clockwise", "weekly_minutes": 960, "block_minimum_minutes": 120, "days": ["Mon", "Tue"]}',
        ),
        (
            "old.csv",
            "name,value\ntool,clockwise\nweekly_minutes,960\nblock_minimum_minutes,120\ndays,Mon;Tue\npreferred,\n",
        ),
    ],
)
def test_the_same_settings_from_three_kinds_of_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_old_settings(tmp_path / name) == EXPECTED


def test_minutes_become_days() -> None:
    plan, said = adopt(EXPECTED, DAY)
    assert (plan.quota, plan.unit, plan.block, plan.never) == (2, "day", 120, ("Wed", "Thu", "Fri"))
    assert said == ["960 minutes a week become 2 days: a day of yours has 480 minutes."]


def test_what_was_wanted_in_small_pieces_becomes_half_days() -> None:
    plan, _ = adopt(OldSettings(tool="viva", daily_minutes=240, preferred="morning"), DAY)
    assert (plan.quota, plan.unit, plan.part) == (5, "half", "morning")


def test_what_has_no_counterpart_is_said() -> None:
    old = OldSettings(tool="reclaim", weekly_minutes=100, auto_decline=True, no_meeting_day="Wed")
    plan, said = adopt(old, DAY)
    assert (plan.quota, plan.prefer) == (1, ("Wed",))
    assert "auto_decline has no counterpart: nothing is declined without your yes." in said


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("old.toml", 'tool = "motion"\n', "tool must be 'reclaim', 'clockwise' or 'viva'"),
        ("old.toml", 'tool = "viva"\nweekly = 3\n', "weekly is no known name"),
        ("old.toml", "tool = \n", "cannot be read"),
        ("old.json", "{", "cannot be read"),
    ],
)
def test_files_that_are_none(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_old_settings(tmp_path / name)


def test_one_day_is_no_plural_and_a_missing_file_has_a_sentence(tmp_path: Path) -> None:
    _, said = adopt(OldSettings(tool="clockwise", weekly_minutes=480), DAY)
    assert said == ["480 minutes a week become 1 day: a day of yours has 480 minutes."]
    with pytest.raises(InputError, match="cannot be read: No such file or directory"):
        read_old_settings(tmp_path / "nowhere.toml")
