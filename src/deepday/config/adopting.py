"""Settings typed from another tool's pages, turned into deepday's: for people who lost the tool, or leave it.

None of the tools documents an export of these settings, so a file holds what people read off the tool's page, under the
names of :class:`OldSettings`: TOML, JSON, or CSV with the columns ``name`` and ``value``.
"""

import csv
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from deepday.config.load import expectation
from deepday.config.plan_settings import PlanSettings, Weekday
from deepday.config.table import Table
from deepday.errors import InputError

_MAXIMUM_BYTES = 100_000


class OldSettings(Table):
    """What the tools' pages show. Everything but ``tool`` may be left out."""

    tool: Literal["reclaim", "clockwise", "viva"] = Field(description="Which tool it was.", examples=["clockwise"])
    weekly_minutes: int | None = Field(
        default=None, ge=0, le=10_080, description="Goal a week (Reclaim: weekly goal; Clockwise: ideal a week)."
    )
    weekly_minimum_minutes: int | None = Field(
        default=None, ge=0, le=10_080, description="Clockwise: the least a week for which time is held at all."
    )
    daily_minutes: int | None = Field(
        default=None, ge=0, le=1_440, description="A day (Reclaim, Clockwise: ideal; Viva: hours a day, in minutes)."
    )
    daily_maximum_minutes: int | None = Field(default=None, ge=0, le=1_440, description="The most on one day.")
    block_minimum_minutes: int | None = Field(default=None, ge=15, le=720, description="The shortest block.")
    block_maximum_minutes: int | None = Field(default=None, ge=15, le=1_440, description="The longest block.")
    preferred: Literal["", "morning", "afternoon"] = Field(default="", description="The preferred part of the day.")
    no_meeting_day: Weekday | None = Field(default=None, description="Clockwise: the weekday without meetings.")
    days: Annotated[tuple[Weekday, ...], Field(strict=False)] = Field(
        default=(), description="Weekdays on which time was held; empty: all."
    )
    auto_decline: bool | None = Field(default=None, description="Whether invitations were declined by themselves.")


def read_old_settings(path: Path) -> OldSettings:
    """Read such a file, by its ending. Raises :class:`InputError` for what cannot be read."""
    try:
        with path.open("rb") as file:
            text = file.read(_MAXIMUM_BYTES + 1).decode("utf-8-sig")
        if len(text) > _MAXIMUM_BYTES:
            raise InputError(f"{path} is larger than 100 kB.", "Is it the right file? Such settings are a dozen lines.")
        return OldSettings.model_validate(_parse(path, text))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check the path, and who may read it.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", "Give a TOML, JSON or CSV file in UTF-8.") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "the file"
        known = ", ".join(OldSettings.model_fields)
        raise InputError(f"{path}: {name} {expectation(first)}.", f"Known names are: {known}.") from None


def _parse(path: Path, text: str) -> Any:
    if path.suffix.lower() == ".toml":
        return tomllib.loads(text)
    if path.suffix.lower() == ".csv":
        return {row["name"]: _value(row["value"]) for row in csv.DictReader(text.splitlines()) if row.get("value")}
    return json.loads(text)


def _value(text: str) -> Any:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if ";" in text:
        return tuple(part.strip() for part in text.split(";"))
    return int(text) if text.isdigit() else text


def adopt(old: OldSettings, day_minutes: int) -> tuple[PlanSettings, list[str]]:
    """Return the settings that come nearest, and remarks on what was turned into what, and what has no counterpart.

    ``day_minutes``: the length of a working day. Minutes a week become whole days, or half days where no more than five
    eighths of a day was wanted at once.
    """
    said = []
    given: dict[str, Any] = {}
    most = old.daily_maximum_minutes or old.daily_minutes or 0
    half = 0 < most <= day_minutes * 5 // 8
    unit = day_minutes // 2 if half else day_minutes
    weekly = old.weekly_minutes
    if weekly is None and old.daily_minutes is not None:
        weekly = old.daily_minutes * (len(old.days) or 5)
    if weekly is not None:
        given["quota"] = min(7, max(1, round(weekly / unit))) if weekly else 0
        given["unit"] = "half" if half else "day"
        kind = "half day" if half else "day"
        days = f"{given['quota']} {kind}{'' if given['quota'] == 1 else 's'}"
        said.append(f"{weekly} minutes a week become {days}: a {kind} of yours has {unit} minutes.")
    if old.block_minimum_minutes is not None:
        given["block"] = old.block_minimum_minutes
    if old.preferred:
        given["part"] = old.preferred
    if old.days:
        given["never"] = tuple(day for day in ("Mon", "Tue", "Wed", "Thu", "Fri") if day not in old.days)
    if old.no_meeting_day:
        given["prefer"] = (old.no_meeting_day,)
        said.append(f"The day without meetings becomes a wish for {old.no_meeting_day}.")
    for name, why in (
        ("weekly_minimum_minutes", "a plan holds the quota or says why not"),
        ("block_maximum_minutes", "a deep-work day is a whole or half day"),
        ("auto_decline", "nothing is declined without your yes"),
    ):
        if getattr(old, name) is not None:
            said.append(f"{name} has no counterpart: {why}.")
    return PlanSettings.model_validate(given), said
