import doctest

import pytest

from deepday.report import words


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize(("seconds", "text"), [(3_599, "1 h"), (29, "under 1 min"), (31, "1 min"), (86_400, "24 h")])
def test_a_duration_is_rounded_to_the_minute(seconds: int, text: str) -> None:
    assert words.duration(seconds) == text


def test_an_estimate_above_an_hour_claims_no_single_minutes() -> None:
    assert words.roughly(3_600 + 8 * 60) == "1 h 10 min"
    assert words.roughly(59 * 60) == "59 min"


def test_absent_is_never_written_as_zero() -> None:
    assert words.duration(None) == words.clock(None) == words.number(None) == words.share(None, 1) == words.ABSENT
