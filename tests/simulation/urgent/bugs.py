"""Bugs, planted one at a time, to see that the simulation finds them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from typing import Any
from unittest.mock import patch

from deepday.app import urgent, urgent_consent, urgent_people, urgent_sending
from deepday.app.urgent import UrgentDesk
from deepday.app.urgent_listening import Listening
from deepday.errors import OutcomeUnknownError
from deepday.model import Door, Request, RequestState, Responder, UrgentSignal
from deepday.route import chain, items, machine
from deepday.route.machine import Step
from deepday.store import outbox, request_texts
from deepday.store import urgent as urgent_store
from deepday.store.outbox import SendState
from deepday.store.urgent import UrgentStore, Watermark
from deepday.store.urgent_looks import UrgentLooks
from tests.simulation.urgent.office import ChatAccount

Patch = tuple[object, str, Any]
BUGS: dict[str, Callable[[], list[Patch]]] = {}


def bug(make: Callable[[], list[Patch]]) -> Callable[[], list[Patch]]:
    BUGS[make.__name__] = make
    return make


@contextmanager
def planted(name: str) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, attribute, value in BUGS[name]():
            stack.enter_context(patch.object(owner, attribute, value))
        yield


# Coming in


@bug
def acknowledged_before_it_is_kept() -> list[Patch]:
    def take(self: Listening, seconds: float) -> None:
        assert self.source is not None
        for signal in self.source.signals(seconds):
            self.source.acknowledge(signal)
            self.desk.receive(signal)

    return [(Listening, "_take", take)]


@bug
def acknowledged_a_moment_too_early() -> list[Patch]:
    """The oracle does not look: only a death between the acknowledgement and the commit shows it."""
    original = ChatAccount.acknowledge

    def take(self: Listening, seconds: float) -> None:
        source: Any = self.source
        for signal in source.signals(seconds):
            eyes, source.eyes = source.eyes, replace(source.eyes, acknowledged=lambda _: None)
            original(source, signal)
            source.eyes = eyes
            self.desk.receive(signal)

    return [(Listening, "_take", take)]


@bug
def told_apart_by_the_id_of_the_delivery() -> list[Patch]:
    numbers, original = count(), UrgentDesk.receive

    def receive(self: UrgentDesk, *signals: UrgentSignal, **more: Any) -> list[bool]:
        named = [
            one if one.door in {Door.PRESS, Door.EDIT, Door.DELETION} else replace(one, id=f"{one.id}/{next(numbers)}")
            for one in signals
        ]
        return original(self, *named, **more)

    return [(UrgentDesk, "receive", receive)]


@bug
def watermark_moved_before_the_insert() -> list[Patch]:
    original = UrgentDesk._catch_up

    def early(self: UrgentDesk, history: Any, conversation: str, reached: int) -> int:
        self.store.receive(self.person, self.source, (), Watermark(conversation, self.now() + 700))
        return original(self, history, conversation, reached)

    return [(UrgentDesk, "_catch_up", early)]


@bug
def histories_read_from_the_start_of_the_process() -> list[Patch]:
    original = UrgentDesk._catch_up
    return [(UrgentDesk, "_catch_up", lambda self, history, one, reached: original(self, history, one, self.now()))]


@bug
def only_one_page_of_history_read() -> list[Patch]:
    original = ChatAccount.signals_since

    def first(self: ChatAccount, conversation: str, since: int, more: str = "") -> Any:
        return replace(original(self, conversation, since, more), more="")

    return [(ChatAccount, "signals_since", first)]


@bug
def deletions_ignored() -> list[Patch]:
    return [(machine, "withdraw", lambda request, proof, actor: Step(request))]


# Going on


@bug
def timers_only_in_memory() -> list[Patch]:
    original, started = UrgentStore.due_requests, "started_at"

    def due(self: UrgentStore, person: str) -> list[Request]:
        if not hasattr(self, started):
            setattr(self, started, self._now())
        found = original(self, person)
        return [one for one in found if one.state is RequestState.RECEIVED or one.received_at >= getattr(self, started)]

    return [(UrgentStore, "due_requests", due)]


@bug
def anybody_may_take_it() -> list[Patch]:
    def anybody(self: Request, chat: str) -> Responder | None:
        return self.chain[0] if self.chain and chat else None

    return [(Request, "responder", anybody)]


@bug
def an_end_can_be_left() -> list[Patch]:
    original = machine._by_responder

    def again(request: Request, who: Any, pressed: Any, policy: Any, now: int) -> Step:
        if not request.open and pressed.action == "not_urgent":
            request = replace(request, state=RequestState.ROUTED)
        return original(request, who, pressed, policy, now)

    return [(machine, "_by_responder", again)]


@bug
def an_answer_to_every_message() -> list[Patch]:
    def reply(request: Request) -> Any:
        return machine._to_sender(request, items.Kind.REPLY, "", {}, mark=request.id)

    return [(machine, "_reply", reply), (UrgentStore, "earlier", lambda self, request: [])]


@bug
def not_urgent_before_the_sender_knows() -> list[Patch]:
    def hasty(request: Request, who: Any, pressed: Any, policy: Any, now: int) -> Step:
        del policy, now
        return machine._end(request, RequestState.NOT_URGENT, f"{pressed.by} {pressed.proof}", str(who.role))

    return [(machine, "_not_urgent", hasty)]


@bug
def the_timer_is_waited_for_all_the_same() -> list[Patch]:
    return [(machine, "failed", lambda request, *rest: Step(request))]


@bug
def who_is_away_is_asked() -> list[Patch]:
    return [
        (chain, "_unable", lambda one, *rest: "" if one.chat else "not known"),
        (urgent_sending._Sending, "_absent", lambda self: ""),
    ]


@bug
def opting_out_is_forgotten() -> list[Patch]:
    return [(urgent_people.Surroundings, "_agreed", lambda self, one: True)]


@bug
def opting_out_by_the_button_is_forgotten() -> list[Patch]:
    return [(urgent_people.Surroundings, "keep_consent", lambda *_: None)]


@bug
def who_opts_out_keeps_what_they_were_asked() -> list[Patch]:
    return [(urgent_consent, "_pass_on", lambda *_: None)]


@bug
def what_is_private_is_kept() -> list[Patch]:
    return [(UrgentDesk, "_counts", lambda self, signal, source: True)]


@bug
def what_was_found_after_the_block_is_private() -> list[Patch]:
    def counts(self: UrgentDesk, signal: UrgentSignal, source: str) -> bool:
        del source
        return not signal.in_person or self.people.block(self.now()) is not None

    return [(UrgentDesk, "_counts", counts)]


@bug
def the_digest_is_not_sent() -> list[Patch]:
    original = outbox.add_row

    def add(connection: Any, row: Any, now: int) -> bool:
        return row["kind"] != "digest" and original(connection, row, now)

    return [(urgent_store, "add_row", add)]


@bug
def only_the_first_of_a_digest_is_shown() -> list[Patch]:
    original = items.Item

    def item(*given: Any, **more: Any) -> Any:
        if "about" in more.get("data", {}):
            more["data"] = {"about": more["data"]["about"].split()[0]}
        return original(*given, **more)

    return [(urgent, "Item", item)]


@bug
def a_change_without_a_row() -> list[Patch]:
    original = UrgentStore._note

    def note(self: UrgentStore, connection: Any, request: Any, before: str, after: str, why: str, actor: str) -> None:
        if not why.startswith("no answer"):
            original(self, connection, request, before, after, why, actor)

    return [(UrgentStore, "_note", note)]


# Sending


@bug
def the_library_tries_again() -> list[Patch]:
    original = ChatAccount.post_message

    def twice(self: ChatAccount, message: Any, *, again: bool = False) -> Any:
        try:
            return original(self, message, again=again)
        except OutcomeUnknownError:
            return original(self, message)

    return [(ChatAccount, "post_message", twice)]


@bug
def marked_as_sent_first() -> list[Patch]:
    original = urgent_sending._Sending._send

    def send(self: Any, about: Any) -> Any:
        self._desk.store.settle(self._row, SendState.SENT, sent_ref="?", sent_at=self._desk.now())
        with patch.object(self._desk.messenger.eyes, "posting", lambda _: None):
            return original(self, about)

    return [(urgent_sending._Sending, "_send", send)]


@bug
def sent_before_it_is_claimed() -> list[Patch]:
    def unclaimed(self: UrgentStore, row: Any, holder: str) -> Any:
        del self, holder
        return row

    return [(UrgentStore, "claim", unclaimed)]


@bug
def an_unknown_outcome_is_not_looked_up() -> list[Patch]:
    original = ChatAccount.post_message

    def blind(self: ChatAccount, message: Any, *, again: bool = False) -> Any:
        del again
        return original(self, message)

    return [(ChatAccount, "post_message", blind)]


@bug
def a_lost_reply_taken_for_sent() -> list[Patch]:
    original = urgent_sending._Sending._send

    def send(self: Any, about: Any) -> Any:
        try:
            return original(self, about)
        except OutcomeUnknownError:
            return urgent_sending._Arrived("?")

    return [(urgent_sending._Sending, "_send", send)]


@bug
def what_was_claimed_is_forgotten() -> list[Patch]:
    original = UrgentLooks.due_messages

    def due(self: Any, person: str) -> Any:
        return [one for one in original(self, person) if one.state is not SendState.SENDING]

    return [(UrgentLooks, "due_messages", due)]


@bug
def the_owner_is_told_before_our_quiet_ends() -> list[Patch]:
    return [(urgent_sending._Sending, "_must_wait", lambda self: False)]


@bug
def muted_counts_as_heard() -> list[Patch]:
    original = machine.sent

    def heard(request: Request, item: Any, proof: str, **_: Any) -> Step:
        return original(request, item, proof, heard=True)

    return [
        (machine, "sent", heard),
        (machine, "unheard", lambda request, item, proof, *_: heard(request, item, proof)),
    ]


# What is kept


@bug
def texts_are_not_sealed() -> list[Patch]:
    return [(request_texts, "seal", lambda key, plain, place: (b"n" * 12, plain))]


@bug
def texts_are_kept_for_ever() -> list[Patch]:
    return [(UrgentStore, "forget_texts", lambda self: 0)]
