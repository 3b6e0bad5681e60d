"""What moving a meeting costs, in minutes, and which ones do not move.

The price counts the time of everybody: for each other person a share of the meeting's length (plans are laid around
it) and some minutes of arranging anew. The numbers are assumptions; they stand in :class:`Prices`, and only
their order of size matters to a plan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepday.model import CalendarEvent, EventKind, Interval, Response, ShowAs
from deepday.plan.problem import MINUTE, Meeting

LONGEST_ENTRY = 12 * 3600


@dataclass(frozen=True, slots=True)
class Prices:
    """The assumptions behind prices.

    ``share``: of the length, for each other person. ``arranging``: minutes for each other person; ``organiser`` of
    it is left when the owner organises, since no one must be asked. ``solo``: of the length, for an own entry.
    ``series``: factor for a pair's recurring meeting, which has a next time. ``unanswered``: factor for an invitation
    that is not accepted yet. ``large``: from how many people on a meeting does not move for one of them.
    """

    share: float = 0.3
    arranging: int = 5
    organiser: float = 0.5
    solo: float = 0.25
    series: float = 0.7
    unanswered: float = 0.5
    large: int = 8


USUAL = Prices()


@dataclass(frozen=True, slots=True)
class MeetingMark:
    """A rule of the user's: meetings whose title contains ``title`` or whose UID is ``uid`` move or do not.

    ``moves`` false: never. ``price``: minutes, instead of the estimated one.
    """

    title: str = ""
    uid: str = ""
    moves: bool = True
    price: int | None = None

    def matches(self, event: CalendarEvent) -> bool:
        """Tell whether the rule speaks of that event. Titles are only known where they are kept."""
        if self.uid and event.uid == self.uid:
            return True
        return bool(self.title and event.title and self.title.casefold() in event.title.casefold())


def meetings_of(
    events: Iterable[CalendarEvent],
    counted: frozenset[tuple[str, str, int]],
    marks: Sequence[MeetingMark] = (),
    prices: Prices = USUAL,
) -> tuple[Meeting, ...]:
    """Return the entries that take time, priced, sorted by start.

    ``counted``: UID, occurrence and start of those that the measuring part counts as meetings. Beside them own entries
    without company that are shown as busy, and invitations that are not declined, are in the way too. Focus time is
    not: it is what a plan makes.
    """
    found = []
    for event in events:
        if not isinstance(event.when, Interval) or event.cancelled or event.kind is not EventKind.DEFAULT:
            continue
        is_meeting = (event.uid, event.recurrence_id, event.when.start) in counted
        if not (is_meeting or _takes_time(event)):
            continue
        price, why = _price(event, event.when.seconds / MINUTE, marks, prices)
        found.append(
            Meeting(
                key=f"{event.uid} {event.recurrence_id}".strip(),
                when=event.when,
                price=price,
                why=why,
                people=event.people,
                title=event.title,
                organiser=event.organiser,
            )
        )
    return tuple(sorted(set(found), key=lambda one: (one.when, one.key, one.price is None, one.price or 0)))


def _takes_time(event: CalendarEvent) -> bool:
    if not isinstance(event.when, Interval) or not 0 < event.when.seconds <= LONGEST_ENTRY:
        return False
    return event.response not in {Response.DECLINED, Response.DELEGATED} and event.show_as in {
        ShowAs.BUSY,
        ShowAs.TENTATIVE,
    }


def _price(event: CalendarEvent, length: float, marks: Sequence[MeetingMark], prices: Prices) -> tuple[int | None, str]:
    for mark in marks:
        if mark.matches(event):
            if not mark.moves:
                return None, "marked as fixed"
            if mark.price is not None:
                return mark.price, "price set by a rule"
            break
    else:
        if event.outsiders:
            return None, "people from outside take part"
        if (event.people or 0) >= prices.large and not event.organiser:
            return None, f"{event.people} people take part"
    if event.people is not None and event.people <= 1:
        return max(1, round(prices.solo * length)), "own entry"
    others = 2 if event.people is None else event.people - 1
    arranging = prices.arranging * (prices.organiser if event.organiser else 1)
    price = others * (prices.share * length + arranging)
    why = "meeting"
    if event.people == 2 and event.recurrence_id:
        price, why = price * prices.series, "recurring one-to-one"
    if event.response is not Response.ACCEPTED:
        price, why = price * prices.unanswered, "not accepted yet"
    if event.organiser:
        why += ", organised by the owner"
    return max(1, round(price)), why
