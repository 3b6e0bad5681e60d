"""``deepday admin``: a shared database, and who is in it. No personal figure is shown by any of these."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

app = typer.Typer(
    help="A PostgreSQL database that many people share: prepare it, register people, see how it goes.",
    epilog="Example: deepday admin prepare --role deepday_worker",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("prepare", epilog="Example: deepday admin prepare --role deepday_worker")
def prepare(
    role: Annotated[
        str, typer.Option("--role", help="A database role that owns nothing, which workers and people connect as.")
    ] = "",
    json_: Json = False,
) -> None:
    """Make the tables and the queue, or bring them up to date; run it as the role that owns the database.

    Make a backup first (pg_dump) where there is anything in it yet.
    """
    from deepday.app import offices  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.jobs.needing import queueing  # noqa: PLC0415 - same

    clock = SystemClock()
    made = queueing().prepare_queue(offices.office_here(clock).url)
    offices.prepare(role, clock)
    if json_:
        show.print_json({"schema": "deepday.admin.prepare/1", "queue_made": made, "role": role})
    else:
        show.say("The database is ready." + (f" {role} may use it." if role else ""))


@app.command("add", epilog="Example: deepday admin add ada.toml --team platform")
def add(
    file: Annotated[Path, typer.Argument(help="The person's deepday.toml; email and zone under [me] suffice.")],
    team: Annotated[
        str, typer.Option("--team", help="The team in whose aggregates the person may agree to count.")
    ] = "",
    json_: Json = False,
) -> None:
    """Register a person, or take note of their new settings; tell the address for their own commands."""
    from deepday.app import offices  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    added = offices.add(file, team, SystemClock())
    if json_:
        show.print_json({"schema": "deepday.admin.add/1", "tenant": added.tenant})
    else:
        show.lines([f"Tenant {added.tenant}. Their commands need {added.url} at the end of DEEPDAY_DATABASE_URL."])


@app.command("remove", epilog="Example: deepday admin remove ada@example.org --yes")
def remove(
    person: Annotated[str, typer.Argument(help="The person's address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    json_: Json = False,
) -> None:
    """Delete all that the database holds of a person. Let them run deepday restore --all first."""
    from deepday.app import offices  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    if not yes:
        typer.confirm("Delete every row of this person?", abort=True)
    tenant = offices.office_here(SystemClock()).remove(person)
    if json_:
        show.print_json({"schema": "deepday.admin.remove/1", "tenant": tenant})
    else:
        show.say(f"Everything of tenant {tenant} is deleted.")


@app.command("measure", epilog="Example: deepday admin measure --week 2026-W10")
def measure(
    week: Annotated[
        str | None, typer.Option("--week", metavar="WEEK", help="An ISO week; by default the last that is over.")
    ] = None,
    json_: Json = False,
) -> None:
    """Let the workers measure a week of everybody who agreed, and publish means by team. By itself it comes on Mondays.

    Each week is measured and published once.
    """
    from deepday.app import offices, teaming  # noqa: PLC0415 - help does without
    from deepday.app.period import parse_dates  # noqa: PLC0415 - same
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.jobs.needing import queueing  # noqa: PLC0415 - same

    clock = SystemClock()
    monday = offices.whole_week(*parse_dates(week), clock) if week else teaming.last_week(clock)
    parts = queueing().measure_everybody(offices.office_here(clock), monday, clock)
    if json_:
        show.print_json({"schema": "deepday.admin.measure/1", "week": monday.isoformat(), "parts": parts})
    else:
        show.say(f"{parts} parts wait for workers." if parts else "That week was begun before.")
    if not parts:
        raise typer.Exit(3)


@app.command("status", epilog="Example: deepday admin status --json")
def status(json_: Json = False) -> None:
    """Show how the whole goes: people, workers, jobs. Counts only; exit code 1 when something needs a hand."""
    from deepday.app.offices import office_here  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.jobs.needing import queueing  # noqa: PLC0415 - same

    office = office_here(SystemClock())
    people, jobs = office.figures(), queueing().queue_figures(office.url)
    problems = _problems(people, jobs)
    if json_:
        show.print_json({"schema": "deepday.admin.status/1", "people": people, "jobs": jobs, "problems": problems})
    else:
        show.lines(
            [
                (
                    f"people    {people['people']}, of whom {people['must_reconnect']} must sign in again, "
                    f"{people['failing']} meet trouble, {people['not_connected']} have connected nothing, "
                    f"{people['never_synced']} were never read"
                ),
                (
                    f"jobs      {jobs['waiting']} waiting (the oldest for {jobs['oldest_waiting']} s), "
                    f"{jobs['running']} running, {jobs['failed']} failed"
                ),
                f"workers   {jobs['workers']}",
                *(f"WARN      {one}" for one in problems),
            ]
        )
    if problems:
        raise typer.Exit(1)


def _problems(people: dict[str, int], jobs: dict[str, int]) -> list[str]:
    overdue = sum(count for name, count in people.items() if name.endswith("_overdue"))
    return [
        words
        for words, wrong in (
            ("No worker runs: start deepday worker on any machine.", people["people"] and not jobs["workers"]),
            (f"{overdue} jobs are overdue by more than 15 minutes: start more workers.", overdue),
            ("Jobs wait for more than 15 minutes: start more workers.", jobs["oldest_waiting"] > 900),
            (f"{jobs['failed']} jobs failed by a fault of deepday's: see the workers' lines.", jobs["failed"]),
        )
        if wrong
    ]
