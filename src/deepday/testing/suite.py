"""Running a contract without pytest, and listening to what is logged meanwhile."""

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


def failures(contract: type, make: Callable[[], tuple[object, object]]) -> list[str]:
    """Run every test of a contract suite on a fresh connector and vendor each; return the names of those that fail.

    ``make`` returns connector and vendor. This is how a suite itself is tested: plant a bug, expect a name.
    """
    failed: list[str] = []
    for name, test in inspect.getmembers(contract, inspect.isfunction):
        if not name.startswith("test_"):
            continue
        connector, vendor = make()
        given: dict[str, Any] = {"connector": connector, "vendor": vendor}
        wanted = {key: given[key] for key in inspect.signature(test).parameters if key != "self"}
        try:
            test(contract(), **wanted)
        except pytest.skip.Exception:
            continue
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever it is, the test failed
            failed.append(name)
    return failed


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.exc_info}")


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect every line that is logged, at any level, while the block runs."""
    root, listener = logging.getLogger(), _Listener()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        yield listener.lines
    finally:
        root.setLevel(level)
        root.removeHandler(listener)
