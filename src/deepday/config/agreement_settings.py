"""The agreement's file: TOML of its own, beside the settings, so that it can be read, kept and sent by itself."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from deepday.config.lines import line_of
from deepday.config.load import parse_table, read_text, toml_value
from deepday.config.paths import config_file
from deepday.config.plan_settings import WEEKDAYS, Weekday
from deepday.config.table import Table
from deepday.errors import InputError
from deepday.model.agreement import NO_PROGRESS, Agreement, BatchWindow, Better, Guarded, Guardrail, Outcome, Per

NAME = "agreement.toml"
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_ADDRESS = r"^([^@\s]+@[^@\s]+)?$"
_DATE = dt.date(2026, 5, 4)


class GuardrailSettings(Table):
    """What must not get worse, and by how much it may."""

    measure: Literal["urgent_in_time", "after_hours", "strain", "blocked"] = Field(
        description="urgent_in_time (per cent points), after_hours (minutes a week), strain (points of 10) or blocked "
        "(times a week).",
        examples=["urgent_in_time"],
    )
    margin: float = Field(description="How much worse it may get.", examples=[10.0], ge=0)


class AgreementSettings(Table):
    """What was agreed, or is proposed as long as agreed_on is not set."""

    agreed_on: dt.date | None = Field(
        default=None, description="When it was agreed. Not set: it is a proposal.", examples=[_DATE]
    )
    days: int = Field(default=1, description="Deep-work days in each week or sprint.", examples=[2], ge=1, le=28)
    per: Literal["week", "sprint"] = Field(
        default="week", description="Over which time they count.", examples=["sprint"]
    )
    sprint_weeks: int = Field(default=2, description="Weeks of a sprint.", examples=[3], ge=1, le=6)
    weekdays: Annotated[tuple[Weekday, ...], Field(strict=False)] = Field(
        default=WEEKDAYS[:5], description="Weekdays on which they may fall.", examples=[["Tue", "Wed", "Thu"]]
    )
    baseline_weeks: int = Field(default=2, description="Weeks measured before the trial.", examples=[3], ge=1, le=12)
    trial_weeks: int = Field(default=8, description="Weeks of the trial.", examples=[12], ge=2, le=26)
    start: dt.date | None = Field(default=None, description="First day of the trial.", examples=[_DATE])
    check_in: dt.date | None = Field(
        default=None, description="When you look at it together.", examples=[dt.date(2026, 5, 25)]
    )
    point_person: str = Field(
        default="", description="Who answers urgent requests meanwhile.", examples=["grace@example.org"],
        pattern=_ADDRESS,
    )  # fmt: skip
    backup: str = Field(
        default="", description="Who stands behind them.", examples=["bo@example.org"], pattern=_ADDRESS
    )
    outcome: Literal["interruption_cost", "named"] = Field(
        default="interruption_cost", description="What the trial is judged by; one only.", examples=["named"]
    )
    outcome_name: str = Field(
        default="",
        description='With outcome = "named": its column in the CSV file under [trial] metric.',
        examples=["experiments finished"], max_length=200,
    )  # fmt: skip
    outcome_better: Literal["", "lower", "higher"] = Field(
        default="", description='With outcome = "named": which side is good.', examples=["higher"]
    )
    smallest_effect: float = Field(
        default=15.0, description="Smallest change worth having, in per cent of before.", examples=[20.0], ge=1, le=100
    )
    guardrails: Annotated[tuple[GuardrailSettings, ...], Field(strict=False)] = Field(
        default=tuple(
            GuardrailSettings(measure=one.measure.value, margin=one.margin) for one in Agreement().guardrails
        ),
        description="What must not get worse.",
        examples=[[{"measure": "urgent_in_time", "margin": 10.0}]],
    )
    batch_windows: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=("11:30-12:00", "16:00-16:30"),
        description="When messages are answered on a deep-work day.",
        examples=[["11:30-12:00"]],
    )
    answer_limit: int = Field(
        default=60, description="Minutes of working time within which an urgent request is answered.", examples=[30],
        ge=1, le=10_080,
    )  # fmt: skip
    urgent_path: str = Field(
        default="", description="How urgent requests reach the point person.", examples=["#ml-urgent"], max_length=200
    )
    exit_rule: str = Field(
        default="",
        description="What ends it, in words.",
        examples=["Either of us ends it with a day's notice."],
        max_length=300,
    )

    @field_validator("outcome", mode="before")
    @classmethod
    def _judged(cls, outcome: object) -> object:
        if outcome == "progress":
            raise ValueError(NO_PROGRESS)
        return outcome

    @field_validator("weekdays")
    @classmethod
    def _some_weekday(cls, days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        if not days:
            raise ValueError('names no weekday; write some, for example ["Tue", "Thu"].')
        return days

    @field_validator("batch_windows")
    @classmethod
    def _windows(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            _window(text)
        return texts


def default_agreement_file() -> Path:
    """Return where the agreement is kept: beside the settings."""
    return config_file().with_name(NAME)


def load_agreement(path: Path | None = None) -> Agreement | None:
    """Return the agreement of that file, by default of :func:`default_agreement_file`; ``None`` where there is none.

    Raises :class:`InputError` with every line that is wrong, and for a ``path`` that does not exist.
    """
    file = path or default_agreement_file()
    if not file.is_file():
        if path is not None:
            raise InputError(f"There is no agreement {path}.", f"Write one: deepday case agreement --write {path}")
        return None
    return parse_agreement(read_text(file), str(file))


def parse_agreement(text: str, file: str) -> Agreement:
    """Read the TOML text; ``file`` is how it is called in errors. Raises :class:`InputError` as above."""
    given = parse_table(AgreementSettings, text, file)
    try:
        return agreement_of(given)
    except InputError as error:
        said = error.what.removeprefix("The agreement's ")  # it begins with the field
        line = line_of(text, (said.partition(" ")[0],))
        raise InputError(f"{file}:{line}: {said}", "Correct that line and run this again.") from None


def agreement_of(given: AgreementSettings) -> Agreement:
    """Return the value. Raises :class:`InputError` for what contradicts itself."""
    return Agreement(
        days=given.days,
        per=Per(given.per),
        sprint_weeks=given.sprint_weeks,
        weekdays=frozenset(map(WEEKDAYS.index, given.weekdays)),
        baseline_weeks=given.baseline_weeks,
        trial_weeks=given.trial_weeks,
        start=given.start,
        check_in=given.check_in,
        point_person=given.point_person.lower(),
        backup=given.backup.lower(),
        outcome=Outcome(given.outcome),
        outcome_name=given.outcome_name,
        outcome_better=Better(given.outcome_better) if given.outcome_better else None,
        smallest_effect=round(given.smallest_effect / 100, 9),
        guardrails=tuple(Guardrail(Guarded(one.measure), one.margin) for one in given.guardrails),
        batch_windows=tuple(sorted(map(_window, given.batch_windows))),
        answer_limit=given.answer_limit,
        urgent_path=given.urgent_path,
        exit_rule=given.exit_rule,
        agreed_on=given.agreed_on,
    )


def settings_of(agreement: Agreement) -> AgreementSettings:
    """Return what the file of an agreement says."""
    return AgreementSettings(
        agreed_on=agreement.agreed_on,
        days=agreement.days,
        per=agreement.per.value,
        sprint_weeks=agreement.sprint_weeks,
        weekdays=tuple(WEEKDAYS[day] for day in sorted(agreement.weekdays)),
        baseline_weeks=agreement.baseline_weeks,
        trial_weeks=agreement.trial_weeks,
        start=agreement.start,
        check_in=agreement.check_in,
        point_person=agreement.point_person,
        backup=agreement.backup,
        outcome=agreement.outcome.value,
        outcome_name=agreement.outcome_name,
        outcome_better=agreement.outcome_better.value if agreement.outcome_better else "",
        smallest_effect=round(100 * agreement.smallest_effect, 6),
        guardrails=tuple(
            GuardrailSettings(measure=one.measure.value, margin=one.margin) for one in agreement.guardrails
        ),
        batch_windows=tuple(window_text(one) for one in agreement.batch_windows),
        answer_limit=agreement.answer_limit,
        urgent_path=agreement.urgent_path,
        exit_rule=agreement.exit_rule,
    )


def agreement_to_toml(agreement: Agreement) -> str:
    """Return the file of an agreement, each line with what it means; reading it gives the same agreement."""
    return "\n".join([*_lines(settings_of(agreement)), ""])


def _lines(given: AgreementSettings) -> Iterator[str]:
    yield "# Deep-work days: what was agreed, or is proposed as long as agreed_on is not set."
    for name, field in AgreementSettings.model_fields.items():
        value = getattr(given, name)
        yield ""
        yield f"# {field.description}"
        if name == "guardrails":
            rows = ", ".join(toml_value(one.model_dump()) for one in value)
            yield f"guardrails = [{rows}]"
        else:
            yield f"{name} = {toml_value(value)}" if value is not None else f"#{name} = {toml_value(field.examples[0])}"  # type: ignore[index]


def window_text(window: BatchWindow) -> str:
    """Write a batch window as the file does: ``11:30-12:00``."""
    return "-".join(f"{at // 3600:02}:{at % 3600 // 60:02}" for at in (window.start, window.end))


def _window(text: str) -> BatchWindow:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is no time of a day; write it like "11:30-12:00".')
    hours = [int(part) for part in match.groups()]
    start, end = hours[0] * 3600 + hours[1] * 60, hours[2] * 3600 + hours[3] * 60
    if not start < end <= 86_400:
        raise ValueError(f'"{text}" ends before it begins; write it like "11:30-12:00".')
    return BatchWindow(start, end)
