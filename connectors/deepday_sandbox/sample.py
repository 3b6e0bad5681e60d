"""The sample as a whole: calendars first, then the chat that fits between the meetings."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import recurring_ical_events
from icalendar import Calendar

from deepday.connect import Sample
from deepday.model import Interval, merge
from deepday_sandbox.calendar_file import write_google, write_outlook
from deepday_sandbox.calendar_plan import Calendars, plan_calendars
from deepday_sandbox.chat_days import Load, between, in_working_hours, loads
from deepday_sandbox.chat_noise import add_bots, add_chatter, decorate, reorganise
from deepday_sandbox.chat_talk import Talk
from deepday_sandbox.people import OWNER
from deepday_sandbox.period import (
    BERLIN,
    EVENING_INCIDENT,
    FIRST,
    HOLIDAYS,
    HOURS,
    LAST,
    REORGANISED,
    TRIP,
    WEEKEND_INCIDENT,
)
from deepday_sandbox.slack_export import write_export
from deepday_sandbox.workspace import Workspace


def write_sample(folder: Path, seed: int) -> Sample:
    """Write ``calendar.ics``, ``team.ics`` and ``slack-export.zip``; see :class:`deepday_sandbox.SandboxConnector`."""
    folder.mkdir(parents=True, exist_ok=True)
    calendars = plan_calendars(Random(f"{seed} calendars"))  # noqa: S311 - a sample must be repeatable, not secret
    own, team = folder / "calendar.ics", folder / "team.ics"
    own.write_bytes(write_google(OWNER.name, calendars.own))
    team.write_bytes(write_outlook("Applied ML team", calendars.team))

    workspace, chance = chat_of(seed, calendars)
    slack = folder / "slack-export.zip"
    write_export(slack, workspace, chance)
    return Sample(
        calendars=(own, team),
        slack_export=slack,
        email=OWNER.email,
        zone=BERLIN,
        hours=HOURS,
        holidays=HOLIDAYS,
        trips=(TRIP,),
        first=FIRST,
        last=LAST,
    )


def chat_of(seed: int, calendars: Calendars) -> tuple[Workspace, Random]:
    """Return the five weeks of chat that fit between the meetings, and the chance to go on with."""
    chance = Random(f"{seed} chat")  # noqa: S311 - of its own, so that a new meeting leaves the chat alone
    workspace = Workspace(chance)
    _fill(workspace, chance, _meetings(write_google(OWNER.name, calendars.own)))
    return workspace, chance


def _meetings(content: bytes) -> list[Interval]:
    """Return when the owner sits with others."""
    events = recurring_ical_events.of(Calendar.from_ical(content)).between(FIRST, LAST + timedelta(days=1))
    return merge(
        Interval(int(event.start.timestamp()), int(event.end.timestamp()))
        for event in events
        if isinstance(event.get("ATTENDEE"), list) and event["ATTENDEE"][0].params["PARTSTAT"] == "ACCEPTED"
    )


def _fill(workspace: Workspace, chance: Random, meetings: Sequence[Interval]) -> None:
    talk = Talk(workspace, chance)
    for day, load in loads(chance).items():
        if day == REORGANISED:
            reorganise(workspace)
        add_bots(workspace, chance, day)
        add_chatter(workspace, chance, day)
        if load is Load.OFF:
            _day_off(talk, chance, day)
        else:
            _working_day(talk, chance, day, load, meetings)
        if day == WEEKEND_INCIDENT:
            talk.incident(between(chance, day, "14:00", "14:30", 1)[0], 110)
        if day == EVENING_INCIDENT:
            talk.incident(between(chance, day, "20:10", "20:20", 1)[0], 90)
    decorate(workspace, chance)


def _working_day(talk: Talk, chance: Random, day: date, load: Load, meetings: Sequence[Interval]) -> None:
    count, hectic = chance.randint(*load.value), load is Load.HECTIC
    if load is Load.CALM:  # the others are busy elsewhere until late, and so is the owner
        for at in between(chance, day, "14:45", "18:00", count):
            talk.happen(at, answered=0.94)
        return
    for at in in_working_hours(chance, day, count, meetings):
        talk.happen(at, answered=0.94)
    for at in between(chance, day, "09:10", "17:50", chance.randrange(1, 4)):
        talk.ask(at)
    if chance.random() < 0.7:
        talk.ask_channel(between(chance, day, "09:30", "17:00", 1)[0])
    for at in between(chance, day, "12:32", "13:28", chance.randrange(1 + hectic, 3 + hectic)):
        talk.happen(at, answered=0.45)
    for at in between(chance, day, "08:10", "08:58", chance.randrange(2 + hectic)):
        talk.happen(at, answered=0.2)
    at_work = hectic or chance.random() < 0.35  # some evenings the owner goes on, on others messages wait
    for at in between(chance, day, "18:05", "22:30", chance.randrange(2, 6) if at_work else chance.randrange(3)):
        talk.happen(at, answered=0.7 if at_work else 0.15)


def _day_off(talk: Talk, chance: Random, day: date) -> None:
    count = chance.randrange(3) if day.weekday() > 4 else chance.randrange(2, 6)
    for at in between(chance, day, "09:00", "20:00", count):
        talk.happen(at, answered=0.15)
