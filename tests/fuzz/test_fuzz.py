"""A few of the inputs of ``make fuzz``, and readers that are broken on purpose, which it must notice."""

import re
from collections.abc import Callable
from typing import Any

import pytest

import deepday_google.hints
import deepday_microsoft.subscriptions
from deepday.route import alerts
from deepday_slack import deliveries
from tests.fuzz import targets
from tests.fuzz.__main__ import Count, fuzz

FEW = 2500


def test_nothing_counts_that_nobody_signed_and_nothing_breaks_a_reader() -> None:
    found = fuzz(FEW, "of the tests")
    assert found.broken == []
    assert found.inputs.total() == FEW
    assert min(found.inputs.values()) > 0


def _yes(*_: Any) -> bool:
    return True


@pytest.mark.parametrize(
    ("name", "place", "part", "instead"),
    [
        ("Slack, forged", deliveries.SlackDeliveries, "_genuine", _yes),
        ("form link", targets, "opens_form", _yes),
        ("push hint of Google", deepday_google.hints, "_same", _yes),
        ("push hint of Graph", deepday_microsoft.subscriptions, "_is_for", _yes),
        ("alert", alerts, "_LONGEST", 600_000),
        ("ICS", targets, "read_calendar", re.compile),
    ],
)
def test_a_reader_that_is_broken_is_found_out(
    monkeypatch: pytest.MonkeyPatch, name: str, place: Any, part: str, instead: Callable[..., Any] | int
) -> None:
    monkeypatch.setattr(place, part, instead)
    found = Count()
    found.run(name, targets.TARGETS[name][1], 200, "planted")
    assert found.broken
