"""Ports for messages of ours, urgent signals of others, and hints that something changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from deepday.model import OutgoingMessage, PostedMessage, UrgentSignal, Watch


@runtime_checkable
class Messenger(Protocol):
    """Posts messages of ours.

    Must keep ``message.key`` with the message, where only programs see it, so that it can be found again. Must not
    post a second time for a key that was posted, if told to look. Must not log the text or put it into an error.
    """

    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        """Post the message; with ``again`` (an earlier try has an unknown outcome) look for the key first.

        Raises :class:`~deepday.errors.GoneError` when the conversation is gone or closed to us.
        """
        ...

    def find_message(self, to: str, key: str) -> PostedMessage | None:
        """Return our message with that key; ``None`` when it was not posted."""
        ...


@runtime_checkable
class RequestSource(Protocol):
    """Urgent signals as they come in: at least once, in any order.

    Must tell the vendor that a signal arrived only in :meth:`acknowledge`, which the caller calls after its own
    commit; a signal that was not acknowledged must come again, with the same ``id``, also after a restart. Must drop
    what is forged or not meant for the owner before anybody sees it. Must keep no more of a signal than
    :class:`~deepday.model.UrgentSignal` holds.

    May deliver a signal again that was acknowledged.
    """

    def signals(self, seconds: float) -> Iterator[UrgentSignal]:
        """Give the signals that are there, then those that arrive within ``seconds`` (0: do not wait)."""
        ...

    def acknowledge(self, signal: UrgentSignal) -> None:
        """Tell the vendor that the signal is kept; twice is once, and too late is fine."""
        ...


@runtime_checkable
class ChangeNotifier(Protocol):
    """Orders hints that a calendar changed. A hint is a hint: it may be lost, doubled, late, forged.

    Must check the secret in constant time. Must take nothing from a hint but which calendar to read. Must not fail on
    a hint that makes no sense: it means nothing.
    """

    def watch_calendar(self, watch: Watch) -> Watch:
        """Order hints, and return the watch with the vendor's id and the end that the vendor grants.

        Ordering the same ``watch.id`` twice should be ordering it once, where the vendor can tell. Raises
        :class:`~deepday.errors.UnsupportedError` where the vendor cannot reach ``watch.address``.
        """
        ...

    def renew_watch(self, watch: Watch, until: int) -> Watch:
        """Prolong it; raises :class:`~deepday.errors.GoneError` when the vendor has dropped it."""
        ...

    def stop_watch(self, watch: Watch) -> None:
        """Stop it; that it is gone already is fine."""
        ...

    def hinted(self, headers: Mapping[str, str], body: bytes, watches: Sequence[Watch]) -> frozenset[str]:
        """Return the calendars that a delivered hint names, of those in ``watches``; empty for anything else."""
        ...
