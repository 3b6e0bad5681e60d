"""The case on the page: tasks, texts, log, metrics, agreement, meeting, mail."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deepday.app.case_log import read_notes
from deepday.app.case_tasks import stored_tasks
from deepday.config.agreement_settings import load_agreement
from deepday.config.paths import config_file
from deepday.web.sessions import Sessions
from tests.e2e.exports import ME
from tests.unit.app.protected import office_of, ours
from tests.unit.web.visitor import TRICKS, Site, settled, site_of

TASKS = "task,hours,critical,delegate to\nTrain the ranker,8-12,yes,\nDocs,2,no,Grace\n,3,no,\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path) as made:
        config_file().parent.mkdir(parents=True)
        config_file().write_text(f'[me]\nemail = "{ME}"\nzone = "Europe/Berlin"\n', encoding="utf-8")
        made.token_of = made.sign_in()
        yield made


def act(site: Site, what: str, file: tuple[str, bytes] | None = None, **given: object) -> str:
    more = {"files": [("file", file)]} if file else {}
    answer = site.send(f"/case/{what}", {"form_token": site.token_of, **given}, **more)
    assert answer.status_code == 303, answer.text
    return site.browser.get(answer.headers["location"]).text


def test_without_data_it_says_what_there_is_and_what_comes_first(site: Site) -> None:
    page = site.browser.get("/case").text
    assert "Make the case, once something was measured." in page
    assert "Not enough evidence yet" in site.browser.get("/case/text/brief").text
    assert site.browser.get("/case/text/poem").status_code == 400


def test_a_list_is_read_whatever_its_file_is_called(site: Site, tmp_path: Path) -> None:
    page = act(site, "tasks/read", ("../../../../evil/tasks.CSV", TASKS.encode()))
    assert "Kept 2 tasks, sealed." in page
    assert "Left out: line:4: the task has no name." in page
    assert [one.name for one in stored_tasks(site.clock).tasks] == ["Train the ranker", "Docs"]
    assert not list(tmp_path.rglob("evil"))
    assert "of another kind" in act(site, "tasks/read", ("tasks.exe", TASKS.encode()))
    assert "No column names the tasks" in act(site, "tasks/read", ("tasks.csv", b"a,b\n1,2\n"))


def test_tasks_are_added_shown_and_forgotten(site: Site) -> None:
    page = act(site, "tasks/add", name=TRICKS[0], hours="4-8", critical="yes", due="2026-05-20")
    assert "4 to 8" in page
    assert TRICKS[0] not in page
    assert "write 6, 4-8 or 2 d" in act(site, "tasks/add", name="x", hours="soon")
    assert len(stored_tasks(site.clock).tasks) == 1
    assert TRICKS[0] not in site.browser.get("/case/text/tasks").text
    act(site, "tasks/forget")
    assert stored_tasks(site.clock).tasks == ()


def test_a_text_is_read_and_taken_along(site: Site) -> None:
    page = site.browser.get("/case/text/script-deep-work?names=yes").text
    assert "/case/file/script-deep-work.pdf?names=yes" in page
    text = site.browser.get("/case/file/brief.md")
    assert text.text.startswith("# ")
    assert text.headers["content-disposition"] == 'attachment; filename="brief.md"'
    assert "<!DOCTYPE html>" in site.browser.get("/case/file/brief.html").text
    assert site.browser.get("/case/file/brief.pdf").content.startswith(b"%PDF-")
    assert site.browser.get("/case/file/brief.exe").status_code == 400


def test_texts_are_in_the_language_that_is_set_or_chosen(site: Site) -> None:
    assert "Auf Deutsch" in site.browser.get("/case/text/tasks").text
    german = site.browser.get("/case/text/brief?language=de&names=yes").text
    assert '<article class="sheet" lang="de">' in german
    assert "/case/file/brief.pdf?names=yes&amp;language=de" in german
    assert "/case/text/brief?language=en&amp;names=yes" in german
    config_file().write_text(f'{config_file().read_text(encoding="utf-8")}[case]\nlanguage = "de"\n', encoding="utf-8")
    assert "In English" in site.browser.get("/case/text/tasks").text
    assert "Arbeitszeit und Deep-Work-Tage" in site.browser.get("/case/meeting?for=talk").text
    assert "What we agreed" in act(site, "mail/write", to="boss@example.org", language="en")


def test_the_log_is_kept_and_deleted(site: Site) -> None:
    assert "It stays private" in act(site, "log/note", text="Two releases", strain="7", date="2026-03-09")
    assert [(one.text, one.strain, one.sleep) for one in read_notes(site.clock)] == [("Two releases", 7, None)]
    assert "Answer from 0 to 10" in act(site, "log/note", strain="11")
    assert "There is nothing to note" in act(site, "log/note")
    assert "Deleted 1 note." in act(site, "log/delete", date="2026-03-09")


def test_an_agreement_is_written_down_and_what_cannot_be_is_said(site: Site) -> None:
    given: dict[str, Any] = {
        "days": "2",
        "per": "week",
        "weekdays": ["Tue", "Thu"],
        "point_person": "grace@example.org",
    }
    page = act(site, "agreement/write", **given, exit_rule="A day's notice.")
    assert "a proposal" in page
    found = load_agreement()
    assert found is not None
    assert (found.days, found.weekdays, found.point_person) == (2, frozenset({1, 3}), "grace@example.org")
    assert "is no number" in act(site, "agreement/write", **given | {"days": "many"})
    assert "Agreed on 2026-03-09" in act(site, "agreement/write", **given, agreed_on="2026-03-09")
    assert "names no weekday" in act(site, "agreement/write", days="2")
    assert "A proposal" in act(site, "agreement/write", **given, agreed_on="")


def test_all_that_is_agreed_of_a_trial_has_a_field(site: Site) -> None:
    given: dict[str, Any] = {
        "weekdays": ["Tue", "Wed", "Thu"],
        "outcome": "named",
        "outcome_name": "bugs",
        "outcome_better": "lower",
        "smallest_effect": "12.5",
        "batch_windows": "12:00-12:30, 16:00-16:15",
        "answer_limit": "45",
        "margin_urgent_in_time": "15",
        "margin_strain": "",
        "margin_blocked": "0.5",
        "baseline_weeks": "3",
    }
    page = act(site, "agreement/write", **given)
    assert 'name="margin_blocked" type="number" min="0" step="any" value="0.5"' in page
    found = load_agreement()
    assert found is not None
    assert (found.outcome, found.outcome_name, found.outcome_better) == ("named", "bugs", "lower")
    assert (found.smallest_effect, found.answer_limit, found.baseline_weeks) == (0.125, 45, 3)
    assert [(one.measure.value, one.margin) for one in found.guardrails] == [("urgent_in_time", 15), ("blocked", 0.5)]
    assert [one.start for one in found.batch_windows] == [12 * 3600, 16 * 3600]
    assert "outcome_better is missing" in act(site, "agreement/write", **given | {"outcome_better": ""})
    assert "12 is no time of a day" in act(site, "agreement/write", **given | {"batch_windows": "12"}).replace(
        '"', ""
    ).replace("&#34;", "")
    assert "is no number" in act(site, "agreement/write", **given | {"margin_strain": "much"})
    assert "what interruptions cost" in act(site, "agreement/write", **given | {"outcome": "interruption_cost"})
    assert load_agreement().outcome_name == ""  # type: ignore[union-attr]


def test_a_metric_is_laid_beside_workload_and_not_kept(site: Site, tmp_path: Path) -> None:
    page = act(site, "metrics/compare", ("Deploys.csv", b"week,deploys\n2026-W09,3\n2026-W10,5\n"), against="cost")
    assert "deploys" in page
    assert not list(tmp_path.rglob("*.csv"))
    assert "No column says when" in act(site, "metrics/compare", ("a.csv", b"x\n1\n"), against="cost")


def test_a_time_is_found_and_a_mail_is_written(site: Site) -> None:
    page = site.browser.get("/case/meeting?for=talk&minutes=30&slot=2").text
    assert "Download it for your calendar" in page
    assert site.browser.get("/case/meeting.ics?for=talk").text.startswith("BEGIN:VCALENDAR")
    assert site.browser.get("/case/meeting?for=lunch").status_code == 400
    later = site.browser.get("/case/meeting?for=check-in&on=2026-06-01&title=A look back").text
    assert "<h2>A look back</h2>" in later
    assert re.search(r'<p class="when">[^<]*\b[1-5] Jun', later)
    assert "No calendar is connected" in act(site, "meeting/want", at=at_of(page), minutes="30", slot="2")
    assert not list(config_file().parent.rglob("*.sqlite"))
    page = act(site, "mail/write", to="boss@example.org", actions="Name a point person; Grace; 2026-05-20")
    assert "Look at it before it goes." in page
    assert "Name a point person" in page
    assert b"To: boss@example.org" in site.browser.get("/case/mail.eml").content
    assert "No mail server is set" in act(site, "mail/send")
    assert "cannot be read" in act(site, "mail/write", actions="x; y; soon")


def test_what_had_better_be_said_differently_is_said(site: Site, tmp_path: Path) -> None:
    assert "claims that cannot be kept" in site.browser.get("/case/check").text
    page = act(site, "check/text", text="You always interrupt me.\n</textarea><script>alert(1)</script>")
    assert "You always interrupt me." in page
    assert "to reconsider" in page
    assert "<script>alert" not in page
    assert "Nothing to reconsider was found." in act(site, "check/text", text="I should like to try one day a week.")
    assert "There is no text" in act(site, "check/text")
    assert not [one for one in tmp_path.rglob("*") if one.is_file() and b"interrupt me" in one.read_bytes()]


THEIRS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260301T000000Z\r\n"
    "DTSTART:20260301T000000Z\r\nDTEND:20260315T000000Z\r\nSUMMARY:Canary leave\r\nTRANSP:OPAQUE\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def at_of(page: str) -> str:
    found = re.search(r'name="at" value="(\d+)"', page)
    assert found
    return found[1]


def test_times_are_free_in_the_other_persons_calendar_too(site: Site, tmp_path: Path) -> None:
    alone = at_of(site.browser.get("/case/meeting").text)
    page = act(site, "meeting/theirs", ("boss.ics", THEIRS.encode()), minutes="45")
    assert "only times of it are used" in page
    assert '<option value="45" selected>' in page, "what was asked for stays"
    assert datetime.fromtimestamp(int(at_of(page)), UTC) >= datetime(2026, 3, 15, tzinfo=UTC)
    assert "Canary" not in page
    assert not [one for one in tmp_path.rglob("*") if one.is_file() and b"Canary" in one.read_bytes()]
    assert at_of(act(site, "meeting/forget")) == alone
    assert "no calendar file" in act(site, "meeting/theirs", ("boss.ics", b"hello"))


def test_a_talk_is_put_into_the_calendar_after_a_look_at_the_change(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, office_of(tmp_path, patch) as world:
        site = Site(world.clock, Sessions(world.clock), [])
        site.token_of = site.sign_in()
        shown = site.browser.get("/case/meeting?for=check-in&slot=2").text
        given: dict[str, Any] = {"for": "check-in", "slot": "2", "minutes": "30"}
        assert "others now than those you looked at" in act(site, "meeting/want", **given, at="1")
        page = act(site, "meeting/want", **given, at=at_of(shown))
        assert "is among the changes to your calendar. Nothing was written yet" in page
        assert ours(world.office()) == []
        seen = re.search(r'name="seen" value="(\w+)"', page)
        assert seen
        answer = site.send("/protect/apply", {"form_token": site.token_of, "seen": seen[1]})
        assert "create event" in settled(site, answer.headers["location"])
        begins = datetime.fromtimestamp(int(at_of(shown)), UTC)
        [(start, _, title)] = ours(world.office())
        assert (start, title) == (f"{begins:%d. %H:%M}", "Check-in: deep-work days")
        again = site.browser.get("/case/meeting?for=check-in").text
        first: dict[str, Any] = {"for": "check-in"}
        assert "It takes the place of the one before." in act(site, "meeting/want", at=at_of(again), **first)
