"""The reference pages, made from the commands and the settings themselves.

``python -m tests.repo.reference`` rewrites ``docs/reference``; a test compares.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.cli import get_docs_for_click

from deepday.cli.main import app
from deepday.config.example import json_schema

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference"


def commands() -> str:
    """Return the page of all commands."""
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="deepday", title="Commands")
    return f"{text.rstrip()}\n"


def settings() -> str:
    """Return the page of all settings."""
    schema = json_schema()
    head = "# Settings\n\nOne TOML file, at the place that `deepday config path` names. Nothing needs to be set.\n"
    return "\n".join(
        [head, *(line for name, one in schema["properties"].items() for line in _table(schema, name, one))]
    )


def _table(schema: dict[str, Any], name: str, one: dict[str, Any]) -> Iterator[str]:
    many = one.get("type") == "array"
    found = _resolved(schema, one["items"] if many else one)
    yield f"## {f'[[{name}]]' if many else f'[{name}]'}\n"
    yield f"{one.get('description', found.get('description', ''))}\n"
    inner = {key: it for key, it in found["properties"].items() if _is_table(schema, it)}
    yield "| setting | meaning | unit | default |\n|---|---|---|---|"
    for key, it in found["properties"].items():
        if key not in inner:
            default = it.get("default")
            shown = (
                ""
                if default in (None, "", [])
                else f"`{str(default).lower() if default in (True, False) else default}`"
            )
            needed = "must be given" if key in found.get("required", []) else shown
            meaning = re.sub(r"\s+", " ", it.get("description", "")).replace("|", "\\|")
            yield f"| `{key}` | {meaning} | {it.get('unit', '')} | {needed} |"
    yield ""
    for key, it in inner.items():
        yield from _table(schema, f"{name}.{key}", it)


def _is_table(schema: dict[str, Any], one: dict[str, Any]) -> bool:
    return "properties" in _resolved(schema, one.get("items", one))


def _resolved(schema: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    reference = one.get("$ref") or next((it["$ref"] for it in one.get("allOf", ()) if "$ref" in it), "")
    if not reference:
        return one
    found = schema["$defs"][reference.rsplit("/", 1)[-1]]
    return dict(found)


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    (PAGES / "commands.md").write_text(commands(), encoding="utf-8", newline="\n")
    (PAGES / "settings.md").write_text(settings(), encoding="utf-8", newline="\n")
