"""What protection does, in values to be shown: changes, what is on, history. One source for terminal and JSON."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deepday.model import (
    AnySetting,
    ApprovedBlock,
    Audience,
    AutoReply,
    Contact,
    DoNotDisturb,
    Interval,
    Presence,
    Status,
)


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change of one event or setting.

    ``service`` and ``account``: where. ``what``: "event", or the setting's name. ``action``: in a word. ``before`` and
    ``after``: times of the event, or values of the setting; ``None`` where there is none, or it is not known.
    ``writes``: whether the service is told to change something; otherwise deepday only takes note.
    """

    service: str
    account: str
    what: str
    action: str
    why: str
    before: Interval | AnySetting | None = None
    after: Interval | AnySetting | None = None
    title: str = ""
    refused: str = ""
    writes: bool = True


@dataclass(frozen=True, slots=True)
class ShownLater:
    """What will be set at the beginning of a block, and taken back at its end."""

    block: ApprovedBlock
    when: Interval
    settings: tuple[tuple[str, str, AnySetting], ...]


@dataclass(frozen=True, slots=True)
class ShownDiff:
    """What would change now, and what later.

    ``refused``: changes that are not made, with the reason in them. ``unknown``: what could not be read. ``limits``:
    what accounts may not do. ``given_up``: accepted dates that were taken back since.
    """

    zone: ZoneInfo
    changes: tuple[ShownChange, ...] = ()
    later: tuple[ShownLater, ...] = ()
    refused: tuple[ShownChange, ...] = ()
    unknown: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reconnect: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do now or later."""
        return not (self.changes or self.refused)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did. ``left``: what is not as it should be, in words. ``reconnect``: an account must sign in."""

    zone: ZoneInfo
    done: tuple[ShownChange, ...] = ()
    refused: tuple[ShownChange, ...] = ()
    left: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reconnect: bool = False


@dataclass(frozen=True, slots=True)
class ShownSlot:
    """A setting that is ours now, or that is in trouble."""

    service: str
    account: str
    what: str
    phase: str
    value: AnySetting | None
    before: AnySetting | None
    looked_at: int
    problem: str


@dataclass(frozen=True, slots=True)
class ShownStatus:
    """How things stand. ``active``: blocks under way, ``ahead``: those to come. ``trouble``: what to do about it.

    ``meetings``: the talk and the check-in that were put into the calendar, and are not over.
    """

    zone: ZoneInfo
    now: int
    active: tuple[tuple[ApprovedBlock, Interval], ...] = ()
    ahead: tuple[tuple[ApprovedBlock, Interval], ...] = ()
    paused_until: int = 0
    slots: tuple[ShownSlot, ...] = ()
    events: int = 0
    trouble: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    kept_by: str = ""
    reconnect: bool = field(default=False)
    meetings: tuple[tuple[ApprovedBlock, Interval], ...] = ()


def moment(at: int, zone: ZoneInfo, beside: int = 0) -> str:
    """Write an instant on the clocks of the zone; the date is left out where it is that of ``beside``."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    other = datetime.fromtimestamp(beside, UTC).astimezone(zone)
    return f"{local:%H:%M}" if beside and local.date() == other.date() else f"{local:%a %Y-%m-%d %H:%M}"


def span(when: Interval, zone: ZoneInfo) -> str:
    """Write an interval."""
    return f"{moment(when.start, zone)} to {moment(when.end, zone, when.start)}"


def value_words(value: Interval | AnySetting | None, zone: ZoneInfo) -> str:
    """Write times or a value for people."""
    if isinstance(value, Interval):
        return span(value, zone)
    if value is None or value.empty:
        return "off" if isinstance(value, DoNotDisturb | AutoReply) else "nothing"
    end = f" until {moment(value.until, zone)}" if value.until else ""
    if isinstance(value, Status):
        return " ".join(filter(None, (value.emoji, f'"{value.text}"' if value.text else ""))) + end
    if isinstance(value, Presence):
        return f"{value.availability.value}{end}"
    return f"on{end}" + (
        f"{_OUTSIDE[value.audience]}: {' '.join(value.text.split())!r}" if isinstance(value, AutoReply) else ""
    )


_OUTSIDE = {Audience.NONE: "", Audience.CONTACTS: ", contacts outside too", Audience.ALL: ", everybody outside too"}


def _instant(at: int, zone: ZoneInfo) -> str | None:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat() if at else None


def value_json(value: Interval | AnySetting | None, zone: ZoneInfo) -> dict[str, Any] | None:
    """Return times or a value for JSON."""
    if value is None:
        return None
    if isinstance(value, Interval):
        return {"start": _instant(value.start, zone), "end": _instant(value.end, zone)}
    until = _instant(value.until, zone)
    if isinstance(value, Status):
        return {"text": value.text, "emoji": value.emoji, "until": until}
    if isinstance(value, DoNotDisturb):
        return {"on": not value.empty, "until": until}
    if isinstance(value, Presence):
        return {"availability": value.availability.value, "until": until}
    return {
        "on": value.enabled,
        "subject": value.subject,
        "inside": value.text,
        "outside": value.text_outside,
        "audience": value.audience.value,
        "start": _instant(value.start, zone),
        "until": until,
    }


def change_json(change: ShownChange, zone: ZoneInfo) -> dict[str, Any]:
    """Return a change for JSON."""
    return {
        "service": change.service,
        "account": change.account,
        "what": change.what,
        "action": change.action,
        "writes": change.writes,
        "title": change.title or None,
        "before": value_json(change.before, zone),
        "after": value_json(change.after, zone),
        "why": change.why,
        "refused": change.refused or None,
    }


def block_json(block: ApprovedBlock, when: Interval, zone: ZoneInfo) -> dict[str, Any]:
    """Return a block for JSON."""
    return {
        "block": block.id,
        "start": _instant(when.start, zone),
        "end": _instant(when.end, zone),
        "point_person": contact_json(block.point_person),
        "backup": contact_json(block.backup),
    }


def contact_json(contact: Contact | None) -> dict[str, str] | None:
    """Return somebody who covers for JSON."""
    return {"name": contact.name, "reach": contact.reach} if contact else None


def diff_json(diff: ShownDiff) -> dict[str, Any]:
    """Return the document ``deepday.diff/1``."""
    return {
        "schema": "deepday.diff/1",
        "changes": [change_json(one, diff.zone) for one in diff.changes],
        "refused": [change_json(one, diff.zone) for one in diff.refused],
        "later": [
            block_json(one.block, one.when, diff.zone)
            | {
                "settings": [
                    {
                        "service": service,
                        "account": account,
                        "what": kind_of(value),
                        "value": _later_json(value, diff.zone),
                    }
                    for service, account, value in one.settings
                ]
            }
            for one in diff.later
        ],
        "unknown": list(diff.unknown),
        "limits": list(diff.limits),
        "notes": list(diff.notes),
    }


def changes_print(diff: ShownDiff) -> str:
    """Return what tells these changes from others: what is made must be what was looked at."""
    document = diff_json(diff)
    shown = {name: document[name] for name in ("changes", "refused", "later")}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _later_json(value: AnySetting, zone: ZoneInfo) -> dict[str, Any] | None:
    """Return a value that will be set; who outside gets a reply is seen only when it is."""
    document = value_json(value, zone)
    return {**(document or {}), "audience": None} if isinstance(value, AutoReply) else document


def outcome_json(schema: str, done: Outcome) -> dict[str, Any]:
    """Return the document of that schema for what a command did."""
    return {
        "schema": schema,
        "done": [change_json(one, done.zone) for one in done.done],
        "refused": [change_json(one, done.zone) for one in done.refused],
        "left": list(done.left),
        "notes": list(done.notes),
    }


def kind_of(value: AnySetting) -> str:
    """Return the setting's name."""
    names: Sequence[tuple[type, str]] = (
        (Status, "status"),
        (DoNotDisturb, "do not disturb"),
        (AutoReply, "automatic reply"),
        (Presence, "presence"),
    )
    return next(name for kind, name in names if isinstance(value, kind))


def status_json(status: ShownStatus) -> dict[str, Any]:
    """Return the document ``deepday.status/1``."""
    zone = status.zone
    return {
        "schema": "deepday.status/1",
        "now": _instant(status.now, zone),
        "active": [block_json(block, when, zone) for block, when in status.active],
        "ahead": [block_json(block, when, zone) for block, when in status.ahead],
        "meetings": [
            {"title": one.title, "start": _instant(when.start, zone), "end": _instant(when.end, zone)}
            for one, when in status.meetings
        ],
        "paused_until": _instant(status.paused_until, zone),
        "settings": [
            {
                "service": one.service,
                "account": one.account,
                "what": one.what,
                "phase": one.phase,
                "value": value_json(one.value, zone),
                "before": value_json(one.before, zone),
                "looked_at": _instant(one.looked_at, zone),
                "problem": one.problem or None,
            }
            for one in status.slots
        ],
        "events": status.events,
        "trouble": [{"what": what, "advice": advice or None} for what, advice in status.trouble],
        "notes": list(status.notes),
        "kept_by": status.kept_by or None,
    }
