"""Connects to calendars over CalDAV (RFC 4791): Radicale, Nextcloud, iCloud, Fastmail and many more."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from deepday.clock import Clock
from deepday.connect import Account, Dialogue, Feature, SignedIn, SignInOption, TokenKeeper
from deepday.model import TokenSet

_PASSWORDS = {
    "iCloud": "at https://account.apple.com (Sign-In and Security, App-Specific Passwords)",
    "Fastmail": "at https://app.fastmail.com (Settings, Privacy & Security, App passwords)",
    "Nextcloud": "on your Nextcloud (Settings, Security, Devices & sessions)",
}
_CHOICES = (Feature.BLOCKS.value, Feature.ANSWERS.value, Feature.OWN_CALENDAR.value)


class CaldavConnector:
    """Signs in to CalDAV servers and opens accounts there (:class:`deepday.connect.AccountProvider`)."""

    @property
    def title(self) -> str:
        """What it connects to."""
        return "Calendars over CalDAV (iCloud, Fastmail, Nextcloud, Radicale and others)"

    def sign_in_options(self) -> Sequence[SignInOption]:
        """Return the address, the user, where the password is, and what deepday may do."""
        return (
            SignInOption("url", "Address of the server, like https://caldav.example.com."),
            SignInOption("user", "Name with which you sign in there; often your mail address."),
            SignInOption("password", "Where the password is; without it you are asked.", secret=True),
            SignInOption("allow", "What deepday may do besides reading.", choices=_CHOICES, many=True),
        )

    def sign_in(
        self, options: Mapping[str, str], person: Dialogue, clock: Clock, before: TokenSet | None = None
    ) -> SignedIn:
        """Find the calendars with the person's password; see :meth:`deepday.connect.AccountProvider.sign_in`."""
        del before  # everything that is needed is given, or asked for
        from deepday_caldav.auth import sign_in  # noqa: PLC0415 - start-up time

        return sign_in(options, person, clock)

    @contextmanager
    def open_account(
        self, account: str, options: Mapping[str, str], tokens: TokenKeeper, clock: Clock
    ) -> Iterator[Account]:
        """Open the account; see :meth:`deepday.connect.AccountProvider.open_account`."""
        from deepday_caldav.account import CaldavAccount  # noqa: PLC0415 - start-up time
        from deepday_caldav.dav import Dav  # noqa: PLC0415 - start-up time
        from deepday_caldav.settings import Settings  # noqa: PLC0415 - start-up time

        del account
        settings = Settings.of(options)
        with Dav(settings, tokens, clock) as dav:
            yield CaldavAccount(settings, dav)

    def explain_refusal(self, options: Mapping[str, str], age: int) -> str:
        """Say what may be behind a password that the server no longer takes."""
        from deepday_caldav.quirks import known  # noqa: PLC0415 - start-up time

        del age
        words = known(options.get("server", "")).advice
        return f"Passwords for apps end when they are withdrawn or the main password is changed. {words}".strip()

    def end_grant(self, options: Mapping[str, str], tokens: TokenSet, clock: Clock) -> tuple[str, ...]:
        """Send nothing: CalDAV has no way to withdraw a password."""
        del tokens, clock
        return self.end_by_hand(options)

    def end_by_hand(self, options: Mapping[str, str]) -> tuple[str, ...]:
        """Say where the password is withdrawn."""
        at = _PASSWORDS.get(options.get("server", ""), "at your provider, where it keeps passwords for apps")
        return (f"Withdraw the password that deepday had, {at}; change it, if it is the one of your account.",)
