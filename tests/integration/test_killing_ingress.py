"""Under load, whatever was acknowledged outlives a kill; ``make kill`` kills more often."""

from pathlib import Path

from tests.integration.killing_ingress import run


def test_a_kill_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    seen = run(tmp_path, times=1)
    assert "0 of them missing, store whole" in seen
