"""Read-only access to a ZIP or a folder whose content may be hostile.

Nothing is extracted, a name inside an archive never becomes a path on disk, and the sizes that an archive states are
never trusted: everything is counted while it is read, in steps of 64 KB. What is refused is said: the whole archive by
:class:`deepday.errors.InputError`, one member by an entry in :attr:`Archive.refused` or by :class:`MemberError`.
"""

import hashlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from deepday.connect.skips import printable, skip
from deepday.errors import DeepdayError, InputError
from deepday.model import Skipped

STEP = 64 * 1024

# Everything that zipfile, zlib and the file system raise for a member that is damaged or lies.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, RuntimeError)

_READABLE_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # bzip2 and LZMA cannot be unpacked in bounded steps
_ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000  # ZIP application note 4.4.4: bits 0, 6 and 13
_UTF8_FLAG = 0x0800  # the same, bit 11
_CENTRAL_HEADER = b"PK\x01\x02"
_LOCAL_HEADER_SIZE = 30  # without name and extra field; their two lengths (16 bits each) are its last four bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may ask of us; sizes in bytes.

    ``packed``: the ZIP on disk. ``directory``: the ZIP's central directory. ``members``: their number. ``member`` and
    ``total``: decoded content of one and of all members read. ``ratio``: decoded to packed size of one member, looked
    at once ``ratio_from`` is decoded.
    """

    packed: int = 4 * 10**9
    directory: int = 64 * 10**6
    members: int = 500_000
    member: int = 10**9
    total: int = 20 * 10**9
    ratio: int = 200
    ratio_from: int = 10 * 10**6


LIMITS = Limits()


class MemberError(DeepdayError):
    """One member cannot be read, or not to its end; ``what`` is a sentence that does not name it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its relative name with ``/``, its stated size in bytes, its CRC-32 (ZIP) or mtime in ns."""

    path: str
    size: int
    check: int


class Stream:
    """The content of one member, counted as it is read. Close it, or use it in a ``with`` statement."""

    def __init__(self, raw: IO[bytes], archive: "Archive", member: Member) -> None:
        self._raw = raw
        self._archive = archive
        self._member = member
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._raw.close()

    def read(self) -> bytes:
        """Return the next bytes, at most 64 KB, empty at the end.

        Raises :class:`MemberError` when the member is damaged, larger than it may be, or not as it states.
        """
        try:
            data = self._raw.read(STEP)
        except _DAMAGED as error:
            damage = type(error).__name__
        else:
            self._archive.count(self._member, self._count, data)
            self._count += len(data)
            return data
        raise MemberError(f"This file is damaged or cut off ({damage}).")


class Archive(ABC):
    """The files of a ZIP or a folder. Close it, or use it in a ``with`` statement.

    ``name``: as the user gave it. ``members``: sorted by name. ``refused``: the members that are not read, and why.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.name = str(path)
        self.members: list[Member] = []
        self.refused: list[Skipped] = []
        self.limits = limits
        self._decoded = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over names, sizes and check values: tells cheaply whether it is the same archive again."""
        hashed = hashlib.sha256()
        for member in self.members:
            hashed.update(f"{member.path}\0{member.size}\0{member.check}\0".encode())
        return hashed.hexdigest()

    @abstractmethod
    def made(self, zone: tzinfo) -> int:
        """Return the time of the newest member in UTC seconds, 0 if none has one; a ZIP's times are taken in ``zone``.

        Whoever packed the archive, or copied the folder, decided on it: it may be anything.
        """

    def open(self, member: Member) -> Stream:
        """Open a member of :attr:`members`. Raises :class:`MemberError` when that cannot be done."""
        try:
            return Stream(self._open(member), self, member)
        except _DAMAGED as error:
            damage = type(error).__name__
        raise MemberError(f"This file is damaged or cannot be opened ({damage}).")

    def count(self, member: Member, before: int, data: bytes) -> None:
        """Take note of ``data``, read from ``member`` after ``before`` bytes; raises :class:`MemberError`."""
        size = before + len(data)
        self._decoded += len(data)
        if size > self.limits.member:
            raise MemberError(f"This file is larger than {self.limits.member:,} bytes.")
        if self._decoded > self.limits.total:
            raise MemberError(f"The archive holds more than {self.limits.total:,} bytes; this file was not read.")
        self._check_honesty(member, size, at_end=not data)

    def close(self) -> None:  # noqa: B027 - a folder has nothing to close
        """Give back what the archive holds open."""

    @abstractmethod
    def _open(self, member: Member) -> IO[bytes]: ...

    @abstractmethod
    def _check_honesty(self, member: Member, size: int, *, at_end: bool) -> None: ...

    def _refuse(self, name: str, reason: str) -> None:
        self.refused.append(skip(self.name, _shown(name), reason))

    def _check_number(self, number: int) -> None:
        if number > self.limits.members:
            raise InputError(
                f"{self.name} holds more than {self.limits.members:,} files.",
                "Give an export of a shorter period or of fewer conversations.",
            )


class _FolderArchive(Archive):
    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        self._root = path
        waiting = [""]  # an own list, not recursion: folders may be nested deeper than Python's stack
        while waiting:
            self._list(waiting.pop(), waiting)
        self.members.sort(key=lambda member: member.path)

    def _list(self, folder: str, waiting: list[str]) -> None:
        try:
            with os.scandir(self._root / folder) as entries:
                for entry in entries:
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if _is_noise(path):
                        continue
                    if problem := _name_problem(path):
                        self._refuse(path, problem)
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif entry.is_file(follow_symlinks=False):
                        found = entry.stat(follow_symlinks=False)
                        self.members.append(Member(path, found.st_size, found.st_mtime_ns))
                    else:
                        self._refuse(path, "This is a link or a special file; only plain files are read.")
                    self._check_number(len(self.members) + len(self.refused) + len(waiting))
        except OSError as error:
            if not folder:
                raise InputError(
                    f"The folder {self.name} cannot be read: {error.strerror}.", "Check its rights."
                ) from None
            self._refuse(folder, f"This folder cannot be read: {error.strerror}.")

    def made(self, zone: tzinfo) -> int:  # noqa: ARG002 - files on disk have times in UTC
        return max((member.check for member in self.members), default=0) // 10**9

    def _open(self, member: Member) -> IO[bytes]:
        return (self._root / member.path).open("rb")

    def _check_honesty(self, member: Member, size: int, *, at_end: bool) -> None:
        """A file on disk is what it is."""


class _ZipFile(io.FileIO):
    """A file that refuses to hand zipfile a central directory beyond the limits, before a list is made of it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path)
        self._limits = limits

    def read(self, size: int | None = -1, /) -> bytes:
        asked = -1 if size is None else size
        if asked > self._limits.directory:
            raise _TooManyMembersError
        data = super().read(asked) or b""
        # Only the directory is ever read in one piece larger than a step.
        if asked > STEP and data.count(_CENTRAL_HEADER) > self._limits.members:
            raise _TooManyMembersError
        return data


class _TooManyMembersError(Exception):
    pass


class _ZipArchive(Archive):
    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        self._entries: dict[str, tuple[zipfile.ZipInfo, int]] = {}
        if path.stat().st_size > limits.packed:
            raise InputError(
                f"{self.name} is larger than {limits.packed:,} bytes.",
                "Unpack it and give the folder, or export a shorter period.",
            )
        with ExitStack() as stack:
            self._file = stack.enter_context(_ZipFile(path, limits))
            self._zip = stack.enter_context(self._listed())
            self._sort_out(self._zip.infolist())
            self._close = stack.pop_all()
        self.members = [
            Member(name, info.file_size, info.CRC)
            for name, (info, _) in sorted(self._entries.items(), key=lambda e: e[0])
        ]

    def close(self) -> None:
        self._close.close()

    def made(self, zone: tzinfo) -> int:
        for stamp in sorted({info.date_time for info, _ in self._entries.values()}, reverse=True):
            try:
                return int(datetime(*stamp, tzinfo=zone).timestamp())
            except (ValueError, OverflowError):
                continue  # the format has room for a month 15 and a second 62
        return 0

    def _listed(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._file)
        except _TooManyMembersError:
            self._check_number(self.limits.members + 1)
        except _DAMAGED:
            pass
        raise InputError(
            f"{self.name} is no ZIP archive, or a damaged one.",
            "Download it again, or unpack it and give the folder.",
        )

    def _sort_out(self, infos: list[zipfile.ZipInfo]) -> None:
        self._check_number(len(infos))
        if any(info.flag_bits & _ENCRYPTED_FLAGS for info in infos):
            raise InputError(f"{self.name} is encrypted.", "Unpack it with its password and give the folder.")
        ends = self._extents(infos)
        for info, end in zip(infos, ends, strict=True):
            name = _decoded_name(info)
            if _is_noise(name) or (name.endswith("/") and not info.file_size):
                continue
            if problem := _name_problem(name) or _entry_problem(info):
                self._refuse(name, problem)
            elif name in self._entries:
                self._refuse(name, "The archive holds two files of this name; the second was not read.")
            else:
                self._entries[name] = (info, end)

    def _extents(self, infos: list[zipfile.ZipInfo]) -> list[int]:
        """Return where each entry must end at the latest: where the next one, or the directory, begins."""
        ends = [0] * len(infos)
        following = self._zip.start_dir
        for number in sorted(range(len(infos)), key=lambda n: infos[n].header_offset, reverse=True):
            ends[number] = following
            following = infos[number].header_offset
        return ends

    def _open(self, member: Member) -> IO[bytes]:
        info, end = self._entries[member.path]
        self._file.seek(info.header_offset + _LOCAL_HEADER_SIZE - 4)
        name_size, extra_size = struct.unpack("<HH", self._file.read(4))
        # Python before 3.11.8 unpacks entries that share bytes: the trick of bombs whose every ratio looks harmless.
        if info.header_offset + _LOCAL_HEADER_SIZE + name_size + extra_size + info.compress_size > end:
            raise MemberError("This file overlaps another one inside the archive.")
        return self._zip.open(info)

    def _check_honesty(self, member: Member, size: int, *, at_end: bool) -> None:
        limits = self.limits
        packed = self._entries[member.path][0].compress_size
        if size > limits.ratio_from and size > limits.ratio * packed:
            raise MemberError(f"This file grows more than {limits.ratio} times when unpacked, like a ZIP bomb.")
        if at_end and size != member.size:
            raise MemberError("This file has another size than the archive states.")


def open_archive(path: Path, limits: Limits = LIMITS) -> Archive:
    """Open a ZIP or a folder for reading.

    Raises :class:`InputError` when it does not exist, cannot be read, is no ZIP, is encrypted, or beyond ``limits``.
    """
    try:
        if path.is_dir():
            return _FolderArchive(path, limits)
        if path.is_file():
            return _ZipArchive(path, limits)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check the path and its rights.") from None
    raise InputError(f"There is no file or folder {path}.", "Check the path.")


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Return the name as its writer meant it; undecodable bytes become surrogates, which no good name has."""
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename
    # zipfile took cp437, as old archives do; several archivers write UTF-8 without saying so.
    return info.orig_filename.encode("cp437").decode("utf-8", "surrogateescape")


def _is_noise(name: str) -> bool:
    """Tell whether an operating system put this beside the files without being asked."""
    first, last = name.split("/", 1)[0], name.rsplit("/", 1)[-1]
    return first == "__MACOSX" or last.startswith("._") or last.lower() in {".ds_store", "thumbs.db", "desktop.ini"}


def _name_problem(name: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in name):
        return "The name of this file is not written in UTF-8."
    if any(char < " " or "\x7f" <= char <= "\x9f" for char in name):
        return "The name of this file has control characters."
    if "\\" in name:
        return "The name of this file has a backslash."
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        return "The name of this file is absolute."
    if any(part in {"", ".", ".."} for part in name.split("/")):
        return "The name of this file leads outside its folder."
    return ""


def _entry_problem(info: zipfile.ZipInfo) -> str:
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG}:
        return "This is a link or a special file; only plain files are read."
    if info.compress_type not in _READABLE_METHODS:
        return "This file is packed by a method that is not read; pack the archive again in the usual way."
    return ""


def _shown(name: str) -> str:
    """Return the name so that it can be printed: no control characters, its end if it is very long."""
    text = printable(name)
    return text if len(text) <= 200 else f"…{text[-200:]}"
