"""Whether a service uses the data folder: a lock that ends with the process, however it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from deepday.config.paths import data_folder
from deepday.errors import InputError

if os.name == "posix":
    import fcntl


@contextmanager
def using() -> Iterator[None]:
    """Use the data folder while the context lasts; others may, too, but nobody may replace what is in it."""
    with _locked(alone=False):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Have the data folder alone while the context lasts. Raises :class:`InputError` while a service uses it."""
    with _locked(alone=True):
        yield


@contextmanager
def _locked(*, alone: bool) -> Iterator[None]:
    if os.name != "posix":  # Windows lets nobody rename a file that is open
        yield
        return
    data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(data_folder() / "serve.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        who = "deepday serve runs on this store." if alone else "The store is being replaced."
        raise InputError(who, "Stop it first; then run this again." if alone else "Try again in a moment.") from None
    finally:
        os.close(handle)
