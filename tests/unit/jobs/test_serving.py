"""The ticker: which jobs there are, when the next one comes, and what is told."""

import io
import json
import logging
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deepday.app.keeping import Beat, Keeper
from deepday.clock import SystemClock
from deepday.errors import DeepdayError, NotEnoughDataError
from deepday.jobs.logs import lines, redacted
from deepday.jobs.serving import EVERY, Service, schedule, serve_once, wake_at_due
from deepday.report.protect_view import Outcome, ShownChange
from deepday.testing import TurnedClock

BERLIN = ZoneInfo("Europe/Berlin")


class Beats(Keeper):
    """Gives beats that were laid ready, or raises them."""

    def __init__(self, *ready: Beat | DeepdayError) -> None:
        super().__init__(TurnedClock())
        self.ready = list(ready)
        self.closed = False

    def beat(self) -> Beat:
        first = self.ready.pop(0)
        if isinstance(first, DeepdayError):
            raise first
        return first

    def close(self) -> None:
        self.closed = True


def service(*ready: Beat | DeepdayError, as_json: bool = False) -> tuple[Service, Beats, io.StringIO]:
    told = io.StringIO()
    keeper = Beats(*ready)
    return Service(keeper, keeper.clock, lines(told, as_json=as_json)), keeper, told


def test_late_beats_run_once_and_never_two_at_a_time() -> None:
    made, keeper, _ = service()
    scheduler = schedule(made, keeper.clock, 15)
    scheduler.start(paused=True)
    jobs = {job.id: job for job in scheduler.get_jobs()}
    scheduler.shutdown()
    assert sorted(jobs) == ["beat", "sync"]
    assert {(job.misfire_grace_time, job.coalesce, job.max_instances) for job in jobs.values()} == {(None, True, 1)}
    assert jobs["beat"].trigger.interval == timedelta(seconds=EVERY)
    assert jobs["sync"].trigger.interval == timedelta(minutes=15)
    assert jobs["sync"].executor != jobs["beat"].executor


def test_calendars_are_not_read_where_that_is_switched_off() -> None:
    made, keeper, _ = service()
    scheduler = schedule(made, keeper.clock, 0)
    scheduler.start(paused=True)
    assert [job.id for job in scheduler.get_jobs()] == ["beat"]
    scheduler.shutdown()


class Added:
    """A scheduler that only notes when a job shall run."""

    def __init__(self) -> None:
        self.at: list[datetime] = []

    def add_job(self, _: Any, trigger: str, *, run_date: datetime, id: str, replace_existing: bool) -> None:  # noqa: A002
        assert (trigger, id, replace_existing) == ("date", "due", True)
        self.at.append(run_date)


@pytest.mark.parametrize(("ahead", "woken"), [(7, True), (0, True), (15, True), (40, False), (-3, False)])
def test_what_is_due_before_the_next_beat_wakes_at_its_second(ahead: int, woken: bool) -> None:
    clock, scheduler = TurnedClock(), Added()
    wake_at_due(scheduler, Beat(due=int(clock.now().timestamp()) + ahead), clock, lambda: None)
    assert len(scheduler.at) == woken
    if woken:
        left = (scheduler.at[0] - SystemClock(0).now()).total_seconds()
        assert abs(left - ahead) < 5


def change(**more: Any) -> ShownChange:
    return ShownChange(
        "slack", "ada@example.org", "status", "set", "active now: 2026-03-10/day/1/ada@example.org", **more
    )


def test_each_thing_done_is_one_line() -> None:
    beat = Beat(Outcome(BERLIN, done=(change(), change())), jump=4000)
    made, _, told = service(beat)
    made.beat()
    assert told.getvalue().splitlines() == [
        "2026-03-10T12:00:00Z the clock was set, or this machine slept seconds=4000",
        *["2026-03-10T12:00:00Z set status service=slack why='active now: 2026-03-10'"] * 2,
    ]


def test_lines_for_programs_are_json() -> None:
    made, _, told = service(Beat(Outcome(BERLIN, refused=(change(refused="much at once"),))), as_json=True)
    made.beat()
    row = json.loads(told.getvalue())
    assert (row["level"], row["event"], row["why"]) == ("warning", "refused: set status", "much at once")


def test_trouble_is_told_once_and_its_end_too() -> None:
    trouble = DeepdayError("The store is locked.", "Wait.")
    made, _, told = service(trouble, trouble, Beat(Outcome(BERLIN)))
    for _ in range(3):
        made.beat()
    assert [line.split("Z ")[1] for line in told.getvalue().splitlines()] == [
        "ERROR The store is locked. Wait.",
        "It works again.",
    ]


def test_before_anything_is_connected_it_waits_and_says_what_to_do() -> None:
    nobody = NotEnoughDataError("No account is connected.", "Run: deepday connect google")
    made, _, told = service(nobody, nobody, Beat(Outcome(BERLIN)))
    for _ in range(3):
        made.beat()
    assert [line.split("Z ")[1] for line in told.getvalue().splitlines()] == [
        (
            "There is nothing to protect yet; as soon as there is, it begins by itself. No account is connected. "
            "Run: deepday connect google"
        ),
        "It begins.",
    ]


def test_one_round_closes_what_it_opened_and_says_when_nothing_could_be_done() -> None:
    made, keeper, _ = service(Beat(Outcome(BERLIN)))
    assert serve_once(made, keeper).outcome is not None
    assert keeper.closed
    made, keeper, _ = service(DeepdayError("No account is connected."))
    with pytest.raises(NotEnoughDataError):
        serve_once(made, keeper)
    assert keeper.closed


@pytest.mark.parametrize(
    "secret",
    [
        "xoxp-1-2-abc",
        "xapp-1-A0-9",
        "ya29.a0AfH6",
        "EwBgA8l6",
        "eyJ0eXAi.eyJhdWQi.sig",
        "1//0gabc",
        "Bearer abc.def",
        "ada@example.org",
        "https://example.com/cb?code=4/0Ab",
    ],
)
def test_nothing_private_is_told(secret: str) -> None:
    assert secret not in redacted(f"before {secret} after")
    told = io.StringIO()
    log = lines(told)
    said = f"it said {secret}"
    log.warning(said, at="now", title="Salary talk")
    logging.getLogger("a.library").warning("it said %s", secret)
    logging.getLogger("a.library").info("GET https://example.com")
    assert secret not in told.getvalue()
    assert "Salary" not in told.getvalue()
    assert len(told.getvalue().splitlines()) == 2


@pytest.fixture(autouse=True)
def quiet_again() -> Any:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
