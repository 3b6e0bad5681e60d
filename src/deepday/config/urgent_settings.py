"""The settings of urgent requests: who is asked, how long, what counts as urgent, what is kept."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from deepday.config.mailbox_settings import MailboxSettings
from deepday.config.table import Table

_Texts = Annotated[tuple[str, ...], Field(strict=False)]


class UrgentRuleSettings(Table):
    """A rule for what comes in. The first that fits decides; all that it names must be met."""

    name: str = Field(description="What the history calls it.", examples=["production is down"])
    verdict: Literal["urgent", "ask", "wait"] = Field(
        description="Whether it is urgent, its sender is asked, or it waits.", examples=["urgent"]
    )
    people: _Texts = Field(
        default=(),
        description="Senders: Slack member IDs, or addresses where users:read.email was granted.",
        examples=[["U012AB3CD", "maria@example.org"]],
    )
    conversations: _Texts = Field(default=(), description="Slack IDs of channels.", examples=[["C012AB3CD"]])
    keywords: _Texts = Field(
        default=(), description="Words or phrases in the text, looked for in memory only.", examples=[["prod is down"]]
    )
    alerts: _Texts = Field(default=(), description="Classes of machines' alerts.", examples=[["training-failed"]])
    topic: str = Field(default="", description="What whoever covers must know about.", examples=["training"])

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.people or self.conversations or self.keywords or self.alerts):
            raise ValueError("is about nothing; give people, conversations, keywords or alerts.")
        return self


class UrgentPersonSettings(Table):
    """How you, or somebody who may cover, are reached."""

    email: str = Field(description="Their address.", examples=["grace@example.org"], pattern=r"^[^@\s]+@[^@\s]+$")
    slack_user: str = Field(
        default="", description="Their Slack member ID.", examples=["U012AB3CD"], pattern=r"^([UW][A-Z0-9]+)?$"
    )
    mail: str = Field(
        default="",
        description="Where mail goes when chat fails, by the server of [smtp]. Not set: no mail.",
        examples=["grace@home.example"],
        pattern=r"^([^@\s]+@[^@\s]+)?$",
    )
    push: str = Field(
        default="",
        description="Where the address of their phone push is (env:, file:, keyring: or command:); an address of "
        "Apprise, as ntfys://topic. Not set: no push.",
        examples=["keyring:push/grace"],
    )
    away: Annotated[tuple[dt.date, ...], Field(strict=False)] = Field(
        default=(), description="Dates on which they are on leave.", examples=[[dt.date(2026, 5, 4)]]
    )


class UrgentSettings(Table):
    """What happens to urgent requests while you are in deep work."""

    answer: int = Field(
        default=5,
        description="How long whoever covers has to answer before the next one is told.",
        examples=[10],
        ge=1,
        le=120,
        json_schema_extra={"unit": "minutes"},
    )
    windows: _Texts = Field(
        default=(),
        description="Local times at which what can wait is shown, besides the end of each block.",
        examples=[["11:30", "16:00"]],
    )
    weekly_overrides: int | None = Field(
        default=None,
        description="How many times a week deep work may be broken, as agreed. Not set: nothing is agreed.",
        examples=[2],
        ge=0,
        le=100,
    )
    retention: int = Field(
        default=30,
        description="How long the text of a request is kept that somebody was told about, sealed.",
        examples=[7],
        ge=1,
        le=365,
        json_schema_extra={"unit": "days"},
    )
    name: str = Field(
        default="", description="Your name in messages. Not set: what stands before the @.", examples=["Ada"]
    )
    rules: Annotated[tuple[UrgentRuleSettings, ...], Field(strict=False)] = Field(
        default=(), description="Rules for what comes in, one table for each.", examples=[[]]
    )
    people: Annotated[tuple[UrgentPersonSettings, ...], Field(strict=False)] = Field(
        default=(), description="How you and those who may cover are reached, one table for each.", examples=[[]]
    )
    mailbox: MailboxSettings = Field(
        default=MailboxSettings(), description="A mailbox that urgent requests come into, by IMAP."
    )

    @field_validator("windows")
    @classmethod
    def _times(cls, windows: tuple[str, ...]) -> tuple[str, ...]:
        for one in windows:
            try:
                dt.time.fromisoformat(one)
            except ValueError:
                raise ValueError(f"{one!r} is no time of day; write it like 16:00.") from None
        return windows
