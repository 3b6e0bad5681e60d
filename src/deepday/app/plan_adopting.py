"""Old settings from another tool, as lines for the configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepday.config.adopting import adopt, read_old_settings
from deepday.config.load import load_settings, toml_value
from deepday.model import WeeklyHours


def adopted_settings(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the settings of ``[plan]`` that come nearest, and remarks: the quota, and what is not the default.

    Their values are those of JSON. Raises as :func:`read_old_settings`.
    """
    hours = WeeklyHours.parse(load_settings().me.hours)
    days = [sum(end - start for start, end in spans) // 60 for spans in hours.by_weekday if spans]
    plan, said = adopt(read_old_settings(path), sum(days) // len(days))
    quota = {"quota": plan.quota} if "quota" in plan.model_fields_set else {}
    return quota | plan.model_dump(mode="json", exclude_defaults=True), said


def lines_of(given: Mapping[str, Any]) -> str:
    """Return the settings as a table of the configuration."""
    lines = [f"{name} = {toml_value(value)}" for name, value in given.items()]
    return "\n".join(["[plan]", *(lines or ["# the defaults fit"])])
