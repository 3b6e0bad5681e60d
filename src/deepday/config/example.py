"""Writes the example file and the JSON Schema from the settings, so that neither can drift from them.

``python -m deepday.config.example FOLDER`` writes both into the folder.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from deepday.config.load import toml_value
from deepday.config.settings import Settings, table_of
from deepday.config.table import Table

EXAMPLE = "deepday.example.toml"
SCHEMA = "deepday.schema.json"
_HEAD = """\
# deepday: settings. Nothing here needs to be set: what stands behind a "#" without a space is the default, or an
# example where there is none. Take the "#" away to set it.
"""
_WIDTH = 100


def example_toml() -> str:
    """Return a settings file in which every setting is explained and commented out."""
    return "\n".join([_HEAD, *(line for name, field in Settings.model_fields.items() for line in _table(name, field))])


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the settings file."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()}
    return dict(to_jsonable_python(schema))  # the examples hold dates


def write_files(folder: Path) -> None:
    """Write both files into the folder."""
    (folder / EXAMPLE).write_text(example_toml(), encoding="utf-8", newline="\n")
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    (folder / SCHEMA).write_text(f"{schema}\n", encoding="utf-8", newline="\n")


def _table(name: str, field: FieldInfo) -> Iterator[str]:
    many = field.annotation is not table_of(field)
    yield from _comment(str(field.description))
    yield f"#[[{name}]]" if many else f"[{name}]"
    yield ""
    table = table_of(field)
    settings = table.model_fields if table else {}
    inner = {key: setting for key, setting in settings.items() if _is_table(setting)}
    for key, setting in settings.items():
        if key not in inner:
            yield from _setting(key, setting)
            yield ""
    for key, setting in inner.items():
        yield from _table(f"{name}.{key}", setting)


def _is_table(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, Table)


def _setting(name: str, field: FieldInfo) -> Iterator[str]:
    example = toml_value((field.examples or [""])[0])
    default = None if field.is_required() or field.default in {None, ()} else toml_value(field.default)
    unit = field.json_schema_extra.get("unit") if isinstance(field.json_schema_extra, dict) else None
    yield from _comment(str(field.description))
    if unit is not None:
        yield f"# Unit: {unit}."
    if default is not None:
        yield f"# Default: {default}. Another example: {example}"
    elif field.is_required():
        yield "# Must be given."
    yield f"#{name} = {default or example}"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, _WIDTH)]


if __name__ == "__main__":
    write_files(Path(sys.argv[1]))
