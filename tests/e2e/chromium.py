"""A real Chromium, without a screen, and what it must not find on any page."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect, sync_playwright

from deepday.clock import Clock
from deepday.web.listening import page as listening

SIZES = ((390, 844), (820, 1180), (1440, 900))
PATIENCE = 20_000
"""Milliseconds that a page may take before a test gives it up: machines are busy."""

SHOTS = "DEEPDAY_SCREENSHOTS"
"""Names the environment variable with a folder for pictures of every page that a test looks at."""


def executable() -> str:
    """Return the path of a Chromium of this machine; skips the test where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = os.environ.get("DEEPDAY_CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
    if not found:
        pytest.skip("NO CHROMIUM: the page was not tried in a browser. Install chromium, or set DEEPDAY_CHROMIUM.")
    return found


_STICKING_OUT = """
  width => new Promise(done => {
    let frames = 0;
    const look = () => {  // the window takes its new size a few frames later
      const out = document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
        [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
          .map(one => one.outerHTML.slice(0, 100)).slice(-5);
      if ((innerWidth === width && !out.length) || ++frames > 120) done(out); else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Somebody at the page, who notes what the browser complains about."""

    page: Page
    new_link: Callable[[], str]
    home: str = field(init=False)
    complaints: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        """Sign in by a new one-time link."""
        self.page.goto(self.new_link())
        self.press("Sign in")

    def __post_init__(self) -> None:
        self.home = self.new_link().partition("/sign-in")[0]
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._asked)
        self.page.on("console", self._told)

    def _asked(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _told(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.home}{path}")

    def press(self, name: str, *, exact: bool = False) -> None:
        self.page.get_by_role("button", name=name, exact=exact).first.click()

    def said(self) -> str:
        return "\n".join(self.page.locator(".said").all_inner_texts())

    def look(self, name: str) -> None:
        """Look at the page at three widths, light and dark: nothing sticks out, and axe finds nothing serious."""
        folder = os.environ.get(SHOTS)
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for width, height in SIZES:
                self.page.set_viewport_size({"width": width, "height": height})
                out = self.page.evaluate(_STICKING_OUT, width)
                assert not out, f"{name} is wider than {width}: {out}"
                if folder:
                    Path(folder).mkdir(parents=True, exist_ok=True)
                    self.page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
            found = Axe().run(self.page).response["violations"]
            bad = [
                f"{one['id']} ({one['impact']}): {node['html'][:200]}"
                for one in found
                if one["impact"] in {"serious", "critical"}
                for node in one["nodes"][:3]
            ]
            assert not bad, f"{name}, {scheme}: {bad}"


@contextmanager
def visiting(clock: Clock, *, script: bool = True) -> Iterator[Visitor]:
    """Serve the page, and sign in to it with a browser."""
    told: list[str] = []
    with listening(0, clock, told.append) as link, chromium() as browser:
        context = browser.new_context(java_script_enabled=script)
        visitor = Visitor(context.new_page(), link)
        visitor.page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        visitor.sign_in()
        yield visitor
    assert not [line for line in told if "failed" in line], told
