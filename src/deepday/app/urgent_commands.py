"""What the owner does by hand: looking, answering, passing on, testing, handing over, keeping consent."""

import datetime as dt
import hashlib
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from deepday.app.period import parse_dates
from deepday.app.urgent_audit import verify_requests
from deepday.app.urgent_consent import consent_question
from deepday.app.urgent_handover import hand_over, tomorrow
from deepday.app.urgent_listening import Listening
from deepday.app.urgent_running import Ledger, listening, opened_ledger
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.errors import DeepdayError, InputError, NotEnoughDataError
from deepday.model import (
    AnswerState,
    Door,
    OutgoingMessage,
    Request,
    RequestProof,
    RequestState,
    ResponseTime,
    UrgentSignal,
)
from deepday.model.person import instant
from deepday.route import machine
from deepday.route.chain import chain_of
from deepday.route.ledger import Overrides, load_by_week, overrides_by_week, response_times
from deepday.route.machine import Step
from deepday.route.phrases import say as phrase
from deepday.store.audit import AuditRow
from deepday.store.covers import StoredAnswer
from deepday.store.outbox import OutboxRow, SendState
from deepday.store.urgent import item_row

__all__ = [
    "TEST_SOURCE",
    "acknowledge",
    "ask_consent",
    "done",
    "hand_over",
    "keep_consent",
    "list_requests",
    "listen",
    "look_into_mailbox",
    "pass_on",
    "prove",
    "rehearse",
    "reply",
    "show_request",
    "snooze",
    "verify_period",
]

TEST_SOURCE = "test"
LONGEST_REPLY = 2000
_ROUND_SECONDS = 1.0
_TRIES = 3
_MAIL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Listed:
    """Requests, and what they come to. ``now``: UTC seconds. ``covered``: who answers at this moment, in order.

    ``tomorrow``: the next date, if there is deep work on it, so that a note may be handed over; else empty.
    """

    requests: tuple[Request, ...]
    now: int
    zone: str
    times: tuple[ResponseTime, ...]
    load: tuple[tuple[str, dt.date, int], ...]
    overrides: Overrides
    covered: tuple[str, ...]
    skipped: tuple[str, ...]
    tomorrow: str = ""


@dataclass(frozen=True, slots=True)
class SecondTry:
    """A test by a second way to somebody; ``problem``: why it was not taken, empty when it was."""

    way: str
    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One request with its history and its messages; ``text``: what was asked, empty where it is not kept.

    ``zone``: the owner's. ``second``: what came of testing the second ways.
    """

    request: Request
    text: str
    rows: tuple[AuditRow, ...]
    messages: tuple[OutboxRow, ...]
    now: int
    zone: str
    second: tuple["SecondTry", ...] = ()


def list_requests(*, everything: bool = False, clock: Clock | None = None) -> Listed:
    """Return the open requests, or all; what could not be delivered stays until it is cleared."""
    with opened_ledger(clock) as ledger:
        now = ledger.desk.now()
        whole = ledger.urgent.requests(ledger.person)
        found = whole if everything else ledger.urgent.open_requests(ledger.person)
        chain = chain_of(ledger.people.covers(now), ledger.people.owner(), "", "")
        names = {one.chat: one.name for request in whole for one in request.chain if one.chat}
        decided = ledger.urgent.schedule(ledger.person).overrides
        overrides = [replace(one, by=names.get(one.by, one.by)) for one in decided]
        zone = ledger.policy.zone
        asked = [
            (row.data.get("name", row.to), row.sent_at)
            for row in ledger.urgent.messages(ledger.person)
            if row.kind == "ask" and row.state is SendState.SENT
        ]
        load = [(name, week, n) for name, weeks in load_by_week(asked, zone).items() for week, n in weeks.items()]
        return Listed(
            tuple(found),
            now,
            zone.key,
            response_times(whole, now),
            tuple(sorted(load)),
            overrides_by_week(overrides, zone, ledger.policy.weekly_overrides),
            tuple(f"{one.name} ({one.role})" for one in chain.people),
            chain.skipped,
            tomorrow(ledger, now),
        )


def show_request(one: str, clock: Clock | None = None) -> Shown:
    """Return a request by its id, or by the beginning of it. Raises :class:`InputError` where there is none."""
    with opened_ledger(clock) as ledger:
        return _shown(ledger, _named(ledger, one))


def acknowledge(one: str, clock: Clock | None = None) -> Shown:
    """Take a request as its owner."""
    return _by_hand(one, lambda ledger, found: machine.acknowledge(found, ledger.person, _proof(ledger)), clock)


def done(one: str, clock: Clock | None = None) -> Shown:
    """End a request that its owner has answered; take one off the list that could not be delivered."""
    return _by_hand(one, lambda ledger, found: machine.answer(found, ledger.person, _proof(ledger)), clock)


def pass_on(one: str, clock: Clock | None = None) -> Shown:
    """Tell the next one in the chain."""

    def step(ledger: Ledger, found: Request) -> Step:
        return machine.pass_on(found, ledger.person, ledger.policy, ledger.desk.now())

    return _by_hand(one, step, clock)


def snooze(one: str, clock: Clock | None = None) -> Shown:
    """Show a request later that can wait. Raises :class:`InputError` for one that somebody is being asked about."""

    def step(ledger: Ledger, found: Request) -> Step:
        later = machine.put_off(found, ledger.person, ledger.policy, ledger.desk.now())
        if later.request == found:
            raise InputError(f"Request {found.id} cannot be put off: {found.stage}.", "Take it, or pass it on.")
        return later

    return _by_hand(one, step, clock)


def reply(one: str, words: str, clock: Clock | None = None) -> Shown:
    """Send the owner's own words to whoever asked, and end the request as answered. The words are kept nowhere.

    The same words for the same request are sent once, however often this is called. Raises what posting does; then
    nothing has changed.
    """
    words = words.strip()
    if not 0 < len(words) <= LONGEST_REPLY:
        raise InputError(f"An answer has 1 to {LONGEST_REPLY} characters.", "Write a few words.")
    with listening(clock) as (ledger, _):
        found = _named(ledger, one)
        if not found.open:
            raise NotEnoughDataError(f"Request {found.id} has ended already: {found.state}.", "Nothing was sent.")
        if not found.reply_to:
            raise InputError(
                f"Nobody can be answered: request {found.id} came by {found.door}.", "Say that it is done."
            )
        key = f"{found.id}/answer/{hashlib.sha256(words.encode()).hexdigest()[:16]}"
        text = f"{ledger.desk.name}: {words}"
        posted = ledger.desk.messenger.post_message(
            OutgoingMessage(key, found.reply_to, text, found.thread), again=True
        )
        for _ in range(_TRIES):  # somebody of the chain may do something at the same moment
            found = ledger.urgent.request(found.id) or found
            step = machine.answer(found, ledger.person, f"message {posted.id}")
            if not found.open or ledger.desk.take(found, step):
                break
        return _shown(ledger, ledger.urgent.request(found.id) or found)


def prove(clock: Clock | None = None) -> RequestProof:
    """Prove that none of the requests that ever came in was dropped."""
    with opened_ledger(clock) as ledger:
        return verify_requests(ledger.urgent, ledger.protecting, ledger.person, 0, ledger.desk.now() + 1)


def _by_hand(one: str, make: Callable[[Ledger, Request], Step], clock: Clock | None) -> Shown:
    with opened_ledger(clock) as ledger:
        found = _named(ledger, one)
        if found.state is RequestState.UNDELIVERABLE and not found.cleared:
            ledger.urgent.clear(found, ledger.person)
        elif not found.open:
            raise NotEnoughDataError(f"Request {found.id} has ended already: {found.state}.", "Nothing was changed.")
        elif not ledger.desk.take(found, make(ledger, found)):
            raise DeepdayError(f"Request {found.id} changed at the same moment.", "Look at it, then run this again.")
        return _shown(ledger, ledger.urgent.request(found.id) or found)


def rehearse(seconds: int, say: Callable[[str], None], clock: Clock | None = None) -> Shown:
    """Send a request through the real ways, and wait up to ``seconds`` for somebody to answer.

    Every second way is tried as well, with a message that says that it is a test. Raises what connecting does: a test
    that reaches nobody is no success.
    """
    with listening(clock) as (ledger, ears):
        now = ledger.desk.now()
        second = _second_ways_tried(ledger, say)
        text = phrase(ledger.policy.language, "test")
        signal = UrgentSignal(f"test:{now}:{secrets.token_hex(4)}", now, "", "", text, door=Door.TEST)
        ledger.desk.receive(signal, source=TEST_SOURCE)
        found = next(one for one in ledger.urgent.requests(ledger.person) if one.key == signal.id)
        stage, end = "", ledger.clock.monotonic() + seconds
        while True:
            _round(ledger, ears, min(_ROUND_SECONDS, seconds))
            found = ledger.urgent.request(found.id) or found
            if found.stage != stage:
                stage = found.stage
                say(f"{stage}{f': {found.turn.name}' if found.turn else ''}")
            if not found.open or ledger.clock.monotonic() >= end:
                return replace(_shown(ledger, found), second=second)


def _round(ledger: Ledger, ears: Listening, seconds: float) -> None:
    """Listen for a while; without an account to listen over, the mailbox is all that there is."""
    ears.round(seconds)
    if ears.source is not None:
        return
    if ledger.door is not None:
        try:
            ledger.door.poll()
        except DeepdayError as error:
            ears.said.append(error.what)
    threading.Event().wait(seconds if ledger.door is None else max(seconds, _MAIL_SECONDS))


def _second_ways_tried(ledger: Ledger, say: Callable[[str], None]) -> tuple[SecondTry, ...]:
    ways, language = ledger.ways, ledger.policy.language
    if ways is None:
        return ()
    tried: list[SecondTry] = []
    for name in ways.people:
        for way in ways.ways(name):
            key = f"test/{way}/{name}/{ledger.desk.now()}"
            text = phrase(language, "test outside", owner=ledger.desk.name)
            try:
                ways.send_by(way, name, phrase(language, "test by mail"), text, key)
            except DeepdayError as error:
                tried.append(SecondTry(way, name, error.what))
            else:
                tried.append(SecondTry(way, name, ""))
            say(f"{way} to {name}: {tried[-1].problem or 'taken'}")
    return tuple(tried)


def look_into_mailbox(clock: Clock | None = None) -> int:
    """Look once into the mailbox of the settings, and return how many requests and answers were new.

    Raises :class:`InputError` where none is set, and what reading it does.
    """
    if not load_settings().urgent.mailbox.host:
        raise InputError("No mailbox is set.", "Set host, user and password under [urgent.mailbox].")
    with opened_ledger(clock, make=True) as ledger:
        return ledger.door.poll() if ledger.door is not None else 0


def listen(seconds: float, say: Callable[[str], None], clock: Clock | None = None) -> int:
    """Take requests, route them and send what is due, for that many seconds; return how many came in meanwhile."""
    with listening(clock) as (ledger, ears):
        before = len(ledger.urgent.requests(ledger.person))
        end = ledger.clock.monotonic() + seconds
        while ledger.clock.monotonic() < end:
            _round(ledger, ears, _ROUND_SECONDS)
            for one in ears.said:
                say(one)
        return len(ledger.urgent.requests(ledger.person)) - before


def keep_consent(email: str, *, agreed: bool, clock: Clock | None = None) -> StoredAnswer:
    """Keep that somebody agreed to cover whenever it is their turn, or opted out; counts from now on."""
    if "@" not in email:
        raise InputError(f"{email!r} is no address.", "Give the address that the settings name them by.")
    with opened_ledger(clock) as ledger:
        return ledger.people.keep_consent(email, agreed, ledger.desk.now())


def ask_consent(email: str, clock: Clock | None = None) -> StoredAnswer:
    """Ask somebody once, in chat, whether they would cover; whoever has agreed already is not asked again.

    Raises :class:`NotEnoughDataError` where nobody knows them in chat, or the message does not arrive.
    """
    with listening(clock) as (ledger, ears):
        name, book = email.strip().lower(), ledger.store.covers()
        if name not in ledger.people.colleagues:
            raise InputError(f"{email!r} is not among those who may cover.", "Add them under [[point_people]].")
        known = [one for one in book.answers([ledger.person]) if one.point_person == name and one.date is None]
        if known and known[-1].state is AnswerState.AGREED:
            return known[-1]
        chat = ledger.people.chat_of(name)
        if not chat:
            raise NotEnoughDataError(
                f"Nobody knows {email} in chat.", "Give slack_user under [[urgent.people]], or grant users:read.email."
            )
        now = ledger.desk.now()
        question = consent_question(name, chat, now)
        asked = StoredAnswer(ledger.person, name, None, AnswerState.ASKED, "", now)
        book.keep_answer(asked)
        ledger.urgent.add_items([item_row(ledger.person, question)])
        ears.round()
        row = next(row for row in ledger.urgent.messages(ledger.person, question.request) if row.id == question.id)
        if row.state is SendState.DEAD:
            raise NotEnoughDataError(f"{email} could not be asked: {row.problem}", "Ask them in another way.")
        return asked


def verify_period(first: str, last: str, clock: Clock | None = None) -> RequestProof:
    """Prove that no request of these dates (both included) was dropped."""
    with opened_ledger(clock) as ledger:
        zone = ledger.policy.zone
        start, _ = parse_dates(first)
        _, end = parse_dates(last)
        until = instant(end + dt.timedelta(days=1), 0, zone)
        return verify_requests(ledger.urgent, ledger.protecting, ledger.person, instant(start, 0, zone), until)


def _named(ledger: Ledger, one: str) -> Request:
    wanted = one.strip().lower()
    found = [each for each in ledger.urgent.requests(ledger.person) if wanted and each.id.startswith(wanted)]
    if len(found) != 1:
        what = f"No request begins with {one!r}." if not found else f"{len(found)} requests begin with {one!r}."
        raise InputError(what, "See: deepday urgent list --all")
    return found[0]


def _shown(ledger: Ledger, found: Request) -> Shown:
    subject = f"request {found.id}"
    rows: Sequence[AuditRow] = ledger.protecting.history(ledger.person)
    mine = tuple(row for row in rows if row.subject == subject)
    messages = tuple(ledger.urgent.messages(ledger.person, found.id))
    return Shown(found, ledger.urgent.text(found.id), mine, messages, ledger.desk.now(), ledger.policy.zone.key)


def _proof(ledger: Ledger) -> str:
    return f"by command at {ledger.desk.now()}"
