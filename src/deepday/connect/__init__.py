"""The ports that a connector satisfies, and how connectors are found."""

from deepday.connect.port import (
    PORT_VERSION,
    ActivityReader,
    ActivityReading,
    CalendarReader,
    CalendarReading,
    FileSources,
    Progress,
    ReadContext,
    Sample,
    SampleWriter,
    Validators,
    no_progress,
)
from deepday.connect.registry import ConnectorInfo, available, load

__all__ = [
    "PORT_VERSION",
    "ActivityReader",
    "ActivityReading",
    "CalendarReader",
    "CalendarReading",
    "ConnectorInfo",
    "FileSources",
    "Progress",
    "ReadContext",
    "Sample",
    "SampleWriter",
    "Validators",
    "available",
    "load",
    "no_progress",
]
