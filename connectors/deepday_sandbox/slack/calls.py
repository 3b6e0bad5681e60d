"""One call of a Web API method: who calls, with which arguments; and how it is refused."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from deepday_sandbox.office import Grant, Office, Room, Worker
from deepday_sandbox.slack.workspace import Workspace

Item = TypeVar("Item")
Answer = dict[str, Any]

MICRO: Final = 1_000_000
FAMILY: Final = {"channel": "channels", "private": "groups", "direct": "im", "group": "mpim"}
CHANNEL_TYPE: Final = {"channel": "channel", "private": "group", "direct": "im", "group": "mpim"}
_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,6}))?")


class Refusal(Exception):  # noqa: N818 - Slack answers with it, nothing went wrong here
    """What Slack answers with ``ok: false``. ``more`` are further fields of the answer."""

    def __init__(self, error: str, **more: Any) -> None:
        """Refuse with that error code."""
        super().__init__(error)
        self.error, self.more = error, more


def missing(name: str) -> Refusal:
    """Return the refusal for a required argument that was left out."""
    return Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls. ``kind`` is bot, user, app, or empty where a method needs no token."""

    token: str
    kind: str
    grant: Grant
    worker: Worker

    @property
    def id(self) -> str:
        """The Slack id of the user or the bot user."""
        return self.worker.slack_id


NOBODY: Final = Bearer("", "", Grant("slack", "", "", frozenset()), Worker("", ""))


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed the checks of its token. ``host`` is the authority that it was sent to."""

    office: Office
    space: Workspace
    method: str
    args: Mapping[str, Any]
    bearer: Bearer = NOBODY
    host: str = ""

    @property
    def now(self) -> int:
        """UTC seconds of the office clock."""
        return self.office.clock.seconds()

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.args.get(name)
        return default if value is None else value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str) -> str:
        """Return an argument that must not be empty."""
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes or no."""
        value = self.text(name).lower()
        return default if not value else value in {"true", "1"}

    def number(self, name: str, default: int, error: str = "invalid_arguments") -> int:
        """Return a whole number."""
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"-?\d{1,12}", value):
            raise Refusal(error)
        return int(value)

    def decoded(self, name: str, error: str) -> Any:
        """Return a JSON argument, which a form carries as text; ``None`` where it is absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error) from None

    def moment(self, name: str, default: int, error: str) -> int:
        """Return a message's ``ts`` argument in microseconds."""
        value = self.text(name)
        try:
            return micro(value) if value else default
        except ValueError:
            raise Refusal(error) from None

    def has(self, scope: str) -> bool:
        """Tell whether the token has a scope."""
        return scope in self.bearer.grant.scopes

    def need(self, *scopes: str) -> None:
        """Raise ``missing_scope`` unless the token has one of them."""
        if scopes and not any(self.has(one) for one in scopes):
            provided = ",".join(sorted(self.bearer.grant.scopes))
            raise Refusal("missing_scope", needed=",".join(scopes), provided=provided)


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API.

    ``kinds`` are the kinds of tokens it takes, none for a method that is called without. One of ``scopes`` is needed.
    ``per_minute`` is the tier's lowest promise, 0 for methods with rules of their own. ``takes_json`` is false where
    Slack reads no JSON body.
    """

    run: Callable[[Call], Answer]
    kinds: str = "bot user"
    scopes: tuple[str, ...] = ()
    per_minute: int = 50
    takes_json: bool = True


def micro(text: str) -> int:
    """Return a ``ts`` in microseconds. Raises :class:`ValueError`."""
    match = _TS.fullmatch(text)
    if not match:
        raise ValueError(text)
    return int(match[1]) * MICRO + int((match[2] or "0").ljust(6, "0"))


def stamp(ts: int) -> str:
    """Return microseconds as Slack writes a ``ts``."""
    return f"{ts // MICRO:010d}.{ts % MICRO:06d}"


def is_dm(room: Room) -> bool:
    """Tell whether a room is a direct message of two or more."""
    return room.kind in {"direct", "group"}


def room_of(call: Call, name: str = "channel") -> Room:
    """Return the room an argument names, if the caller may know of it."""
    room = call.office.chat.rooms.get(call.required(name))
    if room is None or (room.kind != "channel" and call.bearer.id not in room.members):
        raise Refusal("channel_not_found")
    return room


def write_cursor(word: str, number: int) -> str:
    """Return a cursor for a position."""
    return base64.b64encode(f"{word}:{number}".encode()).decode()


def read_cursor(call: Call, word: str) -> int:
    """Return the position in the caller's cursor, 0 where there is none."""
    text = call.text("cursor")
    if not text:
        return 0
    try:
        found, _, number = base64.b64decode(text, validate=True).decode().partition(":")
        if found != word:
            raise Refusal("invalid_cursor")
        return int(number)
    except (ValueError, binascii.Error):
        raise Refusal("invalid_cursor") from None


def limit_of(call: Call, default: int, most: int = 999) -> int:
    """Return how many items a page has."""
    limit = call.number("limit", default, "invalid_limit") or default
    if not 1 <= limit <= max(most, default):
        raise Refusal("invalid_limit")
    return limit


def page(call: Call, items: Sequence[Item], default: int = 100) -> tuple[list[Item], Answer]:
    """Return the caller's page of a list, and the ``response_metadata`` with the cursor of the next."""
    start, limit = read_cursor(call, "offset"), limit_of(call, default)
    rest = start + limit
    following = write_cursor("offset", rest) if rest < len(items) else ""
    return list(items[start:rest]), {"next_cursor": following}
