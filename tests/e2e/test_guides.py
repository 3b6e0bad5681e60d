"""The commands of the guides, run as they stand there."""

import os
import re
import subprocess
from pathlib import Path

from tests.command import DEEPDAY
from tests.e2e.conftest import Run
from tests.e2e.exports import ME, vevent, write_calendar

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/running.md"


def blocks(document: Path) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_backing_up_putting_back_upgrading_and_erasing_go_as_the_guide_says(run: Run, tmp_path: Path) -> None:
    talk = vevent("14:00", "15:00", uid="talk", lines=["SUMMARY:Talk with cara@example.org"])
    write_calendar(tmp_path / "me.ics", [talk])
    hours = "Mon-Fri 09:00-17:00"
    assert run("import", "me.ics", "--me", ME, "--zone", "Europe/Berlin", "--hours", hours, "--titles").code == 0
    home = tmp_path / "home"
    script = "\n".join(
        sorted(blocks(GUIDE), key=lambda block: "erase --yes" in block)
    )  # what erases everything is last
    assert {"backup", "restore-backup", "export", "erase", "revoke-all"} <= set(re.findall(r"deepday (\S+)", script))
    own = {
        "HOME": str(tmp_path),
        "PATH": f"{DEEPDAY.parent}:{os.environ['PATH']}",
        "DEEPDAY_CONFIG": str(home / "deepday.toml"),
        "DEEPDAY_DATA": str(home / "data"),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=os.environ | own,
        input="y\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "The store is now as in" in done.stderr
    assert list((home / "data").glob("deepday.sqlite*")) == []
    written = {"deepday.backup", "before-upgrade.zip", "all-of-it.zip", "cara.zip"}
    assert {one.name for one in tmp_path.iterdir()} >= written


def test_every_metric_that_the_guide_names_is_told_and_the_other_way_round() -> None:
    code = (ROOT / "src/deepday/web/health.py").read_text(encoding="utf-8")
    told = set(re.findall(r'"(deepday_\w+)"', code)) | {
        f"deepday_{name}_total" for name in re.findall(r'^    "(\w+)": \(', code, re.MULTILINE)
    }
    named = set(re.findall(r"`(deepday_\w+)", GUIDE.read_text(encoding="utf-8")))
    assert named == told
