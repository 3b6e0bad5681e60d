"""What passes between the owner and the others: questions, answers quick and slow, threads, incidents."""

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from deepday_sandbox import phrases
from deepday_sandbox.chat_days import back_at_desk
from deepday_sandbox.people import BERLIN_TEAM, COLLEAGUES, LONDON_TEAM, NEW_YORK_TEAM, OWNER, Colleague
from deepday_sandbox.period import EASTER_MONDAY, GOOD_FRIDAY
from deepday_sandbox.workspace import Room, Workspace

# Share of answers and the seconds within which they come: the median is 70 s, one in ten takes longer than 24 min.
_REPLY_DELAYS: Final = ((0.0, 20.0), (0.5, 70.0), (0.82, 240.0), (0.9, 1440.0), (1.0, 6000.0))
_OUT_OF_OFFICE: Final = 0.04  # the weight of a colleague whose working hours are over
_THREAD_SECONDS: Final = 3 * 86_400  # after that a thread is dead


class Talk:
    """Writes the owner's conversations into a workspace. All instants are UTC seconds."""

    def __init__(self, workspace: Workspace, chance: Random) -> None:
        self._workspace = workspace
        self._chance = chance
        self._threads: list[tuple[int, Room, int]] = []  # those the owner wrote in: last post, room, identity

    def happen(self, at: int, answered: float) -> None:
        """Let somebody want something of the owner, who answers with that probability."""
        chance = self._chance.random()
        if chance < 0.66:
            self._direct(at, answered)
        elif chance < 0.76:
            self._group(at, answered)
        elif chance < 0.88:
            self._mention(at, answered)
        else:
            self._thread(at, answered)

    def ask(self, at: int) -> None:
        """Let the owner want something of a colleague."""
        colleague = self._somebody(at)
        room = self._workspace.direct[colleague.handle]
        self._workspace.post(room, at, OWNER, self._chance.choice(phrases.QUESTIONS))
        if self._chance.random() < 0.8:
            later = at + self._delay()
            self._workspace.post(room, later, colleague, self._chance.choice(phrases.REPLIES))
            self._carry_on(room, later, [colleague], None, 0.2)

    def ask_channel(self, at: int) -> None:
        """Let the owner ask in a channel; answers come in the thread."""
        room = self._workspace.channels[self._chance.choice(("ml-platform", "ml-platform", "eval-launch"))]
        thread = self._workspace.post(room, at, OWNER, self._chance.choice(phrases.QUESTIONS))
        last = at
        for _ in range(self._chance.randrange(4)):
            last += self._delay()
            self._workspace.post(room, last, self._somebody(last), self._chance.choice(phrases.REPLIES), thread)
        self._threads.append((last, room, thread))

    def incident(self, at: int, minutes: int) -> None:
        """Let something break: a thread that calls the owner, and direct messages beside it, for that long."""
        reliability, platform = NEW_YORK_TEAM[1], BERLIN_TEAM[2]
        room = self._workspace.channels["incidents"]
        call = f"{self._workspace.mention(OWNER)} {self._workspace.mention(platform)} {phrases.INCIDENT[0]}"
        thread = self._workspace.post(room, at, reliability, call)
        now = at + self._chance.randrange(90, 240)
        self._workspace.post(room, now, OWNER, self._chance.choice(phrases.REPLIES), thread)
        while now < at + minutes * 60:
            now += self._chance.randrange(40, 420)
            author = self._chance.choice((reliability, platform, OWNER, OWNER))
            said = phrases.INCIDENT[1 + (now - at) * (len(phrases.INCIDENT) - 2) // (minutes * 60 + 420)]
            self._workspace.post(room, now, author, said, thread)
            if self._chance.random() < 0.2:
                self._direct(now + self._chance.randrange(10, 60), 0.9, platform)
        self._threads.append((now, room, thread))

    def _direct(self, at: int, answered: float, colleague: Colleague | None = None) -> None:
        colleague = colleague or self._somebody(at)
        self._exchange(self._workspace.direct[colleague.handle], at, [colleague], None, answered)

    def _group(self, at: int, answered: float) -> None:
        room = self._chance.choice(self._workspace.groups)
        others = [who for who in room.members if isinstance(who, Colleague) and who is not OWNER]
        self._exchange(room, at, self._chance.sample(others, len(others)), None, answered)

    def _mention(self, at: int, answered: float) -> None:
        names = ("ml-platform", "ml-platform", "eval-launch", "general", "ml-foundation")
        rooms = [self._workspace.channels[name] for name in names if name in self._workspace.channels]
        room, colleague = self._chance.choice(rooms), self._somebody(at)
        text = f"{self._workspace.mention(OWNER)} {self._chance.choice(phrases.QUESTIONS)}"
        thread = self._workspace.post(room, at, colleague, text)
        if self._chance.random() < answered:
            self._answer(room, at, [colleague], thread, at + self._delay())

    def _thread(self, at: int, answered: float) -> None:
        alive = [item for item in self._threads if at - _THREAD_SECONDS < item[0] < at]
        if not alive:
            self._mention(at, answered)
            return
        _, room, thread = self._chance.choice(alive)
        self._exchange(room, at, [self._somebody(at)], thread, answered)

    def _exchange(
        self, room: Room, at: int, partners: Sequence[Colleague], thread: int | None, answered: float
    ) -> None:
        reply = at + self._delay() if self._chance.random() < answered else None
        self._workspace.post(room, at, partners[0], self._chance.choice(phrases.QUESTIONS), thread)
        now = at
        while self._chance.random() < 0.3:
            now += self._chance.randrange(5, 50)
            if reply is not None and now >= reply:
                break
            self._workspace.post(room, now, self._chance.choice(partners), self._chance.choice(phrases.MORE), thread)
        if reply is not None:
            self._answer(room, at, partners, thread, reply)

    def _answer(self, room: Room, at: int, partners: Sequence[Colleague], thread: int | None, reply: int) -> None:
        now = back_at_desk(self._chance, at, reply)
        self._workspace.post(room, now, OWNER, self._chance.choice(phrases.REPLIES), thread)
        last = self._carry_on(room, now, partners, thread, 0.18)
        if thread is not None:
            self._threads.append((last, room, thread))

    def _carry_on(self, room: Room, now: int, partners: Sequence[Colleague], thread: int | None, go_on: float) -> int:
        while self._chance.random() < go_on:
            now += self._chance.randrange(8, 70)
            follow_up = self._chance.choice(phrases.FOLLOW_UPS)
            self._workspace.post(room, now, self._chance.choice(partners), follow_up, thread)
            if self._chance.random() < 0.88:
                now += self._chance.randrange(6, 60)
                self._workspace.post(room, now, OWNER, self._chance.choice(phrases.CLOSINGS), thread)
        return now

    def _delay(self) -> int:
        share = self._chance.random()
        for (low, fast), (high, slow) in pairwise(_REPLY_DELAYS):
            if share < high:
                return round(math.exp(math.log(fast) + (share - low) / (high - low) * math.log(slow / fast)))
        raise AssertionError  # random() is below 1

    def _somebody(self, at: int) -> Colleague:
        return somebody(self._chance, at)


def somebody(chance: Random, at: int) -> Colleague:
    """Return a colleague who might write at that UTC second: mostly close ones whose working day it is."""
    weights = [who.closeness * (1 if _in_office(who, at) else _OUT_OF_OFFICE) for who in COLLEAGUES]
    return chance.choices(COLLEAGUES, weights)[0]


def _in_office(who: Colleague, at: int) -> bool:
    local = datetime.fromtimestamp(at, ZoneInfo(who.zone))
    closed = local.date() in {GOOD_FRIDAY, EASTER_MONDAY} and who in BERLIN_TEAM + LONDON_TEAM
    return local.weekday() < 5 and 9 <= local.hour < 19 and not closed
