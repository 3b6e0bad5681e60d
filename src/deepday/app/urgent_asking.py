"""Asking who may cover: what the question says, and what each of them has said so far."""

from dataclasses import dataclass
from datetime import UTC, datetime

from deepday.app.urgent_preview import previews
from deepday.app.urgent_running import opened_ledger
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.model import OutgoingMessage

QUESTION = "To somebody who may cover, once:"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who may cover: an address, and what they said and when, empty where they were never asked."""

    email: str
    said: str


def question(clock: Clock | None = None) -> OutgoingMessage:
    """Return the question as it would be sent, its buttons without effect."""
    return next(message for title, message in previews(clock) if title == QUESTION)


def asked_so_far(clock: Clock | None = None) -> list[Asked]:
    """Return everybody of ``[[point_people]]``. Raises :class:`NotEnoughDataError` where there is no store."""
    with opened_ledger(clock) as ledger:
        answers = ledger.store.covers().answers([ledger.person])
        zone = ledger.policy.zone
    latest = {one.point_person: one for one in answers if one.date is None}
    found = []
    for one in load_settings().point_people:
        answer = latest.get(one.email.lower())
        day = datetime.fromtimestamp(answer.at, UTC).astimezone(zone).date() if answer else None
        found.append(Asked(one.email.lower(), f"{answer.state}, {day}" if answer else ""))
    return found
