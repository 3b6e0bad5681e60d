"""Every connector for accounts has a scorecard, and the page shows what it says."""

import pytest

from deepday.app.accounts import providers
from deepday.connect import Port
from tests.repo.scorecards import PAGE, ROOT, RULES, STATUSES, page, scorecards


def test_every_connector_for_accounts_has_a_scorecard_and_a_guide() -> None:
    assert set(scorecards()) == set(providers())
    assert [name for name in providers() if not (ROOT / "docs" / f"connect-{name}.md").exists()] == []


@pytest.mark.parametrize("name", sorted(scorecards()))
def test_a_scorecard_answers_every_rule(name: str) -> None:
    card = scorecards()[name]
    assert set(card["rules"]) >= set(RULES)
    assert all(rule["status"] in STATUSES and rule["note"].strip() for rule in card["rules"].values())
    assert set(card["ports"]) <= {port.value for port in Port}


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"
