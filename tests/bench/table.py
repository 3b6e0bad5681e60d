"""Plain text tables and budgets for the benchmark."""

import statistics
import sys
import time
from collections.abc import Callable, Sequence


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def heading(text: str) -> None:
    say(f"\n{text}\n{'=' * len(text)}")


def show(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    for row in (header, *rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        say("  ".join(cells))


def budget(text: str, *, met: bool) -> None:
    say(f"  {'met    ' if met else 'NOT MET'}  {text}")


def cpu(work: Callable[[], object], repeat: int = 1) -> float:
    """CPU seconds of one run."""
    begin = time.process_time()
    for _ in range(repeat):
        work()
    return (time.process_time() - begin) / repeat


def interleaved(works: Sequence[Callable[[], float]], rounds: int) -> list[float]:
    """Run the measurements in turns, so that a busy machine is busy for all of them; return each one's median."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, found in zip(works, times, strict=True):
            found.append(work())
    return [statistics.median(found) for found in times]
