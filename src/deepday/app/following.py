"""Stay up to date: sync once, then hear chat as it happens, and sync again at an interval and wherever there is a gap.

What is heard is kept at once, but only a reading says that a time was observed: a delivery that never came cannot be
told from silence. So every gap that a listener tells of is closed by a reading from the cursor, begun after it was
told; a message that was heard and is not in the reading of its time was deleted meanwhile, and goes again.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial

from deepday.app.accounts import EMAIL, Accounts, opened_accounts
from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.app.sources import DAY
from deepday.app.syncing import AccountSync, Synced, SyncRequest, live_context, sync_accounts
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.connect import Account, ActivityListener, Port, Progress, ReadContext
from deepday.errors import DeepdayError, ReconnectNeededError, RetryLaterError
from deepday.model import ActivityPage, Conversation, HeardActivity, Interval
from deepday.store.rows import SourceKind
from deepday.store.syncing import Place, SyncState
from deepday.store.tokens import SignIn

EVERY = 900
"""Seconds between two syncs of everything, unless it is said otherwise."""

TURN = 1.0
"""Seconds in which every account is listened to once, so that each delivery is acknowledged in time."""

BREATH = 30.0
"""Seconds before a reading or a connection that failed is tried again, where the service names no time."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What one delivery brought, at UTC second ``at``: messages ``added`` to the store, and ``removed`` from it."""

    account: str
    provider: str
    at: int
    added: int
    removed: int


News = Synced | Caught | None
"""None: nothing happened for a while."""


@dataclass(frozen=True, slots=True)
class FollowRequest:
    """What to follow, and after how many seconds everything is synced again."""

    sync: SyncRequest
    every: int = EVERY


def follow(
    request: FollowRequest,
    progress: Progress,
    clock: Clock | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[News]:
    """Sync the accounts, and then follow them without an end; close it, or interrupt it, to stop.

    It may be stopped at any point: what was told was kept, and what was not kept comes again or is read. Raises what
    :func:`deepday.app.syncing.sync` raises, before anything is followed.
    """
    settings = load_settings()
    with opened_accounts(clock or SystemClock()) as accounts, ExitStack() as stack:
        chosen, keep_titles = accounts.connected(request.sync.name), settings.privacy.keep_titles
        person = build_person(Request(), settings)
        yield from sync_accounts(accounts, chosen, person, request.sync.also, progress, wait, keep_titles)
        context = live_context(accounts, person, progress, keep_titles=keep_titles)
        followers = [_Follower(accounts, one, context, wait, request.every, TURN / len(chosen)) for one in chosen]
        turns = [stack.enter_context(closing(follower.news())) for follower in followers]
        while True:
            for turn in turns:
                yield from iter(partial(next, turn), None)
            yield None
            if not any(follower.listens for follower in followers):
                wait(TURN)


class _Follower:
    """One account. ``listens``: it waits for deliveries, so that nobody else needs to wait."""

    def __init__(
        self,
        accounts: Accounts,
        sign_in: SignIn,
        context: ReadContext,
        wait: Callable[[float], None],
        every: int,
        turn: float,
    ) -> None:
        self.listens = False
        self._accounts = accounts
        self._live = accounts.store.live()
        self._sign_in = sign_in
        self._context = replace(context, email=sign_in.options.get(EMAIL) or context.email)
        self._wait = wait
        self._every = every
        self._turn = turn
        self._due = self._now() + every
        self._gap: HeardActivity | None = None
        self._unproven: dict[tuple[str, int], Conversation] = {}  # heard by us, and in no reading so far
        self._heard = 0

    def news(self) -> Generator[News, None, None]:
        """Give what happens, for ever; None at the end of each turn."""
        while True:
            try:
                with self._accounts.opened(self._sign_in) as account:
                    yield from self._following(account)
            except DeepdayError as error:
                yield Synced(self._sign_in.account, self._sign_in.provider, error=error)
                yield from self._rest(self._every if isinstance(error, ReconnectNeededError) else _pause(error))

    def _rest(self, seconds: float) -> Iterator[None]:
        self.listens = False
        until = self._now() + seconds
        while self._now() < until:
            yield None

    def _following(self, account: Account) -> Generator[News, None, None]:
        listener, self._gap = _listener_of(account), None
        while True:
            self.listens = listener is not None
            if listener:
                yield from self._listened(listener)
            if self._now() >= self._due:
                yield from self._read(account, listener)
            yield None

    def _listened(self, listener: ActivityListener) -> Iterator[Caught]:
        """Keep what arrives within a turn, each delivery before it is acknowledged."""
        state = self._state()
        context = self._context
        if state:  # a day more, as in a reading
            context = replace(context, window=Interval(state.window.start, int(self._now()) + DAY))
        for heard in listener.heard_activity(context, self._turn):
            if heard.gap:
                if heard != self._gap:
                    self._gap, self._due = heard, self._now()
            elif state is not None:
                caught = self._kept(state, heard)
                listener.acknowledge_activity(heard)
                yield caught
            if state is None or (self._gap and self._now() >= self._due):
                return  # the reading comes first; what else has arrived is told again

    def _kept(self, state: SyncState, heard: HeardActivity) -> Caught:
        done = self._live.keep_heard(state, heard)
        if done.added and heard.proven_by_reading:
            self._unproven |= {(one.conversation.pseudonym, one.micros): one.conversation for one in heard.messages}
        for conversation, micros in heard.removals:
            self._unproven.pop((conversation.pseudonym, micros), None)
        self._heard += done.added
        self._context.progress(f"Heard on {state.name}", self._heard, 0)
        return Caught(self._sign_in.account, self._sign_in.provider, int(self._now()), done.added, done.removed)

    def _read(self, account: Account, listener: ActivityListener | None) -> Iterator[News]:
        """Sync all of the account; what was told to be a gap before is closed by that."""
        gap, pages = self._gap, list[ActivityPage]()
        reading = AccountSync(self._accounts, self._sign_in, account, self._context, self._wait, pages.append)
        failed = None
        for synced in reading.run(set(), set()):
            failed = failed or synced.error
            yield synced
        yield from self._proven(pages)
        if failed is None:
            self._due = self._now() + self._every
            if gap and listener:
                listener.acknowledge_activity(gap)
                self._gap = None
            return
        self._due = self._now() + _pause(failed)

    def _proven(self, pages: list[ActivityPage]) -> Iterator[Caught]:
        """Take out what was heard and is not there where a reading has observed everything."""
        given = {(one.conversation.pseudonym, one.micros) for page in pages for one in page.messages}
        observed = [span for page in pages for span in page.observed]
        for key in self._unproven.keys() & given:
            del self._unproven[key]
        gone = [key for key in self._unproven if any(one.start <= key[1] // 1_000_000 < one.end for one in observed)]
        removals = tuple((self._unproven.pop(key), key[1]) for key in gone)
        state = self._state()
        if removals and state:
            yield self._kept(state, HeardActivity("", removals=removals))

    def _state(self) -> SyncState | None:
        place = Place(self._sign_in.provider, self._sign_in.account)
        return self._live.state(place, SourceKind.ACTIVITY)

    def _now(self) -> float:
        return self._accounts.clock.now().timestamp()


def _pause(error: DeepdayError) -> float:
    asked = error.after if isinstance(error, RetryLaterError) else None
    return BREATH if asked is None else asked


def _listener_of(account: Account) -> ActivityListener | None:
    if Port.ACTIVITY_LISTENER in account.capabilities().ports and isinstance(account, ActivityListener):
        return account
    return None
