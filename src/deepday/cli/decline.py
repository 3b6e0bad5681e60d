"""``deepday decline``: preview, switch on, switch off."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from deepday.app.declining import Shown
    from deepday.reconcile.declining import Decision

app = typer.Typer(
    help="Decline new invitations into deep-work days, with a helpful answer. Off until you switch it on.",
    epilog="Example: deepday decline preview, then deepday decline on",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Weeks = Annotated[
    int, typer.Option("--weeks", metavar="N", min=1, max=26, help="How many weeks back to look; by default 4.")
]


@app.command("preview", epilog="Example: deepday decline preview --weeks 8")
def preview(weeks: Weeks = 4, json_: Json = False) -> None:
    """Show what would have been declined, what would be now, and what is kept and why. Nothing is answered.

    Titles and organisers are read for this list and not kept. The exceptions are in the settings, [protect.decline].
    """
    from deepday.app import declining  # noqa: PLC0415 - help does without

    shown = declining.preview(weeks)
    if json_:
        show.print_json(_row(shown, weeks))
    else:
        _say(shown, weeks)
    if shown.preview.unknown:
        raise typer.Exit(1)


@app.command("on", epilog="Example: deepday decline on")
def on(json_: Json = False) -> None:
    """Decline invitations that arrive from now on, after a preview with the same exceptions within a day."""
    from deepday.app import declining  # noqa: PLC0415 - help does without

    since = declining.switch_on()
    if json_:
        show.print_json({"schema": "deepday.decline.switch/2", "on": True, "since": since.isoformat()})
    else:
        show.say(
            f"New invitations into deep-work days are declined from now on, {since:%a %Y-%m-%d %H:%M}. "
            "To stop: deepday decline off"
        )


@app.command("off", epilog="Example: deepday decline off")
def off(json_: Json = False) -> None:
    """Answer no invitation any more. What was declined stays declined: accept it by hand if you want it back."""
    from deepday.app import declining  # noqa: PLC0415 - help does without

    was = declining.switch_off()
    if json_:
        show.print_json({"schema": "deepday.decline.switch/2", "on": False, "since": None})
    else:
        show.say("Invitations are no longer declined." if was else "Invitations were not declined anyway.")
    if not was:
        raise typer.Exit(3)


def _say(shown: "Shown", weeks: int) -> None:
    found = shown.preview
    past = f"Would have been declined in the past {weeks} weeks"
    if not found.blocks:
        typer.echo(f"{past}: no deep-work day of yours lies there, so that nothing can be said.")
    else:
        _list(past, found.past, shown.zone)
    _list("Would be declined now", found.now, shown.zone)
    _list("Would be kept", found.kept, shown.zone)
    if shown.answer:
        typer.echo(f"The answer would say:\n  {_plain(shown.answer)}")
    for words in found.unknown:
        show.say(words)
    if found.unknown:
        show.say("This preview does not count: not everything could be looked at.")
    elif shown.since:
        show.say(f"Declining is on since {_at(shown.since, shown.zone)}.")
    else:
        show.say("Declining is off. Only what arrives after you switch it on is declined: deepday decline on")


def _list(title: str, decisions: "tuple[Decision, ...]", zone: "ZoneInfo") -> None:
    typer.echo(f"{title}: {len(decisions) or 'nothing'}.")
    for one in decisions:
        what = f"{one.invitation.title or '(no title)'}, {one.invitation.organiser}"
        typer.echo(_plain(f"  {_at(one.invitation.when.start, zone)}  {what}: {one.why}"))


def _row(shown: "Shown", weeks: int) -> dict[str, object]:
    found = shown.preview
    return {
        "schema": "deepday.decline/2",
        "weeks": weeks,
        "blocks": found.blocks,
        "on_since": _iso(shown.since, shown.zone) if shown.since else None,
        "past": [_decision(one, shown.zone) for one in found.past],
        "now": [_decision(one, shown.zone) for one in found.now],
        "kept": [_decision(one, shown.zone) for one in found.kept],
        "answer": shown.answer,
        "unknown": list(found.unknown),
    }


def _decision(one: "Decision", zone: "ZoneInfo") -> dict[str, object]:
    return {
        "start": _iso(one.invitation.when.start, zone),
        "end": _iso(one.invitation.when.end, zone),
        "title": one.invitation.title,
        "organiser": one.invitation.organiser,
        "people": one.invitation.people,
        "series": bool(one.invitation.series),
        "block": one.block.id if one.block else "",
        "why": one.why,
    }


def _at(seconds: int, zone: "ZoneInfo") -> str:
    """Return a UTC second on the clocks of the zone."""
    return f"{datetime.fromtimestamp(seconds, zone):%a %Y-%m-%d %H:%M}"


def _iso(seconds: int, zone: "ZoneInfo") -> str:
    return datetime.fromtimestamp(seconds, zone).isoformat()


def _plain(text: str) -> str:
    from deepday.report.words import plain  # noqa: PLC0415 - help does without

    return plain(text)
