"""Urgent requests in the store: every change and its row of the audit chain are one transaction."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from deepday.clock import Clock
from deepday.model import ABOUT_EARLIER, Door, Override, Request, RequestState, UrgentSignal, Verdict
from deepday.store import schema
from deepday.store.approved import add_override
from deepday.store.audit import Note, append_note, append_notes
from deepday.store.database import Database
from deepday.store.outbox import (
    OutboxRow,
    SendState,
    add_row,
    claim_row,
    put_missing,
    settle_row,
)
from deepday.store.request_texts import RequestTexts
from deepday.store.requests import (
    change_request,
    insert_request,
    insert_requests,
    read_request,
    request_id,
    told_in,
)
from deepday.store.sealing import MasterKeySource
from deepday.store.urgent_looks import DONE, NEW, Control, UrgentLooks

_inbox, _requests, _outbox = schema.inbox.c, schema.request.c, schema.outbox.c


@dataclass(frozen=True, slots=True)
class Incoming:
    """A signal as it is to be kept: what it is taken for, and the block that it came into."""

    signal: UrgentSignal
    verdict: Verdict
    why: str
    topic: str = ""
    block: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a conversation was read afterwards, in UTC seconds."""

    conversation: str
    reached: int


class _MovedOnError(Exception):
    """A request is no longer what it was: nothing is kept."""


class UrgentStore(UrgentLooks):
    """Inbox, requests, outbox, texts of routed requests.

    Every method raises as those of :class:`deepday.store.repository.Store` do. ``retention``: seconds for which the
    text of a routed request is kept.
    """

    def __init__(
        self, database: Database, clock: Clock, masters: MasterKeySource | None, retention: int = 30 * 86_400
    ) -> None:
        super().__init__(database, clock, RequestTexts(database, masters))
        self._retention = retention

    # Coming in

    def receive(
        self, person: str, source: str, incoming: Sequence[Incoming], watermark: Watermark | None = None
    ) -> list[bool]:
        """Keep signals, all of them or none, and say which are new.

        Only after this has returned may they be acknowledged. ``watermark`` moves in the same transaction.
        """
        now = self._now()
        self._texts.ready(now)
        with self._database.writing() as connection:
            asked: list[Request] = []
            new = [self._receive(connection, person, source, one, now, asked) for one in incoming]
            insert_requests(connection, asked)
            doors = [Note(f"request {one.id}", "", one.stage, f"{one.door.value}: {one.why}") for one in asked]
            append_notes(connection, person, doors, now)
            if watermark is not None:
                self._move(connection, person, source, watermark)
        return new

    def _receive(
        self, connection: Connection, person: str, source: str, one: Incoming, now: int, asked: list[Request]
    ) -> bool:
        """Keep a signal, but for the request that it is: that is added to ``asked``. Tell whether it is new."""
        signal = one.signal
        about = signal.door in ABOUT_EARLIER
        of = request_id(source, signal.subject if about else signal.id)
        row = {
            "source": source,
            "key": signal.id,
            "person": person,
            "request": of,
            "door": signal.door.value,
            "at": signal.at,
            "received_at": now,
            "sender": signal.sender,
            "action": signal.action,
            "subject": signal.subject,
            "state": NEW if about else DONE,
            "outcome": one.verdict.value if about else "",
        }
        if not put_missing(connection, schema.inbox, row):
            return False
        if signal.door is Door.EDIT and (one.verdict is Verdict.URGENT or self._texts.has(connection, of)):
            self._put_text(connection, of, signal, more=False)
        if about:
            return True
        request = Request(
            id=of,
            person=person,
            source=source,
            key=signal.id,
            door=signal.door,
            at=signal.at,
            received_at=now,
            sender=signal.sender,
            conversation=signal.conversation,
            reply_to=signal.reply_to or signal.conversation,
            thread=signal.thread,
            link=signal.link,
            topic=one.topic,
            verdict=one.verdict,
            why=one.why,
            block=one.block,
            until=one.until,
            deadline=now,
        )
        asked.append(request)
        if one.verdict is Verdict.URGENT or told_in(connection, request):
            self._put_text(connection, of, signal, more=False)
        return True

    def _put_text(self, connection: Connection, request: str, signal: UrgentSignal, *, more: bool) -> None:
        self._texts.put(connection, request, signal.text, signal.at, self._now() + self._retention, more=more)

    def add_request(self, request: Request, why: str, actor: str) -> bool:
        """Keep a request that takes up an ended one again; tell whether it is new."""
        with self._database.writing() as connection:
            if read_request(connection, request.id) is not None:
                return False
            insert_request(connection, request)
            before = self._texts.read(connection, request.reopens)
            if before:
                self._texts.ready(self._now())
                until = self._now() + self._retention
                self._texts.put(connection, request.id, before, request.at, until, more=False)
            self._note(connection, request, "", request.stage, why, actor)
            return True

    # Going on

    def apply(
        self,
        before: Request,
        after: Request,
        *,
        items: Iterable[dict[str, Any]] = (),
        why: str = "",
        actor: str = "deepday",
        override: Override | None = None,
        control: Control | None = None,
        sent: tuple[OutboxRow, SendState, dict[str, Any]] | None = None,
    ) -> bool:
        """Keep a step of a request with all that belongs to it, or nothing; ``False`` when it moved on meanwhile."""
        now = self._now()
        with self._database.writing() as connection:
            if after != before:
                changed = change_request(connection, before, after, now)
                if changed is None:
                    return False
                if changed.stage != before.stage or changed.deadline != before.deadline:
                    self._note(connection, changed, before.stage, changed.stage, why, actor)
            elif why:
                note = Note(f"press on request {before.id}", "", "refused", why, actor)
                append_note(connection, before.person, note, now)
            for item in items:
                add_row(connection, item, now)
            if override is not None:
                add_override(connection, override)
                note = Note(f"block {override.block}", "", override.kind.value, override.why, override.by)
                append_note(connection, override.person, note, now)
            if control is not None:
                self._settle_control(connection, control, "" if after == before and why else "done")
            if sent is not None:
                settle_row(connection, sent[0], sent[1], **sent[2])
            if after.state is RequestState.JOINED and after.state is not before.state:
                self._join_texts(connection, after)
        return True

    def _join_texts(self, connection: Connection, joined: Request) -> None:
        """Add what was said to what the request says that it is part of now."""
        text = self._texts.read(connection, joined.id)
        if text and self._texts.ready(self._now()):
            until = self._now() + self._retention
            self._texts.put(connection, joined.evidence, text, joined.at, until, more=True)
            self._texts.drop(connection, joined.id)

    def add_items(self, items: Iterable[dict[str, Any]]) -> None:
        """Add messages that belong to no change."""
        now = self._now()
        with self._database.writing() as connection:
            for item in items:
                add_row(connection, item, now)

    def settle_control(self, control: Control, outcome: str) -> None:
        """Keep what came of a press, an edit or a deletion that changed nothing."""
        with self._database.writing() as connection:
            self._settle_control(connection, control, outcome)

    @staticmethod
    def _settle_control(connection: Connection, control: Control, outcome: str) -> None:
        mine = update(schema.inbox).where(_inbox.source == control.source, _inbox.key == control.key)
        connection.execute(mine.values(state=DONE, outcome=outcome))

    def show(self, pairs: Sequence[tuple[Request, Request]], item: dict[str, Any], why: str) -> bool:
        """Put requests into one digest, all of them or none."""
        now = self._now()
        with suppress(_MovedOnError), self._database.writing() as connection:
            for before, after in pairs:
                changed = change_request(connection, before, after, now)
                if changed is None:
                    raise _MovedOnError
                if before.stage != changed.stage or before.deadline != changed.deadline:
                    self._note(connection, changed, before.stage, changed.stage, why, "deepday")
            add_row(connection, item, now)
            return True
        return False

    def clear(self, request: Request, actor: str) -> None:
        """Take a request that could not be delivered off the list, as a person has seen it."""
        with self._database.writing() as connection:
            change_request(connection, request, replace(request, cleared=True), self._now())
            note = Note(f"list of request {request.id}", "", "cleared", "a person has seen it", actor)
            append_note(connection, request.person, note, self._now())

    # Sending

    def claim(self, row: OutboxRow, holder: str) -> OutboxRow | None:
        """Claim a message for sending; ``None`` when somebody else did."""
        with self._database.writing() as connection:
            return claim_row(connection, row, holder, self._now())

    def settle(self, row: OutboxRow, state: SendState, *, items: Iterable[dict[str, Any]] = (), **more: Any) -> None:
        """Keep what came of a claimed message, and further messages that this makes necessary."""
        with self._database.writing() as connection:
            settle_row(connection, row, state, **more)
            for item in items:
                add_row(connection, item, self._now())

    # Texts, and reading afterwards

    def keep_text(self, request: str, text: str, at: int) -> None:
        """Keep the text of a request that is routed by now."""
        if self._texts.ready(self._now()):
            with self._database.writing() as connection:
                self._texts.put(connection, request, text, at, self._now() + self._retention, more=False)

    def forget_texts(self) -> int:
        """Delete the texts whose time has come; return how many there were."""
        due = select(schema.request_text.c.request).where(schema.request_text.c.delete_at <= self._now()).limit(1)
        with self._database.reading() as connection:
            if connection.execute(due).first() is None:
                return 0
        with self._database.writing() as connection:
            count = self._texts.forget(connection, self._now())
        self._database.leave_no_log()
        return count

    @staticmethod
    def _move(connection: Connection, person: str, source: str, watermark: Watermark) -> None:
        columns = schema.watermark.c
        mine = (columns.source == source, columns.conversation == watermark.conversation)
        values = {"person": person, "reached": watermark.reached}
        if connection.execute(update(schema.watermark).where(*mine).values(values)).rowcount == 0:
            key = {"source": source, "conversation": watermark.conversation}
            connection.execute(insert(schema.watermark).values(values | key))

    def _note(self, connection: Connection, request: Request, before: str, after: str, why: str, actor: str) -> None:
        append_note(connection, request.person, Note(f"request {request.id}", before, after, why, actor), self._now())


def item_row(person: str, item: Any) -> dict[str, Any]:
    """Return the row of a message (:class:`deepday.route.items.Item`)."""
    return {
        "id": item.id,
        "person": person,
        "request": item.request,
        "kind": item.kind.value,
        "channel": item.channel.value,
        "to": item.to,
        "thread": item.thread,
        "level": item.level,
        "data": json.dumps(dict(item.data)),
    }
