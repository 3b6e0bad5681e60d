"""Urgent requests on the page, over an office in memory."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.app.accounts import opened_accounts, remove
from deepday.app.urgent_running import listening, opened_ledger
from deepday.errors import OutcomeUnknownError
from deepday.model import Door, Request, RequestState, UrgentSignal
from deepday.web.sessions import Sessions
from tests.unit.app.protected import office_of, settings
from tests.unit.app.stranger import ME, World
from tests.unit.web.visitor import TRICKS, Site, settled, site_of

CARA = "UCARA"
TEXT = f"the cluster burns {''.join(TRICKS)}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, office_of(tmp_path, patch) as opened:
        settings('\n[urgent]\nname = "Ada"\n')
        yield opened


@pytest.fixture
def site(world: World) -> Site:
    made = Site(world.clock, Sessions(world.clock), [])
    made.token_of = made.sign_in()
    return made


def came_in(world: World, door: Door = Door.COMMAND, *, routed: bool = True) -> Request:
    """Let somebody ask; routed, it is with the owner at once, for no block is on."""
    with listening(world.clock) as (ledger, _):
        signal = UrgentSignal("T1:D1:1", ledger.desk.now(), CARA, "D1", TEXT, door=door, reply_to="D1")
        assert ledger.desk.receive(signal) == [True]
        if routed:
            ledger.desk.step()
        return ledger.urgent.requests(ME)[-1]


def now_is(world: World, request: Request) -> Request:
    with opened_ledger(world.clock) as ledger:
        found = ledger.urgent.request(request.id)
        assert found is not None
        return found


def act(site: Site, what: str, **given: str) -> str:
    answer = site.send(f"/urgent/{what}", given | {"form_token": site.token_of})
    return site.browser.get(answer.headers["location"]).text


def test_without_a_request_the_page_leads_by_the_hand(site: Site, tmp_path: Path) -> None:
    page = site.browser.get("/urgent").text
    assert "No request came in so far" in page
    assert "Say who covers" in page
    with site_of(tmp_path / "empty") as empty:
        empty.sign_in()
        assert "Connect Slack" in empty.browser.get("/urgent").text


def test_what_came_in_is_shown_and_taken(site: Site, world: World) -> None:
    request = came_in(world, routed=False)
    page = site.browser.get("/urgent").text
    assert request.id in page
    assert "Nothing was dropped, and the history is whole." in page
    assert "the cluster burns" not in page, "what was asked is on the request's own page only"
    assert "you have it now" in act(site, "take", request=request.id)
    assert now_is(world, request).state is RequestState.ACKNOWLEDGED
    assert "Proven by" in site.browser.get("/urgent").text


def test_what_was_asked_stays_text(site: Site, world: World) -> None:
    request = came_in(world)
    page = site.browser.get(f"/urgent/request/{request.id}").text
    assert "the cluster burns" in page
    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page.replace("&gt;", "")


def test_what_can_wait_is_put_off_and_answered(site: Site, world: World) -> None:
    request = came_in(world, Door.DIRECT)
    assert "Snooze" in site.browser.get("/urgent").text
    assert "shown again later" in act(site, "snooze", request=request.id)
    later = now_is(world, request)
    assert (later.state, later.deadline > request.at) == (RequestState.WAITING, True)
    assert "done." in act(site, "done", request=request.id)
    assert now_is(world, request).state is RequestState.ANSWERED
    assert "has ended already" in act(site, "done", request=request.id)


def test_the_same_answer_is_sent_once(site: Site, world: World) -> None:
    request = came_in(world, Door.DIRECT)
    assert "1 to 2000 characters" in act(site, "reply", request=request.id, words=" ")

    def lose(call: str, moment: str) -> None:
        if (call, moment) == ("post_message", "after"):
            raise OutcomeUnknownError("The answer was lost.")

    quiet, world.office().fault = world.office().fault, lose
    assert "The answer was lost." in act(site, "reply", request=request.id, words="Restart it")
    assert now_is(world, request).open
    world.office().fault = quiet
    assert "your answer was sent" in act(site, "reply", request=request.id, words="Restart it")
    sent = [one.text for one, _ in world.office().posts.values() if "Restart it" in one.text]
    assert sent == ["Ada: Restart it"]
    assert now_is(world, request).state is RequestState.ANSWERED


def test_somebody_is_asked_to_cover_after_a_look_at_the_question(site: Site, world: World) -> None:
    assert "Nobody is named yet" in site.browser.get("/urgent/cover").text
    settings(
        'people = [{ email = "grace@example.org", slack_user = "UGRACE" }]\n'
        '[[point_people]]\nemail = "grace@example.org"\nagreed = false\n'
    )
    page = site.browser.get("/urgent/cover").text
    assert "asks whether you would answer for what cannot wait" in page
    assert world.office().posts == {}
    assert "grace@example.org was asked." in act(site, "ask", email="grace@example.org")
    asked = [one.text for one, _ in world.office().posts.values()]
    assert len(asked) == 1
    assert "Ada works some hours without interruptions" in asked[0]
    assert "asked, 2026-03-10" in site.browser.get("/urgent/cover").text
    assert "is not among those who may cover" in act(site, "ask", email="stranger@example.org")


def test_what_cannot_be_done_is_said(site: Site, world: World) -> None:
    request = came_in(world, routed=False)
    assert "cannot be put off" in act(site, "snooze", request=request.id)
    assert "No request begins with" in act(site, "take", request="zzz")
    assert "Handover" in site.browser.get("/urgent/handover?date=2026-03-10").text


def test_what_reached_nobody_stays_until_it_was_seen(site: Site, world: World) -> None:
    with opened_ledger(world.clock) as ledger:  # nobody is connected, and who the owner is in chat is not known
        ledger.desk.receive(UrgentSignal("T1:D1:1", ledger.desk.now(), CARA, "D1", TEXT, door=Door.ALERT))
        ledger.desk.step()
        (request,) = ledger.urgent.requests(ME)
    assert request.state is RequestState.UNDELIVERABLE
    page = site.browser.get("/urgent").text
    assert "1 could not be delivered." in page
    assert "I have seen it" in page
    assert "No request is open." in act(site, "done", request=request.id)


def test_a_history_that_was_touched_is_an_alarm(site: Site, world: World, tmp_path: Path) -> None:
    came_in(world)
    assert '<div class="proof holds">' in site.browser.get("/urgent").text
    (path,) = tmp_path.rglob("*.sqlite")
    with sqlite3.connect(path) as raw:  # somebody else's hand
        raw.execute("DELETE FROM audit WHERE seq = 1")
    page = site.browser.get("/urgent").text
    assert '<div class="proof fails" role="alert">' in page
    assert "This does not hold." in page


def test_a_test_without_a_way_to_anybody_says_so(site: Site, world: World) -> None:
    with opened_accounts(world.clock) as accounts:
        (one,) = accounts.connected()
    remove(one.provider, one.account, world.clock)
    answer = site.send("/urgent/test", {"form_token": site.token_of})
    assert "No account is connected" in settled(site, answer.headers["location"])


def test_what_somebody_said_in_another_way_is_kept(site: Site) -> None:
    settings('\n[[point_people]]\nemail = "grace@example.org"\nagreed = false\n')
    assert "They agreed" in site.browser.get("/urgent/cover").text
    assert "grace@example.org: agreed. It counts from now on." in act(
        site, "consent", email="grace@example.org", agreed="yes"
    )
    assert "opted out" in act(site, "consent", email="grace@example.org", agreed="no")
    assert "is no address" in act(site, "consent", email="grace")


def test_every_message_is_shown_before_anybody_gets_one(site: Site) -> None:
    page = site.browser.get("/urgent/preview").text
    assert "The nightly training has failed twice" in page
    assert "/urgent/preview" in site.browser.get("/urgent").text
