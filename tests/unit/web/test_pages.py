"""What the pages do with what is sent to them."""

import io
import stat
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.app.accounts import opened_accounts
from deepday.config.load import load_settings
from deepday.config.paths import config_file
from deepday.errors import InputError
from deepday.store.plans import DayState
from deepday.web.guards import UPLOAD_BYTES
from deepday.web.tasks import done, trouble
from tests.e2e.exports import ME, said, vevent, write_calendar, write_export
from tests.unit.web.visitor import TRICKS, Site, settled, site_of

ABOUT_ME = {"email": ME, "zone": "Europe/Berlin", "hours": "Mon-Fri 09:00-17:00", "titles": "yes"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path) as made:
        made.clock.turn(4 * 86_400)  # Saturday after the week of the files
        made.token_of = made.sign_in()
        yield made


def read(site: Site, folder: Path, titles: tuple[str, ...] = ("Sync",)) -> str:
    """Send a week of files, wait until they are read, and return what is said of them."""
    hours = [f"{9 + number % 8:02}" for number in range(len(titles))]
    events = [
        vevent(f"{hour}:00", f"{hour}:30", uid=f"e{number}", lines=[f"SUMMARY:{title}", *_GUESTS])
        for number, (hour, title) in enumerate(zip(hours, titles, strict=True))
    ]
    calendar = write_calendar(folder / "calendar.ics", events)
    export = write_export(folder / "export.zip", said("10:00 in, 10:03 out, 14:05 in D2, 15:00 out"))
    files = [("files", (path.name, path.read_bytes())) for path in (calendar, export)]
    answer = site.send("/import", ABOUT_ME | {"form_token": site.token_of}, files=files)
    return settled(site, answer.headers["location"])


_GUESTS = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{name}@example.com" for name in ("me", "ada", "bob")]


def test_files_become_a_week(site: Site, tmp_path: Path) -> None:
    page = read(site, tmp_path)
    assert "calendar.ics: 1 added" in page
    assert "interruptions took" in page
    assert (load_settings().me.email, load_settings().me.zone) == (ME, "Europe/Berlin")
    assert not list((tmp_path / "home" / "data").glob("upload-*"))


def test_each_number_leads_to_its_minutes(site: Site, tmp_path: Path) -> None:
    read(site, tmp_path)
    page = site.browser.get("/minutes/2026-03-10/meeting")
    assert page.status_code == 200
    assert "09:00 to 09:30" in page.text
    assert "Sync" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/minutes/2026-03-10/nonsense",
        "/minutes/yesterday/cost",
        "/?week=2026-W99",
        "/working/none",
        "/connections/none",
    ],
)
def test_what_there_is_not_is_said(site: Site, tmp_path: Path, path: str) -> None:
    read(site, tmp_path)
    answer = site.browser.get(path)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_tricks_in_titles_stay_text(site: Site, tmp_path: Path) -> None:
    read(site, tmp_path, TRICKS)
    pages = [site.browser.get(path).text for path in ("/", "/minutes/2026-03-10/meeting", "/minutes/2026-W11/work")]
    assert any("&lt;script&gt;alert(1)" in page for page in pages)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<svg/onload" not in page
        assert "href='javascript" not in page
        assert "\u202e" not in page


@pytest.mark.parametrize("name", ["notes.txt", "calendar.ics.exe", "", "..", "a/b"])
def test_other_files_are_refused(site: Site, name: str) -> None:
    answer = site.send("/import", ABOUT_ME | {"form_token": site.token_of}, files=[("files", (name, b"x"))])
    assert answer.status_code == 303
    assert 'class="said trouble"' in site.browser.get("/").text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zone", "Europe/Berlni"),
        ("zone", ""),
        ("email", "nobody"),
        ("hours", "9 to 5"),
        ("holidays", "XX"),
        ("email", ""),
    ],
)
def test_what_is_wrong_is_said_at_once_and_what_was_typed_stays(site: Site, name: str, value: str) -> None:
    files = [("files", ("calendar.ics", b"BEGIN:VCALENDAR"))]
    given = ABOUT_ME | {name: value, "form_token": site.token_of}
    assert site.send("/import", given, files=files).headers["location"] == "/"
    page = site.browser.get("/").text
    assert 'class="said trouble"' in page
    assert 'value="Europe/Berlin"' in page or name == "zone"
    assert f'value="{ME}"' in page or name == "email"
    assert not config_file().exists()


def test_a_name_that_climbs_out_of_its_folder_does_not(site: Site, tmp_path: Path) -> None:
    content = write_calendar(tmp_path / "x.ics", [vevent("09:00", "09:30")]).read_bytes()
    files = [("files", ("../../../../escaped.ics", content))]
    answer = site.send("/import", ABOUT_ME | {"form_token": site.token_of}, files=files)
    assert "escaped.ics: 1 added" in settled(site, answer.headers["location"])
    assert not list(tmp_path.rglob("escaped.ics"))


def test_uploads_are_bounded(site: Site) -> None:
    headers = {"Content-Length": str(UPLOAD_BYTES + 1)}
    assert site.send("/import", {}, headers=headers).status_code == 413


def propose(site: Site) -> str:
    given = {"form_token": site.token_of, "quota": "2", "weeks": "2"}
    assert site.send("/plan/propose", given).headers["location"] == "/plan"
    return site.browser.get("/plan").text


def days(state: DayState) -> list[str]:
    from datetime import date  # noqa: PLC0415 - only here

    with opened_accounts() as accounts:
        found = accounts.store.plans().days(ME, date(2026, 1, 1), date(2026, 12, 31))
    return [one.date.isoformat() for one in found if one.state is state]


def act(site: Site, what: str, **given: str) -> str:
    site.send(f"/plan/{what}", given | {"form_token": site.token_of})
    return site.browser.get("/plan").text


def test_days_are_proposed_accepted_skipped_and_every_step_can_be_undone(site: Site, tmp_path: Path) -> None:
    read(site, tmp_path)
    assert "proposed" in propose(site)
    first, second = days(DayState.PROPOSED)[:2]
    assert f"Accepted: {first}." in act(site, "accept", date=first)
    assert days(DayState.ACCEPTED) == [first]
    assert "Undone" in act(site, "undo")
    assert (days(DayState.ACCEPTED), first in days(DayState.PROPOSED)) == ([], True)
    assert f"Skipped: {second}" in act(site, "skip", date=second)
    assert days(DayState.SKIPPED) == [second]
    assert "No longer skipped" in act(site, "unskip", date=second)
    assert days(DayState.SKIPPED) == []
    act(site, "undo")
    assert days(DayState.SKIPPED) == [second]
    assert "There is nothing to undo" in act(site, "undo")


def test_undoing_leaves_days_alone_that_the_step_did_not_touch(site: Site, tmp_path: Path) -> None:
    read(site, tmp_path)
    propose(site)
    first, second = days(DayState.PROPOSED)[:2]
    act(site, "accept", date=first)
    with opened_accounts() as accounts:
        before = accounts.store.plans().accepted(ME, site.clock.now().date())
    site.clock.turn(60)
    act(site, "accept", date=second)
    act(site, "undo")
    with opened_accounts() as accounts:
        assert accounts.store.plans().accepted(ME, site.clock.now().date()) == before


def test_a_date_that_was_not_proposed_is_refused_on_the_page(site: Site, tmp_path: Path) -> None:
    read(site, tmp_path)
    propose(site)
    assert "No deep-work day is proposed for 2026-03-14" in act(site, "accept", date="2026-03-14")
    assert "is no date" in act(site, "accept", date="<b>")


def settings(site: Site) -> dict[str, str]:
    """Return what the form of the settings would send if nothing was changed."""
    import re  # noqa: PLC0415 - only here

    page = site.browser.get("/settings").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    fields = dict(re.findall(r'<input id="[^"]+" name="([^"]+)" value="([^"]*)"(?![^>]*disabled)', page))
    for name, body in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        assert chosen, name
        fields[name] = chosen[1]
    return fields | {"seen": seen[1], "form_token": site.token_of}


def test_settings_are_changed_and_what_somebody_wrote_beside_them_stays(site: Site) -> None:
    path = config_file()
    path.parent.mkdir(parents=True)
    trip = 'first = 2026-05-04\nlast = 2026-05-08\nzone = "America/New_York"\n'
    path.write_text(f'# mine\n[me]\nemail = "me@example.com"  # work\nzone = "Europe/Berlin"\n\n[[trips]]\n{trip}')
    form = settings(site) | {"me.zone": "Europe/Vienna", "plan.quota": "3", "protect.status": "no"}
    assert site.send("/settings/save", form).status_code == 303
    text = path.read_text()
    assert "# mine\n" in text
    assert "# work" in text
    assert "first = 2026-05-04" in text
    found = load_settings()
    assert (found.me.zone, found.plan.quota, found.protect.status) == ("Europe/Vienna", 3, False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_saving_without_a_change_writes_nothing(site: Site) -> None:
    assert site.send("/settings/save", settings(site)).status_code == 303
    assert not config_file().exists()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("me.zone", "Europe/Berlni", "is no time zone"),
        ("me.hours", "9 to 5", ""),
        ("plan.quota", "many", "must be a number"),
        ("plan.quota", "99", "must be at most"),
        ("measure.notice", "7", "must be at most 1"),
        ("protect.emoji", "<script>", "not written as it should be"),
        ("protect.language", "xx", "must be"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_saved(site: Site, key: str, value: str, words: str) -> None:
    answer = site.send("/settings/save", settings(site) | {key: value, "plan.gap": "2"})
    assert answer.status_code == 422
    field = answer.text[answer.text.index(f'id="{key}"') :]
    said_there = field[: field.index('class="note"')]
    assert 'class="problem"' in said_there
    assert words in said_there
    assert not config_file().exists()


def test_settings_that_changed_meanwhile_are_not_written_over(site: Site) -> None:
    form = settings(site) | {"plan.quota": "3"}
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text("[plan]\nquota = 1\n")
    site.send("/settings/save", form)
    assert load_settings().plan.quota == 1
    assert "changed meanwhile" in site.browser.get("/settings").text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"provider": "google", "client-secret": "command:true", "client-id": "x"},
            "cannot be named on the page",
        ),
        (
            {"provider": "google", "base-url": "http://169.254.169.254/"},
            "only an address on this machine",
        ),
        ({"provider": "slack", "base-url": "https://evil.example/api/"}, "only an address on this machine"),
        ({"provider": "files"}, "connects no accounts"),
        ({"provider": "nothing"}, ""),
    ],
)
def test_a_sign_in_that_the_page_does_not_begin(site: Site, given: dict[str, str], words: str) -> None:
    answer = site.send("/connections/connect", given | {"form_token": site.token_of})
    assert answer.headers["location"] == "/connections"
    page = site.browser.get("/connections").text
    assert 'class="said trouble"' in page
    assert words in page


def test_a_secret_that_a_sign_in_asks_for_is_typed_on_the_page_and_never_shown(site: Site) -> None:
    given = {"provider": "slack", "base-url": "http://127.0.0.1:9/api/", "form_token": site.token_of}
    where = site.send("/connections/connect", given).headers["location"]
    session = site.sessions.find(site.browser.cookies["deepday_session"])
    assert session is not None
    session.said.append(done("Something was done."))
    page = shown(site, where, "User OAuth Token")
    assert 'type="password"' in page
    assert "Something was done." not in page  # a look at work under way swallows nothing
    site.send(f"{where}/answer", {"secret": "xoxp-canary-123456789", "form_token": site.token_of})
    after = settled(site, where)
    assert "Something was done." in after
    assert 'class="said trouble"' in after
    assert "canary" not in after


def shown(site: Site, path: str, words: str) -> str:
    """Look until the page says that."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        page = site.browser.get(path).text
        if words in page:
            return page
    raise AssertionError(words)


def test_the_weeks_are_taken_along_with_what_is_to_be_shared_apart(site: Site, tmp_path: Path) -> None:
    read(site, tmp_path, ("Canary talk",))
    own = site.browser.get("/week/report.html?week=2026-W11")
    assert "Canary talk" in own.text
    assert 'filename="deepday-weeks.html"' in own.headers["content-disposition"]
    shared = site.browser.get("/week/report.html?shareable=yes").text
    assert "Canary talk" not in shared
    tables = zipfile.ZipFile(io.BytesIO(site.browser.get("/week/report.zip").content))
    assert set(tables.namelist()) == {"days.csv", "days-weeks.csv"}
    assert site.browser.get("/week/report.exe").status_code == 400
    page = site.browser.get("/?week=2026-W11").text
    assert "/week/report.zip?shareable=yes&amp;week=2026-W11" in page


def test_the_machine_is_examined_and_what_is_kept_is_backed_up_and_taken_along(site: Site, tmp_path: Path) -> None:
    assert "There is nothing to back up yet." in sent(site, "back-up")
    read(site, tmp_path)
    page = site.browser.get("/settings/doctor").text
    assert "Nothing is broken; 1 warning." in page
    assert "1 events, observed until" in page
    assert "Backed up:" in sent(site, "back-up")
    assert len(list((tmp_path / "home" / "data").glob("*.backup"))) == 1
    answer = site.send("/settings/take-along", {"form_token": site.token_of})
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert site.browser.get("/settings/take-along").status_code in {404, 405}, "looking gives nothing out"


def sent(site: Site, what: str) -> str:
    answer = site.send(f"/settings/{what}", {"form_token": site.token_of})
    return site.browser.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("--extend 1 is out of range.", "Extend 1 is out of range."),
        ("Give --stop-if, and agree on that.", "Give stop if, and agree on that."),
        ("Ask for less (--minutes), or a later date (--on).", "Ask for less, or a later date."),
        ("Add --zone Europe/Berlin, or set zone under [me].", "Set zone under [me]."),
        ("Run: deepday trial export FOLDER --for-pooling", "Run: deepday trial export FOLDER --for-pooling"),
        ("2026 -- a year; a--b", "2026 -- a year; a--b"),
    ],
)
def test_options_of_commands_are_named_as_fields_on_the_page(said: str, shown: str) -> None:
    assert trouble(InputError("What.", said)).lines == ("What.", shown)
