"""``deepday serve``: a ticker over :mod:`deepday.app.keeping`, and the reading of calendars at intervals.

The scheduler wakes, and knows nothing: what is due is asked from the tables at each beat, so that losing it loses
nothing. It is not woken when a machine wakes up or its clock is set; no pause is longer than :data:`EVERY`, and each
beat asks what time it is.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from deepday.app.keeping import Beat, Keeper
from deepday.app.syncing import SyncRequest, sync
from deepday.clock import Clock, SystemClock
from deepday.connect import no_progress
from deepday.errors import DeepdayError, NotEnoughDataError
from deepday.jobs.hearing import Ear
from deepday.report.protect_terminal import readable

EVERY = 15
"""Seconds between two beats."""

_BEAT, _DUE, _SYNC = "beat", "due", "sync"


class Service:
    """Beats, and tells of them. ``log``: as :func:`deepday.jobs.logs.lines` returns it."""

    def __init__(self, keeper: Keeper, clock: Clock, log: Any) -> None:
        self._keeper = keeper
        self._clock = clock
        self._log = log
        self._trouble = ""

    def beat(self) -> Beat:
        """Do what is due, and tell it. What fails is told once, and tried again at the next beat."""
        try:
            beat = self._keeper.beat()
        except DeepdayError as error:
            if error.what != self._trouble:
                self._log.error(f"{error.what} {error.advice}".strip(), at=self._at())
            self._trouble = error.what
            return Beat()
        if self._trouble:
            self._log.info("It works again.", at=self._at())
            self._trouble = ""
        self._tell(beat)
        return beat

    def sync(self) -> None:
        """Bring calendars and activity up to date."""
        try:
            done = list(sync(SyncRequest(None, ()), no_progress, self._clock))
        except DeepdayError as error:
            self._log.warning(f"Not synced: {error.what}", at=self._at())
            return
        for one in done:
            if one.error:
                self._log.warning(f"Not synced: {one.error.what}", at=self._at(), service=one.provider)
        changed = sum(one.changed + one.removed for one in done)
        if changed:
            self._log.info(f"synced, {changed} changes", at=self._at(), sources=len(done))

    def _tell(self, beat: Beat) -> None:
        if beat.jump:
            self._log.info("the clock was set, or this machine slept", at=self._at(), seconds=beat.jump)
        for change in beat.outcome.done if beat.outcome else ():
            action = f"{change.action} {change.what}"
            self._log.info(action, at=self._at(), service=change.service, why=readable(change.why))
        for change in beat.outcome.refused if beat.outcome else ():
            refused = f"refused: {change.action} {change.what}"
            self._log.warning(refused, at=self._at(), service=change.service, why=change.refused)
        for note in beat.notes:
            self._log.warning(note, at=self._at())

    def _at(self) -> str:
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def schedule(service: Service, clock: Clock, sync_every: int, scheduler: Any = None) -> Any:
    """Return a scheduler with the jobs, not started. ``sync_every``: minutes, 0 for never.

    All beats run in one thread, one at a time; the reading of calendars has a thread of its own, so that a long one
    does not make a block begin late.
    """
    made = scheduler or BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(1), _SYNC: ThreadPoolExecutor(1)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )

    def beat() -> None:
        wake_at_due(made, service.beat(), clock, beat)

    made.add_job(beat, "interval", seconds=EVERY, id=_BEAT, next_run_time=SystemClock(0).now())
    if sync_every:
        made.add_job(service.sync, "interval", minutes=sync_every, id=_SYNC, executor=_SYNC)
    return made


def wake_at_due(scheduler: Any, beat: Beat, clock: Clock, run: Callable[[], None]) -> None:
    """Let a beat come at the very second at which something begins or ends, if that is before the next usual one."""
    if beat.due is None:
        return
    left = beat.due - clock.now().timestamp()
    if 0 <= left <= EVERY + 1:
        at = SystemClock(0).now() + timedelta(seconds=left)  # the scheduler goes by this machine's own clock
        scheduler.add_job(run, "date", run_date=at, id=_DUE, replace_existing=True)


def serve(service: Service, keeper: Keeper, ear: Ear | None, clock: Clock, sync_every: int) -> None:
    """Run until SIGTERM or SIGINT; a beat and a round of requests that are under way end first.

    ``ear``: ``None`` where workers listen.
    """
    ended = threading.Event()
    scheduler = schedule(service, clock, sync_every)
    requests = threading.Thread(target=ear.listen, args=(ended,), name="urgent requests") if ear else None
    with _ending(ended):
        scheduler.start()
        if requests:
            requests.start()
        ended.wait()
    if requests:
        requests.join()
    scheduler.shutdown(wait=True)
    keeper.close()


def serve_once(service: Service, keeper: Keeper) -> Beat:
    """Run one beat. Raises :class:`NotEnoughDataError` where nothing could be done."""
    try:
        beat = service.beat()
    finally:
        keeper.close()
    if beat.outcome is None:
        raise NotEnoughDataError("Nothing could be done.", "See the line above.")
    return beat


@contextmanager
def _ending(ended: threading.Event) -> Iterator[None]:
    """Set the event at SIGTERM and SIGINT; a second one ends the process at once."""

    def end(number: int, _: object) -> None:
        if ended.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
