"""Protection on the page, over an office in memory."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.model import Interval
from deepday.web.sessions import Sessions
from tests.unit.app.protected import TODAY, accept, applied, office_of, ours
from tests.unit.app.stranger import ME, World
from tests.unit.web.visitor import Site, settled

RESTED = 3600


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, office_of(tmp_path, patch) as opened:
        yield opened


@pytest.fixture
def site(world: World) -> Site:
    made = Site(world.clock, Sessions(world.clock), [])
    made.token_of = made.sign_in()
    return made


def act(site: Site, what: str, **given: str) -> str:
    """Send a form of the page, and return the page afterwards."""
    answer = site.send(f"/protect/{what}", given | {"form_token": site.token_of})
    if answer.headers["location"].startswith("/working/"):
        return settled(site, answer.headers["location"])
    return site.browser.get("/protect").text


def seen(site: Site) -> str:
    found = re.search(r'name="seen" value="(\w+)"', site.browser.get("/protect/changes").text)
    assert found
    return found[1]


def test_what_was_looked_at_is_applied(site: Site, world: World) -> None:
    accept(world, TODAY)
    assert (
        "not protected yet: 2026-03-10. Look at what would change, then apply it." in site.browser.get("/protect").text
    )
    shown = site.browser.get("/protect/changes").text
    assert "Nothing was written yet" in shown
    assert ours(world.office()) == []
    page = act(site, "apply", seen=seen(site))
    assert "create event" in page
    assert "A deep-work block is on until" in page
    assert len(ours(world.office())) == 1
    assert "block 2026-03-10" in site.browser.get("/protect/history").text


def test_what_was_not_looked_at_is_not_applied(site: Site, world: World) -> None:
    accept(world, TODAY)
    for others in ("", "0" * 64):
        assert "others now than those you" in act(site, "apply", seen=others)
    assert ours(world.office()) == []


def test_a_change_between_the_look_and_the_press_is_shown_first(site: Site, world: World) -> None:
    accept(world, TODAY)
    looked = seen(site)
    accept(world, TODAY.replace(day=12))
    assert "others now than those you" in act(site, "apply", seen=looked)
    assert ours(world.office()) == []


def test_a_block_is_paused_extended_and_ended(site: Site, world: World) -> None:
    accept(world, TODAY)
    applied(world)
    assert not world.office().status.text.startswith("Working")
    assert "Paused until" in act(site, "pause", length="30m")
    assert world.office().status.text == "Working remotely"
    assert "Paused until" not in act(site, "resume")
    act(site, "extend", length="1h")
    assert ours(world.office())[0][:2] == ("10. 09:00", "10. 18:00")
    assert "No deep-work block is on now" in act(site, "end-early")
    assert world.office().status.text == "Working remotely"


def test_what_cannot_be_done_now_is_said(site: Site) -> None:
    for what in ("pause", "extend", "end-early", "resume"):
        assert 'class="said trouble"' in act(site, what, length="15m")
    assert "2026-03-12 is not protected" in act(site, "restore", date="2026-03-12")


def test_a_day_and_everything_is_taken_back(site: Site, world: World) -> None:
    accept(world, TODAY, TODAY.replace(day=12))
    applied(world)
    assert len(ours(world.office())) == 2
    act(site, "restore", date="2026-03-12")
    assert len(ours(world.office())) == 1
    world.clock.turn(RESTED)  # a service may show for a while what was there before a write
    page = act(site, "restore-all")
    assert "second look" in page
    assert ours(world.office()) == []


def test_an_account_is_tested_synced_and_removed(site: Site) -> None:
    def send(what: str, **given: str) -> str:
        answer = site.send(f"/connections/{what}", given | {"form_token": site.token_of})
        return settled(site, answer.headers["location"]) if what != "remove" else site.browser.get("/connections").text

    assert "can be read" in send("test", account=ME)
    assert "changed" in send("sync")
    assert "Removed:" in send("remove", provider="stranger", account=ME)
    assert "No account is connected yet" in site.browser.get("/connections").text


def test_declining_is_looked_at_before_it_is_switched_on(site: Site, world: World) -> None:
    accept(world, TODAY)
    applied(world)
    now = int(world.clock.now().timestamp())
    world.office().invite([Interval(now + 3600, now + 7200)], "<b>Sync</b>")

    def decline(what: str, **given: str) -> str:
        answer = site.send(f"/protect/decline/{what}", given | {"form_token": site.token_of})
        where = answer.headers["location"]
        assert where.startswith("/working/") or where == "/protect/decline"
        if where.startswith("/working/"):
            settled(site, where)
        return site.browser.get("/protect/decline").text

    assert "Off: no invitation is answered." in site.browser.get("/protect/decline").text
    assert "preview" in decline("on"), "not before a look"
    page = decline("preview", weeks="4")
    assert "Would be declined now: 1" in page
    assert "&lt;b&gt;Sync" in page
    assert "The answer would say" in page
    assert "On since " in decline("on")
    assert "Invitations are no longer declined." in decline("off")
    assert "none of the choices" in decline("preview", weeks="9000")


def test_why_it_was_broken_is_kept(site: Site, world: World) -> None:
    accept(world, TODAY)
    applied(world)
    assert "until 19:00" in act(site, "extend", until="19:00", length="15m")
    act(site, "end-early", why="a fire <b>alarm</b>")
    page = site.browser.get("/protect/history?last=all").text
    assert "a fire &lt;b&gt;alarm&lt;/b&gt;" in page


def test_the_record_is_checked_when_that_is_asked_for(site: Site, world: World, tmp_path: Path) -> None:
    accept(world, TODAY)
    applied(world)
    assert "as they were written" not in site.browser.get("/protect/history").text
    assert "rows, all as they were written" in site.browser.get("/protect/history?check=yes").text
    [store] = tmp_path.rglob("deepday.sqlite")
    with sqlite3.connect(store) as raw:
        raw.execute("UPDATE audit SET why = 'other' WHERE seq = 1")
    assert "Row 1 of the record is not as it was written" in site.browser.get("/protect/history?check=yes").text


def test_what_colleagues_read_is_shown_before_anybody_does(site: Site, world: World) -> None:
    accept(world, TODAY)
    page = site.browser.get("/protect/texts").text
    assert page.index("English") < page.index("Deutsch")
    assert "the block" in page


def test_the_days_are_taken_over_from_another_machine(site: Site, world: World) -> None:
    accept(world, TODAY)
    applied(world)
    assert "This device protects your days already" in act(site, "adopt")


def test_a_meeting_of_ones_own_is_listed_and_taken_back(site: Site, world: World) -> None:
    shown = re.search(r'name="at" value="(\d+)"', site.browser.get("/case/meeting").text)
    assert shown
    site.send("/case/meeting/want", {"form_token": site.token_of, "at": shown[1]})
    applied(world)
    page = site.browser.get("/protect").text
    listed = re.search(r'Meetings of your own.*?name="date" value="([\d-]+)"', page, re.DOTALL)
    assert listed
    assert len(ours(world.office())) == 1
    assert "Meetings of your own" not in act(site, "restore", date=listed[1])
    assert ours(world.office()) == []
