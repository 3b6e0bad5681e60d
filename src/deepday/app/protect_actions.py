"""What people do with their protection: look at the changes, apply them, take everything back."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from deepday.app.approving import Approvals
from deepday.app.protecting import Protection, protection, unread
from deepday.clock import Clock
from deepday.connect import Progress
from deepday.errors import NotEnoughDataError, ReconnectNeededError
from deepday.model import AnySetting
from deepday.reconcile import Action, Change, EventChange, Report
from deepday.reconcile.desired import live_blocks, wanted_value
from deepday.report.protect_view import Outcome, ShownChange, ShownDiff, ShownLater

WORTH_SHOWING = frozenset(Action) - {Action.WAIT, Action.CONFIRM, Action.ADOPT}


def diff(clock: Clock | None = None) -> ShownDiff:
    """Return what ``apply`` would do now, and what will happen in the blocks to come; nothing is written."""
    with protection(clock) as found:
        return look(found, found.approvals())


def look(found: Protection, approvals: Approvals) -> ShownDiff:
    """Compare what should be with what is."""
    report = found.rehearsal(approvals).changes(found.name, found.opened)
    return ShownDiff(
        zone=found.person.zone,
        changes=tuple(shown(one, found) for one in report.done if one.action in WORTH_SHOWING),
        later=_later(found, approvals),
        refused=tuple(replace(shown(one.change, found), refused=one.why) for one in report.refused),
        unknown=(*unread(found.shut), *report.unknown),
        limits=tuple(found.refused),
        notes=tuple(_notes(found, approvals)),
    )


def _later(found: Protection, approvals: Approvals) -> tuple[ShownLater, ...]:
    """Return what is set at the beginning of each block to come."""
    schedule = approvals.over(found.known().schedule)
    later = []
    for live in sorted(live_blocks(schedule), key=lambda one: one.when.start):
        if live.when.start <= found.now():
            continue
        settings: list[tuple[str, str, AnySetting]] = []
        for account in found.opened:
            values = (wanted_value(kind, [live], found.reconciler.policy) for kind in account.settings)
            settings += [(account.provider, account.name, value) for value in values if value is not None]
        later.append(ShownLater(live.block, live.when, tuple(settings)))
    return tuple(later)


def _notes(found: Protection, approvals: Approvals) -> Iterable[str]:
    for day in approvals.given_up:
        yield f"{day} was taken back after it was accepted. To have it again: deepday plan accept {day}"
    if not any(one.calendar or one.settings for one in found.opened):
        yield "No account may be written to. Connect one again with --allow, for example: " + _ALLOW
    if not approvals and not found.known().schedule.blocks:
        yield "No deep-work day is accepted. Run deepday plan, then deepday plan accept."


_ALLOW = "deepday connect google --allow blocks"


def shown(change: Change, found: Protection) -> ShownChange:
    """Return a change to be shown."""
    if isinstance(change, EventChange):
        title = change.plan.draft.title if change.plan else change.found.title if change.found else ""
        return ShownChange(
            service=change.entry.provider,
            account=change.entry.account,
            what="event",
            action=change.action.value,
            why=change.why,
            before=change.before,
            after=change.after,
            title=title,
            writes=change.action.writes,
        )
    target = change.slot.target
    return ShownChange(
        service=target.provider,
        account=target.account,
        what=target.setting.value,
        action=change.action.value,
        why=change.why,
        before=change.before,
        after=change.after,
        writes=change.action.writes,
    )


def apply(
    agreed: Callable[[ShownDiff], bool], progress: Progress, clock: Clock | None = None, *, force: bool = False
) -> Outcome | None:
    """Show the changes to ``agreed``, and make them when it says so; ``None`` when it does not.

    Raises :class:`NotEnoughDataError` where there is nothing to do.
    """
    with protection(clock) as found:
        approvals = found.approvals()
        changes = look(found, approvals)
        if changes.empty and not approvals:
            left = (*changes.unknown, *changes.notes)
            if changes.unknown:
                return Outcome(found.person.zone, left=left, reconnect=_must_reconnect(found))
            raise NotEnoughDataError("There is nothing to change.", " ".join(changes.notes))
        if not agreed(changes):
            return None
        found.keep(approvals, new=True)
        found.watch(progress, sum(one.writes for one in changes.changes))
        report = found.reconciler.tick(found.name, found.opened, forced=found.name if force else "")
        return outcome(found, report)


def outcome(found: Protection, report: Report) -> Outcome:
    """Return what a round did, to be shown."""
    left = [*unread(found.shut), *report.unknown, *filter(None, [report.read_only])]
    return Outcome(
        zone=found.person.zone,
        done=tuple(shown(one, found) for one in report.done if one.action in WORTH_SHOWING),
        refused=tuple(replace(shown(one.change, found), refused=one.why) for one in report.refused),
        left=tuple(left),
        reconnect=_must_reconnect(found),
    )


def _must_reconnect(found: Protection) -> bool:
    return any(isinstance(one.error, ReconnectNeededError) for one in found.shut)


def restore_all(progress: Progress, clock: Clock | None = None) -> Outcome:
    """Take back everything that was ever written and is still ours, and look a second time."""
    with protection(clock) as found:
        found.watch(progress, 0)
        report = found.reconciler.restore_all(found.name, found.opened)
        return outcome(found, report)
