"""``deepday mcp``: an assistant's way in, over standard input and output (Model Context Protocol)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from deepday.app.assisting import Assistant
    from deepday.clock import Clock

INSTRUCTIONS = (
    "deepday measures what interruptions cost its owner's week and plans deep-work days. Figures are ranges: give the "
    "range, not one number. Nothing here changes anything: propose, and the owner decides in deepday."
)


def mcp(
    read_only: Annotated[bool, typer.Option("--read-only", help="Without the tool that proposes.")] = False,
) -> None:
    """Serve an assistant on this machine: it reads measures, plan and status, and proposes changes.

    It sees no titles, no names, no texts, and no accounts, and it changes nothing: what it proposes waits for you in
    deepday proposals. Each call leaves a row in deepday history. Speaks over standard input and output until its
    reader goes away.
    """
    from deepday.clock import SystemClock  # noqa: PLC0415 - help does without
    from deepday.errors import InputError  # noqa: PLC0415 - same

    try:
        made = server(SystemClock(), proposing=not read_only)
    except ModuleNotFoundError as error:
        raise InputError(
            f"It needs a library that is not installed ({error.name}).", "Run: pip install 'deepday[assistants]'"
        ) from None
    made.run("stdio")


def server(clock: "Clock", *, proposing: bool) -> "MCPServer":
    """Return the server with its tools, of which only ``propose_change`` writes, and that only a proposal."""
    from mcp.server import MCPServer  # noqa: PLC0415 - an extra
    from mcp.server.mcpserver import Context  # noqa: PLC0415 - same
    from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415 - same
    from mcp.types import ToolAnnotations  # noqa: PLC0415 - same

    from deepday import __version__  # noqa: PLC0415 - help does without
    from deepday.app.assisting import Assistant  # noqa: PLC0415 - same
    from deepday.errors import DeepdayError  # noqa: PLC0415 - same

    made = MCPServer("deepday", version=__version__, instructions=INSTRUCTIONS, log_level="ERROR")
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    writes = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

    def answered(context: Context, ask: "Callable[[Assistant], dict[str, object]]") -> dict[str, object]:
        known = context.session.client_params
        try:
            return ask(Assistant(clock, known.client_info.name if known else "unnamed"))
        except DeepdayError as error:
            raise ToolError(f"{error.what} {error.advice}".strip()) from None

    def read_measures(context: Context, first: str | None = None, last: str | None = None) -> dict[str, object]:
        """Weekly interruption cost with its range, quiet time and meetings, in seconds; dates as YYYY-MM-DD."""
        return answered(context, lambda assistant: assistant.measures(first, last))

    def read_plan(context: Context) -> dict[str, object]:
        """Deep-work days of the next eight weeks: date, part of the day, proposed, accepted or skipped."""
        return answered(context, lambda assistant: assistant.plan())

    def read_status(context: Context) -> dict[str, object]:
        """Which deep-work block is on, which come, and whether something is in trouble."""
        return answered(context, lambda assistant: assistant.status())

    def read_proposals(context: Context) -> dict[str, object]:
        """What was proposed so far, and what the owner decided."""
        return answered(context, lambda assistant: assistant.proposals())

    def propose_change(
        context: Context, kind: Literal["accept", "move", "skip"], date: str, why: str, to_date: str | None = None
    ) -> dict[str, object]:
        """Propose to accept, move or skip a deep-work day (YYYY-MM-DD); nothing happens before the owner says yes."""
        return answered(context, lambda assistant: assistant.propose(kind, date, to_date, why))

    for tool in (read_measures, read_plan, read_status, read_proposals):
        made.tool(annotations=reads)(tool)
    if proposing:
        made.tool(annotations=writes)(propose_change)
    return made
