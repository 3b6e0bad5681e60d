"""What must hold, checked from outside: on the committed rows, and at the vendor."""

import json
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from deepday.model import ENDS, OutgoingMessage, UrgentSignal
from deepday.store.audit import first_break
from tests.simulation.urgent.office import INTERACTIVE
from tests.simulation.witness import Broken

if TYPE_CHECKING:
    from tests.simulation.urgent.world import World

_ENDS = {state.value for state in ENDS}
_PAST = 30 * 86_400
_LATE = 30
"""Seconds after its time within which a timer takes effect."""


class Oracle:
    """Knows what people did, and sees what deepday does."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.said: dict[str, UrgentSignal] = {}
        self.private: set[str] = set()
        self.deleted: set[str] = set()
        self.presses: dict[str, str] = {}
        self.ends: dict[str, tuple[str, int]] = {}
        self.posts = 0
        self.muted: set[str] = set()

    # People

    def asked(self, signal: UrgentSignal) -> None:
        if signal.in_person and self.world.surroundings.block(signal.at) is None:
            self.private.add(signal.id)
        else:
            self.said[signal.id] = signal

    # At the vendor

    def acknowledged(self, signal: UrgentSignal) -> None:
        rows = self.world.rows("SELECT key FROM inbox WHERE key = ?", signal.id)
        private = bool({signal.id, signal.subject} & self.private)
        self._hold("I5", bool(rows) or private, f"{signal.id} is acknowledged, and not kept")

    def posting(self, message: OutgoingMessage) -> None:
        rows = self.world.rows("SELECT state, kind FROM outbox WHERE id = ?", message.key)
        self._hold("I13", bool(rows) and rows[0]["state"] == "sending", f"{message.key} is sent before that is kept")

    def posted(self, message: OutgoingMessage) -> None:
        self.posts += 1
        (row,) = self.world.rows("SELECT * FROM outbox WHERE id = ?", message.key)
        if row["kind"] == "ask":
            able = {one.chat for one in self.world.colleagues.values() if one.agreed and not one.away}
            self._hold("R24", row["to"] in able, f"{row['to']} is asked, who is away or has not agreed")
            name = json.loads(row["data"])["name"]
            out = self.world.rows("SELECT 1 FROM plan_consent WHERE point_person = ? AND answer = 'declined'", name)
            self._hold("R24", not out, f"{row['to']} is asked, who has opted out")
        if row["kind"] == "wake":
            quiet = self.world.office.do_not_disturb
            if not (quiet.empty or quiet.over(self.world.now())):
                self.muted.add(message.key)
        if row["kind"] == "wake" and self.world.now() - row["created_at"] < self.world.policy.lifting:
            ours = self.world.rows("SELECT 1 FROM slot WHERE baseline IS NOT NULL")
            self._hold("R27", not ours, "the owner is told while our do not disturb mutes it")
        keys = Counter(post.message.key for post in self.world.office.sent)
        self._hold("I13", keys[message.key] == 1, f"{message.key} is posted {keys[message.key]} times")
        if row["kind"] == "reply":
            place = self._place(message.key)
            same = [
                post
                for post in self.world.office.sent
                if "/reply/" in post.message.key and self._place(post.message.key) == place
            ]
            self._hold("storm", len(same) == 1, f"{len(same)} answers in {place}")

    def _place(self, key: str) -> tuple[str, ...]:
        """Return where an answer was given, and in which block, outside of blocks on which date."""
        (row,) = self.world.rows("SELECT request FROM outbox WHERE id = ?", key)
        (about,) = self.world.rows("SELECT * FROM request WHERE id = ?", row["request"])
        day = datetime.fromtimestamp(about["received_at"], self.world.policy.zone).date()
        return about["conversation"], about["reply_to"], about["thread"], about["block"] or day.isoformat()

    # After every step

    def step(self, *, whole: bool = True) -> None:
        """Look at the rows after a round; ``whole``: it came to its end, and was not cut off by a death."""
        timers = "SELECT id, state FROM request WHERE final_at = 0 AND deadline > 0 AND deadline <= ?"
        overdue = self.world.rows(timers, self.world.now() - _LATE) if whole else []
        self._hold("I4", not overdue, f"its time was over, and nothing happened: {[tuple(row) for row in overdue]}")
        for row in self.world.rows("SELECT id, state, final_at FROM request WHERE final_at > 0"):
            known = self.ends.setdefault(row["id"], (row["state"], row["final_at"]))
            self._hold("I2", known == (row["state"], row["final_at"]), f"{row['id']} left its end {known[0]}")
            self._hold("I2", row["state"] in _ENDS, f"{row['id']} has an end that is none")
        keys = self.world.rows("SELECT key, count(*) n FROM request GROUP BY source, key HAVING n > 1")
        self._hold("R17", not keys, "a signal became two requests")
        late = self.world.rows(
            "SELECT id FROM request WHERE final_at = 0 AND deadline = 0 OR deadline > ?", self.world.now() + _PAST
        )
        self._hold("timers", not late, "an open request waits for nothing")

    # At rest

    def trails(self) -> None:
        """The audit chain tells every change of every request, and nothing else."""
        with self.world.database.reading() as connection:
            self._hold("I23", first_break(connection) is None, "the audit chain is broken")
        paths: dict[str, list[Any]] = {}
        for row in self.world.rows("SELECT subject, before, after FROM audit ORDER BY seq"):
            if row["subject"].startswith("request "):
                paths.setdefault(row["subject"].removeprefix("request "), []).append(row)
        for request in self.world.rows("SELECT id, state, level FROM request"):
            path = paths.pop(request["id"], [])
            stage = f"{request['state']} {request['level']}" if request["state"] == "routed" else request["state"]
            self._hold("I23", bool(path) and path[0]["before"] == "", f"{request['id']} came from nowhere")
            follows = all(one["after"] == other["before"] for one, other in pairwise(path))
            self._hold("I23", follows and path[-1]["after"] == stage, f"{request['id']} changed without a row")
            finals = [row for row in path if row["after"] in _ENDS and row["before"] not in _ENDS]
            self._hold("I2", len(finals) == (request["state"] in _ENDS), f"{request['id']} has {len(finals)} ends")
        self._hold("I23", not paths, "rows about requests that are not there")

    def evidence(self) -> None:
        """Every end is proven by something that really happened."""
        posted = {post.posted.id: post for post in self.world.office.sent}
        for row in self.world.rows("SELECT * FROM request WHERE final_at > 0"):
            proof = row["evidence"]
            if row["state"] == "acknowledged":
                by, _, press = proof.partition(" ")
                self._hold("I3", self.presses.get(press) == by, f"{row['id']}: nobody took it")
                self._hold("I3", f'"{by}"' in row["chain"], f"{row['id']}: {by} may not take it")
            elif row["state"] == "delivered to owner":
                post = posted.get(proof)
                self._hold("I3", post is not None and post.message.to == "UADA", f"{row['id']}: the owner got nothing")
                key = post.message.key if post else ""
                self._hold("I3", key not in self.muted, f"{row['id']}: the owner could not hear of it")
            elif row["state"] == "not urgent" and row["reply_to"] and row["door"] != "alert":
                post = posted.get(proof)
                to = post.message.to if post else ""
                self._hold("I3", to == row["reply_to"], f"{row['id']}: the sender was not told")
            elif row["state"] == "withdrawn":
                self._hold("I3", row["key"] in self.deleted, f"{row['id']}: nobody took it back")
            elif row["state"] == "answered":
                self._hold("I3", self.presses.get(proof) == "UADA", f"{row['id']}: the owner did not say so")
            elif row["state"] == "joined":
                others = self.world.rows("SELECT 1 FROM request WHERE id = ?", proof)
                self._hold("I3", bool(others), f"{row['id']} is part of nothing")

    def outbox(self) -> None:
        """Every message has an end, and what was sent is there."""
        there = {post.message.key for post in self.world.office.sent}
        for row in self.world.rows("SELECT id, state, problem FROM outbox"):
            settled = row["state"] in {"sent", "dead", "dropped"}
            self._hold("I13", settled, f"{row['id']} is {row['state']} for ever: {row['problem']}")
            self._hold("I13", row["state"] != "sent" or row["id"] in there, f"{row['id']} never arrived")
        digests = [row["data"] for row in self.world.rows("SELECT data FROM outbox WHERE kind = 'digest'")]
        for row in self.world.rows("SELECT id FROM request WHERE in_digest = 1 OR state = 'shown'"):
            shown = any(row["id"] in data for data in digests)
            self._hold("digest", shown, f"{row['id']} counts as shown, and is in no digest")

    def nothing_lost(self) -> None:
        """What was said has a row: all that is in the history, and all that was acknowledged."""
        kept = {row["key"] for row in self.world.rows("SELECT key FROM inbox")}
        for name in self.private:
            self._hold("private", name not in kept, f"{name} is nobody's affair but the owner's, and is kept")
        for signal in self.said.values():
            in_history = any(one.id == signal.id for one in self.world.office.asked_for)
            owed = self.world.poll or (self.world.office.push and signal.id not in self.world.office.given_up)
            if in_history and owed:
                self._hold("I1", signal.id in kept, f"{signal.id} is in the history, and was never taken")
            if signal.door in INTERACTIVE and signal.id not in self.world.office.refused:
                self._hold("I1", signal.id in kept, f"{signal.id} was accepted, and is not there")

    def ended(self) -> None:
        """Received = ended + open, and at rest none is open."""
        still = self.world.rows("SELECT id, state FROM request WHERE final_at = 0")
        self._hold("I2", not still, f"open at rest: {[(row['id'], row['state']) for row in still]}")
        asked = self.world.rows("SELECT count(*) n FROM inbox WHERE door NOT IN ('press', 'edit', 'deletion')")
        became = self.world.rows("SELECT count(*) n FROM request WHERE reopens = ''")
        self._hold("I2", asked[0]["n"] == became[0]["n"], "received is not ended and open together")

    def no_text(self) -> None:
        """What people wrote stands in sealed columns only."""
        for path in self.world.path.parent.glob(f"{self.world.path.name}*"):
            self._hold("I21", f"canary{self.world.seed}x".encode() not in path.read_bytes(), f"a text in {path.name}")

    @staticmethod
    def _hold(name: str, holds: bool, what: str) -> None:
        if not holds:
            raise Broken(f"{name}: {what}")
