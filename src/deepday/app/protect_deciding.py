"""What people decide about blocks while they protect them: pause, extend, end early, take back, take over."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from deepday.app.plan_request import parse_date
from deepday.app.protect_shown import not_back_yet, ours, outcome
from deepday.app.protecting import Protection, protection
from deepday.clock import Clock
from deepday.connect import Progress
from deepday.errors import DeepdayError, InputError, NotEnoughDataError
from deepday.model import Interval, Override, OverrideKind
from deepday.model.block import instant_of
from deepday.reconcile import Change, Report
from deepday.reconcile.desired import LiveBlock, pause_of
from deepday.reconcile.devices import SKEW, VALID, drop_lease
from deepday.reconcile.events import SETTLING
from deepday.report.protect_view import Outcome, ShownChange, moment, span

_LENGTH = re.compile(r"(?:(\d{1,2})\s*h)?\s*(?:(\d{1,3})\s*(?:m|min)?)?")
_LONGEST_WHY = 200
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_LOOKS = 3


def parse_end(until: str | None, length: str | None, now: int, zone: str) -> int | None:
    """Return the instant that ``until`` ("16:30") or ``length`` ("45m", "1h30m") means; ``None`` for neither.

    A time on the clock is today's. Raises :class:`InputError` for anything else, and for an instant that is past.
    """
    if until and length:
        raise InputError("--until and --for say the same thing twice.", "Give one of them.")
    if length:
        match = _LENGTH.fullmatch(length.strip().lower())
        seconds = 3600 * int(match[1] or 0) + 60 * int(match[2] or 0) if match and match[0] else 0
        if not 0 < seconds <= 86_400:
            raise InputError(f"{length!r} is no length of time up to a day.", 'Write "45m" or "1h30m".')
        return now + seconds
    if not until:
        return None
    match = _CLOCK.fullmatch(until.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise InputError(f"{until!r} is no time of day.", 'Write it as "16:30".')
    today = datetime.fromtimestamp(now, ZoneInfo(zone))
    at = instant_of(today.replace(hour=int(match[1]), minute=int(match[2]), second=0, tzinfo=None), zone)
    if at <= now:
        raise InputError(f"{until} is past.", f"It is {today:%H:%M} now in {zone}; give a later time.")
    return at


def pause(until: str | None, length: str | None, clock: Clock | None = None, why: str = "") -> Outcome:
    """Show and hold nothing for a while, by default until the block's end. The event stays.

    ``why``: in the person's own words, for the count of what breaks deep work.
    """
    with protection(clock) as found:
        now = found.now()
        active = _under_way(found)
        end = parse_end(until, length, now, found.person.zone.key) or max(one.when.end for one in active)
        return _decided(found, [_override(found, "", OverrideKind.PAUSE, Interval(now, end), _because("paused", why))])


def resume(clock: Clock | None = None) -> Outcome:
    """End a pause. Raises :class:`NotEnoughDataError` where there is none."""
    with protection(clock) as found:
        now = found.now()
        if pause_of(found.known().schedule, now) is None:
            raise NotEnoughDataError("Nothing is paused.", "See: deepday status")
        return _decided(found, [_override(found, "", OverrideKind.PAUSE, Interval(now, now), "resumed")])


def extend(until: str | None, length: str | None, clock: Clock | None = None) -> Outcome:
    """Let the block under way last longer; ``length`` counts from its end."""
    with protection(clock) as found:
        block = max(_under_way(found), key=lambda one: one.when.end)
        base = block.when.end if length else found.now()
        end = parse_end(until, length, base, found.person.zone.key)
        if end is None:
            raise InputError("Until when is not said.", "Give --for 30m or --until 17:30.")
        if end <= block.when.end:
            ends = moment(block.when.end, found.person.zone, found.now())
            raise InputError(f"The block lasts until {ends} anyway.", "To shorten it: deepday end-early")
        when = Interval(block.when.start, end)
        return _decided(found, [_override(found, block.id, OverrideKind.EXTEND, when, "extended")])


def end_early(clock: Clock | None = None, why: str = "") -> Outcome:
    """End what is under way now. ``why`` as in :func:`pause`."""
    with protection(clock) as found:
        now = found.now() // 60 * 60  # calendars show minutes
        said = _because("ended early", why)
        ended = [
            _override(found, one.id, OverrideKind.END, Interval(one.when.start, max(now, one.when.start)), said)
            for one in _under_way(found)
        ]
        return _decided(found, ended)


def restore_days(
    dates: Sequence[str], agreed: Callable[[Sequence[ShownChange], ZoneInfo], bool], clock: Clock | None = None
) -> Outcome | None:
    """Take back the blocks of some dates, or without a date what is under way, when ``agreed`` says so."""
    with protection(clock) as found:
        view = found.reconciler.view(found.name)
        live = [one for one in (*view.live, *view.meetings) if one.when.end > found.now()]
        days = [parse_date(text) for text in dates]
        chosen = [one for one in live if one.block.start.date() in days] if days else _under_way(found)
        for day in days:
            if all(one.block.start.date() != day for one in chosen):
                known = ", ".join(sorted({str(one.block.start.date()) for one in live})) or "none"
                raise InputError(f"{day} is not protected.", f"Protected are: {known}.")
        listed = [ShownChange("", "", "block", "take back", "asked for", before=one.when) for one in chosen]
        if not agreed(listed, found.person.zone):
            return None
        return _decided(
            found, [_override(found, one.id, OverrideKind.VETO, Interval(0, 0), "taken back") for one in chosen]
        )


def restore_all(
    agreed: Callable[[Sequence[ShownChange], ZoneInfo], bool],
    progress: Progress,
    clock: Clock | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Outcome | None:
    """Take back everything that was ever written and is still ours, when ``agreed`` says so, and look a second time.

    Where a service may still show what was before our last write, that look waits for ``SETTLING`` seconds.
    """
    with protection(clock, everything=True) as found:
        if not agreed(ours(found), found.person.zone):
            return None
        found.watch(progress, 0)
        done: list[Change] = []
        report = Report()
        for look in range(_LOOKS):
            report = found.reconciler.restore_all(found.name, found.opened)
            done += report.done
            if not report.unknown or not _settling(found):
                break
            if look < _LOOKS - 1:
                wait(SETTLING + 1)
        left = (*report.unknown, *_drop_leases(found), *found.drop_calendars(), *found.out_of_reach())
        notes = () if left or found.shut else ("A second look at every account found nothing of ours.",)
        return outcome(found, replace(report, done=tuple(done), unknown=left), *notes)


def adopt(clock: Clock | None = None) -> Outcome:
    """Take over from whichever device protected the days so far."""
    with protection(clock) as found:
        before = found.known().device
        report = found.reconciler.adopt(found.name, found.opened)
        if report.unknown or report.read_only:
            return outcome(found, report)
        after = found.known().device
        if after is None:
            raise NotEnoughDataError("There is nothing to take over: no calendar is written to.", "See: deepday diff")
        if before is not None and before.holder == after.holder:
            return outcome(found, report, "This device protects your days already.")
        said = (
            f"This device protects your days from now on; it begins to write within {(VALID + SKEW) // 60 + 1} minutes."
        )
        return outcome(found, report, said)


def _settling(found: Protection) -> bool:
    known, since = found.known(), found.now() - SETTLING
    return max((*(one.wrote_at for one in known.slots), *(one.wrote_at for one in known.entries)), default=0) >= since


def _drop_leases(found: Protection) -> list[str]:
    """Delete what says in former calendars which device writes."""
    left = []
    for one in found.opened:
        if one.ending and one.calendar:
            try:
                drop_lease(one, found.reconciler.policy.marker)
            except DeepdayError as error:
                left.append(f"{one.place}: {error.what}")
    return left


def _under_way(found: Protection) -> list[LiveBlock]:
    now = found.now()
    live = sorted(found.reconciler.view(found.name).live, key=lambda one: one.when.start)
    under_way = [one for one in live if one.when.start <= now < one.when.end]
    if not under_way:
        ahead = next((one for one in live if one.when.start > now), None)
        following = f"The next one: {span(ahead.when, found.person.zone)}." if ahead else "See: deepday status"
        raise NotEnoughDataError("No deep-work block is on now.", following)
    return under_way


def _because(what: str, why: str) -> str:
    said = " ".join(why.split())[:_LONGEST_WHY]
    return f"{what}: {said}" if said else what


def _override(found: Protection, block: str, kind: OverrideKind, when: Interval, why: str) -> Override:
    return Override(found.name, block, kind, when, found.now(), found.name, why)


def _decided(found: Protection, overrides: Sequence[Override]) -> Outcome:
    """Keep the decisions, and make them true as far as that is possible now."""
    for one in overrides:
        found.store.decide(one)
    report = found.reconciler.tick(found.name, found.opened)
    found.keep_clock()
    if report.read_only:
        return outcome(found, report, "The decision is kept; whichever deepday protects your days goes by it.")
    return outcome(found, report, *not_back_yet(found.reconciler.view(found.name)))
