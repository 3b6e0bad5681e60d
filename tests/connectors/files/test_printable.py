"""What is told of things left out can be printed: names and identifiers in a file steer no terminal."""

from pathlib import Path

import pytest

from deepday.connect import CalendarReading
from deepday.model import Skipped
from deepday_files import FilesConnector
from tests.connectors.files import slack_workspace
from tests.connectors.files.ics_text import calendar, context, event, read
from tests.connectors.files.slack_workspace import ME, Workspace, at, post

STEERING = [
    *map(chr, (0, 7, 8, 27, 0x7F, 0x85, 0x9B)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
]
VISIBLE = "Ünïcödé 会議 🎉"


def printed(skipped: tuple[Skipped, ...]) -> list[str]:
    """Return what is told; there is some, and all of it is printable."""
    told = [text for item in skipped for text in (item.source, item.where, item.reason)]
    assert told
    assert [text for text in told if not text.isprintable()] == []
    return told


@pytest.mark.parametrize("char", STEERING, ids=ascii)
@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:broken"],
        ["DTSTART:2026{}"],
        ["DTSTART;TZID=No{}where:20260310T090000"],
        ["DURATION:P{}X", "DTSTART:20260310T090000Z"],
        ["RRULE:FREQ={}"],
        ["BEGIN:X{}Y"],
        ["END:X{}Y"],
    ],
)
def test_an_event(tmp_path: Path, lines: list[str], char: str) -> None:
    lines = [line.replace("{}", char) for line in lines]
    reading = read(tmp_path, calendar([f"X-WR-TIMEZONE:No{char}where"], event(*lines, uid=f"{VISIBLE}{char}[2J")))
    assert len(reading.skipped) == 2
    assert any(VISIBLE in text for text in printed(reading.skipped))


def test_two_identifiers_that_differ_in_an_unseen_character_stay_two(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(event(uid="a\x1b"), event(uid="a\u202e"), event(uid="a")))
    assert {item.uid for item in reading.events} == {"a\x1b", "a\u202e", "a"}


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\x9b", "\u202e", "\u2066"], ids=ascii)
def test_the_names_of_calendar_files(tmp_path: Path, char: str) -> None:
    folder = tmp_path / f"calendars{char}"
    folder.mkdir()
    (folder / f"page{char}.ics").write_bytes(b"<html>")
    (folder / f"latin{char}.ics").write_bytes(calendar(event("SUMMARY:x")).replace(b"x", b"\xe9"))
    (folder / f"broken{char}.ics").write_bytes(calendar(event("DTSTART:x")))
    reading: CalendarReading = FilesConnector().calendar(str(folder)).read_events(context())
    assert len(printed(reading.skipped)) == 9


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\x9b", "\u202e", "\u2066"], ids=ascii)
@pytest.mark.parametrize("shape", ["zip", "folder"])
def test_the_names_inside_a_slack_export(tmp_path: Path, char: str, shape: str) -> None:
    workspace = Workspace.usual()
    workspace.say("D1", post(ME, at("10:00")))
    workspace.put("channels.json", b"broken")
    for name in (f"general{char}/2026-03-10.json", f"notes{char}.txt", f"{char}/users.json"):
        workspace.put(name, b"broken")
    for number in range(25):
        workspace.put(f"{char}{number}.txt", b"")
    path = tmp_path / f"export{char}"
    reading = slack_workspace.read(workspace.zip(path) if shape == "zip" else workspace.folder(path))
    assert len(printed(reading.skipped)) > 60
