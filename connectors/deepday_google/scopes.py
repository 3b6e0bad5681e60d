"""What deepday asks Google for: as little as each feature needs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from deepday.connect import Feature

_PREFIX: Final = "https://www.googleapis.com/auth/"


def _named(*names: str) -> frozenset[str]:
    return frozenset(_PREFIX + name for name in names)


@dataclass(frozen=True, slots=True)
class Need:
    """What a call needs.

    ``scope`` is what deepday asks for; any of ``enough`` does. ``what`` ends the sentence "Google did not allow
    deepday to ...", ``option`` is what one adds to ``deepday connect google`` to be asked for it.
    """

    scope: str
    enough: frozenset[str]
    what: str
    option: str

    def met(self, granted: Collection[str]) -> bool:
        """Tell whether the granted scopes suffice."""
        return not self.enough.isdisjoint(granted)


READ: Final = Need(
    f"{_PREFIX}calendar.events.owned.readonly",
    _named(
        "calendar.events.owned.readonly",
        "calendar.events.owned",
        "calendar.events.readonly",
        "calendar.events",
        "calendar.readonly",
        "calendar",
    ),
    "read your calendars",
    "",
)
SHARED: Final = Need(
    f"{_PREFIX}calendar.events.readonly",
    _named("calendar.events.readonly", "calendar.events", "calendar.readonly", "calendar"),
    "read calendars that others share with you",
    "--shared-calendars",
)
LIST: Final = Need(
    f"{_PREFIX}calendar.calendarlist.readonly",
    _named("calendar.calendarlist.readonly", "calendar.calendarlist", "calendar.readonly", "calendar"),
    "see the list of your calendars",
    "",
)
BLOCKS: Final = Need(
    f"{_PREFIX}calendar.events.owned",
    _named("calendar.events.owned", "calendar.events", "calendar"),
    "write events into your calendar",
    "--allow blocks",
)
ANSWERS: Final = Need(BLOCKS.scope, BLOCKS.enough, "answer invitations", "--allow answers")
OWN_CALENDAR: Final = Need(
    f"{_PREFIX}calendar.app.created",
    _named("calendar.app.created", "calendar"),
    "make a calendar of its own",
    "--allow own-calendar",
)
REPLIES: Final = Need(
    f"{_PREFIX}gmail.settings.basic",
    _named("gmail.settings.basic"),
    "set Gmail's automatic reply",
    "--allow replies",
)


def wanted(allowed: Collection[Feature], *, shared: bool) -> list[Need]:
    """Return what to ask for; reading always, and never two scopes where one does for both."""
    writes = not {Feature.BLOCKS, Feature.ANSWERS}.isdisjoint(allowed)
    needs = [LIST, (BLOCKS if Feature.BLOCKS in allowed else ANSWERS) if writes else READ]
    if shared:
        needs = [need for need in needs if need is not READ] + [SHARED]
    if Feature.OWN_CALENDAR in allowed:
        needs.append(OWN_CALENDAR)
    if Feature.REPLIES in allowed:
        needs.append(REPLIES)
    return needs
