"""Showing things: consoles, progress bars, JSON."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from deepday.connect import Progress


def console() -> "Console":
    """Return a console on standard output."""
    from rich.console import Console  # noqa: PLC0415 - help and JSON do without

    return Console(highlight=False)


def print_json(value: Mapping[str, object]) -> None:
    """Print one JSON document on standard output."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


def say(text: str) -> None:
    """Print a remark on standard error, out of the way of what is asked for; nothing in it can steer the terminal."""
    from deepday.report.words import plain  # noqa: PLC0415 - help does without

    typer.echo("\n".join(map(plain, text.split("\n"))), err=True)


@contextmanager
def progress() -> Iterator["Progress"]:
    """Give a progress callback: bars on standard error when it is a terminal, nothing otherwise."""
    if not sys.stderr.isatty():
        from deepday.connect import no_progress  # noqa: PLC0415 - help does without

        yield no_progress
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress as Bars  # noqa: PLC0415

    with Bars(console=Console(stderr=True), transient=True) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        yield show
