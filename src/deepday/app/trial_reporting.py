"""The report of a trial that is over: both faces, its export, and its check by anybody."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from deepday.app.request import Request
from deepday.app.trial_analysing import need_numpy, read_text
from deepday.app.trial_designing import write_private
from deepday.app.trial_routing import counts_from_json, counts_of
from deepday.app.trial_running import Kept, finish, kept_trial, note_look, observe_trial, refuse_peeking, reveal
from deepday.clock import Clock, SystemClock
from deepday.config.paths import database_location
from deepday.connect import Progress
from deepday.errors import InputError
from deepday.report.page import Page, html_of, pdf_of
from deepday.report.trial_markup import parse, plain_text
from deepday.report.trial_page import ReportFacts, make_page
from deepday.report.trial_result_json import LEFT_OUT, result_to_json
from deepday.store.repository import open_store
from deepday.store.trials import LogKind
from deepday.trial.protocol import Protocol, from_document, protocol_hash
from deepday.trial.result import Deviation, Stop, conclude, without_strain
from deepday.trial.routing import RoutingRecord, record_to_json
from deepday.trial.rows import TrialRow, from_csv, to_csv, until_stop
from deepday.trial.values import Arm
from deepday.trial.verdict import Verdict

EXPORT_SCHEMA = "deepday.trial-export/1"
FILES = ("protocol.json", "data.csv", "happened.json", "result.json")
MANIFEST = "trial.json"
_ABSENT = {"sick": "absent", "away": "absent"}


@dataclass(frozen=True, slots=True)
class Faces:
    """What is shown: the private report, or the shareable one, with what the user rated or without."""

    shareable: bool = False
    wellbeing: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """The report as facts, and the trial, the days and the ledger of requests behind it."""

    facts: ReportFacts
    kept: Kept
    rows: tuple[TrialRow, ...]
    routing: RoutingRecord | None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked, whether it holds, and a sentence on it."""

    name: str
    holds: bool
    said: str


def report(request: Request, faces: Faces, progress: Progress, clock: Clock | None = None) -> Reported:
    """Return the report. Raises :class:`NotEnoughDataError` while the trial goes on."""
    need_numpy()
    clock = clock or SystemClock()
    with open_store(database_location(), clock) as store:
        kept = kept_trial(store, request, clock)
        refuse_peeking(kept)
        kept = finish(store, reveal(store, kept, clock), clock)
    full, kept = kept, kept.to_look_at()
    seen = observe_trial(kept, request, progress, clock)
    rows = seen.rows
    counts = counts_of(seen.routing, kept.protocol, rows)
    result = conclude(kept.protocol, rows, kept.deviations, routing=counts, stop=kept.stop)
    goes_on = None
    if kept.protocol.at_look:
        decided = result.analysis.verdict in {Verdict.BETTER, Verdict.WORSE}
        note_look(full, decided=decided, clock=clock)
        goes_on = None if decided or full.over else full.protocol.last
    digest = fingerprint(to_csv(rows))
    shown = until_stop(rows, kept.stop.date if kept.stop else None)
    facts = ReportFacts(
        kept.protocol,
        result,
        kept.stored.hash,
        digest,
        tuple(shown),
        _log(kept),
        wellbeing=True,
        left_out=(),
        goes_on=goes_on,
        broken=seen.broken,
        seed="" if goes_on else kept.stored.seed,
        differs=seen.differs,
    )
    facts = shareable(facts, wellbeing=faces.wellbeing) if faces.shareable else facts
    return Reported(facts, kept, rows, seen.routing)


def shareable(facts: ReportFacts, *, wellbeing: bool) -> ReportFacts:
    """Return the facts without single days, reasons and words of the user, and by default without ratings."""
    delivery = facts.result.delivery
    kinds: dict[str, int] = {}
    for kind, count in delivery.deviations:
        kinds[_ABSENT.get(kind, kind)] = kinds.get(_ABSENT.get(kind, kind), 0) + count
    routing = facts.result.routing and replace(facts.result.routing, weeks=())
    result = facts.result if wellbeing else without_strain(facts.result, facts.protocol)
    result = replace(result, delivery=replace(delivery, deviations=tuple(sorted(kinds.items()))), routing=routing)
    left = tuple(name for name in LEFT_OUT if name != "wellbeing" or not wellbeing)
    return replace(facts, result=result, rows=(), log=(), broken=(), wellbeing=wellbeing, left_out=left)


def _log(kept: Kept) -> tuple[tuple[date, str, str], ...]:
    return tuple((one.date, one.what, one.note) for one in kept.log if one.kind is LogKind.DEVIATION and one.date)


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_report(
    facts: ReportFacts,
    language: str,
    templates: Path | None,
    pdf: Path | None,
    html: Path | None,
    clock: Clock | None = None,
) -> Iterator[Path]:
    """Write the faces that were asked for, and give each path. Raises :class:`InputError` where one cannot be."""
    if templates is not None and not templates.is_dir():
        raise InputError(f"{templates} is no folder of templates.", "Make one: deepday trial templates FOLDER")
    now = (clock or SystemClock()).now()
    yield from write_page(make_page(facts, language, templates, now), templates, pdf, html, now)


def write_page(
    page: Page, templates: Path | None, pdf: Path | None, html: Path | None, now: datetime
) -> Iterator[Path]:
    """Write a page as the files that were asked for, and give each path."""
    if html:
        write_private(html, html_of(page, templates))
        yield html
    if pdf:
        made = pdf_of(page, now, templates)
        write_private(pdf, "")
        pdf.write_bytes(made)
        yield pdf


def text_page(facts: ReportFacts, language: str, templates: Path | None, clock: Clock | None = None) -> str:
    """Return the report as plain text."""
    return plain_text(parse(make_page(facts, language, templates, (clock or SystemClock()).now()).text))


def export(
    request: Request, folder: Path, progress: Progress, clock: Clock | None = None, *, pooling: bool = False
) -> list[Path]:
    """Write what anybody needs to recompute the result: protocol, days, deviations, result, seed; no words of the user.

    ``pooling``: whether the user agrees that it is analysed together with others'.

    Raises :class:`NotEnoughDataError` while the trial goes on.
    """
    found = report(request, Faces(), progress, clock)
    kept, rows = found.kept, found.rows
    happened = {
        "deviations": [{"date": str(one.date), "kind": _ABSENT.get(one.kind, one.kind)} for one in kept.deviations],
        "stop": {"date": str(kept.stop.date), "because": kept.stop.because} if kept.stop else None,
        "revealed": {one.what: one.at for one in kept.log if one.kind is LogKind.REVEALED},
        "routing": record_to_json(found.routing) if found.routing else None,
        "look": kept.protocol.at_look,
    }
    result = recompute(kept.protocol, rows, happened)
    texts = {
        "protocol.json": _json(kept.stored.protocol),
        "data.csv": to_csv(rows),
        "happened.json": _json(happened),
        "result.json": _json(result),
    }
    manifest = {
        "schema": EXPORT_SCHEMA,
        "protocol_hash": kept.stored.hash,
        "seed": kept.stored.seed,
        "pooling": pooling,
        "files": {name: fingerprint(text) for name, text in texts.items()},
    }
    for name, text in (texts | {MANIFEST: _json(manifest)}).items():
        write_private(folder / name, text)
    return [folder / name for name in (*FILES, MANIFEST)]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def recompute(protocol: Protocol, rows: Sequence[TrialRow], happened: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of exported rows as JSON values."""
    deviations = [Deviation(date.fromisoformat(one["date"]), str(one["kind"])) for one in happened["deviations"]]
    stopped = happened.get("stop")
    stop = Stop(date.fromisoformat(stopped["date"]), str(stopped["because"])) if stopped else None
    protocol = seen_protocol(protocol, happened)
    counts = counts_from_json(happened.get("routing"), protocol, rows)
    return result_to_json(conclude(protocol, rows, deviations, routing=counts, stop=stop), protocol)


def seen_protocol(protocol: Protocol, happened: Mapping[str, Any]) -> Protocol:
    """Return the part of the protocol that an export is of."""
    return protocol.up_to_look() if happened.get("look") else protocol


def verify(folder: Path, published: str | None = None) -> list[Check]:
    """Check an export: files unchanged, protocol as published, arms as drawn, numbers as recomputed.

    ``published``: the hash of the protocol or the fingerprint of the data, as it was published. Raises
    :class:`InputError` where a file cannot be read.
    """
    need_numpy()
    manifest = load_object(folder / MANIFEST)
    if manifest.get("schema") != EXPORT_SCHEMA or not isinstance(manifest.get("files"), dict):
        raise InputError(f"{folder / MANIFEST} is no export of a trial.", "Give the folder of deepday trial export.")
    texts = {name: read_text(folder / name) for name in FILES}
    checks = [
        Check(
            name,
            holds := fingerprint(text) == manifest["files"].get(name),
            f"{name} {'is as it was exported' if holds else 'was changed since it was exported'}.",
        )
        for name, text in texts.items()
    ]
    document = load_object(folder / "protocol.json")
    digest = protocol_hash(document)
    same = digest == manifest.get("protocol_hash")
    checks.append(_check("hash", same, "The protocol has its hash.", "The protocol does not have the export's hash."))
    if published is not None:
        known = published.strip().lower() in {digest, fingerprint(texts["data.csv"])}
        checks.append(_check("published", known, "It is the published one.", "It is not the published one."))
    protocol = from_document(document, str(folder / "protocol.json"))
    rows = from_csv(texts["data.csv"], str(folder / "data.csv"))
    seen = seen_protocol(protocol, load_object(folder / "happened.json"))
    checks.append(_draw_check(seen, rows, str(manifest.get("seed"))))
    checks.append(_numbers_check(protocol, rows, folder))
    return checks


def load_object(path: Path) -> dict[str, Any]:
    """Return the JSON object of a file. Raises :class:`InputError` where there is none."""
    try:
        found = json.loads(read_text(path))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InputError(f"{path} is no JSON object.", "Give the folder of deepday trial export.")
    return found


def _check(name: str, holds: object, good: str, bad: str) -> Check:
    return Check(name, bool(holds), good if holds else bad)


def _draw_check(protocol: Protocol, rows: Sequence[TrialRow], seed: str) -> Check:
    if not protocol.randomised:
        chosen = {day for one in protocol.weeks for day in one.allowed[0]}
    else:
        try:
            chosen = {day for days in protocol.drawn(seed).values() for day in days}
        except InputError as error:
            return Check("draw", holds=False, said=error.what)
    days = {row.date: row.arm for row in rows if row.arm is not Arm.BASELINE}
    planned = {day for one in protocol.weeks for day in one.days}
    holds = days == {day: Arm.DEEP if day in chosen else Arm.OTHER for day in planned}
    return _check("draw", holds, "The days' arms are those that the seed draws.", "The arms are not those drawn.")


def _numbers_check(protocol: Protocol, rows: Sequence[TrialRow], folder: Path) -> Check:
    try:
        again = recompute(protocol, rows, load_object(folder / "happened.json"))
    except (InputError, KeyError, TypeError, ValueError):
        return Check("result", holds=False, said="The result cannot be computed from these files.")
    holds = _alike(again, load_object(folder / "result.json"))
    return _check("result", holds, "The result follows from the data.", "The result does not follow from the data.")


def _alike(one: object, other: object) -> bool:
    """Tell whether two JSON values are the same, numbers up to the last bits that another machine may give."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) and isinstance(other, float | int):
        return abs(one - other) <= 1e-9 * max(1.0, abs(one))
    return one == other
