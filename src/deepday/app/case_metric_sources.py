"""Metrics from MLflow's own files and from a git history. MLflow is not needed; only times and numbers are read."""

import math
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

from deepday.app.case_metrics import averaged_series, counted_series
from deepday.case.metrics import Series
from deepday.errors import DeepdayError, InputError

_SECONDS = 60
_SHOWN = 10


def read_mlflow(path: Path, metric: str | None, zone: ZoneInfo) -> Series:
    """Return the mean, by week, of the last value that each run logged of a metric.

    ``path``: a folder ``mlruns``, or the SQLite file of a tracking server. Raises :class:`InputError` for what is
    neither, and where the metric is not there, with the names of those that are.
    """
    if path.is_dir():
        values = list(_from_folder(path))
    elif path.is_file():
        values = _from_database(path)
    else:
        raise InputError(f"There is no MLflow store {path}.", "Give the folder mlruns, or the file mlflow.db.")
    names = sorted({name for name, _, _ in values})
    chosen = metric or (names[0] if len(names) == 1 else None)
    if chosen not in names or chosen is None:
        known = ", ".join(names[:_SHOWN]) or "none"
        what = f"holds no metric {metric!r}" if metric else f"holds {len(names)} metrics"
        raise InputError(f"{path} {what}.", f"Choose one by --mlflow-metric, before you look: {known}.")
    series = [(at, value) for name, at, value in values if name == chosen]
    return averaged_series(chosen, series, zone, f"Mean, by week, of the last values of {len(series)} runs in MLflow.")


def _from_folder(path: Path) -> Iterator[tuple[str, float, float]]:
    """Give name, time and value of each run's last entry.

    Files are ``EXPERIMENT/RUN/metrics/NAME``, their lines time in milliseconds, value and step.
    """
    for file in sorted(path.glob("*/*/metrics/**/*")):
        if not file.is_file():
            continue
        name = file.relative_to(next(one for one in file.parents if one.name == "metrics")).as_posix()
        rows: list[tuple[float, float, float]] = []
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            parts = line.split()
            try:
                at, value = float(parts[0]) / 1000, float(parts[1])
                step = float(parts[2]) if len(parts) > 2 else 0.0
            except (ValueError, IndexError):
                raise InputError(f"{file}:{number}: It is no line of MLflow's.", "Is this the folder mlruns?") from None
            rows.append((step, at, value))
        if rows:
            _, at, value = max(rows)
            yield name, at, value


def _from_database(path: Path) -> list[tuple[str, float, float]]:
    """Read MLflow's SQLite tables without changing them."""
    query = (
        "SELECT latest.key, latest.timestamp, latest.value FROM latest_metrics AS latest JOIN runs ON runs.run_uuid = "
        "latest.run_uuid WHERE runs.lifecycle_stage = 'active' AND NOT latest.is_nan"
    )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return [
                (str(key), at / 1000, float(value))
                for key, at, value in database.execute(query)
                if math.isfinite(float(value))
            ]
    except sqlite3.Error as error:
        raise InputError(f"{path} is no store of MLflow's: {error}.", "Give the folder mlruns, or mlflow.db.") from None


def read_git(path: Path, tags: str | None, author: str, zone: ZoneInfo) -> Series:
    """Return deployments by week (tags that match a pattern), or without a pattern the commits of that address.

    Only times are asked of git: no message, and no name. Raises :class:`InputError` for what is no repository, and
    :class:`DeepdayError` without git.
    """
    if tags is not None:
        said = _git(path, "for-each-ref", "--format=%(creatordate:unix)", f"refs/tags/{tags}")
        return counted_series(
            f"deployments ({tags})", _instants(said), zone, "Tags in git, counted by week.", team=True
        )
    said = _git(path, "log", "--all", "--no-merges", "--format=%at", "--fixed-strings", f"--author=<{author}>")
    note = "Own commits in git, counted by week. Commits are no measure of value."
    return counted_series("own commits", _instants(said), zone, note, team=False)


def _git(path: Path, *arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        raise DeepdayError("git is not installed here.", "Install it, or give a CSV file instead.")
    # No pager, no hooks, no helper programs of the repository's own configuration.
    quiet = (
        "--no-pager",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "log.showSignature=false",
    )
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell; the path is the user's own
            [program, "-C", str(path), *quiet, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise DeepdayError(f"git took longer than {_SECONDS} seconds in {path}.", "Give a CSV file instead.") from None
    if done.returncode:
        raise InputError(f"{path} is no git repository that can be read.", "Give the folder of a checkout.")
    return done.stdout


def _instants(text: str) -> list[float]:
    return [float(line) for line in text.split() if line.isdecimal()]
