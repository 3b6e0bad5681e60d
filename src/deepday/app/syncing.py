"""Bring the connected accounts' calendars and chat activity into the store: in full at first, then what changed."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from deepday.app.accounts import EMAIL, Accounts, opened_accounts, primary_of
from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.app.sources import DAY, context_for
from deepday.app.storing import pseudonyms
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.connect import Account, ActivityReader, BatchedReader, CalendarReader, Port, Progress, ReadContext
from deepday.errors import (
    CursorGoneError,
    DeepdayError,
    FatalError,
    GoneError,
    InputError,
    ReconnectNeededError,
    RetryLaterError,
)
from deepday.model import ActivityPage, Calendar, EventPage, Interval, Person
from deepday.store.rows import SourceKind
from deepday.store.syncing import Place, SyncState, SyncStore
from deepday.store.tokens import SignIn

WEEK = 7 * DAY
CALENDAR_PAST = 52 * WEEK
CALENDAR_AHEAD = 26 * WEEK
ACTIVITY_PAST = 12 * WEEK
LONGEST_PAST = 3 * CALENDAR_PAST
"""Seconds. A calendar is read from a year back to half a year ahead, and again in full when half of that has gone by;
what was read of the past is kept for three years. Activity is read from twelve weeks back."""

MOST_WAIT = 120.0
"""Seconds; a service that asks to wait longer is left for the next sync."""

_TRIES = 5
_BACK_OFF = wait_random_exponential(multiplier=1, max=30)
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of one source, or of an account that failed as a whole.

    ``source``: its name, empty for the whole account. ``full``: everything was read anew. ``changed`` counts objects
    of a calendar or messages, ``removed`` objects that went. ``others``: calendars of the account that are not read.
    """

    account: str
    provider: str
    source: str = ""
    full: bool = False
    pages: int = 0
    changed: int = 0
    removed: int = 0
    skipped: int = 0
    others: tuple[str, ...] = ()
    error: DeepdayError | None = None


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What to sync: ``name`` of an account or a provider (``None``: all), ``also`` calendars that were not read yet."""

    name: str | None = None
    also: tuple[str, ...] = ()


def sync(
    request: SyncRequest,
    progress: Progress,
    clock: Clock | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[Synced]:
    """Sync the accounts one after the other; what one of them fails at keeps no other from being read.

    Every page is kept with its cursor in one transaction, so a sync that was interrupted goes on where it stopped.
    Raises :class:`~deepday.errors.NotEnoughDataError` when no account is connected, :class:`InputError` when it is not
    known whose week it is, or when a calendar of ``also`` is in none of the accounts.
    """
    settings = load_settings()
    with opened_accounts(clock or SystemClock()) as accounts:
        chosen = accounts.connected(request.name)
        person = build_person(Request(), settings)
        yield from sync_accounts(accounts, chosen, person, request.also, progress, wait, settings.privacy.keep_titles)


def sync_accounts(
    accounts: Accounts,
    chosen: Sequence[SignIn],
    person: Person,
    also: Sequence[str],
    progress: Progress,
    wait: Callable[[float], None],
    keep_titles: bool,  # noqa: FBT001 - a setting, handed on
) -> Iterator[Synced]:
    """Sync these accounts of that person; raises as :func:`sync` does."""
    context = live_context(accounts, person, progress, keep_titles=keep_titles)
    wanted, seen, failed = set(also), set[str](), False
    for sign_in in chosen:
        try:
            with accounts.opened(sign_in) as account:
                yield from AccountSync(accounts, sign_in, account, context, wait).run(wanted, seen)
        except DeepdayError as error:
            failed = True
            yield Synced(sign_in.account, sign_in.provider, error=error)
    missing = wanted - seen
    if missing and not failed:  # else it may be in the account that could not be read
        raise InputError(f"There is no calendar {min(missing)!r} in the accounts.", "See: deepday connect test")


def live_context(accounts: Accounts, person: Person, progress: Progress, *, keep_titles: bool) -> ReadContext:
    """Return what connectors may know of the person; raises as :func:`sync` does where the store is another's."""
    accounts.store.claim(person.email)
    context = context_for(person, Interval(0, 0), progress, keep_titles=keep_titles)
    return replace(context, pseudonym=pseudonyms(accounts.store))


def _watch_nothing(page: ActivityPage) -> None:
    """Look at nothing."""


class AccountSync:
    """One account under way. ``watch`` is told of every page of chat activity once it is kept."""

    def __init__(
        self,
        accounts: Accounts,
        sign_in: SignIn,
        account: Account,
        context: ReadContext,
        wait: Callable[[float], None],
        watch: Callable[[ActivityPage], None] = _watch_nothing,
    ) -> None:
        self._live: SyncStore = accounts.store.live()
        self._clock = accounts.clock
        self._sign_in = sign_in
        self._account = account
        self._context = replace(context, email=sign_in.options.get(EMAIL) or context.email)
        self._wait = wait
        self._watch = watch
        self._result = Synced(sign_in.account, sign_in.provider)

    def run(self, wanted: set[str], seen: set[str]) -> Iterator[Synced]:
        """Sync what the account can give; ``seen`` takes the names of ``wanted`` that are in it."""
        ports = self._account.capabilities().ports
        if Port.CALENDAR_READER in ports and isinstance(self._account, CalendarReader):
            yield from self._calendars(self._account, wanted, seen)
        if Port.ACTIVITY_READER in ports and isinstance(self._account, ActivityReader):
            yield self._guarded(self._name, partial(self._activity, self._account))

    @property
    def _name(self) -> str:
        return f"{self._sign_in.provider.title()} ({self._sign_in.account})"

    def _calendars(self, reader: CalendarReader, wanted: set[str], seen: set[str]) -> Iterator[Synced]:
        known = self._live.states(self._sign_in.provider, self._sign_in.account)
        shadows, whole = (
            {state.place.remote: state for state in known if state.kind is kind}
            for kind in (SourceKind.SHADOW, SourceKind.CALENDAR)
        )
        states = whole | {remote: state for remote, state in shadows.items() if remote not in whole}
        unread: dict[str, Calendar] = {}
        others: tuple[str, ...] = ()
        own = next((remote for remote, state in states.items() if state.primary), "")
        if wanted or not own:
            found = self._patiently(reader.calendars)
            primary = primary_of(found)
            own = primary.id if primary else ""
            unread, others = _choose(found, {*states}, wanted | {own}, seen)
        # A round begins before anything of it is asked for: what changes meanwhile is not vouched for.
        following = {
            remote: self._live.begin_round(state) for remote, state in whole.items() if not self._outgrown(state)
        }
        self._prefetch(reader, list(following.values()))
        for remote in [*states, *unread]:
            name = states[remote].name if remote in states else unread[remote].name or self._name
            work = partial(self._calendar, reader, Calendar(remote, name, primary=remote == own), following)
            yield replace(self._guarded(name, work), others=others)
            others = ()

    def _calendar(self, reader: CalendarReader, calendar: Calendar, following: dict[str, SyncState]) -> None:
        if calendar.id in following:
            try:
                self._read_events(reader, following[calendar.id])
            except CursorGoneError:
                self._result = replace(self._result, pages=0, changed=0, removed=0)
            else:
                return
        self._result = replace(self._result, full=True)
        place = Place(self._sign_in.provider, self._sign_in.account, calendar.id)
        shadow = self._live.state(place, SourceKind.SHADOW)
        if shadow is not None and not self._outgrown(shadow):
            try:
                self._read_events(reader, shadow)
            except CursorGoneError:
                pass  # what it read so far is thrown away below
            else:
                return
        before = self._live.state(place, SourceKind.CALENDAR)
        window = self._calendar_window(before)
        begun = self._live.begin(place, SourceKind.SHADOW, calendar.name, window, primary=calendar.primary)
        self._read_events(reader, begun)

    def _read_events(self, reader: CalendarReader, state: SyncState) -> None:
        """Read page by page to the end of the round, each asked for again where the service is busy."""
        context = replace(self._context, window=state.window)
        more = True
        while more:
            page = self._patiently(partial(reader.event_changes, state.place.remote, context, state.cursor))
            _check_progress(state, page)
            state = self._live.keep_events(state, page, self._ahead())
            self._count(len(page.upserts), len(page.removals), len(page.skipped), state.name)
            more = page.more

    def _activity(self, reader: ActivityReader) -> None:
        place = Place(self._sign_in.provider, self._sign_in.account)
        state = self._live.state(place, SourceKind.ACTIVITY)
        try:
            if state is not None:
                self._read_messages(reader, self._live.begin_round(state))
                return
        except CursorGoneError:
            self._result = replace(self._result, pages=0, changed=0)
        self._result = replace(self._result, full=True)
        window = state.window if state else Interval(self._now() - ACTIVITY_PAST, self._now())
        self._read_messages(reader, self._live.begin(place, SourceKind.ACTIVITY, self._name, window))

    def _read_messages(self, reader: ActivityReader, state: SyncState) -> None:
        # A day more, since a message of this second, or by a clock that is ahead, must not fall out of the window.
        context = replace(self._context, window=Interval(state.window.start, self._now() + DAY))
        more = True
        while more:
            page = self._patiently(partial(reader.activity_changes, context, state.cursor))
            _check_progress(state, page)
            state = self._live.keep_activity(state, page)
            self._watch(page)
            self._count(len(page.messages), 0, len(page.skipped), state.name)
            more = page.more

    def _prefetch(self, reader: CalendarReader, states: Sequence[SyncState]) -> None:
        wanted = [
            (one.place.remote, replace(self._context, window=one.window), one.cursor) for one in states if one.cursor
        ]
        if len(wanted) > 1 and isinstance(reader, BatchedReader):
            try:
                self._patiently(partial(reader.prefetch, wanted))
            except ReconnectNeededError:
                raise
            except DeepdayError:
                pass  # it only saves requests: each calendar is asked for by itself

    def _outgrown(self, state: SyncState) -> bool:
        return state.window.end - self._now() < CALENDAR_AHEAD // 2

    def _calendar_window(self, before: SyncState | None) -> Interval:
        now = self._now() // DAY * DAY
        start = now - CALENDAR_PAST
        if before is not None:
            start = max(min(start, before.window.start), now - LONGEST_PAST)
        return Interval(start, now + CALENDAR_AHEAD)

    def _guarded(self, name: str, work: Callable[[], None]) -> Synced:
        """Do the work for one source; what it fails at is part of the result, unless the whole account is refused."""
        self._result = Synced(self._sign_in.account, self._sign_in.provider, name)
        try:
            work()
        except ReconnectNeededError:
            raise
        except CursorGoneError as error:
            return replace(self._result, error=error)
        except GoneError as error:
            gone = GoneError(error.what, f"What was read of it stays until: deepday erase {name!r}")
            return replace(self._result, error=gone)
        except DeepdayError as error:
            return replace(self._result, error=error)
        return self._result

    def _ahead(self) -> int:
        """Return by how many seconds our clock is ahead of the service's."""
        return max(0, ceil(-(self._account.clock_skew() or 0)))

    def _count(self, changed: int, removed: int, skipped: int, name: str) -> None:
        one = self._result
        self._result = replace(
            one,
            source=name,
            pages=one.pages + 1,
            changed=one.changed + changed,
            removed=one.removed + removed,
            skipped=one.skipped + skipped,
        )
        self._context.progress(f"Reading {name}", self._result.changed, 0)

    def _patiently(self, call: Callable[[], ResultT]) -> ResultT:
        """Call; when the service is busy, wait as long as it asks, or a while, and call again."""

        def pause(attempt: RetryCallState) -> float:
            error = attempt.outcome and attempt.outcome.exception()
            asked = error.after if isinstance(error, RetryLaterError) else None
            return _BACK_OFF(attempt) if asked is None else asked

        def worth_it(error: BaseException) -> bool:
            return isinstance(error, RetryLaterError) and (error.after or 0) <= MOST_WAIT

        attempts = Retrying(
            retry=retry_if_exception(worth_it),
            wait=pause,
            stop=stop_after_attempt(_TRIES),
            sleep=self._wait,
            reraise=True,
        )
        return attempts(call)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _check_progress(state: SyncState, page: EventPage | ActivityPage) -> None:
    if page.more and state.cursor is not None and page.cursor.text == state.cursor.text:
        raise FatalError(f"The reading of {state.name!r} does not go on.", "Please report this.")


def _choose(
    found: Sequence[Calendar], known: set[str], wanted: set[str], seen: set[str]
) -> tuple[dict[str, Calendar], tuple[str, ...]]:
    """Return the calendars to begin with, by id, and the names of those that are not read."""
    asked = {one.id: one for one in found if wanted & {one.id, one.name}}
    seen |= {name for one in asked.values() for name in (one.id, one.name)}
    others = tuple(sorted(one.name or one.id for one in found if one.id not in known | asked.keys()))
    return {key: one for key, one in asked.items() if key not in known}, others
