"""Changes, outcomes and status as lines for the terminal."""

from collections.abc import Iterator
from itertools import groupby

from deepday.model import ApprovedBlock, Interval
from deepday.report.protect_view import (
    Outcome,
    ShownChange,
    ShownDiff,
    ShownStatus,
    kind_of,
    moment,
    span,
    value_words,
)


def diff_lines(diff: ShownDiff) -> Iterator[str]:
    """Yield what would change now, then what will later."""
    if not diff.changes and not diff.refused:
        yield "Nothing would change now."
    for place, changes in groupby(diff.changes, key=lambda one: (one.service, one.account)):
        yield f"{place[0]} {place[1]}"
        for change in changes:
            yield from _change(change, diff)
    for change in diff.refused:
        yield f"Refused: {change.action} of {change.what} in {change.service} {change.account}: {change.refused}."
        yield "  To do it all the same: deepday apply --force"
    for later in diff.later:
        yield f"Then, {span(later.when, diff.zone)}{_cover(later.block)}"
        for service, account, value in later.settings:
            yield f"  {service} {account}: {kind_of(value)} {value_words(value, diff.zone)}"
    if diff.later and any(one.settings for one in diff.later):
        yield "Each setting is put back at the end as it was before, unless you change it yourself meanwhile."
    for said in diff.unknown:
        yield f"Not known: {said}"
    yield from diff.notes


def _change(change: ShownChange, diff: ShownDiff) -> Iterator[str]:
    title = f" {change.title!r}" if change.title else ""
    yield f"  {change.action} {change.what}{title}"
    yield f"    before  {value_words(change.before, diff.zone)}"
    yield f"    after   {value_words(change.after, diff.zone)}"
    yield f"    why     {change.why}"


def outcome_lines(done: Outcome) -> Iterator[str]:
    """Yield what was done, what was not, and what is left."""
    for change in done.done:
        title = f" {change.title!r}" if change.title else ""
        yield f"done  {change.service} {change.account}: {change.action} {change.what}{title}"
    for change in done.refused:
        yield f"not   {change.service} {change.account}: {change.action} {change.what}: {change.refused}"
    for said in done.left:
        yield f"left  {said}"
    yield from done.notes


def _cover(block: ApprovedBlock) -> str:
    if block.point_person is None:
        return ", nobody covers"
    reach = f" ({block.point_person.reach})" if block.point_person.reach else ""
    return f", {block.point_person.name}{reach} covers"


def _block(block: ApprovedBlock, when: Interval, status: ShownStatus) -> str:
    return f"{span(when, status.zone)}{_cover(block)}"


def status_lines(status: ShownStatus) -> Iterator[str]:
    """Yield what is on, what comes, and what is in trouble."""
    if not status.active:
        yield "No deep-work block is on now."
    for block, when in status.active:
        yield f"On now: {_block(block, when, status)}"
    if status.paused_until:
        yield f"Paused until {moment(status.paused_until, status.zone)}: nothing is shown or held."
    for one in status.slots:
        looked = f", seen {moment(one.looked_at, status.zone, status.now)}" if one.looked_at else ""
        said = f": {one.problem}" if one.problem else ""
        yield f"  {one.service} {one.account}: {one.what} {value_words(one.value, status.zone)} ({one.phase}{looked}){said}"
    for block, when in status.ahead:
        yield f"To come: {_block(block, when, status)}"
    if status.events:
        yield f"{status.events} {'event' if status.events == 1 else 'events'} of ours in your calendars from now on."
    yield from status.notes
    for what, advice in status.trouble:
        yield f"TROUBLE {what}"
        if advice:
            yield f"        {advice}"
