"""The checkout itself: sizes, packaging, and documents that name what exists."""

import re
import signal
import subprocess
import sys
import threading
import venv
import zipfile
from pathlib import Path

import httpx
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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_both_roots_and_nothing_loose(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    connectors = {"caldav", "files", "google", "microsoft", "sandbox", "slack"}
    assert tops == {"deepday"} | {f"deepday_{name}" for name in connectors}
    assert any(name.startswith("deepday/report/templates/") for name in names)
    assert any(name.startswith("deepday/store/migrations/versions/") for name in names)


@pytest.mark.timeout(300)
def test_the_wheel_alone_runs_the_demo_to_the_page(wheel: Path, tmp_path: Path) -> None:
    """Beside the libraries of this environment, but without the checkout."""
    venv.create(tmp_path / "venv", with_pip=False, system_site_packages=False, symlinks=True)
    site = next((tmp_path / "venv").glob("lib/python*/site-packages"), tmp_path / "venv/Lib/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    libraries = Path(pytest.__file__).parents[1]
    (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    python = next((tmp_path / "venv").glob("bin/python"), tmp_path / "venv/Scripts/python.exe")
    program = "import deepday, sys; print(deepday.__file__, flush=True); from deepday.cli.main import main; main()"
    command: list[str | Path] = [python, "-I", "-c", program, "demo", "--folder", tmp_path / "demo"]
    printed = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=tmp_path) as process:
        assert process.stdout is not None
        over = threading.Timer(200, process.kill)
        over.start()
        for line in process.stdout:
            printed.append(line)
            if line.startswith("http://"):
                assert httpx.get(line.strip(), follow_redirects=True, trust_env=False).status_code == 200
                process.send_signal(signal.SIGINT)
        over.cancel()
    told = "".join(printed)
    assert process.returncode == 0, told
    assert told.startswith(str(site)), "the wheel was run, not the checkout"
    for said in (
        "Deep work until 18:00, urgent: Tarek Osswald",
        "Tarek Osswald has it.",
        "2 received = 2 ended + 0 open",
        "leaves her status: :tooth: At the dentist",
        "Her calendar is as it was; the status: :tooth: At the dentist",
        "rows, all as they were written",
        "Fewer interruption minutes on deep-work days",
        "Recomputed from its export: the same.",
    ):
        assert said in told, (said, told)
    assert (tmp_path / "demo" / "trial-report.pdf").read_bytes().startswith(b"%PDF")
    assert not (tmp_path / "demo" / "deepday-home").exists(), "settings and tokens are gone"
