"""The Events API: which changes become events, for whom, in which envelope."""

import base64
import json
from typing import Any, Final

from deepday_sandbox.office import Grant, Office, Post, Room, Worker
from deepday_sandbox.slack.calls import CHANNEL_TYPE, FAMILY, MICRO, stamp
from deepday_sandbox.slack.shapes import message_json, user_json
from deepday_sandbox.slack.workspace import Delivery, Workspace, workspace

_EVERYBODY: Final = Room("", "channel")  # an event that belongs to no room


def _live(grant: Grant | None, scopes: tuple[str, ...]) -> bool:
    return grant is not None and not grant.revoked and (not scopes or bool(grant.scopes & set(scopes)))


def _seen_by(space: Workspace, name: str, room: Room, scopes: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Return who of the app's installations sees an event: user id, and whether it is the bot."""
    anywhere, bot = room is _EVERYBODY, space.app.bot.slack_id
    found: list[tuple[str, bool]] = []
    if name in space.app.bot_events and (anywhere or bot in room.members) and _live(space.bot_grant, scopes):
        found.append((bot, True))
    if name in space.app.user_events:
        found += [
            (user, False)
            for user, grant in space.user_grants.items()
            if (anywhere or user in room.members) and _live(grant, scopes)
        ]
    return found


def _emit(office: Office, name: str, event: dict[str, Any], room: Room, *scopes: str) -> None:
    """Queue an event once, however many installations see it; ``authorizations`` names the first."""
    space = workspace(office)
    seen_by = _seen_by(space, name, room, scopes)
    if seen_by:
        _queue(office, space, _envelope(office, space, event, seen_by))


def _envelope(
    office: Office, space: Workspace, event: dict[str, Any], seen_by: list[tuple[str, bool]]
) -> dict[str, Any]:
    user, is_bot = seen_by[0]
    context = json.dumps({"et": event["type"], "tid": space.team_id, "who": seen_by})
    return {
        "token": space.app.verification_token,
        "team_id": space.team_id,
        "context_team_id": space.team_id,
        "context_enterprise_id": None,
        "api_app_id": space.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{space.number():09X}",
        "event_time": office.clock.seconds(),
        "authorizations": [authorization(space, user, is_bot=is_bot)],
        "is_ext_shared_channel": False,
        "event_context": f"4-{base64.urlsafe_b64encode(context.encode()).decode()}",
    }


def authorization(space: Workspace, user: str, *, is_bot: bool) -> dict[str, Any]:
    """Return one entry of ``authorizations``."""
    whole = {"enterprise_id": None, "team_id": space.team_id, "user_id": user, "is_bot": is_bot}
    return {**whole, "is_enterprise_install": False}


def _queue(office: Office, space: Workspace, body: dict[str, Any]) -> None:
    now = office.clock.now().timestamp()
    while space.counted and space.counted[0] <= now - 3600:
        space.counted.popleft()
    space.counted.append(now)
    if len(space.counted) > space.events_per_hour:
        if len(space.counted) > space.events_per_hour + 1:
            return
        limited = {"token": space.app.verification_token, "type": "app_rate_limited", "team_id": space.team_id}
        minute = office.clock.seconds() // 60 * 60
        body = {**limited, "minute_rate_limited": minute, "api_app_id": space.app.id}
    delivery = Delivery(str(body.get("event_id", "app_rate_limited")), body, now)
    mishaps = space.mishaps
    if mishaps.lose:
        mishaps.lose -= 1
        return
    if mishaps.swap and space.held is None:
        mishaps.swap -= 1
        space.held = delivery
        return
    space.queue.append(delivery)
    if mishaps.double:
        mishaps.double -= 1
        space.queue.append(Delivery(delivery.event_id, body, now))
    if space.held is not None:
        space.queue.append(space.held)
        space.held = None


def _in_room(office: Office, post: Post) -> tuple[Room, dict[str, Any]]:
    room = office.chat.rooms[post.room]
    now = stamp(int(office.clock.now().timestamp() * MICRO))
    return room, {"channel": room.id, "channel_type": CHANNEL_TYPE[room.kind], "event_ts": now}


def posted(office: Office, post: Post) -> None:
    """Tell of a new message, and of a mention of the bot in it."""
    space, (room, where) = workspace(office), _in_room(office, post)
    family = FAMILY[room.kind]
    message = {**message_json(office, post, metadata=True), **where, "event_ts": stamp(post.ts)}
    if post.thread and (parent := office.chat.between(room.id, post.thread, post.thread)):
        message["parent_user_id"] = parent[0].user
    _emit(office, f"message.{family}", message, room, f"{family}:history")
    if room.kind != "direct" and f"<@{space.app.bot.slack_id}>" in post.text and post.user != space.app.bot.slack_id:
        mention = {**message, "type": "app_mention"}
        mention.pop("channel_type")
        _emit(office, "app_mention", mention, room, "app_mentions:read")


def changed(office: Office, before: Post, after: Post | None) -> None:
    """Tell of an edited message, or of a deleted one."""
    room, where = _in_room(office, before)
    event: dict[str, Any] = {
        "type": "message",
        "subtype": "message_changed" if after else "message_deleted",
        "hidden": True,
        "ts": where["event_ts"],
        **where,
        "previous_message": message_json(office, before),
        **({"message": message_json(office, after)} if after else {"deleted_ts": stamp(before.ts)}),
    }
    family = FAMILY[room.kind]
    _emit(office, f"message.{family}", event, room, f"{family}:history")


def reacted(office: Office, post: Post, user: str, name: str) -> None:
    """Tell of a new reaction."""
    room, where = _in_room(office, post)
    item = {"type": "message", "channel": room.id, "ts": stamp(post.ts)}
    event = {"type": "reaction_added", "user": user, "reaction": name, "item_user": post.user, "item": item}
    _emit(office, "reaction_added", {**event, "event_ts": where["event_ts"]}, room, "reactions:read")


def person_changed(office: Office, worker: Worker, what: str = "") -> None:
    """Tell of a changed profile, under each of the names that one may subscribe to."""
    now = stamp(int(office.clock.now().timestamp() * MICRO))
    for name in filter(None, ("user_change", "user_profile_changed", what)):
        event = {"type": name, "user": user_json(office, worker), "cache_ts": office.clock.seconds(), "event_ts": now}
        _emit(office, name, event, _EVERYBODY, "users:read")


def snoozed(office: Office, worker: Worker, status: dict[str, Any]) -> None:
    """Tell of a changed do-not-disturb."""
    now = stamp(int(office.clock.now().timestamp() * MICRO))
    event = {"type": "dnd_updated_user", "user": worker.slack_id, "dnd_status": status, "event_ts": now}
    _emit(office, "dnd_updated_user", event, _EVERYBODY, "dnd:read")


def revoked(office: Office, user: str, *, is_bot: bool) -> None:
    """Tell of tokens that ended; nobody has to subscribe with a scope for that."""
    space = workspace(office)
    if {"tokens_revoked"} & (space.app.bot_events | space.app.user_events):
        now = stamp(int(office.clock.now().timestamp() * MICRO))
        tokens = {"oauth": [] if is_bot else [user], "bot": [user] if is_bot else []}
        event = {"type": "tokens_revoked", "tokens": tokens, "event_ts": now}
        _queue(office, space, _envelope(office, space, event, [(user, is_bot)]))
