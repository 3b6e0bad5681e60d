"""The self-audit of a running service: requests are on their way, the history is whole, every part is alive.

It looks at the tables, not at what the parts of the service think of themselves, and at when each of these was last
alive. What it finds at two looks running is told to the owner by the second channel, and shown by ``deepday status``.
Only when it finds nothing does the heartbeat go out: a monitor elsewhere tells when it stays away.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from deepday.app.purging import purge_rows
from deepday.app.urgent_audit import verify_requests
from deepday.app.urgent_running import Ledger
from deepday.clock import Clock
from deepday.errors import DeepdayError
from deepday.model import ENDS
from deepday.reconcile.desired import active_blocks, live_blocks
from deepday.store.audit import ChainEnd
from deepday.store.self_audits import SelfAudited
from deepday.store.slots import Phase

MINUTE, HOUR, DAY = 60, 3600, 86_400
LATE = 5 * MINUTE
"""Seconds by which a request or a message may be overdue before it is a finding."""

STALE = 3 * MINUTE
"""Seconds after which a service whose self-audit has not passed is not well."""

_WINDOW = 8 * DAY
_AGAIN = 6 * HOUR
_SETTLED = 15 * MINUTE


class Pulse:
    """When each part of a service was last alive, on a clock that never goes back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[float, float]] = {}

    def mark(self, part: str, most: float = STALE) -> None:
        """Take note that a part is alive now; longer than ``most`` seconds without a word is a finding."""
        self._seen[part] = (self._clock.monotonic(), most)

    def forget(self, part: str) -> None:
        """Take note that a part is not there any more, as its owner wants it."""
        self._seen.pop(part, None)

    def silent(self) -> list[tuple[str, int]]:
        """Return the parts that were silent for too long, with the seconds."""
        now = self._clock.monotonic()
        return [(part, int(now - at)) for part, (at, most) in sorted(self._seen.items()) if now - at > most]


@dataclass(slots=True)
class SelfAudit:
    """Looks, and remembers between two looks how far the history was followed and what was found."""

    clock: Clock
    pulse: Pulse
    heartbeat: Callable[[], None] = field(default=lambda: None)
    _chain: ChainEnd = field(default_factory=ChainEnd)
    _whole_at: float | None = None
    _purged_at: float | None = None
    _before: frozenset[str] = frozenset()
    _last: SelfAudited = field(default_factory=SelfAudited)

    def begin(self, ledger: Ledger) -> None:
        """Take note that a service begins to look after itself."""
        book = ledger.store.self_audits()
        book.keep(replace(book.last(), began_at=ledger.desk.now(), found=()))

    def look(self, ledger: Ledger) -> tuple[SelfAudited, tuple[str, ...]]:
        """Look once, keep what was found, tell it; return that and what went wrong in telling.

        What was kept long enough is deleted first. A store that cannot be used is a finding as well.
        """
        now, book, last = ledger.desk.now(), ledger.store.self_audits(), self._last
        try:
            last = self._newest(book.last())
            ledger.urgent.forget_texts()
            self._purge(ledger)
            found = tuple(self._findings(ledger, now))
            audited = replace(last, found=found, passed_at=last.passed_at if found else now)
            book.keep(audited)
        except DeepdayError as error:  # a full disk, a damaged file: told all the same
            found = (error.what,)
            audited = replace(last, found=found)
        lasting = tuple(one for one in found if _kind(one) in self._before)
        self._before, self._last = frozenset(map(_kind, found)), audited
        troubles = []
        try:
            told = self._tell(ledger, audited, lasting, now)
            if told != audited:
                self._last = audited = told  # after it was sent: a crash tells it twice, never not at all
                book.keep(told)
        except DeepdayError as error:
            troubles.append(f"The owner could not be told, or that could not be kept: {error.what}")
        if not found:
            try:
                self.heartbeat()
            except DeepdayError as error:
                troubles.append(f"The heartbeat was not taken: {error.what}")
        return audited, tuple(troubles)

    def _purge(self, ledger: Ledger) -> None:
        """Delete what was kept long enough, once a day."""
        steady = self.clock.monotonic()
        if self._purged_at is None or steady - self._purged_at >= DAY:
            purge_rows(ledger)
            self._purged_at = steady

    def _newest(self, kept: SelfAudited) -> SelfAudited:
        """Return what is kept, with what was told since, where that could not be kept."""
        if self._last.told_at <= kept.told_at:
            return kept
        return replace(kept, told=self._last.told, told_at=self._last.told_at)

    def _findings(self, ledger: Ledger, now: int) -> Iterator[str]:
        """Yield sentences; a thing that lasts has the same one at each look, but for its numbers."""
        yield from self._history(ledger, now)
        overdue = [one for one in ledger.urgent.open_requests(ledger.person) if one.state not in ENDS]
        late = sum(one.deadline < now - LATE for one in overdue)
        if late:
            yield f"Requests are overdue, and nothing has gone on since: {late}."
        stuck = ledger.urgent.stuck_messages(ledger.person, now - LATE)
        if stuck:
            yield f"Messages are due, and not sent: {stuck}."
        known = ledger.protecting.known(ledger.person)
        live = live_blocks(known.schedule)
        idle = not any(active_blocks(live, known.schedule, at) for at in (now, now - _SETTLED))
        for slot in known.slots:
            if idle and slot.owned and slot.phase is not Phase.BLOCKED:
                target = slot.target
                yield f"{target.provider}: {target.setting} is still ours, though no block is under way."
        for part, _ in self.pulse.silent():
            yield f"{part.capitalize()} stands still."

    def _history(self, ledger: Ledger, now: int) -> Iterator[str]:
        """Look at all of the history once a day, and at what was added since each time."""
        steady = self.clock.monotonic()
        if self._whole_at is None or steady - self._whole_at >= DAY:
            self._whole_at, self._chain = steady, ChainEnd()
        broken, end = ledger.protecting.follow_chain(self._chain)
        if broken is not None:
            self._whole_at = None  # looked at from its beginning until it is well
            yield f"Row {broken} of the history is not as it was written."
            return
        whole = not self._chain.seq
        self._chain = end
        first = 0 if whole else now - _WINDOW
        requests = ledger.urgent.requests(ledger.person, first=first)
        came = ledger.urgent.received(ledger.person, first, 1 << 40) + sum(bool(one.reopens) for one in requests)
        if came != len(requests):
            yield f"{came} requests came in, and {len(requests)} are kept."
        if whole:
            proof = verify_requests(ledger.urgent, ledger.protecting, ledger.person, 0, 1 << 40)
            if proof.faults:
                self._whole_at = None
                yield f"The proof of the requests does not hold: {len(proof.faults)} faults."

    def _tell(self, ledger: Ledger, audited: SelfAudited, lasting: tuple[str, ...], now: int) -> SelfAudited:
        """Tell the owner what lasts, once and then every few hours, and that it is over."""
        ways = ledger.ways
        if ways is None or not ways.reaches(ledger.person):
            return audited
        new = {*map(_kind, lasting)} - {*map(_kind, audited.told)}
        if lasting and (new or not 0 <= now - audited.told_at < _AGAIN):
            text = "deepday looked after itself, and found:\n\n" + "\n".join(f"- {one}" for one in lasting)
            text += "\n\nLook with: deepday status, deepday urgent list"
            ways.send(ledger.person, "deepday is not well", text, f"alarm/{now}")
            return replace(audited, told=lasting, told_at=now)
        if not audited.found and audited.told:
            ways.send(ledger.person, "deepday is well again", "What was found is over.", f"well/{now}")
            return replace(audited, told=(), told_at=0)
        return audited


def standing(audited: SelfAudited, now: int) -> Iterator[str]:
    """Yield what whoever looks at a running service must know of its self-audit."""
    yield from audited.found
    since = max(audited.passed_at, audited.began_at)
    if not audited.found and audited.began_at and not 0 <= now - since < STALE:
        yield f"The self-audit has not passed for {max(0, now - since) // MINUTE} minutes."


def _kind(finding: str) -> str:
    """Return what a finding is about, whatever its numbers: a growing number must not make it new at each look."""
    return re.sub(r"\d+", "", finding)
