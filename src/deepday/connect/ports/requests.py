"""Ports beside the urgent signals: reading afterwards what may not have come in, and a second way to reach people."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from deepday.model import SignalPage, UrgentSignal


@runtime_checkable
class RequestHistory(Protocol):
    """Reads afterwards what was said where signals come from: what was sent while nobody listened is there as well.

    Must give a signal the same ``id`` as :class:`~deepday.connect.RequestSource` does. Must drop the same things. Must
    keep and log no text.
    """

    def owner_id(self) -> str:
        """Return what the vendor calls the account's owner; nothing is sent."""
        ...

    def watched_conversations(self) -> Sequence[str]:
        """Return the conversations in which people write to us, as far as the account can list them."""
        ...

    def signals_since(self, conversation: str, since: int, more: str = "") -> SignalPage:
        """Return a page of what was said in a conversation from ``since`` (UTC seconds) on; pages in any order.

        ``more``: where the page before this one ended. Raises :class:`~deepday.errors.GoneError` for a conversation
        that is closed to us.
        """
        ...

    def signal_again(self, conversation: str, signal: str) -> UrgentSignal | None:
        """Return a signal as it is now, by its id; ``None`` when it is gone, or cannot be read afterwards."""
        ...


@runtime_checkable
class TellsGaps(Protocol):
    """A source of requests that knows when something may have been missed: then histories are read at once."""

    def gaps(self) -> int:
        """Return how many times so far something may have been missed; connecting counts."""
        ...


@runtime_checkable
class PeopleFinder(Protocol):
    """Finds people of a workspace by their address."""

    def find_person(self, email: str) -> str:
        """Return what the vendor calls them; empty where nobody there has that address."""
        ...


class MailAnswerer(Protocol):
    """Answers people who asked by mail."""

    def answer(self, to: str, thread: str, text: str, key: str, request: str) -> str:
        """Answer the mail with the Message-ID ``thread`` and return what proves it.

        Answering a key twice may arrive twice. Raises :class:`~deepday.errors.RetryLaterError` and
        :class:`~deepday.errors.DeepdayError`.
        """
        ...

    def takes_answers(self) -> bool:
        """Tell whether somebody reads what is answered to our mails."""
        ...


class SecondChannel(Protocol):
    """Another way to reach somebody, for when chat is down or their own quiet keeps it from telling."""

    def reaches(self, name: str) -> bool:
        """Tell whether there is a way to that person."""
        ...

    def send(self, name: str, subject: str, text: str, key: str) -> str:
        """Send, with ``key`` where only programs see it, and return what proves it.

        Sending a key twice may arrive twice. Raises :class:`~deepday.errors.RetryLaterError` and
        :class:`~deepday.errors.DeepdayError`.
        """
        ...
