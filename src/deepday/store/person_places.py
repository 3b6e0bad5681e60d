"""Where a store may name somebody other than its owner, and what of it is still needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table

from deepday.model import ENDS
from deepday.store import schema
from deepday.store.outbox import SETTLED
from deepday.store.slots import Phase
from deepday.store.urgent_looks import DONE

_ENDED = {one.value for one in ENDS}
_SENT = {one.value for one in SETTLED}
_A_DAY = 86_400

Row = Mapping[str, Any]


def _never(row: Row, now: datetime) -> bool:
    del row, now
    return False


def _open(row: Row, now: datetime) -> bool:
    """Tell whether a request is under way, or so new that its service may bring it again."""
    return row["state"] not in _ENDED or int(row["received_at"]) > now.timestamp() - _A_DAY


def _not_sent(row: Row, now: datetime) -> bool:
    del now
    return row["state"] not in _SENT


def _not_read(row: Row, now: datetime) -> bool:
    return row["state"] != DONE or int(row["received_at"]) > now.timestamp() - _A_DAY


def _to_come(row: Row, now: datetime) -> bool:
    """Tell whether a block or meeting is not over: naive ISO 8601, on the clocks of its zone."""
    return datetime.fromisoformat(row["end"]).replace(tzinfo=ZoneInfo(row["zone"])) > now


def _day_to_come(row: Row, now: datetime) -> bool:
    """Tell whether a day (0: every day) is not over anywhere."""
    return row["date"] == 0 or int(row["date"]) >= now.date().toordinal() - 1


def _ours(row: Row, now: datetime) -> bool:
    del now
    return str(row["phase"]) != Phase.FREE.value


def _always(row: Row, now: datetime) -> bool:
    del row, now
    return True


@dataclass(frozen=True, slots=True)
class Place:
    """Columns of a table in which somebody may be named.

    ``needed`` tells of a row whether deepday still works with the name; such a row stays as it is for now, and ``why``
    says so, after a number: "2 requests …".
    """

    table: Table
    columns: tuple[str, ...]
    needed: Callable[[Row, datetime], bool] = _never
    why: str = ""


PLACES = (
    Place(schema.event, ("title",)),
    Place(schema.source, ("name", "location"), _always, "sources that name them: deepday erase SOURCE deletes one"),
    Place(schema.sync, ("remote",), _always, "calendars of theirs that are read: deepday erase SOURCE deletes one"),
    Place(schema.skipped, ("origin", "place", "reason")),
    Place(schema.plan_day, ("person",), _day_to_come, "days to come that were planned for them"),
    Place(
        schema.plan_cover,
        ("person", "covered_by"),
        _day_to_come,
        "days to come that they cover: give them to somebody else",
    ),
    Place(
        schema.plan_consent,
        ("person", "point_person", "key"),
        _day_to_come,
        "answers of theirs about days to come: deepday urgent consent takes them back",
    ),
    Place(
        schema.block,
        ("point_name", "point_reach", "backup_name", "backup_reach"),
        _to_come,
        "blocks to come that they cover: give them to somebody else",
    ),
    Place(schema.override, ("by", "why")),
    Place(schema.slot, ("written", "settled", "problem"), _ours, "settings that deepday has set now"),
    Place(schema.ledger, ("problem",)),
    Place(schema.decline, ("problem",)),
    Place(schema.meeting, ("title", "agenda"), _to_come, "meetings to come that name them"),
    Place(
        schema.inbox,
        ("key", "sender", "action", "subject", "outcome"),
        _not_read,
        "signals that were not read yet, or came within a day",
    ),
    Place(
        schema.request,
        ("key", "sender", "conversation", "reply_to", "thread", "link", "topic", "why", "chain", "evidence"),
        _open,
        "requests that have not ended yet, or came within a day",
    ),
    Place(
        schema.outbox,
        ("id", "to", "thread", "data", "sent_ref", "problem"),
        _not_sent,
        "messages that are still to be sent",
    ),
    Place(schema.watermark, ("conversation",), _always, "marks of how far a mailbox was read, which name them"),
    Place(schema.trial, ("protocol",), _always, "protocols of trials, fixed by their hashes, which name them"),
    Place(schema.trial_log, ("what", "note")),
    Place(schema.proposal, ("why", "assistant")),
)
"""Beside these: the history (``audit``), and what is sealed (``request_text``, ``case_entry``, baselines)."""
