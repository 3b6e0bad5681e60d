"""Showing things: consoles, progress bars, JSON."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from deepday.app.health import Check
    from deepday.connect import Progress

_MARKS = {"ok": "ok  ", "note": "-   ", "warning": "WARN", "problem": "FAIL"}


def console() -> "Console":
    """Return a console on standard output."""
    from rich.console import Console  # noqa: PLC0415 - help and JSON do without

    return Console(highlight=False)


def print_json(value: Mapping[str, object]) -> None:
    """Print one JSON document on standard output."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


def lines(texts: Iterable[str]) -> None:
    """Print lines on standard output; nothing in them can steer the terminal."""
    from deepday.report.words import plain  # noqa: PLC0415 - help does without

    for text in texts:
        typer.echo(plain(text))


def say(text: str) -> None:
    """Print a remark on standard error, out of the way of what is asked for; nothing in it can steer the terminal."""
    from deepday.report.words import plain  # noqa: PLC0415 - help does without

    typer.echo("\n".join(map(plain, text.split("\n"))), err=True)


def checks(found: "Iterable[Check]", *, json_: bool) -> None:
    """Print checks as they come, or all as JSON; leave with exit code 1 when one of them is a problem."""
    from deepday.report.words import plain  # noqa: PLC0415 - help does without

    done = []
    for check in found:
        done.append(check)
        if not json_:
            typer.echo(plain(f"{_MARKS[check.health]} {check.subject}: {check.finding}"))
            if check.advice:
                typer.echo(plain(f"     {check.advice}"))
    if json_:
        rows = [{"subject": c.subject, "health": str(c.health), "finding": c.finding, "advice": c.advice} for c in done]
        print_json({"schema": "deepday.doctor/1", "checks": rows})
    if any(check.health == "problem" for check in done):
        raise typer.Exit(1)


def date_of(instant: int) -> str:
    """Return the date of a UTC second, in UTC."""
    return datetime.fromtimestamp(instant, UTC).date().isoformat()


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
