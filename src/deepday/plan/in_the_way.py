"""Meetings in the way of a deep-work day: for each what could be done, with a ready text. Nothing is sent from here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from deepday.model import Interval, intersect, merge, subtract
from deepday.plan.blocks import build_block, windows_of
from deepday.plan.compiling import monday
from deepday.plan.problem import MINUTE, Chosen, Meeting, Member, Problem

_STEP = 15 * MINUTE
_SHORTER = {60: 50, 45: 25, 30: 25}  # minutes, as calendars' "speedy meetings" have them
_SLOTS = 3


class Proposal(StrEnum):
    """What can be done about a meeting."""

    KEEP = "keep"
    SHORTEN = "shorten"
    MOVE = "move"
    ASK = "ask"
    DELEGATE = "delegate"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be done. ``saves``: minutes of uninterrupted time that it brings, compared with keeping.

    ``cost``: minutes that it costs everybody. ``slots``: where it could go. ``text``: what could be written, empty
    where nobody must be asked.
    """

    proposal: Proposal
    saves: int
    cost: int
    note: str
    slots: tuple[Interval, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A meeting on a deep-work day. ``readable``: who else's calendars show it. ``options``: best first."""

    meeting: Meeting
    readable: tuple[str, ...]
    options: tuple[Option, ...]


def meetings_in_the_way(
    problem: Problem, one: Chosen, deep: Sequence[Chosen], point_person: str
) -> tuple[InTheWay, ...]:
    """Return the meetings inside a deep-work day with what could be done about each.

    ``deep``: all deep-work days of the plan; nothing is moved into one, nor to another time of this day. Attendees are
    found by the meeting's key in the calendars of the problem; those of others are not known, and the notes say so.
    What would bring no uninterrupted time is left out.
    """
    member = problem.member(one.person)
    day = next((found for found in member.days if found.date == one.date), None)
    windows = windows_of(day, one.part) if day else ()
    if not windows:
        return ()
    block = build_block(windows, member.meetings, member.quota.block, member.stays)
    near = sorted([*block.kept, *block.displaced], key=lambda found: (found.when, found.key))
    deep = [*(other for other in deep if (other.person, other.date) != (one.person, one.date)), one]
    return tuple(_options(problem, member, one, meeting, near, windows, deep, point_person) for meeting in near)


def _options(
    problem: Problem,
    member: Member,
    one: Chosen,
    meeting: Meeting,
    near: Sequence[Meeting],
    windows: tuple[Interval, ...],
    deep: Sequence[Chosen],
    point_person: str,
) -> InTheWay:
    others = [other for other in near if other is not meeting]
    shortest = member.quota.block
    kept = build_block(windows, [_fixed(other) for other in near], shortest, 0).gain
    gone = build_block(windows, [_fixed(other) for other in others], shortest, 0).gain
    readable = tuple(
        other.id
        for other in problem.members
        if other.id != member.id and any(found.key == meeting.key for found in other.meetings)
    )
    options = [Option(Proposal.KEEP, 0, 0, "It stays; the deep-work day is carved around it.")]
    minutes = meeting.when.seconds // MINUTE
    if minutes in _SHORTER:
        shorter = Meeting(
            meeting.key, Interval(meeting.when.start, meeting.when.start + _SHORTER[minutes] * MINUTE), None
        )
        after = build_block(windows, sorted([*map(_fixed, others), shorter], key=_start), shortest, 0).gain
        text = _text(member, one, meeting, f"Could we keep it to {_SHORTER[minutes]} minutes?")
        options.append(
            Option(Proposal.SHORTEN, after - kept, 5, f"{_SHORTER[minutes]} instead of {minutes} minutes.", text=text)
        )
    if meeting.price is not None:
        options += _moves(problem, member, one, meeting, readable, deep, gone - kept)
    if (meeting.people or 0) >= 3 and not meeting.organiser and point_person:
        text = _text(member, one, meeting, f"{point_person} could take part in my place and bring me what matters.")
        note = f"{point_person} goes in your place, if they agree."
        options.append(Option(Proposal.DELEGATE, gone - kept, minutes, note, text=text))
    options = [option for option in options if option.saves > 0 or option.proposal is Proposal.KEEP]
    options.sort(key=lambda option: (option.cost - option.saves, list(Proposal).index(option.proposal)))
    return InTheWay(meeting, readable, tuple(options))


def _start(meeting: Meeting) -> tuple[Interval, str]:
    return meeting.when, meeting.key


def _fixed(meeting: Meeting) -> Meeting:
    return Meeting(meeting.key, meeting.when, None)


def _moves(
    problem: Problem,
    member: Member,
    one: Chosen,
    meeting: Meeting,
    readable: tuple[str, ...],
    deep: Sequence[Chosen],
    saves: int,
) -> list[Option]:
    attendees = [member, *(problem.member(person) for person in readable)]
    slots = free_slots(problem, attendees, meeting, one.date, deep)
    cost = meeting.price or 0
    unseen = (meeting.people or len(attendees)) - len(attendees)
    if not slots:
        text = _text(member, one, meeting, "Could we find another day for it?")
        return [Option(Proposal.ASK, saves, cost, "No free slot was found this week; ask for another one.", text=text)]
    zone = ZoneInfo(member.zone_on(one.date))
    first = _when(slots[0], zone)
    note = f"{first} is free for everybody whose calendar can be read."
    if unseen > 0:
        others = "1 other was" if unseen == 1 else f"{unseen} others were"
        note = f"{first} is free for those whose calendar can be read; {others} not looked at."
    if meeting.people is not None and meeting.people <= 1:
        return [Option(Proposal.MOVE, saves, cost, f"{first} is free; nobody has to be asked.", slots)]
    offer = " or ".join(_when(slot, zone) for slot in slots)
    if meeting.organiser:
        text = _text(member, one, meeting, f"I would like to move it to {first}. Does that suit everybody?")
        return [Option(Proposal.MOVE, saves, cost, note, slots, text)]
    text = _text(member, one, meeting, f"Could we move it, for example to {offer}?")
    return [Option(Proposal.ASK if unseen > 0 else Proposal.MOVE, saves, cost, note, slots, text)]


def free_slots(
    problem: Problem, attendees: Sequence[Member], meeting: Meeting, day: date, deep: Sequence[Chosen]
) -> tuple[Interval, ...]:
    """Return up to three slots in the same ISO week in which all these people work and are free.

    The days nearest ``day`` come first; on quarters of an hour, one a day; never before the frozen window
    ends, never inside anybody's deep-work day.
    """
    week = monday(day)
    common: list[Interval] | None = None
    for one in attendees:
        days = [found for found in one.days if week <= found.date < week + timedelta(weeks=1)]
        working = merge(window for found in days for window in found.windows)
        taken = [other.when for other in one.meetings if other.key != meeting.key]
        for chosen in deep:
            if chosen.person == one.id:
                on = [found for found in days if found.date == chosen.date]
                taken += [window for found in on for window in windows_of(found, chosen.part)]
        free = subtract(working, merge(taken))
        common = free if common is None else intersect(common, free)
    length = meeting.when.seconds
    starts = [
        start
        for gap in common or ()
        for start in range(-(-gap.start // _STEP) * _STEP, gap.end - length + 1, _STEP)
        if start >= problem.open_from and start != meeting.when.start
    ]
    zone, usual = ZoneInfo(attendees[0].zone_on(day)), meeting.when.start % 86_400
    dates = {start: datetime.fromtimestamp(start, zone).date() for start in starts}
    starts.sort(key=lambda start: (abs((dates[start] - day).days), abs(start % 86_400 - usual), start))
    found: list[Interval] = []
    for start in starts:
        if all(dates[start] != dates[other.start] for other in found):  # one a day, so that there is a choice
            found.append(Interval(start, start + length))
        if len(found) == _SLOTS:
            break
    return tuple(found)


def _when(slot: Interval, zone: ZoneInfo) -> str:
    start = datetime.fromtimestamp(slot.start, zone)
    return f"{start:%A} {start.day} {start:%B}, {start:%H:%M} {start:%Z}"


def _text(member: Member, one: Chosen, meeting: Meeting, ask: str) -> str:
    start = datetime.fromtimestamp(meeting.when.start, ZoneInfo(member.zone_on(one.date)))
    name = f'"{meeting.title}"' if meeting.title else "our meeting"
    day = f"{one.date:%A} {one.date.day} {one.date:%B}"
    return (
        f"Hello, I am keeping {day} free for work that needs a long quiet stretch, and {name} at {start:%H:%M} "
        f"falls into it. {ask} If that does not suit you, it stays where it is. Thank you!"
    )
