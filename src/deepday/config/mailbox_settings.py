"""The settings of the mailbox that urgent requests come into."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from deepday.config.table import Table

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MailboxSettings(Table):
    """A mailbox (IMAP) that is looked into for urgent requests. It is read only: nothing in it is ever changed."""

    host: str = Field(default="", description="Name of the server; empty: no mailbox.", examples=["imap.example.org"])
    port: int = Field(
        default=993, description="Its port: 993 with tls, 143 with starttls.", examples=[143], ge=1, le=65_535
    )
    security: Literal["tls", "starttls", "none"] = Field(
        default="tls", description="How the line is protected; none on this machine only.", examples=["starttls"]
    )
    user: str = Field(default="", description="User name.", examples=["ada@example.org"])
    password: str = Field(
        default="",
        description="Where the password is (env:, file:, keyring: or command:), never the password.",
        examples=["keyring:imap/ada"],
    )
    folder: str = Field(default="INBOX", description="The folder.", examples=["Urgent"], min_length=1)
    alias: str = Field(
        default="",
        description="Only mails to this address count. Not set: all that come into the folder.",
        examples=["ada+urgent@example.org"],
        pattern=r"^([^@\s]+@[^@\s]+)?$",
    )
    senders: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(),
        description="Who may ask: addresses, or domains with all their addresses. Not set: everybody.",
        examples=[["example.org", "grace@partner.example"]],
    )
    every: int = Field(
        default=60,
        description="How often it is looked into.",
        examples=[300],
        ge=15,
        le=3600,
        json_schema_extra={"unit": "seconds"},
    )

    @model_validator(mode="after")
    def _protected(self) -> Self:
        if not self.host:
            return self
        if self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError('security = "none" reads in the clear; use "tls" or "starttls".')
        if not (self.user and self.password):
            raise ValueError("user and password must be given.")
        return self
