"""What a release is made of, and what an audit says."""

import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from deepday import __version__
from tests.repo import releasing
from tests.repo.auditing import judged

GOOD: dict[str, Any] = {"name": "arrow", "version": "1.4.0", "vulns": []}
BAD: dict[str, Any] = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"], "aliases": [], "description": ""}],
}
UNKNOWN: dict[str, Any] = {"name": "own", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("libraries", "code", "words"),
    [
        ([GOOD], 0, ["1 libraries audited."]),
        ([GOOD, BAD], 1, ["jinja2 2.0: PYSEC-1, mended in 3.1.6", "2 libraries audited."]),
        ([BAD, UNKNOWN], 1, ["jinja2 2.0", "NOT AUDITED: 1 of 2"]),
        ([UNKNOWN], 0, ["NOT AUDITED: 1 of 1"]),
    ],
)
def test_an_audit_fails_on_findings_and_never_looks_done_when_it_was_not(
    libraries: list[dict[str, Any]], code: int, words: list[str]
) -> None:
    found, said = judged({"dependencies": libraries, "fixes": []})
    assert found == code
    assert len(said) == len(words)
    assert all(one.startswith(word) for one, word in zip(said, words, strict=True))


def test_an_audit_without_a_network_says_so_and_does_not_fail() -> None:
    assert judged(None) == (0, ["NOT AUDITED: the advisories could not be reached."])


def test_the_version_stands_in_one_place_and_everything_agrees_with_it() -> None:
    assert metadata.version("deepday") == __version__
    assert __version__ not in (releasing.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    problems = [one for one in releasing.against(__version__) if "not committed" not in one]
    assert problems == []
    assert len(list(releasing.against("99.0"))) >= 1 + len(releasing.NAMED)


def test_two_builds_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    builds = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        builds.append(releasing.build(tmp_path / name))
    assert [one.suffix for one in builds[0]] == [".whl", ".gz"]
    assert [re.sub(r"-.*", "", one.name) for one in builds[0]] == ["deepday", "deepday"]
    assert [releasing.checksum(one) for one in builds[0]] == [releasing.checksum(one) for one in builds[1]]
