"""Somebody who signs in: shows what deepday says, and finishes Google's page in a browser of their own."""

import re
import threading
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx

from deepday.model import Secret
from tests.connectors.google.google_office import OWNER


@dataclass
class Person:
    """Satisfies :class:`deepday.connect.Dialogue`.

    ``without``: the end of a scope that is unticked. ``decision``: allow or deny. ``changed``: what somebody on the
    way makes of the parameters with which the browser comes back.
    """

    name: str = OWNER
    without: str = ""
    decision: str = "allow"
    changed: dict[str, str] = field(default_factory=dict)
    pages: list[dict[str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    browser: threading.Thread | None = None

    def say(self, words: str) -> None:
        raise AssertionError(f"nothing is to be said: {words}")

    def open_page(self, address: str) -> None:
        parts = urlsplit(address)
        self.pages.append({name: values[0] for name, values in parse_qs(parts.query).items()})
        self.browser = threading.Thread(target=self._browse, args=(address, f"{parts.scheme}://{parts.netloc}"))
        self.browser.start()

    def show_code(self, address: str, code: str) -> None:
        raise AssertionError(f"no code is to be shown: {address} {code}")

    def ask_secret(self, question: str) -> Secret:
        raise AssertionError(f"nothing is to be asked: {question}")

    def wait(self, seconds: float) -> None:
        raise AssertionError(f"nothing is to be waited for: {seconds}")

    def _browse(self, address: str, origin: str) -> None:
        page = httpx.get(address, follow_redirects=True)
        if page.status_code != 200:  # Google shows the reason, and the person gives up
            self.shown.append(page.text)
            back = self.pages[-1]["redirect_uri"]
            httpx.get(back, params={"error": "access_denied", "state": self.pages[-1]["state"]})
            return
        inputs = re.findall(r'<input type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"', page.text)
        fixed = {name: unescape(value) for name, value in inputs if name != "granted"}
        ticked = [unescape(value) for name, value in inputs if name == "granted"]
        granted = [scope for scope in ticked if not (self.without and scope.endswith(self.without))]
        form = {**fixed, "granted": granted, "person": self.name, "decision": self.decision}
        (action,) = re.findall(r'<form method="post" action="([^"]+)"', page.text)
        answer = httpx.post(f"{origin}{action}", data=form)
        back, _, query = answer.headers["location"].partition("?")
        given = {name: values[0] for name, values in parse_qs(query).items()}
        self.shown.append(httpx.get(back, params=given | self.changed).text)
        if "state" in self.changed:  # what somebody else sent led nowhere
            self.shown.append(httpx.get(back, params=given).text)
