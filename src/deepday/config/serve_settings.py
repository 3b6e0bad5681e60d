"""The settings of ``deepday serve`` and ``deepday worker``."""

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import Field, field_validator

from deepday.config.table import Table


class ServeSettings(Table):
    """What runs by itself."""

    sync_every: int = Field(
        default=15,
        description="How often calendars and activity are brought up to date; 0: never.",
        examples=[60],
        ge=0,
        le=1440,
        json_schema_extra={"unit": "minutes"},
    )
    port: int = Field(
        default=8377,
        description="The port of the page on this machine; 0: any that is free.",
        examples=[9000],
        ge=0,
        le=65_535,
    )
    heartbeat: str = Field(
        default="",
        description="Where the address is that hears after each passed self-audit that all is well (env:, file:, "
        "keyring: or command:). A monitor there tells you when it hears nothing. Not set: none.",
        examples=["keyring:heartbeat/deepday"],
    )
    heartbeat_method: Literal["GET", "POST"] = Field(
        default="GET", description="How that address is called.", examples=["POST"]
    )
    jobs: Literal["here", "workers"] = Field(
        default="here",
        description="Who does what is due: deepday serve itself, or the workers of a shared PostgreSQL database.",
        examples=["workers"],
    )
    backups: int = Field(
        default=7,
        description="How many daily backups are kept beside the store, where it is a file; 0: none is made.",
        examples=[14],
        ge=0,
        le=365,
    )
    backup_passphrase: str = Field(
        default="",
        description="Where the passphrase is that backups are sealed with (env:, file:, keyring: or command:). Keep a "
        "copy of it elsewhere: without it a sealed backup is lost. Not set: they are not sealed as a whole.",
        examples=["keyring:backups/deepday"],
    )


class QuotaSettings(Table):
    """How many requests all workers together may make of a vendor in a minute; beyond that, jobs wait their turn."""

    google: int = Field(
        default=8_000,
        description="Google allows a project 10,000 requests of Google Calendar a minute.",
        examples=[20_000],
        ge=1,
        json_schema_extra={"unit": "requests per minute"},
    )
    microsoft: int = Field(
        default=30_000,
        description="Microsoft limits an app to 10,000 requests in 10 minutes for each mailbox, and by tenant.",
        examples=[60_000],
        ge=1,
        json_schema_extra={"unit": "requests per minute"},
    )
    slack: int = Field(
        default=600,
        description="Slack allows an app about 50 requests a minute for each method and workspace.",
        examples=[50],
        ge=1,
        json_schema_extra={"unit": "requests per minute"},
    )
    others: int = Field(
        default=600,
        description="Any other service, CalDAV for one.",
        examples=[60],
        ge=1,
        json_schema_extra={"unit": "requests per minute"},
    )


class WorkerSettings(Table):
    """What one worker takes on."""

    concurrency: int = Field(
        default=8, description="How many jobs one worker does at a time.", examples=[16], ge=1, le=64
    )
    beat: int = Field(
        default=15,
        description="How often what is due is given out, once for all workers.",
        examples=[30],
        ge=1,
        le=59,
        json_schema_extra={"unit": "seconds"},
    )
    heartbeat: int = Field(
        default=10,
        description="How often a worker says that it lives; after three times as long its jobs are given to others.",
        examples=[5],
        ge=1,
        le=60,
        json_schema_extra={"unit": "seconds"},
    )
    sync_every: int = Field(
        default=15,
        description="How often each person's calendars and activity are brought up to date.",
        examples=[60],
        ge=1,
        le=1440,
        json_schema_extra={"unit": "minutes"},
    )
    least: int = Field(
        default=10,
        description="How many people a team's published mean is made of at least.",
        examples=[20],
        ge=5,
        json_schema_extra={"unit": "people"},
    )
    networks: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(),
        description="Private networks that workers may enter for calendars and services, besides public addresses.",
        examples=[["10.20.0.0/16"]],
    )
    quota: QuotaSettings = Field(
        default=QuotaSettings(), description="How much may be asked of the vendors in a minute, by all workers."
    )

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError(f"{one!r} is no network; write one like 10.20.0.0/16.") from None
        return given
