"""Copies of the trial's templates, for users to change."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from deepday.errors import InputError


def copy_templates(folder: Path) -> Iterator[Path]:
    """Copy every template of the trial into the folder, and give each path. Raises :class:`InputError` for a clash."""
    for found in sorted(files("deepday.report").joinpath("templates/trial").iterdir(), key=lambda one: one.name):
        path = folder / found.name
        if path.exists():
            raise InputError(f"{path} is there already.", "Move it away, or choose another folder.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(found.read_text(encoding="utf-8"), encoding="utf-8")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from None
        yield path
