"""The answers that are received: multistatus documents (RFC 4918, 13) and the conditions in a refusal.

They are read by the XML parser of the standard library under bounds of its own: no document type (so no entities), no
deep nesting, no endless number of elements. Addresses stay as the server wrote them, because they are names.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from caldav.elements import cdav, dav
from caldav.lib.namespace import ns

from deepday.errors import FatalError

MOST_ELEMENTS = 2_000_000
_DEEPEST = 64
_ERROR = ns("D", "error")


@dataclass(frozen=True, slots=True)
class Row:
    """One resource of an answer.

    ``href``: its address as the server wrote it. ``status``: of the resource as a whole, 200 where only its
    properties have one. ``properties``: those that it has, by name in Clark's notation.
    """

    href: str
    status: int = 200
    properties: Mapping[str, ET.Element] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """Return the text of a property, empty when it is missing."""
        element = self.properties.get(name)
        return (element.text or "").strip() if element is not None else ""

    def href_in(self, name: str) -> str:
        """Return the first address inside a property, empty when there is none."""
        element = self.properties.get(name)
        return (element.findtext(dav.Href.tag) or "").strip() if element is not None else ""

    def names_in(self, name: str) -> frozenset[str]:
        """Return the names of all elements inside a property."""
        element = self.properties.get(name)
        return frozenset(inner.tag for inner in element.iter()) if element is not None else frozenset()

    @property
    def etag(self) -> str:
        """The version of the resource."""
        return self.text(dav.GetEtag.tag)

    @property
    def data(self) -> str | None:
        """The iCalendar text, ``None`` when it was not given."""
        element = self.properties.get(cdav.CalendarData.tag)
        return None if element is None else "".join(element.itertext())


@dataclass(frozen=True, slots=True)
class Multistatus:
    """An answer: its rows, and the new sync token where there is one."""

    rows: tuple[Row, ...]
    token: str = ""


def read_multistatus(data: bytes, host: str) -> Multistatus:
    """Read an answer. Raises :class:`FatalError` when it is none."""
    with suppress(ET.ParseError, _UnusableError, ValueError, LookupError):
        root = _parse(data)
        if root.tag == dav.MultiStatus.tag:
            rows = tuple(row for element in root.iterfind(dav.Response.tag) for row in _rows(element))
            return Multistatus(rows, (root.findtext(dav.SyncToken.tag) or "").strip())
    # Raised out here, because the parser's error may hold what it read.
    raise FatalError(f"{host} sent an answer that is not WebDAV.", "Check that the address is that of a CalDAV server.")


def conditions(data: bytes) -> frozenset[str]:
    """Return the local names of the conditions that a refusal names (RFC 4918, 16); empty when it names none."""
    with suppress(ET.ParseError, _UnusableError, ValueError, LookupError):
        root = _parse(data)
        if root.tag == _ERROR:
            return frozenset(element.tag.rpartition("}")[2] for element in root)
    return frozenset()


def _rows(response: ET.Element) -> list[Row]:
    """Return a row for each address: a response with a status may name several. One that says no may name none."""
    status = _status(response.findtext(dav.Status.tag))
    properties: dict[str, ET.Element] = {}
    for part in response.iterfind(dav.PropStat.tag):
        if _status(part.findtext(dav.Status.tag)) == 200:
            properties.update((element.tag, element) for prop in part.iterfind(dav.Prop.tag) for element in prop)
    addresses = [(href.text or "").strip() for href in response.iterfind(dav.Href.tag)]
    return [Row(href, status, properties) for href in addresses or ([""] if status >= 300 else [])]


def _status(line: str | None) -> int:
    words = (line or "HTTP/1.1 200 OK").split()
    return int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() else 500


class _UnusableError(Exception):
    """The document is not read."""


class _Builder(ET.TreeBuilder):
    """Builds the tree within bounds."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def doctype(self, *_: object) -> None:
        raise _UnusableError

    def start(self, tag: Any, attrs: Any, /) -> ET.Element:
        self._depth += 1
        self._count += 1
        if self._depth > _DEEPEST or self._count > MOST_ELEMENTS:
            raise _UnusableError
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


def _parse(data: bytes) -> ET.Element:
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - document types, and so entities, are refused
    parser.feed(data)
    root: ET.Element = parser.close()
    return root
