"""Reads the settings file. All that is wrong with it is said at once, each with its line and what to write instead."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deepday.config import paths
from deepday.config.acting import ACTING
from deepday.config.lines import line_of
from deepday.config.plan_settings import TeamFile
from deepday.config.settings import Settings, table_of
from deepday.config.table import Table
from deepday.errors import DeepdayError, InputError

_MAXIMUM_BYTES = 1_000_000
_last_good: dict[Path, Settings] = {}
_AT_LINE = re.compile(r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_EXPECTED = {
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "float_type": "must be a number",
    "date_type": "must be a date without quotes",
    "tuple_type": "must be a list, in square brackets",
    "model_type": "must be a table",
    "string_pattern_mismatch": "is not written as it should be",
    "missing": "is missing",
    "int_type": "must be a whole number",
    "literal_error": "must be {expected}",
    "extra_forbidden": "is no known name",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "finite_number": "must be a finite number",
}


def load_settings(path: Path | None = None) -> Settings:
    """Return the settings of that file, by default of :func:`deepday.config.paths.config_file`.

    Where this thread works for one of many people, theirs are in the database (:mod:`deepday.config.acting`).
    A missing file means the defaults. Raises :class:`InputError` that lists everything that is wrong, and
    :class:`DeepdayError` when the file cannot be read; within :func:`last_good`, those before hold instead.
    """
    acting = ACTING.get()
    if path is None and acting:
        return parse_settings(acting.settings, f"the settings of tenant {acting.tenant}")
    file = path or paths.config_file()
    held = _last_good.get(file) if path is None else None
    try:
        settings = parse_settings(read_text(file), str(file))
    except DeepdayError:
        if held is None:
            raise
        return held
    if held is not None:
        _last_good[file] = settings
    return settings


@contextmanager
def last_good() -> Iterator[Settings]:
    """While the context lasts, settings that are broken change nothing: the last ones that were right go on to hold.

    For a service: whoever edits a file saves it half done now and then. Raises as :func:`load_settings` does where they
    are wrong to begin with.
    """
    file = paths.config_file()
    settings = _last_good[file] = load_settings()
    try:
        yield settings
    finally:
        _last_good.pop(file, None)


def settings_problem() -> DeepdayError | None:
    """Return what is wrong with the settings file as it is now, if anything."""
    file = paths.config_file()
    try:
        parse_settings(read_text(file), str(file))
    except DeepdayError as error:
        return error
    return None


def parse_settings(text: str, file: str) -> Settings:
    """Read the TOML text; ``file`` is how it is called in what is said of it. Raises :class:`InputError` as above."""
    return parse_table(Settings, text, file)


def load_team(path: Path) -> TeamFile:
    """Return the team file. Raises as :func:`load_settings`, and for a file that is not there or names nobody."""
    if not path.is_file():
        raise InputError(f"There is no team file {path}.", "Check the path; the README shows what such a file holds.")
    team = parse_table(TeamFile, read_text(path), str(path))
    if not team.person:
        raise InputError(
            f"The team file {path} names nobody.", "Add a [[person]] with email, zone and calendars for each."
        )
    return team


_Kind = TypeVar("_Kind", bound=Table)


def parse_table(kind: type[_Kind], text: str, file: str) -> _Kind:
    """Read the TOML text as that table; the rest as in :func:`parse_settings`."""
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        match = _AT_LINE.match(str(error))
        what = match["what"] if match else str(error)
        line = int(match["line"]) if match and match["line"] else len(text.splitlines()) or 1
        raise InputError(f"{file}:{line}: {what}.", "Correct that line; texts stand in quotes, dates do not.") from None
    except ValidationError as error:
        problems = sorted({_problem(kind, text, detail) for detail in error.errors()})
        said = "\n".join(f"{file}:{line}: {name}: {what}" for line, name, what in problems)
        advice = "Correct that line and run this again." if len(problems) == 1 else "Correct these and run this again."
        raise InputError(said, advice) from None


def read_text(file: Path) -> str:
    """Return a settings file, empty where there is none. Raises as :func:`load_settings`."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise DeepdayError(
            f"The settings {file} cannot be read: {error.strerror}.", "Check who may read them."
        ) from error
    if len(content) > _MAXIMUM_BYTES:
        raise InputError(
            f"The settings {file} are larger than 1 MB.", "Is it the right file? Settings are a page long."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{file}:{line}: There is something that is no UTF-8.", "Save the file as UTF-8.") from None


def _problem(kind: type[Table], text: str, detail: ErrorDetails) -> tuple[int, str, str]:
    location = detail["loc"]
    name = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    return line_of(text, location), name or "settings", _sentence(kind, detail)


def _sentence(root: type[Table], detail: ErrorDetails) -> str:
    kind, location = detail["type"], detail["loc"]
    if kind == "extra_forbidden":
        return _unknown(str(location[-1]), _table_at(root, location[:-1]))
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    expected = expectation(detail)
    field = _table_at(root, location[:-1]).model_fields.get(str(location[-1]))
    if field is None or not field.examples:
        return f"{expected}."
    return f"{expected}, for example {toml_value(field.examples[0])}."


def expectation(detail: ErrorDetails) -> str:
    """Return what a value should have been, in words to follow its name."""
    return _EXPECTED.get(detail["type"], detail["msg"]).format_map(detail.get("ctx", {}))


def _unknown(name: str, table: type[Table]) -> str:
    near = difflib.get_close_matches(name, table.model_fields, n=1)
    advice = f"did you mean {near[0]}?" if near else f"known here are {', '.join(table.model_fields)}."
    return f"there is no such setting; {advice}"


def _table_at(root: type[Table], location: tuple[str | int, ...]) -> type[Table]:
    table = root
    for part in location:
        if isinstance(part, str):
            table = table_of(table.model_fields[part]) or table
    return table


def toml_value(value: Any) -> str:
    """Write a value as TOML does: text, number, flag, date, list or inline table."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | float) else str(value)
