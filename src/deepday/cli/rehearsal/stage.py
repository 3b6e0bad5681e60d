"""The stage of a rehearsal: the office, a home for deepday in it, and somebody who types commands there."""

import io
import json
import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from deepday.clock import OFFSET, SystemClock
from deepday.connect import OfficeLife, OfficeServer, ServedOffice, load
from deepday.errors import DeepdayError
from deepday.model import Secret

_READY: Final = "Serving, until Ctrl-C"
_PATIENCE: Final = 30.0
_LOOK: Final = 0.05

Typed = Callable[[list[str]], Any]
"""Runs a command line without its program's name, and returns its exit code or nothing."""


@dataclass
class Stage:
    """Where the story takes place.

    ``folder`` holds what the commands write and the transcript of all they printed, ``home`` settings and store.
    ``tell`` prints a line of the story. ``day`` is the deep-work day that is lived, ``before`` the calendar as it was
    before anything was written.
    """

    folder: Path
    home: Path
    office: ServedOffice
    typed: Typed
    tell: Callable[[str], None]
    day: date = date.min
    before: frozenset[tuple[str, int]] = frozenset()

    @property
    def life(self) -> OfficeLife:
        """The people of the office."""
        return self.office.life

    # ---- commands

    def type(self, *words: object) -> str:
        """Type a command at the office's time, and return what it prints. Raises its :class:`DeepdayError`."""
        given, out, err = [str(word) for word in words], io.StringIO(), io.StringIO()
        os.environ[OFFSET] = self.offset()
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = self.typed(given) or 0
        finally:
            self._write_down(given, out.getvalue() + err.getvalue())
        if code:
            last = (err.getvalue() or out.getvalue()).strip().splitlines()[-1:]
            raise DeepdayError(f"deepday {shlex.join(given)} ended with {code}.", *last)
        return out.getvalue()

    def json(self, *words: object) -> Any:
        """Type a command with ``--json``, and return the document."""
        return json.loads(self.type(*words, "--json"))

    def offset(self) -> str:
        """Return by how many seconds the office's time differs from this machine's."""
        return str((self.life.now() - SystemClock(0).now()).total_seconds())

    def _write_down(self, words: list[str], printed: str) -> None:
        with (self.folder / "transcript.txt").open("a", encoding="utf-8") as file:
            file.write(f"{self.life.now():%Y-%m-%d %H:%M} $ deepday {shlex.join(words)}\n{printed}\n")

    # ---- time

    def turn(self, to: datetime) -> None:
        """Let it be that instant in the office."""
        self.life.turn(to)

    def until(self, seen: Callable[[], bool], what: str) -> None:
        """Wait for something to be so. Raises :class:`DeepdayError` when it does not come about."""
        clock = SystemClock(0)
        over = clock.monotonic() + _PATIENCE
        while not seen():
            if clock.monotonic() > over:
                raise DeepdayError(f"It did not come about: {what}.", f"See {self.folder / 'serve.log'}")
            time.sleep(_LOOK)

    # ---- the service

    @contextmanager
    def service(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Let ``deepday serve`` run in a process of its own, ready when the context is entered."""
        program = [sys.executable, "-m", "deepday", "serve", "--no-page"]
        log = self.folder / "serve.log"
        with log.open("ab") as out:
            begun = log.stat().st_size
            environment = {**os.environ, OFFSET: self.offset()}
            process = subprocess.Popen(program, env=environment, stdout=out, stderr=out)  # noqa: S603 - it is ourselves
            try:
                self.until(lambda: _READY in log.read_text(encoding="utf-8")[begun:], "deepday serve is ready")
                yield process
            finally:
                if process.poll() is None:
                    process.terminate()
                process.wait(_PATIENCE)


@contextmanager
def opened(seed: int) -> Iterator[ServedOffice]:
    """Open the sandbox office at a port of its own. Raises :class:`ImportError` where it lacks a library."""
    server = load("sandbox")
    if not isinstance(server, OfficeServer):
        raise DeepdayError("The connector 'sandbox' serves no office.", "Reinstall deepday.")
    with server.serve_office(0, seed) as office:
        os.environ[OFFSET] = str(office.opened_at - SystemClock(0).now().timestamp())
        yield office


class Owner:
    """Signs in as the owner does: in a browser, or by pasting tokens. Satisfies :class:`deepday.connect.Dialogue`."""

    def __init__(self, life: OfficeLife, secrets: tuple[str, ...] = ()) -> None:
        """Paste these secrets, in order."""
        self._life, self._secrets = life, list(secrets)
        self._browser: threading.Thread | None = None

    def say(self, words: str) -> None:
        """Listen."""

    def open_page(self, address: str) -> None:
        """Open the page and consent, in a browser of one's own."""
        self._browser = threading.Thread(target=self._life.consent, args=(address,), daemon=True)
        self._browser.start()

    def show_code(self, address: str, code: str) -> None:
        """Refuse: every sign-in of the office goes by a page or a token."""
        raise DeepdayError(f"{address} asks for the code {code}.", "")

    def ask_secret(self, question: str) -> Secret:
        """Paste the next one."""
        del question
        return Secret(self._secrets.pop(0))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def close(self) -> None:
        """Wait until the browser is done."""
        if self._browser is not None:
            self._browser.join(_PATIENCE)
