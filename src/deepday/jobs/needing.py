"""The queue's library is an extra: what to install where it is missing."""

from types import ModuleType

from deepday.errors import InputError


def queueing() -> ModuleType:
    """Return :mod:`deepday.jobs.queue`. Raises :class:`InputError` where its library is not installed."""
    try:
        from deepday.jobs import queue  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise InputError(
            f"Workers need a library that is not installed ({error.name}).", "Run: pip install 'deepday[workers]'"
        ) from None
    return queue
