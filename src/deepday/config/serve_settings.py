"""The settings of ``deepday serve``."""

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
    backups: int = Field(
        default=7,
        description="How many daily backups are kept beside the store, where it is a file; 0: none is made.",
        examples=[14],
        ge=0,
        le=365,
    )
