"""What applying a change always needs: a lease, commits under it, and an end to calls to an account in trouble."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from deepday.clock import Clock
from deepday.errors import DeepdayError
from deepday.model import Override
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.changes import Change
from deepday.store.audit import Note
from deepday.store.leases import Backoff, Lease
from deepday.store.ledger import LedgerEntry
from deepday.store.protecting import ProtectStore
from deepday.store.slots import Slot

_MARGIN = 60
"""Seconds that a lease must still last when a vendor is called."""


class Trouble(Exception):  # noqa: N818 - it carries an error, and never leaves this part
    """The account is in trouble: no more calls to it in this round."""

    def __init__(self, error: DeepdayError) -> None:
        super().__init__(error.what)
        self.error = error


@dataclass(slots=True)
class Committer:
    """Commits under a lease, and keeps what was done.

    Every method raises :class:`ConflictError` when the lease is lost.
    """

    store: ProtectStore
    clock: Clock
    lease: Lease
    done: list[Change] = field(default_factory=list)
    saves: int = 0

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self.clock.now().timestamp())

    def save(
        self,
        *changed: Slot | LedgerEntry | Backoff | Lease,
        note: Note | None = None,
        overrides: Iterable[Override] = (),
    ) -> None:
        """Commit, under the lease."""
        self.saves += 1
        self.store.save(self.lease, *changed, note=note, overrides=overrides)

    def looked(self, account: ConnectedAccount) -> None:
        """Take note that the account's calendar was looked at now."""
        self.saves += 1
        self.store.looked(self.lease, account.provider, account.name, account.calendar)

    def _hold(self) -> None:
        """See to it that the lease outlasts the next call."""
        if self.lease.expires_at - self.now() < _MARGIN:
            self.lease = self.store.renew(self.lease)

    @staticmethod
    def _note(change: Change, before: str, after: str, why: str = "") -> Note:
        return Note(change.target, str(before), after, why or change.why)
