"""Which log the exchanges with the sandbox office go to, where ``DEEPDAY_WIRE_LOG`` names one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday_sandbox.office.wire import VARIABLE


@pytest.fixture(scope="module", autouse=True)
def _wire_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep apart what is wrong on purpose, so that any finding in the log itself is one.

    Tests of the office send what it must refuse: they have a log of their own. Tests of faults let it answer what no
    vendor would: they have none.
    """
    log = os.environ.get(VARIABLE)
    path = Path(request.path)
    with pytest.MonkeyPatch.context() as patch:
        if log and path.stem.endswith("_faults"):
            patch.delenv(VARIABLE)
        elif log and path.parent.name == "sandbox":
            patch.setenv(VARIABLE, str(Path(log).with_name(f"{Path(log).stem}-sandbox.jsonl")))
        yield
