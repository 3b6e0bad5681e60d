"""Deleting single messages and events when their time has come; what was looked at shrinks with them.

A day whose rows are gone counts as not looked at, never as a day on which nothing happened.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, and_, delete, or_, update

from deepday.store import schema
from deepday.store.activity import drop_lonely_conversations


def forget_rows(connection: Connection, before: int) -> int:
    """Delete the messages from before an instant (UTC seconds) and the events that ended before it; return how many.

    What a source covers begins there from now on, and so does what is read of a live one.
    """
    event, message, coverage, sync = schema.event.c, schema.message.c, schema.coverage.c, schema.sync.c
    day = datetime.fromtimestamp(before, UTC).toordinal()
    timed = and_(event.all_day == 0, event.end <= before)
    whole = and_(event.all_day == 1, event.end < day)  # a date is over everywhere only a day later
    count = connection.execute(delete(schema.message).where(message.at < before)).rowcount
    count += connection.execute(delete(schema.event).where(or_(timed, whole))).rowcount
    connection.execute(delete(schema.coverage).where(coverage.end <= before))
    connection.execute(update(schema.coverage).where(coverage.start < before).values(start=before))
    connection.execute(update(schema.sync).where(sync.window_start < before).values(window_start=before))
    drop_lonely_conversations(connection)
    return int(count)
