"""The page in a real Chromium, over the sandbox office: from the first visit to protected days."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET
from deepday_sandbox.people import OWNER
from tests.e2e.chromium import Visitor, visiting
from tests.integration.open_office import World, open_office


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_office(tmp_path) as opened:
        yield opened


def test_from_the_first_visit_to_protected_days(world: World, tmp_path: Path) -> None:
    client = tmp_path / "client_secret.json"
    installed = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": ["http://localhost"]}
    client.write_text(json.dumps({"installed": installed}))
    with visiting(world.office.clock) as visitor:
        page = visitor.page
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        visitor.look("first")
        connect_google(visitor, world, client)
        visitor.look("connections")
        world.connect_slack()
        visitor.go("/connections")
        visitor.press("Bring all up to date")
        expect(page.locator(".said").first).to_contain_text("changed", timeout=60_000)

        page.get_by_role("link", name="This week").click()
        expect(page.locator(".headline")).to_contain_text("interruptions took")
        visitor.look("week")
        page.locator(".figures .number").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Cost of interruptions")
        assert page.locator("table.minutes tbody tr").count() > 5
        visitor.look("minutes")

        page.get_by_role("link", name="Plan").click()
        visitor.look("plan-first")
        visitor.press("Propose days")
        expect(page.locator(".cell.deep")).to_have_count(4)
        moved = move_a_day(visitor)
        visitor.look("plan")
        visitor.press("Accept all days")
        expect(page.locator(".said")).to_contain_text("Accepted")
        expect(page.locator(".cell.accepted")).to_have_count(page.locator(".cell.deep").count())

        visitor.go("/protect/changes")
        visitor.look("changes")
        assert page.locator(".changes .card").count() >= 4
        visitor.press("Apply", exact=True)
        expect(page.locator(".said").first).to_contain_text("create event", timeout=60_000)
        visitor.look("protect")
        assert moved in page.content()
        visitor.go("/protect/history")
        assert page.locator(".log li").count() > 4
        visitor.look("history")
        assert visitor.complaints == []


def connect_google(visitor: Visitor, world: World, client: Path) -> None:
    """Sign in on the vendor's own page, which comes back to this machine."""
    page = visitor.page
    visitor.go("/connections/google")
    visitor.look("google")
    page.get_by_text("More, seldom needed").click()
    page.get_by_label("Base url").fill(world.url)
    page.get_by_label("Client file").set_input_files(client)
    page.get_by_label("blocks").check()
    visitor.press("Sign in")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the sign-in page").click()
    vendor = opened.value
    for choice in vendor.locator("select").all():
        choice.select_option(OWNER.email)
    for box in vendor.locator("input[type=checkbox]").all():
        box.check()
    vendor.get_by_role("button", name="Allow").click()
    expect(vendor.get_by_role("heading", name="Signed in")).to_be_visible()
    vendor.close()
    expect(page.locator(".said").first).to_contain_text(f"Connected: {OWNER.email}")


def move_a_day(visitor: Visitor) -> str:
    """Move the first day to another date, and return where to."""
    page = visitor.page
    form = page.locator('form[action="/plan/move"]').first
    for value in form.locator("option").evaluate_all("all => all.map(one => one.value).filter(Boolean)"):
        page.locator('form[action="/plan/move"] select').first.select_option(value)
        page.locator('form[action="/plan/move"] button').first.click()
        page.wait_for_load_state()
        if "Moved" in visitor.said():
            assert page.locator(f'.cell.accepted[data-date="{value}"]').count() == 1
            return str(value)
    raise AssertionError(visitor.said())
