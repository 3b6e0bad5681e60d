"""The weekly letter on a trial, written by ``deepday serve``."""

from typing import Any

from deepday.app.trial_letters import write_if_due
from deepday.clock import Clock
from deepday.errors import DeepdayError

EVERY = 1800
"""Seconds between two looks whether a letter is due."""


class WritingLetters:
    """Looks whether a letter is due, and writes it. ``log``: as :func:`deepday.jobs.logs.lines` returns it."""

    def __init__(self, clock: Clock, log: Any) -> None:
        self._clock = clock
        self._log = log

    def __call__(self) -> None:
        """Do so once; what fails is told, and tried again at a later look."""
        at = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            done = write_if_due(self._clock)
        except DeepdayError as error:
            self._log.error(f"The letter on the trial: {error.what}", at=at)
            return
        if done:
            self._log.info(f"{'wrote and mailed' if done.mailed else 'wrote'} the letter on the trial", at=at)
