"""Connects to Slack: when messages were written, status, do not disturb, messages of ours, urgent requests."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from deepday.clock import Clock
from deepday.connect import Account, DeliveryReader, Dialogue, SignedIn, SignInOption, TokenKeeper
from deepday.model import Secret, TokenSet

__all__ = ["SlackConnector"]

_DAY = 86_400


class SlackConnector:
    """The connector for Slack (:class:`deepday.connect.AccountProvider`), over an app of the owner's own."""

    title = "Slack: message times, status, do not disturb, messages, urgent requests"

    def sign_in_options(self) -> Sequence[SignInOption]:
        """Return what a sign-in can be told."""
        from deepday_slack.settings import OPTIONS  # noqa: PLC0415 - start-up time

        return OPTIONS

    def sign_in(
        self, options: Mapping[str, str], person: Dialogue, clock: Clock, before: TokenSet | None = None
    ) -> SignedIn:
        """Take the app's tokens, by reference or pasted, and ask Slack whose they are and what they may do."""
        del before  # everything that is needed is given, or asked for
        from deepday_slack.signing_in import sign_in  # noqa: PLC0415 - Slack's library is not light

        return sign_in(options, person, clock)

    @contextmanager
    def open_account(
        self, account: str, options: Mapping[str, str], tokens: TokenKeeper, clock: Clock
    ) -> Iterator[Account]:
        """Open the account; nothing is sent before it is used."""
        del account
        from deepday_slack.account import SlackAccount  # noqa: PLC0415 - Slack's library is not light
        from deepday_slack.settings import Settings  # noqa: PLC0415
        from deepday_slack.web import SlackApi  # noqa: PLC0415

        opened = SlackAccount(SlackApi(Settings.parse(options), tokens, clock))
        try:
            yield opened
        finally:
            opened.close()

    def delivery_reader(self, secret: Secret, account: Account | None, clock: Clock) -> DeliveryReader:
        """Return what reads Slack's requests; ``secret``: the app's signing secret."""
        from deepday_slack.account import SlackAccount  # noqa: PLC0415 - Slack's library is not light
        from deepday_slack.deliveries import SlackDeliveries  # noqa: PLC0415

        if not isinstance(account, SlackAccount):
            return SlackDeliveries(secret, None, clock)
        return SlackDeliveries(secret, account.bundle(), clock, account.hears_in_person())

    def end_grant(self, options: Mapping[str, str], tokens: TokenSet, clock: Clock) -> tuple[str, ...]:
        """Revoke the user token and the bot token; the app-level token is revoked on the app's page only."""
        from deepday_slack.ending import end_grant  # noqa: PLC0415 - Slack's library is not light
        from deepday_slack.settings import Settings  # noqa: PLC0415

        return end_grant(Settings.parse(options), tokens, clock)

    def end_by_hand(self, options: Mapping[str, str]) -> tuple[str, ...]:
        """Say where Slack's tokens are revoked."""
        del options
        return (
            "Choose your app at https://api.slack.com/apps, then OAuth & Permissions, Revoke All OAuth Tokens.",
            "Revoke its app-level tokens there, under Basic Information.",
        )

    def explain_refusal(self, options: Mapping[str, str], age: int) -> str:
        """Say what may be behind tokens that Slack no longer accepts."""
        del options
        if age < _DAY:
            return "Installing the app again with other scopes, or regenerating a token, ends the tokens before it."
        return (
            "Somebody removed the app from the workspace or revoked its tokens, an administrator withdrew the "
            "approval, or your account in the workspace was deactivated."
        )
