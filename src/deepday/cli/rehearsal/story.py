"""The order of the chapters, and what comes after the last one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Final

from deepday.cli.rehearsal.chapters import connect_vendors, live_day, make_case, measure_weeks, plan_days, restore_all
from deepday.cli.rehearsal.stage import Stage
from deepday.cli.rehearsal.trying import run_trial
from deepday.clock import OFFSET

CHAPTERS: Final[tuple[tuple[str, Callable[[Stage], None]], ...]] = (
    (
        "Connect Google, Microsoft 365 and Slack, simulated on this machine, with the vendors' real libraries",
        connect_vendors,
    ),
    ("Measure five weeks", measure_weeks),
    ("Make the case", make_case),
    ("Plan deep-work days, and put them into the calendar", plan_days),
    ("Live a deep-work day", live_day),
    ("Take everything back", restore_all),
    ("Try it for eight weeks, days drawn by lot, and report", run_trial),
)


def go_on(stage: Stage) -> None:
    """Leave the page open, and the office with it, until Ctrl-C."""
    environment = {**os.environ, OFFSET: stage.offset()}
    program = [sys.executable, "-m", "deepday", "serve", "--page", "--port", "0"]
    stage.tell("The page, until Ctrl-C:")
    with subprocess.Popen(program, env=environment) as process:  # noqa: S603 - it is ourselves
        for number in (
            signal.SIGINT,
            signal.SIGTERM,
        ):  # the page may have heard Ctrl-C itself, and is told all the same
            signal.signal(number, lambda *_: process.terminate())
        process.wait()
