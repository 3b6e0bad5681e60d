"""Where a reading of activity stands, as the text of a cursor."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from deepday.errors import CursorGoneError
from deepday.model import Cursor

_VERSION: Final = 1


@dataclass(slots=True)
class Place:
    """A conversation that is still to be read: Slack's id, and the kind of its messages."""

    id: str
    kind: str


@dataclass(slots=True)
class Standing:
    """A reading under way, or between two readings.

    ``since`` and ``until`` (UTC seconds): what it vouches for when it is done; ``until`` is 0 between two readings, and
    then the next one begins at ``since``. ``listing``: the page of the list of conversations, None when that is
    done. ``places``: what is left, the first one being read. ``searching``: the page of the search for mentions, 0
    for none. ``mentions``: the threads with a mention, ``conversation:ts``; None when every thread must be looked at.
    ``visible``: where Slack hides messages, the microseconds of the oldest that it shows; 0 where it hides none.

    Of the first place: ``page`` of its history, None when that is done; ``reached``, the microseconds of the oldest
    message so far, 0 for none; ``threads`` to be read. Of the first thread: ``thread_page``; ``part``, the
    microseconds of the owner's first message so far, 0 for none; ``held``, those of messages that count if the owner
    wrote before.
    """

    team: str
    user: str
    since: int
    until: int = 0
    listing: str | None = ""
    places: list[Place] = field(default_factory=list)
    searching: int = 0
    mentions: list[str] | None = None
    page: str | None = ""
    threads: list[str] = field(default_factory=list)
    thread_page: str = ""
    part: int = 0
    total: int = 0
    visible: int = 0
    reached: int = 0
    held: list[int] = field(default_factory=list)

    def cursor(self) -> Cursor:
        """Return it as a cursor."""
        whole = asdict(self)
        whole["places"] = [[place.id, place.kind] for place in self.places]
        return Cursor(json.dumps({"v": _VERSION, **whole}, separators=(",", ":")))

    @classmethod
    def read(cls, cursor: Cursor, team: str, user: str) -> Self:
        """Read what :meth:`cursor` wrote for this member of this workspace. Raises :class:`CursorGoneError`."""
        found: Any = None
        with suppress(ValueError, RecursionError):
            found = json.loads(cursor.text)
        if isinstance(found, dict) and (found.pop("v", 0), found.get("team"), found.get("user")) == (
            _VERSION,
            team,
            user,
        ):
            with suppress(KeyError, TypeError, ValueError):
                return cls(**{**found, "places": [Place(*place) for place in found["places"]]})
        raise CursorGoneError("The cursor is not one of this Slack account.", "Everything is read again.")
