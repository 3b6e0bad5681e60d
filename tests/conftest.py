"""What holds for all tests: how examples are tried, and which log the exchanges with the sandbox office go to."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from deepday_sandbox.office.wire import VARIABLE

# How long an example takes says how busy the machine is. CI tries the same examples each time; elsewhere new ones.
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("tests")

# A shell starts what runs in its background deaf to Ctrl-C; what the tests start would be deaf, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines what could not be run on this machine, and why."""
    said = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []) if report.longrepr}
    for line in sorted(one.removeprefix("Skipped: ") for one in said if one.startswith("Skipped: NO ")):
        terminalreporter.write_line(line, yellow=True, bold=True)


@pytest.fixture(scope="module", autouse=True)
def _wire_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep apart what is wrong on purpose, or cannot be checked, so that any finding in the other logs is one.

    Each module has a log of its own, in each process: what one office asks to wait for is not over in another one.

    Tests of the office send what it must refuse: they have a log of their own. Tests of faults let it answer what no
    vendor would: they have none. The schemas at hand are parts of the vendors', and lack some of the operations that
    deepday uses: to make and delete a calendar of deepday's own (Google ``calendars.insert`` and ``delete``, Graph
    ``/me/calendars``), to read and fill it at Graph, and to decline there. Modules that use these end in ``_unlisted``,
    and have a log of their own, in which "no such operation" is expected for exactly these.
    """
    log = os.environ.get(VARIABLE)
    path = Path(request.path)
    with pytest.MonkeyPatch.context() as patch:
        if log and path.stem.endswith("_faults"):
            patch.delenv(VARIABLE)
        elif log and path.parent.name == "sandbox":
            patch.setenv(VARIABLE, str(Path(log).with_name(f"{Path(log).stem}-sandbox.jsonl")))
        elif log and path.stem.endswith("_unlisted"):
            patch.setenv(VARIABLE, str(Path(log).with_name(f"{Path(log).stem}-unlisted.jsonl")))
        elif log:
            own = f"{Path(log).stem}-office-{path.stem}-{os.getpid()}.jsonl"
            patch.setenv(VARIABLE, str(Path(log).with_name(own)))
        yield
