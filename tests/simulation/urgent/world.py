"""A small world: an owner in deep work, people who need them, people who cover, and a process that dies."""

import hashlib
import random
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deepday.app.urgent import UrgentDesk
from deepday.app.urgent_listening import Listening
from deepday.app.urgent_people import Colleague, Surroundings, quiet_of
from deepday.model import (
    ApprovedBlock,
    Contact,
    DoNotDisturb,
    Door,
    Interval,
    MasterKey,
    Request,
    SettingKind,
    UrgentSignal,
)
from deepday.reconcile import Policy, Reconciler, connected
from deepday.route.policy import RoutePolicy
from deepday.store.covers import CoverBook
from deepday.store.database import Database
from deepday.store.protecting import ProtectStore
from deepday.store.urgent import UrgentStore
from deepday.testing import TurnedClock
from tests.simulation.device import Boundaries, Crash, MortalDatabase
from tests.simulation.urgent.office import ChatAccount, ChatOffice, Eyes, Moods
from tests.simulation.urgent.oracle import Oracle

ADA = "ada@example.org"
OWNER, GRACE, BEN = "UADA", "UGRACE", "UBEN"
ASKERS = ("UCARA", "UDAN", "UEVE")
BUILDS, TEAM = "alerts", "CTEAM"
MINUTE, HOUR = 60, 3600
SECRET = b"a secret of the installation"


class Masters:
    """One master key, which no database holds."""

    key = MasterKey("m1", b"k" * 32)

    def current(self) -> MasterKey:
        return self.key

    def find(self, key_id: str) -> MasterKey | None:
        return self.key if key_id == self.key.id else None

    def add(self) -> MasterKey:
        return self.key

    def keep_only(self, key_ids: Collection[str]) -> None:
        del key_ids


class World:
    """One office, one installation. ``poll`` and ``push``: what may bring signals in."""

    def __init__(
        self, seed: int, disk: Path, template: Path, *, calm: bool = False, poll: bool = True, push: bool = True
    ) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.clock = TurnedClock(datetime(2026, 3, 10, 9, tzinfo=UTC))
        self.office = ChatOffice(self.clock, random.Random(seed + 1))
        self.office.push = push
        self.poll = poll
        self.calm = calm
        if not calm:
            self.office.moods = Moods.drawn(self.chance)
        self.crash_rate = 0.0 if calm else self.chance.choice((0.0, 0.0, 0.01, 0.03))
        self.boundary = Boundaries()
        self.boundary.chance = lambda: self.crash_rate > 0 and self.chance.random() < self.crash_rate
        self.path = disk / f"urgent{seed}.sqlite"
        self.path.write_bytes(template.read_bytes())
        self.peek = sqlite3.connect(self.path, isolation_level=None)
        self.peek.row_factory = sqlite3.Row
        self.policy = RoutePolicy(ZoneInfo("Europe/Berlin"), retention=3 * 86_400)
        self.colleagues = {
            "grace": Colleague("grace", GRACE, agreed=True),
            "ben": Colleague("ben", BEN, agreed=True),
        }
        self.trace: list[str] = []
        self.numbers = 0
        self.lives = 0
        self.points = 0
        self.up = True
        self.blocks: list[ApprovedBlock] = []
        self._reconciled: tuple[object, ...] = ()
        self.oracle = Oracle(self)
        self.eyes = Eyes(self.oracle.acknowledged, self.oracle.posting, self.oracle.posted)
        self.start()

    # The installation

    def start(self) -> None:
        self.lives += 1
        self.database = MortalDatabase(self.path, self.clock)
        self.database.boundary = self.boundary
        self.protecting = ProtectStore(self.database, self.clock, Masters())
        self.store = UrgentStore(self.database, self.clock, Masters(), self.policy.retention)
        self.account = ChatAccount(self.office, self.boundary, self.eyes)
        self.surroundings = Surroundings(
            self.store, CoverBook(self.database), ADA, OWNER, self.policy.zone, self.colleagues
        )
        self.desk = UrgentDesk(
            self.store,
            self.clock,
            self.policy,
            ADA,
            "Ada",
            "T1",
            SECRET,
            self.surroundings,
            self.account,
            f"process{self.lives}",
            self.account if self.poll else None,
            None,
            lambda: quiet_of(self.protecting.known(ADA), [self.account]),
        )
        self.desk.consent = lambda name, agreed: self.surroundings.keep_consent(name, agreed, self.now())
        self.listening = Listening(self.desk, self.account)
        self.reconciler = Reconciler(self.protecting, self.clock, Policy("on-laptop"), "laptop")

    def tick(self) -> None:
        """Run one round, of which the process may die; then it starts anew."""
        if not self.up:
            return
        self.boundary.armed, whole = True, True
        try:
            self._reconcile()
            self.listening.round()
        except Crash:
            whole = False
            self.database.close()
            self.start()
            self.say("died")
        finally:
            self.boundary.armed = False
        self.oracle.step(whole=whole)

    def first_round(self) -> None:
        """Begin without accidents: what is said before the very first round is owed to nobody."""
        moods, self.office.moods, rate, self.crash_rate = self.office.moods, Moods(), self.crash_rate, 0.0
        self.tick()
        self.office.moods, self.crash_rate = moods, rate

    def _reconcile(self) -> None:
        spans = self.rows('SELECT start, "end" FROM override WHERE kind = ?', "wake")
        edges = [one.when for one in self.blocks] + [Interval(*span) for span in spans]
        state = (len(edges), *(one.start <= self.now() < one.end for one in edges))
        if state == self._reconciled:
            return
        self._reconciled = state
        armed, self.boundary.armed = self.boundary.armed, False  # its own simulation lets it die
        moods, self.office.moods = self.office.moods, Moods()
        revoked, self.office.revoked = self.office.revoked, False
        try:
            kinds = (SettingKind.DO_NOT_DISTURB,)
            self.reconciler.tick(ADA, [connected("memory", "ada", self.account, kinds, "")])
        finally:
            self.boundary.armed, self.office.moods, self.office.revoked = armed, moods, revoked

    def pass_time(self, seconds: int) -> None:
        """Let time pass, a round whenever something is due."""
        end = self.now() + seconds
        longest = 300 if seconds <= HOUR else 2 * HOUR
        while self.now() < end:
            self.clock.turn(min(end, max(self.now() + 1, self._next(longest))) - self.now())
            self.tick()

    def _next(self, longest: int) -> int:
        due: list[int] = [
            row[0]
            for query in (
                "SELECT min(deadline) FROM request WHERE final_at = 0",
                "SELECT min(next_at) FROM outbox WHERE state IN ('new', 'unknown')",
                "SELECT min(claimed_at) + 90 FROM outbox WHERE state = 'sending'",
            )
            for row in self.rows(query)
            if row[0] is not None
        ]
        pause = 60 if self.office.revoked else 1
        coming = [max(self.now() + pause, one.due) for one in self.office.under_way]
        overdue = [self.now() + (30 if longest <= 300 else longest)] if any(one <= self.now() for one in due) else []
        return min([self.now() + longest, *coming, *overdue, *(one for one in due if one > self.now())])

    def sleep(self, seconds: int) -> None:
        """Let time pass while the machine is off."""
        self.clock.turn(seconds)
        self.say(f"slept {seconds}")

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Read what is committed, past all of deepday's code."""
        return self.peek.execute(query, values).fetchall()

    def close(self) -> None:
        self.database.close()
        self.peek.close()
        self.path.unlink(missing_ok=True)

    def now(self) -> int:
        return self.office.now()

    def say(self, what: str) -> None:
        self.trace.append(f"{self.now()} {what}")

    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    # People

    def approve(self, starts_in: int, seconds: int) -> None:
        """Let the owner approve a block."""
        self.numbers += 1
        local = (self.clock.now() + timedelta(seconds=starts_in)).replace(tzinfo=None, microsecond=0)
        end = local + timedelta(seconds=seconds)
        point, backup = Contact("grace", GRACE), Contact("ben", BEN)
        block = ApprovedBlock(f"b{self.numbers}", ADA, local, end, "UTC", point_person=point, backup=backup)
        self.protecting.approve([block], ADA)
        self.blocks.append(block)
        self.say(f"block {block.id} for {seconds}")

    def ask(
        self, door: Door = Door.DIRECT, sender: str = ASKERS[0], text: str = "", alert: str = "", *, own: bool = False
    ) -> UrgentSignal:
        """Let somebody, or a machine, ask for the owner; ``own``: by writing to the owner in person."""
        self.numbers += 1
        where = TEAM if door is Door.MENTION else f"D{sender}{'UADA' if own else ''}"
        text = text or f"canary{self.seed}x{self.numbers} is on fire"
        reply_to = sender if own or door in {Door.COMMAND, Door.SHORTCUT} else ""
        name = f"T1:{where}:{self.numbers}"
        who = "" if door is Door.FORM else sender  # nobody knows who they are in chat
        place = name if door is Door.FORM else where
        thread = str(self.numbers) if door is Door.MENTION else ""
        signal = UrgentSignal(
            name, self.now(), who, place, text, 0, door, reply_to, thread=thread, alert=alert, in_person=own
        )
        if door in {Door.DIRECT, Door.MENTION}:
            self.office.asked_for.append(signal)
        self.oracle.asked(signal)
        self.office.offer(signal)
        self.say(f"{sender} asks by {door}: {self.numbers}")
        return signal

    def edit(self, signal: UrgentSignal, text: str) -> None:
        """Let its sender edit what was asked."""
        self.numbers += 1
        self.office.asked_for[:] = [
            replace(one, text=text) if one.id == signal.id else one for one in self.office.asked_for
        ]
        self.office.offer(
            replace(
                signal,
                id=f"{signal.id}#{self.numbers}",
                at=self.now(),
                text=text,
                door=Door.EDIT,
                subject=signal.id,
                reply_to="",
            )
        )
        self.say(f"edit {signal.id}")

    def delete(self, signal: UrgentSignal) -> None:
        """Let its sender delete what was asked."""
        self.office.asked_for[:] = [one for one in self.office.asked_for if one.id != signal.id]
        self.oracle.deleted.add(signal.id)
        self.office.offer(
            replace(
                signal,
                id=f"{signal.id}#deleted",
                at=self.now(),
                text="",
                door=Door.DELETION,
                subject=signal.id,
                reply_to="",
            )
        )
        self.say(f"delete {signal.id}")

    def buttons(self, reader: Callable[[str], bool], action: str) -> list[str]:
        """Return the values of buttons that are shown to somebody, the newest first."""
        return [
            button.value
            for post in reversed(self.office.sent)
            if reader(post.message.to)
            for section in post.message.sections
            for button in section.buttons
            if button.action == action
        ]

    def press(self, by: str, action: str, of: str = "", request: Request | None = None) -> bool:
        """Let somebody press the newest button of that name that they, or ``of``, see; tell whether there was one."""
        whose = of or by
        values = self.buttons(lambda to: to in {whose, f"D{whose}"}, action)
        if request is not None:
            values = [value for value in values if value.startswith(f"{request.id}.")]
        if not values:
            return False
        self.numbers += 1
        press = UrgentSignal(
            f"T1:press:{by}:{action}:{self.numbers}",
            self.now(),
            by,
            f"D{by}",
            "",
            0,
            Door.PRESS,
            action=action,
            subject=values[0],
        )
        self.oracle.presses[press.id] = by
        self.office.offer(press)
        self.say(f"{by} presses {action} of {values[0].split('.')[0]}")
        return True

    def request(self, signal: UrgentSignal) -> Request:
        """Return the request that a signal became."""
        return next(one for one in self.store.requests(ADA) if one.key == signal.id)

    def quiet_by_hand(self, until: int) -> None:
        """Let the owner choose their own do not disturb."""
        self.office.do_not_disturb = DoNotDisturb(until)
        self.say(f"do not disturb until {until}")


def template_of(folder: Path) -> Path:
    """Return an empty store, to be copied."""
    path = folder / "urgent-template.sqlite"
    if not path.exists():
        database = Database(path, TurnedClock())
        with database.writing():
            pass
        database.close()
    return path
