"""A trial on the page: from the design to the report, and no way to the outcome before its end."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deepday.config.paths import config_file
from tests.e2e.exports import ME
from tests.e2e.trial_office import TRIAL, write_office
from tests.unit.web.visitor import Site, settled, site_of

ABOUT_ME = {"email": ME, "zone": "Europe/Berlin", "hours": "Mon-Fri 09:00-17:00"}
DESIGNED = date(2026, 4, 6)


def turn(site: Site, day: date) -> None:
    """It is that day, at eight in the morning; sign in anew, for sessions do not last that long."""
    now = site.clock.now()
    site.clock.turn((datetime(day.year, day.month, day.day, 8, tzinfo=UTC) - now).total_seconds())
    site.token_of = site.sign_in()


def read(site: Site, folder: Path, until: date) -> None:
    files = [("files", (path.name, path.read_bytes())) for path in write_office(folder, until=until)]
    answer = site.send("/import", ABOUT_ME | {"form_token": site.token_of}, files=files)
    assert "added" in settled(site, answer.headers["location"])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path) as made:
        turn(made, DESIGNED)
        read(made, tmp_path, DESIGNED - timedelta(days=1))
        yield made


def act(site: Site, what: str, **given: str) -> str:
    answer = site.send(f"/trial/{what}", given | {"form_token": site.token_of})
    where = answer.headers["location"]
    return settled(site, where) if where.startswith("/working/") else site.browser.get(where).text


def design(site: Site) -> str:
    return act(site, "design", weeks="2", days="2", first=str(TRIAL), never="Mon")


def test_without_data_the_page_says_what_comes_first(tmp_path: Path) -> None:
    with site_of(tmp_path) as empty:
        empty.sign_in()
        page = empty.browser.get("/trial").text
    assert "A trial needs measured weeks before it." in page
    assert "/first" in page
    assert not list((tmp_path / "home").rglob("*.sqlite"))


def test_the_design_says_first_what_it_can_find_and_begins_nothing(site: Site) -> None:
    page = design(site)
    assert "designed, not begun" in page
    assert page.index("2 weeks") < page.index("What is fixed")
    assert "Mon 13 Apr" not in page
    protocol = site.browser.get("/trial/protocol.json")
    assert protocol.json()["deep_days"] == 2
    assert "attachment" in protocol.headers["content-disposition"]
    assert "is no whole number" in act(site, "design", weeks="many")


def test_the_simple_mode_and_sprints_are_asked_for_on_the_page(site: Site) -> None:
    given = {"weeks": "2", "first": str(TRIAL), "baseline": "1"}
    assert "designed, not begun" in act(site, "design", **given, fixed="Tue")
    protocol = site.browser.get("/trial/protocol.json").json()
    assert (protocol["mode"], protocol["deep_days"]) == ("fixed", 1)
    assert {date.fromisoformat(week["allowed"][0][0]).weekday() for week in protocol["weeks"]} == {1}
    assert protocol["baseline"]["first"] == str(DESIGNED - timedelta(days=7))
    act(site, "design", **given | {"weeks": "4"}, days="1", sprint="2")
    assert site.browser.get("/trial/protocol.json").json()["sprint"] == 2
    assert "no file with it is known" in act(site, "design", **given, days="1", outcome="bugs", better="lower")


def test_the_design_begins_with_what_was_agreed(site: Site) -> None:
    agreed = {"days": "1", "trial_weeks": "6", "weekdays": ["Tue", "Wed", "Thu"], "agreed_on": "2026-04-01"}
    site.send("/case/agreement/write", {"form_token": site.token_of, **agreed, "smallest_effect": "20"})
    page = site.browser.get("/trial").text
    assert 'name="weeks" type="number" min="2" max="26" value="6"' in page
    assert 'name="sesoi" type="number" min="1" max="100" value="20"' in page
    assert 'name="never" value="Mon" checked' in page


def test_the_rules_and_the_early_look_are_fixed_and_shown_where_the_person_decides(site: Site, tmp_path: Path) -> None:
    rules = {"continue_if": "it helps <b>us</b>", "stop_if": "releases slip", "question": "Does it help?"}
    given = {"weeks": "2", "days": "2", "first": str(TRIAL), "never": "Mon", **rules}
    assert "<p>Extend 1 is out of range." in act(site, "design", **given, extend="1")
    page = act(site, "design", **given, extend="2")
    assert "One early look after 2026-04-26, the first 2 weeks; if it decides nothing, 2 weeks more." in page
    assert "Does it help?" in page
    assert "You go on with it if:</strong> it helps &lt;b&gt;us&lt;/b&gt;" in page
    protocol = site.browser.get("/trial/protocol.json").json()
    assert protocol["agreed"] == {"continue": "it helps <b>us</b>", "stop": "releases slip"}
    assert (protocol["look"], protocol["alpha"]) == ("2026-04-26", 0.025)
    act(site, "start")
    turn(site, TRIAL + timedelta(days=2))
    running = site.browser.get("/trial").text
    stopping = running[running.index("Stop it early") :]
    assert "You agreed to stop if:</strong> releases slip" in stopping
    assert "Take the early look" not in running
    turn(site, TRIAL + timedelta(days=14))
    read(site, tmp_path, TRIAL + timedelta(days=13))
    due = site.browser.get("/trial").text
    assert due.index("You agreed to go on if:") < due.index("Take the early look")


def test_a_rule_as_agreed_is_no_difference_and_settings_that_changed_are_named(site: Site) -> None:
    agreed = {"weekdays": ["Tue", "Wed", "Thu"], "agreed_on": "2026-04-01", "exit_rule": "releases slip"}
    site.send("/case/agreement/write", {"form_token": site.token_of, "days": "1", **agreed})
    assert 'name="stop_if" maxlength="300" value="releases slip"' in site.browser.get("/trial").text
    page = act(site, "design", weeks="2", days="1", first=str(TRIAL), stop_if="releases slip")
    assert "another rule" not in page
    differing = "The settings are no longer those of the protocol"
    assert differing not in page
    text = config_file().read_text(encoding="utf-8")
    config_file().write_text(text.replace("09:00-17:00", "08:00-16:00"), encoding="utf-8")
    assert f"{differing}: working hours." in site.browser.get("/trial").text
    act(site, "start")
    turn(site, TRIAL + timedelta(days=2))
    running = site.browser.get("/trial").text
    assert running.count(differing) == 1
    assert running.index(differing) < running.index("The days")


def test_looking_at_the_report_does_not_open_the_outcome(site: Site, tmp_path: Path) -> None:
    design(site)
    assert "Hash of the protocol, to publish now" in act(site, "start")
    turn(site, TRIAL + timedelta(days=9))
    read(site, tmp_path, TRIAL + timedelta(days=8))
    page = site.browser.get("/trial").text
    assert "The outcome is shown then, not before" in page
    assert page.count('class="deep') == 4
    assert "goes on until" in act(site, "finish")
    ways = ("report", "report?face=shareable", "report.pdf", "report.html", "export.zip", "check")
    for way in ways:
        assert "not opened yet" in site.browser.get(f"/trial/{way}").text
    turn(site, TRIAL + timedelta(days=21))
    read(site, tmp_path, TRIAL + timedelta(days=20))
    for way in ways:
        assert "not opened yet" in site.browser.get(f"/trial/{way}").text
    assert "Show the outcome" in site.browser.get("/trial").text
    assert "fixed before the start" in act(site, "finish")
    assert site.browser.get("/trial/report.pdf?face=shareable").content.startswith(b"%PDF-")
    assert "left out" in site.browser.get("/trial/report?face=shareable").text
    assert 'style="' not in site.browser.get("/trial/report").text
    names = zipfile.ZipFile(io.BytesIO(site.browser.get("/trial/export.zip").content)).namelist()
    assert {"protocol.json", "data.csv", "result.json"} <= set(names)
    for way, agreed in (("", False), ("?pooling=yes", True)):
        archive = zipfile.ZipFile(io.BytesIO(site.browser.get(f"/trial/export.zip{way}").content))
        assert json.loads(archive.read("trial.json"))["pooling"] is agreed
    rated = site.browser.get("/trial/report?face=shareable&wellbeing=yes").text
    assert "/trial/report.pdf?face=shareable&amp;wellbeing=yes" in rated
    assert "Without your ratings" in rated
    assert "Does not hold" not in site.browser.get("/trial/check").text
    assert "It is not the published one" in site.browser.get("/trial/check?hash=beef").text
    assert "nothing is noted any more" in act(site, "rate", date=str(TRIAL), progress="5")
    assert site.browser.get("/trial/next").status_code == 200
    german = site.browser.get("/trial/report?face=shareable&language=de").text
    assert '<article class="sheet" lang="de">' in german
    assert "/trial/report.pdf?face=shareable&amp;language=de" in german
    assert "Was als Nächstes zu ändern ist" in site.browser.get("/trial/next?language=de").text
    assert "Choose one of: en, de" in site.browser.get("/trial/next?language=xx").text


def test_days_are_rated_and_the_trial_is_stopped(site: Site) -> None:
    design(site)
    act(site, "start")
    turn(site, TRIAL + timedelta(days=2))
    day = re.findall(r'<option value="(2026-04-\d\d)">', site.browser.get("/trial").text)[0]
    assert f"Kept for {day}" in act(site, "rate", date=day, progress="7", strain="3")
    assert "out of range" in act(site, "rate", date=day, progress="11")
    page = act(site, "deviate", date=day, kind="sick", note="<script>alert(1)</script>")
    assert "The day stays what it was drawn for" in page
    assert "<script>alert" not in page
    assert "This week" in site.browser.get("/trial/letter").text
    assert "Strain: " not in site.browser.get("/trial/letter").text, "the boss reads it"
    assert "Strain: " in site.browser.get("/trial/letter?wellbeing=yes").text
    assert "Look at it before it goes." in act(site, "letter/write", to="boss@example.org")
    mail = site.browser.get("/trial/letter.eml").content
    assert (b"To: boss@example.org" in mail, b"Strain: " in mail) == (True, False)
    assert "No mail server is set" in act(site, "letter/send")
    assert "is no e-mail address" in act(site, "letter/write", to="boss")
    assert "Belastung: " in site.browser.get("/trial/letter?wellbeing=yes&language=de").text
    assert "without a verdict" in act(site, "stop", because="harm")
    assert "there is no verdict" in site.browser.get("/trial/report").text
