"""Slack exports of every shape: who the owner is, which folder is what, and which time is observed."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepday.errors import InputError
from deepday.model import Interval
from tests.connectors.files.slack_workspace import (
    ANN,
    BERLIN,
    DIRECT,
    EMAIL,
    GROUP,
    MARCH,
    ME,
    THREAD,
    USERS,
    WEEK,
    Seen,
    Workspace,
    at,
    person,
    post,
    read,
    reply,
    seen,
    ts,
    utc,
)

TEN = at("10:00")


@pytest.fixture
def workspace() -> Workspace:
    usual = Workspace.usual()
    usual.say("D1", post(ANN, TEN), post(ME, TEN + 60))
    return usual


BOTH = [Seen(TEN, "in", "D1", DIRECT), Seen(TEN + 60, "out", "D1", DIRECT)]


def inside(prefix: str, workspace: Workspace) -> Workspace:
    return Workspace({f"{prefix}{name}": content for name, content in workspace.files.items()})


def test_a_zip_and_its_folder_read_alike(tmp_path: Path, workspace: Workspace) -> None:
    zipped, folder = read(workspace.zip(tmp_path / "export.zip")), read(workspace.folder(tmp_path / "export"))
    assert seen(zipped) == seen(folder) == BOTH
    assert zipped.observed == folder.observed == (WEEK,)
    assert zipped.skipped == folder.skipped == ()
    assert zipped.total == folder.total == 2


@pytest.mark.parametrize("prefix", ["MyTeam Slack export Mar 1 2026/", "a/b/"])
def test_an_export_packed_again_by_hand(tmp_path: Path, workspace: Workspace, prefix: str) -> None:
    packed = inside(prefix, workspace)
    for noise in ("__MACOSX/._users.json", f"{prefix}.DS_Store", f"{prefix}D1/._2026-03-10.json"):
        packed.put(noise, b"\0\0noise")
    for path in (packed.zip(tmp_path / "export.zip"), packed.folder(tmp_path / "export")):
        reading = read(path)
        assert seen(reading) == BOTH
        assert reading.skipped == ()


def test_a_grid_export_lists_its_people_in_org_users(tmp_path: Path, workspace: Workspace) -> None:
    workspace.files["org_users.json"] = workspace.files.pop("users.json")
    assert seen(read(workspace.zip(tmp_path / "export.zip"))) == BOTH


def test_workspaces_side_by_side_keep_their_own_channels(tmp_path: Path) -> None:
    both = Workspace()
    both.put("org_users.json", USERS)
    for team, channel in (("teams/a", "CA"), ("teams/b", "CB")):
        both.put(f"{team}/channels.json", [{"id": channel, "name": "general"}])
        both.say(f"{team}/general", post(ME, TEN))
    assert {row.conversation for row in seen(read(both.zip(tmp_path / "e.zip")))} == {
        f"CA:{ts(TEN)}",
        f"CB:{ts(TEN)}",
    }


def test_progress_is_told_for_each_day_file(tmp_path: Path, workspace: Workspace) -> None:
    workspace.say("general", post(ANN, TEN))
    steps: list[tuple[str, int, int]] = []
    read(workspace.zip(tmp_path / "export.zip"), progress=lambda *step: steps.append(step))
    assert steps == [("reading Slack export", 1, 2), ("reading Slack export", 2, 2)]


def test_the_digest_tells_the_same_export_again(tmp_path: Path, workspace: Workspace) -> None:
    first = read(workspace.zip(tmp_path / "a.zip")).digest
    assert first == read(workspace.zip(tmp_path / "b.zip")).digest
    folder = workspace.folder(tmp_path / "export")
    unpacked = read(folder).digest
    assert unpacked == read(folder).digest
    workspace.say("D1", post(ANN, TEN + 99))
    assert first != read(workspace.zip(tmp_path / "a.zip")).digest
    assert unpacked != read(workspace.folder(folder)).digest


# Who the owner is


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f" {EMAIL} "])
def test_the_owner_is_found_by_address(tmp_path: Path, workspace: Workspace, email: str) -> None:
    assert seen(read(workspace.zip(tmp_path / "export.zip"), email=email)) == BOTH


def test_the_owner_is_the_named_user(tmp_path: Path, workspace: Workspace) -> None:
    found = seen(read(workspace.zip(tmp_path / "export.zip"), slack_user=ANN, email=""))
    assert [row.way for row in found] == ["out", "in"]


def test_an_address_that_a_deleted_user_had_too_is_the_active_ones(tmp_path: Path, workspace: Workspace) -> None:
    workspace.put("users.json", [person("U0OLD", EMAIL, deleted=True), *USERS])
    assert seen(read(workspace.zip(tmp_path / "export.zip"))) == BOTH


@pytest.mark.parametrize(
    ("users", "given", "what", "advice"),
    [
        (USERS, {"email": "x@y.z"}, "has no user with the address x@y.z; 2 of its 4 users", "--slack-user"),
        (USERS, {"email": ""}, "has no user with the address ; 2 of its 4 users", "--slack-user"),
        ([*USERS, person("U2", EMAIL)], {}, "has 2 users with the address", "--slack-user"),
        (USERS, {"slack_user": "U404"}, "has no user U404 among its 4.", "right workspace"),
        ([], {}, "has no list of users", "--slack-user"),
        (None, {}, "has no list of users", "--slack-user"),
    ],
)
def test_an_owner_who_cannot_be_told_is_an_error(
    tmp_path: Path, workspace: Workspace, users: Any, given: dict[str, Any], what: str, advice: str
) -> None:
    del workspace.files["users.json"]
    if users is not None:
        workspace.put("users.json", users)
    path = workspace.zip(tmp_path / "export.zip")
    with pytest.raises(InputError) as caught:
        read(path, **given)
    assert what in caught.value.what
    assert str(path) in caught.value.what
    assert advice in caught.value.advice


def test_without_users_a_named_owner_will_do(tmp_path: Path, workspace: Workspace) -> None:
    del workspace.files["users.json"]
    assert seen(read(workspace.zip(tmp_path / "export.zip"), slack_user=ME)) == BOTH


def test_users_that_break_off_are_used_as_far_as_they_go(tmp_path: Path, workspace: Workspace) -> None:
    workspace.put("users.json", workspace.files["users.json"][:-40])
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert seen(reading) == BOTH
    assert [item.where for item in reading.skipped] == ["users.json"]
    with pytest.raises(InputError, match="as far as its list of users can be read"):
        read(tmp_path / "export.zip", slack_user="U0LAST")


# Which folder is what


def test_without_lists_the_names_of_folders_tell(tmp_path: Path) -> None:
    bare = Workspace()
    bare.put("groups.json", [{"id": "G9", "name": "plans"}, {"id": "GPRIVATE"}, {"name": "nameless"}, 5])
    for folder in ("D1", "G1", "mpdm-me--ann-1", "plans", "GPRIVATE", "general"):
        bare.say(folder, post(ME, TEN))
    reading = read(bare.zip(tmp_path / "export.zip"), slack_user=ME)
    assert {(row.conversation, row.kind) for row in seen(reading)} == {
        ("D1", DIRECT),
        ("G1", GROUP),
        ("mpdm-me--ann-1", GROUP),
        (f"G9:{ts(TEN)}", THREAD),
        (f"GPRIVATE:{ts(TEN)}", THREAD),
        (f"general:{ts(TEN)}", THREAD),
    }
    assert [(item.where, item.reason.split()[0]) for item in reading.skipped] == [
        ("groups.json", "2"),
        ("channels.json", "The"),
    ]


def test_a_bare_pile_of_day_files_is_an_export(tmp_path: Path) -> None:
    bare = Workspace()
    bare.say("top/D1", post(ANN, TEN))
    bare.say("top/D1/deeper", post(ANN, TEN))
    reading = read(bare.zip(tmp_path / "export.zip"), slack_user=ME)
    assert seen(reading) == BOTH[:1]
    assert [item.where for item in reading.skipped] == ["top/D1/deeper/2026-03-10.json", "channels.json"]


def test_an_unlisted_folder_is_read_like_a_channel(tmp_path: Path, workspace: Workspace) -> None:
    workspace.say("renamed", post(ANN, TEN), post(ME, TEN))
    assert Seen(TEN, "out", f"renamed:{ts(TEN)}", THREAD) in seen(read(workspace.zip(tmp_path / "export.zip")))


def test_old_exports_list_group_messages_among_groups(tmp_path: Path, workspace: Workspace) -> None:
    workspace.put("groups.json", [{"id": "G7", "name": "mpdm-a--b-1", "members": [ME]}])
    workspace.say("mpdm-a--b-1", post(ANN, TEN + 5))
    assert Seen(TEN + 5, "in", "G7", GROUP) in seen(read(workspace.zip(tmp_path / "export.zip")))


def test_known_extras_are_passed_over_and_strangers_are_named(tmp_path: Path, workspace: Workspace) -> None:
    for known in ("huddle_transcripts.json", "lists.json", "general/canvas_in_the_conversation.json"):
        workspace.put(known, b"not even JSON")
    strange = ["D1/2026-03-10 (copy).json", "D1/2026-02-30.json", "general/1999-01-01.json", "inner.zip", "notes.txt"]
    for name in strange:
        workspace.put(name, b"[]")
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert sorted(item.where for item in reading.skipped) == sorted(strange)


def test_many_of_a_kind_are_summed_up(tmp_path: Path, workspace: Workspace) -> None:
    for number in range(1000):
        workspace.put(f"__uploads/F{number}/photo.png", b"")
    skipped = read(workspace.zip(tmp_path / "export.zip")).skipped
    assert len(skipped) == 21
    assert skipped[-1].where == "and 980 more"


@pytest.mark.parametrize("files", [{}, {"notes.txt": b"x"}, {"2026-03-10.json": b"[]"}, {"integration_logs.json": b""}])
@pytest.mark.parametrize("shape", ["zip", "folder"])
def test_what_is_no_slack_export(tmp_path: Path, files: dict[str, bytes], shape: str) -> None:
    (tmp_path / "export").mkdir()
    workspace = Workspace(files)
    path = workspace.zip(tmp_path / "e.zip") if shape == "zip" else workspace.folder(tmp_path / "export")
    with pytest.raises(InputError, match="is no Slack export") as caught:
        read(path)
    assert "Workspace settings > Import/Export data > Export" in caught.value.advice


# Which day files are read


def test_day_files_far_from_the_window_are_not_opened(tmp_path: Path, workspace: Workspace) -> None:
    first, last = date(2026, 3, 9) - timedelta(days=120), date(2026, 3, 16) + timedelta(days=2)
    for day in (first - timedelta(1), first, last, last + timedelta(1)):
        workspace.put(f"general/{day}.json", b"whoever opens this finds it broken")
    opened = [item.where for item in read(workspace.zip(tmp_path / "export.zip")).skipped]
    assert opened == [f"general/{first}.json", f"general/{last}.json"]


def test_a_message_in_the_file_of_another_day_is_placed_by_its_ts(tmp_path: Path) -> None:
    workspace = Workspace.usual()
    workspace.say("D1", post(ANN, TEN), day="2026-03-18")
    assert len(seen(read(workspace.zip(tmp_path / "export.zip")))) == 1


# Which time is observed


def test_an_export_without_day_files_says_that_there_was_nothing(tmp_path: Path) -> None:
    reading = read(Workspace.usual().zip(tmp_path / "export.zip"))
    assert (reading.observed, reading.skipped, len(reading.stream)) == ((WEEK,), (), 0)


def test_seven_days_around_the_day_files_are_observed(tmp_path: Path) -> None:
    workspace = Workspace.usual()
    workspace.say("general", day="2026-03-12")
    workspace.say("D1", day="2026-03-16")
    reading = read(workspace.zip(tmp_path / "export.zip"), window=MARCH)
    assert reading.observed == (Interval(at("00:00", "2026-03-05"), at("00:00", "2026-03-24")),)


def test_an_export_of_another_year_observes_nothing(tmp_path: Path, workspace: Workspace) -> None:
    window = Interval(at("00:00", "2027-03-01"), at("00:00", "2027-03-08"))
    reading = read(workspace.zip(tmp_path / "export.zip"), window=window)
    assert reading.observed == ()


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda text: text[:-30],
    "not JSON": lambda _: b"<html>",
    "no array": lambda _: b'{"item": [{"type": "message"}]}',
    "empty": lambda _: b"",
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "Latin-1": lambda text: text.replace(b"last", b"caf\xe9"),
    "two values": lambda text: text + b"[]",
}


@pytest.mark.parametrize("damage", BROKEN)
def test_a_broken_day_file_keeps_what_came_before_and_its_day_is_not_observed(tmp_path: Path, damage: str) -> None:
    workspace = Workspace.usual()
    workspace.say("D1", post(ANN, TEN), post(ANN, TEN + 60), post(ANN, TEN + 120, "last"))
    workspace.put("D1/2026-03-10.json", BROKEN[damage](workspace.files["D1/2026-03-10.json"]))
    workspace.say("D1", post(ANN, TEN + 86_400), day="2026-03-11")
    reading = read(workspace.zip(tmp_path / "export.zip"))
    kept = {"truncated": 2, "Latin-1": 2, "two values": 3}.get(damage, 0)
    assert [row.at for row in seen(reading)] == [*[TEN, TEN + 60, TEN + 120][:kept], TEN + 86_400]
    assert [item.where for item in reading.skipped] == ["D1/2026-03-10.json"]
    # 10 March in Berlin and 10 March in UTC together.
    assert reading.observed == (
        Interval(WEEK.start, at("00:00", "2026-03-10")),
        Interval(utc("2026-03-11T00:00"), WEEK.end),
    )


def test_a_refused_day_file_leaves_a_gap_too(tmp_path: Path, workspace: Workspace) -> None:
    folder = workspace.folder(tmp_path / "export")
    (folder / "D1" / "2026-03-12.json").symlink_to(folder / "D1" / "2026-03-10.json")
    (folder / "D1" / "2026-03-14.json").write_bytes(b"broken")
    reading = read(folder)
    assert [item.where for item in reading.skipped] == ["D1/2026-03-12.json", "D1/2026-03-14.json"]
    assert [item.end for item in reading.observed[:2]] == [at("00:00", "2026-03-12"), at("00:00", "2026-03-14")]


def test_a_byte_order_mark_is_no_damage(tmp_path: Path, workspace: Workspace) -> None:
    for name in ("users.json", "D1/2026-03-10.json"):
        workspace.files[name] = b"\xef\xbb\xbf" + workspace.files[name]
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert (seen(reading), reading.skipped) == (BOTH, ())


def test_damage_in_other_peoples_conversations_is_no_gap(tmp_path: Path, workspace: Workspace) -> None:
    workspace.put("dms.json", [{"id": "D1", "members": [ME, ANN]}, {"id": "D3", "members": [ANN, "U0BEN"]}])
    workspace.put("D3/2026-03-10.json", b"!")
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert (reading.observed, reading.skipped) == ((WEEK,), ())


def test_a_thread_goes_on_over_the_change_to_summer_time(tmp_path: Path) -> None:
    workspace = Workspace.usual()
    before, after = at("23:30", "2026-03-28"), at("00:30", "2026-03-30")
    workspace.say("general", post(ME, before), day="2026-03-28")
    workspace.say("general", reply(ANN, after, before), day="2026-03-29")
    window = Interval(at("00:00", "2026-03-28"), at("00:00", "2026-03-31"))
    reading = read(workspace.zip(tmp_path / "export.zip"), window=window, zone=BERLIN)
    assert [row.at for row in seen(reading)] == [before, after]
    assert reading.observed == (window,)
