"""The settings of ``deepday serve``."""

from typing import Literal

from pydantic import Field

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
