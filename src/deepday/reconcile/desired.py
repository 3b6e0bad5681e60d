"""What should be true now: events of blocks, and a value for each setting. Pure.

Desired is a function of what was approved, of what was decided since, and of the present instant.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from deepday.model import (
    AnySetting,
    ApprovedBlock,
    Audience,
    AutoReply,
    Availability,
    BlockKind,
    DoNotDisturb,
    EventDraft,
    EventKind,
    Interval,
    Origin,
    OverrideKind,
    Presence,
    SettingKind,
    ShowAs,
    Status,
)
from deepday.reconcile.words import Words
from deepday.store.approved import Schedule
from deepday.store.ledger import FINAL, EntryState, LedgerEntry

_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
_KEY_LENGTH = 32
_MOST_MADE = 10  # how often the event of a block was made and removed on another device, at most


@dataclass(frozen=True, slots=True)
class Policy:
    """How days are protected. Seconds throughout.

    ``marker`` names the installation. ``grace``: how long after a block the vendor ends our values, so that awake we
    are there first. ``late``: a block is not begun when less than this is left of it. ``frozen``: within this time
    nothing moves by itself. ``audience``: who outside gets the automatic reply, ``None`` for whoever would get the
    person's own.
    """

    marker: str
    words: Words = field(default_factory=Words)
    grace: int = 120
    late: int = 600
    frozen: int = 86_400
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class LiveBlock:
    """A block as it stands after all decisions. ``asked``: its times are a person's own choice."""

    block: ApprovedBlock
    when: Interval
    asked: bool

    @property
    def id(self) -> str:
        """The block's id."""
        return self.block.id


@dataclass(frozen=True, slots=True)
class EventPlan:
    """An event that should be in a calendar. ``asked``: its times are a person's own choice."""

    block: str
    draft: EventDraft
    asked: bool


def live_blocks(schedule: Schedule) -> list[LiveBlock]:
    """Return the blocks that take place, with the times that the later decisions gave them."""
    live = []
    for block in schedule.blocks:
        when, asked, vetoed = block.when, block.origin is Origin.PERSON, False
        for override in schedule.overrides:
            if override.block not in {"", block.id}:
                continue
            if override.kind is OverrideKind.VETO:
                vetoed = True
            elif override.kind is OverrideKind.PIN:
                when, asked = override.when, True
            elif override.kind is OverrideKind.EXTEND:
                when, asked = Interval(when.start, override.when.end), True
            elif override.kind is OverrideKind.END:
                when, asked = Interval(when.start, min(when.end, override.when.end)), True
        if not vetoed and when.seconds:
            live.append(LiveBlock(block, when, asked))
    return live


def active_blocks(live: Sequence[LiveBlock], schedule: Schedule, now: int) -> list[LiveBlock]:
    """Return the blocks under way at ``now``, by id; none during a pause."""
    if pause_of(schedule, now) is not None:
        return []
    return sorted((one for one in live if one.when.start <= now < one.when.end), key=lambda one: one.id)


def pause_of(schedule: Schedule, now: int) -> Interval | None:
    """Return the pause at ``now``. The last one that was asked for counts: an empty one ends those before it."""
    pauses = [one.when for one in schedule.overrides if one.kind is OverrideKind.PAUSE]
    return pauses[-1] if pauses and pauses[-1].start <= now < pauses[-1].end else None


def woken(schedule: Schedule, now: int) -> bool:
    """Tell whether somebody woke the person: do not disturb is not held then."""
    wakes = (one.when for one in schedule.overrides if one.kind is OverrideKind.WAKE)
    return any(when.start <= now < when.end for when in wakes)


def generation_of(active: Iterable[LiveBlock]) -> str:
    """Return the name of a set of active blocks; a person who took over keeps a setting until it changes."""
    return " ".join(one.id for one in active)


def wanted_value(kind: SettingKind, active: Sequence[LiveBlock], policy: Policy) -> AnySetting | None:
    """Return the value for the active blocks, with the end that the vendor shall keep; ``None`` when there are none.

    Of several blocks the one that ends last is spoken of.
    """
    if not active:
        return None
    last = max(active, key=lambda one: (one.when.end, one.id))
    until = last.when.end + policy.grace
    if kind is SettingKind.STATUS:
        return policy.words.status(last.block, last.when, until)
    if kind is SettingKind.DO_NOT_DISTURB:
        return DoNotDisturb(until)
    if kind is SettingKind.AUTO_REPLY:
        return policy.words.reply(last.block, last.when, until)
    return Presence(Availability.DO_NOT_DISTURB, until)


def addressed(reply: AutoReply, mailbox: AutoReply, reply_to: frozenset[Audience], policy: Policy) -> AutoReply:
    """Return the automatic reply with its audience: the one of the settings, else the one that the mailbox has.

    ``reply_to`` as in :class:`~deepday.connect.Capabilities`. A vendor of one text that can do so sends it inside only,
    since colleagues shall read who covers; where people outside get it too, everybody reads the text that names nobody.
    """
    usual = Audience.NONE if Audience.NONE in reply_to else mailbox.audience
    audience = policy.audience or usual
    if reply_to and audience is not Audience.NONE:
        return replace(reply, text=reply.text_outside, text_outside="", audience=audience)
    return replace(reply, audience=audience)


def foreign_family(schedule: Schedule, policy: Policy) -> Callable[[AnySetting], bool]:
    """Return what tells whether a value looks like deepday's, though nothing says that we put it there.

    Such a value is another installation's, or one that we lost track of: it is never taken for what a person chose.
    """
    times = [block.when for block in schedule.blocks] + [override.when for override in schedule.overrides]
    ends = [when.end + policy.grace for when in times]

    def looks_like_ours(value: AnySetting) -> bool:
        if value.empty:
            return False
        if isinstance(value, Status):
            return value.emoji == policy.words.emoji and policy.words.ours(value.text)
        if isinstance(value, AutoReply):
            return policy.words.ours(value.text)
        if isinstance(value, DoNotDisturb):
            return any(value.same(DoNotDisturb(end)) for end in ends)
        return any(value.same(Presence(Availability.DO_NOT_DISTURB, end)) for end in ends)

    return looks_like_ours


def event_key(block: str, place: str, generation: int) -> str:
    """Return the id under which the block's event is made in a place: the same for ever, on every device.

    ``generation`` counts how often we removed it before: vendors do not take an id twice.
    """
    return base32hex(f"deepday|{block}|{place}|{generation}")


def event_keys(block: str, place: str) -> list[str]:
    """Return the ids that the block's event may have in a place, on whichever device it was made."""
    return [event_key(block, place, number) for number in range(_MOST_MADE)]


def base32hex(text: str) -> str:
    """Return an id made of the text, in letters that every vendor takes."""
    digest = hashlib.sha256(text.encode()).digest()
    return "".join(_ALPHABET[byte % 32] for byte in digest)[:_KEY_LENGTH]


def event_plans(
    live: Iterable[LiveBlock], place: str, entries: Iterable[LedgerEntry], policy: Policy
) -> dict[str, EventPlan]:
    """Return the events that the blocks should have in a calendar, by key. ``entries``: those of the calendar.

    ``place``: the calendar's name among all calendars of all accounts. One that was never seen may have been made and
    deleted all the same: it keeps its id, by which the vendor knows.
    """
    removed: dict[str, int] = {}
    there: dict[str, str] = {}
    for entry in entries:
        if entry.state is EntryState.GONE and entry.remote_id:
            removed[entry.block] = removed.get(entry.block, 0) + 1
        elif entry.state not in FINAL:
            there[entry.block] = entry.key
    plans = {}
    for one in live:
        away = one.block.kind is BlockKind.OUT_OF_OFFICE
        kind = EventKind.OUT_OF_OFFICE if away else EventKind.FOCUS_TIME
        kind = EventKind.DEFAULT if one.block.title else kind
        draft = EventDraft(
            key=there.get(one.id) or event_key(one.id, place, removed.get(one.id, 0)),
            marker=policy.marker,
            when=one.when,
            title=one.block.title or policy.words.title(one.block, one.when),
            description=one.block.description,
            zone=one.block.zone,
            show_as=ShowAs.OUT_OF_OFFICE if away else ShowAs.BUSY,
            kind=kind,
        )
        plans[draft.key] = EventPlan(one.id, draft, one.asked)
    return plans
