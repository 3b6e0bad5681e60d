"""What the ledger of urgent requests holds of a trial, and its counts for status, letter, report and export."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deepday.app.urgent_audit import verify_requests
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.config.paths import database_location, key_file
from deepday.connect.master_keys import master_keys
from deepday.model import ChainRole, Door, Interval, Request
from deepday.model.person import instant
from deepday.route.ledger import overrides_by_week
from deepday.route.trial_ledger import Period, asked_by_week, could_wait, count_routing, urgent_waits
from deepday.store.declines import AnswerStage
from deepday.store.outbox import OutboxRow, SendState
from deepday.store.repository import Store, open_store
from deepday.trial.protocol import Protocol
from deepday.trial.routing import RoutingCounts, RoutingRecord, record_from_json
from deepday.trial.rows import TrialRow
from deepday.trial.values import Arm

USUAL_LIMIT = 60.0

Broken = tuple[date, str, str]
"""One break of deep work: its date, who did it, and why."""


def read_routing(
    person: str, dates: tuple[date, date], zone: ZoneInfo, windows: Sequence[Interval], clock: Clock
) -> tuple[RoutingRecord | None, tuple[Broken, ...]]:
    """Return what the ledger holds of these dates (both included), and each break of deep work in it.

    ``windows``: the working time of the dates. ``None`` where nothing was recorded.
    """
    period = Period(*dates, zone, windows)
    first, last = instant(dates[0], 0, zone), instant(dates[1] + timedelta(days=1), 0, zone)
    if not Store.exists(database_location()):
        return None, ()
    with open_store(database_location(), clock) as opened:
        store, now = opened.urgent(None, 0), int(clock.now().timestamp())
        requests = [one for one in store.requests(person) if first <= one.at < last]
        known = {one.id: one for one in requests if one.door is not Door.TEST}
        broken = overrides_by_week(store.schedule(person).overrides, zone, load_settings().urgent.weekly_overrides)
        within = [one for found in broken.weeks.values() for one in found if period.holds(one.at)]
        declined = _declined(opened, person, first, last)
        if not known and not within and not declined:
            return None, ()
        told = [
            (row.data.get("name", row.to), row.sent_at)
            for row in store.messages(person)
            if row.kind == "ask" and row.state is SendState.SENT and _is_colleague(row, known)
        ]
        proof = verify_requests(store, opened.protecting(master_keys(key_file())), person, first, last)
    weeks = [period.date_of(one.at) - timedelta(days=period.date_of(one.at).weekday()) for one in within]
    record = RoutingRecord(
        urgent_waits(known.values(), period, now),
        could_wait(known.values(), period),
        asked_by_week(told, period),
        {week: weeks.count(week) for week in sorted(set(weeks))},
        broken.budget,
        declined,
        proof.holds,
    )
    names = {each.chat: each.name for one in known.values() for each in one.chain if each.chat}
    return record, tuple((period.date_of(one.at), names.get(one.by, one.by), one.why) for one in within)


def _declined(store: Store, person: str, first: int, last: int) -> int | None:
    """Count the meetings between two instants that were declined for the person; ``None`` where none ever was to be."""
    known = store.declines().known(person)
    if not known.switch.on and not known.answers:
        return None
    done = [one for one in known.answers if one.state is AnswerStage.DECLINED]
    return sum(first <= one.when.start < last for one in done)


def _is_colleague(row: OutboxRow, known: Mapping[str, Request]) -> bool:
    request = known.get(row.request)
    if request is None:
        return False
    chain = request.chain
    return not (0 <= row.level < len(chain) and chain[row.level].role is ChainRole.OWNER)


def counts_of(record: RoutingRecord | None, protocol: Protocol, rows: Sequence[TrialRow]) -> RoutingCounts | None:
    """Return the counts of a record for the trial's arms, by the limit that the protocol names."""
    limit = next((one.limit for one in protocol.guardrails if one.name == "answered_in_time"), USUAL_LIMIT)
    deep, other = ({row.date for row in rows if row.arm is arm} for arm in (Arm.DEEP, Arm.OTHER))
    return count_routing(record, deep, other, limit)


def counts_from_json(
    found: Mapping[str, Any] | None, protocol: Protocol, rows: Sequence[TrialRow]
) -> RoutingCounts | None:
    """Return the counts of an exported record. Raises as :func:`record_from_json`."""
    return counts_of(record_from_json(found), protocol, rows) if found else None
