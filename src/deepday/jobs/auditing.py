"""The self-audit while ``deepday serve`` runs, in a thread of its own: it must not stand still with what it watches."""

import threading
from typing import Any

from deepday.app.heartbeat import beat_heart
from deepday.app.self_audit import Pulse, SelfAudit
from deepday.app.urgent_running import opened_ledger
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.errors import DeepdayError, InputError, NotEnoughDataError

EVERY = 60.0
"""Seconds between two looks."""


class Auditor:
    """Looks until told to end. ``log``: as :func:`deepday.jobs.logs.lines` returns it."""

    def __init__(self, clock: Clock, log: Any, pulse: Pulse) -> None:
        self._clock = clock
        self._log = log
        self._audit = SelfAudit(clock, pulse, self._heartbeat)
        self._begun = False
        self._said: frozenset[str] = frozenset()

    def look_after(self, ended: threading.Event) -> None:
        """Do so until ``ended``. The first look comes after a pause: the parts take up first what was left."""
        self._once(begin=True)
        while not ended.wait(EVERY):
            self._once()

    def _once(self, *, begin: bool = False) -> None:
        try:
            with opened_ledger(self._clock) as ledger:
                if begin or not self._begun:
                    self._audit.begin(ledger)
                    self._begun = True
                if not begin:
                    audited, troubles = self._audit.look(ledger)
                    self._tell([*audited.found, *troubles])
        except (NotEnoughDataError, InputError):
            self._said = frozenset()  # there is no store yet, or nobody whose requests these would be
        except DeepdayError as error:
            self._tell([error.what])
        except Exception as error:  # noqa: BLE001 - a thread that dies would look after nothing
            self._tell([f"It met an error of deepday's own: {type(error).__name__}."])

    def _heartbeat(self) -> None:
        settings = load_settings().serve
        if settings.heartbeat:
            beat_heart(settings.heartbeat, settings.heartbeat_method, self._clock)

    def _tell(self, found: list[str]) -> None:
        """Log what is new; each finding once, not every minute."""
        said, self._said = self._said, frozenset(found)
        at = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        for one in dict.fromkeys(found):
            if one not in said:
                self._log.error(f"Self-audit: {one}", at=at)
        if said and not found:
            self._log.info("Self-audit: all is well again.", at=at)
