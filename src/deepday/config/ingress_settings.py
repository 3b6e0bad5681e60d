"""The settings of the ingress: the second listener of ``deepday serve``, for what comes from outside."""

from ipaddress import ip_network
from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from deepday.config.table import Table

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_SCHEMES = frozenset({"env", "file", "keyring", "command"})


def _reference(text: str) -> str:
    """Refuse a secret where the place of one belongs; the text is not repeated."""
    scheme, colon, place = text.partition(":")
    if text and not (colon and place.strip() and scheme in _SCHEMES):
        raise ValueError("name where the secret is (env:, file:, keyring: or command:), not the secret itself.")
    return text


_Reference = Annotated[str, AfterValidator(_reference)]


def place_of(listen: str) -> tuple[str, int]:
    """Return host and port of ``HOST:PORT``. Raises :class:`ValueError`, in words, for anything else."""
    host, colon, port = listen.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise ValueError("write it like 127.0.0.1:8378.")
    return host, int(port)


class AlertSourceSettings(Table):
    """A machine that may send alerts, to the path /alerts/NAME."""

    name: str = Field(
        description="Its name, a part of the path.", examples=["training"], pattern=r"^[a-z0-9][a-z0-9-]{0,39}$"
    )
    secret: _Reference = Field(
        description="Where its secret is (env:, file:, keyring: or command:), never the secret.",
        examples=["env:TRAINING_ALERTS"],
        min_length=1,
    )
    alert: str = Field(
        default="",
        description="The class of alerts that name none, for the rules of [urgent].",
        examples=["training-failed"],
        max_length=60,
    )
    most: int = Field(
        default=60,
        description="How often it may send. What is more is refused with 429, and you are told once an hour.",
        examples=[10],
        ge=1,
        le=6000,
        json_schema_extra={"unit": "times a minute"},
    )


class IngressSettings(Table):
    """A listener of its own for Slack over HTTP, alerts of machines, and the form. Off unless listen is set."""

    listen: str = Field(
        default="",
        description="Where it listens, host and port. Not set: nowhere. Beyond this machine only with an address.",
        examples=["127.0.0.1:8378"],
    )
    address: str = Field(
        default="",
        description="The address by which others reach it, over TLS, as of a tunnel or a proxy before it.",
        examples=["https://deepday.example.org"],
        pattern=r"^(https://[A-Za-z0-9.-]+(:[0-9]+)?)?$",
    )
    proxies: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(),
        description="Addresses or networks of the tunnel or proxy before it: only these are believed about who sends "
        "(X-Forwarded-For). Not set: nobody is, and those who come by a proxy on this machine count as one.",
        examples=[["127.0.0.1"]],
    )
    slack_signing_secret: _Reference = Field(
        default="",
        description="Where the signing secret of your Slack app is (env:, file:, keyring: or command:), never the "
        "secret. Set: Slack's events come here, and no connection for them is opened.",
        examples=["env:SLACK_SIGNING_SECRET"],
    )
    form: bool = Field(
        default=False,
        description="Whether there is a form for those who cannot reach you by chat; replies link to it.",
        examples=[True],
    )
    alerts: Annotated[tuple[AlertSourceSettings, ...], Field(strict=False)] = Field(
        default=(),
        description="Machines that may send alerts, one table for each; see docs/ingress.md.",
        examples=[[{"name": "training", "secret": "env:TRAINING_ALERTS"}]],
    )

    @field_validator("listen")
    @classmethod
    def _place(cls, listen: str) -> str:
        if listen:
            place_of(listen)
        return listen

    @field_validator("proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for one in proxies:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError(f"{one!r} is no address or network; write it like 127.0.0.1 or 10.0.0.0/8.") from None
        return proxies

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.listen and not self.address and place_of(self.listen)[0] not in _THIS_MACHINE:
            raise ValueError("beyond this machine it needs an address with https, and what speaks TLS before it.")
        if self.form and not (self.address or self.listen):
            raise ValueError("the form needs an address that links can lead to.")
        names = [one.name for one in self.alerts]
        if len(names) != len(set(names)):
            raise ValueError("two sources of alerts have the same name.")
        return self


def form_address(settings: IngressSettings) -> str:
    """Return the address of the ingress that links to the form begin with; empty where there is no form."""
    if not settings.form:
        return ""
    return settings.address or f"http://{settings.listen}"
