"""Archives made to do harm: each is refused, as a whole or by member, fast and with a sentence."""

import os
import random
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepday.errors import InputError
from deepday_files.archive import LIMITS, STEP, Archive, Limits, MemberError, open_archive
from tests.connectors.files.zip_forge import STORED, UTF8, Entry, forge

GOOD = Entry(b"good.json", b"[1]")
NOISE = random.Random(1).randbytes(5000)  # does not pack


def outcome(archive: Archive) -> dict[str, str | int]:
    """Read every member to its end: its size, or why it was refused."""
    found: dict[str, str | int] = {}
    for member in archive.members:
        try:
            with archive.open(member) as stream:
                found[member.path] = sum(map(len, iter(stream.read, b"")))
        except MemberError as error:
            found[member.path] = error.what
    return found


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no ZIP archive"),
        (b"[]", "no ZIP archive"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(100), "no ZIP archive"),
        (b"PK\x03\x04" + bytes(100), "no ZIP archive"),
        (forge([GOOD])[:-1], "no ZIP archive"),
        (forge([GOOD, Entry(b"a", NOISE)])[:2000], "no ZIP archive"),
        (forge([GOOD], directory_size=10**6), "no ZIP archive"),
        (forge([GOOD], directory_size=2**32 - 2), "no ZIP archive"),
        (forge([GOOD]).replace(b"PK\x01\x02", b"PK\x01\x03"), "no ZIP archive"),
        (forge([Entry(b"caf\xe9.json", flags=UTF8)]), "no ZIP archive"),
        (forge([GOOD, Entry(b"a.json", flags=0x0001)]), "encrypted"),
        (forge([GOOD, Entry(b"a.json", flags=0x0041)]), "encrypted"),
        (forge([GOOD, Entry(b"a.json", flags=0x2001)]), "encrypted"),
    ],
)
def test_an_archive_that_is_refused_as_a_whole(tmp_path: Path, data: bytes, what: str) -> None:
    path = tmp_path / "given.zip"
    path.write_bytes(data)
    with pytest.raises(InputError, match=what) as caught:
        open_archive(path)
    assert str(path) in caught.value.what
    assert caught.value.advice


def test_a_zip_over_4_gb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "given.zip"
    path.touch()
    os.truncate(path, LIMITS.packed + 1)  # a sparse file: it takes no room
    with pytest.raises(InputError, match="larger than 4,000,000,000 bytes"):
        open_archive(path)


def test_too_many_members_are_refused_before_a_list_is_made_of_them(tmp_path: Path) -> None:
    path = tmp_path / "given.zip"
    path.write_bytes(forge([GOOD]))
    with pytest.raises(InputError, match="more than 0 files"):
        open_archive(path, Limits(members=0))
    with pytest.raises(InputError, match="more than 500,000 files"):
        open_archive(path, Limits(directory=10))
    directory = GOOD.central(0) * (LIMITS.members + 1)
    end = struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(directory), len(GOOD.local()), 0)
    path.write_bytes(GOOD.local() + directory + b"PK\x05\x06" + end)
    tracemalloc.start()
    with pytest.raises(InputError, match="more than 500,000 files"):
        open_archive(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * len(directory)


BOMB = zlib.compress(bytes(30 * 10**6), 9, wbits=-15)


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (Entry(b"a.json", NOISE, crc=1), "damaged"),
        (Entry(b"a.json", NOISE, STORED, crc=1), "damaged"),
        (Entry(b"a.json", NOISE, size=100), "damaged"),
        (Entry(b"a.json", NOISE, size=10**6), "another size"),
        (Entry(b"a.json", NOISE, size=2**32 - 2), "another size"),
        (Entry(b"a.json", NOISE, STORED, size=10**6), "another size"),
        (Entry(b"a.json", NOISE, packed_size=100), "damaged"),
        (Entry(b"a.json", NOISE, packed=NOISE), "damaged"),
        (Entry(b"a.json", NOISE, packed=b""), "damaged"),
        (Entry(b"a.json", NOISE, packed_size=10**6), "overlaps"),
        (Entry(b"a.json", NOISE, inner_name=b"b.json"), "damaged"),
        (Entry(b"a.json", NOISE, flags=0x0020), "damaged"),
        (Entry(b"a.json", at=10**6), "damaged"),
        (Entry(b"a.json", at=3), "overlaps"),
        (Entry(b"a.json", bytes(30 * 10**6), packed=BOMB), "200 times"),
        (Entry(b"a.json", bytes(30 * 10**6), packed=BOMB, size=2**32 - 2), "200 times"),
    ],
)
def test_a_member_that_lies_or_is_damaged(tmp_path: Path, entry: Entry, what: str) -> None:
    path = tmp_path / "given.zip"
    path.write_bytes(forge([GOOD, entry]))
    with open_archive(path) as archive:
        found = outcome(archive)
    assert what in str(found.pop("a.json"))
    if entry.at != 3:  # that one lies about where the good one ends
        assert found == {"good.json": 3}


def test_entries_that_share_their_bytes(tmp_path: Path) -> None:
    path = tmp_path / "given.zip"
    kernel = Entry(b"0.json", NOISE)
    path.write_bytes(forge([kernel, *(Entry(b"0.json", NOISE, at=0) for _ in range(500))]))
    with open_archive(path) as archive:
        assert len(archive.refused) == 500
    copies = [Entry(f"{n}.json".encode(), NOISE, at=0, inner_name=b"0.json") for n in range(1, 500)]
    path.write_bytes(forge([kernel, *copies]))
    with open_archive(path) as archive:
        assert not any(
            isinstance(size, int) and size > 0 for name, size in outcome(archive).items() if name != "0.json"
        )


def test_entries_whose_data_quotes_the_next_ones_header(tmp_path: Path) -> None:
    last = Entry(b"b.json", NOISE, STORED)
    quoting = Entry(b"a.json", last.local(), STORED)
    head = quoting.local()[: -len(last.local())]
    directory = quoting.central(0) + last.central(len(head))
    body = head + last.local()
    path = tmp_path / "given.zip"
    end = struct.pack("<HHHHIIH", 0, 0, 2, 2, len(directory), len(body), 0)
    path.write_bytes(body + directory + b"PK\x05\x06" + end)
    with open_archive(path) as archive:
        found = outcome(archive)
    assert found == {"a.json": "This file overlaps another one inside the archive.", "b.json": 5000}


def test_a_bomb_stops_soon_and_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "given.zip"
    path.write_bytes(forge([Entry(b"a.json", bytes(30 * 10**6), packed=BOMB)]))
    tracemalloc.start()
    with open_archive(path) as archive, archive.open(archive.members[0]) as stream:
        count = 0
        try:
            while data := stream.read():
                count += len(data)
        except MemberError:
            count += STEP
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert LIMITS.ratio_from < count < LIMITS.ratio_from + 2 * STEP
    assert peak < 2 * 10**6


def test_limits_are_counted_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "given.zip"
    path.write_bytes(forge([Entry(b"a.json", NOISE), Entry(b"b.json", NOISE), Entry(b"c.json", NOISE)]))
    with open_archive(path, Limits(member=4999)) as archive:
        assert "larger than 4,999" in str(outcome(archive)["a.json"])
    with open_archive(path, Limits(total=10_000)) as archive:
        assert [type(size) for size in outcome(archive).values()] == [int, int, str]


def test_a_zip_in_a_zip_is_a_file_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "given.zip"
    path.write_bytes(forge([Entry(b"inner.zip", forge([GOOD]))]))
    with open_archive(path) as archive:
        assert outcome(archive) == {"inner.zip": len(forge([GOOD]))}


VALID = forge([GOOD, Entry(b"a/b.json", NOISE), Entry("ü.json".encode(), NOISE, STORED, flags=UTF8)])


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), max_size=8),
    cut=st.one_of(st.none(), st.integers(0, len(VALID))),
)
def test_a_valid_archive_changed_at_random_is_read_or_refused(
    tmp_path: Path, changes: list[tuple[int, int]], cut: int | None
) -> None:
    data = bytearray(VALID)
    for place, value in changes:
        data[place] = value
    path = tmp_path / "given.zip"
    path.write_bytes(data[:cut])
    try:
        archive = open_archive(path)
    except InputError:
        return
    with archive:
        outcome(archive)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), tail=st.sampled_from([b"", VALID[-22:]]))
def test_random_bytes_are_no_archive(tmp_path: Path, data: bytes, tail: bytes) -> None:
    path = tmp_path / "given.zip"
    path.write_bytes(data + tail)
    with pytest.raises(InputError):
        open_archive(path)


def test_what_python_itself_writes_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given.zip", "w") as written:
        with written.open("streamed.json", "w", force_zip64=True) as stream:
            stream.write(NOISE)
        written.comment = b"exported"
    with open_archive(tmp_path / "given.zip") as archive:
        assert outcome(archive) == {"streamed.json": 5000}
