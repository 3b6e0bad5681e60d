"""What other settings would bring, and prices of meetings in the configuration."""

from pathlib import Path
from typing import Any

import pytest

from tests.command import Ran
from tests.e2e.conftest import Run
from tests.e2e.exports import vevent, write_calendar
from tests.e2e.test_plan import ME_AND, MON


@pytest.fixture
def plan(run: Run, tmp_path: Path) -> Any:
    calendar = write_calendar(tmp_path / "calendar.ics", [vevent("12:30", "13:00", day=MON)])

    def planned(*more: object, code: int = 0) -> Ran:
        result = run("plan", "--calendar", calendar, *ME_AND, "--from", MON, "--weeks", "1", *more)
        assert result.code == code, result.err
        return result

    return planned


def test_a_what_if_without_a_plan_says_so(plan: Any, tmp_path: Path) -> None:
    asked = ("--what-if", "quota=5", "--what-if", "never=Mon")
    assert "then there is no plan; as it is there is one." in plan(*asked, code=1).out
    page = tmp_path / "plan.html"
    plan("--what-if", "quota=3", "--html", page)
    assert "What if: 2 days before and 3 now" in page.read_text(encoding="utf-8")


def test_prices_of_meetings_can_be_set(run: Run, tmp_path: Path) -> None:
    four = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{name}@example.com" for name in ("me", *"abc")]
    calendar = write_calendar(tmp_path / "one.ics", [vevent("12:00", "13:00", day=MON, uid="x", lines=four)])
    never = ("--never", "Tue", "Wed", "Thu", "Fri")
    asked = ("plan", "--calendar", calendar, *ME_AND, "--from", MON, "--weeks", "1", "--quota", "1", *never)

    def cost(*more: object) -> int:
        document = run(*asked, "--block", "240", "--json", *more).json
        return int(document["days"][0]["cost"])

    assert cost() == 69, "3 others, 30 % of an hour and 5 minutes each"
    config = tmp_path / "home" / "deepday.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text("[plan.prices]\nshare = 0.05\narranging = 2\n", encoding="utf-8")
    assert cost() == 15, "3 others, 5 % of an hour and 2 minutes each"
    assert cost("--what-if", "prices.arranging=10") == 39
    assert cost("--what-if", "prices.large=4") == 0
    config.write_text("[plan.prices]\nshare = 3\n", encoding="utf-8")
    refused = run(*asked)
    assert refused.code == 2
    assert "deepday.toml:2: plan.prices.share: must be at most 2" in refused.err
