"""What somebody asks of a plan: options over settings, and what-ifs over both."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from deepday.app.request import Request
from deepday.config.load import expectation
from deepday.config.plan_settings import WEEKDAYS, PlanSettings, PriceSettings
from deepday.errors import InputError

_LISTS = ("never", "prefer", "fixed", "releases")
_PRICES = "prices."
_WHAT_IF = re.compile(r"\s*([a-z_]+(?:\.[a-z_]+)?)\s*=\s*(.*?)\s*")


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Options of ``deepday plan``; ``None`` or empty where nothing was given.

    ``given``: planning settings from options, by name. ``what_if``: changes to try, as typed (``quota=2``).
    """

    request: Request
    weeks: int | None = None
    team: Path | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    what_if: tuple[str, ...] = ()
    engine: str = "auto"
    seconds: float = 10.0
    alternatives: int = 2

    @property
    def length(self) -> int:
        """How many ISO weeks are to be planned."""
        return 2 if self.weeks is None else self.weeks


def with_options(settings: PlanSettings, given: Mapping[str, Any]) -> PlanSettings:
    """Return the settings with options over them. Raises :class:`InputError` for what cannot be."""
    values = {name: value for name, value in given.items() if value is not None and value != ()}
    try:
        return PlanSettings.model_validate(settings.model_dump() | values)
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"]]
        fields = PriceSettings.model_fields if path[0] == "prices" and len(path) > 1 else PlanSettings.model_fields
        name = path[1] if fields is PriceSettings.model_fields else path[0]
        if name not in fields:
            known = ", ".join(fields)
            raise InputError(f"There is no planning setting {'.'.join(path)!r}.", f"Known are {known}.") from None
        example = (fields[name].examples or [""])[0]
        raise InputError(
            f"{'.'.join(path[:2])} {expectation(first)}.", f"Give, for example, {_written(example)}."
        ) from None


def _written(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def what_if(settings: PlanSettings, changes: Sequence[str]) -> PlanSettings:
    """Return the settings with changes such as ``quota=2`` or ``never=Mon,Fri``; an empty list clears."""
    given: dict[str, Any] = {}
    for change in changes:
        match = _WHAT_IF.fullmatch(change)
        if match is None:
            raise InputError(f"{change!r} is no change of a setting.", 'Write --what-if "quota=2".')
        name, text = match[1], match[2]
        if name.startswith(_PRICES):
            given["prices"] = given.get("prices", settings.prices.model_dump()) | {
                name.removeprefix(_PRICES): _value(name, text)
            }
            continue
        if name == _PRICES[:-1]:
            raise InputError(f"{name} is a table.", 'Write --what-if "prices.share=0.5".')
        if name not in PlanSettings.model_fields:
            near = difflib.get_close_matches(name, PlanSettings.model_fields, n=1)
            known = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(PlanSettings.model_fields)}."
            raise InputError(f"There is no planning setting {name!r}.", known)
        given[name] = _value(name, text)
    try:
        return PlanSettings.model_validate(settings.model_dump() | given)
    except ValidationError:
        return with_options(settings, given)


def _value(name: str, text: str) -> Any:
    if name in {"never", "prefer"}:
        return parse_weekdays(text.split(",")) if text else ()
    if name in _LISTS:
        return tuple(parse_date(part) for part in text.split(",")) if text else ()
    if text in {"true", "false"}:
        return text == "true"
    if text == "none":
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def parse_weekdays(texts: Sequence[str]) -> tuple[str, ...]:
    """Read names of weekdays, long or short. Raises :class:`InputError` for anything else."""
    found = []
    for text in texts:
        name = text.strip().title()[:3]
        if name not in WEEKDAYS or len(text.strip()) < 2:
            raise InputError(f"{text!r} is no weekday.", f"Write one of {', '.join(WEEKDAYS)}.")
        found.append(name)
    return tuple(dict.fromkeys(found))


def parse_date(text: str) -> date:
    """Read ``2026-03-10``. Raises :class:`InputError` for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{text.strip()!r} is no date.", "Write a date as 2026-03-10.") from None
