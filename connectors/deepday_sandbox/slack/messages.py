"""Messages: posting, editing, deleting, only-for-you ones, scheduled ones; reactions."""

import re
from dataclasses import replace
from typing import Any, Final

from deepday_sandbox.office import Office, Post, Room
from deepday_sandbox.slack import events
from deepday_sandbox.slack.blocks import content_of
from deepday_sandbox.slack.calls import MICRO, Answer, Call, Method, Refusal, micro, room_of, stamp
from deepday_sandbox.slack.conversations import direct_room, find_post, new_ts
from deepday_sandbox.slack.shapes import message_json, permalink
from deepday_sandbox.slack.workspace import find_worker, workspace

_EDIT_LONGEST: Final = 4000
_FARTHEST: Final = 120 * 86_400
_WRITE: Final = ("chat:write",)


def _target(call: Call) -> Room:
    """Return the room to write to: by id, by #name, or a person's direct messages."""
    name = call.required("channel")
    if re.fullmatch(r"[UW][A-Z0-9]+", name):
        if find_worker(call.office, name) is None:
            raise Refusal("channel_not_found")
        return direct_room(call, [name])[0]
    by_name = next((one.id for one in call.office.chat.rooms.values() if one.name and f"#{one.name}" == name), name)
    room = room_of(replace(call, args={**call.args, "channel": by_name}))
    may_enter = room.kind == "channel" and call.bearer.kind == "bot" and call.has("chat:write.public")
    if call.bearer.id not in room.members and not may_enter:
        raise Refusal("not_in_channel")
    if room.id in call.space.archived:
        raise Refusal("is_archived")
    return room


def _parent(call: Call, room: Room) -> int:
    """Return the thread that is answered to, 0 for none; an unknown one is taken as it is, as Slack does."""
    thread = call.moment("thread_ts", 0, "invalid_thread_ts")
    named = call.office.chat.between(room.id, thread, thread)
    if named and named[0].subtype in {"channel_join", "channel_leave"}:
        raise Refusal("cannot_reply_to_message")
    return named[0].thread or thread if named else thread


def write(call: Call, room: Room, text: str, extra: dict[str, Any], thread: int = 0, at: int = 0) -> Post:
    """Put a message of the caller's into a room, now or at a microsecond, and tell who subscribed."""
    subtype = "thread_broadcast" if thread and call.flag("reply_broadcast") else ""
    app = call.space.app
    kept = {"bot_profile": {"id": app.bot_id, "app_id": app.id, "name": app.name, "deleted": False}, **extra}
    post = Post(at or new_ts(call), room.id, call.bearer.id, text, thread, subtype, app.bot_id, tuple(kept.items()))
    written = call.office.chat.post(post)
    events.posted(call.office, written)
    return written


def post_message(call: Call) -> Answer:
    """chat.postMessage."""
    room = _target(call)
    if call.flag("as_user"):
        raise Refusal("as_user_not_supported")
    text, extra = content_of(call)
    written = write(call, room, text, extra, _parent(call, room))
    return {"channel": room.id, "ts": stamp(written.ts), "message": message_json(call.office, written)}


def update(call: Call) -> Answer:
    """chat.update: one's own messages only."""
    room = room_of(call)
    before = find_post(call, room)
    if before.user != call.bearer.id or (call.bearer.kind == "bot" and before.bot_id != call.space.app.bot_id):
        raise Refusal("cant_update_message")
    if room.id in call.space.archived:
        raise Refusal("is_inactive")
    text, extra = content_of(call, cut=False, longest=_EDIT_LONGEST)
    kept = {key: value for key, value in before.extra if key not in {"blocks", "attachments"}}
    edited = {"user": call.bearer.id, "ts": stamp(new_ts(call))}
    after = replace(before, text=text, extra=tuple({**kept, **extra, "edited": edited}.items()))
    call.office.chat.replace(room.id, before.ts, after)
    events.changed(call.office, before, after)
    shown = message_json(call.office, after)
    return {"channel": room.id, "ts": stamp(after.ts), "text": text, "message": shown}


def delete(call: Call) -> Answer:
    """chat.delete: one's own messages; an administrator's token deletes anybody's."""
    room = room_of(call)
    before = find_post(call, room)
    admin = call.bearer.kind == "user" and call.bearer.id in call.space.admins
    if before.user != call.bearer.id and not admin:
        raise Refusal("cant_delete_message")
    call.office.chat.replace(room.id, before.ts, None)
    events.changed(call.office, before, None)
    return {"channel": room.id, "ts": stamp(before.ts)}


def post_ephemeral(call: Call) -> Answer:
    """chat.postEphemeral: only the person named sees it, and nothing is kept of it in the room."""
    room = _target(call)
    if call.required("user") not in room.members:
        raise Refusal("user_not_in_channel")
    text, extra = content_of(call, cut=False)
    ts = new_ts(call)
    row = {"channel": room.id, "user": call.text("user"), "text": text, "ts": stamp(ts), **extra}
    call.space.ephemeral.append(row)
    return {"message_ts": stamp(ts)}


def schedule(call: Call) -> Answer:
    """chat.scheduleMessage: ``post_at`` in UTC seconds, up to 120 days ahead, 30 in five minutes of a channel."""
    room = _target(call)
    call.required("post_at")
    at = call.number("post_at", 0, "invalid_time")
    if at <= call.now:
        raise Refusal("time_in_past")
    if at > call.now + _FARTHEST:
        raise Refusal("time_too_far")
    near = [at_ for at_, waiting in call.space.scheduled.values() if waiting["room"] == room.id and abs(at_ - at) < 300]
    if len(near) >= 30:
        raise Refusal("restricted_too_many")
    text, extra = content_of(call, cut=False)
    row = {"room": room.id, "text": text, "extra": extra, "thread": _parent(call, room), "call": call}
    scheduled_id = f"Q{call.space.number():010X}"
    call.space.scheduled[scheduled_id] = (at, row)
    message = {"type": "delayed_message", "text": text, "user": call.bearer.id, "bot_id": call.space.app.bot_id}
    return {"channel": room.id, "scheduled_message_id": scheduled_id, "post_at": at, "message": {**message, **extra}}


def delete_scheduled(call: Call) -> Answer:
    """chat.deleteScheduledMessage."""
    room = room_of(call)
    found = call.space.scheduled.get(call.required("scheduled_message_id"))
    if found is None or found[1]["room"] != room.id:
        raise Refusal("invalid_scheduled_message_id")
    del call.space.scheduled[call.text("scheduled_message_id")]
    return {}


def post_due(office: Office) -> None:
    """Post the scheduled messages whose time has come, at their own time."""
    space = workspace(office)
    for key, (at, row) in sorted(space.scheduled.items(), key=lambda item: item[1][0]):
        if at <= office.clock.seconds():
            del space.scheduled[key]
            write(row["call"], office.chat.rooms[row["room"]], row["text"], row["extra"], row["thread"], at * MICRO)


def get_permalink(call: Call) -> Answer:
    """chat.getPermalink."""
    room = room_of(call)
    return {"channel": room.id, "permalink": permalink(call.office, find_post(call, room, "message_ts"))}


def react(call: Call) -> Answer:
    """reactions.add."""
    name = call.required("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refusal("invalid_name")
    room = room_of(call)
    try:
        micro(call.required("timestamp"))
    except ValueError:
        raise Refusal("bad_timestamp") from None
    post = find_post(call, room, "timestamp")
    if not with_reaction(call, post, name):
        raise Refusal("already_reacted")
    return {}


def with_reaction(call: Call, post: Post, name: str) -> bool:
    """Add the caller's reaction to a message, and return whether it was new."""
    kept = dict(post.extra)
    reactions = [dict(one) for one in kept.get("reactions", [])]
    found = next((one for one in reactions if one["name"] == name), None)
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        reactions.append(found)
    if call.bearer.id in found["users"]:
        return False
    found["users"] = [*found["users"], call.bearer.id]
    found["count"] = len(found["users"])
    after = replace(post, extra=tuple({**kept, "reactions": reactions}.items()))
    call.office.chat.replace(post.room, post.ts, after)
    events.reacted(call.office, post, call.bearer.id, name)
    return True


METHODS: Final = {
    "chat.postMessage": Method(post_message, scopes=_WRITE, per_minute=0),
    "chat.update": Method(update, scopes=_WRITE),
    "chat.delete": Method(delete, scopes=_WRITE),
    "chat.postEphemeral": Method(post_ephemeral, scopes=_WRITE, per_minute=100),
    "chat.scheduleMessage": Method(schedule, scopes=_WRITE),
    "chat.deleteScheduledMessage": Method(delete_scheduled, scopes=_WRITE),
    "chat.getPermalink": Method(get_permalink, per_minute=0, takes_json=False),
    "reactions.add": Method(react, scopes=("reactions:write",)),
}
