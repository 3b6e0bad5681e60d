"""The daily backup of ``deepday serve``."""

from typing import Any

from deepday.app.backing_up import back_up_if_due
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.errors import DeepdayError

EVERY = 3600
"""Seconds between two looks whether a backup is due."""


class BackingUp:
    """Looks whether a backup is due, and makes it. ``log``: as :func:`deepday.jobs.logs.lines` returns it."""

    def __init__(self, clock: Clock, log: Any) -> None:
        self._clock = clock
        self._log = log

    def __call__(self) -> None:
        """Do so once; what fails is told, and tried again at the next look."""
        at = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            done = back_up_if_due(load_settings().serve.backups, self._clock)
        except (DeepdayError, OSError) as error:
            what = error.what if isinstance(error, DeepdayError) else f"{type(error).__name__}."
            self._log.error(f"No backup was made: {what}", at=at)
            return
        if done:
            self._log.info("backed up the store", at=at)
