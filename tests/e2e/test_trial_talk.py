"""What is said of a trial beside its report: the letter by mail, and what to change next."""

import email
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.policy import strict
from pathlib import Path

import pytest

from deepday.app.working import Worker
from deepday.config.serve_settings import WorkerSettings
from deepday.jobs import chores
from deepday.jobs.logs import lines
from deepday.store.office import JobKind, Office
from deepday.testing import TurnedClock
from tests.e2e.test_case_mail import Inbox, serving
from tests.e2e.test_trial import AFTER, LAST, MIDDLE
from tests.e2e.trial_office import TRIAL, Play
from tests.postgres import server

BOSS = "boss@example.org"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Play, list[date]]:
    play = Play(tmp_path_factory.mktemp("talk")).before()
    return play, play.start("--continue-if", "better, and nobody waits longer", "--stop-if", "either of us wants it")


@pytest.fixture(scope="module")
def middle(begun: tuple[Play, list[date]], tmp_path_factory: pytest.TempPathFactory) -> Play:
    """Four weeks have passed; three deep-work days were overruled, two of them on the same weekday."""
    play, deep = begun[0].copy(tmp_path_factory.mktemp("middle")), begun[1]
    play.live(deep, MIDDLE - timedelta(days=1), cut=0.5)
    for day in sorted(deep[:8], key=lambda day: (sum(day.weekday() == one.weekday() for one in deep[:8]), day))[-3:]:
        play.on(MIDDLE, "trial", "deviation", day, "overruled")
    return play


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def port(inbox: Inbox) -> Iterator[int]:
    yield from serving(inbox)


def test_the_letter_goes_by_mail_only_after_a_yes(middle: Play, inbox: Inbox, port: int, tmp_path: Path) -> None:
    play = middle.copy(tmp_path)
    (tmp_path / "home" / "deepday.toml").write_text(
        f'[me]\nemail = "me@example.com"\nzone = "Europe/Berlin"\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n',
        encoding="utf-8",
    )
    shown = play.run(MIDDLE, "trial", "letter", "--mail", "--to", BOSS)
    assert (shown.code, inbox.mails) == (1, []), "nobody said yes"
    assert f"To: {BOSS}" in shown.out
    play.on(MIDDLE, "trial", "letter", "--mail", "--to", BOSS, "--yes")
    (mail,) = inbox.mails
    message = email.message_from_bytes(mail.original_content, policy=strict)
    assert (mail.rcpt_tos, message["Subject"]) == ([BOSS], "Trial of deep-work days: week 5 of 8")
    plain, html = (part.get_content() for part in message.iter_parts())
    assert "5 of 8 deep-work days were kept as planned" in plain
    assert "<html" in html
    for outcome in ("minutes less", "evidence", "range", "random draws"):
        assert outcome not in plain + html
    assert "has no recipient" in play.run(MIDDLE, "trial", "letter", "--mail", "--yes").err


def test_the_letter_keeps_to_itself_what_was_rated_and_why_somebody_was_absent(middle: Play, tmp_path: Path) -> None:
    play = middle.copy(tmp_path)
    for day, kind, strain in ((0, "sick", 9), (1, "away", 2), (2, "other", 3), (3, "other", 4)):
        when = TRIAL + timedelta(days=day)
        play.on(MIDDLE, "trial", "deviation", when, kind)
        play.on(MIDDLE, "trial", "rate", when, "--strain", strain)
    told = play.on(MIDDLE, "trial", "letter").out
    assert "2 absent" in told
    assert "1 absent" not in told
    assert "2 other reasons" in told
    assert "train" not in told, "strain and Strain"
    assert "Strain: " in play.on(MIDDLE, "trial", "letter", "--wellbeing").out
    home = play.folder / "home" / "deepday.toml"
    home.write_text(
        '[me]\nemail = "me@example.com"\nzone = "Europe/Berlin"\n[case]\nlanguage = "de"\n', encoding="utf-8"
    )
    told = play.on(MIDDLE, "trial", "letter").out
    assert told.startswith("Versuch mit Deep-Work-Tagen: Woche 5 von 8")
    assert "2 andere Gründe" in told
    assert "Bisher" in play.on(MIDDLE, "trial", "letter", "--json", "--language", "de").json["text"]
    assert "Its outcome is" in play.on(MIDDLE, "trial", "adjust", "--language", "en").out
    assert "Sein Ergebnis" in play.on(MIDDLE, "trial", "adjust").out


def test_the_service_writes_the_letter_once_a_week_and_mails_it_where_that_is_set(
    middle: Play, inbox: Inbox, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = middle.copy(tmp_path)
    for name in ("DEEPDAY_CONFIG", "DEEPDAY_DATA"):
        monkeypatch.setenv(name, play.environment(MIDDLE)[name])
    settings = play.folder / "home" / "deepday.toml"
    usual = '[me]\nemail = "me@example.com"\nzone = "Europe/Berlin"\n'
    clock = TurnedClock(datetime(MIDDLE.year, MIDDLE.month, MIDDLE.day, 5, tzinfo=UTC))

    def look() -> list[str]:
        told = io.StringIO()
        chores.letters(clock, lines(told))()
        return told.getvalue().splitlines()

    def at(port: int, to: str = BOSS) -> str:
        smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        return f'{usual}[trial]\nletter = "mail"\nletter_to = "{to}"\n{smtp}'

    settings.write_text(f'{usual}[trial]\nletter = "file"\n', encoding="utf-8")
    assert look() == [], "seven in the morning is too early"
    clock.turn(2 * 3600)
    assert "wrote the letter" in look()[0]
    (file,) = (play.folder / "home" / "data" / "letters").iterdir()
    assert file.read_text(encoding="utf-8").startswith("Trial of deep-work days: week 5 of 8")
    assert "Strain" not in file.read_text(encoding="utf-8")
    assert look() == [], "a restart repeats nothing"
    clock.turn(7 * 86_400)
    settings.write_text(at(1), encoding="utf-8")
    assert "cannot be reached; nothing was sent" in look()[0]
    settings.write_text(at(port), encoding="utf-8")
    assert "wrote and mailed the letter" in look()[0]
    assert look() == []
    assert [mail.rcpt_tos for mail in inbox.mails] == [[BOSS]]
    settings.write_text(at(port, ""), encoding="utf-8")
    assert "set letter_to as well" in play.run(MIDDLE, "trial", "status").err


def test_of_several_workers_one_mails_the_letter_and_none_leaves_a_file(
    inbox: Inbox, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = TurnedClock(datetime(TRIAL.year, TRIAL.month, TRIAL.day, 5, tzinfo=UTC))
    office = Office(server().url(server().database()), clock)
    settings = (
        f'[me]\nemail = "me@example.com"\nzone = "Europe/Berlin"\n[serve]\njobs = "workers"\n'
        f'[trial]\nletter = "mail"\nletter_to = "{BOSS}"\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    )
    tenant = office.add("me@example.com", settings, "")
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", office.store_url(tenant))
    play = Play(tmp_path).before()
    play.start()
    for name in ("DEEPDAY_CONFIG", "DEEPDAY_DATA"):
        monkeypatch.setenv(name, play.environment(TRIAL)[name])
    told: list[str] = []

    def tick() -> None:
        told.append(Worker(office, clock, WorkerSettings()).work(JobKind.TICK, tenant).said)

    tick()
    assert inbox.mails == [], "seven in the morning is too early"
    clock.turn(2 * 3600)
    with ThreadPoolExecutor(3) as workers:
        list(workers.map(lambda _: tick(), range(3)))
    tick()
    Path(os.environ["DEEPDAY_CONFIG"]).write_text(settings, encoding="utf-8")
    chores.letters(clock, lines(io.StringIO()))()  # their own deepday serve, which leaves the work to workers
    assert [mail.rcpt_tos for mail in inbox.mails] == [[BOSS]]
    assert [one for one in told if "wrote and mailed the letter" in one] != []
    assert not (play.folder / "home" / "data" / "letters").exists()

    office.add("me@example.com", settings.replace('"mail"', '"file"'), "")
    clock.turn(7 * 86_400)
    tick()
    assert not (play.folder / "home" / "data" / "letters").exists()
    Path(os.environ["DEEPDAY_CONFIG"]).write_text(settings.replace('"mail"', '"file"'), encoding="utf-8")
    chores.letters(clock, lines(io.StringIO()))()
    assert len(list((play.folder / "home" / "data" / "letters").iterdir())) == 1
    assert len(inbox.mails) == 1


def test_meanwhile_only_delivery_and_costs_say_what_to_change(middle: Play) -> None:
    found = middle.on(MIDDLE, "trial", "adjust", "--json").json
    assert (found["schema"], found["over"], found["verdict"], found["next"]) == (
        "deepday.trial-adjust/1", False, None, None,
    )  # fmt: skip
    advice = [one["advice"] for one in found["suggestions"]]
    assert advice[0] == "protect_better", "five of eight were kept"
    assert set(advice) <= {"protect_better", "other_days"}
    text = middle.on(MIDDLE, "trial", "adjust").out
    assert "Its outcome is looked at when it ends, and not before" in text
    assert "Protect the days better before anything else" in text


def test_at_the_end_the_rules_say_how_to_go_on(begun: tuple[Play, list[date]], tmp_path: Path) -> None:
    play, deep = begun[0].copy(tmp_path), begun[1]
    play.live(deep, LAST, cut=0.6)
    found = play.on(AFTER, "trial", "adjust", "--json").json
    assert (found["over"], found["verdict"]) == (True, "better")
    assert found["suggestions"][-1]["advice"] == "keep"
    assert found["next"] == {"days": 2, "per_weeks": 1, "weekdays": [0, 1, 2, 3, 4], "batches": 2}
    text = play.on(AFTER, "trial", "adjust").out
    assert "Agreed for stopping: either of us wants it." in text
    assert "the next weeks have 2 deep-work days a week (2 a week in the trial), on Mondays" in text
    assert "2 Deep-Work-Tage je Woche" in play.on(AFTER, "trial", "adjust", "--language", "de").out
