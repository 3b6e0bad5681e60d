"""Which invitations are declined, and what the answer says. Pure.

Everything that is not surely meant is left to the person: an invitation is declined only if it is new, lies wholly
within one deep-work block, and none of the exceptions holds. The title is looked at and not kept.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from deepday.model import Interval, Invitation, Response, intersect, merge, subtract
from deepday.reconcile.desired import LiveBlock

LARGEST_MEETING = 8
"""People, the owner included, from which on a meeting is too large to decline for everybody's sake."""


@dataclass(frozen=True, slots=True)
class DeclineRules:
    """The exceptions: whose and which invitations are never declined.

    ``people`` and ``chain`` (of command) are addresses, ``domains`` what stands after the at sign; a domain covers what
    is below it. ``keywords`` are looked for in the title. Case never matters. ``largest``: meetings with more people
    than that are kept. ``series``: occurrences of series may be declined, one by one.
    """

    people: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    chain: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    largest: int = LARGEST_MEETING
    series: bool = False

    @property
    def fingerprint(self) -> str:
        """A name for exactly these rules: what was previewed with others does not count."""
        parts = [sorted(_folded(self.people)), sorted(_folded(self.domains)), sorted(_folded(self.chain))]
        parts.append(sorted(_folded(self.keywords)))
        return hashlib.sha256(json.dumps([*parts, self.largest, self.series]).encode()).hexdigest()

    def exception(self, invitation: Invitation) -> str:
        """Return why the invitation is kept whatever its time, in words; empty when nothing says so."""
        organiser, title = invitation.organiser.casefold(), invitation.title.casefold()
        domain = organiser.rpartition("@")[2]
        people = invitation.people
        kept = (
            (not organiser, "it is not known who asks"),
            (organiser in _folded(self.chain), "somebody of your chain of command asks"),
            (organiser in _folded(self.people), "this person is an exception"),
            (
                any(domain == one or domain.endswith(f".{one}") for one in _folded(self.domains)),
                "this organisation is an exception",
            ),
            (any(word in title for word in _folded(self.keywords)), "a word in its title is an exception"),
            (people is None, "it is not known how many take part"),
            (people is not None and people > self.largest, f"more than {self.largest} people take part"),
            (bool(invitation.series) and not self.series, "it is part of a series"),
        )
        return next((why for holds, why in kept if holds), "")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about an invitation, and why, in words. ``block``: the block that it falls into, if any."""

    invitation: Invitation
    decline: bool
    why: str
    block: LiveBlock | None = field(default=None)


def decide(
    invitation: Invitation,
    blocks: Iterable[LiveBlock],
    rules: DeclineRules,
    since: int,
    answered: Collection[tuple[str, str]] = (),
) -> Decision:
    """Decide about one invitation.

    ``blocks``: those that take place, without paused time. ``since``: UTC seconds from which on declining is switched
    on; what arrived before is the person's. ``answered``: (calendar, id) of invitations that we ever dealt with; of
    these none is dealt with again, whatever became of it.
    """
    block = next((one for one in blocks if _within(invitation.when, one.when)), None)
    kept = (
        (block is None, "it lies in no deep-work block, or not wholly"),
        (invitation.response is not Response.NEEDS_ACTION, "it was answered"),
        ((invitation.calendar, invitation.id) in answered, "it was dealt with before"),
        (not invitation.arrived, "it is not known when it arrived"),
        (invitation.arrived < since, "it arrived before declining was switched on"),
        (invitation.all_day, "it lasts all day"),
    )
    why = next((why for holds, why in kept if holds), "") or rules.exception(invitation)
    return Decision(invitation, not why, why or "it falls into deep work", block)


def next_free_slot(length: int, after: int, work: Iterable[Interval], busy: Iterable[Interval], step: int = 900) -> int:
    """Return the first UTC second at or after ``after`` from which so many seconds of working time are free.

    Slots begin at multiples of ``step``. 0 when there is none within ``work``.
    """
    window = list(work)
    if not window or length <= 0:
        return 0
    end = max(one.end for one in window)
    open_time = intersect(merge(window), [Interval(after, end)]) if after < end else []
    for gap in subtract(open_time, merge(list(busy))):
        start = -(-gap.start // step) * step
        if gap.end - start >= length:
            return start
    return 0


def without_pauses(blocks: Sequence[LiveBlock], pauses: Iterable[Interval]) -> list[LiveBlock]:
    """Return the blocks that no pause touches: while somebody pauses, nothing is declined for that block."""
    held = list(pauses)
    return [one for one in blocks if not any(one.when.start < p.end and one.when.end > p.start for p in held)]


def _within(inner: Interval, outer: Interval) -> bool:
    return outer.start <= inner.start < inner.end <= outer.end


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)
