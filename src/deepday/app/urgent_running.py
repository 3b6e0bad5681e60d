"""The desk of this installation: made of the settings, the store, and the connected account that posts and listens."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import cast

from deepday.app.accounts import Accounts, opened_accounts
from deepday.app.person import find_zone
from deepday.app.urgent import UrgentDesk
from deepday.app.urgent_away import out_of_office
from deepday.app.urgent_listening import Listening
from deepday.app.urgent_people import Colleague, Surroundings, quiet_of
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import config_file, database_location
from deepday.config.settings import Settings
from deepday.connect import Account, DoNotDisturbWriter, Messenger, PeopleFinder, Port, RequestHistory, RequestSource
from deepday.errors import DeepdayError, InputError, NotEnoughDataError, UnsupportedError
from deepday.model import OutgoingMessage, PostedMessage, Verdict
from deepday.model.person import WeeklyHours
from deepday.route.policy import DAY, MINUTE, RoutePolicy
from deepday.route.rules import Rule, Rules
from deepday.store.protecting import ProtectStore
from deepday.store.repository import Store
from deepday.store.urgent import UrgentStore

SOURCE = "slack"
"""Where signals come from; alerts, forms and mail have names of their own."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The store of urgent requests, with nobody connected: enough to look, and to answer by hand."""

    accounts: Accounts
    store: Store
    urgent: UrgentStore
    protecting: ProtectStore
    desk: UrgentDesk
    person: str
    policy: RoutePolicy
    people: Surroundings
    clock: Clock


class _NobodyConnected:
    """Posts nothing: what is to be sent waits in the outbox for a process that can."""

    _found: Mapping[tuple[str, str], PostedMessage] = MappingProxyType({})

    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        """Refuse."""
        del message, again
        raise UnsupportedError("No account is connected that can post.", "Run: deepday connect slack --allow messages")

    def find_message(self, to: str, key: str) -> PostedMessage | None:
        """Find nothing."""
        return self._found.get((to, key))


def policy_of(settings: Settings) -> RoutePolicy:
    """Return what the settings say about routing."""
    urgent = settings.urgent
    rules = tuple(
        Rule(
            one.name,
            Verdict(one.verdict),
            frozenset(one.people),
            frozenset(one.conversations),
            one.keywords,
            frozenset(one.alerts),
            one.topic,
        )
        for one in urgent.rules
    )
    times = [dt.time.fromisoformat(one) for one in urgent.windows]
    return RoutePolicy(
        zone=find_zone(settings.me.zone),
        rules=Rules(rules),
        answer=urgent.answer * MINUTE,
        windows=tuple(sorted(one.hour * 3600 + one.minute * 60 for one in times)),
        retention=urgent.retention * DAY,
        weekly_overrides=urgent.weekly_overrides,
    )


def colleagues_of(settings: Settings) -> dict[str, Colleague]:
    """Return who may cover, by address in lower case."""
    reach = {one.email.lower(): one for one in settings.urgent.people}
    found = {}
    for one in settings.point_people:
        known = reach.get(one.email.lower())
        found[one.email.lower()] = Colleague(
            one.email,
            known.slack_user if known else "",
            frozenset(one.topics),
            one.agreed,
            WeeklyHours.parse(one.hours) if one.hours else None,
            find_zone(one.zone or settings.me.zone),
            frozenset(known.away) if known else frozenset(),
        )
    return found


@contextmanager
def opened_ledger(clock: Clock | None = None) -> Iterator[Ledger]:
    """Give the ledger while the context lasts. Raises :class:`InputError` when nobody knows whose it is."""
    clock = clock or SystemClock()
    if not Store.exists(database_location()):
        raise NotEnoughDataError("There is no store yet.", "Run deepday connect slack --allow messages first.")
    with opened_accounts(clock) as accounts:
        ledger = _ledger(accounts, "", _NobodyConnected())
        if not all(one.chat for one in ledger.people.colleagues.values()) and _finds_people(accounts):
            ledger.people.find = lambda address: address  # looked up when somebody needs them, not to look at the list
        yield ledger


def _finds_people(accounts: Accounts) -> bool:
    with ExitStack() as stack, suppress(DeepdayError):
        account, _ = _chat_account(accounts, stack)
        return Port.PEOPLE_FINDER in account.capabilities().ports
    return False


def _ledger(accounts: Accounts, chat: str, messenger: Messenger) -> Ledger:
    settings, store, clock = load_settings(), accounts.store, accounts.clock
    if not settings.me.email:
        raise InputError("Whose requests are these?", f"Set email under [me] in {config_file()}.")
    policy, person = policy_of(settings), settings.me.email.lower()
    urgent = accounts.urgent(policy.retention)
    chat = chat or settings.me.slack_user or ""
    people = Surroundings(urgent, store.covers(), person, chat, policy.zone, colleagues_of(settings))
    name = settings.urgent.name or person.partition("@")[0].title()
    desk = UrgentDesk(
        urgent, clock, policy, person, name, SOURCE, store.pseudonym_key(), people, messenger, holder="deepday"
    )
    desk.consent = lambda who, agreed: people.keep_consent(who, agreed, desk.now())
    return Ledger(accounts, store, urgent, accounts.protecting(), desk, person, policy, people, clock)


@contextmanager
def listening(clock: Clock | None = None) -> Iterator[tuple[Ledger, Listening]]:
    """Give the ledger with the connected account that posts and listens, while the context lasts.

    Raises :class:`NotEnoughDataError` when no connected account can post.
    """
    clock = clock or SystemClock()
    with ExitStack() as stack:
        accounts = stack.enter_context(opened_accounts(clock))
        account, owner = _chat_account(accounts, stack)
        ledger = _ledger(accounts, owner, cast("Messenger", account))
        ports = account.capabilities().ports
        desk = ledger.desk
        if Port.REQUEST_HISTORY in ports:
            desk.history = cast("RequestHistory", account)
        readers = [cast("DoNotDisturbWriter", account)] if Port.DO_NOT_DISTURB_WRITER in ports else []
        desk.quiet = lambda: quiet_of(ledger.protecting.known(ledger.person), readers)
        if Port.PEOPLE_FINDER in ports:
            ledger.people.find = cast("PeopleFinder", account).find_person
        source = cast("RequestSource", account) if Port.REQUEST_SOURCE in ports else None
        settings = load_settings()

        def refresh() -> tuple[str, ...]:
            ledger.people.forget_ids()
            ledger.people.away, notes = out_of_office(settings, ledger.clock)
            rules, unknown = ledger.people.with_ids(ledger.policy.rules)
            desk.policy = replace(ledger.policy, rules=rules)
            return (*notes, *(f"A rule names {who}, whom nobody knows in chat." for who in unknown))

        yield ledger, Listening(desk, source, refresh)


def _chat_account(accounts: Accounts, stack: ExitStack) -> tuple[Account, str]:
    """Return the first connected account that can post, and its owner's id there where the account tells."""
    for sign_in in accounts.connected():
        try:
            account = stack.enter_context(accounts.opened(sign_in))
        except DeepdayError:
            continue  # the next one may do
        if Port.MESSENGER in account.capabilities().ports:
            return account, account.owner_id() if isinstance(account, RequestHistory) else ""
    raise NotEnoughDataError("No connected account can post messages.", "Run: deepday connect slack --allow messages")
