"""The wheel alone: installed by pip beside the libraries that it asks for, and no others, without the checkout.

The libraries are those of this environment, so that no registry is needed: what the wheel's own metadata ask for is
linked into a bare environment, and what they forget is missing there.
"""

import signal
import subprocess
import sys
import threading
import venv
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement

from deepday import __version__

ROOT = Path(__file__).parents[2]
CONNECTORS = {"caldav", "files", "google", "microsoft", "sandbox", "slack"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


def wanted(requirements: Iterable[str], extras: Iterable[str]) -> set[str]:
    """Return the distributions that the requirements lead to, by name."""
    found: set[str] = set()
    left = [(Requirement(one), frozenset(extras)) for one in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while left:
        one, given = left.pop()
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in given | {""}):
            continue
        name, more = one.name.lower(), frozenset(one.extras)
        if (name, more) in seen:
            continue
        seen.add((name, more))
        found.add(name)
        left += [(Requirement(each), more) for each in metadata.distribution(name).requires or ()]
    return found


def bare(folder: Path, wheel: Path, extras: Iterable[str]) -> Path:
    """Make an environment with the wheel and what it asks for; return its command."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        described = archive.read(f"deepday-{__version__}.dist-info/METADATA").decode()
    requirements = [line.partition(": ")[2] for line in described.splitlines() if line.startswith("Requires-Dist")]
    for name in wanted(requirements, extras):
        distribution = metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] not in {"..", "__pycache__"}}:
            link = site / top
            if not link.exists():
                link.symlink_to(Path(str(distribution.locate_file(top))))
    return folder / "bin" / "deepday"


def ran(command: Path, folder: Path, *arguments: object) -> str:
    own = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [command, *map(str, arguments)], env=own, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


TOLD = (
    "Deep work until 18:00, urgent: Tarek Osswald",
    "Tarek Osswald has it.",
    "2 received = 2 ended + 0 open",
    "leaves her status: :tooth: At the dentist",
    "Her calendar is as it was; the status: :tooth: At the dentist",
    "rows, all as they were written",
    "Fewer interruption minutes on deep-work days",
    "Recomputed from its export: the same.",
)


def tell_all(command: Path, folder: Path) -> None:
    """Let the demo go its whole way to the page, look at the page, and end it."""
    own = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    whole, printed = [str(command), "demo", "--folder", str(folder / "demo")], list[str]()
    with subprocess.Popen(whole, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=folder, env=own) as process:
        assert process.stdout is not None
        over = threading.Timer(250, process.kill)
        over.start()
        for line in process.stdout:
            printed.append(line)
            if line.startswith("http://"):
                assert httpx.get(line.strip(), follow_redirects=True, trust_env=False).status_code == 200
                process.send_signal(signal.SIGINT)
        over.cancel()
    told = "".join(printed)
    assert process.returncode == 0, told
    assert [said for said in TOLD if said not in told] == [], told
    assert (folder / "demo" / "trial-report.pdf").read_bytes().startswith(b"%PDF")
    assert not (folder / "demo" / "deepday-home").exists(), "settings and tokens are gone"


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_the_wheel_runs_the_demo_with_its_extras_and_measures_without_any(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        described = archive.read(f"deepday-{__version__}.dist-info/METADATA").decode()
    extras = {line.partition(": ")[2] for line in described.splitlines() if line.startswith("Provides-Extra")}
    full = bare(tmp_path / "full", wheel, extras - {"scale"})
    assert ran(full, tmp_path, "--version") == f"deepday {__version__}\n"
    tell_all(full, tmp_path)
    assert "In W" in ran(full, tmp_path, "demo", "--files", "--folder", "sample")
    assert (tmp_path / "sample" / "report.html").exists()
    said = ran(full, tmp_path, "doctor")
    assert all(name in said for name in CONNECTORS)
    assert "serve" in ran(full, tmp_path, "serve", "--help")
    plain = bare(tmp_path / "plain", wheel, ())
    asked = ("--calendar", "sample/calendar.ics", "--me", "ada@example.com", "--zone", "Europe/Berlin")
    hours = ("--hours", "Mon-Fri 09:00-17:00", "--from", "2026-03-09", "--to", "2026-03-13", "--json")
    assert '"deepday.measure/1"' in ran(plain, tmp_path, "measure", *asked, *hours)


def test_the_wheel_holds_both_roots_and_nothing_loose(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"deepday"} | {f"deepday_{name}" for name in CONNECTORS}
    assert any(name.startswith("deepday/report/templates/") for name in names)
    assert any(name.startswith("deepday/store/migrations/versions/") for name in names)
