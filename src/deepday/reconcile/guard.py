"""Guards: doubt refuses. Pure.

A single wrong change is mended by its person; twenty are a catastrophe, and mostly a fault of ours or of a listing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from deepday.reconcile.changes import Action, EventChange
from deepday.reconcile.observed import SeenEvents

MOST_CREATES = 20
MANY = 10
LARGEST_SHARE = 0.3
OLDEST = 900
"""Seconds after which an observation is no longer acted on."""

_FROZEN = frozenset({Action.MOVE, Action.RETITLE})
"""What does not happen by itself shortly before a block."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that is not made, and why."""

    change: EventChange
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be done, and what not."""

    allowed: tuple[EventChange, ...]
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What guards look at besides the changes.

    ``future``: how many events of ours lie ahead in the calendar. ``frozen``: seconds ahead within which nothing moves
    by itself. ``forced``: the person who said that thresholds do not count this time; empty for nobody.
    """

    future: int
    frozen: int
    now: int
    forced: str = ""


def guard(changes: Sequence[EventChange], seen: SeenEvents, context: Context) -> Verdict:
    """Divide the changes of one calendar into those that may be made and those that may not."""
    removals = [one for one in changes if one.action in {Action.MOVE, Action.REMOVE}]
    titles = [one for one in changes if one.action is Action.RETITLE]
    creates = [one for one in changes if one.action is Action.CREATE]
    too_many_removed = context.future >= MANY and len(removals) > LARGEST_SHARE * context.future
    too_many_retitled = context.future >= MANY and len(titles) > LARGEST_SHARE * context.future
    too_many_made = len(creates) > MOST_CREATES
    allowed, refused = [], []
    for change in changes:
        why = _refusal(change, seen, context)
        if not why and not context.forced:
            if too_many_removed and change in removals:
                why = f"{len(removals)} of {context.future} events would be moved or removed at once"
            elif too_many_retitled and change in titles:
                why = f"{len(titles)} of {context.future} events would get another title at once"
            elif too_many_made and change in creates:
                why = f"{len(creates)} events would be made at once"
        if why:
            refused.append(Refused(change, why))
        else:
            allowed.append(change)
    return Verdict(tuple(allowed), tuple(refused))


def _refusal(change: EventChange, seen: SeenEvents, context: Context) -> str:
    found, entry = change.found, change.entry
    if not change.action.writes:
        why = ""
    elif context.now - seen.at > OLDEST:
        why = "what was observed is too old"
    elif change.action is Action.CREATE:
        why = ""
    elif found is None:
        why = "it was not observed"
    elif (found.key, found.marker) != (entry.key, entry.marker) or not found.marker:
        why = "it has no mark of ours"
    elif change.action in _FROZEN and not (change.asked or context.forced) and _soon(change, context):
        why = "nothing moves by itself so shortly before"
    else:
        why = ""
    return why


def _soon(change: EventChange, context: Context) -> bool:
    return any(when.start < context.now + context.frozen for when in (change.before, change.after) if when)
