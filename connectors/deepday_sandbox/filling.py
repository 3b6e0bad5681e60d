"""The invented team moves into the office: its people, calendars and five weeks of chat."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from deepday.model import DateRange, EventKind, Response, ShowAs
from deepday_sandbox import calendar_file, workspace
from deepday_sandbox.calendar_plan import plan_calendars
from deepday_sandbox.office import Entry, Guest, Office, OfficeClock, Post, Room, Timed, Worker
from deepday_sandbox.office.calendars import Calendar
from deepday_sandbox.people import BOTS, EVERYBODY, OWNER, Bot
from deepday_sandbox.period import BERLIN, LAST
from deepday_sandbox.sample import chat_of

TEAM_CALENDAR: Final = "applied-ml-team@example.com"
_RESPONSES: Final = {
    "ACCEPTED": Response.ACCEPTED,
    "DECLINED": Response.DECLINED,
    "TENTATIVE": Response.TENTATIVE,
    "NEEDS-ACTION": Response.NEEDS_ACTION,
}
_SHOWN: Final = {
    "BUSY": ShowAs.BUSY,
    "FREE": ShowAs.FREE,
    "TENTATIVE": ShowAs.TENTATIVE,
    "OOF": ShowAs.OUT_OF_OFFICE,
}
_ROOMS: Final = {
    workspace.RoomKind.CHANNEL: "channel",
    workspace.RoomKind.PRIVATE: "private",
    workspace.RoomKind.DIRECT: "direct",
    workspace.RoomKind.GROUP: "group",
}


def filled_office(seed: int, *, running: bool = False) -> Office:
    """Return an office on the Monday morning after the sample's five weeks, with the sample's calendars and chat.

    The same seed gives the same office. ``running``: whether its clock goes on.
    """
    opening = datetime.combine(LAST + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=6)
    office = Office(clock=OfficeClock(opening, running=running))
    calendars = plan_calendars(Random(f"{seed} calendars"))  # noqa: S311 - an office must be repeatable, not secret
    chat, _ = chat_of(seed, calendars)
    for person in EVERYBODY:
        office.people.add(Worker(person.email, person.name, person.zone, slack_id=chat.ids[person.handle]))
        office.calendars.add(Calendar(person.email, person.email, person.name, person.zone))
    for bot in BOTS:
        address = f"{bot.handle}@bots.example.com"
        office.people.add(Worker(address, bot.name, is_bot=True, slack_id=chat.ids[bot.handle]))
    office.calendars.add(Calendar(TEAM_CALENDAR, OWNER.email, "Applied ML team", BERLIN, primary=False))
    own = list(_entries(calendars.own))
    office.calendars.fill(OWNER.email, own)
    office.calendars.fill(TEAM_CALENDAR, _entries(calendars.team))
    for person in EVERYBODY[1:]:
        shared = (entry for entry in own if any(guest.email == person.email for guest in entry.guests))
        office.calendars.fill(person.email, shared)
    _move_chat(office, chat)
    return office


def _entries(planned: Iterable[calendar_file.Entry]) -> Iterable[Entry]:
    """Translate entries; a change that holds for all later occurrences becomes a series of its own, as vendors do."""
    chosen = list(planned)
    masters = {entry.uid: entry for entry in chosen if entry.rule}
    split = {entry.uid: entry for entry in chosen if entry.onwards}
    for entry in chosen:
        rule = entry.rule
        if rule and entry.uid in split:
            last = split[entry.uid].instead_of
            assert last is not None  # noqa: S101 - only a change of an occurrence can hold onwards
            rule += f";UNTIL={last - timedelta(days=1):%Y%m%dT000000Z}"
        if entry.onwards:
            rule = masters[entry.uid].rule
            uid = f"{entry.uid.split('@')[0]}_R{entry.start:%Y%m%d}@example.com"
            yield _entry(replace(entry, uid=uid, instead_of=None), rule)
        else:
            yield _entry(entry, rule)


def _entry(entry: calendar_file.Entry, rule: str) -> Entry:
    identity = hashlib.sha256(entry.uid.encode()).hexdigest()[:26]
    original = entry.instead_of
    guests = [Guest(person.email, person.name, _RESPONSES[answer]) for person, answer in entry.guests]
    if entry.room:
        room = f"room-{entry.room.lower()}@resource.calendar.google.com"
        guests.append(Guest(room, entry.room, Response.ACCEPTED, is_room=True))
    away = entry.shown_as == "OOF"
    skipped = f"EXDATE;TZID={entry.zone}:" + ",".join(f"{day:%Y%m%dT%H%M%S}" for day in entry.without)
    return Entry(
        id=f"{identity}{original:%Y%m%d%H%M}" if original else identity,
        uid=entry.uid,
        when=_when(entry),
        title=entry.title,
        location=entry.room,
        organiser=entry.organiser.email if entry.organiser else "",
        guests=tuple(guests),
        show_as=ShowAs.TENTATIVE if entry.status == "TENTATIVE" else _SHOWN[entry.shown_as],
        kind=EventKind.OUT_OF_OFFICE if away else _kind(entry),
        cancelled=entry.status == "CANCELLED",
        recurrence=(f"RRULE:{rule}", *([skipped] if entry.without else [])) if rule else (),
        series=identity if original else "",
        original=original,
        sequence=entry.sequence,
        created=int(entry.created.timestamp()),
        updated=int(entry.created.timestamp()) + 60 * entry.sequence,  # the copy that was moved more often is newer
    )


def _kind(entry: calendar_file.Entry) -> EventKind:
    return EventKind.FOCUS_TIME if entry.title == "Focus time" else EventKind.DEFAULT


def _when(entry: calendar_file.Entry) -> Timed | DateRange:
    if isinstance(entry.start, datetime):
        return Timed(entry.start, entry.start + entry.length, entry.zone)
    first: date = entry.start
    return DateRange(first, first + entry.length)


def _move_chat(office: Office, chat: workspace.Workspace) -> None:
    for room in chat.rooms:
        members = [chat.ids[member.handle] for member in room.members]
        office.chat.add(Room(room.id, _ROOMS[room.kind], room.name, members))
        for post in sorted(room.posts.values(), key=lambda one: one.micros):
            office.chat.post(_post(chat, room, post))


def _post(chat: workspace.Workspace, room: workspace.Room, post: workspace.Post) -> Post:
    bot = post.author if isinstance(post.author, Bot) else None
    subtype = str(post.more.get("subtype", "bot_message" if bot and not bot.modern else ""))
    return Post(
        ts=post.micros,
        room=room.id,
        user="" if bot and not bot.modern else chat.ids[post.author.handle],
        text=post.text,
        thread=post.thread or 0,
        subtype=subtype,
        bot_id=chat.bot_ids[bot.handle] if bot else "",
    )
