"""Every command line test has a home of its own: no settings, no store."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import Ran, ran

Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in a home of its own; ``deepday`` is left out of the arguments."""
    home = tmp_path / "home"
    environment = os.environ | {
        "DEEPDAY_CONFIG": str(home / "deepday.toml"),
        "DEEPDAY_DATA": str(home / "data"),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    return lambda *arguments, **more: ran(*arguments, environment=environment | more, folder=tmp_path)
