"""Measuring everybody who agreed, in parts that go to many machines, and publishing what becomes of it by team."""

from dataclasses import dataclass
from datetime import date, timedelta

from deepday.app.measuring import measure_period
from deepday.app.offices import office_here
from deepday.app.request import Request
from deepday.clock import Clock
from deepday.config.acting import Acting, acting_for
from deepday.connect import no_progress
from deepday.errors import DeepdayError, InputError, NotEnoughDataError
from deepday.measure.result import WeekMeasure
from deepday.measure.teams import LEAST, team_figure
from deepday.store.office import Office
from deepday.store.teams import OwnShare, Published, Teams

FIGURES = {"cost": "interruption cost", "meeting": "meetings", "focus120": "free of both for two hours or more"}
"""What is aggregated, in minutes a week: the name of the figure, and what it is called."""

_PEOPLE_A_PART = 200


@dataclass(frozen=True, slots=True)
class TeamReport:
    """What was published of a team."""

    team: str
    rows: tuple[Published, ...]


def last_week(clock: Clock) -> date:
    """Return the Monday of the last ISO week that is over everywhere."""
    day = (clock.now() - timedelta(hours=12)).date()  # west of the date line it ends last
    return day - timedelta(days=day.weekday() + 7)


def begin(office: Office, week: date, clock: Clock) -> list[tuple[str, int, int]]:
    """Begin to measure a week of everybody: return the parts to be done, as run, part and parts; none when begun."""
    parts = max(1, -(-len(office.tenants()) // _PEOPLE_A_PART))
    run = week.isoformat()
    if not Teams(office.database, clock).begin(run, parts):
        return []
    return [(run, part, parts) for part in range(parts)]


def measure_part(office: Office, run: str, part: int, parts: int, clock: Clock, least: int = LEAST) -> bool:
    """Measure the people of one part, each in their own part of the database, and keep what they agreed to give.

    The part that is done last publishes; tells whether it was this one. One person's trouble keeps no other back.
    """
    week, people, failed = date.fromisoformat(run), 0, 0
    for tenant in office.tenants(part, parts):
        try:
            people += _measure_one(office, tenant, week, clock)
        except DeepdayError:
            failed += 1
    teams = Teams(office.database, clock)
    if not teams.part_done(run, part, people, failed):
        return False
    publish(teams, week, least)
    return True


def _measure_one(office: Office, tenant: int, week: date, clock: Clock) -> bool:
    member = office.member(tenant)
    if not member.shares:
        return False
    last = week + timedelta(days=6)
    with acting_for(Acting(tenant, member.settings, office.store_url(tenant))):
        request = Request(first=week.isoformat(), last=last.isoformat())
        found = measure_period(request, no_progress, ledger=False, clock=clock)
    if found.problem:
        raise found.problem
    own = OwnShare(Office(office.url, clock, tenant), tenant, clock)
    return own.give(week.toordinal(), _figures(found.measurement.weeks[0]))


def _figures(week: WeekMeasure) -> dict[str, float]:
    """Return the minutes of a week; what was not observed on every day is left out, never a zero."""
    if week.observed_days < week.eligible_days:
        return {}
    figures = week.figures
    seconds = {
        "cost": figures.cost.central if figures.cost else None,
        "meeting": figures.meeting,
        "focus120": figures.focus120,
    }
    return {name: value / 60 for name, value in seconds.items() if value is not None}


def publish(teams: Teams, week: date, least: int = LEAST) -> int:
    """Publish the figures of a week for every team, each once and for ever; return how many were not held back."""
    number = week.toordinal()
    shown = 0
    for (team, figure), values in sorted(teams.shares(number).items()):
        made = team_figure(values, teams.last_people(team, figure), least)
        if teams.publish(team, number, figure, made.value, made.people) and made.value is not None:
            shown += 1
    return shown


def report(team: str, clock: Clock) -> TeamReport:
    """Return what was published of a team. Raises :class:`NotEnoughDataError` where nothing was."""
    rows = Teams(office_here(clock).database, clock).published(team)
    if not rows:
        raise NotEnoughDataError(
            f"Nothing was published of the team {team!r} yet.",
            f"At least {LEAST} of its people must agree: deepday team share on. Figures come once a week.",
        )
    return TeamReport(team, tuple(rows))


def share(clock: Clock, *, yes: bool) -> str:
    """Let the person of this part of the database agree, or take that back; return the team's name.

    Raises :class:`InputError` where the address names no person.
    """
    office = office_here(clock)
    tenant = office.named_tenant
    if tenant is None:
        raise InputError("Whose figures are meant?", "Put ?tenant=NUMBER at the end of DEEPDAY_DATABASE_URL.")
    return OwnShare(Office(office.url, clock, tenant), tenant, clock).agree(yes=yes)
