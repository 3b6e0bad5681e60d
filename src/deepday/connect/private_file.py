"""Files that only their owner may read."""

import os
import stat
from pathlib import Path

from deepday.errors import InputError


def read_private(path: Path, most: int = 65_536) -> bytes:
    """Return the content of a file that is private.

    Raises :class:`InputError` when it cannot be read, is no regular file, belongs to somebody else, may be read or
    written by others (POSIX), or has more than ``most`` bytes. What is checked is what is read: the file is opened
    first.
    """
    try:
        handle = os.open(path.expanduser(), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check the path and who may read it.") from None
    try:
        _check(path, os.fstat(handle))
        data = os.read(handle, most + 1)
    finally:
        os.close(handle)
    if len(data) > most:
        raise InputError(f"{path} is too large to be a secret.", "Name the right file.")
    return data


def _check(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise InputError(f"{path} is no regular file.", "Name the file itself.")
    if os.name == "posix" and facts.st_uid not in {os.geteuid(), 0}:
        raise InputError(f"{path} belongs to somebody else.", f"Run: chown $USER {path}")
    if os.name == "posix" and facts.st_mode & 0o077:
        raise InputError(f"{path} holds a secret, and others may read it.", f"Run: chmod 600 {path}")


def write_private(path: Path, data: bytes) -> None:
    """Write the file so that only its owner may read it, whole or not at all.

    Raises :class:`InputError` when it cannot be written.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.", "Check who may write its folder.") from None
