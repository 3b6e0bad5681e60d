"""Urgent requests: kept before they are acknowledged, and taken to one end each.

:class:`UrgentDesk` is for one person. ``receive`` keeps what came in; whoever calls it acknowledges afterwards, and not
when it raises. ``step`` does whatever is due: it may be called at any time, any number of times, and takes up what a
process left that died. ``catch_up`` reads what may not have come in.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from deepday.app.urgent_consent import CONSENTS, keep_consent
from deepday.app.urgent_desk import Desk
from deepday.app.urgent_sending import send_due
from deepday.connect import RequestHistory
from deepday.errors import GoneError
from deepday.model import (
    ABOUT_EARLIER,
    Door,
    Request,
    RequestState,
    UrgentSignal,
    Verdict,
)
from deepday.route import machine
from deepday.route.buttons import request_of
from deepday.route.chain import chain_of
from deepday.route.digest import LARGEST, digest_at
from deepday.route.items import Item, Kind
from deepday.route.machine import Press
from deepday.route.rules import triage
from deepday.store.requests import request_id
from deepday.store.urgent import Incoming, Watermark, item_row
from deepday.store.urgent_looks import Control

OVERLAP = 600
"""Seconds before a watermark from which on a history is read again: what shows up late is not missed."""

EVERYWHERE = ""
"""Among the watermarks: since when nothing may be missed in a conversation that was never read."""

_UNKNOWN_CONTROL = 86_400
_MOST_ROUNDS = 50


class UrgentDesk(Desk):
    """Takes a person's urgent requests from their coming in to their end."""

    # Coming in

    def receive(self, *signals: UrgentSignal, source: str = "", watermark: Watermark | None = None) -> list[bool]:
        """Keep signals, all or none, and say which are new. Acknowledge them only after this has returned.

        ``watermark`` moves in the same transaction.
        """
        source = source or self.source
        kept = [one for one in signals if self._counts(one, source)]
        new = iter(
            self.store.receive(self.person, source, self._incoming(kept), watermark) if kept or watermark else []
        )
        return [one in kept and next(new) for one in signals]

    def _counts(self, signal: UrgentSignal, source: str) -> bool:
        """Tell whether a signal is for us: what is written to the owner in person is none of our affairs but in blocks.

        What was written during a block counts when it is found after its end as well.
        """
        if not signal.in_person or self.people.block(signal.at) is not None:
            return True
        known = signal.door in ABOUT_EARLIER and self.store.request(request_id(source, signal.subject))
        return bool(known)

    def _incoming(self, signals: Sequence[UrgentSignal]) -> list[Incoming]:
        now = self.people.block(self.now()) if signals else None
        found = []
        for signal in signals:
            judged = triage(signal, self.policy.rules)
            block = self.people.block(signal.at) if signal.in_person else now
            verdict = judged.verdict
            name, until = (block.id, block.until) if block else ("", 0)
            found.append(Incoming(signal, verdict, judged.why, judged.topic, name, until))
        return found

    def catch_up(self) -> int:
        """Read what was said since the last time, and return how much of it was new.

        To be called at the start, after every loss of a connection, and every few minutes. Raises what the account
        does; what was read until then is kept, and read again next time.
        """
        if self.history is None:
            return 0
        marks = self.store.watermarks(self.person, self.source)
        if EVERYWHERE not in marks:  # before the first call: from now on nothing may be missed anywhere
            marks[EVERYWHERE] = self.now()
            self.store.receive(self.person, self.source, (), Watermark(EVERYWHERE, self.now()))
        started = marks.pop(EVERYWHERE)
        known = {*marks, *self.store.conversations(self.person, self.source)}
        return sum(
            self._catch_up(self.history, one, marks.get(one, started))
            for one in sorted(
                {*known, *self.history.watched_conversations()}, key=lambda one: (marks.get(one, started), one)
            )  # the longest unread first: where the vendor asks to wait, the others have their turn next time
        )

    def _catch_up(self, history: RequestHistory, conversation: str, reached: int) -> int:
        began = self.now()
        since = max(0, reached - OVERLAP)
        new, more, pages = 0, "", 0
        while True:
            try:
                page = history.signals_since(conversation, since, more)
            except GoneError:
                return new
            pages += 1
            last = not page.more or page.more == more
            # Histories come newest first: only with the last page is all of it here.
            sure = max(min(reached, began), began - page.lag)
            mark = Watermark(conversation, sure) if last else None
            kept = [one for one in page.signals if self._counts(one, self.source)]
            new += sum(self.store.receive(self.person, self.source, self._incoming(kept), mark))
            if last:
                return new
            more = page.more

    # Going on

    def step(self, over: Callable[[], bool] = lambda: False) -> int:
        """Do all that is due, and return how many things were done; less where ``over`` says so in between.

        Raises what the store does.
        """
        done = 0
        for _ in range(_MOST_ROUNDS):
            if over() or not self.store.anything_due(self.person):
                break
            did = self._controls() + self._requests() + self._digest() + send_due(self)
            done += did + self.store.forget_texts()
            if not did:
                break
        return done

    def _controls(self) -> int:
        done = 0
        for control in self.store.controls(self.person):
            done += self._control(control)
        return done

    def _control(self, control: Control) -> int:
        if control.door is Door.PRESS:
            return keep_consent(self, control) if control.action in CONSENTS else self._press(control)
        request = self.store.request(control.request)
        if request is None or request.sender != control.sender:
            old = self.now() - control.received_at > _UNKNOWN_CONTROL
            if request is not None or old:  # else it may come before what it is about
                self.store.settle_control(control, "nothing of the kind is known")
                return 1
            return 0
        if request.state is RequestState.JOINED:
            request = self.store.request(request.evidence) or request
        if control.door is Door.DELETION:
            if request.id != control.request:  # only a part of the request was deleted
                self.store.settle_control(control, "part of a request")
                return 1
            step = machine.withdraw(request, control.key, control.sender)
        else:
            verdict = Verdict(control.outcome or Verdict.ASK)
            step = machine.change(request, control.key, self.policy, self.now(), verdict, "the sender changed it")
        return self.take(request, step, control)

    def _press(self, control: Control) -> int:
        found = request_of(self.secret, control.action, control.subject)
        request = self.store.request(found) if found else None
        if request is None:
            self.store.settle_control(control, "not a button of ours")
            return 1
        if control.action in {"urgent", "wait"} and control.sender != request.sender:
            request = self.store.of_sender(request, control.sender) or request
        pressed = Press(control.action, control.sender, control.key)
        step = machine.press(request, pressed, self.policy, self.now())
        if step.reopen:
            self._reopen(request, control)
            self.store.settle_control(control, "taken up again")
            return 1
        return self.take(request, step, control)

    def _reopen(self, request: Request, control: Control) -> None:
        """Take up an ended request: with those who were not told before."""
        rest = request.chain[request.level + 1 :] or request.chain[-1:]
        again = replace(
            request,
            id=request_id(control.source, control.key),
            key=control.key,
            at=control.at,
            received_at=self.now(),
            state=RequestState.RECEIVED,
            verdict=Verdict.URGENT,
            why="the sender says that it is urgent all the same",
            chain=rest,
            level=-1,
            deadline=self.now(),
            final_at=0,
            evidence="",
            reopens=request.id,
            in_digest=False,
            cleared=False,
            version=0,
        )
        self.store.add_request(again, again.why, control.sender)

    def _requests(self) -> int:
        done = 0
        for request in self.store.due_requests(self.person):
            if request.state is RequestState.RECEIVED:
                done += self._begin(request)
            else:
                done += self.take(request, machine.expired(request, self.policy, self.now()))
        return done

    def _begin(self, request: Request) -> int:
        earlier = [] if request.reopens or request.door is Door.ALERT else self.store.earlier(request)
        span = machine.span_of(request, self.policy)
        earlier = [one for one in earlier if machine.span_of(one, self.policy) == span]
        head = next((one for one in earlier if one.state is not RequestState.JOINED), None)
        if head is not None:
            return self._join(request, head)
        now, block = self.now(), self.people.block(self.now())
        chain, why = request.chain, request.why
        if not chain:
            covers = self.people.covers(now) if block or request.door is Door.TEST else ()
            found = chain_of(covers, self.people.owner(), request.topic, request.sender)
            chain = found.people
            why += f"; not asked: {', '.join(found.skipped)}" if found.skipped else ""
        at = digest_at(self.policy, now, block.until if block else 0)
        step = machine.begin(replace(request, chain=chain), self.policy, now, at)
        return self.take(request, replace(step, why=why))

    def _join(self, request: Request, head: Request) -> int:
        step = machine.join(request, head)
        if not self.take(request, step):
            return 0
        head = self.store.request(head.id) or head
        now, block = self.now(), self.people.block(self.now())
        at = digest_at(self.policy, now, block.until if block else 0)
        more = machine.change(head, request.key, self.policy, now, request.verdict, "the sender said more", at)
        if more.items or more.request != head:
            self.take(head, more)
        return 1

    def _digest(self) -> int:
        now = self.now()
        block = self.people.block(now)
        waiting = self.store.due_for_digest(self.person)
        owner = self.people.owner()
        done = 0
        for one in list(waiting):
            if block and block.id == one.block and one.deadline == one.until < block.until:
                later = replace(one, until=block.until, deadline=block.until)
                done += self.store.apply(one, later, why="the block lasts longer")
                waiting.remove(one)
        if not waiting:
            return done
        about = [*waiting, *self.store.undigested(self.person)][:LARGEST]
        pairs = [
            (one, machine.show(one, self.policy, now).request if one.open else replace(one, in_digest=True))
            for one in about
        ]
        to = owner.chat or owner.name
        # Whoever adds something right after a digest is in the next one, though it may be of the same second.
        mark = f"{about[0].id}/{now}/{about[0].version}"
        item = Item(Kind.DIGEST, "", to, mark, data={"about": " ".join(one.id for one in about)})
        return done + int(self.store.show(pairs, item_row(self.person, item), "in the digest"))
