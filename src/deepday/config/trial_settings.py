"""The settings of a trial: how it is designed, unless the command says otherwise."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from deepday.config.table import Table


class TrialSettings(Table):
    """How a trial is designed. What is fixed in a protocol no longer follows these."""

    weeks: int = Field(
        default=8, description="How long it is.", examples=[12], ge=2, le=26, json_schema_extra={"unit": "weeks"}
    )
    days: int = Field(
        default=2, description="How many deep-work days are drawn in each week.", examples=[1], ge=1, le=4
    )
    apart: bool = Field(default=False, description="Whether no two of them may follow each other.", examples=[True])
    baseline: int = Field(
        default=2,
        description="How many complete weeks before it are measured first.",
        examples=[4],
        ge=1,
        le=12,
        json_schema_extra={"unit": "weeks"},
    )
    sesoi: float = Field(
        default=15,
        description="The smallest effect worth having, as a share of the weeks before.",
        examples=[20],
        gt=0,
        le=100,
        json_schema_extra={"unit": "per cent"},
    )
    metric: str = Field(
        default="",
        description="A CSV file with a date and a measure of your own for each day, for a trial that is judged by it.",
        examples=["/home/ada/experiments.csv"],
    )
    answered_margin: float = Field(
        default=10,
        description="By how much the share of urgent requests answered in time may fall on deep-work days.",
        examples=[15],
        gt=0,
        le=100,
        json_schema_extra={"unit": "points of per cent"},
    )
    after_hours_margin: float = Field(
        default=15,
        description="By how much work outside working hours may grow on deep-work days.",
        examples=[30],
        gt=0,
        le=240,
        json_schema_extra={"unit": "minutes a day"},
    )
    strain_margin: float = Field(
        default=1,
        description="By how much strain may grow on deep-work days, on a scale from 0 to 10.",
        examples=[2],
        gt=0,
        le=10,
        json_schema_extra={"unit": "points"},
    )
    letter: Literal["off", "file", "mail"] = Field(
        default="off",
        description="What deepday serve does with the weekly letter, each Monday of a trial: file, into the folder "
        "letters beside the store's data; mail, to letter_to as well, without asking each time. Workers mail it only.",
        examples=["file"],
    )
    letter_to: str = Field(
        default="",
        description='With letter = "mail": whom it is mailed to.',
        examples=["boss@example.org"],
        pattern=r"^([^@\s]+@[^@\s]+)?$",
    )
    batches: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=("11:30", "16:00"),
        description="When messages are looked at on a deep-work day, local time.",
        examples=[["12:00"]],
    )

    @model_validator(mode="after")
    def _somebody_to_mail_to(self) -> Self:
        if self.letter == "mail" and not self.letter_to:
            raise ValueError('letter = "mail" needs somebody to mail to: set letter_to as well.')
        return self
