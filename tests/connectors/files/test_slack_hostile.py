"""JSON made to do harm, random damage, and exports of any size: no crash, no hang, nothing lost in silence."""

import json
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deepday.errors import DeepdayError
from deepday_files import slack_json
from deepday_files.slack_export import SlackExport
from tests.connectors.files.slack_workspace import ANN, ME, ROBOT, USERS, Workspace, at, context, post, read, ts

TEN = at("10:00")
FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
DAY = "D1/2026-03-10.json"
BEFORE, AFTER = json.dumps(post(ANN, TEN)).encode(), json.dumps(post(ANN, TEN + 1)).encode()


@pytest.mark.parametrize(
    ("entry", "kept", "reason"),
    [
        (b"[" * 200_000 + b"]" * 200_000, 2, "1 message nested too deeply."),
        (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, 2, "1 message nested too deeply."),
        (b'{"blocks":' + b"[" * 99 + b"]" * 99 + b"}", 2, "1 message nested too deeply."),
        (b"[" * 200_000, 1, "no valid JSON"),
        (b"1" * 5000, 1, "no valid JSON"),
        (b"-" + b"9" * 10**6, 1, "no valid JSON"),
        (b"1e999999999", 1, "no valid JSON"),
        (b"1e-999999999", 2, "not written as a JSON object"),
        (b"NaN", 1, "no valid JSON"),
        (b'"\\ud800\\\\a"', 2, "not written as a JSON object"),
        (b'"' + b"x" * 10**6 + b'"', 2, "not written as a JSON object"),
        (b"{" + b'"type":"message",' * 50_000 + b'"ts":1}', 2, "without a usable sender"),
        (b'{"type":"message","user":"U0ANN","ts":' + str(TEN).encode() + b"}", 3, ""),
    ],
)
def test_one_hostile_entry(tmp_path: Path, entry: bytes, kept: int, reason: str) -> None:
    workspace = Workspace.usual()
    workspace.put(DAY, b"[" + BEFORE + b"," + entry + b"," + AFTER + b"]")
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert len(reading.stream) == kept
    assert len(reading.skipped) == bool(reason)
    assert not reason or reason in reading.skipped[0].reason


@pytest.mark.parametrize(("start", "more"), [(b'{"text":"', b"x" * 10), (b"[", b'"U1",'), (b'{"a":[', b"{},")])
def test_an_entry_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes, more: bytes
) -> None:
    monkeypatch.setattr(slack_json, "MAX_ENTRY", 10**6)
    workspace = Workspace.usual()
    workspace.put(DAY, b"[" + BEFORE + b"," + start + more * (5 * 10**6 // len(more)))
    path = workspace.folder(tmp_path / "export")
    tracemalloc.start()
    reading = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [item.reason for item in reading.skipped] == ["This file has an entry larger than 1,000,000 bytes."]
    assert len(reading.stream) == 1
    assert peak < 35 * 10**6


def test_many_small_entries_are_no_large_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_json, "MAX_ENTRY", 10**5)
    workspace = Workspace.usual()
    workspace.say("D1", *[post(ANN, TEN + n) for n in range(3000)])
    assert len(read(workspace.zip(tmp_path / "export.zip")).stream) == 3000


def test_a_bomb_among_the_day_files_costs_its_day_only(tmp_path: Path) -> None:
    workspace = Workspace.usual()
    workspace.say("D1", post(ANN, TEN))
    workspace.put("general/2026-03-11.json", b"[" + b" " * 30_000_000 + b"]")
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert len(reading.stream) == 1
    assert "ZIP bomb" in reading.skipped[0].reason
    assert [item.start for item in reading.observed] == [at("00:00", "2026-03-09"), at("01:00", "2026-03-12")]


def big_export(path: Path, messages: int) -> Path:
    """An export of one busy channel: ``messages`` a day, in threads, on five days; two by the owner on each."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        users = [{"id": f"U{n}", "is_bot": False, "profile": {"real_name": "…"}} for n in range(10 * messages)]
        archive.writestr("users.json", json.dumps(USERS + users))
        archive.writestr("channels.json", json.dumps([{"id": "C1", "name": "general"}]))
        for day in range(10, 15):
            start = at("08:00", f"2026-03-{day}")
            filler = "x" * 500
            rows = [post(f"U{n}", start + n, filler, thread_ts=ts(start + n // 9 * 9)) for n in range(messages)]
            rows += [post(ME, start + messages + n) for n in range(2)]
            archive.writestr(f"general/2026-03-{day}.json", json.dumps(rows))
    return path


def test_memory_does_not_grow_with_the_export(tmp_path: Path) -> None:
    peaks = []
    for messages in (200, 2000):
        reader = SlackExport(big_export(tmp_path / f"{messages}.zip", messages))
        tracemalloc.start()
        reading = reader.read_activity(context())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (len(reading.stream), reading.total, reading.skipped) == (10, 5 * (messages + 2), ())
    small, large = peaks
    assert large < 1.3 * small
    assert large < 4 * 10**6


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.text(max_size=5), st.sampled_from([ME, ANN])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
fields = st.sampled_from(
    ["type", "subtype", "user", "ts", "thread_ts", "text", "blocks", "bot_id", "hidden", "parent_user_id"]
)


@FUZZ
@given(entries=st.lists(st.dictionaries(fields, values, max_size=5), max_size=6))
def test_fields_of_any_type_are_counted_or_told(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    workspace = Workspace.usual()
    workspace.say("D1", post(ANN, TEN), *[post(ANN, TEN + 9) | entry for entry in entries], post(ANN, TEN + 1))
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert {TEN, TEN + 1} <= set(reading.stream.at)
    assert reading.total == len(entries) + 2


kinds = st.sampled_from(["counts", "noise", "broken"])


@FUZZ
@given(plan=st.lists(kinds, max_size=40))
def test_every_message_is_given_or_noise_or_told(tmp_path: Path, plan: list[str]) -> None:
    made: dict[str, Callable[[int], object]] = {
        "counts": lambda n: post(ANN if n % 2 else ME, TEN + n),
        "noise": lambda n: post(ROBOT, TEN + n) if n % 2 else post(ANN, TEN + n, subtype="channel_join"),
        "broken": lambda n: [post(ANN, TEN) | {"ts": {}}, n, post(ANN, TEN) | {"user": []}][n % 3],
    }
    workspace = Workspace.usual()
    workspace.say("D1", *[made[kind](n) for n, kind in enumerate(plan)])
    reading = read(workspace.zip(tmp_path / "export.zip"))
    told = sum(int(found[0]) for item in reading.skipped if (found := re.match(r"\d+", item.reason)))
    assert (len(reading.stream), told) == (plan.count("counts"), plan.count("broken"))


VALID = Workspace.usual()
VALID.say("D1", *[post(ANN, TEN + n, f"<@{ME}>") for n in range(5)])
VALID.say("general", post(ME, TEN), post(ANN, TEN + 5, thread_ts=ts(TEN)))


@FUZZ
@given(
    file=st.sampled_from(sorted(VALID.files)),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=3)), min_size=1, max_size=4),
)
@example(file=DAY, changes=[(0, b"{")])
@example(file="dms.json", changes=[(383, b"")])
def test_a_valid_export_changed_at_random(tmp_path: Path, file: str, changes: list[tuple[int, bytes]]) -> None:
    data = VALID.files[file]
    for place, new in changes:
        cut = place % (len(data) + 1)
        data = data[:cut] + new + data[cut + 1 :]
    changed = Workspace(VALID.files | {file: data})
    try:
        reading = read(changed.zip(tmp_path / "export.zip"))
    except DeepdayError as error:
        told = bool(error.what and error.advice)
    else:
        told = reading.total == 7 or bool(reading.skipped) or ("/" not in file and _is_json(data))
    assert told


def _is_json(data: bytes) -> bool:
    """Whether a list of people or conversations is whole: then it just names others, which nobody can tell."""
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


@FUZZ
@given(data=st.binary(max_size=200))
def test_random_bytes_as_a_day_file(tmp_path: Path, data: bytes) -> None:
    reading = read(Workspace(VALID.files | {DAY: data}).zip(tmp_path / "export.zip"))
    if data.strip() != b"[]":
        assert reading.skipped
