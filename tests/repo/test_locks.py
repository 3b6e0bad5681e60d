"""What is installed is what was locked: every requirement by hash, from wherever, and pip refuses anything else."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements/*.txt"))
OVERRIDES = {"bench-override.txt"}  # what the resolver of a lock is told; never installed from
REQUIREMENT = re.compile(
    r"[a-z0-9][a-z0-9._-]*(?:\[[\w,-]+\])?==[^\s;]+(?: ; [^\\]+?)?(?: --hash=sha256:[0-9a-f]{64})+"
)


def entries(text: str) -> list[str]:
    """Return the requirements of a lock, each with its hashes on one line."""
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("lock", [one for one in LOCKS if one.name not in OVERRIDES], ids=lambda path: path.name)
def test_every_line_of_a_lock_is_one_version_with_its_hashes_and_names_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    found = entries(text)
    assert found
    assert [one for one in found if not REQUIREMENT.fullmatch(one)] == []
    assert "://" not in text


def test_a_line_without_a_hash_or_with_a_place_would_be_found() -> None:
    digest = "0" * 64
    assert REQUIREMENT.fullmatch(f"httpx==0.28.1 --hash=sha256:{digest}")
    for wrong in ("httpx==0.28.1", f"httpx>=0.28 --hash=sha256:{digest}", "--index-url https://x", "httpx @ https://x"):
        assert not REQUIREMENT.fullmatch(wrong)


@pytest.mark.parametrize("file", ["Makefile", "deploy/Dockerfile"])
def test_locks_are_installed_by_hash_only(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8").replace("$(INSTALL)", _makes_install())
    installing = [
        line for line in text.splitlines() if re.search(r"-r \S*requirements/|-r \$", line) and "install" in line
    ]
    assert installing
    assert [line for line in installing if "--require-hashes" not in line or "--no-deps" not in line] == []
    # What is installed besides is this checkout, without anything that it would bring along.
    besides = [
        line for line in text.splitlines() if re.search(r"(PIP\)|/pip) .*install ", line) and line not in installing
    ]
    assert [line for line in besides if "--no-deps" not in line and "uninstall" not in line and ":=" not in line] == []


def _makes_install() -> str:
    (found,) = re.findall(r"^INSTALL := (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return str(found)
