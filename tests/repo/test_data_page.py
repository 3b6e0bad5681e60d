"""The page about data names every table of the schema, and every file that deepday puts into its folder."""

import os
import re
from fnmatch import fnmatch
from pathlib import Path

from deepday.store import schema
from tests.command import ran
from tests.e2e.exports import ME, vevent, write_calendar

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/data.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> list[str]:
    """Return what the tables under a heading name in their first column."""
    part = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`[^|]+) \|", part, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_every_table_is_named_once_and_no_other() -> None:
    tables = [table.name for each in schema.ALL for table in each.sorted_tables]
    tables += [schema.alembic_version.name, "procrastinate_*"]  # the queue's own, which its library makes
    assert sorted(first_cells("Tables")) == sorted(set(tables))


def test_what_is_sealed_is_said_of_the_tables_that_hold_sealed_bytes() -> None:
    sealed = {table.name for table in schema.metadata.sorted_tables if {"sealed", "baseline_nonce"} & {*table.c.keys()}}
    said = {
        row[0] for row in re.findall(r"^\| `(\w+)` \|.* \| (?!no \|)[^|]+ \|$", PAGE, re.MULTILINE) for row in [[row]]
    }
    assert said == sealed


def test_every_file_of_the_data_folder_is_named(tmp_path: Path) -> None:
    patterns = first_cells("Files")
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/deepday").rglob("*.py"))
    written = re.findall(r'data_folder\(\) / "([^"]+)"', code)
    written += [f"{one}x" for one in re.findall(r'prefix="([^"]+)", dir=data_folder\(\)', code)]
    assert len(written) >= 4
    home = tmp_path / "home"
    environment = os.environ | {"DEEPDAY_CONFIG": str(home / "deepday.toml"), "DEEPDAY_DATA": str(home / "data")}

    def run(*words: str) -> str:
        done = ran(*words, environment=environment, folder=tmp_path)
        assert done.code == 0, done.err
        return done.out

    write_calendar(tmp_path / "me.ics", [vevent("14:00", "15:00", uid="planning")])
    run("import", "me.ics", "--me", ME, "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00")
    run("backup")
    run("restore-backup", run("backup", "--list").splitlines()[0], "--yes")
    written += [str(one.relative_to(home / "data")) for one in (home / "data").rglob("*")]
    assert any(one.endswith(".aside") for one in written)
    assert [one for one in written if not any(fnmatch(one, pattern) for pattern in patterns)] == []
