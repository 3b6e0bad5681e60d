"""Signing in to the three vendors as somebody does: on the page, and on the sandbox's own consent pages."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET
from deepday_sandbox.people import OWNER
from deepday_sandbox.welcome import APPLICATION
from tests.e2e.chromium import Visitor
from tests.integration.open_office import World

MANIFEST = Path(__file__).parents[2] / "config" / "slack-app-manifest.yaml"


def connect_google(visitor: Visitor, world: World) -> None:
    """Sign in to Google, and allow blocks."""
    client = world.folder / "client_secret.json"
    installed = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": ["http://localhost"]}
    client.write_text(json.dumps({"installed": installed}))
    page = visitor.page
    visitor.go("/connections/google")
    visitor.look("google")
    page.get_by_text("More, seldom needed").click()
    page.get_by_label("Base url").fill(world.url)
    page.get_by_label("Client file").set_input_files(client)
    page.get_by_label("blocks").check()
    visitor.press("Sign in")
    consent(page)
    expect(page.locator(".said").first).to_contain_text(f"Connected: {OWNER.email}")


def connect_microsoft(visitor: Visitor, world: World) -> None:
    """Sign in to Microsoft 365, for reading."""
    page = visitor.page
    visitor.go("/connections/microsoft")
    page.get_by_label("Client id").fill(APPLICATION)
    page.get_by_text("More, seldom needed").click()
    page.get_by_label("Base url").fill(world.url)
    visitor.press("Sign in")
    consent(page)
    expect(page.locator(".said").first).to_contain_text("Connected:")


def consent(page: Page) -> None:
    """Open the vendor's page beside ours, and allow what it asks for."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the sign-in page").click()
    vendor = opened.value
    for choice in vendor.locator("select").all():
        choice.select_option(OWNER.email)
    for box in vendor.locator("input[type=checkbox]").all():
        box.check()
    vendor.locator("button[value=allow], button[value=accept]").first.click()
    expect(vendor.get_by_role("heading", name="Signed in")).to_be_visible()
    vendor.close()


def connect_slack(visitor: Visitor, world: World) -> None:
    """Make the app from the manifest that comes with deepday, install it, and bring its tokens over."""
    apps = visitor.page.context.new_page()
    apps.goto(f"{world.url}/apps")
    apps.get_by_label("Manifest").fill(MANIFEST.read_text(encoding="utf-8"))
    apps.get_by_role("button", name="Create").click()
    apps.get_by_role("link", name="Install to").click()
    apps.get_by_label("Signed in as").select_option(label=OWNER.name)
    apps.get_by_role("button", name="Allow").click()
    apps.get_by_role("button", name="Generate").click()
    tokens = [apps.locator(f"#{kind}-token").input_value() for kind in ("user", "bot", "app")]
    apps.close()
    page = visitor.page
    visitor.go("/connections/slack")
    page.get_by_text("More, seldom needed").click()
    page.get_by_label("Base url").fill(f"{world.url}/api/")
    page.get_by_label("messages", exact=True).check()
    visitor.press("Sign in")
    for token, name in zip(tokens, ("User OAuth", "Bot User OAuth", "app-level"), strict=True):
        expect(page.locator("label[for=secret]")).to_contain_text(name)
        page.locator("#secret").fill(token)
        visitor.press("Go on")
    expect(page.locator(".said").first).to_contain_text("Connected:")
