"""The desk of this installation: made of the settings, the store, and the connected account that posts and listens."""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import cast

from deepday.app.accounts import Accounts, opened_accounts
from deepday.app.approving import contact
from deepday.app.person import find_zone
from deepday.app.second_channel import SecondWays, second_ways
from deepday.app.urgent import UrgentDesk
from deepday.app.urgent_away import out_of_office
from deepday.app.urgent_listening import Listening
from deepday.app.urgent_mail import SOURCE as MAIL
from deepday.app.urgent_mail import MailDoor
from deepday.app.urgent_people import Colleague, Surroundings, quiet_of
from deepday.clock import Clock, SystemClock
from deepday.config.ingress_settings import form_address
from deepday.config.load import load_settings
from deepday.config.paths import config_file, database_location
from deepday.config.settings import Settings
from deepday.connect import Account, DoNotDisturbWriter, Messenger, PeopleFinder, Port, RequestHistory, RequestSource
from deepday.errors import DeepdayError, InputError, NotEnoughDataError, RetryLaterError, UnsupportedError
from deepday.model import OutgoingMessage, PostedMessage, Verdict
from deepday.model.person import WeeklyHours
from deepday.reconcile.texts import LANGUAGES
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
    door: MailDoor | None = None
    ways: SecondWays | None = None


@dataclass(frozen=True, slots=True)
class _NobodyConnected:
    """Posts nothing. ``later``: there is an account that may work again; what is urgent goes the second way."""

    later: str = ""

    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        """Refuse."""
        del message, again
        if self.later:
            raise RetryLaterError(self.later, "It is tried again by itself.")
        raise UnsupportedError("No account is connected that can post.", "Run: deepday connect slack --allow messages")

    def find_message(self, to: str, key: str) -> PostedMessage | None:
        """Find nothing: nobody can look."""
        del to, key
        return None


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
        rules=Rules(rules, marks=marks_of(settings)),
        answer=urgent.answer * MINUTE,
        windows=tuple(sorted(one.hour * 3600 + one.minute * 60 for one in times)),
        retention=urgent.retention * DAY,
        weekly_overrides=urgent.weekly_overrides,
        form=form_address(settings.ingress),
        language=settings.protect.language,
    )


def marks_of(settings: Settings) -> tuple[str, ...]:
    """Return the words by which senders say that it is urgent: those of all languages, and the settings' own."""
    own = settings.texts.urgent or ""
    return tuple(sorted({*(one.urgent for one in LANGUAGES.values()), own.strip()} - {""}))


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
            contact(one.email, settings),
        )
    return found


@contextmanager
def opened_ledger(clock: Clock | None = None, *, make: bool = False) -> Iterator[Ledger]:
    """Give the ledger while the context lasts. Raises :class:`InputError` when nobody knows whose it is.

    ``make``: where there is no store, one is made when something is first kept; else that is
    :class:`NotEnoughDataError`.
    """
    clock = clock or SystemClock()
    if not make and not Store.exists(database_location()):
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
    urgent.forget_texts()  # whoever looks, and whether or not a service runs
    chat = chat or settings.me.slack_user or ""
    secret = store.pseudonym_key()
    ways = second_ways(settings, secret, clock)
    people = Surroundings(urgent, store.covers(), person, chat, policy.zone, colleagues_of(settings))
    name = settings.urgent.name or person.partition("@")[0].title()
    desk = UrgentDesk(urgent, clock, policy, person, name, SOURCE, secret, people, messenger, holder="deepday")
    desk.consent = lambda who, agreed: people.keep_consent(who, agreed, desk.now())
    if ways is not None:
        people.reached = ways.reaches
        desk.second, desk.letters = ways, ways if settings.smtp.host else None
    door = MailDoor(desk, settings.urgent.mailbox, ways) if settings.urgent.mailbox.host else None
    if door is not None:
        desk.again[MAIL] = door
    return Ledger(accounts, store, urgent, accounts.protecting(), desk, person, policy, people, clock, door, ways)


@contextmanager
def listening(clock: Clock | None = None) -> Iterator[tuple[Ledger, Listening]]:
    """Give the ledger with the connected account that posts and listens, while the context lasts.

    Where no account can be had and there is a second channel or a mailbox, there is no source, and what is to be sent
    goes the second way. Raises :class:`NotEnoughDataError` when nobody can be reached at all.
    """
    clock = clock or SystemClock()
    with ExitStack() as stack:
        accounts = stack.enter_context(opened_accounts(clock))
        try:
            account, owner = _chat_account(accounts, stack)
        except DeepdayError as error:
            if not _other_ways(load_settings()):
                raise
            away = "" if isinstance(error, NotEnoughDataError) else error.what
            ledger = _ledger(accounts, "", _NobodyConnected(away))
            yield ledger, Listening(ledger.desk, None, away=away)
            return
        ledger = _ledger(accounts, owner, cast("Messenger", account))
        ports = account.capabilities().ports
        desk = ledger.desk
        if Port.REQUEST_HISTORY in ports:
            desk.history = cast("RequestHistory", account)
        readers = [cast("DoNotDisturbWriter", account)] if Port.DO_NOT_DISTURB_WRITER in ports else []
        desk.quiet = lambda: quiet_of(ledger.protecting.known(ledger.person), readers)
        if Port.PEOPLE_FINDER in ports:
            ledger.people.find = cast("PeopleFinder", account).find_person
        settings = load_settings()
        over_http = settings.ingress.slack_signing_secret  # then it comes to the ingress
        source = cast("RequestSource", account) if Port.REQUEST_SOURCE in ports and not over_http else None

        def refresh() -> tuple[str, ...]:
            ledger.people.forget_ids()
            ledger.people.away, notes = out_of_office(settings, ledger.clock)
            rules, unknown = ledger.people.with_ids(ledger.policy.rules)
            desk.policy = replace(ledger.policy, rules=rules)
            return (*notes, *(f"A rule names {who}, whom nobody knows in chat." for who in unknown))

        yield ledger, Listening(desk, source, refresh)


def _other_ways(settings: Settings) -> bool:
    """Tell whether requests can come in, or people be reached, without chat."""
    people = any(one.mail or one.push for one in settings.urgent.people)
    return bool(settings.me.email) and (people or bool(settings.urgent.mailbox.host))


def _chat_account(accounts: Accounts, stack: ExitStack) -> tuple[Account, str]:
    """Return the first connected account that can post, and its owner's id there where the account tells."""
    shut: DeepdayError | None = None
    for sign_in in accounts.connected():
        try:
            account = stack.enter_context(accounts.opened(sign_in))
        except DeepdayError as error:
            shut = error  # the next one may do
            continue
        if Port.MESSENGER in account.capabilities().ports:
            return account, account.owner_id() if isinstance(account, RequestHistory) else ""
    if shut is not None:
        raise shut
    raise NotEnoughDataError("No connected account can post messages.", "Run: deepday connect slack --allow messages")
