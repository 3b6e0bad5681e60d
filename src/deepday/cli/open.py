"""``deepday open``: one more way into the page of the deepday serve that runs."""

import typer

from deepday.cli import show
from deepday.cli.options import Json


def open_(json_: Json = False) -> None:
    """Print a link that opens the page of deepday serve once, within five minutes."""
    from deepday.web.control import ask_for_link  # noqa: PLC0415 - help does without

    link = ask_for_link()
    if json_:
        show.print_json({"schema": "deepday.open/1", "link": link})
    else:
        typer.echo(link)
