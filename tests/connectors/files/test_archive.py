"""ZIPs and folders as archives: what is listed, what is refused by name or kind, how members are read."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from deepday.errors import InputError
from deepday_files.archive import STEP, Archive, Limits, MemberError, open_archive
from tests.connectors.files.zip_forge import BZIP2, DEFLATED, LZMA, STORED, UTF8, Entry, forge


def content(archive: Archive, path: str) -> bytes:
    member = next(member for member in archive.members if member.path == path)
    with archive.open(member) as stream:
        return b"".join(iter(stream.read, b""))


def opened(tmp_path: Path, entries: list[Entry]) -> Archive:
    path = tmp_path / "given.zip"
    path.write_bytes(forge(entries))
    return open_archive(path)


def test_members_of_a_zip_and_of_a_folder(tmp_path: Path) -> None:
    files = {"a/b.json": b"[1]", "top.json": b"x" * (3 * STEP + 5), "Grüße/日本.json": b""}
    for name, data in files.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(data)
    with zipfile.ZipFile(tmp_path / "given.zip", "w") as archive:
        archive.mkdir("a")
        for name, data in files.items():
            archive.writestr(name, data)
    for given in ("folder", "given.zip"):
        with open_archive(tmp_path / given) as found:
            assert [member.path for member in found.members] == sorted(files)
            assert {name: content(found, name) for name in files} == files
            assert [member.size for member in found.members] == [len(files[name]) for name in sorted(files)]
            assert found.refused == []
            assert found.name == str(tmp_path / given)


def test_a_step_is_never_larger_than_64_kb(tmp_path: Path) -> None:
    for method in (STORED, DEFLATED):
        with (
            opened(tmp_path, [Entry(b"a.json", bytes(10 * STEP), method)]) as archive,
            archive.open(archive.members[0]) as stream,
        ):
            sizes = [len(data) for data in iter(stream.read, b"")]
        assert max(sizes) == STEP
        assert sum(sizes) == 10 * STEP


def test_what_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    noise = [
        b"__MACOSX/a/._b",
        b"__MACOSX/a.json",
        b".DS_Store",
        b"a/.DS_Store",
        b"a/._b.json",
        b"Thumbs.db",
        b"a/desktop.ini",
    ]
    with opened(tmp_path, [Entry(name) for name in noise]) as archive:
        assert (archive.members, archive.refused) == ([], [])
    for name in noise:
        path = tmp_path / "folder" / name.decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with open_archive(tmp_path / "folder") as archive:
        assert (archive.members, archive.refused) == ([], [])


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (Entry(b"/etc/passwd"), "absolute"),
        (Entry(b"C:/Windows/a.json"), "absolute"),
        (Entry(b"c:a.json"), "absolute"),
        (Entry(b"../a.json"), "outside"),
        (Entry(b"a/../../b.json"), "outside"),
        (Entry(b"a/./b.json"), "outside"),
        (Entry(b"a//b.json"), "outside"),
        (Entry(b""), "outside"),
        (Entry(b"a/"), "outside"),
        (Entry(b"..\\a.json"), "backslash"),
        (Entry(b"\\\\host\\share\\a.json"), "backslash"),
        (Entry(b"a.json\x00.txt"), "control"),
        (Entry(b"a\x1b[2J.json"), "control"),
        (Entry(b"a\n.json"), "control"),
        (Entry("a\u0085.json".encode(), flags=UTF8), "control"),
        (Entry(b"caf\xe9/2026-03-10.json"), "UTF-8"),
        (Entry(b"a.json", mode=stat.S_IFLNK | 0o777), "link"),
        (Entry(b"a.json", mode=stat.S_IFIFO | 0o777), "special"),
        (Entry(b"a.json", method=BZIP2), "method"),
        (Entry(b"a.json", method=LZMA), "method"),
        (Entry(b"a.json", method=99), "method"),
    ],
)
def test_a_member_that_is_refused_does_not_harm_the_others(tmp_path: Path, entry: Entry, reason: str) -> None:
    with opened(tmp_path, [Entry(b"good.json", b"[1]"), entry, Entry(b"z.json")]) as archive:
        assert [member.path for member in archive.members] == ["good.json", "z.json"]
        assert content(archive, "good.json") == b"[1]"
        assert len(archive.refused) == 1
        assert reason in archive.refused[0].reason
        assert archive.refused[0].source == archive.name
        assert archive.refused[0].where.isprintable()


def test_the_first_of_two_files_of_one_name_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path, [Entry(b"a.json", b"[1]"), Entry(b"a.json", b"[2]")]) as archive:
        assert content(archive, "a.json") == b"[1]"
        assert "two files of this name" in archive.refused[0].reason


@pytest.mark.parametrize("flags", [0, UTF8])
def test_names_in_utf_8_are_read_whether_or_not_the_archive_says_so(tmp_path: Path, flags: int) -> None:
    with opened(tmp_path, [Entry("größe/日本.json".encode(), b"[1]", flags=flags)]) as archive:
        assert content(archive, "größe/日本.json") == b"[1]"


def test_a_long_name_is_shown_by_its_end(tmp_path: Path) -> None:
    with opened(tmp_path, [Entry(b"../" + b"a" * 60_000 + b"/2026-03-10.json")]) as archive:
        assert archive.refused[0].where.endswith("/2026-03-10.json")
        assert len(archive.refused[0].where) < 250


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_text("[]")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file.json").symlink_to(outside / "secret.json")
    (folder / "channel").symlink_to(outside)
    (folder / "dangling.json").symlink_to("nowhere")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.json")
    (folder / "plain.json").write_text("[]")
    with open_archive(folder) as archive:
        assert [member.path for member in archive.members] == ["plain.json"]
        assert sorted(item.where for item in archive.refused) == [
            "channel",
            "dangling.json",
            "file.json",
            "loop",
            "pipe.json",
        ]


def test_a_folder_that_is_itself_reached_by_a_link_is_what_the_user_asked_for(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.json").write_text("[]")
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    with open_archive(tmp_path / "link") as archive:
        assert content(archive, "a.json") == b"[]"


def test_odd_names_in_a_folder_are_refused(tmp_path: Path) -> None:
    for name in (b"back\\slash.json", b"caf\xe9.json", b"bell\x07.json", b"C:drive.json"):
        (tmp_path / os.fsdecode(name)).touch()
    with open_archive(tmp_path) as archive:
        assert archive.members == []
        assert len(archive.refused) == 4
        assert all(item.where.isprintable() for item in archive.refused)


def test_a_file_that_has_gone_since_it_was_listed(tmp_path: Path) -> None:
    (tmp_path / "a.json").touch()
    with open_archive(tmp_path) as archive:
        (tmp_path / "a.json").unlink()
        with pytest.raises(MemberError, match="cannot be opened"):
            archive.open(archive.members[0])


def test_limits_hold_for_folders(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(bytes(100))
    with pytest.raises(InputError, match="more than 1 files"):
        open_archive(tmp_path, Limits(members=1))
    with open_archive(tmp_path, Limits(member=99)) as archive, pytest.raises(MemberError, match="larger than 99"):
        content(archive, "a.json")
    with open_archive(tmp_path, Limits(total=150)) as archive:
        assert content(archive, "a.json") == bytes(100)
        with pytest.raises(MemberError, match="more than 150"):
            content(archive, "b.json")


def test_a_very_deep_folder_is_read_without_recursion(tmp_path: Path) -> None:
    folders = [tmp_path.joinpath(*["d"] * depth) for depth in range(1, 1201)]
    for folder in folders:
        folder.mkdir()
    (folders[-1] / "a.json").touch()
    with open_archive(tmp_path) as archive:
        assert len(archive.members) == 1
    (folders[-1] / "a.json").unlink()
    for folder in reversed(folders):  # pytest could not remove them: it does recurse
        folder.rmdir()


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file or folder"):
        open_archive(tmp_path / "missing.zip")
