"""What else stands in a workspace and is no message to the owner: bots, others' talk, joins, edits."""

from datetime import date, datetime, time
from random import Random
from typing import Final

from deepday_sandbox import phrases
from deepday_sandbox.chat_days import between
from deepday_sandbox.chat_talk import somebody
from deepday_sandbox.people import CI_BOT, EVERYBODY, MANAGER, OWNER, REVIEW_BOT, TRAINING_BOT, Bot, Colleague
from deepday_sandbox.period import PERSON, REORGANISED
from deepday_sandbox.workspace import Room, Workspace

_REACTIONS: Final = ("+1", "eyes", "white_check_mark", "tada", "pray")


def add_bots(workspace: Workspace, chance: Random, day: date) -> None:
    """Post a day of training alerts, builds and review pings: around the clock, but builds and reviews on weekdays."""
    for at in between(chance, day, "00:05", "23:55", chance.randrange(3, 13)):
        text = chance.choice(phrases.ALERTS).format(number=chance.randrange(100, 130))
        workspace.post(workspace.channels["training-alerts"], at, TRAINING_BOT, text)
    if day.weekday() > 4:
        return
    for at in between(chance, day, "08:30", "19:30", chance.randrange(6, 14)):
        text = chance.choice(phrases.BUILDS).format(number=chance.randrange(4000, 4800))
        workspace.post(workspace.channels["builds"], at, CI_BOT, text)
    for at in between(chance, day, "09:00", "18:30", chance.randrange(4, 10)):
        number, mention = chance.randrange(700, 900), workspace.mention(OWNER)
        text = chance.choice(phrases.REVIEWS).format(number=number, mention=mention)
        room = workspace.pings if chance.random() < 0.5 else workspace.channels["ml-platform"]
        workspace.post(room, at, REVIEW_BOT, text)


def add_chatter(workspace: Workspace, chance: Random, day: date) -> None:
    """Post a day of what others say to each other, in channels and in direct messages of theirs."""
    busy = day.weekday() < 5
    rooms = [room for name, room in workspace.channels.items() if name not in {"builds", "training-alerts"}]
    for at in between(chance, day, "08:30", "21:00", chance.randrange(20, 40) if busy else chance.randrange(3)):
        room = chance.choice(rooms)
        thread = workspace.post(room, at, somebody(chance, at), chance.choice(phrases.CHATTER))
        later = at
        while chance.random() < 0.4:
            later += chance.randrange(20, 900)
            workspace.post(room, later, somebody(chance, later), chance.choice(phrases.CLOSINGS), thread)
    for room in workspace.others if busy else ():
        later = between(chance, day, "09:10", "16:00", 1)[0]
        for _ in range(chance.randrange(4, 14)):
            later += chance.randrange(10, 1200)
            workspace.post(room, later, chance.choice(room.members), chance.choice(phrases.REPLIES))


def reorganise(workspace: Workspace) -> None:
    """Open the channel of the new group: everybody joins, the manager sets its topic."""
    at = int(datetime.combine(REORGANISED, time(8, 50), PERSON.zone).timestamp())
    room = workspace.add_channel("ml-foundation")
    for number, person in enumerate((MANAGER, *EVERYBODY)):
        if number and person is MANAGER:
            continue
        text = f"{workspace.mention(person)} has joined the channel"
        workspace.post(room, at + 40 * number, person, text, subtype="channel_join")
    topic = "Ranking and evaluation, together from now on"
    text = f"{workspace.mention(MANAGER)} set the channel topic: {topic}"
    workspace.post(room, at + 900, MANAGER, text, subtype="channel_topic", topic=topic)


def decorate(workspace: Workspace, chance: Random) -> None:
    """Give some messages reactions, edits, a file, a copy in the channel; let some have been changed or deleted."""
    for room in workspace.rooms:
        for micros in sorted(room.posts):
            post = room.posts[micros]
            if isinstance(post.author, Bot) or post.more:
                continue
            draw = chance.random()
            if draw < 0.08:
                post.more["reactions"] = [_reaction(workspace, chance, post.author)]
            elif draw < 0.12:
                ts = f"{micros // 1_000_000 + chance.randrange(10, 90)}.000000"
                post.more["edited"] = {"user": workspace.ids[post.author.handle], "ts": ts}
            elif draw < 0.13:
                post.more |= _file(workspace, chance, post.author, micros)
            elif draw < 0.15 and post.thread is not None:
                post.more["subtype"] = "thread_broadcast"
            elif draw < 0.155 and post.thread is None:
                _note(workspace, chance, room, micros)


def _reaction(workspace: Workspace, chance: Random, author: Colleague) -> dict[str, object]:
    who = chance.choice([person for person in EVERYBODY if person is not author])
    return {"name": chance.choice(_REACTIONS), "users": [workspace.ids[who.handle]], "count": 1}


def _file(workspace: Workspace, chance: Random, author: Colleague, micros: int) -> dict[str, object]:
    number = chance.randrange(100, 130)
    file = {
        "id": workspace.new_id("F"),
        "created": micros // 1_000_000,
        "name": f"run-{number}.png",
        "mimetype": "image/png",
        "filetype": "png",
        "user": workspace.ids[author.handle],
        "size": chance.randrange(20_000, 400_000),
        "mode": "hosted",
    }
    return {"files": [file], "upload": False, "display_as_bot": False}


def _note(workspace: Workspace, chance: Random, room: Room, micros: int) -> None:
    """Add a hidden event about a message: Slack writes them among the messages, in its author's name."""
    post = room.posts[micros]
    subtype = chance.choice(("message_changed", "tombstone"))
    text = "This message was deleted." if subtype == "tombstone" else ""
    second = micros // 1_000_000 + chance.randrange(30, 3000)
    workspace.post(room, second, post.author, text, subtype=subtype, hidden=True)
