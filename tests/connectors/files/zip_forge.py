"""Writes ZIP archives that no archiver would write. Layout: PKWARE's application note, 4.3.7, 4.3.12, 4.3.16."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

UTF8 = 0x0800
STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14


@dataclass(frozen=True)
class Entry:
    """One file; ``crc``, ``size`` and ``packed_size`` may lie, ``at`` puts its directory entry onto any offset."""

    name: bytes
    content: bytes = b"[]"
    method: int = DEFLATED
    flags: int = 0
    mode: int = 0o100644
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    packed: bytes | None = None
    inner_name: bytes | None = None
    at: int | None = None

    @cached_property
    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return zlib.compress(self.content, wbits=-15) if self.method == DEFLATED else self.content

    @property
    def common(self) -> bytes:
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        packed = len(self.body) if self.packed_size is None else self.packed_size
        size = len(self.content) if self.size is None else self.size
        return struct.pack("<HHHHHIII", 20, self.flags, self.method, 0, 0x21, crc, packed, size)

    def local(self) -> bytes:
        name = self.name if self.inner_name is None else self.inner_name
        return b"PK\x03\x04" + self.common + struct.pack("<HH", len(name), 0) + name + self.body

    def central(self, offset: int) -> bytes:
        numbers = struct.pack("<HHHHHII", len(self.name), 0, 0, 0, 0, self.mode << 16, offset)
        return b"PK\x01\x02" + struct.pack("<H", 0x0314) + self.common + numbers + self.name


def forge(entries: Sequence[Entry], directory_size: int | None = None) -> bytes:
    """Return an archive of these entries."""
    body, directory = b"", b""
    for entry in entries:
        directory += entry.central(len(body) if entry.at is None else entry.at)
        if entry.at is None:
            body += entry.local()
    size = len(directory) if directory_size is None else directory_size
    count = min(len(entries), 0xFFFF)
    return body + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, len(body), 0)
