"""The settings of making the case: language, own templates, and the server that mails are handed to."""

from typing import Literal, Self

from pydantic import Field, model_validator

from deepday.config.table import Table

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class CaseSettings(Table):
    """Language, own templates and agreement of the texts that deepday case makes."""

    language: Literal["en", "de"] = Field(default="en", description="Language of the texts.", examples=["de"])
    templates: str = Field(
        default="",
        description="Folder of your own templates (deepday case templates --copy FOLDER); what is not there comes with "
        "deepday.",
        examples=["/home/ada/case-templates"],
    )
    agreement: str = Field(
        default="",
        description="The agreement. Not set: agreement.toml beside this file.",
        examples=["/home/ada/a.toml"],
    )


class SmtpSettings(Table):
    """The server that mails are handed to: follow-up mails with --send only, and what [urgent] is set to mail."""

    host: str = Field(default="", description="Name of the server.", examples=["smtp.example.org"])
    port: int = Field(
        default=587, description="Its port: 587 with starttls, 465 with tls.", examples=[465], ge=1, le=65_535
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the line is protected; none on this machine only.", examples=["tls"]
    )
    user: str = Field(default="", description="User name; empty: no sign-in.", examples=["ada@example.org"])
    password: str = Field(
        default="",
        description="Where the password is (env:, file:, keyring: or command:), never the password.",
        examples=["keyring:smtp/ada"],
    )

    @model_validator(mode="after")
    def _protected(self) -> Self:
        if self.security == "none" and self.host and self.host not in _LOOPBACK:
            raise ValueError('security = "none" sends in the clear; use "starttls" or "tls".')
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password belong together.")
        return self
