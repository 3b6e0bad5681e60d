"""What a careful caller makes of the pages of a calendar: the reference for how they are to be read."""

from deepday.connect import CalendarReader, ReadContext
from deepday.model import CalendarEvent, Cursor, EventPage, Interval

_MOST_PAGES = 1000


class Replica:
    """A copy of a calendar, kept up to date by cursor. ``pages`` counts what was read."""

    def __init__(self, reader: CalendarReader, calendar: str, context: ReadContext) -> None:
        self._reader = reader
        self._calendar = calendar
        self._context = context
        self.objects: dict[str, tuple[CalendarEvent, ...]] = {}
        self.cursor: Cursor | None = None
        self.pages = 0

    def read_page(self) -> EventPage:
        """Read one page from where it stopped, and put it into the copy."""
        page = self._reader.event_changes(self._calendar, self._context, self.cursor)
        for upsert in page.upserts:
            self.objects[upsert.id] = upsert.events
        for name in page.removals:
            self.objects.pop(name, None)
        self.cursor = page.cursor
        self.pages += 1
        return page

    def read(self) -> list[EventPage]:
        """Read until there is no more; raises :class:`AssertionError` when that never happens."""
        pages: list[EventPage] = []
        while not pages or pages[-1].more:
            pages.append(self.read_page())
            if len(pages) > _MOST_PAGES:
                raise AssertionError(f"The reading did not end within {_MOST_PAGES} pages.")
        return pages

    def times(self) -> list[Interval]:
        """Return when the timed entries in the window are, sorted."""
        window = self._context.window
        found = [event.when for events in self.objects.values() for event in events if not event.cancelled]
        return sorted(
            when for when in found if isinstance(when, Interval) and when.start < window.end and when.end > window.start
        )
