"""The plan on the page beyond its grid: how it is proposed, its files, who covers, what an assistant proposed."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from deepday.app.accounts import opened_accounts
from deepday.app.assisting import Assistant
from deepday.config.paths import config_file
from deepday.store.plans import DayState
from tests.e2e.exports import ME, vevent, write_calendar
from tests.unit.web.test_pages import read
from tests.unit.web.visitor import TRICKS, Site, site_of


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path) as made:
        made.clock.turn(4 * 86_400)
        made.token_of = made.sign_in()
        read(made, tmp_path)
        yield made


def act(site: Site, what: str, **given: object) -> str:
    answer = site.send(f"/plan/{what}", given | {"form_token": site.token_of})
    return site.browser.get(answer.headers["location"]).text


def days(state: DayState) -> list[date]:
    with opened_accounts() as accounts:
        found = accounts.store.plans().days(ME, date(2026, 1, 1), date(2026, 12, 31))
    return [one.date for one in found if one.state is state]


def test_a_plan_is_proposed_with_weekdays_and_dates_and_goes_on_by_them(site: Site) -> None:
    page = act(
        site, "propose", choices="yes", quota="2", weeks="2", never=["Mon", "Tue"], fixed="2026-03-18", half="yes"
    )
    assert 'name="never" value="Tue" checked' in page
    assert 'value="2026-03-18"' in page
    proposed = days(DayState.PROPOSED)
    assert len(proposed) == 4
    assert {day.weekday() for day in proposed} <= {2, 3, 4}
    assert date(2026, 3, 18) not in proposed
    act(site, "propose", quota="1")
    again = days(DayState.PROPOSED)
    assert (len(again), {day.weekday() for day in again} <= {2, 3, 4}) == (2, True), "the rest is as before"
    act(site, "propose", choices="yes", first="2026-03-30", quota="1", weeks="1", prefer="Mon")
    assert date(2026, 3, 30) in days(DayState.PROPOSED), "what is no longer ticked no longer holds"
    assert "is no date" in act(site, "propose", choices="yes", fixed="soon")
    assert "is no number of minutes" in act(site, "propose", choices="yes", block="long")


def test_the_plan_is_taken_along(site: Site) -> None:
    act(site, "propose", quota="1", weeks="1")
    calendar = site.browser.get("/plan/file.ics")
    assert calendar.text.startswith("BEGIN:VCALENDAR")
    assert calendar.text.count("BEGIN:VEVENT") == 1
    assert "attachment" in calendar.headers["content-disposition"]
    assert "<!DOCTYPE html>" in site.browser.get("/plan/file.html").text
    assert site.browser.get("/plan/file.exe").status_code == 400


def cover(folder: Path, name: str) -> None:
    """Add somebody who may cover, with a calendar that is known."""
    path = write_calendar(folder / f"{name}.ics", [vevent("12:00", "12:30", uid=name)])
    with config_file().open("a", encoding="utf-8") as file:
        file.write(f'\n[[point_people]]\nemail = "{name}@example.com"\nagreed = true\ncalendars = ["{path}"]\n')


def test_who_covers_is_exchanged_and_shown(site: Site, tmp_path: Path) -> None:
    assert "No accepted day is covered" in site.browser.get("/plan/cover").text
    for name in ("ada", "bob"):
        cover(tmp_path, name)
    act(site, "propose", quota="1", weeks="1")
    page = act(site, "accept")
    [day] = days(DayState.ACCEPTED)
    role = re.search(r'<option value="(point[^"]*)">point person: (\w+)@', page)
    assert role
    other = "bob" if role[2] == "ada" else "ada"
    said = act(site, "swap", date=str(day), role=role[1], email=f"{other}@example.com")
    assert f"{other}@example.com is point person on {day} instead of {role[2]}@example.com" in said
    assert f"before: {role[2]}@example.com" in site.browser.get("/plan/cover").text
    assert "has that role" in act(site, "swap", date=str(day), role=role[1], email=f"{other}@example.com")


def test_what_an_assistant_proposed_waits_for_its_person(site: Site) -> None:
    act(site, "propose", quota="2", weeks="1")
    first, second = days(DayState.PROPOSED)
    assistant = Assistant(site.clock, "helper")
    assistant.propose("accept", str(first), None, TRICKS[0])
    assistant.propose("skip", str(second), None, "no reason")
    page = site.browser.get("/plan").text
    assert "An assistant proposed" in page
    assert TRICKS[0] not in page
    numbers = re.findall(r'name="number" value="(\d+)"', page)
    assert days(DayState.ACCEPTED) == []
    assert "Accepted: " in act(site, "proposal/accept", number=numbers[0])
    assert days(DayState.ACCEPTED) == [first]
    after = act(site, "proposal/decline", number=numbers[2])
    assert "Declined: skip" in after
    assert "An assistant proposed" not in after
    assert days(DayState.SKIPPED) == []
    assert "does not wait for a decision" in act(site, "proposal/accept", number=numbers[0])
    assert "is no proposal" in act(site, "proposal/accept", number="x")
