"""The settings of planning: for one person in the settings file, for a team in a file of its own."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from deepday.config.table import Holidays, Hours, Table, Zone, or_date

Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEKDAYS: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_Weekdays = Annotated[tuple[Weekday, ...], Field(strict=False)]
_Dates = Annotated[tuple[dt.date, ...], Field(strict=False)]
_ADDRESS = r"^[^@\s]+@[^@\s]+$"


class FixedDay(Table):
    """A date that is taken: a date, or a table with date and reason."""

    model_config = ConfigDict(json_schema_extra=or_date)

    date: dt.date = Field(description="The day.", examples=[dt.date(2026, 5, 4)])
    reason: str = Field(default="taken", description="What the explanations call it.", examples=["on call"])

    @model_validator(mode="before")
    @classmethod
    def _from_date(cls, value: object) -> object:
        if type(value) is dt.date:
            return {"date": value}
        if not isinstance(value, dict | FixedDay):
            raise ValueError('must be a date (2026-05-04) or { date = 2026-05-04, reason = "on call" }.')  # noqa: TRY004
        return value


_Fixed = Annotated[tuple[FixedDay, ...], Field(strict=False)]


class PriceSettings(Table):
    """How the price of moving a meeting is estimated. Only the order of size matters to a plan."""

    share: float = Field(
        default=0.3,
        description="Share of a meeting's length that moving it costs each other person.",
        examples=[0.5],
        ge=0,
        le=2,
        json_schema_extra={"unit": "share"},
    )
    arranging: int = Field(
        default=5,
        description="What arranging it anew costs each other person.",
        examples=[10],
        ge=0,
        le=120,
        json_schema_extra={"unit": "minutes"},
    )
    organiser: float = Field(
        default=0.5,
        description="Share of arranging that is left where you organise, since nobody must be asked.",
        examples=[1.0],
        ge=0,
        le=1,
        json_schema_extra={"unit": "share from 0 to 1"},
    )
    solo: float = Field(
        default=0.25,
        description="Share of its length that moving an entry of your own costs.",
        examples=[0.5],
        ge=0,
        le=2,
        json_schema_extra={"unit": "share"},
    )
    series: float = Field(
        default=0.7,
        description="Factor for a recurring one-to-one, which has a next time.",
        examples=[1.0],
        ge=0,
        le=2,
        json_schema_extra={"unit": "factor"},
    )
    unanswered: float = Field(
        default=0.5,
        description="Factor for an invitation that you have not accepted yet.",
        examples=[1.0],
        ge=0,
        le=2,
        json_schema_extra={"unit": "factor"},
    )
    large: int = Field(
        default=8,
        description="From how many people on a meeting does not move for one of them, unless you organise it.",
        examples=[12],
        ge=2,
        le=10_000,
        json_schema_extra={"unit": "people"},
    )


class PlanSettings(Table):
    """What deep-work days should be like. Rules hold in every plan; wishes cost minutes."""

    quota: int = Field(
        default=2,
        description="How many deep-work days there are in each sprint; a rule.",
        examples=[1],
        ge=0,
        le=84,
    )
    sprint: int = Field(
        default=1,
        description="Over how many ISO weeks the quota counts.",
        examples=[2],
        ge=1,
        le=12,
        json_schema_extra={"unit": "weeks"},
    )
    unit: Literal["day", "half"] = Field(default="day", description="Whole days, or half days.", examples=["half"])
    block: int = Field(
        default=120,
        description="How long an unbroken stretch must be to count; each day has at least one; a rule.",
        examples=[180],
        ge=15,
        le=720,
        json_schema_extra={"unit": "minutes"},
    )
    never: _Weekdays = Field(default=(), description="Weekdays that never are; a rule.", examples=[["Mon"]])
    fixed: _Fixed = Field(
        default=(),
        description="Dates that are taken, such as on-call duty: dates, or tables with date and reason; a rule.",
        examples=[[dt.date(2026, 5, 4), {"date": dt.date(2026, 5, 5), "reason": "on call"}]],
    )
    gap: int = Field(
        default=1,
        description="How many dates lie at least from one deep-work day to the next; 2 forbids two in a row; a rule.",
        examples=[2],
        ge=1,
        le=7,
        json_schema_extra={"unit": "days"},
    )
    cap: float | None = Field(
        default=None,
        description="The largest share of a week that meetings and deep-work days may take together; a rule.",
        examples=[0.8],
        gt=0,
        le=1,
        json_schema_extra={"unit": "share from 0 to 1"},
    )
    prefer: _Weekdays = Field(default=(), description="Weekdays that you like best; a wish.", examples=[["Tue", "Thu"]])
    part: Literal["", "morning", "afternoon"] = Field(
        default="", description="Which half days you like best; a wish.", examples=["morning"]
    )
    spacing: Literal["", "apart", "together"] = Field(
        default="", description="Whether deep-work days had better lie apart, or in a row; a wish.", examples=["apart"]
    )
    regular: bool = Field(
        default=False,
        description="Whether they had better be on the same weekdays each week; a wish.",
        examples=[True],
    )
    releases: _Dates = Field(
        default=(),
        description="Dates of releases: the working day before one had better not be a deep-work day; a wish, twice.",
        examples=[[dt.date(2026, 5, 20)]],
    )
    wish: int = Field(
        default=60,
        description="How many minutes of uninterrupted time a wish is worth.",
        examples=[30],
        ge=0,
        le=480,
        json_schema_extra={"unit": "minutes"},
    )
    notice: int = Field(
        default=24,
        description="The frozen window: nothing new is planned that begins sooner than this; 0 for none.",
        examples=[48],
        ge=0,
        le=336,
        json_schema_extra={"unit": "hours"},
    )
    prices: PriceSettings = Field(
        default=PriceSettings(),
        description="What moving a meeting costs, where no rule under [[meetings]] says it.",
        examples=[{"share": 0.5}],
    )


class PointPersonSettings(Table):
    """Somebody who may cover."""

    email: str = Field(description="Their address.", examples=["grace@example.org"], pattern=_ADDRESS)
    name: str = Field(
        default="",
        description="What colleagues call them. Not set: the address without its domain.",
        examples=["Grace Hopper"],
        max_length=60,
    )
    reach: str = Field(
        default="",
        description="How colleagues reach them when it is urgent. Not set: the address.",
        examples=["@grace"],
        max_length=60,
    )
    topics: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="What they can answer for; empty: everything.", examples=[["training", "serving"]]
    )
    agreed: bool = Field(description="Whether they have agreed. Who has not is never planned in.", examples=[True])


class OwnPointPersonSettings(PointPersonSettings):
    """Somebody who may cover for you, and where their calendar can be read."""

    zone: Zone | None = Field(default=None, description="Their time zone. Not set: yours.", examples=["Europe/London"])
    hours: Hours | None = Field(
        default=None, description="Their local working hours. Not set: yours.", examples=["Mon-Thu 09:00-15:00"]
    )
    calendars: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(),
        description="Their calendars: .ics files or feeds' URLs. Without one nobody knows whether they are free.",
        examples=[["/home/ada/calendars/grace.ics"]],
    )


class MeetingRuleSettings(Table):
    """A rule for meetings. The first that fits counts; without one the price is estimated."""

    title: str | None = Field(
        default=None, description="A part of the title; needs kept titles.", examples=["stand-up"]
    )
    uid: str | None = Field(default=None, description="The UID, as --json shows it.", examples=["4f2a@example.org"])
    moves: bool | None = Field(default=None, description="Whether it moves at all. Not set: yes.", examples=[False])
    price: int | None = Field(
        default=None,
        description="What moving it costs everybody together. Not set: estimated.",
        examples=[45],
        ge=0,
        le=10_000,
        json_schema_extra={"unit": "minutes"},
    )

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.title or self.uid):
            raise ValueError("names no meeting; give title or uid.")
        return self


class TripOfMember(Table):
    """A time that somebody spends in another zone."""

    first: dt.date = Field(description="The first local date there.", examples=[dt.date(2026, 5, 4)])
    last: dt.date = Field(description="The last local date there, included.", examples=[dt.date(2026, 5, 8)])
    zone: Zone = Field(description="The time zone there.", examples=["America/New_York"])


class TeamPerson(Table):
    """A person of the team: who, when they work, what they ask for, whom they cover for."""

    email: str = Field(description="Their address in calendars.", examples=["ada@example.org"], pattern=_ADDRESS)
    zone: Zone = Field(description="The time zone they live by.", examples=["Europe/Berlin"])
    hours: Hours = Field(
        default="Mon-Fri 09:00-17:00", description="Local working hours.", examples=["Mon 09:00-17:00"]
    )
    holidays: Holidays = Field(default="none", description="Public holidays that they have off.", examples=["DE-BE"])
    trips: Annotated[tuple[TripOfMember, ...], Field(strict=False)] = Field(
        default=(), description="Times in another zone.", examples=[[]]
    )
    calendars: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(),
        description="Their calendars: .ics files, folders or feeds' URLs; paths count from the team file.",
        examples=[["ada.ics"]],
    )
    plan: PlanSettings | None = Field(default=None, description="Their own wishes and rules; not set: the team's.")
    deep: bool = Field(default=True, description="Whether they get deep-work days, or only cover.", examples=[False])
    topics: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="Topics that each need a point person on their deep-work days.", examples=[["training"]]
    )
    point_people: Annotated[tuple[PointPersonSettings, ...], Field(strict=False)] = Field(
        default=(), description="Who may cover for them.", examples=[[]]
    )
    covers_at_once: int = Field(
        default=3, description="For how many people they cover on one date at most.", examples=[2], ge=1, le=20
    )


class TeamSettings(Table):
    """Who are a team, and how many of them stay reachable."""

    name: str = Field(description="What the explanations call it.", examples=["ML platform"])
    members: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        description="Addresses of its members.", examples=[["ada@example.org"]]
    )
    reachable: int = Field(
        default=0, description="How many stay reachable at every hour at which any of them works.", examples=[2], ge=0
    )


class CoveringSettings(Table):
    """When somebody is free enough to cover."""

    presence: float = Field(
        default=0.75, description="Share of the deep-work day in their own working hours.", examples=[0.5], gt=0, le=1
    )
    busy: float = Field(
        default=0.5, description="Share of that time that their own meetings may take.", examples=[0.3], ge=0, le=1
    )
    backups: int = Field(default=1, description="How many stand behind each point person.", examples=[0], ge=0, le=1)


class TeamFile(Table):
    """A team file: people, teams, and what holds for all of them."""

    plan: PlanSettings = Field(default=PlanSettings(), description="What deep-work days should be like.")
    covering: CoveringSettings = Field(default=CoveringSettings(), description="When somebody is free enough to cover.")
    person: Annotated[tuple[TeamPerson, ...], Field(strict=False)] = Field(default=(), description="The people.")
    team: Annotated[tuple[TeamSettings, ...], Field(strict=False)] = Field(default=(), description="The teams.")
    meetings: Annotated[tuple[MeetingRuleSettings, ...], Field(strict=False)] = Field(
        default=(), description="Rules for meetings."
    )

    @field_validator("person")
    @classmethod
    def _told_apart(cls, people: tuple[TeamPerson, ...]) -> tuple[TeamPerson, ...]:
        seen: set[str] = set()
        for one in people:
            if one.email.lower() in seen:
                raise ValueError(f"{one.email} is there twice; name each address once.")
            seen.add(one.email.lower())
        return people
