"""Whether the value of a setting is still ours, and what to put in its place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from deepday.model import AutoReply, Setting

ValueT = TypeVar("ValueT", bound=Setting)


class Restoration(StrEnum):
    """What a restore did."""

    RESTORED = "restored"  # the baseline was written back
    ALREADY = "already"  # the baseline was there already: nothing was written
    KEPT = "kept"  # a person changed the value meanwhile: nothing was written


@dataclass(frozen=True, slots=True)
class Restored(Generic[ValueT]):
    """What a restore did, and the value that is there now."""

    done: Restoration
    value: ValueT


def restoration(
    current: ValueT, written: Sequence[ValueT], before: ValueT, empty: ValueT, now: int
) -> Restored[ValueT]:
    """Decide what a restore must do at ``now`` (UTC seconds).

    ``current`` was just read; ``written`` is every value of ours since the baseline ``before`` was taken, as we sent
    it and as the vendor settled it. The current value is ours if it is the same as any of them, or if it is empty and
    one of them has ended by itself. A baseline that has ended itself is restored as ``empty``. With
    :attr:`Restoration.RESTORED` the value returned is the one to write.

    An automatic reply of ours that ended is off, and leaves its words where the person's own were: these come back too.
    """
    ours = any(current.same(value) for value in written)
    ended = current.empty and any(value.over(now) for value in written)
    target = empty if before.over(now) else before
    if current.same(target) and not _words_left(current, [one for one in written if one.over(now)], target):
        return Restored(Restoration.ALREADY, current)
    if not (ours or ended):
        return Restored(Restoration.KEPT, current)
    return Restored(Restoration.RESTORED, target)


def _words_left(current: Setting, ended: Sequence[Setting], target: Setting) -> bool:
    """Tell whether a reply of ours that ended left its words where the person's own were.

    Some connectors show it with the end that it had, others as off and without one.
    """
    if not isinstance(current, AutoReply) or current == target:
        return False
    words = current.text.split()
    return any(
        isinstance(one, AutoReply) and one.text.split() == words and current.until in {0, one.until} for one in ended
    )
