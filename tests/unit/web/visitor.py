"""Somebody with a browser, and the page in a home of its own."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Cookies, Response

from deepday.testing import TurnedClock
from deepday.web.frame import make_app
from deepday.web.sessions import Sessions

HOME = "http://127.0.0.1:8377"
ORIGINS = (HOME, "http://[::1]:8377", "http://localhost:8377")
OF_THE_PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": "null"}

TRICKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "</title></svg><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "\u202egnp.exe\u202c",
)
"""Titles that would do something if they were not text."""


class Browser:
    """Speaks to the application without a network, and keeps its cookies."""

    def __init__(self, app: Any, base: str) -> None:
        transport = ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 5000))
        self._client = AsyncClient(transport=transport, base_url=base, follow_redirects=False)

    @property
    def cookies(self) -> Cookies:
        return self._client.cookies

    def request(self, method: str, path: str, **more: Any) -> Response:
        return asyncio.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> Response:
        return self.request("POST", path, **more)


@dataclass
class Site:
    """The page, its clock, and what it told its log."""

    clock: TurnedClock
    sessions: Sessions
    told: list[str]
    base: str = HOME
    browser: Browser = field(init=False)
    token_of: str = ""

    def __post_init__(self) -> None:
        app = make_app(self.sessions, ORIGINS if self.base == HOME else (self.base,), self.clock, self.told.append)
        self.browser = Browser(app, self.base)

    def send(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Response:
        """Send a form as the page itself does."""
        headers = OF_THE_PAGE | more.pop("headers", {})
        return self.browser.post(path, data=data or {}, headers=headers, **more)

    def sign_in(self) -> str:
        """Sign in, and return the token of the session's forms."""
        answer = self.send("/sign-in", {"link": self.sessions.new_link()})
        assert answer.status_code == 303, answer.text
        return self.token()

    def token(self, path: str = "/first") -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.browser.get(path).text)
        assert found
        return found[1]


@contextmanager
def site_of(folder: Path, base: str = HOME) -> Iterator[Site]:
    """Give the page, with no settings and no data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPDAY_CONFIG", str(folder / "home" / "deepday.toml"))
        patch.setenv("DEEPDAY_DATA", str(folder / "home" / "data"))
        clock = TurnedClock()
        yield Site(clock, Sessions(clock), [], base)


def settled(site: Site, path: str) -> str:
    """Look at work under way until it is over, and return the page that it leads to."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        answer = site.browser.get(path)
        if answer.status_code == 303:
            return site.browser.get(answer.headers["location"]).text
    raise AssertionError(path)
