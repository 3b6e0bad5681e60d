"""A person who signs in: with a browser that goes through Entra's pages, or by typing a code."""

import re
import threading
from dataclasses import dataclass, field
from html import unescape

import httpx

from deepday.connect import Dialogue
from deepday.model import Secret
from deepday_sandbox.office import OfficeClock
from tests.connectors.microsoft.microsoft_office import ADA


@dataclass
class Person(Dialogue):
    """Satisfies :class:`deepday.connect.Dialogue`. ``decision`` is what the buttons on the pages say.

    ``forged``: a state with which somebody else comes to the browser's address before the browser does; ``refused``
    is what that one was answered.
    """

    clock: OfficeClock
    email: str = ADA
    decision: str = "accept"
    patience: int = 1  # looks at the device before the code is typed
    pages: list[str] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    forged: str = ""
    refused: list[int] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def say(self, words: str) -> None:
        raise AssertionError(words)

    def open_page(self, address: str) -> None:
        self.pages.append(address)
        self.threads.append(threading.Thread(target=self._browse, args=(address,), daemon=True))
        self.threads[-1].start()

    def show_code(self, address: str, code: str) -> None:
        self.codes.append((address, code))

    def ask_secret(self, question: str) -> Secret:
        raise AssertionError(question)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.advance(seconds)
        self.patience -= 1
        if self.patience == 0:
            [(address, code)] = self.codes
            form = {"code": code, "email": self.email, "decision": self.decision}
            httpx.post(address, data=form, trust_env=False)

    def _browse(self, address: str) -> None:
        page = httpx.get(address, trust_env=False)
        action = re.search(r'action="([^"]+)"', page.text)
        back = str(page.headers.get("location", ""))
        if action:
            hidden = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page.text)}
            hidden.pop("decision", None)
            form = {**hidden, "email": self.email, "decision": self.decision}
            target = httpx.URL(address).join(action[1])
            back = httpx.post(target, data=form, trust_env=False).headers["location"]
        if self.forged:
            there = httpx.URL(back).copy_set_param("state", self.forged)
            self.refused.append(httpx.get(there, trust_env=False).status_code)
        if back:
            httpx.get(back, trust_env=False)
