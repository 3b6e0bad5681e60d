"""From days that their person accepted to blocks that are kept true. Values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from deepday.config.settings import Settings
from deepday.model import ApprovedBlock, BlockKind, Contact, Interval, OverrideKind, Person
from deepday.model.person import instant
from deepday.plan.blocks import windows_of
from deepday.plan.problem import Part, WorkDay
from deepday.store.approved import Schedule
from deepday.store.covers import Covered, Role
from deepday.store.plans import AcceptedDay


@dataclass(frozen=True, slots=True)
class Approvals:
    """How what is kept differs from what was accepted.

    ``new``: days that nothing was done for yet. ``changed``: blocks that have other times or other cover now.
    ``withdrawn``: ids of blocks whose days were taken back. ``given_up``: accepted days that their person took out of
    the calendar, or took back by ``restore``, later than they were accepted. ``meetings``: asked for, and not written.
    """

    new: tuple[ApprovedBlock, ...] = ()
    changed: tuple[ApprovedBlock, ...] = ()
    withdrawn: tuple[str, ...] = ()
    given_up: tuple[date, ...] = ()
    meetings: tuple[ApprovedBlock, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.withdrawn or self.meetings)

    def over(self, schedule: Schedule) -> Schedule:
        """Return the schedule as it will be."""
        changed = {one.id: one for one in self.changed}
        kept = [changed.get(one.id, one) for one in schedule.blocks if one.id not in self.withdrawn]
        return Schedule((*kept, *self.new), schedule.overrides, (*schedule.meetings, *self.meetings))


def compare(
    days: Iterable[AcceptedDay], blocks: Mapping[date, ApprovedBlock], schedule: Schedule, since: date
) -> Approvals:
    """Compare the accepted days with the schedule; ``blocks``: what each of them stands for, with the bare id.

    Blocks of dates before ``since`` are left as they are.
    """
    known = {one.id: one for one in schedule.blocks}
    new, changed, given_up, wanted = [], [], [], set()
    for day in days:
        if day.date not in blocks:
            continue
        bare = blocks[day.date]
        latest, vetoed_at = _latest(bare.id, known, schedule)
        if vetoed_at is not None and day.at > vetoed_at:
            latest, vetoed_at = _following(latest), None
        wanted.add(latest)
        block = replace(bare, id=latest)
        if vetoed_at is not None:
            given_up.append(day.date)
        elif latest not in known:
            new.append(block)
        elif block != known[latest]:
            changed.append(block)
    gone = [one.id for one in schedule.blocks if one.start.date() >= since and one.id not in wanted]
    return Approvals(tuple(new), tuple(changed), tuple(gone), tuple(given_up))


def block_of(day: AcceptedDay, person: Person, covers: Sequence[Covered], settings: Settings) -> ApprovedBlock | None:
    """Return the block of an accepted day: from the first to the last working minute of its part.

    ``None`` where the person does not work on that date any more.
    """
    zone = person.zone_on(day.date)
    spans = tuple(
        Interval(instant(day.date, start, zone), instant(day.date, end, zone))
        for start, end in person.hours.on(day.date)
    )
    windows = windows_of(WorkDay(day.date, spans, eligible=True), Part(day.part))
    if not windows:
        return None
    mine = [one for one in covers if one.date == day.date]
    return ApprovedBlock(
        id=f"{day.date}/{day.part}/1/{person.email.lower()}",
        person=person.email.lower(),
        start=_wall(windows[0].start, zone.key),
        end=_wall(windows[-1].end, zone.key),
        zone=zone.key,
        kind=BlockKind.OUT_OF_OFFICE if settings.protect.show == "out of office" else BlockKind.FOCUS,
        point_person=_contact(mine, Role.POINT, settings),
        backup=_contact(mine, Role.BACKUP, settings),
    )


def _wall(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _contact(covers: Sequence[Covered], role: Role, settings: Settings) -> Contact | None:
    by = next((one.by for one in covers if one.role is role), "")
    return contact(by, settings) if by else None


def contact(address: str, settings: Settings) -> Contact:
    """Return how colleagues know and reach somebody who covers: as the settings say, else by the address."""
    told = next((one for one in settings.point_people if one.email.lower() == address.lower()), None)
    return Contact((told.name if told else "") or address.partition("@")[0], (told.reach if told else "") or address)


def _latest(bare: str, known: Mapping[str, ApprovedBlock], schedule: Schedule) -> tuple[str, int | None]:
    """Return the newest id that the day ever had, and when it was taken back, if it was.

    What was decided about a block that was withdrawn does not count for one that is accepted later.
    """
    ids = {one for one in (*known, *(one.block for one in schedule.overrides)) if _root(one) == _root(bare)}
    latest = max(ids, key=_number, default=bare)
    mine = [one for one in schedule.overrides if one.block == latest]
    ended = mine if latest not in known else [one for one in mine if one.kind is OverrideKind.VETO]
    return latest, max((one.at for one in ended), default=None)


def _root(block: str) -> tuple[str, ...]:
    parts = block.split("/", 3)
    return (*parts[:2], *parts[3:])


def _number(block: str) -> int:
    return int(block.split("/", 3)[2])


def _following(block: str) -> str:
    day, part, number, whose = block.split("/", 3)
    return f"{day}/{part}/{int(number) + 1}/{whose}"
