"""Protected days: accounts, settings, accepted days and the reconciler, put together for as long as a command runs."""

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import cast

from deepday.app.accounts import Accounts, again_command, opened_accounts, primary_of
from deepday.app.approving import Approvals, block_of, compare
from deepday.app.person import build_person
from deepday.app.plan_kept import with_kept
from deepday.app.plan_request import PlanRequest
from deepday.app.request import Request
from deepday.clock import Clock, SystemClock
from deepday.config.ingress_settings import form_address
from deepday.config.load import load_settings
from deepday.config.paths import config_file
from deepday.config.protect_settings import ProtectedAccountSettings
from deepday.config.settings import Settings
from deepday.connect import Account, CalendarReader, Port, Progress
from deepday.errors import DeepdayError, InputError, ReconnectNeededError
from deepday.model import Audience, Person, SettingKind
from deepday.reconcile import ConnectedAccount, Policy, Reconciler, Words, connected, words_in
from deepday.reconcile.own_calendar import in_own_calendar, take_back_calendar
from deepday.route.forms import FormLinks
from deepday.store.ledger import FINAL
from deepday.store.protecting import Known, ProtectStore
from deepday.store.tokens import SignIn

_OWN_NAME = "deepday"

KEEPER = "deepday serve"
"""The name of the lease that a running ``deepday serve`` holds."""

_NAMES: dict[SettingKind, str] = {
    SettingKind.STATUS: "status",
    SettingKind.DO_NOT_DISTURB: "do_not_disturb",
    SettingKind.AUTO_REPLY: "automatic_reply",
    SettingKind.PRESENCE: "presence",
}

_AUDIENCES = {"as it is": None, "nobody": Audience.NONE, "contacts": Audience.CONTACTS, "everybody": Audience.ALL}


@dataclass(frozen=True, slots=True)
class Shut:
    """An account that could not be opened, and why."""

    sign_in: SignIn
    error: DeepdayError


@dataclass(slots=True)
class Protection:
    """A person's protection, with open accounts.

    ``limits``: what accounts may not do, or do otherwise, in words.
    ``hindered``: why calendars of deepday's own could not be made now.
    ``own_calendars``: the accounts, by provider and name, whose events go to a calendar that deepday makes.
    """

    person: Person
    settings: Settings
    accounts: Accounts
    store: ProtectStore
    reconciler: Reconciler
    opened: list[ConnectedAccount] = field(default_factory=list)
    shut: list[Shut] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    hindered: list[str] = field(default_factory=list)
    own_calendars: set[tuple[str, str]] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The person's address, by which everything is kept."""
        return self.person.email.lower()

    @property
    def clock(self) -> Clock:
        """The clock of all."""
        return self.accounts.clock

    @property
    def writable(self) -> bool:
        """Whether any account may be written to."""
        return any(one.calendar or one.settings for one in self.opened)

    @property
    def must_reconnect(self) -> bool:
        """Whether an account refuses us until its owner signs in again."""
        return any(isinstance(one.error, ReconnectNeededError) for one in self.shut)

    @property
    def unmade(self) -> list[tuple[str, str]]:
        """The accounts, by provider and name, in which deepday's own calendar is wanted and not there yet."""
        return sorted(one for one in self.own_calendars if not self.store.own_calendar(*one))

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self.clock.now().timestamp())

    def known(self) -> Known:
        """Return what is kept of the person's protection."""
        return self.store.known(self.name)

    def approvals(self) -> Approvals:
        """Compare what was accepted with what is kept."""
        since = self.clock.now().astimezone(self.person.zone).date() - timedelta(days=1)
        days = self.accounts.store.plans().accepted(self.name, since)
        last = max((one.date for one in days), default=since)
        covers = [one for one in self.accounts.store.covers().covered(since, last) if one.person == self.name]
        made = {one.date: block_of(one, self.person, covers, self.settings) for one in days}
        blocks = {day: block for day, block in made.items() if block is not None}
        found = compare(days, blocks, self.known().schedule, since)
        return replace(found, meetings=self.accounts.store.meetings().wanted(self.name))

    def keep(self, approvals: Approvals, *, new: bool) -> None:
        """Keep what changed, and with ``new`` the days that nothing was done for yet."""
        self.store.approve((*approvals.changed, *(approvals.new if new else ())), self.name)
        if new and approvals.meetings:
            self.accounts.store.meetings().approve(approvals.meetings, self.name)
        self.store.withdraw(self.name, approvals.withdrawn, self.name, "the day is no longer accepted")

    def make_calendars(self) -> None:
        """Make deepday's own calendar where it is wanted and not there.

        Where that fails nothing is written to another one instead, and why is kept, and said until it is made.
        """
        self.hindered.clear()
        for number, one in enumerate(self.opened):
            if (one.provider, one.name) not in self.own_calendars or one.ending:
                continue
            zone = self.person.zone.key
            try:
                made = in_own_calendar(one, self.reconciler.policy.marker, _OWN_NAME, zone)
            except DeepdayError as error:
                words = f"{error.what} {error.advice}".strip()
                self.hindered.append(f"No events are written to {one.provider} {one.name}: {words}")
                continue
            self.opened[number] = made
            self.store.keep_own_calendar(one.provider, one.name, made.calendar)
        self.store.keep_calendar_problem("\n".join(self.hindered))

    def drop_calendars(self) -> list[str]:
        """Delete the calendars that deepday made, once nothing of ours is in them; say which stay, and why."""
        left = []
        for one in self.opened:
            if one.calendar and one.calendar == self.store.own_calendar(one.provider, one.name):
                try:
                    stays = take_back_calendar(one, self.reconciler.policy.marker)
                except DeepdayError as error:
                    stays = f"{one.provider} {one.name}: {error.what}"
                if stays:
                    left.append(stays)
                else:
                    self.store.keep_own_calendar(one.provider, one.name, "")
        return left

    def keep_clock(self) -> None:
        """Keep what the last round found out about this machine's clock."""
        problem = self.reconciler.clocks.problem
        if problem is not None and problem != self.store.clock_problem():
            self.store.keep_clock_problem(problem)

    def watch(self, progress: Progress, total: int) -> None:
        """Tell of each change as it is written down."""
        done = count(1)
        self.reconciler.store = self.accounts.protecting(lambda _: progress("Writing", next(done), total))

    def rehearsal(self, approvals: Approvals) -> Reconciler:
        """Return a reconciler that goes by what would be kept; only for looking."""
        return replace(self.reconciler, store=_Rehearsed(self.store, approvals))

    def unread(self) -> list[str]:
        """Say of accounts that could not be opened why, and what to do."""
        return [
            f"{one.sign_in.provider} {one.sign_in.account}: {one.error.what} "
            f"{one.error.advice or f'Try: {again_command(one.sign_in)}'}"
            for one in self.shut
        ]

    def out_of_reach(self) -> list[str]:
        """Say what is ours in accounts that cannot be reached: removed, shut, or no longer allowed to be written to."""
        known = self.known()
        places = {(one.provider, one.name, one.calendar) for one in self.opened}
        settings = {(one.provider, one.name, kind) for one in self.opened for kind in one.settings}
        events = [one for one in known.entries if one.state not in FINAL and one.when.end > self.now()]
        left = [str(one) for one in events if (one.provider, one.account, one.calendar) not in places]
        slots = [one.target for one in known.slots if one.owned]
        left += [str(one) for one in slots if (one.provider, one.account, one.setting) not in settings]
        advice = "Connect that account again with what it was allowed before, then run this again."
        return [f"Out of reach is the {one}. {advice}" for one in left]


class _Rehearsed(ProtectStore):
    """The store as it would be after the approvals; nothing but :meth:`known` works."""

    def __init__(self, store: ProtectStore, approvals: Approvals) -> None:
        self._store, self._approvals = store, approvals

    def known(self, person: str) -> Known:
        known = self._store.known(person)
        return replace(known, schedule=self._approvals.over(known.schedule))


@contextmanager
def protection(clock: Clock | None = None, *, offline: bool = False, everything: bool = False) -> Iterator[Protection]:
    """Give the protection of the owner's days while the context lasts.

    ``offline``: no account is opened. ``everything``: also calendars that were written to long ago. Raises
    :class:`NotEnoughDataError` where no account is connected, :class:`InputError` for settings that cannot be.
    """
    clock = clock or SystemClock()
    settings = load_settings()
    words_of(settings)  # wrong ones are said before anything is opened
    with opened_accounts(clock) as accounts, ExitStack() as stack:
        sign_ins = [] if offline else sorted(accounts.connected(), key=lambda one: (one.provider, one.account))
        person = owner(settings, clock)
        store = accounts.protecting()
        policy = Policy(
            marker=store.installation(),
            words=with_form(words_of(settings), settings, accounts),
            grace=settings.protect.grace * 60,
            late=settings.protect.late * 60,
            frozen=settings.plan.notice * 3600,
            audience=_AUDIENCES[settings.protect.reply_audience],
        )
        found = Protection(person, settings, accounts, store, Reconciler(store, clock, policy, _holder()))
        for lease in (person.email.lower(), KEEPER):
            _free_from_the_dead(store, lease)
        for sign_in in sign_ins:
            _open(found, sign_in, stack, everything=everything)
        yield found


def owner(settings: Settings, clock: Clock) -> Person:
    """Return whose days they are, with the hours and zone that the plan was proposed with."""
    kept = with_kept(PlanRequest(Request()), clock).request
    if not (settings.me.email or kept.me) or not (settings.me.zone or kept.zone):
        raise InputError("Whose days they are is not known.", f"Set email and zone under [me] in {config_file()}.")
    return build_person(replace(kept, me=settings.me.email or kept.me), settings)


def words_of(settings: Settings) -> Words:
    """Return the texts of the settings. Raises :class:`InputError` for one that cannot be read."""
    return words_for(settings, settings.protect.language)


def with_form(words: Words, settings: Settings, accounts: Accounts) -> Words:
    """Return the texts with the links to the form for urgent requests, where there is one.

    The word for what is urgent stands there only where answers to a mail are read: it would promise too much elsewhere.
    """
    address, box = form_address(settings.ingress), settings.urgent.mailbox
    reads = box.host and box.alias.lower() in {"", (settings.me.email or "").lower()}
    words = words if reads else replace(words, texts=replace(words.texts, urgent=""))
    return replace(words, form=FormLinks(address, accounts.store.pseudonym_key())) if address else words


def words_for(settings: Settings, language: str) -> Words:
    """Return the texts of a language; those of one's own go with the language of the settings."""
    own = {name: text for name, text in settings.texts.model_dump().items() if text is not None}
    try:
        words = words_in(language, **(own if language == settings.protect.language else {}))
    except InputError as error:
        raise InputError(f"{config_file()}: [texts]: {error.what}", error.advice) from None
    return replace(words, emoji=settings.protect.emoji, answer_after=settings.protect.answer_after * 60)


def _holder() -> str:
    """Name this process among those that share the store."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def _free_from_the_dead(store: ProtectStore, name: str) -> None:
    """Give back the lease of a process of this machine that is no more, instead of waiting until it is over."""
    lease = store.held(name)
    host, _, rest = lease.holder.partition("/") if lease else ("", "", "")
    pid = rest.partition("/")[0]
    if lease is None or host != socket.gethostname() or not pid.isdecimal() or sys.platform == "win32":
        return
    try:
        os.kill(int(pid), 0)  # asks only
    except ProcessLookupError:
        store.give_back(lease)
    except OSError:
        pass  # it lives, and is somebody else's


def _open(found: Protection, sign_in: SignIn, stack: ExitStack, *, everything: bool) -> None:
    chosen = chosen_for(found.settings, sign_in)
    try:
        account = stack.enter_context(found.accounts.opened(sign_in))
        capabilities = account.capabilities()
        writes = chosen.events and Port.EVENT_WRITER in capabilities.ports
        calendar = _calendar(found, sign_in, account, chosen) if writes else ""
    except DeepdayError as error:
        found.shut.append(Shut(sign_in, error))
        return
    kinds = [kind for kind, name in _NAMES.items() if getattr(chosen, name)]
    if chosen.do_not_disturb and Port.DO_NOT_DISTURB_WRITER in capabilities.ports and SettingKind.PRESENCE in kinds:
        kinds.remove(SettingKind.PRESENCE)  # who holds notifications shows that by itself
    wanted = connected(sign_in.provider, sign_in.account, account, kinds, calendar)
    found.opened += [wanted, *_left_behind(found.known(), wanted, everything=everything)]
    found.limits += [f"{sign_in.provider} {sign_in.account}: {one.words}" for one in capabilities.degraded]


def _left_behind(known: Known, wanted: ConnectedAccount, *, everything: bool) -> list[ConnectedAccount]:
    """Return what is ours in the account though the settings want nothing there any more."""
    mine = (wanted.provider, wanted.name)
    calendars = {
        one.calendar
        for one in known.entries
        if (one.provider, one.account) == mine and (everything or one.state not in FINAL)
    }
    kinds = [
        one.target.setting for one in known.slots if one.owned and (one.target.provider, one.target.account) == mine
    ]
    former = [connected(*mine, wanted.account, calendar=calendar) for calendar in sorted(calendars - {wanted.calendar})]
    former.append(connected(*mine, wanted.account, [kind for kind in kinds if kind not in wanted.settings]))
    return [replace(one, ending=True) for one in former if one.calendar or one.settings]


def chosen_for(settings: Settings, sign_in: SignIn) -> ProtectedAccountSettings:
    """Return what shall be done on an account, as far as it may."""
    names = {sign_in.account.lower(), sign_in.provider}
    own = next((one for one in settings.accounts if one.account.lower() in names), None)
    given = own.model_dump(exclude_none=True) if own else {"account": sign_in.account}
    usual = {name: getattr(settings.protect, name) for name in ("events", "own_calendar", *_NAMES.values())}
    return ProtectedAccountSettings.model_validate(usual | given)


def _calendar(found: Protection, sign_in: SignIn, account: Account, chosen: ProtectedAccountSettings) -> str:
    wanted = chosen.calendar
    if chosen.own_calendar and wanted is None:
        found.own_calendars.add((sign_in.provider, sign_in.account))
        return found.store.own_calendar(sign_in.provider, sign_in.account)
    calendars = cast("CalendarReader", account).calendars()
    if wanted is None:
        primary = primary_of(calendars)
        return primary.id if primary else ""
    fitting = [one for one in calendars if wanted in {one.name, one.id}]
    if len(fitting) != 1:
        names = ", ".join(one.name or one.id for one in calendars if one.writable)
        what = "are several calendars" if fitting else "is no calendar"
        raise InputError(f"There {what} {wanted!r} in this account.", f"Known are: {names}. See [[accounts]].")
    return fitting[0].id
