"""What became of the kind of event that a block asked for, in words for its owner. Pure."""

from deepday.connect import Capabilities
from deepday.model import EventKind
from deepday.reconcile.changes import Action, Change, EventChange

_NAMES = {EventKind.FOCUS_TIME: "focus-time", EventKind.OUT_OF_OFFICE: "out-of-office"}


def kind_words(wanted: EventKind, made: EventKind) -> str:
    """Return a sentence where a plain event took the place of a native one; empty where the kind is as wanted."""
    if wanted is made or wanted not in _NAMES:
        return ""
    return f"No {_NAMES[wanted]} events on this account: a plain busy event is used."


def note_of(change: Change, capabilities: Capabilities) -> str:
    """Return what a list of changes says beside one: that a plain event will do, or does, where it is so.

    ``capabilities``: those of the account that the change is about.
    """
    if not isinstance(change, EventChange) or change.plan is None:
        return ""
    wanted = change.plan.draft.kind
    if change.found is not None:
        return kind_words(wanted, change.found.kind)
    will_be_plain = change.action is Action.CREATE and wanted in capabilities.plain
    return kind_words(wanted, EventKind.DEFAULT) if will_be_plain else ""


def made_words(wanted: EventKind, made: EventKind) -> str:
    """Return what the history says of an event that was made."""
    return kind_words(wanted, made) or f"as {made.value}"
