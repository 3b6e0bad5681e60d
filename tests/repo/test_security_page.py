"""The page about security names tests that exist, and says of every control without one that it is not built."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROWS = [
    line
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| what could happen")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_each_control_has_tests_that_exist_or_is_not_built(row: str) -> None:
    proofs = row.strip().strip("|").split(" | ")[-1]
    named = TEST.findall(proofs)
    if not named:
        assert proofs.strip().startswith("not built"), row
    for path, name in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^ *def {name}\(", text, re.MULTILINE), f"{path}::{name}"


def test_both_tables_are_there() -> None:
    assert len(ROWS) > 25
