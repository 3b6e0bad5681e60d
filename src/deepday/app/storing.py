"""Bringing files into the store, so that later commands need no files."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.app.sources import context_for, read_calendar, read_slack_export
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import config_file, database_location
from deepday.connect import Progress, ReadContext, Validators
from deepday.errors import InputError, NotEnoughDataError
from deepday.model import Interval, Skipped, intersect
from deepday.store.repository import Store, open_store
from deepday.store.rows import ImportResult, Outcome, Source

YEAR = 366 * 86_400
QUARTER = YEAR // 4
_COPY = re.compile(r"\s*(\(\d+\)|[-_ ]copy)$", re.IGNORECASE)  # "calendar (1)" is a newer "calendar"
_EXPORT_FILES = ("users.json", "org_users.json", "channels.json", "dms.json", "mpims.json", "groups.json")


@dataclass(frozen=True, slots=True)
class Imported:
    """How one import went: into which source, with what result, and what was left out."""

    location: str
    source: str
    result: ImportResult
    skipped: tuple[Skipped, ...]


def open_existing_store(clock: Clock | None = None) -> Store:
    """Return the store. Raises :class:`NotEnoughDataError` where nothing was ever imported."""
    if not Store.exists(database_location()):
        raise NotEnoughDataError(
            "Nothing was imported yet, and no files are given.",
            "Run deepday import FILE…, or give --calendar FILE and --slack-export PATH. To look around: deepday demo",
        )
    return open_store(database_location(), clock or SystemClock())


def is_slack_export(location: str) -> bool:
    """Tell whether a location looks like a Slack export (ZIP or folder) rather than a calendar."""
    path = Path(location).expanduser()
    if path.is_dir():
        return any(next(path.glob(pattern), None) for name in _EXPORT_FILES for pattern in (name, f"*/{name}"))
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def import_files(
    request: Request, locations: Sequence[str], name: str | None, progress: Progress, clock: Clock | None = None
) -> Iterator[Imported]:
    """Import calendars and Slack exports one by one; what came before a failure stays imported.

    Calendars are read from two years before to one year after today. The first import writes the configuration from
    the options, so that later commands know whose week it is.
    """
    clock = clock or SystemClock()
    person = build_person(request, settings := load_settings())
    now = int(clock.now().timestamp())
    calendars = [*request.calendars, *(item for item in locations if not is_slack_export(item))]
    exports = [item for item in locations if is_slack_export(item)]
    if request.slack_export:
        exports.append(str(request.slack_export))
    if not calendars and not exports:
        raise InputError("Nothing to import: no file is given.", "Give an .ics file, a feed's URL, or a Slack export.")
    if name and len(calendars) + len(exports) > 1:
        raise InputError("--name names one source, but several files are given.", "Import them one at a time.")
    with open_store(database_location(), clock) as store:
        key = store.pseudonym_key()
        window = Interval(now - 2 * YEAR, now + YEAR)
        keep_titles = request.keep_titles or settings.privacy.keep_titles
        context = replace(
            context_for(person, window, progress, keep_titles=keep_titles),
            pseudonym=lambda text: hmac.digest(key, text.encode(), hashlib.sha256).hex()[:24],
        )
        for location in calendars:
            yield _import_calendar(store, location, name, context, now)
        for location in exports:
            yield _import_export(store, location, name, replace(context, window=Interval(0, now + YEAR)))
    _remember(request)


def _import_calendar(store: Store, location: str, name: str | None, context: ReadContext, now: int) -> Imported:
    known = next((source for source in store.sources() if source.location == _place(location)), None)
    # Series are unrolled a year ahead, so a copy that never changes is fetched anew now and then all the same.
    fresh = known is not None and now - known.imported_at < QUARTER
    validators = Validators(known.etag, known.last_modified) if known and fresh else None
    reading = read_calendar(location, context, validators)
    digest = _digest(reading.digest, context)
    if known and reading.unchanged:
        store.confirm_calendar(known.name, [Interval(known.imported_at, now)])
        return Imported(location, known.name, ImportResult(Outcome.UNCHANGED, kept=known.events), ())
    if known and fresh and known.digest == digest and "://" not in location:
        return Imported(location, known.name, ImportResult(Outcome.UNCHANGED, kept=known.events), reading.skipped)
    source = name or reading.name or _COPY.sub("", Path(location).stem) or "calendar"
    taken = store.calendar_source(source)
    if not name and taken and not _same_calendar(taken, location):
        source = f"{source} ({Path(location).stem})"
    result = store.replace_calendar(
        source,
        location=_place(location),
        events=reading.events,
        # What lies ahead may still change, so it has not been observed.
        observed=intersect(reading.observed, [Interval(0, now)]),
        skipped=reading.skipped,
        digest=digest,
        etag=reading.validators.etag,
        last_modified=reading.validators.last_modified,
        written_at=reading.written_at,
    )
    return Imported(location, source, result, reading.skipped)


def _digest(content: str, context: ReadContext) -> str:
    """Return what tells one import from another: the content, whose eyes it was read with, and what was kept."""
    return hashlib.sha256(f"{content} {context.email} {context.zone.key} {context.keep_titles}".encode()).hexdigest()


def _same_calendar(taken: Source, location: str) -> bool:
    """Tell whether a stored calendar and this file are copies of one: same place, or same name but for "(1)"."""
    return taken.location == _place(location) or _COPY.sub("", Path(taken.location).stem) == _COPY.sub(
        "", Path(location).stem
    )


def _place(location: str) -> str:
    return location if "://" in location else str(Path(location).expanduser().resolve())


def _import_export(store: Store, location: str, name: str | None, context: ReadContext) -> Imported:
    reading = read_slack_export(Path(location).expanduser(), context)
    source = name or "Slack"
    result = store.add_activity(
        source,
        location=_place(location),
        stream=reading.stream,
        observed=reading.observed,
        skipped=reading.skipped,
        digest=reading.digest,
    )
    return Imported(location, source, result, reading.skipped)


def _remember(request: Request) -> None:
    """Write the configuration from the options, where there is none yet."""
    given = {
        "email": request.me,
        "slack_user": request.slack_user,
        "zone": request.zone,
        "hours": request.hours,
        "holidays": request.holidays,
    }
    path = config_file()
    if path.exists() or not request.me:
        return
    lines = [f'{key} = "{value}"' for key, value in given.items() if value]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "# Written by the first import. Every setting: deepday config example\n\n[me]\n" + "\n".join(lines) + "\n"
    path.write_text(text, encoding="utf-8")
