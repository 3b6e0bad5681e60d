"""The note for whoever covers a day: made of the approved blocks, who agreed to what, and what is open."""

import datetime as dt
from collections.abc import Sequence

from deepday.app.plan_request import parse_date
from deepday.app.urgent_running import Ledger, opened_ledger
from deepday.clock import Clock
from deepday.model import Request
from deepday.model.person import instant
from deepday.reconcile.desired import live_blocks
from deepday.route.handover import Block, handover_note, open_line
from deepday.route.phrases import reason, say

_NOON = 12 * 3600


def tomorrow(ledger: Ledger, now: int) -> str:
    """Return the date of the next day, if there is deep work on it; else nothing."""
    zone = ledger.policy.zone
    day = dt.datetime.fromtimestamp(now, zone).date() + dt.timedelta(days=1)
    live = live_blocks(ledger.urgent.schedule(ledger.person))
    ahead = any(dt.datetime.fromtimestamp(one.when.start, zone).date() == day for one in live)
    return day.isoformat() if ahead else ""


def hand_over(day: str, clock: Clock | None = None) -> str:
    """Return the note for whoever covers a date."""
    with opened_ledger(clock) as ledger:
        date, zone = parse_date(day), ledger.policy.zone
        live = live_blocks(ledger.urgent.schedule(ledger.person))
        on_day = [one for one in live if dt.datetime.fromtimestamp(one.when.start, zone).date() == date]
        owner, language, open_now = ledger.desk.name, ledger.policy.language, ledger.urgent.open_requests(ledger.person)
        blocks = [
            Block(
                say(
                    language,
                    "handover span",
                    start=f"{dt.datetime.fromtimestamp(one.when.start, zone):%H:%M}",
                    end=f"{dt.datetime.fromtimestamp(one.when.end, zone):%H:%M}",
                    zone=zone.key,
                ),
                one.block.point_person.name if one.block.point_person else "",
                one.block.backup.name if one.block.backup else "",
            )
            for one in sorted(on_day, key=lambda one: one.when.start)
        ]
        names = _names(ledger, open_now)
        waiting = [open_line(one, owner, names, zone, language) for one in open_now]
        at = min((one.when.start for one in on_day), default=instant(date, _NOON, zone))
        return handover_note(owner, date.isoformat(), blocks, waiting, _topics(ledger, at), language)


def _names(ledger: Ledger, requests: Sequence[Request]) -> dict[str, str]:
    """Return names by the vendor's id, of everybody whom the settings or a chain name."""
    known = {one.chat: one.name for one in ledger.people.colleagues.values() if one.chat}
    return known | {one.chat: one.name for request in requests for one in request.chain if one.chat}


def _topics(ledger: Ledger, at: int) -> dict[str, list[str]]:
    """Return who agreed to answer for what, and why somebody of them cannot at that time."""
    found: dict[str, list[str]] = {}
    for one in ledger.people.covers(at):
        away = f" ({reason(ledger.policy.language, one.away)})" if one.away else ""
        for topic in one.topics if one.agreed else ():
            found.setdefault(topic, []).append(f"{one.name}{away}")
    return found
