"""What people do with their protection: look at the changes, and apply them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from deepday.app.approving import Approvals
from deepday.app.protect_shown import ALONE, WORTH_SHOWING, outcome, shown
from deepday.app.protecting import Protection, protection
from deepday.clock import Clock
from deepday.connect import Progress
from deepday.errors import NotEnoughDataError
from deepday.model import AnySetting
from deepday.reconcile.desired import live_blocks, wanted_value
from deepday.reconcile.devices import calendar_account
from deepday.report.protect_view import Outcome, ShownDiff, ShownLater, changes_print


def diff(clock: Clock | None = None) -> ShownDiff:
    """Return what ``apply`` would do now, and what will happen in the blocks to come; nothing is written."""
    with protection(clock) as found:
        return look(found, found.approvals())


def look(found: Protection, approvals: Approvals) -> ShownDiff:
    """Compare what should be with what is."""
    report = found.rehearsal(approvals).changes(found.name, found.opened)
    return ShownDiff(
        zone=found.person.zone,
        changes=tuple(shown(found, one) for one in report.done if one.action in WORTH_SHOWING),
        later=_later(found, approvals),
        refused=tuple(replace(shown(found, one.change), refused=one.why) for one in report.refused),
        unknown=(*found.unread(), *report.unknown),
        limits=tuple(found.limits),
        notes=tuple(_notes(found, approvals)),
        reconnect=found.must_reconnect,
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
            settings += [(account.provider, account.name, value) for value in values if value and not account.ending]
        later.append(ShownLater(live.block, live.when, tuple(settings)))
    return tuple(later)


def _notes(found: Protection, approvals: Approvals) -> Iterator[str]:
    for provider, name in found.unmade:
        yield f"deepday apply first makes a calendar of deepday's own in {provider} {name}; events go there."
    if found.own_calendars:
        yield from found.store.calendar_problem().splitlines()
    if found.writable and calendar_account(found.opened) is None and not found.own_calendars:
        yield ALONE
    for day in approvals.given_up:
        yield f"{day} was taken back after it was accepted. To have it again: deepday plan accept {day}"
    if found.opened and not found.writable:
        yield "Nothing may be written to any account: all were connected for reading only."
        for provider in dict.fromkeys(one.provider for one in found.opened):
            yield f"  To allow more: deepday connect {provider} --allow {_FEATURES.get(provider, 'blocks')}"
    if not approvals and not approvals.given_up and not found.known().schedule.blocks:
        yield "No deep-work day is accepted. Run deepday plan, then deepday plan accept."


_FEATURES = {
    "slack": "status",
    "google": "blocks --allow replies",
    "microsoft": "blocks --allow replies --allow status",
}


def apply(
    agreed: Callable[[ShownDiff], bool],
    progress: Progress,
    clock: Clock | None = None,
    *,
    force: bool = False,
    again: bool = False,
) -> Outcome | None:
    """Show the changes to ``agreed``, and make them when it says so; ``None`` when it does not.

    ``again``: somebody is asked, and takes time: look again after the yes, and ask again where the changes are others
    by then. What is done without having been shown is named in the notes. Raises :class:`NotEnoughDataError` where
    there is nothing to do.
    """
    with protection(clock) as found:
        approvals = found.approvals()
        changes = look(found, approvals)
        if changes.empty and not approvals and not found.unmade:
            if not changes.unknown:
                raise NotEnoughDataError("There is nothing to change.", "\n".join(changes.notes))
            return Outcome(found.person.zone, left=changes.unknown, notes=changes.notes, reconnect=changes.reconnect)
        agreed_to = ""
        while agreed_to != changes_print(changes):
            if not agreed(changes):
                return None
            agreed_to = changes_print(changes)
            if again:
                approvals = found.approvals()
                changes = look(found, approvals)
        found.keep(approvals, new=True)
        found.make_calendars()
        found.watch(progress, sum(one.writes for one in changes.changes))
        report = found.reconciler.tick(found.name, found.opened, forced=found.name if force else "")
        found.keep_clock()
        done = outcome(found, report)
        return replace(done, notes=(*done.notes, *_unshown(done, changes)))


def _unshown(done: Outcome, changes: ShownDiff) -> Iterator[str]:
    """Name what was written and had not been shown: something changed in between."""
    told = {(one.service, one.account, one.what, one.action) for one in changes.changes}
    for one in done.done:
        if one.writes and (one.service, one.account, one.what, one.action) not in told:
            where = f"{one.action} {one.what} in {one.service} {one.account}"
            yield f"Not among the changes that were shown, since things changed meanwhile: {where}."
