"""Several people's trials together, from the exports that each gave for it: no names, no days, no single result.

Rules of a result that leaves the circle of those who took part: ``k`` people or more, 10 by default and never fewer
than 5; nobody gives more than half of the days; figures are rounded; nothing of one person or one week is in it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepday.app.trial_analysing import need_numpy, read_text
from deepday.app.trial_reporting import EXPORT_SCHEMA, MANIFEST, load_object, seen_protocol, verify, write_page
from deepday.clock import Clock, SystemClock
from deepday.errors import ConflictError, InputError
from deepday.report.page import Page
from deepday.trial.before_after import Change, Displacement
from deepday.trial.protocol import Protocol, from_document
from deepday.trial.rows import TrialRow, column, from_csv
from deepday.trial.values import Arm

if TYPE_CHECKING:
    from deepday.trial.analysis import Analysis, Rules

USUAL_K, SMALLEST_K = 10, 5
_SAME = ("outcome", "unit", "better", "definition", "alpha", "sesoi", "mode", "sprint", "lag", "burst_gap")


@dataclass(frozen=True, slots=True)
class Pooled:
    """What several people's trials say together. ``shareable``: whether it may leave their circle.

    ``stopped``: how many trials were left out for having been stopped, by the reason.
    """

    analysis: "Analysis"
    rules: "Rules"
    protocol: Protocol
    people: int
    shareable: bool
    stopped: tuple[tuple[str, int], ...] = ()


def pool_exports(folders: Sequence[Path], *, shareable: bool, k: int = USUAL_K) -> Pooled:
    """Check each export, and analyse them together. Folders are named by their place, never by their path.

    Trials that were stopped are left out and counted: they have no verdict to add to, and stopping follows what was
    seen.

    Raises :class:`InputError` for an export without consent, one given twice, trials that cannot be compared, and too
    few people; :class:`ConflictError` for an export that does not hold.
    """
    need_numpy()
    from deepday.trial.analysis import Rules, pool  # noqa: PLC0415 - NumPy is an extra

    if k < SMALLEST_K:
        raise InputError(f"--k {k} would let single people be made out.", f"Give {SMALLEST_K} or more.")
    missing = [number for number, folder in enumerate(folders, 1) if not folder.is_dir()]
    if missing:
        raise InputError(
            f"Folder {missing[0]} of {len(folders)} does not exist.",
            "Give folders that deepday trial export wrote.",
        )
    if len(folders) < 2:
        raise InputError("There is one export: nothing is pooled.", "See deepday trial report for one person.")
    given = [_read(folder, number) for number, folder in enumerate(folders, 1)]
    if len({one.hash for one in given}) < len(given):
        raise InputError("An export is given twice.", "Give each person's once.")
    read = [one for one in given if not one.stopped]
    if len(read) < 2:
        raise InputError(
            f"{len(given) - len(read)} of {len(given)} trials were stopped: too few are left to be pooled.",
            "See deepday trial report for one person.",
        )
    if shareable and len(read) < k:
        raise InputError(
            f"{len(read)} people are too few for a shareable result: it takes {k}.",
            "Keep it among those who took part (without --shareable), or wait for more. Below "
            f"{SMALLEST_K} it is never shared.",
        )
    first = read[0].protocol
    for one in read[1:]:
        other = [name for name in _SAME if getattr(one.protocol, name) != getattr(first, name)]
        if other:
            raise InputError(
                f"Export {one.number} was designed otherwise than export {read[0].number} ({', '.join(other)}): they "
                "cannot be pooled.",
                "Agree on one design before the start.",
            )
    _refuse_dominance([one.rows for one in read], shareable=shareable)
    rules = Rules(lower_is_better=first.better == "lower", alpha=first.alpha, sesoi=first.sesoi)
    found = pool(
        [
            (
                f"export {one.number}",
                column(one.rows, "value"),
                {week.week: week.allowed for week in one.protocol.weeks},
            )
            for one in read
        ],
        rules,
        randomised=first.randomised,
    )
    stopped = Counter(one.stopped for one in given if one.stopped)
    return Pooled(found, rules, first, len(read), shareable, tuple(sorted(stopped.items())))


@dataclass(frozen=True, slots=True)
class _Given:
    """An export that was given, by its place; ``stopped``: why the trial was, empty where it was not."""

    number: int
    hash: str
    protocol: Protocol
    rows: list[TrialRow]
    stopped: str


def _read(folder: Path, number: int) -> _Given:
    manifest = load_object(folder / MANIFEST)
    if manifest.get("schema") != EXPORT_SCHEMA:
        raise InputError(f"Folder {number} is no export of a trial.", "Give what deepday trial export wrote.")
    if manifest.get("pooling") is not True:
        raise InputError(
            f"Whoever gave export {number} has not agreed to pooling.",
            "They can, by making it so: deepday trial export FOLDER --for-pooling",
        )
    wrong = [check for check in verify(folder) if not check.holds]
    if wrong:
        raise ConflictError(f"Export {number} does not hold: {wrong[0].said}", "Ask for an unchanged one.")
    happened = load_object(folder / "happened.json")
    protocol = seen_protocol(from_document(load_object(folder / "protocol.json"), f"export {number}"), happened)
    stop = happened.get("stop")
    stopped = str(stop["because"]) if stop else ""
    rows = from_csv(read_text(folder / "data.csv"), f"export {number}")
    return _Given(number, str(manifest["protocol_hash"]), protocol, rows, stopped)


def _refuse_dominance(people: Sequence[Sequence[TrialRow]], *, shareable: bool) -> None:
    for arm in (Arm.DEEP, Arm.OTHER):
        counts = [sum(row.arm is arm and row.measure("value") is not None for row in rows) for rows in people]
        if shareable and 2 * max(counts) > sum(counts):
            raise InputError("One person gives more than half of the days.", "Pool more people before it is shared.")


def write_pooled(
    found: Pooled,
    language: str,
    templates: Path | None,
    pdf: Path | None,
    html: Path | None,
    clock: Clock | None = None,
) -> Iterator[Path]:
    """Write the faces that were asked for, and give each path. Raises :class:`InputError` where one cannot be."""
    clock = clock or SystemClock()
    yield from write_page(pool_page(found, language, clock, templates), templates, pdf, html, clock.now())


def pool_page(found: Pooled, language: str, clock: Clock, templates: Path | None = None) -> Page:
    """Return the pooled result as one page; a shareable one is rounded."""
    from deepday.report.trial_pool import make_pool_page  # noqa: PLC0415 - needs NumPy

    analysis = _coarse(found.analysis) if found.shareable else found.analysis
    return make_pool_page(
        analysis,
        found.protocol,
        language,
        templates,
        clock.now(),
        shareable=found.shareable,
        stopped=found.stopped,
    )


def pooled_to_json(found: Pooled) -> dict[str, Any]:
    """Return the pooled result, schema ``deepday.trial-pool/1``; a shareable one is rounded and without weeks."""
    from deepday.report.trial_json import analysis_to_json  # noqa: PLC0415 - needs NumPy

    analysis = _coarse(found.analysis) if found.shareable else found.analysis
    within = "week" if found.protocol.sprint == 1 else "sprint"
    document = analysis_to_json(analysis, found.rules, found.protocol.unit, within)
    document |= {"schema": "deepday.trial-pool/1", "people": found.people, "shareable": found.shareable}
    count = sum(number for _, number in found.stopped)
    document["stopped"] = count if found.shareable else dict(found.stopped)
    if count:
        more = "1 more trial was" if count == 1 else f"{count} more trials were"
        document["sentences"].append(f"{more} stopped early and left out: what was stopped has no verdict.")
    document.pop("weekly", None)
    return document


def _coarse(found: "Analysis") -> "Analysis":
    """Return the analysis with figures that two releases cannot be subtracted by: two digits."""
    effect = found.effect
    values = {name: _two_digits(getattr(effect, name)) for name in effect.__dataclass_fields__ if name != "alpha"}
    panel = _two_digits(found.displacement)
    return replace(found, effect=replace(effect, **values), sesoi=_two_digits(found.sesoi), displacement=panel)


def _two_digits(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.2g}")
    if isinstance(value, Displacement | Change):
        return replace(value, **{one.name: _two_digits(getattr(value, one.name)) for one in fields(value)})
    return tuple(map(_two_digits, value)) if isinstance(value, tuple) else value
