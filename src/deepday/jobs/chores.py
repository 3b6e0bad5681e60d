"""What ``deepday serve`` does beside its beats: backups, the weekly letter, the mailbox. Each looks, does, tells."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from deepday.app.backing_up import back_up_if_due
from deepday.app.trial_letters import write_if_due
from deepday.app.urgent_commands import look_into_mailbox
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.errors import DeepdayError, NotEnoughDataError

BACKUP_EVERY = 3600
"""Seconds between two looks whether a backup is due."""

LETTER_EVERY = 1800
"""Seconds between two looks whether a letter is due."""

MAILBOX_AGAIN = 60.0
"""Seconds before the settings are looked at again, where they name no mailbox."""


class Chore:
    """Something done again and again: looks whether it is due, does it, and tells of it.

    ``do`` says what it did, in words, and nothing where nothing was due. ``trouble``: what a line on what went wrong
    begins with; each trouble is told once, and tried again at the next look. ``log``: as
    :func:`deepday.jobs.logs.lines` returns it.
    """

    def __init__(self, clock: Clock, log: Any, do: Callable[[Clock], str], trouble: str) -> None:
        self._clock = clock
        self._log = log
        self._do = do
        self._trouble = trouble
        self._told = ""

    def __call__(self) -> None:
        """Look once. Raises nothing."""
        done = problem = ""
        try:
            done = self._do(self._clock)
        except DeepdayError as error:
            problem = error.what
        except OSError as error:
            problem = f"{type(error).__name__}."
        except Exception as error:  # noqa: BLE001 - a thread that dies would do nothing any more
            problem = f"an error of deepday's own: {type(error).__name__}."
        told, self._told = self._told, problem
        at = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        if problem and problem != told:
            self._log.error(f"{self._trouble}: {problem}", at=at)
        if done:
            self._log.info(done, at=at)

    def until(self, ended: threading.Event, pause: Callable[[], float]) -> None:
        """Look again and again, until ``ended``; ``pause``: seconds before the next look."""
        while not ended.is_set():
            self()
            ended.wait(pause())


def backups(clock: Clock, log: Any) -> Chore:
    """Return what makes the daily backup."""

    def do(clock: Clock) -> str:
        return "backed up the store" if back_up_if_due(load_settings().serve.backups, clock) else ""

    return Chore(clock, log, do, "No backup was made")


def letters(clock: Clock, log: Any) -> Chore:
    """Return what writes the weekly letter on a trial."""

    def do(clock: Clock) -> str:
        written = write_if_due(clock)
        return written.told if written else ""

    return Chore(clock, log, do, "The letter on the trial")


def mailbox(clock: Clock, log: Any, look: Callable[[Clock], int] = look_into_mailbox) -> Chore:
    """Return what looks into the mailbox for urgent requests, where the settings name one."""

    def do(clock: Clock) -> str:
        if load_settings().urgent.mailbox.host:
            with suppress(NotEnoughDataError):  # there is no store yet
                look(clock)
        return ""

    return Chore(clock, log, do, "Urgent requests by mail")


def mailbox_pause() -> float:
    """Return how many seconds the settings leave between two looks into the mailbox."""
    try:
        named = load_settings().urgent.mailbox
    except DeepdayError:  # the look says so
        return MAILBOX_AGAIN
    return float(named.every) if named.host else MAILBOX_AGAIN
