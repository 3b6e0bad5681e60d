"""Several people's trials together, from the exports that each gave for it: no names, no days, no single result.

Rules of a result that leaves the circle of those who took part: ``k`` people or more, 10 by default and never fewer
than 5; nobody gives more than half of the days; figures are rounded; nothing of one person or one week is in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepday.app.trial_analysing import need_numpy, read_text
from deepday.app.trial_reporting import EXPORT_SCHEMA, MANIFEST, load_object, seen_protocol, verify, write_page
from deepday.clock import Clock, SystemClock
from deepday.errors import ConflictError, InputError
from deepday.trial.protocol import Protocol, from_document
from deepday.trial.rows import TrialRow, column, from_csv
from deepday.trial.values import Arm

if TYPE_CHECKING:
    from deepday.trial.analysis import Analysis, Rules

USUAL_K, SMALLEST_K = 10, 5
_SAME = ("outcome", "unit", "better", "definition", "alpha", "sesoi", "mode", "lag", "burst_gap")


@dataclass(frozen=True, slots=True)
class Pooled:
    """What several people's trials say together. ``shareable``: whether it may leave their circle."""

    analysis: "Analysis"
    rules: "Rules"
    protocol: Protocol
    people: int
    shareable: bool


def pool_exports(folders: Sequence[Path], *, shareable: bool, k: int = USUAL_K) -> Pooled:
    """Check each export, and analyse them together. Folders are named by their place, never by their path.

    Raises :class:`InputError` for an export without consent, one given twice, trials that cannot be compared, and too
    few people; :class:`ConflictError` for an export that does not hold.
    """
    need_numpy()
    from deepday.trial.analysis import Rules, pool  # noqa: PLC0415 - NumPy is an extra

    if k < SMALLEST_K:
        raise InputError(f"--k {k} would let single people be made out.", f"Give {SMALLEST_K} or more.")
    if len(folders) < 2:
        raise InputError("There is one export: nothing is pooled.", "See deepday trial report for one person.")
    if shareable and len(folders) < k:
        raise InputError(
            f"{len(folders)} people are too few for a shareable result: it takes {k}.",
            "Keep it among those who took part (without --shareable), or wait for more. Below "
            f"{SMALLEST_K} it is never shared.",
        )
    read = [_read(folder, number) for number, folder in enumerate(folders, 1)]
    if len({manifest["protocol_hash"] for manifest, _, _ in read}) < len(read):
        raise InputError("An export is given twice.", "Give each person's once.")
    first = read[0][1]
    for number, (_, protocol, _) in enumerate(read[1:], 2):
        other = [name for name in _SAME if getattr(protocol, name) != getattr(first, name)]
        if other:
            raise InputError(
                f"Export {number} was designed otherwise than export 1 ({', '.join(other)}): they cannot be pooled.",
                "Agree on one design before the start.",
            )
    _refuse_dominance([rows for _, _, rows in read], shareable=shareable)
    rules = Rules(lower_is_better=first.better == "lower", alpha=first.alpha, sesoi=first.sesoi)
    found = pool(
        [
            (f"export {number}", column(rows, "value"), {one.week: one.allowed for one in protocol.weeks})
            for number, (_, protocol, rows) in enumerate(read, 1)
        ],
        rules,
        randomised=first.randomised,
    )
    return Pooled(found, rules, first, len(read), shareable)


def _read(folder: Path, number: int) -> tuple[dict[str, Any], Protocol, list[TrialRow]]:
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
    if happened.get("stop"):
        raise InputError(
            f"Export {number} is of a trial that was stopped: it has no verdict to add to.", "Leave it out, and say so."
        )
    protocol = seen_protocol(from_document(load_object(folder / "protocol.json"), f"export {number}"), happened)
    return manifest, protocol, from_csv(read_text(folder / "data.csv"), f"export {number}")


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
    from deepday.report.trial_pool import make_pool_page  # noqa: PLC0415 - needs NumPy

    now = (clock or SystemClock()).now()
    analysis = _coarse(found.analysis) if found.shareable else found.analysis
    page = make_pool_page(analysis, found.protocol, language, templates, now, shareable=found.shareable)
    yield from write_page(page, templates, pdf, html, now)


def pooled_to_json(found: Pooled) -> dict[str, Any]:
    """Return the pooled result, schema ``deepday.trial-pool/1``; a shareable one is rounded and without weeks."""
    from deepday.report.trial_json import analysis_to_json  # noqa: PLC0415 - needs NumPy

    analysis = _coarse(found.analysis) if found.shareable else found.analysis
    document = analysis_to_json(analysis, found.rules, found.protocol.unit)
    document |= {"schema": "deepday.trial-pool/1", "people": found.people, "shareable": found.shareable}
    document.pop("displacement")
    document.pop("weekly", None)
    return document


def _coarse(found: "Analysis") -> "Analysis":
    """Return the analysis with figures that two releases cannot be subtracted by: two digits."""
    effect = found.effect
    values = {name: _two_digits(getattr(effect, name)) for name in effect.__dataclass_fields__ if name != "alpha"}
    return replace(found, effect=replace(effect, **values), sesoi=_two_digits(found.sesoi))


def _two_digits(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.2g}")
    return tuple(map(_two_digits, value)) if isinstance(value, tuple) else value
