"""Conversations: listing, opening, members, history and replies."""

import hashlib
from collections.abc import Iterable
from typing import Final

from deepday_sandbox.office import Post, Room
from deepday_sandbox.slack.calls import (
    FAMILY,
    MICRO,
    Answer,
    Call,
    Method,
    Refusal,
    page,
    read_cursor,
    room_of,
    write_cursor,
)
from deepday_sandbox.slack.limits import COMMERCIAL_LIMIT
from deepday_sandbox.slack.shapes import message_json, room_json
from deepday_sandbox.slack.workspace import find_worker

_TYPES: Final = {"public_channel": "channel", "private_channel": "private", "mpim": "group", "im": "direct"}
_READ: Final = ("channels:read", "groups:read", "mpim:read", "im:read")
_HISTORY: Final = ("channels:history", "groups:history", "mpim:history", "im:history")
_NEVER: Final = 10**17


def _rooms(call: Call, member: str) -> list[Room]:
    """Return the rooms of the asked types; only those of ``member`` where one is given."""
    types = [one.strip() for one in call.text("types", "public_channel").split(",")]
    if not set(types) <= set(_TYPES):
        raise Refusal("invalid_types")
    kinds = {_TYPES[one] for one in types}
    for kind in sorted(kinds):
        call.need(f"{FAMILY[kind]}:read")
    hidden = call.space.archived if call.flag("exclude_archived") else set[str]()
    if call.flag("exclude_muted"):
        hidden = hidden | call.space.muted.get(call.bearer.id, set())
    return [
        room
        for room in call.office.chat.rooms.values()
        if room.kind in kinds
        and room.id not in hidden
        and (room.kind == "channel" or call.bearer.id in room.members)
        and (not member or member in room.members)
    ]


def list_all(call: Call) -> Answer:
    """conversations.list."""
    rooms, metadata = page(call, _rooms(call, ""))
    shown = [room_json(call.office, room, call.bearer.id, count=True) for room in rooms]
    return {"channels": shown, "response_metadata": metadata}


def list_mine(call: Call) -> Answer:
    """users.conversations."""
    who = call.text("user") or call.bearer.id
    if find_worker(call.office, who) is None:
        raise Refusal("user_not_found")
    rooms, metadata = page(call, _rooms(call, who))
    return {
        "channels": [room_json(call.office, room, call.bearer.id) for room in rooms],
        "response_metadata": metadata,
    }


def info(call: Call) -> Answer:
    """conversations.info."""
    room = room_of(call)
    call.need(f"{FAMILY[room.kind]}:read")
    return {"channel": room_json(call.office, room, call.bearer.id, count=call.flag("include_num_members"))}


def members(call: Call) -> Answer:
    """conversations.members."""
    room = room_of(call)
    call.need(f"{FAMILY[room.kind]}:read")
    found, metadata = page(call, room.members)
    return {"members": found, "response_metadata": metadata}


def direct_room(call: Call, people: Iterable[str]) -> tuple[Room, bool]:
    """Return the direct conversation of the caller with those people, and whether it was there already."""
    wanted = sorted({call.bearer.id, *people})
    kind = "direct" if len(wanted) <= 2 else "group"
    for room in call.office.chat.rooms.values():
        if room.kind == kind and sorted(room.members) == wanted:
            return room, True
    digest = hashlib.sha256(" ".join(wanted).encode()).hexdigest()[:10].upper()
    return call.office.chat.add(Room(f"{'D' if kind == 'direct' else 'C'}{digest}", kind, members=wanted)), False


def open_room(call: Call) -> Answer:
    """conversations.open."""
    if call.text("channel"):
        room, there = room_of(call), True
        if room.kind not in {"direct", "group"}:
            raise Refusal("method_not_supported_for_channel_type")
    else:
        people = [one.strip() for one in call.text("users").split(",") if one.strip()]
        if not people:
            raise Refusal("users_list_not_supplied")
        if len(people) > 8:
            raise Refusal("too_many_users")
        call.need("im:write" if len(set(people) - {call.bearer.id}) <= 1 else "mpim:write")
        if any(find_worker(call.office, one) is None or "@" in one for one in people):
            raise Refusal("user_not_found")
        room, there = direct_room(call, people)
    full = room_json(call.office, room, call.bearer.id) if call.flag("return_im") else {"id": room.id}
    return {**({"no_op": True, "already_open": True} if there else {}), "channel": full}


def _readable(call: Call) -> Room:
    room = room_of(call)
    call.need(f"{FAMILY[room.kind]}:history")
    if call.bearer.kind == "bot" and call.bearer.id not in room.members:
        raise Refusal("not_in_channel")
    return room


def _between(call: Call) -> tuple[int, int]:
    """Return the first and the last microsecond that are asked for, both included."""
    oldest = call.moment("oldest", 0, "invalid_ts_oldest")
    latest = call.moment("latest", _NEVER, "invalid_ts_latest")
    if call.flag("inclusive"):
        return oldest, latest
    return oldest + 1 if call.text("oldest") else oldest, latest - 1


def _limit(call: Call) -> int:
    most = COMMERCIAL_LIMIT if call.space.commercial else 999
    limit = call.number("limit", min(100, most)) or min(100, most)
    return max(1, min(limit, most))


def history(call: Call) -> Answer:
    """conversations.history: newest first, without the replies in threads.

    The first page is the newest one, but with ``oldest`` and without ``latest`` the oldest one.
    """
    room, (oldest, latest), limit = _readable(call), _between(call), _limit(call)
    forward, cursor = bool(call.text("oldest")) and not call.text("latest"), read_cursor(call, "next_ts")
    chat, hidden = call.office.chat, call.space.hidden_before * MICRO
    low = max(oldest, hidden, cursor if forward else 0)
    high = min(latest, cursor) if cursor and not forward else latest
    found = [
        post
        for post in chat.between(room.id, low, high)
        if post.thread in {0, post.ts} or post.subtype == "thread_broadcast"
    ]
    shown, rest = (found[:limit], found[limit:]) if forward else (found[-limit:], found[:-limit])
    shown.reverse()
    replies: dict[int, list[Post]] = {}
    for post in chat.between(room.id, shown[-1].ts if shown else _NEVER, _NEVER):
        if post.thread not in {0, post.ts}:
            replies.setdefault(post.thread, []).append(post)
    following = write_cursor("next_ts", rest[0 if forward else -1].ts) if rest else ""
    metadata = call.flag("include_all_metadata")
    return {
        "messages": [message_json(call.office, one, replies.get(one.ts), metadata=metadata) for one in shown],
        "has_more": bool(rest),
        **({"oldest": call.text("oldest")} if call.text("oldest") else {}),
        **({"latest": call.text("latest")} if call.text("latest") else {}),
        "is_limited": bool(chat.between(room.id, 0, hidden - 1)),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **({"response_metadata": {"next_cursor": following}} if rest else {}),
    }


def replies(call: Call) -> Answer:
    """conversations.replies: the parent first, then the replies in order, the parent again on no later page."""
    room, (oldest, latest), limit = _readable(call), _between(call), _limit(call)
    call.required("ts")
    ts = call.moment("ts", 0, "thread_not_found")
    named = call.office.chat.between(room.id, ts, ts)
    parent = named[0].thread or ts if named else ts
    hidden = call.space.hidden_before * MICRO
    thread = [one for one in call.office.chat.thread(room.id, parent) if one.ts >= hidden]
    if not named or not thread:
        raise Refusal("thread_not_found")
    start = read_cursor(call, "next_ts")
    answers = [one for one in thread if one.ts != parent]
    heads = [one for one in thread if one.ts == parent and not start]
    wanted = [one for one in answers if max(oldest, start) <= one.ts <= latest]
    room_left = max(0, limit - len(heads))
    shown = [*heads, *wanted[:room_left]]
    more = len(wanted) > room_left
    metadata = call.flag("include_all_metadata")
    return {
        "messages": [
            message_json(call.office, one, answers if one.ts == parent else None, metadata=metadata) for one in shown
        ],
        "has_more": more,
        **({"response_metadata": {"next_cursor": write_cursor("next_ts", wanted[room_left].ts)}} if more else {}),
    }


def find_post(call: Call, room: Room, name: str = "ts") -> Post:
    """Return the message that an argument names."""
    call.required(name)
    ts = call.moment(name, 0, "message_not_found")
    found = call.office.chat.between(room.id, ts, ts)
    if not found:
        raise Refusal("message_not_found")
    return found[0]


def new_ts(call: Call) -> int:
    """Return the office's microsecond."""
    return int(call.office.clock.now().timestamp() * MICRO)


METHODS: Final = {
    "conversations.list": Method(list_all, scopes=_READ, per_minute=20, takes_json=False),
    "users.conversations": Method(list_mine, scopes=_READ, takes_json=False),
    "conversations.info": Method(info, scopes=_READ, takes_json=False),
    "conversations.members": Method(members, scopes=_READ, per_minute=100, takes_json=False),
    "conversations.open": Method(open_room, scopes=("im:write", "mpim:write", "channels:manage", "groups:write")),
    "conversations.history": Method(history, scopes=_HISTORY),
    "conversations.replies": Method(replies, scopes=_HISTORY, takes_json=False),
}
