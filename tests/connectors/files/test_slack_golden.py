"""The worked examples 12 to 15 of the definitions, said in Slack: the same messages, ways and conversations."""

from pathlib import Path

import pytest

from tests.connectors.files.slack_workspace import ANN, BEN, DIRECT, ME, Workspace, at, post, read, seen

# Each row: clock, direct message (D1 with Ann, D2 with Ben), whether the owner wrote it.
ORIGIN = [("09:30", "D1", "out"), ("09:32", "D1", "in"), ("11:00", "D1", "in"), ("11:40", "D1", "out")]
REPLY_AT_ONCE = [("10:00:00", "D1", "in"), ("10:05:00", "D1", "out")]
REPLY_TOO_LATE = [("10:00:00", "D1", "in"), ("10:05:01", "D1", "out")]
REPLY_BEFORE_THE_CLIFF = [("10:00", "D1", "in"), ("10:14", "D1", "out")]
REPLY_AFTER_THE_CLIFF = [("10:00", "D1", "in"), ("10:16", "D1", "out")]
REPLY_ELSEWHERE = [("10:00", "D1", "in"), ("10:08", "D2", "out")]
NESTED = [("10:00", "D1", "in"), ("10:02", "D2", "in"), ("10:03", "D2", "out"), ("10:06", "D1", "out")]
AFTER_HOURS = [("20:00", "D1", "in"), ("20:04", "D1", "out"), ("21:00", "D1", "in")]


@pytest.mark.parametrize(
    "rows",
    [
        ORIGIN,
        REPLY_AT_ONCE,
        REPLY_TOO_LATE,
        REPLY_BEFORE_THE_CLIFF,
        REPLY_AFTER_THE_CLIFF,
        REPLY_ELSEWHERE,
        NESTED,
        AFTER_HOURS,
    ],
)
def test_an_example_is_read_as_it_was_said(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    workspace = Workspace.usual()
    for clock, conversation, way in rows:
        other = ANN if conversation == "D1" else BEN
        workspace.say(conversation, post(ME if way == "out" else other, at(clock)))
        workspace.say("general", post(other, at(clock)))  # traffic that concerns nobody
    found = seen(read(workspace.zip(tmp_path / "export.zip")))
    assert [(row.at, row.conversation, row.way, row.kind) for row in found] == [
        (at(clock), conversation, way, DIRECT) for clock, conversation, way in rows
    ]
