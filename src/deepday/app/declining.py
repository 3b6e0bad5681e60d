"""Declining invitations: what it would do, switching it on and off, and what the tick needs for it."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from deepday.app.accounts import Accounts, again_command, opened_accounts, primary_of
from deepday.app.person import build_person, with_days_off
from deepday.app.protecting import words_of
from deepday.app.request import Request
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.config.settings import Settings
from deepday.connect import CalendarReader, Port
from deepday.errors import DeepdayError
from deepday.model import CalendarEvent, DateRange, Interval, Person, Response, ShowAs
from deepday.model.person import instant
from deepday.reconcile import ConnectedAccount, Decliner, DeclineRules, Inbox, Policy
from deepday.reconcile.answering import FreeTime, Preview
from deepday.reconcile.declining import next_free_slot
from deepday.reconcile.desired import live_blocks

_AHEAD = 14
"""Days ahead in which the next free slot is looked for."""

_HOLDER = "decline"


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview, whether declining is on (since when, UTC seconds; 0: off), and what an answer would say.

    ``zone``: by whose clocks its owner lives.
    """

    preview: Preview
    since: int
    answer: str
    zone: ZoneInfo


def rules_of(settings: Settings) -> DeclineRules:
    """Return the exceptions that the settings name."""
    chosen = settings.protect.decline
    return DeclineRules(
        people=frozenset(chosen.people),
        domains=frozenset(chosen.domains),
        chain=frozenset(chosen.chain_of_command),
        keywords=chosen.keywords,
        largest=chosen.largest_meeting,
        series=chosen.series,
    )


def preview(weeks: int = 4, clock: Clock | None = None) -> Shown:
    """Return what would have been declined in the past weeks and would be now; nothing is answered.

    Raises :class:`NotEnoughDataError` when no account is connected.
    """
    settings = load_settings()
    with opened_accounts(clock) as accounts, _inboxes(accounts) as (inboxes, shut):
        person = build_person(Request(), settings)
        policy = Policy("", words=words_of(settings))
        decliner = decliner_of(accounts, policy, settings, _HOLDER)
        name = person.email.lower()
        found = decliner.preview(name, inboxes, weeks, shut)
        first = next(iter((*found.now, *found.past)), None)
        answer = ""
        if first is not None and first.block is not None:
            free = free_time(accounts, person, settings)(first.invitation.when)
            answer = decliner.policy.words.decline(first.block.block, first.block.when, free)
        return Shown(found, decliner.book.known(name).switch.since, answer, person.zone)


def switch_on(clock: Clock | None = None) -> datetime:
    """Switch declining on; return since when, in the person's zone. Raises :class:`InputError` without a preview."""
    settings = load_settings()
    with opened_accounts(clock) as accounts:
        accounts.connected()
        person = build_person(Request(), settings)
        switch = accounts.store.declines().switch_on(person.email.lower(), rules_of(settings).fingerprint)
        return datetime.fromtimestamp(switch.since, person.zone)


def switch_off(clock: Clock | None = None) -> bool:
    """Switch declining off; tell whether it was on."""
    settings = load_settings()
    with opened_accounts(clock) as accounts:
        return accounts.store.declines().switch_off(build_person(Request(), settings).email.lower())


def decliner_of(accounts: Accounts, policy: Policy, settings: Settings, holder: str) -> Decliner:
    """Return what declines, for a preview or for ticks."""
    return Decliner(
        accounts.protecting(), accounts.store.declines(), accounts.clock, policy, rules_of(settings), holder
    )


def inboxes_of(opened: Iterable[ConnectedAccount]) -> list[Inbox]:
    """Return where invitations arrive among open accounts: the primary calendar of each that can answer."""
    found = []
    for one in opened:
        ports = one.account.capabilities().ports
        if {Port.INVITATION_RESPONDER, Port.CALENDAR_READER} <= ports:
            primary = primary_of(cast("CalendarReader", one.account).calendars())
            if primary is not None:
                found.append(Inbox(one, primary.id))
    return found


def free_time(accounts: Accounts, person: Person, settings: Settings) -> FreeTime:
    """Return what finds the next free working time for a meeting, by the calendars as they were last read."""
    now = accounts.clock.now()
    today = now.astimezone(person.zone).date()
    person = with_days_off(person, Request(), settings, today, today + timedelta(days=_AHEAD))
    days = [today + timedelta(days=number) for number in range(_AHEAD)]
    work = [span for day in days if day not in person.holidays for span in _hours(person, day)]
    window = person.window(days[0], days[-1])
    events = accounts.store.events(window, DateRange(days[0], days[-1] + timedelta(days=1)))
    known = accounts.protecting().known(person.email.lower())
    busy = [one.when for one in live_blocks(known.schedule)]
    busy += [_times(event, person) for event in events if _blocks(event)]

    def next_free(meeting: Interval) -> int:
        after = max(meeting.end, int(now.timestamp()))
        return next_free_slot(meeting.seconds, after, work, busy)

    return next_free


def _hours(person: Person, day: date) -> Iterator[Interval]:
    zone = person.zone_on(day)
    for start, end in person.hours.on(day):
        yield Interval(instant(day, start, zone), instant(day, end, zone))


def _times(event: CalendarEvent, person: Person) -> Interval:
    if isinstance(event.when, Interval):
        return event.when
    return person.window(event.when.first, event.when.end - timedelta(days=1))


def _blocks(event: CalendarEvent) -> bool:
    free = event.show_as in {ShowAs.FREE, ShowAs.WORKING_ELSEWHERE}
    return not (free or event.cancelled or event.response is Response.DECLINED)


@contextmanager
def _inboxes(accounts: Accounts) -> Iterator[tuple[list[Inbox], list[str]]]:
    """Open every account that can answer; say which could not be opened, and why."""
    found: list[Inbox] = []
    shut: list[str] = []
    with ExitStack() as stack:
        for sign_in in accounts.connected():
            try:
                account = stack.enter_context(accounts.opened(sign_in))
                found += inboxes_of([ConnectedAccount(sign_in.provider, sign_in.account, account)])
            except DeepdayError as error:
                advice = error.advice or f"Try: {again_command(sign_in)}"
                shut.append(f"{sign_in.account} at {sign_in.provider}: {error.what} {advice}")
        yield found, shut


def on_since(clock: Clock | None = None) -> int:
    """Return since when declining is on (UTC seconds); 0: off. Raises :class:`NotEnoughDataError` without a store."""
    with opened_accounts(clock) as accounts:
        name = build_person(Request(), load_settings()).email.lower()
        return accounts.store.declines().known(name).switch.since
