"""Runs the ``deepday`` command: each time in a process of its own, forked from one that has imported it already.

What a test waits for is what a command does, not how Python starts. Where the start counts, or a signal does, tests
start :data:`DEEPDAY` itself.
"""

import io
import json
import multiprocessing
import os
import pkgutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import deepday.app
import deepday.cli
import deepday.report
import deepday.store
import deepday.trial

DEEPDAY = Path(sys.executable).with_name("deepday")
_PARTS = (deepday.app, deepday.cli, deepday.report, deepday.store, deepday.trial)


def _imported() -> list[str]:
    """Return what most commands import."""
    found = [one.name for part in _PARTS for one in pkgutil.iter_modules(part.__path__, f"{part.__name__}.")]
    return [*found, "alembic.command", "deepday_files", "numpy"]


_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(_imported())


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def ran(*arguments: object, environment: Mapping[str, str], folder: Path, timeout: float = 60) -> Ran:
    """Run ``deepday`` with these arguments; nobody answers what it asks.

    Raises AssertionError when it shows a traceback, and :class:`subprocess.TimeoutExpired` after so many seconds.
    """
    command = [str(one) for one in arguments]
    with TemporaryDirectory() as told:
        process = _forks.Process(target=_deepday, args=(command, dict(environment), str(folder), told))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, timeout)
        out, err = (Path(told, name).read_bytes().decode() for name in ("1", "2"))
    assert "Traceback" not in err, err
    return Ran(process.exitcode, out, err)


def _deepday(arguments: list[str], environment: dict[str, str], folder: str, told: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    streams = []
    for number in (1, 2):
        opened = os.open(Path(told, str(number)), os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        streams.append(io.TextIOWrapper(os.fdopen(number, "wb", closefd=False), encoding="utf-8"))
    sys.stdout, sys.stderr = streams
    sys.argv = [str(DEEPDAY), *arguments]
    from deepday.cli.main import main  # noqa: PLC0415 - in the fork, which has it

    main()
