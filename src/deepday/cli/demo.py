"""``deepday demo``: all of deepday in the sandbox office, or a sample from files; no account needed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from deepday.cli import options, show


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--folder", help="Where to put what it makes.")] = Path("deepday-demo"),
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other weeks.")] = 1,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Whether the page stays open at the end, until Ctrl-C.")
    ] = True,
    keep: Annotated[bool, typer.Option("--keep", help="Keep settings and store, to go on playing.")] = False,
    files: Annotated[bool, typer.Option("--files", help="Only measure a sample from files: no office.")] = False,
    json_: options.Json = False,
) -> None:
    """Go through all of deepday in an invented office on this machine, with the vendors' real libraries.

    Connects Google, Microsoft 365 and Slack, measures five weeks, makes the case, plans and protects, lives a
    deep-work day, takes everything back, runs a trial, and writes the manager's report. Your own settings and data
    are neither read nor written.
    """
    if files:
        _sample(folder, seed, json_=json_)
        return
    from deepday.errors import DeepdayError  # noqa: PLC0415 - help does without

    folder.mkdir(parents=True, exist_ok=True)
    root = context.find_root().command
    try:
        said = _rehearse(root, folder.resolve(), seed, serve=serve and not json_, keep=keep, quiet=json_)
    except ImportError as error:
        raise DeepdayError(f"The office needs a library that is not installed ({error.name}).", _EXTRAS) from error
    if json_:
        show.print_json({"schema": "deepday.demo/1", "folder": str(folder.resolve()), "chapters": said})


_MARK = "made-by-deepday-demo"
"""The file by which the demo knows settings and data of its own, before it deletes them."""

_EXTRAS = (
    "Run: pip install 'deepday[google,microsoft,slack,sandbox,plan,trial,web]', or see a part of it: deepday demo "
    "--files"
)


def _rehearse(root: Any, folder: Path, seed: int, *, serve: bool, keep: bool, quiet: bool) -> list[dict[str, object]]:
    from deepday.cli.rehearsal.stage import Stage, opened  # noqa: PLC0415 - help does without
    from deepday.cli.rehearsal.story import CHAPTERS, go_on  # noqa: PLC0415 - same
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.errors import DeepdayError  # noqa: PLC0415 - same

    clock = SystemClock(0)
    begun, chapters = clock.monotonic(), list[dict[str, object]]()
    with _home(folder, keep=keep) as home, show.progress() as progress, opened(seed) as office:
        lines: list[str] = []

        def tell(line: str) -> None:
            lines.append(line)
            if not quiet:
                typer.echo(f"   {line}")

        stage = Stage(folder, home, office, lambda words: root.main(words, "deepday", standalone_mode=False), tell)
        for number, (title, chapter) in enumerate(CHAPTERS, 1):
            if not quiet:
                typer.echo(f"{number}. {title}")
            progress(title, 0, 0)
            lines = []
            try:
                chapter(stage)
            except (TimeoutError, LookupError) as error:
                what = f"It did not come about in time: {error}."
                raise DeepdayError(what, f"On a busy machine try again; see {folder / 'serve.log'}") from error
            progress(title, 1, 1)
            chapters.append({"title": title, "said": lines, "seconds": round(clock.monotonic() - begun, 1)})
        if not quiet:
            typer.echo(
                f"{clock.monotonic() - begun:.0f} seconds. Every command and what it printed: {folder}/transcript.txt"
            )
        if serve:
            go_on(stage)
    return chapters


@contextmanager
def _home(folder: Path, *, keep: bool) -> Iterator[Path]:
    """Give deepday settings and a store of its own while the context lasts, and longer if they are to be kept."""
    from deepday.errors import InputError  # noqa: PLC0415 - help does without

    home, before = folder / "deepday-home", dict(os.environ)
    if home.exists() and not (home / _MARK).exists():
        raise InputError(f"{home} was not made by this command, and is left alone.", "Name another --folder.")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    (home / _MARK).touch()
    (folder / "transcript.txt").unlink(missing_ok=True)
    (folder / "serve.log").unlink(missing_ok=True)
    os.environ |= {"DEEPDAY_CONFIG": str(home / "deepday.toml"), "DEEPDAY_DATA": str(home / "data")}
    os.environ.pop("DEEPDAY_DATABASE_URL", None)
    try:
        yield home
        if keep:
            typer.echo(f"Kept: export DEEPDAY_CONFIG={home / 'deepday.toml'} DEEPDAY_DATA={home / 'data'}")
    finally:
        os.environ.clear()
        os.environ |= before
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def _sample(folder: Path, seed: int, *, json_: bool) -> None:
    from deepday.app.demonstrating import demonstrate  # noqa: PLC0415 - help does without
    from deepday.app.measuring import as_json, as_terminal, write_files  # noqa: PLC0415 - same

    with show.progress() as progress:
        demonstration = demonstrate(folder, seed, progress)
    if json_:
        show.print_json(as_json(demonstration.measurement, shareable=False))
    else:
        as_terminal(demonstration.measurement, show.console(), shareable=False)
    report = folder / "report.html"
    for _ in write_files(demonstration.measurement, report, None, shareable=False):
        show.say(f"\nThe report as a page:  {report.resolve()}")
    show.say(f"The sample's files:    {folder.resolve()}")
    show.say(f"Measure them yourself: {demonstration.command}")
