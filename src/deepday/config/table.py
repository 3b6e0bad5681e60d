"""What every table of settings is made of: strict values, hours, zones, holidays."""

import difflib
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from deepday.errors import InputError
from deepday.model import WeeklyHours


def _known_hours(text: str) -> str:
    try:
        WeeklyHours.parse(text)
    except InputError as error:
        raise ValueError(f"{error.what} {error.advice}") from None
    return text


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # no name at all, a folder of zones, no such zone
        near = difflib.get_close_matches(name, available_timezones(), n=1)
        advice = f'did you mean "{near[0]}"?' if near else 'write a name of the IANA list, like "Europe/Berlin".'
        raise ValueError(f'"{name}" is no time zone; {advice}') from None
    return name


def _known_holidays(code: str) -> str:
    if code == "none":
        return code
    from holidays import list_supported_countries  # noqa: PLC0415 - only those who set it wait for it

    country, _, subdivision = code.partition("-")
    regions = list_supported_countries()
    if country not in regions:
        raise ValueError(
            f'"{country}" is no country whose holidays are known; write two letters (ISO 3166), or "none".'
        )
    if subdivision and subdivision not in regions[country]:
        known = ", ".join(regions[country]) or "none"
        raise ValueError(f'"{country}" has no region "{subdivision}"; known are: {known}.')
    return code


def or_date(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema that a bare date will do for the table."""
    table = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "string", "format": "date"}, table]


Hours = Annotated[str, AfterValidator(_known_hours)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Holidays = Annotated[str, Field(pattern=r"^(none|[A-Z]{2}(-[A-Za-z0-9]+)?)$"), AfterValidator(_known_holidays)]


class Table(BaseModel):
    """A table of the settings file. Nothing is guessed: an unknown key or a value of another type is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
