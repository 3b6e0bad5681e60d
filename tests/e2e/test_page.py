"""The page in a real Chromium, over the sandbox office: from the first visit to protected days."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deepday.testing import TurnedClock
from tests.e2e.chromium import Visitor, visiting
from tests.e2e.exports import ME, said, vevent, write_calendar, write_export
from tests.integration.open_office import at_home
from tests.unit.app.protected import TODAY, accept, applied, office_of
from tests.unit.web.visitor import TRICKS

SATURDAY = datetime(2026, 3, 14, 12, tzinfo=UTC)


def week_of_files(folder: Path, titles: Sequence[str]) -> list[Path]:
    """Write a calendar with those titles, and chat around them."""
    guests = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{name}@example.com" for name in ("me", "ada", "bob")]
    events = [
        vevent(f"{9 + number:02}:00", f"{9 + number:02}:30", uid=f"e{number}", lines=[f"SUMMARY:{title}", *guests])
        for number, title in enumerate(titles)
    ]
    calendar = write_calendar(folder / "calendar.ics", events)
    return [calendar, write_export(folder / "export.zip", said("10:40 in, 10:43 out, 14:35 in D2, 15:00 out"))]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        at_home(patch, tmp_path)
        yield tmp_path


def read_files(visitor: Visitor, files: list[Path]) -> None:
    page = visitor.page
    page.get_by_label("Calendar (.ics)").set_input_files(files)
    page.get_by_label("Your address").fill(ME)
    page.get_by_label("Your time zone").fill("Europe/Berlin")
    page.get_by_label("Keep the titles").check()
    visitor.press("Read these files")


def test_everything_works_without_script(home: Path) -> None:
    with visiting(TurnedClock(SATURDAY), script=False) as visitor:
        page = visitor.page
        read_files(visitor, week_of_files(home, ["Sync"]))
        expect(page.locator(".headline")).to_contain_text("interruptions took", timeout=30_000)
        page.locator(".figures .number").first.click()
        expect(page.locator("h1")).to_have_text("Cost of interruptions")
        page.get_by_role("link", name="Plan").click()
        visitor.press("Propose days")
        first = page.locator(".cell.deep").first
        date = first.get_attribute("data-date")
        first.get_by_role("button", name="Accept").click()
        expect(page.locator(f'.cell.accepted[data-date="{date}"]')).to_have_count(1)
        visitor.press("Undo")
        expect(page.locator(f'.cell.proposed[data-date="{date}"]')).to_have_count(1)
        page.locator(f'.cell[data-date="{date}"]').get_by_role("button", name="Skip").click()
        expect(page.locator(f'.cell.skipped[data-date="{date}"]')).to_have_count(1)
        page.get_by_role("link", name="Settings").click()
        page.get_by_label("Quota").fill("99")
        visitor.press("Save")
        expect(page.locator(".setting.wrong .problem")).to_contain_text("must be at most")
        page.get_by_label("Quota").fill("1")
        visitor.press("Save")
        expect(page.locator(".said")).to_contain_text("Saved")
        visitor.press("Sign out")
        visitor.go("/plan")
        expect(page.get_by_text("deepday open")).to_be_visible()


def test_titles_from_outside_run_nothing(home: Path) -> None:
    with visiting(TurnedClock(SATURDAY)) as visitor:
        page = visitor.page
        read_files(visitor, week_of_files(home, TRICKS))
        expect(page.locator(".headline")).to_contain_text("interruptions took", timeout=30_000)
        for path in ("/", "/minutes/2026-03-10/meeting", "/minutes/2026-W11/work"):
            visitor.go(path)
            assert page.locator("main script, main img, main iframe").count() == 0
            assert page.locator('a[href^="javascript"]').count() == 0
        expect(page.get_by_text("<script>alert(1)</script>").first).to_be_attached()
        assert visitor.complaints == []


@pytest.mark.usefixtures("home")
def test_the_keyboard_is_enough() -> None:
    with visiting(TurnedClock(SATURDAY)) as visitor:
        page = visitor.page
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        reached = set()
        for _ in range(12):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
        assert {"files", "email", "zone", "hours", "holidays", "Read these files", "Connect an account"} <= reached
        landmarks = [page.get_by_role(role).count() for role in ("banner", "main", "navigation", "contentinfo")]
        assert landmarks == [1, 1, 1, 1]


def test_a_day_can_be_dragged_to_another_date(home: Path) -> None:
    with visiting(TurnedClock(SATURDAY)) as visitor:
        page = visitor.page
        read_files(visitor, week_of_files(home, ["Sync"]))
        expect(page.locator(".headline")).to_contain_text("interruptions took", timeout=30_000)
        visitor.go("/plan")
        visitor.press("Propose days")
        target = page.locator(".cell.other:not(.past)").first
        date = target.get_attribute("data-date")
        page.locator(".cell.deep").first.drag_to(target)
        expect(page.locator(".said")).to_contain_text(f"to {date}")
        expect(page.locator(f'.cell.accepted[data-date="{date}"]')).to_have_count(1)


@pytest.mark.usefixtures("home")
def test_another_site_cannot_frame_the_page_or_send_its_forms() -> None:
    with visiting(TurnedClock(SATURDAY)) as visitor, other_site(visitor.home) as address:
        page = visitor.page
        token = page.locator("input[name=form_token]").first.input_value()
        evil = page.context.new_page()
        evil.goto(f"{address}/?{token}")
        frame = evil.frame_locator("iframe")
        expect(frame.get_by_text("Welcome")).to_have_count(0)
        with evil.expect_navigation():
            evil.get_by_role("button", name="Win").click()
        expect(evil.get_by_text("Refused")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()  # still signed in


class _Evil(BaseHTTPRequestHandler):
    page = ""

    def do_GET(self) -> None:
        body = self.page.replace("TOKEN", self.path.partition("?")[2]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def other_site(target: str) -> Iterator[str]:
    """Serve a page of another origin that frames the page, and posts to it with a token that it stole."""
    handler = type("Handler", (_Evil,), {"page": _EVIL.replace("TARGET", target)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


_EVIL = """<!doctype html><title>evil</title><iframe src="TARGET/"></iframe>
<form method="post" action="TARGET/sign-out"><input name="form_token" value="TOKEN"><button>Win</button></form>"""


def test_a_block_that_is_on_can_be_seen_and_ended(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, office_of(tmp_path, patch) as world:
        accept(world, TODAY, cover="grace@example.com")
        applied(world)
        with visiting(world.clock) as visitor:
            visitor.go("/protect")
            expect(visitor.page.locator(".headline")).to_contain_text("until 17:00")
            visitor.look("protect-on")
            visitor.press("Pause")
            expect(visitor.page.get_by_text("Paused until").last).to_be_visible()
            visitor.press("Go on")
            visitor.press("End it now")
            expect(visitor.page.locator(".headline")).to_have_text("No deep-work block is on now.")
            assert world.office().status.text == "Working remotely"
            visitor.go("/settings")
            visitor.look("settings")
            assert visitor.complaints == []
