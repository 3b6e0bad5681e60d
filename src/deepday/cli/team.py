"""``deepday team``: weekly figures of a team, made of those who agreed, and never of few."""

import typer

app = typer.Typer(
    help="Aggregates over a team, of those who agreed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
