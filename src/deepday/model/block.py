"""An approved deep-work block, and what a person decided about it since.

A block is kept in the wall-clock time of its zone, as it was agreed: its instants are asked anew each time, so that a
government's change of its clocks moves the instant and not the hour.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from deepday.model.interval import Interval


def instant_of(local: datetime, zone: str) -> int:
    """Return the UTC seconds at which clocks in the IANA zone show ``local`` (naive).

    A time that occurs twice means the first; one that is skipped is read with the offset before the change, so that
    02:30 becomes 03:30. Raises :class:`zoneinfo.ZoneInfoNotFoundError` for an unknown zone.
    """
    return int(local.replace(tzinfo=ZoneInfo(zone), fold=0).timestamp())


class BlockKind(StrEnum):
    """How colleagues' calendars show a block."""

    FOCUS = "focus"
    OUT_OF_OFFICE = "outOfOffice"


class Origin(StrEnum):
    """Who wanted something: what a person asked for may happen at short notice, what a rule computed may not."""

    PERSON = "person"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who covers: ``name`` as colleagues know it, ``reach`` how to reach them ("@grace", "ext. 42")."""

    name: str
    reach: str = ""


@dataclass(frozen=True, slots=True)
class ApprovedBlock:
    """A block that its person accepted.

    ``id`` is the same for the same block for ever. ``person`` is their address. ``start`` and ``end`` are naive times
    on the clocks of ``zone`` (IANA name). ``point_person`` covers, ``backup`` when they cannot. ``origin``: who chose
    these times. ``title`` and ``description``: of a meeting that is written down like a block, and nothing else is done
    for; empty for deep work.
    """

    id: str
    person: str
    start: datetime
    end: datetime
    zone: str
    kind: BlockKind = BlockKind.FOCUS
    point_person: Contact | None = None
    backup: Contact | None = None
    origin: Origin = Origin.PERSON
    title: str = ""
    description: str = ""

    @property
    def when(self) -> Interval:
        """The instants of the block. One that a change of clocks would leave empty keeps its length instead."""
        start, end = instant_of(self.start, self.zone), instant_of(self.end, self.zone)
        if end <= start:
            end = start + int((self.end - self.start).total_seconds())
        return Interval(start, end)


class OverrideKind(StrEnum):
    """What was decided about a block after it was approved."""

    VETO = "veto"  # it does not take place, and is not made again
    PIN = "pin"  # its person moved it: these are its times now
    EXTEND = "extend"  # it lasts until ``when.end``
    END = "end"  # it is over at ``when.end``
    WAKE = "wake"  # our do not disturb is not held within ``when``; everything else stays
    PAUSE = "pause"  # nothing is shown or held within ``when``; the event stays


@dataclass(frozen=True, slots=True)
class Override:
    """A decision about one block, or with an empty ``block`` about all of a person's.

    The later ones of a person win over the earlier. ``at``: UTC seconds of the decision. ``by`` and ``why`` are words
    for the history.
    """

    person: str
    block: str
    kind: OverrideKind
    when: Interval = field(default_factory=lambda: Interval(0, 0))
    at: int = 0
    by: str = ""
    why: str = ""
