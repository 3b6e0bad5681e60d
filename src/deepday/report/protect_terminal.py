"""Changes, outcomes and status as lines for the terminal."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

from deepday.model import AnySetting, ApprovedBlock, AutoReply
from deepday.report.protect_view import (
    Outcome,
    ShownChange,
    ShownDiff,
    ShownLater,
    ShownSlot,
    ShownStatus,
    kind_of,
    moment,
    span,
    value_words,
)

_BLOCK = re.compile(r"(\d{4}-\d\d-\d\d)/(day|morning|afternoon|(?:talk|check-in) \d\d:\d\d)/(\d+)/\S+")
_EVENT = re.compile(r"event of block (\S+(?: \([\w: -]+\))?) in .+ of \S+ at (\w+)")


def readable(text: str) -> str:
    """Write blocks by their dates.

    >>> readable("block 2026-03-10/morning/1/ada@example.org was approved")
    'block 2026-03-10 (morning) was approved'
    >>> readable("block 2026-03-10/check-in 09:00/1/ada@example.org was approved")
    'block 2026-03-10 (check-in 09:00) was approved'
    """
    named = _BLOCK.sub(lambda found: found[1] if found[2] == "day" else f"{found[1]} ({found[2]})", text)
    return _EVENT.sub(r"event of block \1 at \2", named)


def diff_lines(diff: ShownDiff) -> Iterator[str]:
    """Yield what would change now, then what will later."""
    if diff.empty:
        yield "Nothing would change now."
    yield from _changes(diff.changes, diff)
    for change in diff.refused:
        yield f"Refused: {change.action} {change.what} in {change.service} {change.account}: {change.refused}."
    if diff.refused:
        yield "To do it all the same: deepday apply --force"
    if diff.later:
        yield from _later(diff.later[0], diff)
    for later in diff.later[1:]:
        yield f"Likewise {span(later.when, diff.zone)}, {cover(later.block)}"
    for said in diff.unknown:
        yield f"Not known: {said}"
    yield from diff.notes


def _changes(changes: Iterable[ShownChange], diff: ShownDiff) -> Iterator[str]:
    for place, group in groupby(changes, key=lambda one: (one.service, one.account)):
        yield f"{place[0]} {place[1]}"
        for change in group:
            yield f"  {change.action} {change.what}{_titled(change)}"
            yield f"    before  {value_words(change.before, diff.zone)}"
            yield f"    after   {value_words(change.after, diff.zone)}"
            yield f"    why     {readable(change.why)}"


def _later(later: ShownLater, diff: ShownDiff) -> Iterator[str]:
    yield f"Then, {span(later.when, diff.zone)}, {cover(later.block)}"
    for service, account, value in later.settings:
        yield f"  {service} {account}: {kind_of(value)} {_short(value, diff.zone)}"
    if later.settings:
        yield "  At the end each is put back as it was before, unless you changed it yourself meanwhile."


def _short(value: AnySetting | None, zone: ZoneInfo) -> str:
    """Write a value without the text of a reply."""
    if isinstance(value, AutoReply) and not value.empty:
        return f"on{f' until {moment(value.until, zone)}' if value.until else ''}; its words: deepday texts"
    return value_words(value, zone)


def _titled(change: ShownChange) -> str:
    return f' "{change.title}"' if change.title else ""


def outcome_lines(done: Outcome) -> Iterator[str]:
    """Yield what was done, what was not, and what is left."""
    for change in done.done:
        when = f" ({value_words(change.after or change.before, done.zone)})" if change.what == "event" else ""
        yield f"done     {change.service} {change.account}: {change.action} {change.what}{_titled(change)}{when}"
    for change in done.refused:
        yield f"refused  {change.service} {change.account}: {change.action} {change.what}: {change.refused}"
    for said in done.left:
        yield f"left     {said}"
    if not (done.done or done.refused or done.left or done.notes):
        yield "Nothing had to be changed."
    yield from done.notes


def taking_back_lines(changes: Iterable[ShownChange], zone: ZoneInfo) -> Iterator[str]:
    """Yield what is going to be taken back."""
    found = list(changes)
    if not found:
        yield "Nothing is known to be ours."
    for change in found:
        where = " ".join(filter(None, (change.service, change.account)))
        before, after = (value_words(one, zone) for one in (change.before, change.after))
        into = f", back to {after}" if change.action == "restore" else ""
        yield f"{change.action} {change.what} {f'in {where}' if where else ''} {before}{into}".replace("  ", " ")


def cover(block: ApprovedBlock) -> str:
    """Say who covers a block, and how to reach them."""
    if block.point_person is None:
        return "nobody covers"
    said = _person(block.point_person.name, block.point_person.reach)
    backup = f", then {_person(block.backup.name, block.backup.reach)}" if block.backup else ""
    return f"{said} covers{backup}"


def _person(name: str, reach: str) -> str:
    return f"{name} ({reach})" if reach else name


def status_lines(status: ShownStatus) -> Iterator[str]:
    """Yield what is on, what comes, and what is in trouble."""
    if not status.active:
        yield "No deep-work block is on now."
    for block, when in status.active:
        yield f"On now, until {moment(when.end, status.zone, status.now)}: {cover(block)}"
    if status.paused_until:
        yield f"Paused until {moment(status.paused_until, status.zone, status.now)}; to go on: deepday resume"
    for one in status.slots:
        yield _slot(one, status)
    for block, when in status.ahead:
        yield f"To come: {span(when, status.zone)}, {cover(block)}"
    for meeting, when in status.meetings:
        yield f"In your calendar: {span(when, status.zone)}, {meeting.title}"
    if status.events:
        yield f"{status.events} {'event' if status.events == 1 else 'events'} of ours in your calendars from now on."
    if status.kept_by:
        yield "deepday serve runs, and keeps this true."
    yield from status.notes
    for what, advice in status.trouble:
        yield f"TROUBLE  {readable(what)}"
        if advice:
            yield f"         {advice}"


def _slot(one: ShownSlot, status: ShownStatus) -> str:
    if one.value is None:
        return f"  {one.service} {one.account}: {one.what} is not set ({one.phase})"
    value, before = (_short(each, status.zone) for each in (one.value, one.before))
    looked = f"; seen {moment(one.looked_at, status.zone, status.now)}" if one.looked_at else ""
    phase = "" if one.phase == "owned" else f"; {one.phase}"
    return f"  {one.service} {one.account}: {one.what} {value} (before: {before}{looked}{phase})"
