"""What was agreed, written down and read again; texts and templates of the user's own."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from deepday.app.agreed import agreement_file, find_agreement
from deepday.app.case_making import proposed, write_private
from deepday.app.period import parse_dates
from deepday.config.agreement_settings import AgreementSettings, agreement_of, agreement_to_toml, settings_of
from deepday.config.load import expectation, load_settings, read_text
from deepday.errors import InputError, NotEnoughDataError
from deepday.report.case_context import PLACEHOLDERS
from deepday.report.case_text import FOLDER, check_folder, template_names

_DATES = ("start", "check_in", "agreed_on")


def read_or_write(file: Path | None, given: Mapping[str, Any], *, write: bool) -> tuple[Path | None, list[str]]:
    """Return the file of the agreement to show, and what to say of it.

    ``given``: what to change, as the file calls it, dates as typed; an empty one takes the date away. With ``write``
    the file is written, what was in it kept otherwise. Raises :class:`InputError` for what cannot be agreed, and
    :class:`NotEnoughDataError` where there is nothing to show.
    """
    settings = load_settings()
    path = agreement_file(file, settings)
    if given and not write:
        raise InputError("What is given would change nothing.", "Add --write to write it down.")
    if not write:
        if not path.is_file():
            if file is not None:
                find_agreement(file, settings)
            raise NotEnoughDataError(
                f"Nothing was written down yet in {path}.", "Write a proposal: deepday case agreement --write"
            )
        return file, [str(path)]
    before = find_agreement(path, settings) if path.is_file() else None
    values = settings_of(before or proposed(settings)).model_dump()
    values |= {name: _date(value) if name in _DATES else value for name, value in given.items()}
    try:
        agreement = agreement_of(AgreementSettings.model_validate(values))
    except ValidationError as error:
        said = "\n".join(f"{detail['loc'][0]}: {expectation(detail)}." for detail in error.errors())
        raise InputError(said, "Correct that option.") from None
    write_private(path, lambda: agreement_to_toml(agreement))
    kind = "what was agreed" if agreement.agreed else "a proposal"
    return path, [f"Wrote {path}: {kind}. Everything in it can be changed there, and is checked when it is read."]


def _date(text: str) -> date | None:
    return parse_dates(text)[0] if text else None


def read_own_text(path: Path) -> str:
    """Return a text of the user's own. Raises :class:`InputError` where it cannot be read."""
    if not path.is_file():
        raise InputError(f"There is no file {path}.", "Check the path.")
    return read_text(path)


def copy_templates(folder: Path) -> Iterator[Path]:
    """Copy all templates into a folder, and give each path. What is there already is never written over.

    Raises :class:`InputError` where a file of that name is there, or the folder cannot be written.
    """
    taken = [name for name in template_names() if (folder / name).exists()]
    if taken:
        raise InputError(
            f"{folder / taken[0]} is there already.", "Choose an empty folder, or move your templates away."
        )
    for name in template_names():
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(FOLDER / name, target)
        except OSError as error:
            raise InputError(f"{target} cannot be written: {error.strerror}.", "Choose another folder.") from None
        yield target


def check_templates(folder: Path) -> str:
    """Return that the templates are all right. Raises :class:`InputError` with everything that is wrong."""
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", "Make one: deepday case templates --copy FOLDER")
    problems = check_folder(folder, frozenset(PLACEHOLDERS))
    if problems:
        raise InputError("\n".join(problems), "Correct these; deepday case templates lists all placeholders.")
    count = sum(path.is_file() for path in folder.rglob("*"))
    if not count:
        raise NotEnoughDataError(f"{folder} holds no templates.", "Fill it: deepday case templates --copy FOLDER")
    return f"{count} templates, all placeholders known."
