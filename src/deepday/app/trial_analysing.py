"""Analyse a trial's days from files, so that anybody can check the statistics on data of their own."""

import csv
import io
import math
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from deepday.errors import InputError

if TYPE_CHECKING:
    from deepday.trial.analysis import Analysis, Rules
    from deepday.trial.correlation import Association

LARGEST_FILE = 20_000_000


@dataclass(frozen=True, slots=True)
class AnalyseRequest:
    """Options of ``deepday trial analyse``, as typed."""

    files: tuple[Path, ...]
    allowed: str | None = None
    draws: str | None = None
    seed: int = 0
    column: str = "value"
    better: str = "lower"
    sesoi: str = "15%"
    alpha: float = 0.05


def need_numpy() -> None:
    """Raise :class:`InputError` where NumPy is not installed."""
    if find_spec("numpy") is None:
        raise InputError("Trials are analysed with NumPy, which is not installed.", "Run: pip install 'deepday[trial]'")


def analyse_files(asked: AnalyseRequest) -> "tuple[Analysis, Rules]":
    """Read the files, one for each person, and analyse them together. Raises :class:`InputError` for bad input."""
    need_numpy()
    from deepday.trial.analysis import analyse  # noqa: PLC0415 - NumPy is an extra
    from deepday.trial.reading import parse_rule, read_allowed, read_days  # noqa: PLC0415 - same

    rules = read_rules(asked)
    rule = parse_rule(asked.allowed) if asked.allowed else None
    allowed = rule if rule or not asked.allowed else read_allowed(read_text(Path(asked.allowed)), asked.allowed)
    people, notes = [], []
    for file in asked.files:
        days, said = read_days(read_text(file), str(file), asked.column)
        people.append((str(file), days))
        notes += said
    found = analyse(people, allowed, rules)
    return replace(found, notes=(*notes, *found.notes)), rules


def read_rules(asked: AnalyseRequest) -> "Rules":
    """Return the rules that the options give. Raises :class:`InputError` for what cannot be."""
    from deepday.trial.analysis import Rules  # noqa: PLC0415 - NumPy is an extra

    if asked.better not in {"lower", "higher"}:
        raise InputError(f"--better {asked.better!r} is neither side.", "Give lower or higher.")
    if not 0 < asked.alpha < 0.5:
        raise InputError(f"--alpha {asked.alpha:g} is no level.", "Give 0.05.")
    share = asked.sesoi.strip().endswith("%")
    try:
        sesoi = float(asked.sesoi.strip().removesuffix("%")) / (100 if share else 1)
    except ValueError:
        sesoi = -1.0
    if not 0 <= sesoi < 1e12:
        raise InputError(
            f"--sesoi {asked.sesoi!r} is no smallest effect.",
            "Give a number in the unit of the value, or a share: 15%.",
        )
    return Rules(
        lower_is_better=asked.better == "lower",
        alpha=asked.alpha,
        sesoi=sesoi,
        sesoi_is_share=share,
        draws=_draws(asked.draws),
        seed=asked.seed,
    )


def _draws(text: str | None) -> int | str | None:
    from deepday.trial.assignments import LARGEST_SAMPLE  # noqa: PLC0415 - NumPy is an extra

    if text is None or text == "exact":
        return text
    if text.isascii() and text.isdecimal() and 19 <= int(text) <= LARGEST_SAMPLE:
        return int(text)
    raise InputError(f"--draws {text!r} cannot be.", f"Give exact, or a number from 19 to {LARGEST_SAMPLE:,}.")


def read_text(path: Path) -> str:
    """Read a file of a trial. Raises :class:`InputError` where it is not there, too large, or no text."""
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder.", "Give the file.")
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"{path} is larger than any trial.", "Check that it is the right file.")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path} is no UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from None


def associate_file(file: Path, columns: tuple[str, str]) -> "Association":
    """Return how two columns of a CSV file, a row for each week in order, move together; empty fields are missing.

    Raises :class:`InputError` that names file, line and field.
    """
    need_numpy()
    from deepday.trial.correlation import associate  # noqa: PLC0415 - beside the others of the trial

    reader = csv.DictReader(io.StringIO(read_text(file).removeprefix("\ufeff")))
    head = [name.strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = head
    wanted = [name.strip().lower() for name in columns]
    for name in wanted:
        if name not in head:
            raise InputError(f"{file}, line 1: there is no column {name!r}.", f"There are {', '.join(head) or 'none'}.")
    series: tuple[list[float | None], list[float | None]] = ([], [])
    for row in reader:
        for values, name in zip(series, wanted, strict=True):
            values.append(_number(row.get(name), f"{file}, line {reader.line_num}, field {name}"))
    return associate(*series)


def _number(text: str | None, where: str) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{where}: {text!r} is no number.", "Write a number as 12.5, or nothing.")
    return value
