"""The mailbox while ``deepday serve`` runs, in a thread of its own: a slow mail server keeps no other way waiting."""

import threading
from collections.abc import Callable
from typing import Any

from deepday.app.urgent_commands import look_into_mailbox
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.errors import DeepdayError, NotEnoughDataError

AGAIN = 60.0
"""Seconds before the settings are looked at again, where they name no mailbox."""


class Postman:
    """Looks into the mailbox until told to end. ``log``: as :func:`deepday.jobs.logs.lines` returns it."""

    def __init__(self, clock: Clock, log: Any, look: Callable[[Clock], int] = look_into_mailbox) -> None:
        self._clock = clock
        self._log = log
        self._look = look
        self._said = ""

    def collect(self, ended: threading.Event) -> None:
        """Do so until ``ended``; no error ends it, and each is told once."""
        while not ended.is_set():
            pause = AGAIN
            try:
                mailbox = load_settings().urgent.mailbox
                if mailbox.host:
                    pause = float(mailbox.every)
                    self._look(self._clock)
                self._said = ""
            except NotEnoughDataError:
                self._said = ""  # there is no store yet
            except DeepdayError as error:
                self._tell(error.what)
            except Exception as error:  # noqa: BLE001 - a thread that dies would leave every mail unread
                self._tell(f"an error of deepday's own: {type(error).__name__}.")
            ended.wait(pause)

    def _tell(self, what: str) -> None:
        if what != self._said:
            self._log.warning(f"Urgent requests by mail: {what}", at=self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
        self._said = what
