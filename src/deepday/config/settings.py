"""The settings: one definition gives the validation, the example file and the JSON Schema.

Values that another part reads (hours, zone, lag, preset) stay text here; what can be checked without that part is.
"""

import datetime as dt
from itertools import pairwise
from typing import Annotated, Self, get_args

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo

from deepday.config.case_settings import CaseSettings, SmtpSettings
from deepday.config.ingress_settings import IngressSettings
from deepday.config.plan_settings import MeetingRuleSettings, OwnPointPersonSettings, PlanSettings
from deepday.config.protect_settings import ProtectedAccountSettings, ProtectSettings, TextSettings
from deepday.config.serve_settings import ServeSettings, WorkerSettings
from deepday.config.table import Holidays, Hours, Table, Zone, or_date
from deepday.config.trial_settings import TrialSettings
from deepday.config.urgent_settings import UrgentSettings


class OwnHoliday(Table):
    """A day off of one's own, besides the public ones: a date, or a table with date and name."""

    model_config = ConfigDict(json_schema_extra=or_date)

    date: dt.date = Field(description="The day.", examples=[dt.date(2026, 12, 24)])
    name: str = Field(default="day off", description="What the reports call it.", examples=["moving house"])

    @model_validator(mode="before")
    @classmethod
    def _from_date(cls, value: object) -> object:
        if type(value) is dt.date:
            return {"date": value}
        if not isinstance(value, dict | OwnHoliday):
            raise ValueError('must be a date (2026-12-24) or { date = 2026-12-24, name = "moving house" }.')  # noqa: TRY004
        return value


class Me(Table):
    """Whose week is measured."""

    email: str | None = Field(
        default=None,
        description="Your address in calendars and in Slack; upper and lower case do not matter.",
        examples=["ada@example.org"],
        pattern=r"^[^@\s]+@[^@\s]+$",
    )
    slack_user: str | None = Field(
        default=None,
        description="Your Slack member ID, where the address does not lead to you.",
        examples=["U012AB3CD"],
        pattern=r"^[UW][A-Z0-9]+$",
    )
    zone: Zone | None = Field(
        default=None,
        description="The time zone you live by, a name of the IANA list. Not set: each command asks for --zone.",
        examples=["Europe/Berlin"],
    )
    hours: Hours = Field(
        default="Mon-Fri 09:00-17:00",
        description="Your working hours in local time. The time between two spans of a day is a break.",
        examples=["Mon-Thu 09:00-12:30,13:15-18:00; Fri 09:00-13:00"],
    )
    holidays: Holidays = Field(
        default="none",
        description='The public holidays that you have off: country, or country and region (ISO 3166), or "none".',
        examples=["DE-BE"],
    )
    own_holidays: Annotated[tuple[OwnHoliday, ...], Field(strict=False)] = Field(
        default=(),
        description="Days off besides the public ones: dates, or tables with date and name.",
        examples=[[dt.date(2026, 12, 24), {"date": dt.date(2026, 12, 31), "name": "moving house"}]],
    )


class TripSettings(Table):
    """A time that you spend in another zone."""

    first: dt.date = Field(description="The first local date there.", examples=[dt.date(2026, 5, 4)])
    last: dt.date = Field(description="The last local date there, included.", examples=[dt.date(2026, 5, 8)])
    zone: Zone = Field(description="The time zone there.", examples=["America/New_York"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the trip ends on {self.last}, before it begins on {self.first}.")
        return self


class MeasureSettings(Table):
    """What the figures assume. Every report says which of these it was made with."""

    resumption_lag: str = Field(
        default="1,5,15",
        description="How long it takes to pick work up again: one number, or lowest, most likely and highest.",
        examples=["10"],
        pattern=r"^\s*[0-9.]+\s*(,\s*[0-9.]+\s*,\s*[0-9.]+\s*)?$",
        json_schema_extra={"unit": "minutes"},
    )
    burst_gap: float = Field(
        default=5,
        description="Messages no further apart than this are one interruption.",
        examples=[3],
        ge=1,
        le=60,
        json_schema_extra={"unit": "minutes"},
    )
    answer_limit: float = Field(
        default=60,
        description="The answering time that is agreed on; reports give the share of messages answered within it.",
        examples=[240],
        gt=0,
        le=10_080,
        json_schema_extra={"unit": "minutes of working time"},
    )
    notice: float = Field(
        default=0.6,
        description="How many of the messages that you did not answer are taken as noticed.",
        examples=[0.3],
        ge=0,
        le=1,
        json_schema_extra={"unit": "share from 0 to 1"},
    )
    count_tentative: bool = Field(
        default=False, description="Whether meetings count that you accepted tentatively.", examples=[True]
    )
    preset: str = Field(
        default="deepday/1",
        description="How focus is counted, so that figures can be laid beside another tool's.",
        examples=["viva/1"],
        pattern=r"^[a-z0-9-]+/[0-9]+$",
    )
    hourly_rate: float | None = Field(
        default=None,
        description="What an hour of your work costs, on-costs included. Not set: no money in the reports.",
        examples=[75],
        gt=0,
        json_schema_extra={"unit": "currency per hour"},
    )
    currency: str = Field(
        default="EUR", description="The currency of that rate (ISO 4217).", examples=["USD"], pattern=r"^[A-Z]{3}$"
    )


class PrivacySettings(Table):
    """What may be kept. Texts, places and people's names never are."""

    keep_titles: bool = Field(
        default=False, description="Whether titles of calendar events may be kept on this machine.", examples=[True]
    )
    keep_rows: int | None = Field(
        default=None,
        description="How long single messages and events are kept. What is older cannot be measured any more. Nothing "
        "is deleted while a trial runs, nor for as long after its end; then its result cannot be computed again. Not "
        "set: until deepday erase.",
        examples=[90],
        ge=35,
        le=3650,
        json_schema_extra={"unit": "days"},
    )


class Settings(Table):
    """Everything that can be set. A file that is missing, or empty, means the defaults."""

    me: Me = Field(default=Me(), description="Whose week it is.")
    trips: Annotated[tuple[TripSettings, ...], Field(strict=False)] = Field(
        default=(), description="Times that you spend in another zone, one table for each."
    )
    measure: MeasureSettings = Field(default=MeasureSettings(), description="What the figures assume.")
    plan: PlanSettings = Field(default=PlanSettings(), description="What your deep-work days should be like.")
    point_people: Annotated[tuple[OwnPointPersonSettings, ...], Field(strict=False)] = Field(
        default=(), description="Who may cover for you on a deep-work day, one table for each; see deepday plan --team."
    )
    meetings: Annotated[tuple[MeetingRuleSettings, ...], Field(strict=False)] = Field(
        default=(), description="Which meetings move for a deep-work day, and at what price, one table for each rule."
    )
    protect: ProtectSettings = Field(
        default=ProtectSettings(), description="What is shown to colleagues on your deep-work days."
    )
    texts: TextSettings = Field(default=TextSettings(), description="Your own words for it; see deepday texts.")
    accounts: Annotated[tuple[ProtectedAccountSettings, ...], Field(strict=False)] = Field(
        default=(), description="What is done otherwise on single accounts, one table for each."
    )
    serve: ServeSettings = Field(default=ServeSettings(), description="What deepday serve does by itself.")
    ingress: IngressSettings = Field(
        default=IngressSettings(), description="A second listener of deepday serve, for what comes from outside."
    )
    workers: WorkerSettings = Field(
        default=WorkerSettings(), description="How deepday worker does the jobs of many people on a shared database."
    )
    trial: TrialSettings = Field(default=TrialSettings(), description="How a trial is designed.")
    urgent: UrgentSettings = Field(
        default=UrgentSettings(),
        description="Who is asked when somebody needs you urgently, and what counts as urgent.",
    )
    privacy: PrivacySettings = Field(default=PrivacySettings(), description="What may be kept.")
    case: CaseSettings = Field(default=CaseSettings(), description="How the texts of deepday case are made.")
    smtp: SmtpSettings = Field(default=SmtpSettings(), description="The server that mails are handed to.")

    @field_validator("point_people")
    @classmethod
    def _others(
        cls, people: tuple[OwnPointPersonSettings, ...], info: ValidationInfo
    ) -> tuple[OwnPointPersonSettings, ...]:
        me = info.data.get("me")
        seen: set[str] = set()
        for one in people:
            if me and me.email and one.email.lower() == me.email.lower():
                raise ValueError(f"{one.email} is you; nobody covers for themselves, so name somebody else.")
            if one.email.lower() in seen:
                raise ValueError(f"{one.email} is there twice; name each address once.")
            seen.add(one.email.lower())
        return people

    @model_validator(mode="after")
    def _a_server_for_mail(self) -> Self:
        if not self.smtp.host and any(one.mail for one in self.urgent.people):
            raise ValueError("[[urgent.people]] names an address for mail: set host under [smtp] as well.")
        if not self.smtp.host and self.trial.letter == "mail":
            raise ValueError('letter = "mail" under [trial]: set host under [smtp] as well.')
        return self

    @field_validator("trips")
    @classmethod
    def _apart(cls, trips: tuple[TripSettings, ...]) -> tuple[TripSettings, ...]:
        ordered = sorted(trips, key=lambda trip: trip.first)
        for one, other in pairwise(ordered):
            if other.first <= one.last:
                raise ValueError(f"the trips from {one.first} and from {other.first} overlap.")
        return trips


def table_of(field: FieldInfo) -> type[Table] | None:
    """Return the table that a setting consists of, or is a list of; ``None`` for a plain value."""
    annotation = field.annotation
    candidates = (annotation, *get_args(annotation))
    return next((item for item in candidates if isinstance(item, type) and issubclass(item, Table)), None)
