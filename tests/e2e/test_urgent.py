"""``deepday urgent``, as somebody types it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.app.urgent_running import opened_ledger
from deepday.model import ApprovedBlock, Door, UrgentSignal
from tests.e2e.conftest import Run

CANARY = "canary: the disk is full"
SETTINGS = """
[me]
email = "ada@example.org"
zone = "Europe/Berlin"
slack_user = "UADA"

[[point_people]]
email = "grace@example.org"
agreed = true
topics = ["training"]

[urgent]
people = [{ email = "grace@example.org", slack_user = "UGRACE" }]
"""


@pytest.fixture
def asked(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings, a store, and a request that came in; its id."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "deepday.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(home / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATA", str(home / "data"))
    calendar = tmp_path / "me.ics"
    calendar.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n", encoding="utf-8")
    assert run("import", calendar).code == 0
    with opened_ledger() as ledger:
        signal = UrgentSignal("T1:D1:1", ledger.desk.now(), "UCARA", "D1", CANARY, door=Door.COMMAND)
        assert ledger.desk.receive(signal) == [True]
        return ledger.urgent.requests("ada@example.org")[0].id


def test_an_empty_ledger_says_so(run: Run, tmp_path: Path) -> None:
    refused = run("urgent", "list")
    assert refused.code == 3
    assert "There is no store yet." in refused.err
    (tmp_path / "home").mkdir(exist_ok=True)


def test_a_request_is_listed_shown_and_ended(run: Run, asked: str) -> None:
    listed = run("urgent", "list")
    assert asked in listed.out
    assert "received" in listed.out
    assert "No urgent request so far" in listed.out
    shown = run("urgent", "show", asked[:6], "--json").json
    assert (shown["id"], shown["state"], shown["final_at"]) == (asked, "received", None)
    at = datetime.fromisoformat(shown["at"])
    assert (at.utcoffset(), shown["schema"]) == (
        at.astimezone(ZoneInfo("Europe/Berlin")).utcoffset(),
        "deepday.urgent.show/2",
    )
    assert f"{at:%Y-%m-%d %H:%M}" in listed.out
    listed_at = listed.out.partition(asked)[2].split()[:2]
    said = run("urgent", "show", asked).out
    assert said.partition(asked)[2].split()[:2] == listed_at
    assert "Times are those of Europe/Berlin." in said
    (one,) = run("urgent", "list", "--json").json["requests"]
    assert one["at"] == shown["at"]
    assert CANARY not in said
    assert CANARY in run("urgent", "show", asked, "--text").out
    assert run("urgent", "ack", asked, "--json").json["state"] == "acknowledged"
    assert run("urgent", "list").out.startswith("No request is open.")
    again = run("urgent", "done", asked)
    assert again.code == 3
    assert "has ended already" in again.err


def test_the_proof_holds_and_breaks_when_the_history_was_touched(run: Run, asked: str, tmp_path: Path) -> None:
    run("urgent", "done", asked)
    period = ("--from", "2020-01-01", "--to", "2040-01-01")
    proof = run("urgent", "verify", *period, "--json")
    assert proof.code == 0
    assert (proof.json["received"], proof.json["ended"], proof.json["holds"]) == (1, {"answered": 1}, True)
    audit = run("audit", "verify", *period)
    assert (audit.code, "1 received" in audit.out, "all as they were written" in audit.out) == (0, True, True)
    assert run("audit", "verify", *period, "--json").json["requests"]["holds"] is True
    half = run("audit", "verify", "--from", "2020-01-01")
    assert (half.code, "One of the two dates is missing." in half.err) == (2, True)
    assert "There is no month 13" in run("audit", "verify", "--from", "2026-13-01").err
    import sqlite3  # noqa: PLC0415 - somebody else's hand

    (path,) = (tmp_path / "home" / "data").glob("*.sqlite")
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM audit WHERE seq = 1")
    broken = run("urgent", "verify", *period)
    assert broken.code == 1
    assert "is not as it was written" in broken.out
    assert run("audit", "verify", *period).code == 1
    touched = run("audit", "verify", *period, "--json")
    assert (touched.code, touched.json["requests"]["holds"]) == (1, False)


def test_wrong_ids_and_missing_accounts_are_told(run: Run, asked: str) -> None:
    missing = run("urgent", "show", "zzz")
    assert (missing.code, missing.err.splitlines()[1]) == (2, "See: deepday urgent list --all")
    test = run("urgent", "test", "--for", "1")
    assert test.code == 3
    assert "No account is connected." in test.err
    del asked


def test_consent_counts_at_once(run: Run, asked: str) -> None:
    assert "grace@example.org (backup)" in run("urgent", "list").out
    assert run("urgent", "consent", "grace@example.org", "--no").code == 0
    listed = run("urgent", "list").out
    assert "Not asked: grace@example.org: has not agreed, or opted out." in listed
    assert run("urgent", "pass", asked).code == 0


def test_the_note_for_whoever_covers_asks_what_nobody_can_know(run: Run, asked: str) -> None:
    note = run("urgent", "handover", "2026-03-10").out
    assert "Running trainings" in note
    assert f"- {asked}: by /urgent, since " in note  # nobody knows who UCARA is
    assert "It was not looked at yet." in note
    assert "- training: grace@example.org" in note


def test_the_note_is_offered_the_day_before_and_written_in_the_language_of_the_texts(run: Run, asked: str) -> None:
    assert "handover" not in run("urgent", "list").out
    with opened_ledger() as ledger:
        begins = datetime.fromtimestamp(ledger.desk.now() + 86_400, UTC).replace(tzinfo=None, hour=10, minute=0)
        block = ApprovedBlock("b1", "ada@example.org", begins, begins + timedelta(hours=2), "Europe/Berlin")
        now = datetime.fromtimestamp(ledger.desk.now(), ZoneInfo("Europe/Berlin"))
        ledger.protecting.approve([block], "test")
    offered = run("urgent", "list").out
    assert (f"deepday urgent handover {begins:%Y-%m-%d}" in offered) is (
        begins.date() == now.date() + timedelta(days=1)
    )
    settings = Path(os.environ["DEEPDAY_CONFIG"])
    settings.write_text(f'{SETTINGS}\n[protect]\nlanguage = "de"\n', encoding="utf-8")
    note = run("urgent", "handover", f"{begins:%Y-%m-%d}").out
    assert note.startswith("# Übergabe für Ada")
    assert "- 10:00 bis 12:00 Uhr (Europe/Berlin): noch niemand benannt" in note
    assert f"- {asked}: mit /urgent, seit " in note
