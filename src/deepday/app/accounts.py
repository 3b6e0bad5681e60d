"""Connected accounts: signing in, opening, testing, removing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from deepday.app.health import Check, Health
from deepday.app.leaving import leave_nothing
from deepday.app.request import Request
from deepday.app.sources import DAY
from deepday.app.storing import remember_settings, settings_text
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import config_file, database_location, key_file
from deepday.connect import (
    Account,
    AccountProvider,
    CalendarReader,
    Dialogue,
    Port,
    ReadContext,
    available,
    load,
)
from deepday.connect.master_keys import master_keys
from deepday.errors import DeepdayError, InputError, NotEnoughDataError, ReconnectNeededError
from deepday.model import Calendar, Interval, TokenSet
from deepday.store.audit import Note
from deepday.store.case_book import CaseBook
from deepday.store.office import Office
from deepday.store.protecting import ProtectStore
from deepday.store.repository import Store, open_store
from deepday.store.tokens import SignIn, TokenStore
from deepday.store.urgent import UrgentStore

MOST_SKEW = 60.0
"""Seconds by which the clocks may differ before somebody should know."""

EMAIL = "email"
"""Among an account's options: by which address its owner stands in its calendars."""

_NO_ACCOUNT = "Run: deepday connect google, microsoft, slack or caldav. To try it without one: deepday sandbox"


@dataclass(frozen=True, slots=True)
class Connected:
    """How a sign-in ended: the account's name, and sentences to read."""

    account: str
    notes: tuple[str, ...]


class Accounts:
    """The connected accounts of a store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.masters = master_keys(key_file())
        self.tokens: TokenStore = store.tokens(self.masters)

    def protecting(self, told: Callable[[Note], None] | None = None) -> ProtectStore:
        """Return what the store keeps of protected days; ``told`` is called with each note about a change."""
        return self.store.protecting(self.masters, told)

    def urgent(self, retention: int) -> UrgentStore:
        """Return what the store keeps of urgent requests; the texts of those that were told on for ``retention`` s."""
        return self.store.urgent(self.masters, retention)

    def case(self) -> CaseBook:
        """Return the notes and tasks of the case."""
        return self.store.case(self.masters)

    def connected(self, name: str | None = None) -> list[SignIn]:
        """Return the accounts, or those with that name or provider.

        Raises :class:`NotEnoughDataError` when there are none, :class:`InputError` when none has that name.
        """
        found = self.tokens.sign_ins()
        if not found:
            raise NotEnoughDataError("No account is connected.", _NO_ACCOUNT)
        named = [one for one in found if name is None or name.lower() in {one.account.lower(), one.provider}]
        if not named:
            known = ", ".join(f"{one.account} ({one.provider})" for one in found)
            raise InputError(f"No account {name!r} is connected.", f"Connected are: {known}.")
        return named

    def synced_at(self, sign_in: SignIn) -> int:
        """Return when all of an account was last up to date, in UTC seconds; 0: never."""
        states = self.store.live().states(sign_in.provider, sign_in.account)
        return min((state.synced_at for state in states), default=0)

    @contextmanager
    def opened(self, sign_in: SignIn) -> Iterator[Account]:
        """Open an account while the context lasts. Raises :class:`ReconnectNeededError` when its grant is over."""
        provider = provider_named(sign_in.provider)
        if sign_in.refused:
            raise self.refusal(sign_in)
        keeper = self.tokens.keeper(sign_in.account, sign_in.provider)
        try:
            with (
                _needing(sign_in.provider),
                provider.open_account(sign_in.account, sign_in.options, keeper, self.clock) as account,
            ):
                yield account
        except ReconnectNeededError as error:
            again = next((one for one in self.tokens.sign_ins() if _same(one, sign_in)), sign_in)
            raise (self.refusal(again) if again.refused else error) from None

    def refusal(self, sign_in: SignIn) -> ReconnectNeededError:
        """Return the error for a grant that is over, with what may be behind it."""
        age = max(0, int(self.clock.now().timestamp()) - sign_in.granted_at)
        why = provider_named(sign_in.provider).explain_refusal(sign_in.options, age)
        title = provider_named(sign_in.provider).title
        what = f"{title}: the access of {sign_in.account} has ended, {age // DAY} days after it was given."
        return ReconnectNeededError(what, " ".join(filter(None, (why, f"Sign in again: {again_command(sign_in)}"))))


def _refuse_for_nobody(clock: Clock) -> None:
    """Raise :class:`InputError` where many people share the database, and the address does not say for whom it is."""
    place = str(database_location())
    if not place.startswith("postgres"):
        return
    office = Office(place, clock)
    if office.named_tenant is None and office.anybody():
        raise InputError(
            "Many people share this database: whose account shall that be?",
            "Put ?tenant=NUMBER at the end of DEEPDAY_DATABASE_URL; deepday admin add tells the number.",
        )


@contextmanager
def opened_accounts(clock: Clock | None = None) -> Iterator[Accounts]:
    """Give the connected accounts of this installation while the context lasts."""
    clock = clock or SystemClock()
    with open_store(database_location(), clock) as store:
        yield Accounts(store, clock)


@contextmanager
def _needing(provider: str) -> Iterator[None]:
    """Say which libraries to install where a connector's own are missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        advice = f"Run: pip install 'deepday[{provider}]'"
        raise InputError(f"{provider} needs a library that is not installed ({error.name}).", advice) from error


def again_command(sign_in: SignIn) -> str:
    """Return the command that connects an account again."""
    return f"deepday connect {sign_in.provider}"


def _same(one: SignIn, other: SignIn) -> bool:
    return (one.account, one.provider) == (other.account, other.provider)


def provider_named(name: str) -> AccountProvider:
    """Return the connector of that name. Raises :class:`InputError` where there is none for accounts."""
    connector = load(name)
    if not isinstance(connector, AccountProvider):
        raise InputError(f"The connector {name!r} connects no accounts.", f"Choose of: {', '.join(providers())}.")
    return connector


def providers() -> dict[str, AccountProvider]:
    """Return the installed connectors for accounts by name; one whose libraries are missing is left out."""
    found = {}
    for info in available():
        try:
            connector = load(info.name)
        except InputError:
            continue
        if isinstance(connector, AccountProvider):
            found[info.name] = connector
    return found


def _earlier(name: str, clock: Clock) -> tuple[Mapping[str, str], TokenSet | None]:
    """Return options and tokens of the account of that provider, where there is exactly one."""
    if not Store.exists(database_location()):
        return {}, None
    with opened_accounts(clock) as accounts:
        found = [one for one in accounts.tokens.sign_ins() if one.provider == name]
        if len(found) != 1:
            return {}, None
        [sign_in] = found
        try:
            return sign_in.options, accounts.tokens.load(sign_in.account, name, even_refused=True)
        except DeepdayError:  # they do not open any more
            return sign_in.options, None


def _completed(provider: AccountProvider, options: Mapping[str, str], earlier: Mapping[str, str]) -> dict[str, str]:
    """Fill in what an earlier sign-in was told and this one is not; what may be chosen many times adds up."""
    whole = dict(options)
    for option in provider.sign_in_options():
        given, known = options.get(option.name, ""), earlier.get(option.name, "")
        if option.many:
            words = [*given.split(","), *known.split(",")]
            whole[option.name] = ",".join(dict.fromkeys(word for word in words if word))
        elif known and given in {"", option.default}:
            whole[option.name] = known
    return whole


def connect(name: str, options: Mapping[str, str], person: Dialogue, clock: Clock | None = None) -> Connected:
    """Let the person sign in, and keep the tokens.

    Options that are not given are those of an earlier sign-in, where there is one account of that provider. The first
    account writes the configuration from its address and zone, so that later commands know whose week it is.
    Raises what :meth:`AccountProvider.sign_in` does, and :class:`InputError` where nobody would work for the account.
    """
    clock = clock or SystemClock()
    provider = provider_named(name)
    _refuse_for_nobody(clock)
    settings = load_settings()
    if settings.me.email:
        with opened_accounts(clock) as accounts:
            accounts.store.claim(settings.me.email)  # before somebody signs in for nothing
    earlier, before = _earlier(name, clock)
    with _needing(name):
        signed = provider.sign_in(_completed(provider, options, earlier), person, clock, before)
    notes = list(signed.notes)
    with opened_accounts(clock) as accounts:
        owner = settings.me.email or signed.email or None
        if owner:
            accounts.store.claim(owner)
        accounts.tokens.save(signed.account, name, signed.tokens, {**signed.options, EMAIL: signed.email})
        [sign_in] = [one for one in accounts.connected(name) if one.account == signed.account]
        if owner and not config_file().exists():
            with accounts.opened(sign_in) as account:
                zone = _zone_of(account)
            remember_settings(settings_text(Request(me=owner, zone=zone)))
            hours = f"{load_settings().me.hours}, no public holidays"
            notes.append(
                f"{config_file()} now says whose week it is: {owner}, {zone or 'no zone yet'}, {hours}. Check it."
            )
    if not owner:
        notes.append(f"Whose week it is is not known yet: set email and zone under [me] in {config_file()}.")
    elif signed.email and signed.email.lower() != owner.lower():
        notes.append(f"This counts as {owner}'s week too. If it is not: deepday connect remove {name} {signed.account}")
    return Connected(signed.account, tuple(notes))


def primary_of(calendars: Sequence[Calendar]) -> Calendar | None:
    """Return the primary calendar, or the first one that can be written to where the vendor names none."""
    ranked = sorted(calendars, key=lambda one: (not one.primary, not one.writable))
    return ranked[0] if ranked else None


def _zone_of(account: Account) -> str | None:
    if isinstance(account, CalendarReader) and Port.CALENDAR_READER in account.capabilities().ports:
        primary = primary_of(account.calendars())
        return (primary.zone or None) if primary else None
    return None


def remove(provider: str, account: str | None = None, clock: Clock | None = None, *, anyway: bool = False) -> SignIn:
    """Delete the tokens of an account, and return whose they were; what was read of it stays.

    ``provider`` alone, or the account's name alone, is enough where only one account has it. Raises
    :class:`InputError` where several have, and unless it shall be done ``anyway`` where something of ours is still in
    the account.
    """
    with opened_accounts(clock) as accounts:
        found = [one for one in accounts.connected(provider) if account in {None, one.account}]
        if len(found) != 1:
            exact = "; ".join(f"deepday connect remove {one.provider} '{one.account}'" for one in found)
            raise InputError(
                f"There are {len(found)} accounts of that name.",
                f"Say which: {exact}" if exact else "See: deepday connect list",
            )
        [one] = found
        if not anyway:
            leave_nothing(accounts.store, f"deepday connect remove {one.provider} '{one.account}' --anyway", one)
        accounts.tokens.remove(one.account, one.provider)
        return one


def examine_accounts(name: str | None = None, clock: Clock | None = None) -> Iterator[Check]:
    """Read one thing through each port of each account, and say what works and what does not."""
    with opened_accounts(clock) as accounts:
        for sign_in in accounts.connected(name):
            yield from _examined(accounts, sign_in)


def _examined(accounts: Accounts, sign_in: SignIn) -> Iterator[Check]:
    who = f"{sign_in.provider} {sign_in.account}"
    try:
        with accounts.opened(sign_in) as account:
            capabilities = account.capabilities()
            for port in Port:
                if port in capabilities.ports and port in _LOOKS:
                    yield _look(f"{who}: {port}", account, port, accounts.clock)
            for degraded in capabilities.degraded:
                yield Check(f"{who}: {degraded.port}", Health.NOTE, degraded.words)
            yield from _skew(who, account)
    except DeepdayError as error:
        yield Check(who, Health.PROBLEM, error.what, error.advice or f"Try: {again_command(sign_in)}")


def _skew(who: str, account: Account) -> Iterator[Check]:
    skew = account.clock_skew()
    if skew is not None and abs(skew) > MOST_SKEW:
        finding = f"the clocks differ: the service's is {skew:+.0f} seconds from this machine's"
        yield Check(f"{who}: clock", Health.WARNING, finding, "Set this machine's clock; signatures and ends go by it.")


def _look(subject: str, account: Account, port: Port, clock: Clock) -> Check:
    try:
        return Check(subject, Health.OK, _LOOKS[port](account, int(clock.now().timestamp())))
    except DeepdayError as error:
        return Check(subject, Health.PROBLEM, error.what, error.advice)


def _calendars(account: Any, _: int) -> str:
    found = account.calendars()
    names = ", ".join(one.name or one.id for one in found)
    return f"{len(found)} {'calendar' if len(found) == 1 else 'calendars'} can be read: {names}"


def _events(account: Any, now: int) -> str:
    primary = primary_of(account.calendars())
    if primary is None:
        return "there is no calendar to write to"
    account.find_ours(primary.id, Interval(now, now + DAY), "deepday-test")
    return f"events can be looked up in {primary.name or 'the calendar'}; writing is not tried"


def _messages(account: Any, now: int) -> str:
    page = account.activity_changes(ReadContext(Interval(now - DAY, now), ZoneInfo("UTC"), ""))
    return f"activity can be read; messages on the first page of the last day: {len(page.messages)}"


def _set_or_not(read: str) -> Callable[[Any, int], str]:
    return lambda account, _: f"can be read; {'nothing' if getattr(account, read)().empty else 'something'} is set now"


_LOOKS: dict[Port, Callable[[Any, int], str]] = {
    Port.CALENDAR_READER: _calendars,
    Port.EVENT_WRITER: _events,
    Port.ACTIVITY_READER: _messages,
    Port.STATUS_WRITER: _set_or_not("read_status"),
    Port.DO_NOT_DISTURB_WRITER: _set_or_not("read_do_not_disturb"),
    Port.AUTO_REPLY_WRITER: _set_or_not("read_auto_reply"),
    Port.PRESENCE_WRITER: _set_or_not("read_presence"),
}
"""What is read through a port to see that it works. An account announces only ports that it satisfies."""
