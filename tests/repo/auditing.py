"""Asks whether a locked library has a known vulnerability: ``python -m tests.repo.auditing [FILE]``.

Leaves with 1 when one has. Where the advisories cannot be reached, or know nothing of the libraries, it says so loudly
and leaves with 0: a machine without a network must not fail for it, and must not look audited.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[2] / "requirements/run.txt"


def asked(lock: Path) -> dict[str, Any] | None:
    """Return what pip-audit says about a lock; ``None`` where it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    done = subprocess.run(
        [*command, "--timeout", "20", "--format", "json", "--requirement", str(lock)],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = json.loads(done.stdout)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def judged(found: dict[str, Any] | None) -> tuple[int, list[str]]:
    """Return the exit code, and what to say."""
    if found is None:
        return 0, ["NOT AUDITED: the advisories could not be reached."]
    libraries = found["dependencies"]
    skipped = [one["name"] for one in libraries if "skip_reason" in one]
    said = []
    for one in libraries:
        for each in one.get("vulns", ()):
            fixed = ", ".join(each["fix_versions"]) or "no release yet"
            said.append(f"{one['name']} {one['version']}: {each['id']}, mended in {fixed}")
    if skipped:
        said.append(f"NOT AUDITED: {len(skipped)} of {len(libraries)} libraries are unknown where this machine asks.")
    else:
        said.append(f"{len(libraries)} libraries audited.")
    return int(any(one.get("vulns") for one in libraries)), said


def main() -> None:
    """Ask, and say."""
    code, said = judged(asked(Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK))
    sys.stdout.write("\n".join(said) + "\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
