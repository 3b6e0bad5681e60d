"""Finds the line on which a setting stands, since the standard library's TOML reader does not say."""

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

Location = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      (?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\])*" | '[^']*')
    | (?P<comment>\#[^\n]*)
    | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<comma>,) | (?P<equals>=) | (?P<newline>\n)
    | (?P<space>[ \t\r]+)
    | (?P<bare>[^\s\#\[\]{},="']+)
    """,
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def line_of(text: str, location: Location) -> int:
    """Return the line (from 1) of the setting at that location, or of what is nearest above it; 1 if there is nothing.

    ``location`` is like ``("me", "zone")`` or ``("trips", 0, "first")``. ``text`` must be valid TOML.
    """
    known = lines(text)
    return next((known[location[:length]] for length in range(len(location), 0, -1) if location[:length] in known), 1)


def lines(text: str) -> dict[Location, int]:
    """Return the line of every table, key and element of a list, by location; the first where several belong to one."""
    found: dict[Location, int] = {}
    counts: dict[Location, int] = {}
    table: Location = ()
    for statement in _statements(text):
        equals = next((place for place, token in enumerate(statement) if token.kind == "equals"), None)
        if equals is not None and statement[0].kind != "open":
            location = table + _keys(statement[:equals])
            _note(found, location, statement[0].line)
            for element, line in enumerate(_elements(statement[equals + 1 :])):
                found[*location, element] = line
            continue
        table = ()
        keys = _keys(statement)
        for key in keys:  # a table below a list of tables belongs to the last of them
            table += (key, counts[*table, key] - 1) if (*table, key) in counts else (key,)
        if statement[1].kind == "open":
            name = table if isinstance(table[-1], str) else table[:-1]
            table = (*name, counts.get(name, 0))
            counts[name] = counts.get(name, 0) + 1
        _note(found, table, statement[0].line)
    return found


def _note(found: dict[Location, int], location: Location, line: int) -> None:
    for length in range(1, len(location) + 1):
        found.setdefault(location[:length], line)


def _statements(text: str) -> Iterator[list[_Token]]:
    """Cut the text at the ends of lines that lie in no text and in no bracket."""
    statement: list[_Token] = []
    depth, line = 0, 1
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        depth += (kind == "open") - (kind == "close")
        if kind not in {"newline", "space", "comment"}:
            statement.append(_Token(kind, match[0], line))
        line += match[0].count("\n")
        if kind == "newline" and depth == 0 and statement:
            yield statement
            statement = []
    if statement:
        yield statement


def _keys(tokens: list[_Token]) -> Location:
    written = "".join(token.text for token in tokens if token.kind in {"text", "bare"})
    keys: list[str | int] = []
    value: object = tomllib.loads(f"{written} = 0")
    while isinstance(value, dict):
        (key,) = value
        keys.append(key)
        value = value[key]
    return tuple(keys)


def _elements(value: list[_Token]) -> Iterator[int]:
    """Give the line on which each element of a list begins."""
    if value[0].text != "[":
        return
    depth, begins = 0, False
    for token in value:
        if begins and token.kind != "close":
            yield token.line
            begins = False
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 1 and (token.kind == "comma" or token is value[0]):
            begins = True
