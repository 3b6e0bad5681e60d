"""Who tests the tests: each bug, planted into the connector in memory, is caught by the suite that is about it."""

import pytest

from deepday import testing
from deepday.connect.memory import MemoryAccount
from tests.contract import planted
from tests.contract.office import office_and_account

SUITES = [getattr(testing, name) for name in testing.__all__ if name.endswith("Contract")]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.__name__)
def test_without_a_bug_nothing_is_caught(suite: type) -> None:
    assert testing.failures(suite, office_and_account) == []


@pytest.mark.parametrize(("bug", "suite", "caught_by"), planted.BUGS, ids=[bug.__name__ for bug, _, _ in planted.BUGS])
def test_the_suite_catches_the_bug(bug: type[MemoryAccount], suite: type, caught_by: str) -> None:
    assert caught_by in testing.failures(suite, lambda: office_and_account(bug))


def test_enough_bugs_are_planted() -> None:
    assert len(planted.BUGS) >= 15
    assert {suite for _, suite, _ in planted.BUGS} == set(SUITES)
