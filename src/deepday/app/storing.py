"""Bringing files into the store, so that later commands need no files."""

import hashlib
import hmac
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deepday.app.leaving import leave_nothing
from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.app.sources import context_for, is_address, local_path, read_calendar, read_slack_export, shown
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings, parse_settings, toml_value
from deepday.config.paths import config_file, data_folder, database_location, key_file
from deepday.connect import CalendarReading, Progress, ReadContext, Validators
from deepday.errors import DeepdayError, InputError, NotEnoughDataError
from deepday.model import Interval, Skipped, intersect
from deepday.store.repository import Store, open_store
from deepday.store.rows import ImportResult, Outcome

YEAR = 366 * 86_400
QUARTER = YEAR // 4
_COPY = re.compile(r"\s*(\(\d+\)|[-_ ]copy)$", re.IGNORECASE)  # "calendar (1)" is a newer "calendar"
_EXPORT_NAME = re.compile(r"(.+?) Slack export\b")
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
            "Run deepday connect and deepday sync; or deepday import FILE…; or give --calendar FILE and --slack-export "
            "PATH. To look around: deepday demo",
        )
    return open_store(database_location(), clock or SystemClock())


def pseudonyms(store: Store) -> Callable[[str], str]:
    """Return the function that turns the name of a conversation into its pseudonym in this store."""
    key = store.pseudonym_key()
    return lambda text: hmac.digest(key, text.encode(), hashlib.sha256).hex()[:24]


def is_slack_export(location: str) -> bool:
    """Tell whether a location looks like a Slack export (ZIP or folder) rather than a calendar."""
    path = local_path(location)
    try:
        if path.is_dir():
            return any(next(path.glob(pattern), None) for name in _EXPORT_FILES for pattern in (name, f"*/{name}"))
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except (OSError, ValueError):
        return False  # the calendar's reader says what is wrong with it


def imported_window(now: int) -> Interval:
    """Return the time of which entries are kept when a calendar is imported."""
    return Interval(now - 2 * YEAR, now + YEAR)


def import_files(
    request: Request, locations: Sequence[str], name: str | None, progress: Progress, clock: Clock | None = None
) -> Iterator[Imported]:
    """Import calendars and Slack exports one by one; what came before a failure stays imported.

    Calendars are read from two years before to one year after today. The first import writes the configuration from
    the options, so that later commands know whose week it is.
    """
    clock = clock or SystemClock()
    if not all(locations):
        raise InputError("A file's name is empty.", "Give the path of an .ics file or a Slack export.")
    configuration = settings_text(request)
    person = build_person(request, settings := load_settings())
    calendars = [*request.calendars, *(item for item in locations if not is_slack_export(item))]
    exports = [item for item in locations if is_slack_export(item)]
    if request.slack_export:
        exports.append(str(request.slack_export))
    if not calendars and not exports:
        raise InputError("Nothing to import: no file is given.", "Give an .ics file, a feed's URL, or a Slack export.")
    if name and len(calendars) + len(exports) > 1:
        raise InputError("--name names one source, but several files are given.", "Import them one at a time.")
    now = int(clock.now().timestamp())
    keep_titles = request.keep_titles or settings.privacy.keep_titles
    context = context_for(person, imported_window(now), progress, keep_titles=keep_titles)
    with open_store(database_location(), clock) as store:
        store.claim(person.email)
        remember_settings(configuration)
        context = replace(context, pseudonym=pseudonyms(store))
        for location in calendars:
            yield _import_calendar(store, location, name, context, now)
        for location in exports:
            yield _import_export(store, location, name, replace(context, window=Interval(0, now), silence=0))


def _import_calendar(store: Store, location: str, name: str | None, context: ReadContext, now: int) -> Imported:
    known = next((source for source in store.sources() if source.location == _place(location)), None)
    # Series are unrolled a year ahead, so a copy that never changes is fetched anew now and then all the same.
    fresh = known is not None and now - known.imported_at < QUARTER
    validators = Validators(known.etag, known.last_modified) if known and fresh else None
    reading = read_calendar(location, context, validators)
    digest = _digest(reading.digest, context)
    if known and reading.unchanged:
        store.confirm_calendar(known.name, [Interval(known.imported_at, now)])
        return Imported(shown(location), known.name, ImportResult(Outcome.UNCHANGED, kept=known.events), ())
    if known and fresh and known.digest == digest and not is_address(location):
        return Imported(location, known.name, ImportResult(Outcome.UNCHANGED, kept=known.events), reading.skipped)
    source = name or _calendar_name(store, location, reading)
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
    return Imported(shown(location), source, result, reading.skipped)


def _calendar_name(store: Store, location: str, reading: CalendarReading) -> str:
    """Return what to call a calendar: its own name, or its file's; another calendar of that name is not replaced.

    A copy of a calendar that is stored already comes from the same place, or has events in common with it.
    """
    place = shown(location)
    stem = _COPY.sub("", Path(place).stem) if not is_address(location) else place
    source = reading.name or stem or "calendar"
    taken = store.calendar_source(source)
    if taken is None or taken.location == _place(location):
        return source
    stored, new = store.uids(source), {event.uid for event in reading.events}
    if not taken.live and (stored & new or not stored or not new):
        return source
    return f"{source} ({local_path(location).resolve().parent.name}/{stem})" if stem != place else f"{source} ({place})"


def _digest(content: str, context: ReadContext) -> str:
    """Return what tells one import from another: the content, whose eyes it was read with, and what was kept."""
    return hashlib.sha256(f"{content} {context.email} {context.zone.key} {context.keep_titles}".encode()).hexdigest()


def _place(location: str) -> str:
    """Return what a source is found again by: a file's path, or a hash of an address, which is a secret."""
    if is_address(location):
        return f"{shown(location)} {hashlib.sha256(location.encode()).hexdigest()}"
    return str(local_path(location).resolve())


def _import_export(store: Store, location: str, name: str | None, context: ReadContext) -> Imported:
    reading = read_slack_export(Path(location), context)
    # Slack calls the file "My team Slack export Mar 1 2026 - Mar 31 2026".
    workspace = _EXPORT_NAME.match(Path(location).stem)
    source = name or (workspace[1] if workspace else "Slack")
    result = store.add_activity(
        source,
        location=_place(location),
        stream=reading.stream,
        observed=intersect(reading.observed, [context.window]),
        skipped=reading.skipped,
        digest=reading.digest,
        owner=context.slack_user or context.email,
    )
    return Imported(location, source, result, reading.skipped)


def settings_text(request: Request) -> str:
    """Return the settings that the options stand for, as TOML. Raises :class:`InputError` where they cannot be set."""
    holidays = request.holidays and (
        request.holidays.lower() if request.holidays.lower() == "none" else request.holidays.upper()
    )
    given = {
        "email": request.me,
        "slack_user": request.slack_user and request.slack_user.upper(),
        "zone": request.zone,
        "hours": request.hours,
        "holidays": holidays,
    }
    text = "[me]\n" + "".join(f"{key} = {toml_value(value)}\n" for key, value in given.items() if value is not None)
    parse_settings(text, "options")
    return text if request.me else ""


def unsaved(request: Request) -> str:
    """Say which options of an import differ from the settings, which only the first import writes."""
    me = load_settings().me
    given = {name: getattr(request, name) for name in ("slack_user", "zone", "hours", "holidays")}
    other = [
        name for name, value in given.items() if value is not None and value.lower() != str(getattr(me, name)).lower()
    ]
    if not other:
        return ""
    return f"Not saved: {', '.join(other)}. Later commands go by {config_file()}; change it there."


def remember_settings(configuration: str) -> None:
    """Write the configuration, where there is none yet."""
    path = config_file()
    if path.exists() or not configuration:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(
        f"# Written by the first import or connect. Every setting: deepday config example\n\n{configuration}",
        encoding="utf-8",
    )


def _erase_keys() -> list[Path]:
    """Delete the file of master keys, where the keyring has none of them: without tokens nothing opens with them."""
    keys = key_file()
    if not keys.exists():
        return []
    keys.unlink()
    return [keys]


def letters_folder() -> Path:
    """Return where the weekly letters on a trial are written."""
    return data_folder() / "letters"


def _erase_letters() -> list[Path]:
    folder = letters_folder()
    if not folder.exists():
        return []
    shutil.rmtree(folder)
    return [folder]


def erase_store(source: str | None, *, anyway: bool = False) -> list[str]:
    """Delete one source, or with ``None`` the whole store with its backups and letters, and say what was deleted.

    Raises :class:`NotEnoughDataError` where there is nothing to delete, and :class:`InputError` unless all shall be
    deleted ``anyway`` where something of ours is still in an account: only the store knows how to take it back.
    """
    with open_existing_store() as store:
        if source is None:
            if not anyway:
                leave_nothing(store, "deepday erase --anyway")
            return [*store.erase(), *map(str, (*_erase_keys(), *_erase_letters()))]
        if not store.forget(source):
            names = ", ".join(repr(item.name) for item in store.sources()) or "none"
            raise NotEnoughDataError(f"There is no source {source!r}.", f"Stored are: {names}.")
        return [source]


def prepare_store(clock: Clock) -> None:
    """Bring a store that exists up to date, with a copy of it beside it, before several threads open it.

    Raises :class:`DeepdayError` where it cannot be used.
    """
    with open_store(database_location(), clock) as store:
        store.sources()


def store_answers(clock: Clock | None = None) -> bool:
    """Tell whether the store can be read, or would be made: what a service needs to answer at all."""
    try:
        with open_store(database_location(), clock or SystemClock()) as store:
            store.sources()
    except DeepdayError:
        return False
    return True
