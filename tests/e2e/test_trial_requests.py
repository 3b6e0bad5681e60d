"""The ledger of urgent requests in a trial: in status, letter, report, export, and in its check."""

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deepday.app.urgent_running import opened_ledger
from deepday.model import Interval
from deepday.store.audit import Note
from deepday.store.declines import Answer, AnswerStage
from deepday.testing import TurnedClock
from tests.e2e.test_trial import AFTER, LAST, MIDDLE
from tests.e2e.trial_office import CANARY, DESIGNED, Play
from tests.e2e.trial_requests import ME, Asked, ask
from tests.unit.urgent.desk import BEN, GRACE
from tests.unit.urgent.desk import CANARY as WORDS


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Play, list[date]]:
    play = Play(tmp_path_factory.mktemp("requests")).before()
    return play, play.start()


@pytest.fixture(scope="module")
def routed(begun: tuple[Play, list[date]], tmp_path_factory: pytest.TempPathFactory) -> Play:
    """Six urgent requests: one taken by the backup, one in the evening, one that woke the owner, one that is open."""
    play, deep = begun[0].copy(tmp_path_factory.mktemp("routed")), begun[1]
    other = next(day for week in play.protocol().weeks for day in week.days if day not in deep and day.weekday() < 4)
    play.live(deep, LAST, cut=0.5)
    patch = pytest.MonkeyPatch()
    ask(
        play,
        patch,
        Asked(deep[0], 10, after=4),
        Asked(deep[0], 14, after=7, by=BEN),
        Asked(deep[1], 10, after=3, press="wake"),
        Asked(other, 11, after=2),
        Asked(other, 20, after=4),
        Asked(deep[2], 10, after=None),
    )
    return play


def test_the_report_counts_what_the_ledger_holds_and_verify_counts_it_again(routed: Play) -> None:
    found = routed.on(AFTER, "trial", "report", "--json").json
    counts = found["routing"]
    assert (counts["received"], counts["ended"], counts["open"], counts["answered"]) == (6, 5, 1, 5)
    assert (counts["median"], counts["slowest"]) == (3.0, None), "one is open: nobody knows the slowest"
    assert counts["handed_over"] == 4, "one was the owner's, one is nobody's"
    assert counts["deep"] == [3, 4], "what is open beyond its limit is late"
    assert counts["other"] == [2, 2]
    assert (counts["broken"], counts["budget"], counts["over_budget"]) == (1, 1, 0)
    assert counts["asked"] >= 6
    assert counts["proven"] is True
    assert sum(week[1] for week in counts["weeks"]) == 6
    (broken,) = found["broken"]
    assert broken["by"] == "grace"
    assert "wakes the owner" in broken["why"]
    routed.on(AFTER, "trial", "export", "out")
    assert routed.on(AFTER, "trial", "verify", "out", "--json").json["holds"]
    file = routed.folder / "out" / "happened.json"
    happened = json.loads(file.read_text(encoding="utf-8"))
    happened["routing"]["waits"].pop()
    file.write_text(json.dumps(happened), encoding="utf-8")
    refused = routed.run(AFTER, "trial", "verify", "out")
    assert refused.code == 1
    assert "FAIL happened.json was changed" in refused.out
    assert "FAIL The result does not follow from the data." in refused.out


def test_meetings_that_were_declined_in_the_trial_are_counted(
    routed: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = routed.copy(tmp_path)
    assert play.on(AFTER, "trial", "report", "--json").json["routing"]["declined"] is None, "it was never on"
    home = tmp_path / "home"
    monkeypatch.setenv("DEEPDAY_CONFIG", str(home / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATA", str(home / "data"))
    noon = int(datetime(2026, 4, 14, 12, tzinfo=UTC).timestamp())
    answers = [
        Answer(ME, "memory", "ada", "primary", f"m{number}", "b", Interval(at, at + 1800), state=state)
        for number, (at, state) in enumerate(
            [
                (noon, AnswerStage.DECLINED),
                (noon + 7 * 86_400, AnswerStage.DECLINED),
                (noon, AnswerStage.LEFT),
                (noon, AnswerStage.GONE),
                (noon - 7 * 86_400, AnswerStage.DECLINED),
            ]
        )
    ]
    with opened_ledger(TurnedClock(datetime(2026, 6, 8, tzinfo=UTC))) as ledger:
        lease = ledger.protecting.take(ME, "test")
        assert lease is not None
        for one in answers:
            ledger.store.declines().save(lease, one, Note(str(one), "intent", one.state, "test"))
    assert play.on(AFTER, "trial", "report", "--json").json["routing"]["declined"] == 2
    assert "2 meetings were declined." in one_line(play.on(AFTER, "trial", "report", "--shareable").out)
    assert "Meetings declined: 2." in play.on(AFTER, "trial", "status").out
    play.on(AFTER, "trial", "export", "declined")
    assert play.on(AFTER, "trial", "verify", "declined", "--json").json["holds"]


def test_both_faces_say_it_and_the_shareable_one_names_nobody_and_no_week(routed: Play) -> None:
    own = one_line(routed.on(AFTER, "trial", "report").out)
    assert "6 urgent requests came: 5 answered, 1 open. Half had an answer within 3 minutes of working time" in own
    assert "Deep work was broken once, in no week more often than agreed (once)." in own
    assert "wakes the owner" in own
    shared = one_line(routed.on(AFTER, "trial", "report", "--shareable").out)
    shared += one_line(routed.on(AFTER, "trial", "report", "--shareable", "--language", "de").out)
    told = routed.on(AFTER, "trial", "report", "--shareable", "--json")
    assert told.json["routing"]["weeks"] == []
    assert "6 dringende Anfragen kamen: 5 beantwortet, 1 offen." in shared
    for private in (CANARY, GRACE, BEN, "grace", "wakes", '"broken": ['):
        assert private not in shared + told.out, private


def test_meanwhile_status_and_letter_count_requests_and_tell_no_outcome(
    begun: tuple[Play, list[date]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    play, deep = begun[0].copy(tmp_path_factory.mktemp("meanwhile")), begun[1]
    play.live(deep, MIDDLE - timedelta(days=1), cut=0.5)
    assert "No urgent requests were recorded" in play.on(MIDDLE, "trial", "status").out
    assert "No urgent requests were recorded" in play.on(MIDDLE, "trial", "letter").out
    assert play.on(MIDDLE, "trial", "status", "--json").json["urgent_requests"] is None
    ask(play, pytest.MonkeyPatch(), Asked(deep[0], 10, after=4))
    assert (
        "1 urgent request: 1 answered, 0 open; half had an answer within 4 minutes"
        in play.on(MIDDLE, "trial", "status").out
    )
    letter = one_line(play.on(MIDDLE, "trial", "letter").out)
    assert "1 urgent request came: 1 answered, 0 open." in letter
    assert "not one was dropped" in letter
    for outcome in ("minutes less", "evidence", "random draws"):
        assert outcome not in letter
    assert play.on(DESIGNED, "trial", "status").code == 0


def test_the_measured_week_tells_of_its_urgent_requests(routed: Play) -> None:
    week = ("--from", "2026-04-13", "--to", "2026-04-19")
    told = one_line(routed.on(AFTER, "measure", *week).out)
    assert "W16: 5 urgent requests, 5 answered: half within 3 min of working time (Kaplan-Meier estimate)." in told
    assert "Deep work was broken 1 time; agreed: at most 1 a week." in told
    (found,) = routed.on(AFTER, "measure", *week, "--json").json["urgent_requests"]
    assert (found["week"], found["waits"]["answered"], found["broken"]) == ("2026-W16", 5, 1)
    load = ", ".join(map(str, found["asked"]))
    assert sum(found["asked"]) >= 5
    assert f"{len(found['asked'])} colleagues who cover were asked {sum(found['asked'])} times ({load})." in told
    shared = routed.on(AFTER, "measure", *week, "--shareable")
    assert f"({load})" in one_line(shared.out)
    assert not any(name in shared.out.lower() for name in ("grace", "ben@"))
    files = routed.on(AFTER, "measure", *week, "--calendar", "calendar.ics", "--slack-export", "export.zip", "--json")
    assert files.json["urgent_requests"] == [], "files alone read no ledger"


def test_no_report_and_no_backup_holds_what_was_asked(routed: Play, tmp_path: Path) -> None:
    play = routed.copy(tmp_path / "copied")
    week = ("--from", "2026-04-13", "--to", "2026-04-19")
    said = [
        play.on(AFTER, "measure", *week, "--html", "week.html"),
        play.on(AFTER, "measure", *week, "--json"),
        play.on(AFTER, "measure", *week, "--shareable", "--json"),
        play.on(AFTER, "trial", "report", "--html", "trial.html"),
        play.on(AFTER, "trial", "report", "--json"),
        play.on(AFTER, "trial", "report", "--shareable"),
        play.on(AFTER, "backup", "kept.backup"),
    ]
    assert not any(WORDS in one.out + one.err for one in said)
    for name in ("week.html", "trial.html", "kept.backup"):
        data = (play.folder / name).read_bytes()
        assert len(data) > 1000
        assert WORDS.encode() not in data, name
    with sqlite3.connect(play.folder / "kept.backup") as raw:
        sealed = [bytes(row[0]) for row in raw.execute("SELECT sealed FROM request_text")]
    raw.close()
    assert sealed, "it is there, and nobody without the key can read it"
