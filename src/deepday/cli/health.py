"""``deepday health``: whether the deepday serve of this installation is well; for containers and watchers."""

from typing import Annotated

import typer


def health(
    ready: Annotated[bool, typer.Option("--ready", help="Also whether its store can be read, and beats come.")] = False,
) -> None:
    """Ask the deepday serve that runs how it is; leave with 1 when it is not well, or none runs.

    It asks through a socket that only the owner of the data may use; deepday serve must run with its page.
    """
    from deepday.errors import DeepdayError  # noqa: PLC0415 - help does without
    from deepday.web.control import ask_health  # noqa: PLC0415 - same

    if not ask_health(ready=ready):
        raise DeepdayError("deepday serve is not ready.", "Its log says why; deepday doctor looks into the store.")
    typer.echo("ok")
