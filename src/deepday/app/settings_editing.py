"""Changes single settings in the file, and leaves the rest as somebody wrote it: comments, order, spaces."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from deepday.config.load import expectation, parse_settings
from deepday.config.paths import config_file
from deepday.config.settings import Settings, table_of
from deepday.connect.private_file import write_private
from deepday.errors import ConflictError, InputError

TABLES = ("me", "measure", "plan", "protect", "serve", "privacy")
"""The tables whose plain values can be changed one by one. Lists of tables, and texts with placeholders, are for an
editor."""

_FIXED = frozenset({"email"})


class Shape(StrEnum):
    """How a value is written."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that can be changed: where it stands, what it means, what it is now, what it may be.

    ``value`` is text, as it is typed; empty where nothing is set. ``fixed``: it cannot be changed any more.
    """

    table: str
    name: str
    words: str
    unit: str
    shape: Shape
    value: str
    chosen: tuple[str, ...]
    choices: tuple[str, ...]
    default: str
    fixed: bool

    @property
    def key(self) -> str:
        """The name in forms."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value, in words to follow its name."""

    key: str
    words: str


def changeable(settings: Settings) -> dict[str, tuple[str, list[Setting]]]:
    """Return the settings that can be changed, by table, with what each table is about."""
    found = {}
    for name in TABLES:
        field = Settings.model_fields[name]
        table = table_of(field)
        if table is not None:
            now = getattr(settings, name)
            rows = [_setting(name, key, one, getattr(now, key)) for key, one in table.model_fields.items()]
            found[name] = (str(field.description), [row for row in rows if row is not None])
    return found


def _setting(table: str, name: str, field: FieldInfo, value: Any) -> Setting | None:
    shape, choices = _shape(field)
    if shape is None:
        return None
    extra = field.json_schema_extra
    return Setting(
        table=table,
        name=name,
        words=str(field.description),
        unit=str(extra.get("unit", "")) if isinstance(extra, dict) else "",
        shape=shape,
        value=_written(value),
        chosen=tuple(map(str, value)) if shape is Shape.MANY else (),
        choices=choices,
        default=_written(field.default),
        fixed=name in _FIXED and value is not None,
    )


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _shape(field: FieldInfo) -> tuple[Shape | None, tuple[str, ...]]:
    kinds = set(_plain(field.annotation)) - {type(None)}
    if len(kinds) != 1:
        return None, ()
    [kind] = kinds
    if get_origin(kind) is Literal:
        return Shape.CHOICE, tuple(map(str, get_args(kind)))
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return (Shape.MANY, tuple(map(str, get_args(inner)))) if get_origin(inner) is Literal else (None, ())
    shapes: dict[Any, Shape] = {bool: Shape.SWITCH, int: Shape.NUMBER, float: Shape.NUMBER, str: Shape.TEXT}
    return shapes.get(kind), ()


def _plain(annotation: Any) -> Iterator[Any]:
    """Yield what a value may be, without what only checks it."""
    if hasattr(annotation, "__metadata__"):
        yield from _plain(annotation.__origin__)
    elif get_origin(annotation) in {Literal, tuple} or not get_args(annotation):
        yield annotation
    else:
        for one in get_args(annotation):
            yield from _plain(one)


def change(given: Mapping[str, tuple[str, ...]], seen: str) -> list[Problem]:
    """Write the values that differ from what holds, all of them or none; return what is wrong with them.

    ``given``: what was typed, by the setting's key; a value that is empty is taken out of the file. ``seen``: the
    fingerprint of the file that was looked at (:func:`fingerprint`). Raises :class:`ConflictError` when the file is
    another one now, :class:`InputError` when it cannot be read or written.
    """
    import tomlkit  # noqa: PLC0415 - only who edits waits for it

    text = _text()
    if fingerprint() != seen:
        raise ConflictError("The settings were changed meanwhile.", "Look at them again, then change them.")
    settings = parse_settings(text, str(config_file()))
    known = {one.key: one for _, rows in changeable(settings).values() for one in rows if not one.fixed}
    document = tomlkit.parse(text)
    problems = []
    for key, typed in given.items():
        if key not in known or not _differs(known[key], typed):
            continue
        one = known[key]
        value = _read(one, typed)
        if isinstance(value, Problem):
            problems.append(value)
        elif value is None:
            document.get(one.table, {}).pop(one.name, None)
        else:
            document.setdefault(one.table, tomlkit.table())[one.name] = value
    written = tomlkit.dumps(document)
    problems = problems or _problems(written)
    if not problems and written != text:
        write_private(config_file(), written.encode())
    return problems


def _differs(one: Setting, typed: tuple[str, ...]) -> bool:
    return typed != one.chosen if one.shape is Shape.MANY else "".join(typed) != one.value


def _read(one: Setting, typed: tuple[str, ...]) -> Any:
    """Return the value as the file has it; ``None`` for none, a problem for what cannot be."""
    text = "".join(typed)
    if one.shape is Shape.MANY:
        return list(typed)
    if one.shape is Shape.SWITCH:
        return text == "yes"
    if one.shape is Shape.NUMBER and text:
        try:
            number = float(text)
        except ValueError:
            return Problem(one.key, "must be a number.")
        return int(number) if number.is_integer() else number
    return text or None


def _problems(text: str) -> list[Problem]:
    try:
        Settings.model_validate(tomllib.loads(text))
    except ValidationError as error:
        return [_problem(detail) for detail in error.errors()]
    return []


def _problem(detail: Any) -> Problem:
    key = ".".join(str(part) for part in detail["loc"][:2])
    words = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else f"{expectation(detail)}."
    return Problem(key, words)


def fingerprint() -> str:
    """Return what tells this state of the file from another."""
    import hashlib  # noqa: PLC0415 - same

    return hashlib.sha256(_text().encode()).hexdigest()


def _text() -> str:
    path = config_file()
    try:
        return path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError):
        raise InputError(f"The settings {path} cannot be read.", "Check who may read them.") from None
