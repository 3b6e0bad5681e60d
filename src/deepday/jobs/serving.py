"""``deepday serve``: a ticker over :mod:`deepday.app.keeping`, and the reading of calendars at intervals.

The scheduler wakes, and knows nothing: what is due is asked from the tables at each beat, so that losing it loses
nothing. It is not woken when a machine wakes up or its clock is set; no pause is longer than :data:`EVERY`, and each
beat asks what time it is.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from deepday.app.keeping import Beat, Keeper
from deepday.app.self_audit import Pulse
from deepday.app.syncing import SyncRequest, sync
from deepday.app.vitals import Vitals
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings, settings_problem
from deepday.connect import no_progress
from deepday.errors import DeepdayError, NotEnoughDataError
from deepday.jobs.asking import Asked, signals
from deepday.jobs.manager import Manager
from deepday.report.protect_terminal import readable

EVERY = 15
"""Seconds between two beats."""

_STILL = 600
"""Seconds between two beats that are a finding: one that asks many accounts may take minutes."""

_BEAT, _DUE, _SYNC = "beat", "due", "sync"


class Service:
    """Beats, and tells of them. ``log``: as :func:`deepday.jobs.logs.lines` returns it.

    ``vitals``: where it is counted; ``pulse`` hears that beats go on; ``alive`` is called after each beat.
    """

    def __init__(
        self,
        keeper: Keeper,
        clock: Clock,
        log: Any,
        pulse: Pulse | None = None,
        vitals: Vitals | None = None,
        alive: Callable[[], object] = bool,
    ) -> None:
        self.vitals = vitals or Vitals(clock)
        self._keeper = keeper
        self._clock = clock
        self._log = log
        self._pulse = pulse or Pulse(clock)
        self._alive = alive
        self._trouble = ""
        self._waiting = False
        self._settings_trouble = ""
        self._anew = threading.Event()
        self._ended = threading.Event()

    def beat(self) -> Beat:
        """Do what is due, and tell it. What fails is told once, and tried again at the next beat."""
        self._pulse.mark("protection", _STILL)
        well = False
        try:
            beat = self._beat()
            well = beat.outcome is not None
        finally:
            self.vitals.beat(well=well)
            self._alive()
        return beat

    def _beat(self) -> Beat:
        if self._anew.is_set():
            self._anew.clear()
            self._keeper.close()
        self._look_at_settings()
        try:
            beat = self._keeper.beat()
        except NotEnoughDataError as error:  # no trouble: whoever begins has no account yet
            if error.what != self._trouble:
                waits = "There is nothing to protect yet; as soon as there is, it begins by itself."
                self._log.info(f"{waits} {error.what} {error.advice}".strip(), at=self._at())
            self._trouble, self._waiting = error.what, True
            return Beat()
        except DeepdayError as error:
            if error.what != self._trouble:
                self._log.error(f"{error.what} {error.advice}".strip(), at=self._at())
            self._trouble, self._waiting = error.what, False
            return Beat()
        if self._trouble:
            self._log.info("It begins." if self._waiting else "It works again.", at=self._at())
            self._trouble, self._waiting = "", False
        self._tell(beat)
        return beat

    def reload(self) -> bool:
        """Read the settings again, and let the next beat open everything anew; return whether they can be used."""
        self._settings_trouble = ""
        well = self._look_at_settings()
        if well:
            self._log.info("The settings were read again.", at=self._at())
        self._anew.set()
        return well

    def end(self) -> None:
        """Let a reading of calendars that is under way end with the account that it is at."""
        self._ended.set()

    def _look_at_settings(self) -> bool:
        """Say once that the settings are broken, and once that they are right again."""
        problem = settings_problem()
        said, self._settings_trouble = self._settings_trouble, problem.what if problem else ""
        if problem and problem.what != said:
            self._log.error(f"The settings cannot be used; those before hold. {problem.what}", at=self._at())
        elif said and not problem:
            self._log.info("The settings are right again, and hold.", at=self._at())
        return problem is None

    def sync(self) -> None:
        """Bring calendars and activity up to date."""
        done = []
        try:
            for one in sync(SyncRequest(None, ()), no_progress, self._clock):
                done.append(one)
                if self._ended.is_set():
                    break
        except DeepdayError as error:
            self.vitals.count("syncs", "failed")
            self._log.warning(f"Not synced: {error.what}", at=self._at())
            return
        for one in done:
            self.vitals.count("syncs", "failed" if one.error else "ok")
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
            self.vitals.count("changes", change.service, "done")
            self._log.info(action, at=self._at(), service=change.service, why=readable(change.why))
        for change in beat.outcome.refused if beat.outcome else ():
            refused = f"refused: {change.action} {change.what}"
            self.vitals.count("changes", change.service, "refused")
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
    sync_at_intervals(made, service, sync_every)
    return made


def sync_at_intervals(scheduler: Any, service: Service, minutes: int) -> None:
    """Let calendars be read that often from now on; 0: never."""
    if minutes:
        scheduler.add_job(service.sync, "interval", minutes=minutes, id=_SYNC, executor=_SYNC, replace_existing=True)
    elif scheduler.get_job(_SYNC):
        scheduler.remove_job(_SYNC)


def wake_at_due(scheduler: Any, beat: Beat, clock: Clock, run: Callable[[], None]) -> None:
    """Let a beat come at the very second at which something begins or ends, if that is before the next usual one."""
    if beat.due is None:
        return
    left = beat.due - clock.now().timestamp()
    if 0 <= left <= EVERY + 1:
        at = SystemClock(0).now() + timedelta(seconds=left)  # the scheduler goes by this machine's own clock
        scheduler.add_job(run, "date", run_date=at, id=_DUE, replace_existing=True)


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes on beside beats and syncs.

    ``threads``: each runs in a thread of its own until the event is set. ``periodic``: what is done every so many
    seconds in the thread that reads calendars, at first at once.
    """

    threads: Sequence[Callable[[threading.Event], None]] = ()
    periodic: Sequence[tuple[Callable[[], None], int]] = ()


def serve(
    service: Service,
    keeper: Keeper,
    clock: Clock,
    sync_every: int,
    manager: Manager | None = None,
    beside: Beside | None = None,
) -> None:
    """Run until SIGTERM or SIGINT; a beat and a round of requests that are under way end first.

    SIGHUP reads the settings again. ``manager``: who is told when the service is up, reloads, and ends.
    """
    manager, beside = manager or Manager(clock), beside or Beside()
    ended = threading.Event()
    scheduler = schedule(service, clock, sync_every)
    threads = [threading.Thread(target=one, args=(ended,)) for one in beside.threads]
    with signals() as asked:
        service.vitals.begin()
        for job, seconds in beside.periodic:
            now = SystemClock(0).now()
            scheduler.add_job(job, "interval", seconds=seconds, executor=_SYNC, next_run_time=now)
        scheduler.start()
        for one in threads:
            one.start()
        manager.ready("Keeping accepted days protected.")
        while asked() is Asked.RELOAD:
            manager.reloading()
            if service.reload():
                sync_at_intervals(scheduler, service, load_settings().serve.sync_every)
            scheduler.modify_job(_BEAT, next_run_time=SystemClock(0).now())
            manager.ready()
        manager.stopping()
        ended.set()
        service.end()
        for one in threads:
            one.join()
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
