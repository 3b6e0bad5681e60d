"""The Slack export of a workspace: a ZIP of lists, and of one file per conversation and day."""

import json
import uuid
import zipfile
from collections import defaultdict
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from deepday_sandbox.people import BOTS, EVERYBODY, OWNER, Bot, Colleague
from deepday_sandbox.period import BROKEN, EXPORTED
from deepday_sandbox.workspace import Post, Room, RoomKind, Workspace

_CREATED: Final = int(datetime.combine(EXPORTED.replace(year=2025), time(9), UTC).timestamp())
_EXPORTED_AT: Final = (*EXPORTED.timetuple()[:3], 7, 0, 0)
_BROKEN_FILES: Final = 4
_BROKEN_SHARE: Final = 0.6  # how much of a broken file was still written


def write_export(path: Path, workspace: Workspace, chance: Random) -> None:
    """Write the export of everything (channels, groups, direct messages), with the files of one day cut off.

    Day files are named by UTC date and broken where that day had most messages. Raises :class:`OSError`.
    """
    contents: dict[str, bytes] = {
        "users.json": _json([_user(workspace, member) for member in (*EVERYBODY, *BOTS)]),
        "integration_logs.json": _json([_integration(workspace, bot) for bot in BOTS]),
    }
    for kind in RoomKind:
        rooms = [room for room in workspace.rooms if room.kind is kind]
        contents[f"{kind}.json"] = _json([_listed(workspace, room) for room in rooms])
    sizes: dict[str, int] = {}
    for room in workspace.rooms:
        threads = _by_thread(room)
        for day, posts in _by_day(room).items():
            name = f"{room.folder}/{day}.json"
            contents[name] = _json([_message(workspace, chance, room, post, threads[post.micros]) for post in posts])
            if day == BROKEN.isoformat():
                sizes[name] = len(posts)
    for name in sorted(sizes, key=lambda name: (-sizes[name], name))[:_BROKEN_FILES]:
        contents[name] = contents[name][: int(len(contents[name]) * _BROKEN_SHARE)]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            member = zipfile.ZipInfo(name, _EXPORTED_AT)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=True).encode()


def _by_day(room: Room) -> dict[str, list[Post]]:
    found: defaultdict[str, list[Post]] = defaultdict(list)
    for micros in sorted(room.posts):
        day = datetime.fromtimestamp(micros // 1_000_000, UTC).date()
        found[day.isoformat()].append(room.posts[micros])
    return found


def _by_thread(room: Room) -> defaultdict[int, list[Post]]:
    found: defaultdict[int, list[Post]] = defaultdict(list)
    for micros in sorted(room.posts):
        if (thread := room.posts[micros].thread) is not None:
            found[thread].append(room.posts[micros])
    return found


def _ts(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def _user(workspace: Workspace, member: Colleague | Bot) -> dict[str, object]:
    user: dict[str, object] = {
        "id": workspace.ids[member.handle],
        "team_id": workspace.team,
        "name": member.handle,
        "deleted": False,
        "real_name": member.name,
        "is_bot": isinstance(member, Bot),
        "is_app_user": False,
        "updated": _CREATED,
    }
    profile: dict[str, object] = {
        "real_name": member.name,
        "display_name": member.name.split()[0],
        "team": workspace.team,
    }
    if isinstance(member, Bot):
        return user | {"profile": profile | {"bot_id": workspace.bot_ids[member.handle], "always_active": True}}
    offset = datetime.combine(EXPORTED, time(6), ZoneInfo(member.zone)).utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    profile |= {"title": member.title, "email": member.email, "status_text": "", "status_emoji": ""}
    return user | {"tz": member.zone, "tz_offset": seconds, "is_admin": member is OWNER, "profile": profile}


def _integration(workspace: Workspace, bot: Bot) -> dict[str, object]:
    return {
        "user_id": workspace.ids[OWNER.handle],
        "user_name": OWNER.handle,
        "date": str(_CREATED),
        "change_type": "added",
        "app_id": workspace.app_ids[bot.handle],
        "app_type": bot.name,
        "scope": "chat:write",
    }


def _listed(workspace: Workspace, room: Room) -> dict[str, object]:
    members = [workspace.ids[who.handle] for who in room.members]
    if room.kind is RoomKind.DIRECT:
        return {"id": room.id, "created": _CREATED, "members": members}
    text = {"value": "", "creator": "", "last_set": 0}
    return {
        "id": room.id,
        "name": room.name,
        "created": _CREATED,
        "creator": members[0],
        "is_archived": False,
        "members": members,
        "topic": text,
        "purpose": text,
    }


def _message(workspace: Workspace, chance: Random, room: Room, post: Post, replies: list[Post]) -> dict[str, object]:
    author = post.author
    message: dict[str, object] = {"type": "message", "text": post.text, "ts": _ts(post.micros)}
    if isinstance(author, Bot):
        message |= _bot_fields(workspace, author)
    else:
        message["user"] = workspace.ids[author.handle]
        message["team"] = workspace.team
        if "subtype" not in post.more:
            message["client_msg_id"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            message["blocks"] = [_block(chance, post.text)]
        if chance.random() < 0.6:
            message["user_profile"] = _profile(workspace, author)
    if post.thread is not None:
        message["thread_ts"] = _ts(post.thread)
        message["parent_user_id"] = workspace.ids[room.posts[post.thread].author.handle]
    if replies:
        message |= _thread_fields(workspace, post, replies)
    return message | post.more


def _thread_fields(workspace: Workspace, post: Post, replies: list[Post]) -> dict[str, object]:
    users = list(dict.fromkeys(workspace.ids[item.author.handle] for item in replies))
    return {
        "thread_ts": _ts(post.micros),
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "latest_reply": _ts(replies[-1].micros),
        "reply_users": users,
        "replies": [{"user": workspace.ids[item.author.handle], "ts": _ts(item.micros)} for item in replies],
        "is_locked": False,
        "subscribed": False,
    }


def _bot_fields(workspace: Workspace, bot: Bot) -> dict[str, object]:
    bot_id, app_id = workspace.bot_ids[bot.handle], workspace.app_ids[bot.handle]
    if not bot.modern:
        return {"subtype": "bot_message", "username": bot.name, "bot_id": bot_id}
    profile = {"id": bot_id, "app_id": app_id, "name": bot.name, "deleted": False, "team_id": workspace.team}
    return {"user": workspace.ids[bot.handle], "bot_id": bot_id, "app_id": app_id, "bot_profile": profile}


def _block(chance: Random, text: str) -> dict[str, object]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": f"{chance.getrandbits(20):05x}", "elements": [section]}


def _profile(workspace: Workspace, author: Colleague) -> dict[str, object]:
    return {
        "first_name": author.name.split()[0],
        "real_name": author.name,
        "display_name": author.name.split()[0],
        "name": author.handle,
        "team": workspace.team,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }
