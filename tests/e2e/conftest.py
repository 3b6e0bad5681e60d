"""Every command line test has a home of its own: no settings, no store."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DEEPDAY = Path(sys.executable).with_name("deepday")


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the installed command in a home of its own; ``deepday`` is left out of the arguments."""
    home = tmp_path / "home"
    environment = os.environ | {
        "DEEPDAY_CONFIG": str(home / "deepday.toml"),
        "DEEPDAY_DATA": str(home / "data"),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }

    def ran(*arguments: object, **more: str) -> Ran:
        done = subprocess.run(
            [DEEPDAY, *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment | more,
            cwd=tmp_path,
            check=False,
            timeout=60,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return ran
