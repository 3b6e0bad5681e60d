"""An export says nothing of the time after it was made, which the times of its files tell."""

import os
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.model import Interval
from tests.connectors.files.slack_workspace import ANN, BEN, BERLIN, EMAIL, MARCH, ME, Workspace, at, post, read

OLD = "2020-01-01 00:00"
FIRST = at("00:00", "2026-03-03")  # 7 days before the day file of 10 March
AFTER_SEVEN_DAYS = at("00:00", "2026-03-18")


def zipped(workspace: Workspace, path: Path, made: str, zone: ZoneInfo = BERLIN) -> Path:
    """Write a ZIP whose newest member is of that local time, in the middle of older ones."""
    del zone  # a ZIP has local times
    names = sorted(workspace.files)
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            moment = datetime.fromisoformat(made if number == len(names) // 2 else min(made, OLD))
            archive.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), workspace.files[name])
    return path


def copied(workspace: Workspace, path: Path, made: str, zone: ZoneInfo = BERLIN) -> Path:
    """Write a folder whose newest file is of that local time, in the middle of older ones."""
    workspace.folder(path)
    names = sorted(workspace.files)
    for number, name in enumerate(names):
        moment = datetime.fromisoformat(made if number == len(names) // 2 else min(made, OLD)).replace(tzinfo=zone)
        os.utime(path / name, (moment.timestamp(), moment.timestamp()))
    return path


Write = Callable[[Workspace, Path, str, ZoneInfo], Path]
both = pytest.mark.parametrize("write", [zipped, copied])


@pytest.fixture
def workspace() -> Workspace:
    usual = Workspace.usual()
    usual.say("D1", post(ANN, at("10:00")), post(ME, at("14:30")))
    return usual


@both
@pytest.mark.parametrize(
    ("made", "end"),
    [
        ("2026-03-12 08:30", at("08:30", "2026-03-12")),
        ("2026-03-10 18:00", at("18:00")),
        ("2026-03-17 23:58", at("23:58", "2026-03-17")),
        ("2026-03-18 00:02", AFTER_SEVEN_DAYS),
        ("2026-11-20 12:00", AFTER_SEVEN_DAYS),
    ],
)
def test_observed_ends_when_the_export_was_made(
    tmp_path: Path, workspace: Workspace, write: Write, made: str, end: int
) -> None:
    reading = read(write(workspace, tmp_path / "export", made, BERLIN), window=MARCH)
    assert reading.observed == (Interval(FIRST, end),)


@both
@pytest.mark.parametrize("made", ["2026-03-10 14:30", "2026-03-10 09:00", "2026-03-10 00:00"])
def test_a_message_proves_that_the_export_was_made_later(
    tmp_path: Path, workspace: Workspace, write: Write, made: str
) -> None:
    reading = read(write(workspace, tmp_path / "export", made, BERLIN), window=MARCH)
    assert reading.observed == (Interval(FIRST, at("14:30:01")),)
    assert len(reading.stream) == 2


@both
def test_so_does_a_message_that_does_not_concern_the_owner(tmp_path: Path, workspace: Workspace, write: Write) -> None:
    workspace.say("general", post(BEN, at("16:00")))
    reading = read(write(workspace, tmp_path / "export", "2026-03-10 09:00", BERLIN), window=MARCH)
    assert reading.observed == (Interval(FIRST, at("16:00:01")),)


@both
@pytest.mark.parametrize("made", ["2026-03-09 23:58", "2009-12-31 00:00", "1980-01-01 00:00"])
def test_a_time_before_the_last_day_file_is_not_believed(
    tmp_path: Path, workspace: Workspace, write: Write, made: str
) -> None:
    reading = read(write(workspace, tmp_path / "export", made, BERLIN), window=MARCH)
    assert reading.observed == (Interval(FIRST, AFTER_SEVEN_DAYS),)


@both
def test_the_time_is_the_owners(tmp_path: Path, workspace: Workspace, write: Write) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    path = write(workspace, tmp_path / "export", "2026-03-12 12:00", tokyo)
    assert read(path, window=MARCH, zone=tokyo).observed[0].end == at("04:00", "2026-03-12")


@both
@pytest.mark.parametrize(
    ("made", "observed"),
    [
        ("2026-03-20 12:00", (Interval(MARCH.start, at("12:00", "2026-03-20")),)),
        ("2026-05-01 12:00", (MARCH,)),
        ("2026-02-20 12:00", ()),
        ("1980-01-01 00:00", (MARCH,)),
        ("1980-01-01 12:34", (MARCH,)),
    ],
)
def test_without_a_day_file_all_is_observed_until_it_was_made(
    tmp_path: Path, write: Write, made: str, observed: tuple[Interval, ...]
) -> None:
    reading = read(write(Workspace.usual(), tmp_path / "export", made, BERLIN), window=MARCH)
    assert reading.observed == observed


def test_an_impossible_date_in_a_zip_is_passed_over(tmp_path: Path, workspace: Workspace) -> None:
    path = zipped(workspace, tmp_path / "export.zip", "2026-03-12 08:30")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo("lists.json", (2026, 15, 31, 31, 63, 62)), b"")
    assert read(path, window=MARCH).observed == (Interval(FIRST, at("08:30", "2026-03-12")),)


@pytest.mark.parametrize("mtime", [2**33, 2**45])
def test_a_file_of_the_far_future_bounds_nothing(tmp_path: Path, workspace: Workspace, mtime: int) -> None:
    path = workspace.folder(tmp_path / "export")
    os.utime(path / "users.json", (mtime, mtime))
    assert read(path, window=MARCH, email=EMAIL).observed == (Interval(FIRST, AFTER_SEVEN_DAYS),)
