"""What was agreed, as defaults of the planner and of a trial: options win, and every difference is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deepday.config.agreement_settings import default_agreement_file, load_agreement
from deepday.config.plan_settings import WEEKDAYS, OwnPointPersonSettings, PlanSettings
from deepday.config.settings import Settings
from deepday.model.agreement import Agreement


def find_agreement(path: Path | None, settings: Settings) -> Agreement | None:
    """Return the agreement in force, from the given file or the settings' one; ``None`` where there is none."""
    return load_agreement(path or (Path(settings.case.agreement).expanduser() if settings.case.agreement else None))


def agreement_file(path: Path | None, settings: Settings) -> Path:
    """Return where the agreement is, or would be written."""
    if path or not settings.case.agreement:
        return path or default_agreement_file()
    return Path(settings.case.agreement).expanduser()


@dataclass(frozen=True, slots=True)
class InForce:
    """What was agreed, ``None`` where nothing was, and remarks on that."""

    agreement: Agreement | None
    notes: tuple[str, ...] = ()


def in_force(path: Path | None, settings: Settings) -> InForce:
    """Return the agreement if it was agreed: a proposal binds nobody, and that is said."""
    found = find_agreement(path, settings)
    if found is None:
        return InForce(None)
    if found.agreed_on is None:
        file = agreement_file(path, settings)
        return InForce(None, (f"{file} is a proposal, not taken: it has no agreed_on.",))
    return InForce(found, (f"Taken from the agreement of {found.agreed_on}, unless an option says otherwise.",))


def differs(option: str, given: object, agreed: object) -> list[str]:
    """Say that an option is not what was agreed, if it is not. Only the first word of ``agreed`` is compared."""
    return [f"{option} {given} is set; {agreed} was agreed."] if str(given) != str(agreed).partition(" ")[0] else []


def weekday_names(days: frozenset[int]) -> str:
    """Write weekdays: ``Tue, Thu``."""
    return ", ".join(WEEKDAYS[day] for day in sorted(days))


def agreed_policy(
    base: PlanSettings, settings: Settings, given: Mapping[str, Any], last: date
) -> tuple[PlanSettings, Settings, list[str]]:
    """Return planning settings and settings with what was agreed over them, and remarks.

    ``given``: options of the command, which still win over what is returned. ``last``: the last date that is planned;
    an agreement that begins later is not taken. Days and sprint come from the agreement. Its weekdays are a rule beside
    ``never``. Its point person and backup are the only ones who cover.
    """
    found = in_force(None, settings)
    agreement = found.agreement
    if agreement is None:
        return base, settings, list(found.notes)
    if agreement.start and last < agreement.start:
        return base, settings, [f"The agreement begins on {agreement.start}: it is not taken for days before."]
    notes = list(found.notes)
    agreed: dict[str, Any] = {"quota": agreement.days, "sprint": agreement.weeks_per_unit}
    if given.get("quota") is not None:  # it counts in each week, unless a sprint is given with it
        notes += differs("--quota", given["quota"], f"{agreement.days} a {agreement.per}")
        agreed = {}
    for name, value in agreed.items():
        if name in base.model_fields_set:
            notes += differs(f"plan.{name} =", getattr(base, name), f"{value}, which is taken,")
    never = tuple(day for at, day in enumerate(WEEKDAYS) if at not in agreement.weekdays or day in base.never)
    if given.get("never") and not set(never) <= set(given["never"]):
        notes.append(f"--never is given; {weekday_names(agreement.weekdays)} were agreed.")
    people, said = _point_people(agreement, settings)
    settings = settings.model_copy(update={"point_people": people})
    return base.model_copy(update={**agreed, "never": never}), settings, [*notes, *said]


def _point_people(agreement: Agreement, settings: Settings) -> tuple[tuple[OwnPointPersonSettings, ...], list[str]]:
    named = [address for address in (agreement.point_person, agreement.backup) if address]
    if not named:
        return settings.point_people, []
    known = {one.email.lower(): one for one in settings.point_people}
    unknown = sum(address not in known for address in named)
    people = tuple(
        known[address].model_copy(update={"agreed": True})
        if address in known
        else OwnPointPersonSettings(email=address, agreed=True)
        for address in named
    )
    said = (
        "The agreement names somebody who is not under [[point_people]]: whether they are free is not checked. Add "
        "them there, with their calendar."
    )
    return people, [said] if unknown else []
