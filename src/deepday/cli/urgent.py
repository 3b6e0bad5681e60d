"""``deepday urgent``: what reached you while you were in deep work, and how it ended."""

from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import options, show

if TYPE_CHECKING:
    from deepday.app.urgent_commands import Listed, Shown

app = typer.Typer(
    help="Urgent requests: list them, answer them, test the way to whoever covers.",
    epilog="Example: deepday urgent list",
    no_args_is_help=True,
    rich_markup_mode=None,
)

One = Annotated[str, typer.Argument(metavar="ID", help="The request's id, or its beginning.")]


@app.command("list", epilog="Example: deepday urgent list --all")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Ended ones as well.")] = False, json_: options.Json = False
) -> None:
    """List requests that are open, or that could not be delivered."""
    from deepday.app.urgent_commands import list_requests  # noqa: PLC0415 - help does without

    listed = list_requests(everything=all_)
    if json_:
        show.print_json(_list_json(listed))
        return
    from deepday.report.urgent_view import line, overrides_lines, times_words  # noqa: PLC0415
    from deepday.report.words import plain  # noqa: PLC0415

    if not listed.requests:
        typer.echo("No request came in so far." if all_ else "No request is open.")
    for one in listed.requests:
        typer.echo(plain(line(one, listed.now, listed.zone)))
    typer.echo(times_words(listed.times))
    typer.echo(plain(f"Who answers now: {', then '.join(listed.covered)}."))
    for one_skipped in listed.skipped:
        typer.echo(plain(f"Not asked: {one_skipped}."))
    for name, week, count in listed.load:
        typer.echo(plain(f"{name} was asked {count} time{'' if count == 1 else 's'} in the week of {week}."))
    if listed.tomorrow:
        typer.echo(
            f"Tomorrow is deep work: a note for whoever covers is made by deepday urgent handover {listed.tomorrow}"
        )
    for words in overrides_lines(listed.overrides.weeks.items(), listed.overrides.budget):
        typer.echo(plain(words))


@app.command("show", epilog="Example: deepday urgent show k3f9 --text")
def show_(
    one: One,
    text: Annotated[bool, typer.Option("--text", help="Show what was asked, where it is kept.")] = False,
    json_: options.Json = False,
) -> None:
    """Show one request: its way, and what proves its end."""
    from deepday.app.urgent_commands import show_request  # noqa: PLC0415 - help does without

    _show(show_request(one), json_=json_, text=text)


@app.command("ack", epilog="Example: deepday urgent ack k3f9")
def ack(one: One, json_: options.Json = False) -> None:
    """Take a request yourself; its sender is told."""
    from deepday.app.urgent_commands import acknowledge  # noqa: PLC0415 - help does without

    _show(acknowledge(one), json_=json_)


@app.command("done", epilog="Example: deepday urgent done k3f9")
def done(one: One, json_: options.Json = False) -> None:
    """Say that you have answered a request, or have seen one that could not be delivered."""
    from deepday.app import urgent_commands  # noqa: PLC0415 - help does without

    _show(urgent_commands.done(one), json_=json_)


@app.command("pass", epilog="Example: deepday urgent pass k3f9")
def pass_(one: One, json_: options.Json = False) -> None:
    """Tell the next one who covers."""
    from deepday.app.urgent_commands import pass_on  # noqa: PLC0415 - help does without

    _show(pass_on(one), json_=json_)


@app.command("snooze", epilog="Example: deepday urgent snooze k3f9")
def snooze(one: One, json_: options.Json = False) -> None:
    """Show a request later that can wait."""
    from deepday.app import urgent_commands  # noqa: PLC0415 - help does without

    _show(urgent_commands.snooze(one), json_=json_)


@app.command("test", epilog="Example: deepday urgent test --for 600")
def rehearsal(
    seconds: Annotated[int, typer.Option("--for", min=1, max=86_400, help="Seconds to wait for an answer.")] = 60,
    json_: options.Json = False,
) -> None:
    """Send a test request to whoever covers, the real way, and see who answers; try every second way too."""
    from deepday.app.urgent_commands import rehearse  # noqa: PLC0415 - help does without

    shown = rehearse(seconds, show.say)
    _show(shown, json_=json_)
    failed = any(one.problem for one in shown.second)
    if failed or shown.request.state.value == "undeliverable, announced" or shown.request.open:
        raise typer.Exit(1)


@app.command("mail", epilog="Example: deepday urgent mail")
def mail(json_: options.Json = False) -> None:
    """Look once into the mailbox of the settings; deepday serve does so by itself."""
    from deepday.app.urgent_commands import look_into_mailbox  # noqa: PLC0415 - help does without

    new = look_into_mailbox()
    if json_:
        show.print_json({"schema": "deepday.urgent.mail/1", "new": new})
    else:
        typer.echo(f"{new} new requests and answers." if new else "Nothing new.")


@app.command("listen", epilog="Example: deepday urgent listen --for 3600")
def listen(
    seconds: Annotated[float, typer.Option("--for", min=1, max=604_800, help="Seconds.")] = 3600,
) -> None:
    """Take requests and route them for a while, over Slack's Socket Mode."""
    from deepday.app import urgent_commands  # noqa: PLC0415 - help does without

    count = urgent_commands.listen(seconds, show.say)
    typer.echo(f"{count} requests came in.")


@app.command("handover", epilog="Example: deepday urgent handover 2026-03-10 > handover.md")
def handover(day: Annotated[str, typer.Argument(metavar="DATE", help="A date, as 2026-03-10.")]) -> None:
    """Print the note for whoever covers a day, to be filled in the day before."""
    from deepday.app.urgent_handover import hand_over  # noqa: PLC0415 - help does without

    typer.echo(hand_over(day))


@app.command("consent", epilog="Example: deepday urgent consent grace@example.org --no")
def consent(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who covers.")],
    yes: Annotated[bool, typer.Option("--yes/--no", help="They agreed, or they opt out.")] = True,
    json_: options.Json = False,
) -> None:
    """Keep that somebody agreed to cover for you, or opted out."""
    from deepday.app.urgent_commands import keep_consent  # noqa: PLC0415 - help does without

    kept = keep_consent(email, agreed=yes)
    if json_:
        show.print_json({"schema": "deepday.urgent.consent/1", "email": kept.point_person, "state": kept.state.value})
    else:
        typer.echo(f"{kept.point_person}: {kept.state}. It counts from now on.")


@app.command("ask", epilog="Example: deepday urgent ask grace@example.org")
def ask(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who may cover.")], json_: options.Json = False
) -> None:
    """Ask somebody in chat, once, whether they would cover for you; they answer by a button."""
    from deepday.app.urgent_commands import ask_consent  # noqa: PLC0415 - help does without

    kept = ask_consent(email)
    if json_:
        show.print_json({"schema": "deepday.urgent.consent/1", "email": kept.point_person, "state": kept.state.value})
    else:
        done_ = "has agreed already; nothing was sent" if kept.state.value == "agreed" else "was asked"
        typer.echo(f"{kept.point_person} {done_}.")


@app.command("preview", epilog="Example: deepday urgent preview")
def preview() -> None:
    """Print every message that people may get, with its buttons, about made-up requests; nothing is sent."""
    from deepday.app.urgent_preview import previews  # noqa: PLC0415 - help does without
    from deepday.report.urgent_view import message_lines  # noqa: PLC0415
    from deepday.report.words import plain  # noqa: PLC0415

    for title, message in previews():
        typer.echo(title)
        for line in message_lines(message):
            typer.echo(plain(f"  {line}"))
        typer.echo("")


@app.command("verify", epilog="Example: deepday urgent verify --from 2026-03-01 --to 2026-03-31")
def verify(
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="The first date.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="The last date, included.")],
    json_: options.Json = False,
) -> None:
    """Prove that no request was dropped: received = ended + open, and the chain of the history is whole."""
    from deepday.app.urgent_commands import verify_period  # noqa: PLC0415 - help does without
    from deepday.report.urgent_view import proof_json, proof_lines  # noqa: PLC0415 - same

    proof = verify_period(first, last)
    if json_:
        show.print_json({"schema": "deepday.urgent.verify/1", **proof_json(proof)})
    else:
        show.lines(proof_lines(proof))
    if not proof.holds:
        raise typer.Exit(1)


def _list_json(listed: "Listed") -> dict[str, object]:
    from deepday.report.urgent_view import iso, request_json  # noqa: PLC0415 - help does without

    return {
        "schema": "deepday.urgent.list/2",
        "requests": [request_json(one, listed.zone) for one in listed.requests],
        "who_answers": list(listed.covered),
        "not_asked": list(listed.skipped),
        "response_times": [
            {
                "since": iso(one.since, listed.zone),
                "seconds": one.seconds,
                "answered": one.answered,
                "urgent": one.urgent,
            }
            for one in listed.times
        ],
        "load": [{"name": name, "week": week.isoformat(), "asked": count} for name, week, count in listed.load],
        "overrides": [
            {
                "week": week.isoformat(),
                "kind": one.kind.value,
                "by": one.by,
                "why": one.why,
                "at": iso(one.at, listed.zone),
            }
            for week, found in listed.overrides.weeks.items()
            for one in found
        ],
        "override_budget": listed.overrides.budget,
    }


def _show(shown: "Shown", *, json_: bool, text: bool = False) -> None:
    from deepday.report.urgent_view import iso, line, moment, request_json  # noqa: PLC0415 - help does without
    from deepday.report.words import plain  # noqa: PLC0415

    zone = shown.zone
    if json_:
        rows = [
            {
                "seq": row.seq,
                "at": iso(row.at, zone),
                "actor": row.actor,
                "before": row.before,
                "after": row.after,
                "why": row.why,
            }
            for row in shown.rows
        ]
        messages = [
            {
                "kind": one.kind,
                "state": one.state.value,
                "sent_at": iso(one.sent_at, zone),
                "problem": one.problem or None,
            }
            for one in shown.messages
        ]
        whole: dict[str, object] = {"schema": "deepday.urgent.show/2", **request_json(shown.request, zone)}
        kept = {"text": shown.text or None} if text else {}
        tried = [{"way": one.way, "to": one.name, "problem": one.problem or None} for one in shown.second]
        second = {"second_channel": tried} if tried else {}
        show.print_json({**whole, **kept, "history": rows, "messages": messages, **second})
        return
    typer.echo(plain(line(shown.request, shown.now, zone)))
    if text:
        typer.echo(plain(shown.text) if shown.text else "What was asked is not kept.")
    if shown.rows:
        typer.echo(f"  Times are those of {zone}.")
    for row in shown.rows:
        typer.echo(plain(f"  {moment(row.at, zone)}  {row.before or '-'} → {row.after}  {row.actor}: {row.why}"))
    for one in shown.messages:
        problem = f": {one.problem}" if one.problem else ""
        typer.echo(plain(f"  message {one.kind} {one.state}{problem}"))
    if shown.request.evidence:
        typer.echo(plain(f"  proven by {shown.request.evidence}"))
