"""People, rooms and messages as the Web API shows them."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deepday_sandbox.office import ChatProfile, Office, Post, Room, Worker
from deepday_sandbox.slack.calls import is_dm, stamp
from deepday_sandbox.slack.workspace import find_worker, workspace

_EPOCH = 1_700_000_000  # when everybody joined


def live_profile(office: Office, worker: Worker) -> ChatProfile:
    """Return somebody's status and snooze, what has ended taken away: nothing earlier comes back."""
    profile, now = office.settings.profile(worker.email), office.clock.seconds()
    if profile.status_expiration and now >= profile.status_expiration:
        profile.status_text, profile.status_emoji, profile.status_expiration = "", "", 0
    if profile.snooze_until and now >= profile.snooze_until:
        profile.snooze_until = 0
    return profile


def profile_json(office: Office, worker: Worker, *, with_email: bool = False) -> dict[str, Any]:
    """Return a profile. The address is shown to tokens with ``users:read.email`` only."""
    status, space = live_profile(office, worker), workspace(office)
    first, _, last = worker.name.partition(" ")
    return {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": worker.name,
        "real_name_normalized": worker.name,
        "display_name": first.lower(),
        "display_name_normalized": first.lower(),
        "first_name": first,
        "last_name": last,
        "avatar_hash": hashlib.sha256(worker.email.encode()).hexdigest()[:12],
        **space.profiles.get(worker.slack_id, {}),
        "status_text": status.status_text,
        "status_text_canonical": "",
        "status_emoji": status.status_emoji,
        "status_emoji_display_info": [],
        "status_expiration": status.status_expiration,
        "team": space.team_id,
        **({"email": worker.email} if with_email and not worker.is_bot else {}),
        **({"api_app_id": space.app.id, "bot_id": space.app.bot_id} if worker.is_bot else {}),
    }


def user_json(office: Office, worker: Worker, *, with_email: bool = False) -> dict[str, Any]:
    """Return a member of the workspace."""
    space = workspace(office)
    offset = datetime.fromtimestamp(office.clock.seconds(), UTC).astimezone(ZoneInfo(worker.zone)).utcoffset()
    return {
        "id": worker.slack_id,
        "team_id": space.team_id,
        "name": worker.email.partition("@")[0],
        "deleted": False,
        "color": "9f69e7",
        "real_name": worker.name,
        "tz": worker.zone,
        "tz_label": worker.zone,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile_json(office, worker, with_email=with_email),
        "is_admin": worker.slack_id in space.admins,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": worker.is_bot,
        "is_app_user": False,
        "updated": _EPOCH,
        "is_email_confirmed": True,
    }


def room_json(office: Office, room: Room, me: str, *, count: bool = False) -> dict[str, Any]:
    """Return a conversation as ``me`` sees it."""
    space = workspace(office)
    common = {
        "id": room.id,
        "created": _EPOCH,
        "is_archived": room.id in space.archived,
        "is_im": room.kind == "direct",
        "is_org_shared": False,
        "context_team_id": space.team_id,
        "updated": _EPOCH * 1000,
        **({"num_members": len(room.members)} if count and room.kind != "direct" else {}),
    }
    if room.kind == "direct":
        other = next((one for one in room.members if one != me), me)
        return {**common, "user": other, "is_user_deleted": False, "is_open": True, "priority": 0}
    return {
        **common,
        "name": room.name or f"mpdm-{'--'.join(sorted(room.members)).lower()}-1",
        "name_normalized": room.name,
        "is_channel": room.kind in {"channel", "private"},
        "is_group": room.kind == "private",
        "is_mpim": room.kind == "group",
        "is_private": room.kind != "channel",
        "is_general": room.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "is_member": me in room.members,
        "creator": room.members[0] if room.members else space.app.bot.slack_id,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def message_json(
    office: Office, post: Post, replies: list[Post] | None = None, *, metadata: bool = True
) -> dict[str, Any]:
    """Return a message with what was kept with it; a parent also says who answered in its thread."""
    space = workspace(office)
    extra = {key: value for key, value in post.extra if metadata or key != "metadata"}
    found: dict[str, Any] = {
        **({"user": post.user} if post.user else {}),
        "type": "message",
        "ts": stamp(post.ts),
        "text": post.text,
        "team": space.team_id,
        **({"subtype": post.subtype} if post.subtype else {}),
        **({"bot_id": post.bot_id} if post.bot_id else {}),
        **({"app_id": space.app.id} if post.bot_id == space.app.bot_id else {}),
        **({"thread_ts": stamp(post.thread)} if post.thread else {}),
        **extra,
    }
    if replies:
        people = list(dict.fromkeys(one.user for one in replies if one.user))
        found |= {
            "thread_ts": stamp(post.ts),
            "reply_count": len(replies),
            "reply_users_count": len(people),
            "reply_users": people[:5],
            "latest_reply": stamp(replies[-1].ts),
            "is_locked": False,
            "subscribed": False,
        }
    return found


def room_label(office: Office, room: Room) -> dict[str, Any]:
    """Return the short form of a room that search and interactive payloads carry."""
    name = room.name or ("directmessage" if is_dm(room) else room.id.lower())
    return {
        "id": room.id,
        "name": name,
        "is_channel": room.kind == "channel",
        "is_group": room.kind == "private",
        "is_im": room.kind == "direct",
        "is_mpim": room.kind == "group",
        "is_private": room.kind != "channel",
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        **({"user": room.members[0]} if room.kind == "direct" and find_worker(office, room.members[0]) else {}),
    }


def permalink(office: Office, post: Post) -> str:
    """Return a message's address."""
    return f"https://{workspace(office).domain}.slack.com/archives/{post.room}/p{post.ts}"
