"""Reads what people export: calendar files, calendar feeds, Slack exports."""

from pathlib import Path

from deepday.connect import ActivityFileReader, CalendarFileReader, Validators


class FilesConnector:
    """The connector for files and feeds (:class:`deepday.connect.FileSources`).

    The readers, and the libraries that they need, are imported when one is asked for.
    """

    def calendar(self, location: str, known: Validators | None = None) -> CalendarFileReader:
        """Return a reader of an .ics file, of all .ics files below a folder, or of an http, https or webcal feed.

        With ``known`` a feed may answer that nothing has changed. Nothing is opened before the reader is used.
        """
        from deepday_files.calendars import CalendarFeed, CalendarFiles, is_address  # noqa: PLC0415 - start-up time

        if is_address(location):
            return CalendarFeed(location, known or Validators())
        return CalendarFiles(location)

    def slack_export(self, path: Path) -> ActivityFileReader:
        """Return a reader of a Slack export, ZIP or folder."""
        from deepday_files.slack_export import SlackExport  # noqa: PLC0415 - start-up time

        return SlackExport(path)
