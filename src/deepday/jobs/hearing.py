"""Urgent requests while ``deepday serve`` runs, in a thread of their own: no slow calendar keeps one waiting."""

import threading
from typing import Any

from deepday.app.keeping import fingerprint
from deepday.app.self_audit import Pulse
from deepday.app.urgent_listening import Listening
from deepday.app.urgent_running import Ledger, listening
from deepday.clock import Clock
from deepday.errors import DeepdayError, NotEnoughDataError

AGAIN = 60.0
"""Seconds before an account that can post is looked for again, where there is none."""

_TURN = 1.0
_ROUTING, _CHAT = "routing of urgent requests", "listening to chat"
_DEAF = 900
"""Seconds for which chat may be in trouble before that is a finding."""

_BREATH = 5.0


class Ear:
    """Listens, routes and sends until told to end. ``log``: as :func:`deepday.jobs.logs.lines` returns it."""

    def __init__(self, clock: Clock, log: Any, pulse: Pulse | None = None) -> None:
        self._clock = clock
        self._log = log
        self._pulse = pulse or Pulse(clock)
        self._said: frozenset[str] = frozenset()
        self._came = threading.Event()
        self._missed = threading.Event()

    def came(self) -> None:
        """Take that another thread has kept something: it is seen to at once. To be called by any thread."""
        self._came.set()

    def missed(self) -> None:
        """Take that something was held back: histories are read soon. To be called by any thread."""
        self._missed.set()
        self._came.set()

    def listen(self, ended: threading.Event) -> None:
        """Do so until ``ended``, over an account that is opened anew when a sign-in or the settings change."""
        while not ended.is_set():
            changed = False
            self._pulse.mark(_ROUTING)
            try:
                with listening(self._clock) as (ledger, ears):
                    changed = self._rounds(ledger, ears, ended)
            except NotEnoughDataError:
                self._said = frozenset()  # nobody asked for it: no account is connected that can post
                self._pulse.forget(_CHAT)
            except DeepdayError as error:
                self._tell([error.what])
            except Exception as error:  # noqa: BLE001 - a thread that dies would leave every request unheard
                self._tell([f"Urgent requests met an error of deepday's own: {type(error).__name__}."])
            if not changed:
                ended.wait(AGAIN)

    def _rounds(self, ledger: Ledger, ears: Listening, ended: threading.Event) -> bool:
        """Listen; return True when the account must be opened anew."""
        before = fingerprint(ledger.accounts)
        ears.over = ended.is_set
        again_at = self._clock.monotonic() + AGAIN
        while not ended.is_set():
            if fingerprint(ledger.accounts) != before:
                return True
            if self._missed.is_set():
                self._missed.clear()
                ears.missed()
            self._came.clear()
            ears.round(_TURN)
            self._tell(ears.said)
            self._pulse.mark(_ROUTING)
            if ears.source is None and not ears.said:
                self._pulse.forget(_CHAT)
            elif not ears.said:
                self._pulse.mark(_CHAT, _DEAF)
            if ears.source is None and self._clock.monotonic() >= again_at:
                return True  # an account that could not be opened may work again
            if ears.said:
                ended.wait(_BREATH)
            elif ears.source is None:
                self._came.wait(_TURN)
        return False

    def _tell(self, notes: list[str]) -> None:
        """Tell each trouble once, not every few seconds."""
        said, self._said = self._said, frozenset(notes)
        for note in dict.fromkeys(notes):
            if note not in said:
                self._log.warning(f"Urgent requests: {note}", at=self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
