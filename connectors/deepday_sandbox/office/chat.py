"""Chat rooms and what was posted in them."""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Room:
    """A conversation: ``kind`` is channel, private, direct or group. ``members`` are Slack ids."""

    id: str
    kind: str
    name: str = ""
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, order=True)
class Post:
    """A message. ``ts`` is the microsecond that identifies it within its room; ``thread`` the parent's, 0 for none."""

    ts: int
    room: str
    user: str
    text: str = ""
    thread: int = 0
    subtype: str = ""
    bot_id: str = ""
    extra: tuple[tuple[str, Any], ...] = ()


class Chat:
    """Rooms by id, posts in order of time."""

    def __init__(self) -> None:
        """Begin empty."""
        self.rooms: dict[str, Room] = {}
        self._posts: dict[str, list[Post]] = {}

    def add(self, room: Room) -> Room:
        """Add a room."""
        self.rooms[room.id] = room
        self._posts.setdefault(room.id, [])
        return room

    def post(self, post: Post) -> Post:
        """Put a message into its room; a taken ``ts`` moves on by a microsecond."""
        posts, ts = self._posts[post.room], post.ts
        index = bisect_left(posts, ts, key=lambda one: one.ts)
        while index < len(posts) and posts[index].ts == ts:
            ts, index = ts + 1, index + 1
        written = Post(ts, post.room, post.user, post.text, post.thread, post.subtype, post.bot_id, post.extra)
        posts.insert(index, written)
        return written

    def replace(self, room: str, ts: int, changed: Post | None) -> Post:
        """Edit a message, or delete it with ``None``, and return what it was. Raises :class:`KeyError`."""
        posts = self._posts[room]
        index = bisect_left(posts, ts, key=lambda one: one.ts)
        if index == len(posts) or posts[index].ts != ts:
            raise KeyError(ts)
        before = posts[index]
        posts[index : index + 1] = [changed] if changed else []
        return before

    def posts(self) -> list[Post]:
        """Return every message, room by room."""
        return [post for posts in self._posts.values() for post in posts]

    def between(self, room: str, oldest: int, latest: int) -> list[Post]:
        """Return the messages with ``oldest <= ts <= latest``, in order."""
        posts = self._posts[room]
        low = bisect_left(posts, oldest, key=lambda one: one.ts)
        return posts[low : bisect_left(posts, latest + 1, key=lambda one: one.ts)]

    def thread(self, room: str, parent: int) -> list[Post]:
        """Return a parent and its replies, in order."""
        return [one for one in self._posts[room] if parent in (one.ts, one.thread)]
