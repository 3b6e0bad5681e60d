"""The file of tasks: a list of tables, each a task with its owner's own estimates."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from deepday.config.table import Table


class TaskSettings(Table):
    """One task. All but the name may be left out; what is not estimated is never taken as zero."""

    name: str = Field(description="What it is.", examples=["Retrain the ranker"], min_length=1, max_length=200)
    hours: float | None = Field(
        default=None, description="Hours that it still takes, at least.", examples=[12.0], ge=0, le=10_000
    )
    hours_high: float | None = Field(
        default=None, description="Hours that it still takes, at most.", examples=[20.0], ge=0, le=10_000
    )
    every: Literal["once", "week"] = Field(
        default="once", description="Whether those hours are needed once, or every week.", examples=["week"]
    )
    critical: bool = Field(default=False, description="Whether much hangs on it.", examples=[True])
    block: int = Field(
        default=0,
        description="Minutes of the shortest stretch in which it gets anywhere; 0: it can be done in pieces.",
        examples=[120],
        ge=0,
        le=720,
    )
    stress: int | None = Field(default=None, description="Your own answer, 0 to 10.", examples=[7], ge=0, le=10)
    due: dt.date | None = Field(default=None, description="When it is due.", examples=[dt.date(2026, 5, 20)])
    delegate_to: str = Field(default="", description="Who could take it over.", examples=["Grace"], max_length=200)
    defer_to: dt.date | None = Field(
        default=None, description="Until when it could wait.", examples=[dt.date(2026, 6, 15)]
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.hours_high is not None and (self.hours is None or self.hours_high < self.hours):
            raise ValueError("hours_high needs hours, and must not be less.")
        return self


class TaskFile(Table):
    """A file of tasks."""

    task: Annotated[tuple[TaskSettings, ...], Field(strict=False)] = Field(default=(), description="The tasks.")
