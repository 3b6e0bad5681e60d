"""Time zones under the names that Outlook uses: Windows names, IANA names, and a few of its own."""

import contextlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from deepday_sandbox.microsoft.errors import GraphError

_UTC_NAMES: Final = {"utc", "gmt", "etc/utc", "etc/gmt", "tzone://microsoft/utc"}
_WINDOWS: Final = {olson: windows for windows, olson in WINDOWS_TO_OLSON.items()}
_STAMP: Final = "%Y-%m-%dT%H:%M:%S.0000000"


@lru_cache(maxsize=256)
def iana(name: str) -> str:
    """Return the IANA name of a Windows or IANA zone. Raises :class:`GraphError` for an unknown one."""
    if name.casefold() in _UTC_NAMES:
        return "UTC"
    found = WINDOWS_TO_OLSON.get(name, name)
    if found not in available_timezones():
        message = f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
        raise GraphError(400, "TimeZoneNotSupportedException", message)
    return found


def windows(name: str) -> str:
    """Return the Windows name of an IANA zone, the name itself where Windows has none."""
    return "UTC" if name == "UTC" else _WINDOWS.get(name, name)


def windows_names() -> list[str]:
    """Return every Windows name."""
    return sorted({*WINDOWS_TO_OLSON, "UTC"})


def iana_names() -> list[str]:
    """Return every IANA name that belongs to a place."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))


def to_utc(wall: datetime, zone: str) -> datetime:
    """Return the instant (aware, UTC) at which clocks in an IANA zone show that wall time (naive)."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def to_wall(instant: datetime, zone: str) -> datetime:
    """Return the wall time (naive) that clocks in an IANA zone show at an aware instant."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def shown(wall: datetime, zone: str) -> dict[str, str]:
    """Return a dateTimeTimeZone: a naive wall time with seven digits of fraction, and the zone's name as given."""
    return {"dateTime": wall.strftime(_STAMP), "timeZone": zone}


def read_when(value: Any, what: str) -> tuple[datetime, str]:
    """Return wall time (naive) and zone name of a dateTimeTimeZone. Raises :class:`GraphError` for anything else."""
    if not isinstance(value, dict) or not isinstance(value.get("dateTime"), str):
        raise GraphError(400, "ErrorPropertyValidationFailure", f"{what} must have a dateTime and a timeZone.")
    name = str(value.get("timeZone") or "")
    iana(name)
    wall: datetime | None = None
    with contextlib.suppress(ValueError):
        wall = datetime.fromisoformat(value["dateTime"])
    if wall is None or wall.tzinfo is not None or "T" not in value["dateTime"]:
        message = f"{what}: the value '{value['dateTime']}' is no dateTime without an offset."
        raise GraphError(400, "ErrorPropertyValidationFailure", message)
    return wall, name


def instant(text: str, what: str, zone: str = "UTC") -> datetime:
    """Return the instant (aware, UTC) of an ISO 8601 text; one without an offset counts in the IANA zone."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"The value '{text}' of parameter '{what}' is invalid."
        raise GraphError(400, "ErrorInvalidParameter", message) from error
    return parsed.astimezone(UTC) if parsed.tzinfo else to_utc(parsed, zone)
