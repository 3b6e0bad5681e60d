"""The early look that a protocol declares: taken once, at half the level, and it may end the trial."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from deepday.app.trial_reporting import verify
from tests.e2e.trial_office import DESIGNED, TRIAL, Play

LOOK = TRIAL + timedelta(weeks=4)
END = TRIAL + timedelta(weeks=6)
DECLARED = ("--weeks", "4", "--extend", "2")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Play, list[date]]:
    play = Play(tmp_path_factory.mktemp("look")).before()
    return play, play.start(*DECLARED)


def test_the_look_is_part_of_the_protocol(begun: tuple[Play, list[date]]) -> None:
    protocol = begun[0].protocol()
    assert (protocol.alpha, protocol.look, len(protocol.weeks)) == (0.025, str(LOOK - timedelta(days=1)), 6)
    refused = begun[0].on(LOOK - timedelta(days=1), "trial", "report", code=3)
    assert f"The trial goes on until {LOOK - timedelta(days=1)}: its outcome is not shown before." in refused.err


def test_a_look_that_decides_nothing_lets_the_trial_go_on(begun: tuple[Play, list[date]], tmp_path: Path) -> None:
    play, deep = begun[0].copy(tmp_path), begun[1]
    play.live(deep, LOOK - timedelta(days=1), cut=0.0)
    assert "An early look is declared" in play.on(LOOK, "trial", "status").out
    found = play.on(LOOK, "trial", "report", "--json").json
    assert (found["verdict"], found["primary"]["weeks"], found["primary"]["alpha"]) == (
        "not enough evidence yet", 4, 0.025,
    )  # fmt: skip
    assert "This is the early look; the trial goes on until" in play.on(LOOK, "trial", "report").out
    late = play.on(LOOK, "trial", "deviation", deep[0], "sick", code=2)
    assert "lies before the early look, which was taken" in late.err
    later = LOOK + timedelta(weeks=1)
    play.live(deep, later - timedelta(days=1), cut=0.9)
    again = play.on(later, "trial", "report", "--json").json
    assert again["primary"]["weeks"] == 4, "no day after the look is looked at before the end"
    play.live(deep, END - timedelta(days=1), cut=0.9)
    final = play.on(END, "trial", "report", "--json").json
    assert (final["verdict"], final["primary"]["weeks"], final["primary"]["alpha"]) == ("better", 6, 0.025)


def test_a_look_that_decides_ends_the_trial(begun: tuple[Play, list[date]], tmp_path: Path) -> None:
    play, deep = begun[0].copy(tmp_path), begun[1]
    play.live(deep, LOOK - timedelta(days=1), cut=0.8)
    found = play.on(LOOK, "trial", "report", "--json").json
    assert (found["verdict"], found["primary"]["weeks"]) == ("better", 4)
    assert "The early look after 2026-05-10 ended the trial." in play.on(LOOK, "trial", "status").out
    play.on(LOOK, "trial", "export", "out")
    assert all(one.holds for one in verify(tmp_path / "out"))
    assert "each at a level of 2.5 %" in play.on(END, "trial", "report").out
    assert play.on(END, "trial", "report", "--json").json["primary"]["weeks"] == 4


@pytest.mark.parametrize("extend", ["1", "20"])
def test_what_cannot_be_declared(begun: tuple[Play, list[date]], extend: str) -> None:
    refused = begun[0].on(DESIGNED, "trial", "design", "--weeks", "8", "--extend", extend, code=2)
    assert "is out of range" in refused.err
