"""OData query options on events: $select, $filter, $orderby, $expand, $top, $skip."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlencode

from deepday_sandbox.microsoft.calls import LARGEST_PAGE, Call
from deepday_sandbox.microsoft.errors import GraphError
from deepday_sandbox.microsoft.events import ON_REQUEST
from deepday_sandbox.microsoft.series import Item, extras
from deepday_sandbox.microsoft.zones import instant
from deepday_sandbox.office.calendars import Calendar

PROPERTY: Final = re.compile(
    r"^(String|Integer|Boolean|SystemTime|CLSID|Long|Double) "
    r"(\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}) (Name .+|Id 0x[0-9A-Fa-f]+)$"
)
_TEXT: Final = r"'((?:[^']|'')*)'"
_ANY: Final = re.compile(
    rf"^singleValueExtendedProperties/any\(\s*(\w+)\s*:\s*\1/id eq {_TEXT} and \1/value eq {_TEXT}\s*\)$", re.IGNORECASE
)
_TIME: Final = re.compile(rf"^(start|end)/dateTime (ge|gt|le|lt|eq) {_TEXT}$")
_SAME: Final = re.compile(rf"^(subject|type|showAs|sensitivity|iCalUId|seriesMasterId) (eq|ne) {_TEXT}$")
_TRUTH: Final = re.compile(r"^(isAllDay|isCancelled|isOrganizer) eq (true|false)$")
_EXPAND: Final = re.compile(rf"^singleValueExtendedProperties\(\$filter=(id eq {_TEXT}(?: or id eq {_TEXT})*)\)$")
_SPLIT: Final = re.compile(r"\s+and\s+(?![^(]*\))", re.IGNORECASE)
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "ge": lambda one, other: one >= other,
    "gt": lambda one, other: one > other,
    "le": lambda one, other: one <= other,
    "lt": lambda one, other: one < other,
    "eq": lambda one, other: one == other,
}
Row = tuple[Item, dict[str, Any]]


def property_key(name: str) -> str:
    """Return an extended property's id with what does not depend on case folded; the name itself does.

    Raises :class:`GraphError` for a malformed id.
    """
    match = PROPERTY.match(name)
    if match is None:
        raise GraphError(400, "ErrorInvalidPropertyId", f"The property ID '{name}' is not valid.")
    return f"{match[1].casefold()} {match[2].casefold()} {match[3]}"


def passing(text: str, rows: list[Row]) -> list[Row]:
    """Return the rows that a $filter lets through. Raises :class:`GraphError` for one that is not understood."""
    for term in _SPLIT.split(text.strip()) if text else []:
        test = _test(term.strip())
        rows = [row for row in rows if test(row)]
    return rows


def calendars_passing(text: str, calendars: list[Calendar]) -> list[Calendar]:
    """Return the calendars that a $filter lets through: one on an extended property, or none."""
    if not text:
        return calendars
    match = _ANY.match(text.strip())
    if match is None:
        raise GraphError(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    key, value = property_key(_unquoted(match[2])), _unquoted(match[3])
    return [one for one in calendars if one.extra.get("graph", {}).get("properties", {}).get(key, ("", ""))[1] == value]


def _test(term: str) -> Callable[[Row], bool]:
    if match := _ANY.match(term):
        key, value = property_key(_unquoted(match[2])), _unquoted(match[3])
        return lambda row: extras(row[0].entry).get("properties", {}).get(key, ("", None))[1] == value
    if match := _TIME.match(term):
        which, compare, at = match[1], _COMPARE[match[2]], instant(match[3], "$filter")
        return lambda row: compare(row[0].first if which == "start" else row[0].last, at)
    if match := _SAME.match(term):
        name, equal, value = match[1], match[2] == "eq", _unquoted(match[3])
        return lambda row: (str(row[1].get(name)).casefold() == value.casefold()) is equal
    if match := _TRUTH.match(term):
        name, truth = match[1], match[2] == "true"
        return lambda row: row[1][name] is truth
    raise GraphError(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")


def _unquoted(text: str) -> str:
    return text.replace("''", "'")


def ordered(text: str, rows: list[Row]) -> list[Row]:
    """Return the rows in the order of $orderby. Raises :class:`GraphError` for one that is not understood."""
    for part in reversed(text.split(",") if text else []):
        name, _, direction = part.strip().partition(" ")
        keys: dict[str, Callable[[Row], Any]] = {
            "start/dateTime": lambda row: row[0].first,
            "end/dateTime": lambda row: row[0].last,
            "subject": lambda row: row[1]["subject"].casefold(),
            "lastModifiedDateTime": lambda row: row[1]["lastModifiedDateTime"],
            "createdDateTime": lambda row: row[1]["createdDateTime"],
        }
        if name not in keys or direction.casefold() not in {"", "asc", "desc"}:
            raise GraphError(400, "ErrorInvalidUrlQuery", f"The $orderby expression '{part.strip()}' is not supported.")
        rows = sorted(rows, key=keys[name], reverse=direction.casefold() == "desc")
    return rows


def selected(text: str, known: Iterable[str], what: str) -> set[str] | None:
    """Return the names of a $select, ``None`` for all. Raises :class:`GraphError` for an unknown one."""
    names = {part.strip() for part in text.split(",") if part.strip()}
    for name in names - set(known):
        message = f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{what}'."
        raise GraphError(400, "BadRequest", message)
    return names or None


def narrowed(event: dict[str, Any], names: set[str] | None, expanded: Iterable[str] = ()) -> dict[str, Any]:
    """Return the selected properties; id and annotations always come."""
    if names is None:
        return event
    keep = names | {"id"} | set(expanded)
    return {key: value for key, value in event.items() if key in keep or "@" in key}


def expansions(text: str) -> tuple[set[str], list[str]]:
    """Return what a $expand asks for: names, and keys of extended properties. Raises :class:`GraphError`."""
    names: set[str] = set()
    keys: list[str] = []
    for part in re.split(r",(?![^(]*\))", text) if text else []:
        term = part.strip()
        if match := _EXPAND.match(term):
            names.add("singleValueExtendedProperties")
            keys += [property_key(_unquoted(one)) for one in re.findall(_TEXT, match[1])]
        elif term in ON_REQUEST - {"singleValueExtendedProperties", "cancelledOccurrences"}:
            names.add(term)
        elif term.startswith("singleValueExtendedProperties"):
            message = "Expanding singleValueExtendedProperties needs a $filter on id."
            raise GraphError(400, "ErrorInvalidUrlQuery", message)
        else:
            raise GraphError(400, "BadRequest", f"Parsing OData Select and Expand failed: '{term}' cannot be expanded.")
    return names, keys


def number(call: Call, name: str, default: int, most: int = 2**31 - 1) -> int:
    """Return an integer option. Raises :class:`GraphError` for anything else."""
    text = call.query.get(name)
    if text is None:
        return default
    low = 1 if name == "$top" else 0
    if not text.isdigit() or not low <= int(text) <= most:
        raise GraphError(400, "ErrorInvalidUrlQuery", f"The value '{text}' of {name} must be from {low} to {most}.")
    return int(text)


def page(call: Call, rows: list[Any], context: str) -> dict[str, Any]:
    """Return one page of a collection by $top and $skip, with the link to the next one."""
    top = number(call, "$top", call.prefer.page, LARGEST_PAGE)
    skip = number(call, "$skip", 0)
    answer: dict[str, Any] = {"@odata.context": call.context(context), "value": rows[skip : skip + top]}
    if skip + top < len(rows):
        query = {**call.query, "$top": str(top), "$skip": str(skip + top)}
        answer["@odata.nextLink"] = f"{link(call)}?{urlencode(query)}"
    return answer


def link(call: Call) -> str:
    """Return the address of the collection that was asked for."""
    return f"{call.base}/{'/'.join(quoted(part) for part in call.path)}"


def quoted(segment: str) -> str:
    """Return one path segment as it travels."""
    return urlencode({"": segment})[1:].replace("+", "%20")
