"""The settings of protection: what is shown to colleagues on deep-work days, in which words, and on which account."""

from typing import Literal

from pydantic import Field

from deepday.config.decline_settings import DeclineSettings
from deepday.config.table import Table


class ProtectSettings(Table):
    """What happens on accepted deep-work days; nothing that was not allowed when an account was connected."""

    language: Literal["en", "de"] = Field(
        default="en", description="The language of what colleagues read.", examples=["de"]
    )
    show: Literal["focus", "out of office"] = Field(
        default="focus",
        description="How the day stands in your calendar, where the calendar tells the two apart.",
        examples=["out of office"],
    )
    events: bool = Field(
        default=True, description="Whether the day becomes an event in your calendar.", examples=[False]
    )
    status: bool = Field(default=True, description="Whether your status says so.", examples=[False])
    do_not_disturb: bool = Field(default=True, description="Whether notifications are held.", examples=[False])
    automatic_reply: bool = Field(default=True, description="Whether mail is answered.", examples=[False])
    reply_audience: Literal["as it is", "nobody", "contacts", "everybody"] = Field(
        default="as it is",
        description="Who outside your organisation gets the automatic reply; as it is: whoever would get your own. "
        "Gmail has one text for all: as it is then means nobody outside, and on a private account as it is there.",
        examples=["nobody"],
    )
    presence: bool = Field(
        default=True,
        description="Whether your presence becomes do not disturb, where no notifications are held.",
        examples=[False],
    )
    emoji: str = Field(
        default=":headphones:",
        description="The emoji of the status, by name.",
        examples=[":no_entry:"],
        pattern=r"^:[a-z0-9_+-]+:$",
    )
    answer_after: int = Field(
        default=60,
        description="How long after the day's end an answer can be expected; the automatic reply says so.",
        examples=[15],
        ge=0,
        le=10_080,
        json_schema_extra={"unit": "minutes"},
    )
    grace: int = Field(
        default=2,
        description="How long after the day's end services end by themselves what was set, should deepday not run.",
        examples=[5],
        ge=1,
        le=60,
        json_schema_extra={"unit": "minutes"},
    )
    late: int = Field(
        default=10,
        description="A day is not begun any more when less than this is left of it.",
        examples=[30],
        ge=0,
        le=240,
        json_schema_extra={"unit": "minutes"},
    )
    own_calendar: bool = Field(
        default=False,
        description="Whether events go to a calendar that deepday makes for them, which colleagues' look-ups do not "
        "see; connect with --allow own-calendar.",
        examples=[True],
    )
    decline: DeclineSettings = Field(
        default=DeclineSettings(), description="Which invitations into deep-work days are never declined."
    )


class TextSettings(Table):
    """Texts of your own, in the place of those that deepday has in your language."""

    title: str | None = Field(
        default=None,
        description="The title of the event in your calendar. All texts may have placeholders in double braces: "
        "until, day, answer, point_person, point_reach, backup, backup_reach, urgent, form, next_free.",
        examples=["Deep work until {{ until }}"],
        max_length=500,
    )
    status: str | None = Field(
        default=None,
        description="The status.",
        examples=["Deep work until {{ until }}, urgent: {{ point_person }}"],
        max_length=500,
    )
    status_short: str | None = Field(
        default=None,
        description="The status where the other one would be too long.",
        examples=["Deep work until {{ until }}"],
        max_length=100,
    )
    subject: str | None = Field(
        default=None,
        description="The subject of the automatic reply.",
        examples=["Back at {{ until }}"],
        max_length=500,
    )
    inside: str | None = Field(
        default=None,
        description="The automatic reply to people inside your organisation.",
        examples=["I answer by {{ answer }}. {{ point_person }} covers for me."],
        max_length=5000,
    )
    outside: str | None = Field(
        default=None,
        description="The automatic reply to people outside, where it is sent to them at all.",
        examples=["I answer by {{ answer }}."],
        max_length=5000,
    )
    decline: str | None = Field(
        default=None,
        description="What organisers of new meetings in a deep-work day read, where they are declined.",
        examples=["I keep this time for deep work.{% if next_free %} I am free on {{ next_free }}.{% endif %}"],
        max_length=5000,
    )
    urgent: str | None = Field(
        default=None, description="The word that marks a message as urgent.", examples=["911"], max_length=40
    )


class ProtectedAccountSettings(Table):
    """What protection does on one account, where it differs from [protect]."""

    account: str = Field(
        description="The account's name as deepday connect list shows it, or its provider.",
        examples=["google"],
        min_length=1,
    )
    calendar: str | None = Field(
        default=None,
        description="The calendar that events go to, by its name. Not set: the primary one, which colleagues see.",
        examples=["Deep work"],
    )
    own_calendar: bool | None = Field(default=None, description="As in [protect].", examples=[True])
    events: bool | None = Field(default=None, description="As in [protect].", examples=[False])
    status: bool | None = Field(default=None, description="As in [protect].", examples=[False])
    do_not_disturb: bool | None = Field(default=None, description="As in [protect].", examples=[False])
    automatic_reply: bool | None = Field(default=None, description="As in [protect].", examples=[False])
    presence: bool | None = Field(default=None, description="As in [protect].", examples=[False])
