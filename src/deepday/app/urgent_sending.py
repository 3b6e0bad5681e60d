"""Sending what is in the outbox: each message once, what is unsure is looked up, and what fails goes the next way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deepday.app.urgent_desk import Desk, Quiet
from deepday.app.urgent_outside import outside_chat, send_outside
from deepday.errors import DeepdayError, OutcomeUnknownError, ReconnectNeededError, RetryLaterError
from deepday.model import OutgoingMessage, Request
from deepday.route import machine
from deepday.route.forms import form_link
from deepday.route.items import URGENT, Channel, Item, Kind
from deepday.route.machine import Step
from deepday.route.messages import Setting, message
from deepday.store.outbox import OutboxRow, SendState
from deepday.store.urgent import item_row

LONGEST_PAUSE = 60
_TRIES = 5


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A message that arrived: what proves it, and whether the owner can hear of it."""

    proof: str
    heard: bool = True


def send_due(desk: Desk) -> int:
    """Send what is due, and return how many messages were tried."""
    done = 0
    for row in desk.store.due_messages(desk.person):
        done += _Sending(desk, row).run()
    return done


class _Sending:
    """One message."""

    def __init__(self, desk: Desk, row: OutboxRow) -> None:
        self._desk = desk
        self._row = row
        self._item = Item(
            Kind(row.kind), row.request, row.to, "", Channel(row.channel), row.thread, row.level, dict(row.data)
        )

    def run(self) -> int:
        """Claim it, send it, keep what came of it."""
        desk, row = self._desk, self._row
        if self._item.kind is Kind.WAKE and not outside_chat(row) and self._must_wait():
            return 0
        claimed = desk.store.claim(row, desk.holder)
        if claimed is None:
            return 0
        self._row = claimed
        about = self._about()
        if not self._needed(about):
            desk.store.settle(claimed, SendState.DROPPED, problem="no longer needed")
            return 1
        absent = self._absent()
        if absent:
            self._pass_over(absent)
            return 1
        try:
            arrived = self._send(about)
        except OutcomeUnknownError as error:
            self._later(SendState.UNKNOWN, error, unsure=1)
        except (RetryLaterError, ReconnectNeededError) as error:
            # Nothing was done by this try; by an earlier one perhaps.
            self._later(SendState.UNKNOWN if claimed.unsure else SendState.NEW, error)
        except DeepdayError as error:
            self._give_up(about, error.what)
        else:
            self._take(arrived)
        return 1

    def _must_wait(self) -> bool:
        """Let the reconciler lift our do not disturb first: else the message is muted."""
        desk = self._desk
        if desk.now() - self._row.created_at >= desk.policy.lifting:
            return False
        return desk.quiet() is Quiet.OURS

    def _about(self) -> list[Request]:
        ids = self._item.data["about"].split() if self._item.kind is Kind.DIGEST else [self._row.request]
        return [found for one in ids if (found := self._desk.store.request(one)) is not None]

    def _needed(self, about: Sequence[Request]) -> bool:
        if self._item.kind is Kind.CONSENT:
            return True
        if not about:
            return False
        if self._item.kind in URGENT:
            turn = about[0].turn
            return turn is not None and about[0].level == self._item.level
        return True

    def _absent(self) -> str:
        """Say why whoever is to be asked cannot be asked any more: people leave, and opt out at any time."""
        if self._item.kind is not Kind.ASK:
            return ""
        mine = [one for one in self._desk.people.covers(self._desk.now()) if one.chat == self._row.to]
        able = not mine or any(one.agreed and not one.away for one in mine)
        return "" if able else mine[0].away or "has not agreed, or opted out"

    def _pass_over(self, why: str) -> None:
        """Tell the next one at once."""
        desk = self._desk

        def step(request: Request) -> Step:
            return machine.failed(request, self._item, desk.policy, desk.now(), why)

        self._settle(step, SendState.DROPPED, {"problem": why})

    def _send(self, about: Sequence[Request]) -> _Arrived:
        desk, row = self._desk, self._row
        made = self._message(about)
        if outside_chat(row):
            return _Arrived(send_outside(desk, row, made, about))
        posted = desk.messenger.post_message(made, again=row.unsure)
        quiet = desk.quiet() if self._item.kind is Kind.WAKE else Quiet.NOTHING
        return _Arrived(posted.id, quiet is Quiet.NOTHING)

    def _message(self, about: Sequence[Request]) -> OutgoingMessage:
        desk = self._desk
        quotes = self._item.kind in URGENT or (self._item.kind is Kind.INFORM)
        texts = {one.id: self._text(one) for one in about} if quotes else {}
        form = form_link(desk.policy.form, desk.secret, desk.now())
        policy = desk.policy
        words = Setting(desk.name, policy.zone, desk.secret, desk.now(), texts, form, policy.answer, policy.language)
        made = message(self._item, about, words)
        return OutgoingMessage(self._row.id, made.to, made.text, made.thread, made.sections)

    def _text(self, request: Request) -> str:
        """Return what was asked; where it was not kept, since nobody was told so far, it is read again."""
        desk = self._desk
        kept = desk.store.text(request.id)
        if kept or self._item.kind not in URGENT:
            return kept
        text = "\n".join(filter(None, map(desk.said, (request, *desk.store.joined(request.id)))))
        if text:
            desk.store.keep_text(request.id, text, request.at)
        return text

    def _later(self, state: SendState, error: DeepdayError, **more: int) -> None:
        desk, row, now = self._desk, self._row, self._desk.now()
        age = now - row.created_at
        urgent = self._item.kind in URGENT
        if age >= (desk.policy.urgent_sending if urgent else desk.policy.sending):
            self._give_up(self._about(), error.what)
            return
        pause = min(LONGEST_PAUSE, 1 << min(row.attempts - 1, 6))
        asked = error.after if isinstance(error, RetryLaterError) and error.after else 0
        second = self._second() if urgent and age >= desk.policy.second_after else []
        rows = [item_row(desk.person, one) for one in second]
        at = now + max(1, pause, int(asked))
        desk.store.settle(row, state, items=rows, next_at=at, problem=error.what, **more)

    def _second(self) -> list[Item]:
        """Return the same message for the second channel, where there is one to that person."""
        desk, item = self._desk, self._item
        name = item.data.get("name", "")
        if outside_chat(self._row) or desk.second is None or not name or not desk.second.reaches(name):
            return []
        return [Item(item.kind, item.request, name, str(item.level), Channel.SECOND, "", item.level, item.data)]

    def _give_up(self, about: Sequence[Request], why: str) -> None:
        """End the message as dead; what it was for goes on at once, unless another way to the same person is open."""
        desk = self._desk
        second = self._second() if self._item.kind in URGENT else self._alone()
        over = bool(about) and not (second or self._other_way_open())

        def step(request: Request) -> Step:
            return machine.failed(request, self._item, desk.policy, desk.now(), why) if over else Step(request)

        self._settle(step, SendState.DEAD, {"problem": why}, second)

    def _alone(self) -> list[Item]:
        """Return the same message for its sender alone, where the app may not answer in the conversation."""
        item = self._item
        to = item.data.get("alone", "")
        data = {name: value for name, value in item.data.items() if name != "alone"}
        mark = self._row.id.split("/", 2)[-1]
        return [Item(item.kind, item.request, to, f"{mark}/alone", data=data, level=item.level)] if to else []

    def _other_way_open(self) -> bool:
        """Tell whether the same message is under way, or has arrived, by the other channel."""
        same = self._desk.store.messages(self._desk.person, self._row.request)
        dead = {SendState.DEAD, SendState.DROPPED}
        return any(
            one.kind == self._row.kind
            and one.level == self._row.level
            and one.channel != self._row.channel
            and one.state not in dead
            for one in same
        )

    def _take(self, arrived: _Arrived) -> None:
        desk = self._desk
        sent: dict[str, Any] = {"sent_ref": arrived.proof, "sent_at": desk.now(), "problem": ""}
        muted = self._item.kind is Kind.WAKE and not arrived.heard
        second = self._second() if muted else []
        unheard = muted and not second and not self._other_way_open()

        def step(request: Request) -> Step:
            if unheard:
                return machine.unheard(request, self._item, arrived.proof, desk.policy, desk.now())
            return machine.sent(request, self._item, arrived.proof, heard=arrived.heard)

        self._settle(step, SendState.SENT, sent, second)

    def _settle(
        self,
        make: Callable[[Request], Step],
        state: SendState,
        more: dict[str, Any],
        items: Sequence[Item] = (),
    ) -> None:
        """Keep what came of the message and the step that it makes of its request, in one transaction."""
        desk, row = self._desk, self._row
        for _ in range(_TRIES):
            before = desk.store.request(row.request) if row.request else None
            step = make(before) if before else None
            rows = [item_row(desk.person, one) for one in (*(step.items if step else ()), *items)]
            if step is None or before is None or step.request == before:
                desk.store.settle(row, state, items=rows, **more)
                return
            if desk.store.apply(
                before,
                step.request,
                items=rows,
                why=step.why,
                actor=step.actor,
                override=desk.override(step),
                sent=(row, state, more),
            ):
                return
