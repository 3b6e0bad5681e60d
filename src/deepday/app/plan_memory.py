"""What the store remembers of earlier plans: days accepted and skipped, who covers and covered, what they answered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from deepday.clock import Clock
from deepday.config.paths import database_location
from deepday.model import AnswerState, subtract
from deepday.plan.blocks import windows_of
from deepday.plan.problem import Chosen, Consent, Cover, Member, Part, PointPerson, WorkDay
from deepday.store.covers import Covered, Role, StoredAnswer
from deepday.store.plans import DayState, StoredDay
from deepday.store.repository import open_store

LOOK_BACK = timedelta(weeks=8)
"""How far back covered days count for the sharing of cover; each counts the same."""


def with_memory(
    members: Sequence[Member], span: tuple[date, date], horizon: tuple[date, date], clock: Clock
) -> tuple[tuple[Member, ...], tuple[Chosen, ...]]:
    """Return the members with what is known of them, and the plan so far; nothing where there is no store.

    ``span``: the dates of which accepted and skipped days matter; ``horizon``: those that are planned.
    """
    known = {one.id.lower() for one in members}
    with open_store(database_location(), clock) as store:
        days = {person: store.plans().days(person, *span) for person in sorted(known)}
        covered = store.covers().covered(horizon[0] - LOOK_BACK, horizon[1])
        answers = store.covers().answers(sorted(known))
    load = load_of([one for one in covered if one.date < horizon[0] or one.person not in known])
    found: list[Member] = []
    proposed: list[Chosen] = []
    for member in members:
        chosen = {state: _chosen(member, days[member.id.lower()], state) for state in DayState}
        if member.plans:
            proposed += chosen[DayState.PROPOSED]
        skipped = {one.date for one in chosen[DayState.SKIPPED]}
        found.append(
            replace(
                member,
                # A skipped date counts like one on which nothing can be, or the quota of its week could not be kept.
                days=tuple(replace(day, eligible=False) if day.date in skipped else day for day in member.days),
                accepted=chosen[DayState.ACCEPTED],
                vetoed=tuple(sorted(skipped)),
                kept=_kept([one for one in covered if one.person == member.id.lower()]),
                load=load[member.id.lower()],
                point_people=tuple(
                    _answered(point, [one for one in answers if one.person == member.id.lower()])
                    for point in member.point_people
                ),
            )
        )
    accepted = [day for old, one in zip(members, found, strict=True) if old.plans for day in one.accepted]
    return tuple(found), (*proposed, *accepted) if proposed else ()


def load_of(covered: Sequence[Covered]) -> Counter[str]:
    """Return on how many deep-work days of others each person is point person or backup."""
    return Counter(person for person, _, _ in {(one.by, one.person, one.date) for one in covered})


def only_covering(member: Member) -> Member:
    """Return somebody whose days are not planned here: on accepted deep-work days of theirs they are not there."""
    taken = {one.date: one.part for one in member.accepted}
    days = tuple(_without(day, taken[day.date]) if day.date in taken else day for day in member.days)
    return replace(member, days=days, accepted=(), vetoed=())


def _without(day: WorkDay, part: Part) -> WorkDay:
    left = subtract(day.windows, windows_of(day, part))
    return replace(day, windows=tuple(left), off=day.off or "deep-work day")


def _chosen(member: Member, days: Sequence[StoredDay], state: DayState) -> tuple[Chosen, ...]:
    return tuple(Chosen(member.id, day.date, Part(day.part)) for day in days if day.state is state)


def _kept(covered: Sequence[Covered]) -> tuple[tuple[date, Cover], ...]:
    found = []
    for day in sorted({one.date for one in covered}):
        points = tuple((one.topic, one.by) for one in covered if one.date == day and one.role is Role.POINT)
        backups = [one.by for one in covered if one.date == day and one.role is Role.BACKUP]
        found.append((day, Cover(points, backups[0] if backups else "")))
    return tuple(found)


def _answered(point: PointPerson, answers: Sequence[StoredAnswer]) -> PointPerson:
    given = [one for one in answers if one.point_person == point.person and one.state is not AnswerState.ASKED]
    return replace(
        point,
        answers=tuple(
            Consent(one.state is AnswerState.AGREED, datetime.fromtimestamp(one.at, UTC).date(), one.date)
            for one in given
        ),
    )
