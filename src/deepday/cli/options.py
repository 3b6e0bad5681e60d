"""Options that several commands share, and the request that they make."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from deepday.app.request import Request

Calendars = Annotated[
    list[str] | None,
    typer.Option("--calendar", metavar="FILE", help="An .ics file, a folder of them, or a feed's URL; repeatable."),
]
MoreCalendars = Annotated[list[str] | None, typer.Argument(metavar="FILE", help="More calendars.", hidden=True)]
SlackExport = Annotated[
    Path | None, typer.Option("--slack-export", metavar="PATH", help="A Slack export: the ZIP, or its folder.")
]
Me = Annotated[str | None, typer.Option("--me", metavar="EMAIL", help="Your address in calendar and Slack.")]
SlackUser = Annotated[
    str | None, typer.Option("--slack-user", metavar="ID", help="Your Slack user, if the address does not tell.")
]
Zone = Annotated[str | None, typer.Option("--zone", help="Your time zone, such as Europe/Berlin.")]
Hours = Annotated[
    str | None, typer.Option("--hours", help='Working hours: "Mon-Fri 09:00-12:30,13:30-18:00; Sat 10:00-12:00".')
]
Holidays = Annotated[
    str | None, typer.Option("--holidays", metavar="CC[-SUB]|none", help="Public holidays, such as DE-BE.")
]
Person = Annotated[
    list[str] | None,
    typer.Option("--person", metavar="NAME", help="Somebody else: an address, a Slack ID, a whole name; repeatable."),
]
First = Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date, or a week: 2026-W11.")]
Last = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date, included, or a week.")]
Lag = Annotated[
    str | None,
    typer.Option("--resumption-lag", metavar="MIN", help='Minutes to pick work up again: "1,5,15" or one number.'),
]
BurstGap = Annotated[
    float | None, typer.Option("--burst-gap", metavar="MIN", help="Minutes between messages of one burst.")
]
CountTentative = Annotated[bool, typer.Option("--count-tentative", help="Count tentative meetings too.")]
Preset = Annotated[str | None, typer.Option("--preset", help="Count focus as another tool does, such as clockwise/1.")]
Rate = Annotated[float | None, typer.Option("--hourly-rate", metavar="MONEY", help="Show a value of the time, too.")]
Titles = Annotated[bool, typer.Option("--titles", help="Keep the titles of events, to recognise them.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")]


def request(context: typer.Context) -> "Request":
    """Return what the command was asked for, from those of the options above that it has."""
    from deepday.app.request import Request  # noqa: PLC0415 - help does without

    given: dict[str, Any] = dict(context.params)
    calendars = (*(given.pop("calendar", None) or ()), *(given.pop("more", None) or ()))
    given["keep_titles"] = given.pop("titles", False)
    known = {name: value for name, value in given.items() if name in Request.__dataclass_fields__}
    return Request(calendars=calendars, **known)
