"""One job for one of many people on a shared database: in their name, with their settings, never two at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from deepday.app.accounts import opened_accounts
from deepday.app.heartbeat import beat_heart
from deepday.app.keeping import Keeper
from deepday.app.self_audit import Pulse, SelfAudit
from deepday.app.syncing import SyncRequest, sync
from deepday.app.trial_letters import write_if_due
from deepday.app.urgent_commands import look_into_mailbox
from deepday.app.urgent_listening import REFRESH_SECONDS, Listening
from deepday.app.urgent_running import Ledger, listening, opened_ledger
from deepday.clock import Clock
from deepday.config.acting import Acting, acting_for
from deepday.config.load import load_settings
from deepday.config.serve_settings import WorkerSettings
from deepday.config.settings import Settings
from deepday.connect import no_progress
from deepday.connect.reach import only_public
from deepday.errors import (
    DeepdayError,
    InputError,
    NotEnoughDataError,
    ReconnectNeededError,
    RetryLaterError,
)
from deepday.model import Interval
from deepday.route.policy import RoutePolicy
from deepday.store.office import Condition, JobKind, Office
from deepday.store.quota import Quotas

TICK_EVERY = 900
"""Seconds between two ticks of somebody for whom nothing begins or ends before; what was moved is seen by then."""

URGENT_EVERY = 60
"""Seconds between two looks for urgent requests, where an account is connected that can post."""

_HOUR = 3600
_LONGEST_PAUSE = 4 * _HOUR
_SHORTEST_PAUSE = 60
_SYNC_REQUESTS = 4
_TICK_REQUESTS = 2
"""Requests that a job makes of one account, usually: what is taken from the vendor's quota before it begins."""

_REMEMBERED = 10_000
"""People of whom a worker remembers how far it followed their history, and who is on leave; else it looks anew."""


class Lane(StrEnum):
    """What never overlaps for one person: everything about their calendar and activity; and urgent requests beside."""

    WORK = "person"
    URGENT = "urgent"


_LANES = {JobKind.SYNC: (1, Lane.WORK), JobKind.TICK: (1, Lane.WORK), JobKind.URGENT: (2, Lane.URGENT)}


def lane_of(kind: JobKind) -> Lane:
    """Return the lane in which jobs of that kind are done."""
    return _LANES[kind][1]


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of a job. ``next_at``: UTC seconds. ``said``: what is to be told, in words, empty for nothing."""

    next_at: int
    condition: Condition | None
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Around:
    """What was found out for somebody's urgent requests, when (UTC seconds), under which settings."""

    at: int
    settings: Settings
    away: Mapping[str, Sequence[Interval]]
    policy: RoutePolicy


@dataclass(frozen=True, slots=True)
class Worker:
    """Does jobs."""

    office: Office
    clock: Clock
    settings: WorkerSettings
    _audits: dict[int, SelfAudit] = field(default_factory=dict)
    _around: dict[int, _Around] = field(default_factory=dict)

    def work(self, kind: JobKind, tenant: int) -> Worked:
        """Do what is due for one person, and note when to come back.

        Where another process is at it nothing is done. What a vendor or a person's settings get wrong is noted, with
        growing pauses; only what is a fault of deepday's, or of the database, is raised.
        """
        try:
            member = self.office.member(tenant)
        except NotEnoughDataError as error:  # removed since the job was made
            return Worked(0, None, error.what)
        own = Office(self.office.url, self.clock, tenant)
        with own.database.held(_LANES[kind][0]) as free:
            if not free:
                done = Worked(self._now() + _SHORTEST_PAUSE, None, "another process is at it")
            else:
                acting = Acting(tenant, member.settings, self.office.store_url(tenant))
                with acting_for(acting), only_public(self.settings.networks):
                    done = self._guarded(_DO[kind], tenant, member.failures)
                    if kind is JobKind.TICK:
                        done = self._with_upkeep(done, tenant)
        self.office.worked(kind, tenant, done.next_at, done.condition)
        return done

    def _guarded(self, do: Callable[["Worker", int], Worked], tenant: int, failures: int) -> Worked:
        try:
            return do(self, tenant)
        except ReconnectNeededError as error:
            return Worked(self._now() + _HOUR, Condition.RECONNECT, error.what)
        except NotEnoughDataError as error:
            return Worked(self._now() + _HOUR, Condition.NOTHING, error.what)
        except InputError as error:
            return Worked(self._now() + _HOUR, Condition.FAILING, error.what)
        except DeepdayError as error:
            asked = error.after if isinstance(error, RetryLaterError) else None
            pause = max(asked or 0, min(_LONGEST_PAUSE, _SHORTEST_PAUSE << min(failures, 10)))
            return Worked(self._spread(tenant, pause), Condition.FAILING, error.what)

    def sync(self, tenant: int) -> Worked:
        """Bring calendars and activity up to date, once the vendors' quotas have room for it."""
        full = self._full(tenant, _SYNC_REQUESTS)
        if full:
            return full
        errors = [one.error for one in sync(SyncRequest(), no_progress, self.clock, _no_long_wait) if one.error]
        if errors:
            # What matters most is told: somebody must do something; else the vendor says when to come back.
            raise next((one for one in errors if isinstance(one, ReconnectNeededError)), errors[0])
        return Worked(self._now() + self.settings.sync_every * 60, Condition.WELL)

    def tick(self, tenant: int) -> Worked:
        """Keep accepted days protected."""
        full = self._full(tenant, _TICK_REQUESTS)
        if full:
            return full
        keeper = Keeper(self.clock)
        try:
            beat = keeper.beat()
        finally:
            keeper.close()
        usual = self._now() + TICK_EVERY
        reconnect = bool(beat.outcome and beat.outcome.reconnect)
        return Worked(min(usual, beat.due or usual), Condition.RECONNECT if reconnect else Condition.WELL)

    def _with_upkeep(self, done: Worked, tenant: int) -> Worked:
        """Look after the person's rows and letter, whatever became of the tick; add what was found to what it told."""
        found = (*self._look_after(tenant), *self._write_letter())
        return replace(done, said=" ".join((done.said, *found)).strip())

    def _look_after(self, tenant: int) -> tuple[str, ...]:
        """Delete what was kept long enough, audit the person's rows, tell them what lasts; return what was found."""
        if len(self._audits) >= _REMEMBERED:
            self._audits.clear()
        audit = self._audits.get(tenant)
        try:
            with opened_ledger(self.clock) as ledger:
                if audit is None:
                    audit = self._audits[tenant] = SelfAudit(self.clock, Pulse(self.clock), self._heartbeat)
                    # A service on their own machine looks each minute, and is missed when it does not; a worker is not.
                    book = ledger.store.self_audits()
                    book.keep(replace(book.last(), began_at=0))
                audited, troubles = audit.look(ledger)
        except (NotEnoughDataError, InputError):  # there is nothing yet, or nobody whose it would be
            return ()
        except DeepdayError as error:
            return (error.what,)
        return (*audited.found, *troubles)

    def _write_letter(self) -> tuple[str, ...]:
        """Mail the weekly letter on the person's trial where it is due; return what is to be told."""
        try:
            written = write_if_due(self.clock)
        except DeepdayError as error:
            return (f"The letter on the trial: {error.what}",)
        return (f"{written.told}.",) if written else ()

    def _heartbeat(self) -> None:
        settings = load_settings().serve
        if settings.heartbeat:
            beat_heart(settings.heartbeat, settings.heartbeat_method, self.clock)

    def urgent(self, tenant: int) -> Worked:
        """Do what is due about what was asked, and read what was asked since, by mail as well."""
        said = ""
        with listening(self.clock) as (ledger, ears):
            notes = self._looked_around(tenant, ledger, ears)
            ledger.desk.step()  # what an ingress has kept waits for no history and no mail server
            if ledger.door is not None:
                try:
                    look_into_mailbox(self.clock)
                except DeepdayError as error:
                    said = error.what
            ledger.desk.catch_up()
            ledger.desk.step()
        return Worked(self._now() + URGENT_EVERY, None, " ".join(filter(None, (said, *notes))))

    def _looked_around(self, tenant: int, ledger: Ledger, ears: Listening) -> Sequence[str]:
        """Let the desk know who is on leave and whom rules name, asked once an hour; return what went wrong."""
        settings, now, known = load_settings(), self._now(), self._around.get(tenant)
        if known is not None and known.settings == settings and 0 <= now - known.at < REFRESH_SECONDS:
            ledger.people.away, ledger.desk.policy = known.away, known.policy
            return ()
        notes = ears.refresh()
        if ledger.desk.history is not None:
            if len(self._around) >= _REMEMBERED:
                self._around.clear()
            self._around[tenant] = _Around(now, settings, ledger.people.away, ledger.desk.policy)
        return notes

    def _full(self, tenant: int, requests: int) -> Worked | None:
        """Take the requests of a job from the quotas of all its vendors; when one of them is used up, come back."""
        with opened_accounts(self.clock) as accounts:
            vendors = [one.provider for one in accounts.connected()]
        quotas, limits = Quotas(self.office.database, self.clock), self.settings.quota
        for vendor in sorted(set(vendors)):
            wait = quotas.take(vendor, requests * vendors.count(vendor), getattr(limits, vendor, limits.others))
            if wait:
                return Worked(self._spread(tenant, max(wait, 5)), None, f"the quota of {vendor} is used up for now")
        return None

    def _spread(self, tenant: int, pause: float) -> int:
        """Return an instant after the pause, another one for each person: they must not come back all at once."""
        return self._now() + int(pause * (1 + (tenant * 7919 % 1000) / 1000)) + 1

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


_DO: dict[JobKind, Callable[[Worker, int], Worked]] = {
    JobKind.SYNC: Worker.sync,
    JobKind.TICK: Worker.tick,
    JobKind.URGENT: Worker.urgent,
}


def _no_long_wait(seconds: float) -> None:
    """Refuse to wait for a vendor in a worker: others are to be served, and the job comes back by itself."""
    raise RetryLaterError("The service asks to wait.", after=seconds)


def settings_person(text: str, file: str) -> str:
    """Return whose the settings are. Raises :class:`InputError` for settings that are wrong or name nobody."""
    from deepday.config.load import parse_settings  # noqa: PLC0415 - only for the register

    settings = parse_settings(text, file)
    if not settings.me.email or not settings.me.zone:
        raise InputError(f"{file} does not say whose week it is.", "Set email and zone under [me].")
    return settings.me.email.lower()


def worker_settings() -> WorkerSettings:
    """Return what this machine's settings say about workers."""
    return load_settings().workers
