"""``deepday proposals``: what an assistant proposed, for its person to decide."""

from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

app = typer.Typer(
    help="Decide on what an assistant proposed (deepday mcp); alone, list it.",
    epilog="Example: deepday proposals, or deepday proposals accept 3",
    invoke_without_command=True,
    rich_markup_mode=None,
)
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As deepday proposals shows it.")]


@app.callback()
def list_(context: typer.Context, json_: Json = False) -> None:
    """Decide on what an assistant proposed (deepday mcp); alone, list it."""
    if context.invoked_subcommand:
        return
    from deepday.app.assisting import proposal_row, said, waiting  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.errors import NotEnoughDataError  # noqa: PLC0415 - same

    found = waiting(SystemClock())
    if json_:
        show.print_json({"schema": "deepday.proposals/1", "proposals": [proposal_row(one) for one in found]})
        return
    if not found:
        raise NotEnoughDataError("Nothing was proposed.", "An assistant proposes through deepday mcp.")
    for one in found:
        show.lines([f"{one.id:>4}  {one.state}: {said(one)}, proposed by {one.assistant}", f"      {one.why}"])
    show.say("deepday proposals accept NUMBER does it; deepday proposals decline NUMBER does not.")


@app.command(epilog="Example: deepday proposals accept 3")
def accept(number: Number) -> None:
    """Do what was proposed; the plan's rules hold as for your own changes."""
    from deepday.app.assisting import accept_proposal  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    show.lines([accept_proposal(number, SystemClock())])


@app.command(epilog="Example: deepday proposals decline 3")
def decline(number: Number) -> None:
    """Do not do it; the assistant can see that you decided so."""
    from deepday.app.assisting import decline_proposal  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    show.lines([decline_proposal(number, SystemClock())])
