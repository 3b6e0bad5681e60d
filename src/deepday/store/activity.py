"""Chat activity as rows, and rows as columns."""

from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Result, and_, delete, func, insert, select, update

from deepday.model import ActivityStream, Conversation, ConversationKind, Interval
from deepday.store.schema import conversation, message

_PART = 500  # rows at a time: more would keep the garbage collector busy
_WIDENING = (ConversationKind.DIRECT, ConversationKind.GROUP, ConversationKind.THREAD)


class Added(NamedTuple):
    """How many messages the store did not know, how many it knew from any source, how many rows were written."""

    added: int
    known: int
    written: int


def add_messages(connection: Connection, source_id: int, stream: ActivityStream) -> Added:
    """Add the messages that the source does not hold yet, and correct those that it holds otherwise."""
    if not len(stream):
        return Added(0, 0, 0)
    numbers = _numbers(connection, stream.conversations)
    rows = {
        (at, micros, numbers[index]): (outgoing, mention)
        for at, micros, index, outgoing, mention in zip(
            stream.at, stream.micros, stream.conversation, stream.outgoing, stream.mention, strict=True
        )
    }
    stored = connection.execute(
        select(
            message.c.at,
            message.c.micros,
            message.c.conversation_id,
            message.c.source_id,
            message.c.outgoing,
            message.c.mention,
        ).where(message.c.at.between(min(stream.at), max(stream.at)))
    ).all()
    known = {(at, micros, number) for at, micros, number, *_ in stored} & rows.keys()
    mine = {(at, micros, number): tuple(flags) for at, micros, number, owner, *flags in stored if owner == source_id}
    new = [_row(source_id, key, flags) for key, flags in rows.items() if key not in mine]
    corrected = [_row(source_id, key, flags) for key, flags in rows.items() if mine.get(key, flags) != flags]
    if new:
        connection.execute(insert(message), new)
    for row in corrected:
        which = [message.c[name] == row[name] for name in ("at", "micros", "conversation_id", "source_id")]
        connection.execute(update(message).where(*which).values(outgoing=row["outgoing"], mention=row["mention"]))
    return Added(len(rows) - len(known), len(known), len(new) + len(corrected))


def _row(source_id: int, key: tuple[int, int, int], flags: tuple[int, int]) -> dict[str, int]:
    at, micros, number = key
    values = {"at": at, "micros": micros, "conversation_id": number, "source_id": source_id}
    return {**values, "outgoing": flags[0], "mention": flags[1]}


def read_stream(connection: Connection, window: Interval) -> ActivityStream:
    """Return the messages inside the window, each once, in the order that :class:`ActivityStream` asks for."""
    at, micros, outgoing, mention, number = message.c["at", "micros", "outgoing", "mention", "conversation_id"]
    inside = and_(at >= window.start, at < window.end)
    plain = select(at, micros, outgoing, mention, number).where(inside).order_by(at, micros)
    stream = _columns(connection.execute(plain))
    if _has_ties(stream):  # two sources hold the same message, or two conversations the same microsecond
        joined = (
            select(at, micros, func.max(outgoing), func.max(mention), number)
            .join(conversation)
            .where(inside)
            .group_by(at, micros, number, conversation.c.pseudonym)
            .order_by(at, micros, func.max(outgoing), conversation.c.pseudonym)
        )
        stream = _columns(connection.execute(joined))
    used = select(conversation).where(conversation.c.id.in_(select(number).where(inside)))
    named = {row.id: Conversation(row.pseudonym, ConversationKind(row.kind)) for row in connection.execute(used)}
    index = {number: position for position, number in enumerate(dict.fromkeys(stream.conversation))}
    stream.conversation = array("i", map(index.__getitem__, stream.conversation))
    stream.conversations = [named[number] for number in index]
    return stream


def _columns(rows: Result[int, int, int, int, int]) -> ActivityStream:
    stream = ActivityStream()
    filled = (stream.at, stream.micros, stream.outgoing, stream.mention, stream.conversation)
    for part in rows.partitions(_PART):
        for column, values in zip(filled, zip(*part, strict=True), strict=True):
            column.extend(values)
    return stream


def _has_ties(stream: ActivityStream) -> bool:
    instants = {at * 1_000_000 + micros for at, micros in zip(stream.at, stream.micros, strict=True)}
    return len(instants) < len(stream)


def count_messages(connection: Connection, source_id: int, span: Interval) -> int:
    """Return how many messages of a span the source holds."""
    mine = and_(message.c.source_id == source_id, message.c.at >= span.start, message.c.at < span.end)
    return connection.execute(select(func.count()).select_from(message).where(mine)).scalar_one()


def remove_messages(connection: Connection, source_id: int, gone: Iterable[tuple[Conversation, int]]) -> int:
    """Delete messages of a source by conversation and microseconds; return how many there were."""
    found = 0
    for one, micros in gone:
        named = select(conversation.c.id).where(conversation.c.pseudonym == one.pseudonym)
        at, rest = divmod(micros, 1_000_000)
        which = and_(message.c.at == at, message.c.micros == rest, message.c.conversation_id.in_(named))
        found += connection.execute(delete(message).where(which, message.c.source_id == source_id)).rowcount
    if found:
        drop_lonely_conversations(connection)
    return found


def drop_lonely_conversations(connection: Connection) -> None:
    """Delete the conversations that no message belongs to any more."""
    connection.execute(delete(conversation).where(conversation.c.id.not_in(select(message.c.conversation_id))))


def _numbers(connection: Connection, conversations: Sequence[Conversation]) -> list[int]:
    """Return the row of each conversation, making those that are missing.

    One that comes with two kinds keeps the wider one, whichever comes first.
    """
    query = select(conversation.c.pseudonym, conversation.c.id, conversation.c.kind)
    known = {pseudonym: kind for pseudonym, _, kind in connection.execute(query)}
    wanted = {item.pseudonym: item.kind for item in sorted(conversations, key=lambda item: _WIDENING.index(item.kind))}
    new = [{"pseudonym": name, "kind": kind.value} for name, kind in wanted.items() if name not in known]
    if new:
        connection.execute(insert(conversation), new)
    for name, kind in wanted.items():
        if name in known and _WIDENING.index(kind) > _WIDENING.index(known[name]):
            connection.execute(update(conversation).where(conversation.c.pseudonym == name).values(kind=kind.value))
    rows = {pseudonym: number for pseudonym, number, _ in connection.execute(query)}
    return [rows[item.pseudonym] for item in conversations]
