"""Connectors are found by entry point, ours and strangers' alike, and loaded only when one is used."""

import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from deepday.errors import InputError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_GROUP = "deepday.connectors"


@dataclass(frozen=True, slots=True)
class ConnectorInfo:
    """A connector that is installed: its name and the distribution (with version) that brings it."""

    name: str
    distribution: str


def _found() -> dict[str, "EntryPoint"]:
    return _found_on(tuple(sys.path))


@cache
def _found_on(path: tuple[str, ...]) -> dict[str, "EntryPoint"]:
    """Look once for a search path: reading every distribution takes 15 ms."""
    del path  # what entry_points goes by
    from importlib.metadata import entry_points  # noqa: PLC0415 - 25 ms that most commands do without

    return {point.name: point for point in entry_points(group=_GROUP)}


def available() -> list[ConnectorInfo]:
    """Return the installed connectors, sorted by name; nothing is imported."""
    return [
        ConnectorInfo(name, f"{point.dist.name} {point.dist.version}" if point.dist else "")
        for name, point in sorted(_found().items())
    ]


def load(name: str) -> object:
    """Return the connector of that name, ready to use.

    Raises :class:`InputError` when there is none, or when a library that it needs is not installed.
    """
    found = _found()
    if name not in found:
        raise InputError(f"There is no connector {name!r}.", f"Installed are: {', '.join(sorted(found)) or 'none'}.")
    try:
        factory = found[name].load()
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"The connector {name!r} cannot be loaded: {error}.", f"Run: pip install 'deepday[{name}]'"
        ) from error
    return factory()
