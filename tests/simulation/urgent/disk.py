"""A folder in memory for the stores of the worlds, one for each process."""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def _disk_of(process: int) -> Path:
    del process
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="deepday-urgent-", dir=memory if memory.is_dir() else None))


def disk() -> Path:
    """Return the folder of this process; a forked one must not share its parent's."""
    return _disk_of(os.getpid())


def remove_disk() -> None:
    """Delete what worlds left behind."""
    shutil.rmtree(disk(), ignore_errors=True)
    _disk_of.cache_clear()
