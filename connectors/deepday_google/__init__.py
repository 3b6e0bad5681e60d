"""Connects to Google Calendar and Gmail's automatic reply, with an account of the person's own or of an organisation.

``signing_in`` signs in, ``auth`` gets tokens, ``session`` carries every call of Google's SDK within bounds, ``errors``
says what to do about a refusal. ``calendars`` reads, ``blocks`` writes, ``replies`` and ``hints`` are what they are
called, ``account`` puts them together. ``translate`` and ``vacation`` are pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deepday.clock import Clock
from deepday.connect import Account, Dialogue, SignedIn, SignInOption, TokenKeeper
from deepday.model import TokenSet
from deepday_google import settings
from deepday_google.errors import by_hand, explain

if TYPE_CHECKING:
    from deepday.connect.http import Limits

FULL_PAGE = 2500
"""The most events that Google puts on a page."""


class GoogleConnector:
    """Satisfies :class:`deepday.connect.AccountProvider`.

    ``limits`` bounds each exchange (by default 30 seconds and 64 MB); ``page_size``: events asked for at a time.
    """

    title = "Google Calendar and Gmail"

    def __init__(self, limits: "Limits | None" = None, page_size: int = FULL_PAGE) -> None:
        self._limits = limits
        self._page_size = page_size

    def sign_in_options(self) -> Sequence[SignInOption]:
        """Return what a sign-in can be told."""
        return settings.OPTIONS

    def sign_in(
        self, options: Mapping[str, str], person: Dialogue, clock: Clock, before: TokenSet | None = None
    ) -> SignedIn:
        """Let the person sign in through a browser, or an organisation's service account sign in for them."""
        from deepday_google.signing_in import sign_in  # noqa: PLC0415 - Google's libraries take half a second

        return sign_in(options, person, clock, self._bounds(), before)

    @contextmanager
    def open_account(
        self, account: str, options: Mapping[str, str], tokens: TokenKeeper, clock: Clock
    ) -> Iterator[Account]:
        """Open the account while the context lasts; nothing is sent before it is used."""
        from deepday_google.account import GoogleAccount  # noqa: PLC0415 - Google's libraries take half a second
        from deepday_google.session import Session  # noqa: PLC0415 - the same

        chosen = settings.Settings.parse(options)
        with Session(chosen, account, tokens, clock, self._bounds()) as session:
            yield GoogleAccount(session, self._page_size)

    def explain_refusal(self, options: Mapping[str, str], age: int) -> str:
        """Say what may be behind a grant that Google ended ``age`` seconds after it was given."""
        return explain(settings.Settings.parse(options), age)

    def end_grant(self, options: Mapping[str, str], tokens: TokenSet, clock: Clock) -> tuple[str, ...]:
        """End the person's consent; a service account's reach is for an administrator to end."""
        from deepday_google.ending import end_grant  # noqa: PLC0415 - brings httpx

        return end_grant(settings.Settings.parse(options), tokens, clock)

    def end_by_hand(self, options: Mapping[str, str]) -> tuple[str, ...]:
        """Say where Google's access is ended."""
        return by_hand(settings.Settings.parse(options))

    def _bounds(self) -> "Limits":
        from deepday.connect.http import Limits  # noqa: PLC0415 - brings httpx

        return self._limits or Limits(size=64_000_000)  # a full page of meetings with a hundred guests each
