"""Options that several commands share, and what they make of them."""

from pathlib import Path
from typing import Annotated

import typer

Calendars = Annotated[
    list[str] | None,
    typer.Option("--calendar", metavar="FILE", help="An .ics file, a folder of them, or a feed's URL; repeatable."),
]
MoreCalendars = Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="More calendars.", hidden=True)]
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
Rate = Annotated[
    float | None, typer.Option("--hourly-rate", metavar="MONEY", min=0, help="Show a value of the time, too.")
]
Titles = Annotated[bool, typer.Option("--titles", help="Keep the titles of events, to recognise them.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")]
