"""``deepday export``: all that is kept, and no key."""

import json
import zipfile
from pathlib import Path
from typing import Any

from deepday.store import schema
from deepday.store.export import KEYS
from tests.e2e.conftest import Run
from tests.e2e.exports import ME, said, vevent, write_calendar, write_export


def read(archive: zipfile.ZipFile, name: str) -> list[Any]:
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


def test_everything_that_is_kept_is_in_the_archive_and_no_key(run: Run, tmp_path: Path) -> None:
    write_calendar(tmp_path / "me.ics", [vevent("14:00", "15:00", uid="planning")])
    write_export(tmp_path / "export.zip", said("10:00 in, 10:03 out"))
    who = ("--me", ME, "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00")
    assert run("import", "me.ics", "export.zip", *who).code == 0
    assert run("case", "log", "canary of my own", "--sleep", 5, "--date", "2026-03-10").code == 0
    done = run("export", "mine.zip", "--json")
    assert done.code == 0, done.err
    file = tmp_path / "mine.zip"
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        assert names >= {f"tables/{name}.jsonl" for name in schema.metadata.tables if name not in KEYS}
        assert not any(f"tables/{name}.jsonl" in names for name in KEYS)
        assert [row["uid"] for row in read(archive, "tables/event.jsonl")] == ["planning"]
        assert len(read(archive, "tables/message.jsonl")) == 2
        (note,) = read(archive, "opened/case.jsonl")
        assert (note["date"], "canary of my own" in str(note)) == ("2026-03-10", True)
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["schema"] == done.json["schema"] == "deepday.export/1"
        assert manifest["rows"]["tables/event"] == 1
        assert ME in archive.read("deepday.toml").decode()
        assert "canary" not in archive.read("tables/case_entry.jsonl").decode()


def test_nothing_is_written_over_and_nothing_is_left_where_there_is_nothing(run: Run, tmp_path: Path) -> None:
    assert run("export", "none.zip").code == 3
    assert not (tmp_path / "none.zip").exists()
    write_calendar(tmp_path / "me.ics", [vevent("14:00", "15:00")])
    assert run("import", "me.ics", "--me", ME, "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00").code == 0
    (tmp_path / "taken.zip").write_text("mine")
    refused = run("export", "taken.zip")
    assert (refused.code, (tmp_path / "taken.zip").read_text()) == (2, "mine")


def test_of_somebody_else_there_is_an_export_and_after_erasing_there_is_nothing(run: Run, tmp_path: Path) -> None:
    write_calendar(tmp_path / "me.ics", [vevent("14:00", "15:00", uid="planning")])
    assert run("import", "me.ics", "--me", ME, "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00").code == 0
    assert run("case", "log", "talked to Cara Kahn", "--date", "2026-03-10").code == 0
    who = ("--person", "cara kahn")
    done = run("export", "cara.zip", *who, "--json")
    assert done.code == 0, done.err
    assert (done.json["schema"], done.json["rows"]) == ("deepday.export-person/1", {"tables/case_entry": 1})
    with zipfile.ZipFile(tmp_path / "cara.zip") as archive:
        assert "talked to Cara Kahn" in archive.read("tables/case_entry.jsonl").decode()
        assert "deepday.toml" not in archive.namelist()
    asked = run("erase", *who)
    assert (asked.code, "from 1 rows" in asked.err) == (1, True), "it asks, and nobody answers"
    assert run("erase", "--person", "ab").code == 2
    assert run("erase", "Slack", *who, "--yes").code == 2
    assert run("erase", "--backups", "--yes").code == 2
    erased = run("erase", *who, "--yes")
    assert (erased.code, erased.err) == (0, "Erased from 1 row of case_entry\n")
    assert "Kahn" not in run("case", "log").out
    for nothing in (run("erase", *who, "--yes"), run("export", "none.zip", *who)):
        assert nothing.code == 3
        assert nothing.err.startswith("Nothing is kept about that person")
    assert run("audit", "verify").code == 0
