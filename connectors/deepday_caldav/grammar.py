"""The requests that are sent, as XML. Words and namespaces are those of the caldav library."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from caldav.elements import cdav, dav
from caldav.elements.base import BaseElement
from caldav.lib.namespace import ns
from lxml import etree  # type: ignore[import-untyped]

from deepday.model import Interval

GETCTAG = "{http://calendarserver.org/ns/}getctag"
GETETAG = dav.GetEtag.tag
DEFAULT_CALENDAR = ns("C", "schedule-default-calendar-URL")


def propfind(names: Iterable[str]) -> bytes:
    """Ask for the properties of those names, in Clark's notation (``{namespace}name``)."""
    return _text(dav.Propfind(), _all(dav.Prop(), *map(_named, names)))


def sync_collection(token: str) -> bytes:
    """Ask for what changed since the token, for everything where it is empty (RFC 6578)."""
    wanted = _all(dav.Prop(), dav.GetEtag())
    return _text(dav.SyncCollection(), dav.SyncToken(value=token), dav.SyncLevel(value="1"), wanted)


def multiget(paths: Sequence[str]) -> bytes:
    """Ask for the whole objects at those paths (RFC 4791, 7.9)."""
    return _text(cdav.CalendarMultiGet(), _whole_object(), *(dav.Href(value=path) for path in paths))


def in_window(window: Interval) -> bytes:
    """Ask for the whole objects with an event in the window (RFC 4791, 7.8)."""
    return _query(cdav.TimeRange(datetime.fromtimestamp(window.start, UTC), datetime.fromtimestamp(window.end, UTC)))


def with_uid(uid: str) -> bytes:
    """Ask for the whole object with that UID."""
    return _query(_all(cdav.PropFilter("UID"), cdav.TextMatch(uid)))


def make_calendar(name: str) -> bytes:
    """Ask for a calendar with that name, for events (RFC 4791, 5.3.1)."""
    events = _all(cdav.SupportedCalendarComponentSet(), cdav.Comp("VEVENT"))
    return _text(cdav.Mkcalendar(), _all(dav.Set(), _all(dav.Prop(), dav.DisplayName(name), events)))


def _query(condition: BaseElement) -> bytes:
    events = _all(cdav.CompFilter("VEVENT"), condition)
    matching = _all(cdav.Filter(), _all(cdav.CompFilter("VCALENDAR"), events))
    return _text(cdav.CalendarQuery(), _whole_object(), matching)


def _whole_object() -> BaseElement:
    return _all(dav.Prop(), dav.GetEtag(), cdav.CalendarData())


def _named(name: str) -> BaseElement:
    element = BaseElement()
    element.tag = name  # type: ignore[misc] # the library means one class for each name
    return element


def _all(parent: BaseElement, *children: BaseElement) -> BaseElement:
    for child in children:
        parent.append(child)
    return parent


def _text(root: BaseElement, *children: BaseElement) -> bytes:
    text: bytes = etree.tostring(_all(root, *children).xmlelement(), encoding="utf-8", xml_declaration=True)
    return text
