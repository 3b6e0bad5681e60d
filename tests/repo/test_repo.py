"""The checkout itself: sizes, packaging, and documents that name what exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400


def sources() -> list[Path]:
    return [path for folder in ("src", "connectors", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_file_is_long_without_a_reason_at_its_top() -> None:
    long = [path for path in sources() if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST]
    without_reason = [path for path in long if "long on purpose" not in path.read_text(encoding="utf-8")[:1500]]
    assert without_reason == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = re.compile(
        r"datetime\.(now|utcnow|today)\(|\btime\.(time|monotonic)\(|arrow\.(now|utcnow)\(|date\.today\("
    )
    found = [
        path.relative_to(ROOT)
        for folder in ("src", "connectors")
        for path in (ROOT / folder).rglob("*.py")
        if asking.search(path.read_text(encoding="utf-8")) and path.name != "clock.py"
    ]
    assert found == []


@pytest.mark.parametrize("document", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda path: path.name)
def test_documents_name_files_that_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = [ROOT / path for path in re.findall(r"`((?:src|connectors|tests|config|docs)/[\w./-]+)`", text)]
    links = [document.parent / path for path in re.findall(r"\]\(([^)#:]+)\)", text)]
    assert [path for path in [*named, *links] if not path.exists()] == []


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("dependencies = [", 1)[1].split("\n]", 1)[0]
    assert [line for line in block.splitlines() if '"' in line and "#" not in line] == []
