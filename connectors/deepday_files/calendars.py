"""Readers of calendars: a file, a folder of files, a feed."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from deepday.connect import CalendarReading, ReadContext, Validators
from deepday.connect.ics.content import MOST_BYTES
from deepday.connect.ics.reading import FileReading, read_calendar
from deepday.connect.skips import skip
from deepday.errors import InputError
from deepday.model import CalendarEvent, Skipped

_SCHEMES = {"http", "https", "webcal", "webcals"}
_EXPORT = "Give the path of an .ics file that your calendar exported, a folder of them, or an http(s) address."


def is_address(location: str) -> bool:
    """Whether the location is a feed rather than a path."""
    scheme, separator, _ = location.partition("://")
    return bool(separator) and scheme.strip().lower() in _SCHEMES


@dataclass(frozen=True, slots=True)
class CalendarFiles:
    """Reads an .ics file, or all .ics files below a folder as one calendar."""

    location: str

    def read_events(self, context: ReadContext) -> CalendarReading:
        """Read the calendar; see :class:`deepday.connect.CalendarFileReader`.

        Of a folder a file that is no calendar is skipped. Raises :class:`InputError` when nothing is left, and for a
        single file that is missing, forbidden, too large or no calendar.
        """
        path = Path(self.location)
        if not path.is_dir():
            data = _read(path, self.location)
            return _reading([(read_calendar(data, self.location, context), hashlib.sha256(data).hexdigest())], context)
        names = sorted(name for name in path.rglob("*") if name.suffix.lower() == ".ics" and name.is_file())
        if not names:
            raise InputError(f"The folder {self.location} has no .ics file in it.", _EXPORT)
        readings: list[tuple[FileReading, str]] = []
        broken: list[Skipped] = []
        for name in names:
            source = str(Path(self.location) / name.relative_to(path))
            try:
                data = _read(name, source)
                readings.append((read_calendar(data, source, context), hashlib.sha256(data).hexdigest()))
            except InputError as error:
                broken.append(skip(source, "file", error.what))
        if not readings:
            raise InputError(f"None of the .ics files in {self.location} can be read. {broken[0].reason}", _EXPORT)
        return _reading(readings, context, broken)


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """Reads a calendar from an http, https or webcal address; the address is a secret and is shown nowhere."""

    address: str
    known: Validators

    def read_events(self, context: ReadContext) -> CalendarReading:
        """Fetch and read the calendar; see :class:`deepday.connect.CalendarFileReader`.

        Raises :class:`InputError` when the address or what it answers is wrong, :class:`DeepdayError` when it may
        work later.
        """
        from deepday_files.feed import fetch, shown  # noqa: PLC0415 - files need no HTTP client

        source = shown(self.address)
        context.progress(f"Fetching {source}", 0, 0)
        answer = fetch(self.address, self.known)
        if answer.unchanged:
            return CalendarReading((), (), validators=answer.validators, unchanged=True)
        digest = hashlib.sha256(answer.data).hexdigest()
        return _reading([(read_calendar(answer.data, source, context), digest)], context, validators=answer.validators)


def _reading(
    readings: list[tuple[FileReading, str]],
    context: ReadContext,
    broken: list[Skipped] | None = None,
    validators: Validators | None = None,
) -> CalendarReading:
    """Put what several files say into one reading."""
    names = {reading.name for reading, _ in readings}
    digests = [digest for _, digest in readings]
    events: list[CalendarEvent] = [event for reading, _ in readings for event in reading.events]
    return CalendarReading(
        events=tuple(events),
        observed=(context.window,),
        skipped=(*(broken or ()), *(one for reading, _ in readings for one in reading.skipped)),
        name=names.pop() if len(names) == 1 else "",
        written_at=max(reading.written_at for reading, _ in readings),
        digest=digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest(),
        validators=validators or Validators(),
        total=sum(reading.total for reading, _ in readings),
    )


def _read(path: Path, shown: str) -> bytes:
    """Return the bytes of a file, or raise :class:`InputError`; ``shown`` is how the user named it."""
    try:
        if not path.exists():
            raise InputError(f"{shown} does not exist.", _EXPORT)
        if not path.is_file():
            raise InputError(f"{shown} is no regular file.", _EXPORT)
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except PermissionError:
        raise InputError(f"{shown} may not be read by you.", "Change its permissions, or export it again.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{shown} cannot be read ({error.__class__.__name__}).", _EXPORT) from error
    if len(data) > MOST_BYTES:
        advice = "Export a shorter time, or split the calendar into several files in one folder."
        raise InputError(f"{shown} is larger than {MOST_BYTES // 1_000_000} MB.", advice)
    return data
