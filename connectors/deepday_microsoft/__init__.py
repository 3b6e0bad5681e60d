"""Connects to Microsoft 365 and Outlook.com: calendars, automatic replies, Teams presence, by Microsoft Graph."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from deepday.clock import Clock
from deepday.connect import Dialogue, Feature, SignedIn, SignInOption, TokenKeeper
from deepday.model import TokenSet
from deepday_microsoft.settings import CLOUDS, OPTIONS, PERSONAL_TENANT, Settings, read_settings

if TYPE_CHECKING:
    from deepday.connect.http import Limits
    from deepday_microsoft.account import MicrosoftAccount
    from deepday_microsoft.part import Tuning

__all__ = ["MicrosoftConnector"]

_LARGEST_ANSWER = 50_000_000  # a page of a thousand events, each with its description
_REACHES_ALL = (
    "Application permissions reach EVERY mailbox of the tenant. Let an administrator narrow them to this one mailbox "
    "with Exchange's role-based access control for applications (RBAC for Applications)."
)


class MicrosoftConnector:
    """Satisfies :class:`deepday.connect.AccountProvider`.

    ``limits`` bound each exchange, ``tuning`` has sizes; both have defaults for live accounts.
    """

    def __init__(self, limits: "Limits | None" = None, tuning: "Tuning | None" = None) -> None:
        self._limits = limits
        self._tuning = tuning

    @property
    def title(self) -> str:
        """Say in a few words what it connects to."""
        return "Microsoft 365 and Outlook.com: calendar, automatic replies, Teams"

    def sign_in_options(self) -> Sequence[SignInOption]:
        """Return what a sign-in can be told."""
        return OPTIONS

    def sign_in(
        self, options: Mapping[str, str], person: Dialogue, clock: Clock, before: TokenSet | None = None
    ) -> SignedIn:
        """Let the person sign in, or the application; see :class:`deepday.connect.AccountProvider`."""
        del before  # everything that is needed is given, or asked for
        from deepday_microsoft.auth import Entra  # noqa: PLC0415 - heavy
        from deepday_microsoft.signing_in import Once, looked_at  # noqa: PLC0415 - heavy

        settings = read_settings(options)
        with Entra(settings, clock, self._bounds()) as entra:
            if settings.app_only:
                tokens, account = entra.as_application(), settings.user
            else:
                by_code = options.get("device-code") == "yes"
                tokens, claims = (entra.by_device_code if by_code else entra.by_browser)(person)
                settings = replace(
                    settings, object_id=str(claims["oid"]), personal=claims.get("tid") == PERSONAL_TENANT
                )
                account = str(claims.get("preferred_username") or claims["oid"])
        with self.open_account(account, settings.kept(options), Once(tokens), clock) as opened:
            looked_at(opened)
        email = account if "@" in account else ""
        return SignedIn(account, tokens, email, settings.kept(options), _notes(settings))

    @contextmanager
    def open_account(
        self,
        account: str,  # noqa: ARG002 - the tokens say whose they are
        options: Mapping[str, str],
        tokens: TokenKeeper,
        clock: Clock,
    ) -> "Iterator[MicrosoftAccount]":
        """Open the account; see :class:`deepday.connect.AccountProvider`."""
        from deepday.connect.http import HttpClient  # noqa: PLC0415 - heavy
        from deepday_microsoft.account import MicrosoftAccount  # noqa: PLC0415 - heavy
        from deepday_microsoft.auth import refresher  # noqa: PLC0415 - heavy
        from deepday_microsoft.graph import Graph  # noqa: PLC0415 - heavy
        from deepday_microsoft.part import Tuning  # noqa: PLC0415 - heavy

        settings = read_settings(options)
        with HttpClient(settings.graph_url, clock, self._bounds()) as http:
            graph = Graph(http, settings, tokens, refresher(settings, clock, self._bounds()), clock)
            yield MicrosoftAccount(graph, settings, self._tuning or Tuning())

    def explain_refusal(self, options: Mapping[str, str], age: int) -> str:
        """Say what may be behind a grant that Microsoft ended ``age`` seconds after it was given."""
        from deepday_microsoft.errors import explained  # noqa: PLC0415 - heavy

        return explained(age, app_only=bool(options.get("certificate")))

    def end_grant(self, options: Mapping[str, str], tokens: TokenSet, clock: Clock) -> tuple[str, ...]:
        """Send nothing: Microsoft lets no app end its own access, short of one that ends every other app's as well."""
        del tokens, clock
        return self.end_by_hand(options)

    def end_by_hand(self, options: Mapping[str, str]) -> tuple[str, ...]:
        """Say where Microsoft's access is ended."""
        settings = read_settings(options)
        if settings.app_only:
            where = (
                "Delete the certificate of the app registration, or the registration, at https://entra.microsoft.com."
            )
        elif settings.personal:
            where = "Remove deepday at https://account.live.com/consent/Manage."
        else:
            where = "Remove deepday at https://myapps.microsoft.com (Manage your application, Revoke permissions)."
        return (f"{where} A token that is out opens the account for up to 90 minutes more.",)

    def _bounds(self) -> "Limits":
        from deepday.connect.http import Limits  # noqa: PLC0415 - heavy

        return self._limits or Limits(size=_LARGEST_ANSWER)


def _notes(settings: Settings) -> tuple[str, ...]:
    notes: list[str] = []
    if settings.app_only:
        notes.append(_REACHES_ALL)
    if Feature.STATUS in settings.allow and not CLOUDS[settings.cloud].presence:
        notes.append("Presence and status message cannot be written in this cloud; they were not asked for.")
    elif Feature.STATUS in settings.allow and settings.personal:
        notes.append("Personal accounts have no presence in Teams: it is left alone.")
    elif Feature.STATUS in settings.allow and not settings.object_id:
        notes.append("Presence needs the person's object ID: connect again with it as --user.")
    return tuple(notes)
