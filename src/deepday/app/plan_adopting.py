"""Old settings from another tool, as lines for the configuration."""

from pathlib import Path

from deepday.config.adopting import adopt, read_old_settings
from deepday.config.load import load_settings, toml_value
from deepday.model import WeeklyHours


def adopted_lines(path: Path) -> tuple[str, list[str]]:
    """Return the ``[plan]`` table that comes nearest, and remarks. Raises as :func:`read_old_settings`."""
    hours = WeeklyHours.parse(load_settings().me.hours)
    days = [sum(end - start for start, end in spans) // 60 for spans in hours.by_weekday if spans]
    plan, said = adopt(read_old_settings(path), sum(days) // len(days))
    given = plan.model_dump(exclude_defaults=True)
    lines = [f"{name} = {toml_value(value)}" for name, value in given.items()]
    return "\n".join(["[plan]", *(lines or ["# the defaults fit"])]), said
