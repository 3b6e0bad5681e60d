"""The planner takes the draw of a running trial as it is: revealed weeks have their days, the others wait."""

from dataclasses import replace
from datetime import date, timedelta

from deepday.app.request import Request
from deepday.app.trial_running import kept_trial, reveal
from deepday.clock import Clock
from deepday.config.paths import database_location
from deepday.plan.problem import Member, Quota
from deepday.store.repository import Store, open_store
from deepday.store.trials import TrialState
from deepday.trial.protocol import monday, revealed_on


def with_draw(member: Member, horizon: tuple[date, date], open_from: int, clock: Clock) -> tuple[Member, list[str]]:
    """Return the owner with the draw of their running trial, and remarks; unchanged where none runs then.

    In a revealed week the drawn days are fixed as far as they can still be planned; a drawn day on which nobody works
    any more stays deep in the trial, and is not planned. In a week that is not revealed nothing is planned.
    """
    if not Store.exists(database_location()):
        return member, []
    with open_store(database_location(), clock) as store:
        newest = store.trials().newest(member.id)
        if newest is None or newest.state is not TrialState.RUNNING:
            return member, []
        kept = reveal(store, kept_trial(store, Request(me=member.id), clock), clock)
    weeks = [one for one in kept.protocol.weeks if horizon[0] <= one.days[-1] and one.days[0] <= horizon[1]]
    if not weeks:
        return member, []
    shown = kept.revealed()
    said: list[str] = []
    drawn: list[tuple[date, tuple[date, ...]]] = []
    hidden: list[tuple[date, str]] = []
    can = {day.date for day in member.days if day.eligible and day.windows and day.windows[0].start >= open_from}
    can |= {one.date for one in member.accepted}
    for week in weeks:
        start = monday(week.days[0])
        if week.week in shown:
            own = [day for day in shown[week.week] if day in can]
            mondays = sorted({monday(day) for day in week.days})
            drawn += [(one, tuple(day for day in own if monday(day) == one)) for one in mondays]
            continue
        reason = f"the trial's draw, revealed on {revealed_on(start)}"
        length = (monday(week.days[-1]) - start).days + 7
        hidden += [(start + timedelta(days=number), reason) for number in range(length)]
        said.append(f"{week.week} is drawn by the trial; its days are revealed on {revealed_on(start)}.")
    if drawn:
        names = ", ".join(str(day) for _, days in drawn for day in days)
        said.insert(0, f"The trial's draw fixes the days: {names or 'none is left'}.")
    if horizon[1] > kept.protocol.last:
        said.append(
            f"Nothing is planned after the trial's end on {kept.protocol.last}: plan those weeks by themselves."
        )
    # The draw alone decides: no quota asks for more.
    return replace(
        member, quota=Quota(0, block=member.quota.block), fixed=(*member.fixed, *hidden), drawn=tuple(drawn)
    ), said
