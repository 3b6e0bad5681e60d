"""Files, folders and bytes."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deepday.connect import FileSources
from deepday.errors import InputError
from deepday_files import FilesConnector
from tests.connectors.files.ics_text import calendar, context, event, local, read, second

GOOD = calendar(["X-WR-CALNAME:Team\\, mine"], event("DTSTAMP:20260401T120000Z", "SUMMARY:Über"))


def refused(location: object) -> InputError:
    with pytest.raises(InputError) as caught:
        FilesConnector().calendar(str(location)).read_events(context())
    assert str(location) in caught.value.what
    assert caught.value.advice
    return caught.value


def test_the_connector_is_one_and_costs_nothing_to_import() -> None:
    assert isinstance(FilesConnector(), FileSources)
    heavy = "{'icalendar', 'httpx', 'recurring_ical_events', 'dateutil'}"
    code = f"import sys, deepday_files; sys.exit(bool({heavy} & set(sys.modules)))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_what_a_file_says_of_itself(tmp_path: Path) -> None:
    reading = read(tmp_path, GOOD)
    assert reading.name == "Team, mine"
    assert reading.written_at == second("2026-04-01 14:00")
    assert reading.digest == hashlib.sha256(GOOD).hexdigest()
    assert (reading.total, reading.unchanged, reading.skipped) == (1, False, ())


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_encodings(tmp_path: Path, line_end: str, encoding: str) -> None:
    text = GOOD.decode().replace("SUMMARY:Ü", "SUMMARY:\r\n Ü").replace("\r\n", line_end)
    reading = read(tmp_path, text.encode(encoding), titles=True)
    assert [item.title for item in reading.events] == ["Über"]
    assert not reading.skipped


def test_a_fold_in_the_middle_of_a_character(tmp_path: Path) -> None:
    reading = read(tmp_path, GOOD.replace("Ü".encode(), b"\xc3\r\n \x9c"), titles=True)
    assert [item.title for item in reading.events] == ["Über"]
    assert not reading.skipped


def test_latin_1_is_the_last_resort_and_is_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, GOOD.decode().encode("latin-1"), titles=True)
    assert [item.title for item in reading.events] == ["Über"]
    assert [item.where for item in reading.skipped] == ["encoding"]


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"", "an empty file"),
        (b"\r\n \0", "an empty file"),
        (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        (b"<!-- hello --><HTML>", "a web page"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b'{"kind": "calendar#events"}', "JSON"),
        (b"PK\x03\x04\x14", "a ZIP archive"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"BEGIN:VCARD\r\nEND:VCARD", "a contact card"),
        (b"VERSION:2.0\r\nBEGIN:VEVENT\r\nEND:VEVENT", "BEGIN:VCALENDAR"),
        (b"\x00\x01\x02", "something else"),
        (b"\xff\xfe\x00", "something else"),
    ],
)
def test_a_file_that_is_no_calendar_says_what_it_seems_to_be(tmp_path: Path, data: bytes, looks: str) -> None:
    path = tmp_path / "a.ics"
    path.write_bytes(data)
    assert looks in refused(path).what


@pytest.mark.timeout(10)
def test_a_web_page_that_is_all_comments_takes_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    path.write_bytes(b"<!-- -->" * 400)
    assert "something else" in refused(path).what


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.ics").what
    (tmp_path / "folder.ics").mkdir()
    assert "no .ics file" in refused(tmp_path / "folder.ics").what
    os.mkfifo(tmp_path / "pipe.ics")
    assert "no regular file" in refused(tmp_path / "pipe.ics").what
    refused("a\0b")


def test_permission_denied_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object, **__: object) -> None:
        raise PermissionError

    (tmp_path / "a.ics").write_bytes(GOOD)
    monkeypatch.setattr(Path, "open", deny)
    assert "may not be read" in refused(tmp_path / "a.ics").what


def test_a_file_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    assert "larger than 50 MB" in refused(path).what


def test_a_folder_is_read_in_order_and_broken_files_are_reported(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.ics").write_bytes(calendar(event(uid="b")))
    (tmp_path / "sub" / "a.ICS").write_bytes(calendar(event(uid="a"), event("DTSTART:x", uid="x")))
    (tmp_path / "c.ics").write_bytes(b"<html>")
    (tmp_path / "d.txt").write_bytes(GOOD)
    reading = FilesConnector().calendar(str(tmp_path)).read_events(context())
    assert [item.uid for item in reading.events] == ["b", "a"]
    assert reading.events[1].source == str(tmp_path / "sub" / "a.ICS")
    assert [Path(item.source).name for item in reading.skipped] == ["c.ics", "a.ICS"]
    assert (reading.total, reading.name) == (3, "")
    assert local(reading) == ["2026-03-10 09:00"] * 2


def test_a_folder_of_broken_files_only(tmp_path: Path) -> None:
    (tmp_path / "c.ics").write_bytes(b"<html>")
    assert "a web page" in refused(tmp_path).what


def test_progress_is_reported(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    path = tmp_path / "a.ics"
    path.write_bytes(calendar(*(event(uid=str(number)) for number in range(600))))
    within = context()
    told = type(within)(within.window, within.zone, within.email, progress=lambda *step: seen.append(step))
    FilesConnector().calendar(str(path)).read_events(told)
    assert [(done, total) for what, done, total in seen if what.startswith("Reading")] == [
        (0, 600),
        (250, 600),
        (500, 600),
        (600, 600),
    ]
