"""Metrics from CSV, MLflow's files and git, one value for each ISO week; only numbers and dates are read."""

import os
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.app.case_metric_sources import read_git, read_mlflow
from deepday.app.case_metrics import associations, read_csv_metrics
from deepday.errors import InputError

BERLIN = ZoneInfo("Europe/Berlin")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_weeks_are_taken_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path / "m.csv", "week,deployments,accuracy\n2026-W11,3,0.91\n2026W12,,0.93\n2026-w13,2,\n")
    found = {one.name: one.values for one in read_csv_metrics(path, BERLIN)}
    assert found == {
        "deployments": {"2026-W11": 3, "2026-W13": 2},
        "accuracy": {"2026-W11": 0.91, "2026-W12": 0.93},
    }


def test_counts_by_date_are_added_up_and_other_values_averaged(tmp_path: Path) -> None:
    path = write(
        tmp_path / "m.csv", "date,deployments,accuracy\n2026-03-09,1,0.5\n2026-03-11,2,0.7\n2026-03-16,4,0.9\n"
    )
    counts, shares = read_csv_metrics(path, BERLIN)
    assert dict(counts.values) == {"2026-W11": 3, "2026-W12": 4}
    assert counts.note == "By week: sum of the values of m.csv."
    assert dict(shares.values) == pytest.approx({"2026-W11": 0.6, "2026-W12": 0.9})


def test_a_long_table_of_metric_and_value(tmp_path: Path) -> None:
    path = write(tmp_path / "m.csv", "metric;week;value\nauc;2026-W11;0.8\nauc;2026-W12;0.9\nlag;2026-W11;5\n")
    assert {one.name: dict(one.values) for one in read_csv_metrics(path, BERLIN)} == {
        "auc": {"2026-W11": 0.8, "2026-W12": 0.9},
        "lag": {"2026-W11": 5},
    }


def test_bugs_by_week_with_their_days_and_the_open_ones_named(tmp_path: Path) -> None:
    path = write(
        tmp_path / "bugs.csv",
        "Key,Created,Resolved\nA,2026-03-02,2026-03-09\nB,2026-03-09,2026-03-10\nC,2026-03-01,2026-03-24\nD,2026-03-20,\n",
    )
    counts, days = read_csv_metrics(path, BERLIN)
    assert dict(counts.values) == {"2026-W11": 2, "2026-W12": 0, "2026-W13": 1}
    assert dict(days.values) == {"2026-W11": 4, "2026-W13": 23}
    assert "1 still open is not in it" in days.note


def test_events_are_counted_in_the_owners_zone(tmp_path: Path) -> None:
    path = write(tmp_path / "deploys.csv", "service,deployed_at\na,2026-03-08T23:30:00Z\nb,2026-03-09T10:00:00+01:00\n")
    (found,) = read_csv_metrics(path, BERLIN)
    assert (found.name, dict(found.values)) == ("deploys", {"2026-W11": 2})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", ":1: No column says when"),
        ("week,x\n2026-W54,1\n", ":2: There is no week"),
        ("week,x\n2026-W11,many\n", ":2: 'many' is no number"),
        ("date,x\n2026-03-09,1\nsoon,2\n", ":3: 'soon' is no date"),
        ("week,x\n2026-W11,inf\n", ":2: 'inf' is no finite number"),
        ("created,resolved\n2026-03-09,2026-03-02\n", ":2: It was resolved on 2026-03-02, before"),
        ("week," + ",".join(f"m{n}" for n in range(9)) + "\n2026-W11" + ",1" * 9 + "\n", "holds 9 metrics"),
        ("", "No column says when"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_csv_metrics(write(tmp_path / "m.csv", text), BERLIN)
    assert said in caught.value.what


def run_of(folder: Path, name: str, metric: str, text: str) -> None:
    write(folder / "0" / name / "metrics" / metric, text)


def millis(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)


def test_mlflows_folder_gives_the_last_value_of_each_run(tmp_path: Path) -> None:
    runs = tmp_path / "mlruns"
    first, second = millis(date(2026, 3, 10)), millis(date(2026, 3, 12))
    run_of(runs, "r1", "val/auc", f"{first} 0.5 1\n{first + 5} 0.9 2\n{first + 9} 0.1 0\n")
    run_of(runs, "r2", "val/auc", f"{second} 0.7 1\n")
    run_of(runs, "r2", "loss", f"{second} nan 1\n")
    found = read_mlflow(runs, "val/auc", BERLIN)
    assert dict(found.values) == pytest.approx({"2026-W11": 0.8})
    assert dict(read_mlflow(runs, "loss", BERLIN).values) == {}
    with pytest.raises(InputError) as caught:
        read_mlflow(runs, None, BERLIN)
    assert "loss, val/auc" in caught.value.advice


def test_mlflows_database_is_read_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE runs (run_uuid TEXT, lifecycle_stage TEXT)")
        raw.execute("CREATE TABLE latest_metrics (key TEXT, value REAL, timestamp INT, is_nan INT, run_uuid TEXT)")
        raw.executemany("INSERT INTO runs VALUES (?, ?)", [("a", "active"), ("b", "deleted")])
        at = millis(date(2026, 3, 10))
        raw.executemany(
            "INSERT INTO latest_metrics VALUES (?, ?, ?, ?, ?)",
            [("auc", 0.9, at, 0, "a"), ("auc", 0.1, at, 0, "b"), ("auc", 0.0, at, 1, "a")],
        )
    before = path.read_bytes()
    assert dict(read_mlflow(path, None, BERLIN).values) == {"2026-W11": 0.9}
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="no store of MLflow"):
        read_mlflow(write(tmp_path / "x.db", "no database at all, but long enough to look at"), None, BERLIN)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "repository"

    def git(*arguments: str, email: str = "me@example.com", at: str = "2026-03-10T12:00:00+00:00") -> None:
        who = {
            "GIT_AUTHOR_NAME": "x",
            "GIT_AUTHOR_EMAIL": email,
            "GIT_COMMITTER_NAME": "x",
            "GIT_COMMITTER_EMAIL": email,
        }
        when = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *arguments], cwd=path, check=True, capture_output=True, env=os.environ | who | when)

    path.mkdir()
    git("init", "-q")
    for number, (email, at) in enumerate(
        [("me@example.com", "2026-03-10"), ("you@example.com", "2026-03-11"), ("me@example.com", "2026-03-24")]
    ):
        git("commit", "-q", "--allow-empty", "-m", f"secret {number}", email=email, at=f"{at}T12:00:00+00:00")
        git("tag", "-a", f"v{number}", "-m", "x", at=f"{at}T12:00:00+00:00")
    git("tag", "other")
    return path


def test_git_tells_own_commits_and_deployments(repository: Path) -> None:
    commits = read_git(repository, None, "me@example.com", BERLIN)
    assert (dict(commits.values), commits.team) == ({"2026-W11": 1, "2026-W12": 0, "2026-W13": 1}, False)
    deployed = read_git(repository, "v*", "me@example.com", BERLIN)
    assert (dict(deployed.values), deployed.team) == ({"2026-W11": 2, "2026-W12": 0, "2026-W13": 1}, True)
    assert dict(read_git(repository, "none*", "me@example.com", BERLIN).values) == {}


def test_a_folder_without_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no git repository"):
        read_git(tmp_path, None, "me@example.com", BERLIN)


def test_without_a_measurement_no_week_has_both(tmp_path: Path) -> None:
    series = read_csv_metrics(write(tmp_path / "m.csv", "week,x\n2026-W11,3\n"), BERLIN)
    (found,) = associations(series, "cost", {})
    assert (found.weeks, found.r, found.drawn) == (0, None, False)
