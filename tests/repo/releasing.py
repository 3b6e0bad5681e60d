"""Makes what a release consists of: ``python -m tests.repo.releasing [--anyway]``, into ``dist/``.

Wheel and source archive, built twice from the committed files and equal byte for byte; the list of libraries
(CycloneDX); and the checksums of all three. The version stands in ``src/deepday/__init__.py`` alone: the changelog, the
files in ``deploy/`` and the tag must agree with it. Nothing is tagged and nothing is sent anywhere.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deepday import __version__

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"
NAMED = (
    "deploy/Dockerfile",
    "deploy/compose.yaml",
    *(f"deploy/kubernetes/overlays/{name}/kustomization.yaml" for name in ("alone", "office")),
)


def against(number: str) -> Iterator[str]:
    """Yield what stands against a release of that version."""
    if not re.search(rf"^## {re.escape(number)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE):
        yield f"CHANGELOG.md has no section {number}."
    for name in NAMED:
        found = set(re.findall(r"(?:deepday:|newTag: )(\d[\w.]*)", (ROOT / name).read_text(encoding="utf-8")))
        if found != {number}:
            yield f"{name} names {', '.join(sorted(found)) or 'no version'}, not {number}."
    if _git("status", "--porcelain"):
        yield "There are changes that are not committed."
    if _git("tag", "--list", f"v{number}") and _git("rev-list", "-n1", f"v{number}") != _git("rev-parse", "HEAD"):
        yield f"The tag v{number} is on another commit."


def build(folder: Path) -> list[Path]:
    """Build the wheel and the source archive, with the time of the last commit in place of now."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": _git("log", "-1", "--format=%ct") or "0"}
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return sorted(folder.iterdir())


def checksum(file: Path) -> str:
    """Return the SHA-256 of a file, as text."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def list_libraries(file: Path) -> None:
    """Write which libraries the lock names, with their hashes, as CycloneDX."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
    more = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-file", str(file), str(ROOT / "requirements/run.txt")]
    subprocess.run([*command, *more], check=True, capture_output=True)


def main() -> None:
    """Make it, and say what to do next."""
    number = __version__
    problems = list(against(number))
    if problems:
        sys.stdout.write("\n".join(problems) + "\n")
        if "--anyway" not in sys.argv:
            sys.exit(1)
    DIST.mkdir(exist_ok=True)
    for old in DIST.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as other:
        files, again = build(DIST), build(Path(other))
        if [checksum(one) for one in files] != [checksum(one) for one in again]:
            sys.stdout.write("Built twice, and the two differ.\n")
            sys.exit(1)
    libraries = DIST / f"deepday-{number}.cdx.json"
    list_libraries(libraries)
    sums = [f"{checksum(one)}  {one.name}\n" for one in (*files, libraries)]
    (DIST / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    sys.stdout.write("".join(sums))
    sys.stdout.write(f"Next: git tag --annotate v{number} --message 'deepday {number}'\n")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
