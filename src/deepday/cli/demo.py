"""``deepday demo``: five believable weeks, measured; no account and no files needed."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import options, show


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where to put the sample and the report.")] = Path(
        "deepday-demo"
    ),
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other weeks.")] = 1,
    json_: options.Json = False,
) -> None:
    """Make a sample of an ML engineer's five weeks, measure it, and write the report."""
    from deepday.app.demonstrating import demonstrate  # noqa: PLC0415 - help does without
    from deepday.app.measuring import as_json, as_terminal, write_files  # noqa: PLC0415

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
