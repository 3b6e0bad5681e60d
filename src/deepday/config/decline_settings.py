"""The settings of declining invitations: whose and which are never declined."""

from typing import Annotated

from pydantic import AfterValidator, Field

from deepday.config.table import Table


def _address(text: str) -> str:
    if text.count("@") != 1 or not all(text.split("@")) or any(letter.isspace() for letter in text):
        raise ValueError(f'"{text}" is no address; write one like "grace@example.org".')
    return text.casefold()


def _domain(text: str) -> str:
    bare = text.removeprefix("@").casefold()
    if not bare or "@" in bare or "/" in bare or any(letter.isspace() for letter in bare) or bare.startswith("."):
        raise ValueError(f'"{text}" is no domain; write what stands after the at sign, like "example.org".')
    return bare


def _keyword(text: str) -> str:
    if not text.strip():
        raise ValueError("a keyword says nothing; write a word that stands in titles.")
    return text.strip()


_Addresses = Annotated[tuple[Annotated[str, AfterValidator(_address)], ...], Field(strict=False, max_length=200)]
_Domains = Annotated[tuple[Annotated[str, AfterValidator(_domain)], ...], Field(strict=False, max_length=200)]
_Keywords = Annotated[tuple[Annotated[str, AfterValidator(_keyword)], ...], Field(strict=False, max_length=100)]


class DeclineSettings(Table):
    """Which invitations into deep-work days are never declined. Declining is off until: deepday decline on."""

    people: _Addresses = Field(
        default=(), description="Whose invitations are never declined, by address.", examples=[["grace@example.org"]]
    )
    domains: _Domains = Field(
        default=(),
        description="Organisations whose invitations are never declined, by what stands after the at sign; a domain "
        "covers what is below it.",
        examples=[["customer.example"]],
    )
    chain_of_command: _Addresses = Field(
        default=(),
        description="The addresses of those you report to, and of those they report to: never declined.",
        examples=[["lead@example.org", "director@example.org"]],
    )
    keywords: _Keywords = Field(
        default=(),
        description="Words in a title that keep an invitation from being declined; titles are looked at and not kept.",
        examples=[["interview", "incident"]],
    )
    largest_meeting: int = Field(
        default=8,
        description="Invitations with more people than that, you included, are never declined.",
        examples=[4],
        ge=2,
        le=500,
        json_schema_extra={"unit": "people"},
    )
    series: bool = Field(
        default=False,
        description="Whether single occurrences of new series may be declined; a whole series never is.",
        examples=[True],
    )
