"""``deepday plan``: propose deep-work days, say why, change and accept them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from deepday.cli import options, show

if TYPE_CHECKING:
    from deepday.app.plan_request import PlanRequest
    from deepday.app.planning import Planned

_MANY = ("--calendar", "--fixed", "--never", "--prefer")


class _Lists(TyperGroup):
    """Options that take several values at once: ``--never Mon Fri`` is ``--never Mon --never Fri``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write the option before each of its values; a subcommand's name ends them."""
        written: list[str] = []
        name, given = "", 0
        for at, text in enumerate(args):
            if text in self.commands:
                return super().parse_args(ctx, [*written, *args[at:]])
            if text.startswith("-"):
                name, given = (text if text in _MANY else ""), 0
            elif name:
                written += [name] if given else []
                given += 1
            written.append(text)
        return super().parse_args(ctx, written)


app = typer.Typer(
    cls=_Lists,
    help="Propose deep-work days, and say why these. Nothing is written to a calendar, and nothing is sent.",
    epilog="Example: deepday plan --calendar me.ics --me you@example.com --zone Europe/Berlin --weeks 2 --quota 2",
    invoke_without_command=True,
    rich_markup_mode=None,
)

Weeks = Annotated[int | None, typer.Option("--weeks", metavar="N", help="How many ISO weeks, 1 to 12; by default 2.")]
Quota = Annotated[int | None, typer.Option("--quota", metavar="K", help="Deep-work days in each week.")]
Fixed = Annotated[
    list[str] | None,
    typer.Option("--fixed", metavar="DATE", help="A date that cannot be one (on call, no-go); repeatable."),
]
Never = Annotated[
    list[str] | None, typer.Option("--never", metavar="WEEKDAY", help="A weekday that never is one; repeatable.")
]
Days = Annotated[list[str] | None, typer.Argument(metavar="DATE", help="Dates, as 2026-03-10.")]
Day = Annotated[str, typer.Argument(metavar="DATE", help="A date, as 2026-03-10.")]
Whose = Annotated[str, typer.Option("--for", metavar="EMAIL", help="Whose day, in a team's plan.")]
Ics = Annotated[Path | None, typer.Option("--ics", metavar="FILE", help="Write the days as a calendar file.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the plan as a page.")]


@app.callback()
def plan(
    context: typer.Context,
    calendar: options.Calendars = None,
    me: options.Me = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First date, or a week; by default next Monday.")
    ] = None,
    weeks: Weeks = None,
    quota: Quota = None,
    half: Annotated[bool, typer.Option("--half", help="Half days instead of whole ones.")] = False,
    block: Annotated[
        int | None, typer.Option("--block", metavar="MIN", help="Shortest unbroken stretch that counts.")
    ] = None,
    fixed: Fixed = None,
    never: Never = None,
    prefer: Annotated[
        list[str] | None, typer.Option("--prefer", metavar="WEEKDAY", help="A weekday that is liked best; repeatable.")
    ] = None,
    team: Annotated[Path | None, typer.Option("--team", metavar="FILE", help="Plan a team, from a TOML file.")] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option("--what-if", metavar="SETTING=VALUE", help='Try a setting, such as "quota=3"; repeatable.'),
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="The best plan, even if proposed days move.")] = False,
    solver: Annotated[str, typer.Option("--solver", help="auto, exact, or greedy.")] = "auto",
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=3600, help="Time limit of the solver.")] = 10.0,
    titles: options.Titles = False,
    json_: options.Json = False,
    html: Html = None,
    ics: Ics = None,
) -> None:
    """Propose deep-work days, from files or from what was imported or connected."""
    context.obj = _asked(context)
    if context.invoked_subcommand is not None:
        return
    from deepday.app import plan_actions  # noqa: PLC0415 - help does without
    from deepday.app.planning import plan_days  # noqa: PLC0415

    with show.progress() as progress:
        planned = plan_days(context.obj, progress, keep=not anew)
    if plan_actions.keeps_plans(context.obj):
        plan_actions.remember(planned, context.obj)
    _show(planned, json_=json_, quiet=bool(html or ics))
    for written in plan_actions.write_plan(planned, html, ics):
        show.say(f"Wrote {written}")
    _refuse_without_plan(planned)
    if plan_actions.keeps_plans(context.obj) and not json_ and not all(day.accepted for day in planned.plan.days):
        plan_of = f"deepday plan --team {team}" if team else "deepday plan"
        show.say(f"Next: {plan_of} accept; or ask first: {plan_of} why DATE, {plan_of} meetings DATE.")


def _asked(context: typer.Context) -> "PlanRequest":
    from deepday.app.plan_request import PlanRequest, parse_date, parse_weekdays  # noqa: PLC0415 - help does without

    given: dict[str, Any] = context.params
    return PlanRequest(
        request=options.request(context),
        weeks=given["weeks"],
        team=given["team"],
        given={
            "quota": given["quota"],
            "unit": "half" if given["half"] else None,
            "block": given["block"],
            "fixed": tuple({"date": parse_date(text)} for text in given["fixed"] or ()),
            "never": parse_weekdays(given["never"] or ()),
            "prefer": parse_weekdays(given["prefer"] or ()),
        },
        what_if=tuple(given["what_if"] or ()),
        engine=given["solver"],
        seconds=given["seconds"],
    )


def _show(planned: "Planned", *, json_: bool, quiet: bool = False) -> None:
    _refuse_unknown(planned)
    if json_:
        from deepday.report.plan_view import plan_to_json  # noqa: PLC0415 - only the shape asked for is loaded

        show.print_json(plan_to_json(planned.plan, planned.problem, planned.seconds, planned.notes, planned.before))
        return
    if not quiet:
        from deepday.report.plan_terminal import render_plan  # noqa: PLC0415

        render_plan(planned.plan, planned.problem, show.console(), planned.notes, planned.before)
        return
    for note in planned.notes:
        show.say(note)


def _refuse_without_plan(planned: "Planned") -> None:
    from deepday.errors import DeepdayError  # noqa: PLC0415
    from deepday.plan.modelling import Status  # noqa: PLC0415

    if planned.plan.status is Status.INFEASIBLE:
        whose = len(planned.problem.members) > 1
        rules = "; ".join(one.cheapest.rule.words(whose=whose) for one in planned.plan.conflicts)
        raise DeepdayError(
            "No plan keeps all the rules.", f"Cheapest to give up: {rules}." if rules else "Ask for less."
        )


def _refuse_unknown(planned: "Planned") -> None:
    """Say that nothing was found; there is no document then, since a plan is there or proved impossible."""
    from importlib.util import find_spec  # noqa: PLC0415 - help does without

    from deepday.errors import DeepdayError  # noqa: PLC0415 - same
    from deepday.plan.modelling import Status  # noqa: PLC0415

    if planned.plan.status is Status.UNKNOWN:
        solver = "" if find_spec("highspy") else " For teams: pip install 'deepday[plan]'."
        raise DeepdayError(
            "No plan was found, and it is not proved that there is none.", f"Give --seconds more time.{solver}"
        )


def _json(context: typer.Context, json_: bool) -> bool:
    """Tell whether JSON was asked for, after the subcommand's name or before it."""
    return json_ or bool(context.parent and context.parent.params.get("json_"))


@app.command("accept", epilog="Example: deepday plan accept 2026-03-10")
def accept(context: typer.Context, dates: Days = None, person: Whose = "", json_: options.Json = False) -> None:
    """Accept proposed days, by default all of them: they no longer move by themselves."""
    from deepday.app import plan_actions  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        done = plan_actions.accept(context.obj, dates or (), progress, person=person)
    show.say(done.said)
    _show(done.planned, json_=_json(context, json_))


@app.command("skip", epilog="Example: deepday plan skip 2026-03-10")
def skip(
    context: typer.Context,
    dates: Annotated[list[str], typer.Argument(metavar="DATE", help="Dates, as 2026-03-10.")],
    undo: Annotated[bool, typer.Option("--undo", help="Take back that they were skipped.")] = False,
    person: Whose = "",
    json_: options.Json = False,
) -> None:
    """Take days out of the plan; they are not proposed again."""
    from deepday.app import plan_actions  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        act = plan_actions.unskip if undo else plan_actions.skip
        done = act(context.obj, dates, progress, person=person)
    show.say(done.said)
    _show(done.planned, json_=_json(context, json_))


@app.command("move", epilog="Example: deepday plan move 2026-03-10 2026-03-12")
def move(context: typer.Context, old: Day, new: Day, person: Whose = "", json_: options.Json = False) -> None:
    """Move a day of the plan to another date, which is thereby accepted."""
    from deepday.app import plan_actions  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        done = plan_actions.move(context.obj, old, new, progress, person=person)
    show.say(done.said)
    _show(done.planned, json_=_json(context, json_))


@app.command("swap", epilog="Example: deepday plan swap 2026-03-10 grace@example.org")
def swap(
    context: typer.Context,
    date: Day,
    new: Annotated[str, typer.Argument(metavar="EMAIL", help="Who covers from now on.")],
    backup: Annotated[bool, typer.Option("--backup", help="Exchange the backup, not the point person.")] = False,
    topic: Annotated[str, typer.Option("--topic", help="Of which topic, where there are several.")] = "",
    person: Whose = "",
    json_: options.Json = False,
) -> None:
    """Exchange the point person of an accepted day, if the new one can cover it."""
    from deepday.app import plan_cover  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        done = plan_cover.swap(context.obj, date, new, progress, backup=backup, topic=topic, person=person)
    show.say(done.said)
    _show(done.planned, json_=_json(context, json_))


@app.command("cover", epilog="Example: deepday plan cover, or deepday plan --team team.toml cover --json")
def cover(context: typer.Context, json_: options.Json = False) -> None:
    """Say who covers and covered accepted days: from eight weeks before the plan to its end."""
    from deepday.app.plan_cover import cover_load  # noqa: PLC0415 - help does without
    from deepday.report.plan_cover import cover_to_json, render_cover  # noqa: PLC0415 - same

    load = cover_load(context.obj)
    if _json(context, json_):
        show.print_json(cover_to_json(load.first, load.last, load.people, load.days))
        return
    render_cover(load.first, load.last, load.people, load.days, show.console())


@app.command("why", epilog="Example: deepday plan why 2026-03-10")
def why(context: typer.Context, date: Day, person: Whose = "", json_: options.Json = False) -> None:
    """Say why a date is in the plan, or what stands against it."""
    from deepday.app import plan_actions  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        said = plan_actions.why(context.obj, date, progress, person=person)
    if _json(context, json_):
        show.print_json({"schema": "deepday.plan-why/1", "date": date, "reasons": list(said)})
        return
    console = show.console()
    for line in said:
        console.print(line, markup=False)


@app.command("meetings", epilog="Example: deepday plan meetings 2026-03-10")
def meetings(context: typer.Context, date: Day, person: Whose = "", json_: options.Json = False) -> None:
    """Say what could be done about each meeting in the way of a day, with texts to copy."""
    from deepday.app import plan_actions  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        found, day, zone = plan_actions.in_the_way(context.obj, date, progress, person=person)
    if _json(context, json_):
        from deepday.report.plan_view import meetings_to_json  # noqa: PLC0415 - only the shape asked for is loaded

        show.print_json(meetings_to_json(found, day, zone))
        return
    from deepday.report.plan_terminal import render_meetings  # noqa: PLC0415

    render_meetings(found, day, zone, show.console())


@app.command("adopt", epilog="Example: deepday plan adopt clockwise.toml")
def adopt(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML, JSON or CSV; the README lists the names.")],
    json_: options.Json = False,
) -> None:
    """Turn settings typed from Reclaim, Clockwise or Viva into lines for the configuration."""
    from deepday.app.plan_adopting import adopted_settings, lines_of  # noqa: PLC0415 - help does without

    given, said = adopted_settings(file)
    if _json(context, json_):
        show.print_json({"schema": "deepday.plan-adopt/1", "plan": given, "remarks": said})
        return
    typer.echo(lines_of(given))
    for remark in said:
        show.say(remark)
