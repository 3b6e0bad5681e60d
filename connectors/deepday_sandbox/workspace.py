"""An invented Slack workspace: its members, its conversations and what was posted in them."""

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from random import Random

from deepday_sandbox.people import BOTS, COLLEAGUES, EVERYBODY, OWNER, REVIEW_BOT, Bot, Colleague

Member = Colleague | Bot

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class RoomKind(StrEnum):
    """The file of the export in which a conversation is listed."""

    CHANNEL = "channels"
    PRIVATE = "groups"
    DIRECT = "dms"
    GROUP = "mpims"


@dataclass(slots=True)
class Post:
    """One message: UTC microseconds (unique in its room), who, what.

    ``thread``: the microseconds of the message that opened its thread. ``more``: further fields as Slack has them.
    """

    micros: int
    author: Member
    text: str
    thread: int | None = None
    more: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Room:
    """A conversation: ``folder`` is the name of its folder in the export."""

    id: str
    kind: RoomKind
    name: str
    members: tuple[Member, ...]
    posts: dict[int, Post] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder of the day files: a direct message between two has no name."""
        return self.id if self.kind is RoomKind.DIRECT else self.name


class Workspace:
    """Members, rooms and posts; ids by chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.team = self.new_id("T")
        self.ids = {person.handle: self.new_id("U") for person in (*EVERYBODY, *BOTS)}
        self.bot_ids = {bot.handle: self.new_id("B") for bot in BOTS}
        self.app_ids = {bot.handle: self.new_id("A") for bot in BOTS}
        self.channels = {
            name: self._room("C", RoomKind.CHANNEL, name, EVERYBODY)
            for name in ("general", "ml-platform", "incidents", "random", "training-alerts", "builds")
        }
        self.channels["eval-launch"] = self._room("G", RoomKind.PRIVATE, "eval-launch", EVERYBODY[:7])
        self.direct = {person.handle: self._room("D", RoomKind.DIRECT, "", (OWNER, person)) for person in COLLEAGUES}
        self.pings = self._room("D", RoomKind.DIRECT, "", (OWNER, REVIEW_BOT))
        self.others = [self._room("D", RoomKind.DIRECT, "", pair) for pair in combinations(COLLEAGUES[:3], 2)]
        self.groups = [
            self._room("C", RoomKind.GROUP, _group_name(members), members)
            for members in (EVERYBODY[:4], (OWNER, *COLLEAGUES[4:7]), (OWNER, COLLEAGUES[3], COLLEAGUES[8]))
        ]

    @property
    def rooms(self) -> list[Room]:
        """All conversations."""
        return [*self.channels.values(), *self.direct.values(), self.pings, *self.others, *self.groups]

    def new_id(self, letter: str) -> str:
        """Return a fresh id in Slack's manner."""
        return f"{letter}0" + "".join(self._chance.choices(_ALPHABET, k=9))

    def add_channel(self, name: str) -> Room:
        """Open a channel with everybody in it."""
        room = self.channels[name] = self._room("C", RoomKind.CHANNEL, name, EVERYBODY)
        return room

    def mention(self, who: Member) -> str:
        """Return how a text names somebody."""
        return f"<@{self.ids[who.handle]}>"

    def post(
        self, room: Room, second: int, author: Member, text: str, thread: int | None = None, **more: object
    ) -> int:
        """Post at that UTC second, to the microsecond, and return the microseconds that identify the message."""
        micros = second * 1_000_000 + self._chance.randrange(1_000_000)
        while micros in room.posts:
            micros += 1
        room.posts[micros] = Post(micros, author, text, thread, more)
        return micros

    def _room(self, letter: str, kind: RoomKind, name: str, members: tuple[Member, ...]) -> Room:
        return Room(self.new_id(letter), kind, name, members)


def _group_name(members: tuple[Colleague, ...]) -> str:
    return f"mpdm-{'--'.join(person.handle for person in members)}-1"
