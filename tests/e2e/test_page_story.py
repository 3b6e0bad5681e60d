"""The whole story in one real Chromium: from the one-time link to the report of a trial, over the sandbox office."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deepday.app.urgent_running import listening
from deepday_sandbox.office import Room
from deepday_sandbox.people import OWNER
from tests.e2e.chromium import Visitor, visiting
from tests.e2e.consenting import connect_google, connect_microsoft, connect_slack
from tests.integration.open_office import World, open_office

CANARY = "canary: the cluster burns"
ANSWER = "Restart it, I look at five"
WAIT = 0.5


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.mark.timeout(300)
def test_the_whole_story(world: World) -> None:
    with visiting(world.office.clock) as visitor:
        expect(visitor.page.get_by_role("heading", name="Welcome")).to_be_visible()
        visitor.look("first")
        connect_google(visitor, world)
        connect_microsoft(visitor, world)
        connect_slack(visitor, world)
        measure(visitor)
        plan_and_protect(visitor)
        answer_a_request(visitor, world)
        make_the_case(visitor)
        run_a_trial(visitor, world)
        assert visitor.complaints == []


def measure(visitor: Visitor) -> None:
    """Bring all up to date, and follow a number to its minutes."""
    page = visitor.page
    visitor.go("/connections")
    visitor.look("connections")
    visitor.press("Bring all up to date")
    expect(page.locator(".said").first).to_contain_text("changed", timeout=60_000)
    page.get_by_role("link", name="This week").click()
    expect(page.locator(".headline")).to_contain_text("interruptions took")
    visitor.look("week")
    page.locator(".figures .number").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cost of interruptions")
    assert page.locator("table.minutes tbody tr").count() > 5
    visitor.look("minutes")


def plan_and_protect(visitor: Visitor) -> None:
    """Plan by moving a day, look at what would change, apply it, and see what is on."""
    page = visitor.page
    page.get_by_role("link", name="Plan", exact=True).click()
    visitor.look("plan-first")
    visitor.press("Propose days")
    expect(page.locator(".cell.deep")).to_have_count(4)
    moved = move_a_day(visitor)
    visitor.look("plan")
    visitor.press("Accept all days")
    expect(page.locator(".said")).to_contain_text("Accepted")
    visitor.go(f"/plan/{moved}/meetings")
    visitor.look("meetings")
    visitor.go("/protect/changes")
    visitor.look("changes")
    assert page.locator(".changes .card").count() >= 4
    visitor.press("Apply", exact=True)
    expect(page.locator(".said").first).to_contain_text("create event", timeout=60_000)
    assert moved in page.content()
    visitor.look("protect")
    visitor.go("/protect/history")
    assert page.locator(".log li").count() > 4
    visitor.look("history")


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


def answer_a_request(visitor: Visitor, world: World) -> None:
    """Somebody writes to the app; the owner answers from the page, and the words arrive."""
    page, office = visitor.page, world.office
    worker = next(one for one in office.people if not one.is_bot and one.email != OWNER.email)
    bot = world.slack.space.app.bot.slack_id
    room = Room("D0TOTHEBOT", "direct", members=[worker.slack_id, bot])
    office.chat.add(room)
    visitor.go("/urgent")
    visitor.look("urgent-first")
    with listening(office.clock) as (_, ears):
        ears.round(WAIT)
        world.slack.say(worker.slack_id, room.id, CANARY)
        ears.round(WAIT)
        ears.round(WAIT)
    visitor.go("/urgent")
    expect(page.locator(".headline")).to_have_text("1 can wait.")
    expect(page.locator(".proof")).to_contain_text("Nothing was dropped")
    visitor.look("urgent")
    page.get_by_role("link", name="Answer request").click()
    visitor.look("request")
    page.get_by_label("Your words").fill(ANSWER)
    visitor.press("Send, and end the request")
    expect(page.locator(".said")).to_contain_text("your answer was sent")
    expect(page.locator(".headline")).to_have_text("No request is open.")
    assert sum(ANSWER in post.text for post in office.chat.between(room.id, 0, 1 << 60)) == 1
    assert ANSWER.encode() not in b"".join(
        one.read_bytes() for one in (world.folder / "home").rglob("*") if one.is_file()
    )


def make_the_case(visitor: Visitor) -> None:
    """Note a task, and read what comes of it."""
    page = visitor.page
    page.get_by_role("link", name="Case", exact=True).click()
    visitor.look("case")
    page.get_by_role("link", name="Say what needs unbroken time").click()
    page.get_by_label("Task").fill("Train the ranker")
    page.get_by_label("Hours left").fill("16-24")
    page.get_by_label("Critical").check()
    visitor.press("Keep", exact=True)
    expect(page.locator("table")).to_contain_text("16 to 24")
    visitor.look("case-tasks")
    visitor.go("/case/text/brief")
    visitor.look("case-brief")
    for name in ("log", "metrics", "agreement", "mail", "meeting"):
        visitor.go(f"/case/{name}")
        visitor.look(f"case-{name}")
    visitor.press("Put it into your calendar")
    expect(page.locator(".said").first).to_contain_text("is among the changes to your calendar")
    visitor.press("Apply", exact=True)
    expect(page.locator(".said").first).to_contain_text("create event", timeout=60_000)
    expect(page.get_by_text("Meetings of your own")).to_be_visible()


def run_a_trial(visitor: Visitor, world: World) -> None:
    """Design, start, look without the outcome, open it at the end, and take the PDF along."""
    page = visitor.page
    page.get_by_role("link", name="Trial", exact=True).click()
    visitor.look("trial-first")
    page.get_by_label("For how many weeks").fill("2")
    visitor.press("Show what it can find")
    expect(page.locator(".headline")).to_contain_text("2 weeks")
    visitor.look("trial-designed")
    visitor.press("Start the trial")
    expect(page.locator(".said")).to_contain_text("Hash of the protocol")
    again(visitor, world, 10)
    visitor.go("/trial")
    expect(page.locator(".headline")).to_contain_text("The outcome is shown then, not before")
    visitor.look("trial")
    visitor.go("/trial/report")
    expect(page.locator(".said")).to_contain_text("not opened yet")
    again(visitor, world, 28)
    visitor.go("/trial")
    visitor.press("Show the outcome")
    expect(page.locator(".sheet")).to_contain_text("Question and rule, fixed before the start")
    visitor.look("trial-report")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the PDF").click()
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF-")
    page.get_by_role("link", name="Is the result right?").click()
    expect(page.locator(".checks .holds")).to_have_count(page.locator(".checks li").count())
    visitor.look("trial-check")
    visitor.go("/trial/report")
    page.get_by_label("I agree").check()
    with page.expect_download() as coming:
        visitor.press("Export for pooling")
    export = coming.value.path().rename(coming.value.path().with_suffix(".zip"))
    visitor.go("/trial/pool")
    page.get_by_label("An export, as .zip").set_input_files(export)
    visitor.press("Check it")
    expect(page.locator(".checks .holds")).to_have_count(page.locator(".checks li").count())
    page.get_by_label("Exports, as .zip").set_input_files(export)
    visitor.press("Show the result")
    expect(page.locator(".said")).to_contain_text("nothing is pooled")
    visitor.look("trial-pool")
    visitor.go("/settings/doctor")
    visitor.look("doctor")
    visitor.press("Sign out")
    expect(page.get_by_text("ask for a link")).to_be_visible()
    visitor.look("signed-out")


def again(visitor: Visitor, world: World, days: int) -> None:
    """Some days later: sign in anew, and bring all up to date."""
    world.office.clock.turn(world.office.clock.now() + timedelta(days=days))
    visitor.sign_in()
    visitor.go("/connections")
    visitor.press("Bring all up to date")
    expect(visitor.page.locator(".said").first).to_contain_text("changed", timeout=60_000)
