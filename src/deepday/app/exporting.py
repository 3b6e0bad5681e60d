"""All that is kept about a person, in one archive that other programs can read."""

import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deepday.app.accounts import Accounts, opened_accounts
from deepday.app.storing import open_existing_store
from deepday.clock import Clock
from deepday.config.load import read_text
from deepday.config.paths import config_file
from deepday.errors import DeepdayError, InputError

SCHEMA = "deepday.export/1"
_LEFT_OUT = ("tokens of accounts, and keys", "the options that deepday plan was last called with")


@dataclass(frozen=True, slots=True)
class Exported:
    """The archive, how many rows there are in each of its files, and what is not in it, in words."""

    file: Path
    rows: Mapping[str, int]
    left_out: tuple[str, ...]


def export(file: Path, clock: Clock) -> Exported:
    """Write a ZIP file with everything: each table as JSON lines, what is sealed opened, and the settings.

    Raises :class:`NotEnoughDataError` where nothing is kept, and :class:`InputError` where the file exists or cannot be
    written. No file is left where it fails.
    """
    open_existing_store(clock).close()
    with new_archive(file) as archive:
        return _written(file, archive, clock)


@contextmanager
def new_archive(file: Path) -> Iterator[zipfile.ZipFile]:
    """Give a new ZIP file that only its owner may read; none is left where the block raises.

    Raises :class:`InputError` where the file exists or cannot be written.
    """
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", "Name another file.") from None
    try:
        with os.fdopen(handle, "wb") as opened, zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
            yield archive
    except BaseException:
        file.unlink()
        raise


def put_rows(archive: zipfile.ZipFile, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add a file of JSON lines, and return how many."""
    number = 0
    with archive.open(f"{name}.jsonl", "w") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace") + b"\n")
            number += 1
    return number


def _written(file: Path, archive: zipfile.ZipFile, clock: Clock) -> Exported:
    counted: dict[str, int] = {}
    left_out = list(_LEFT_OUT)

    with opened_accounts(clock) as accounts:
        for table, rows in accounts.store.everything():
            counted[f"tables/{table}"] = put_rows(archive, f"tables/{table}", rows)
        for name, opened in (("case", _case), ("request_texts", _texts), ("before_us", _baselines)):
            try:
                counted[f"opened/{name}"] = put_rows(archive, f"opened/{name}", opened(accounts))
            except DeepdayError as error:  # a key that was lost must not keep the rest from its owner
                left_out.append(f"{name.replace('_', ' ')}: {error.what}")
    archive.writestr("deepday.toml", read_text(config_file()))
    manifest = {"schema": SCHEMA, "at": clock.now().isoformat(), "rows": counted, "left_out": left_out}
    archive.writestr("manifest.json", json.dumps(manifest, indent=2))
    return Exported(file, counted, tuple(left_out))


def _case(accounts: Accounts) -> list[dict[str, Any]]:
    """Return the notes and tasks of the case."""
    book = accounts.case()
    notes = [{"kind": "note", "date": date.fromordinal(at).isoformat(), **values} for at, values in book.notes()]
    tasks, name = book.tasks()
    return [*notes, *({"kind": "task", "list": name, **task} for task in tasks)]


def _texts(accounts: Accounts) -> list[dict[str, Any]]:
    """Return what was asked in urgent requests, as far as it is kept."""
    urgent = accounts.urgent(0)
    ids = [row["id"] for name, rows in accounts.store.everything() if name == "request" for row in rows]
    return [{"request": one, "text": text} for one in ids if (text := urgent.text(one))]


def _baselines(accounts: Accounts) -> list[dict[str, Any]]:
    """Return what people had set before deepday did, where it is still to be put back."""
    protecting = accounts.protecting()
    slots = [slot for person in protecting.people() for slot in protecting.known(person).slots]
    return [{**asdict(one.target), "before": asdict(one.baseline)} for one in slots if one.baseline is not None]
