"""What the reconciler says, as values to be shown."""

from dataclasses import replace

from deepday.app.protecting import Protection
from deepday.model import AnySetting
from deepday.reconcile import Action, Change, EventChange, Report
from deepday.reconcile.kinds import note_of
from deepday.reconcile.slots import left_to_end
from deepday.reconcile.view import View
from deepday.report.protect_view import Outcome, ShownChange
from deepday.store.ledger import FINAL

WORTH_SHOWING = frozenset(Action) - {Action.WAIT, Action.CONFIRM, Action.ADOPT}
"""The others take note of what is as it should be."""

ALONE = (
    "No calendar is written to, in which machines could see whose turn it is: let deepday protect your days on one "
    "machine only."
)
"""What is said where nothing keeps two installations from writing at the same time."""


def shown(found: Protection, change: Change) -> ShownChange:
    """Return a change to be shown; where a plain event takes the place of another kind, its reason says so."""
    if isinstance(change, EventChange):
        place = (change.entry.provider, change.entry.account)
        account = next((one for one in found.opened if (one.provider, one.name) == place), None)
        kind = note_of(change, account.account.capabilities()) if account else ""
        title = change.plan.draft.title if change.plan else change.found.title if change.found else ""
        return ShownChange(
            service=change.entry.provider,
            account=change.entry.account,
            what="event",
            action=change.action.value,
            why="; ".join(filter(None, [change.why, kind])),
            before=change.before,
            after=change.after,
            title=title,
            writes=change.action.writes,
        )
    target = change.slot.target
    before: AnySetting | None = change.before
    if change.action is Action.RESTORE and change.slot.written:
        before = change.slot.written[-1]
    return ShownChange(
        service=target.provider,
        account=target.account,
        what=target.setting.value,
        action=change.action.value,
        why=change.why,
        before=before,
        after=change.after,
        writes=change.action.writes,
    )


def outcome(found: Protection, report: Report, *notes: str) -> Outcome:
    """Return what a round did, to be shown."""
    return Outcome(
        zone=found.person.zone,
        done=tuple(shown(found, one) for one in report.done if one.action in WORTH_SHOWING),
        refused=tuple(replace(shown(found, one.change), refused=one.why) for one in report.refused),
        left=(*found.unread(), *found.hindered, *report.unknown, *filter(None, [report.read_only])),
        notes=notes,
        reconnect=found.must_reconnect,
    )


def not_back_yet(view: View) -> list[str]:
    """Say which settings are still ours though no block is active, but those that end by themselves."""
    owned = [one for one in view.known.slots if one.owned and not view.active]
    left = [one.target for one in owned if not left_to_end(one, view.now, view.policy.grace)]
    return [
        f"Not put back yet: {one.setting} of {one.provider} {one.account}. deepday apply or deepday serve does it."
        for one in left
    ]


def ours(found: Protection) -> tuple[ShownChange, ...]:
    """Return what is ours now, as far as is known, as the changes that would take it back."""
    known = found.known()
    events = [
        ShownChange(one.provider, one.account, "event", "remove", "all is taken back", before=one.when)
        for one in sorted(known.entries, key=lambda one: (one.provider, one.account, one.when.start))
        if one.state not in FINAL
    ]
    settings = [
        ShownChange(
            one.target.provider,
            one.target.account,
            one.target.setting.value,
            "restore",
            "all is taken back",
            before=one.written[-1] if one.written else None,
            after=one.baseline,
        )
        for one in known.slots
        if one.owned
    ]
    return (*events, *settings)
