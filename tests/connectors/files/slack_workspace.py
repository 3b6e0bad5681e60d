"""Slack exports for tests, written from Slack's description of them, without any code of the reader."""

import json
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deepday.connect import ActivityReading, ReadContext
from deepday.model import ConversationKind, Interval
from deepday_files.slack_export import SlackExport

BERLIN = ZoneInfo("Europe/Berlin")
ME, ANN, BEN, ROBOT = "U0ME", "U0ANN", "U0BEN", "U0ROBOT"
EMAIL = "me@example.org"
DIRECT, GROUP, THREAD = ConversationKind.DIRECT, ConversationKind.GROUP, ConversationKind.THREAD


def at(clock: str, day: str = "2026-03-10") -> int:
    """UTC seconds of a local time in Berlin, to the minute or the second."""
    return int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN).timestamp())


def utc(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


def ts(instant: int, micros: int = 100) -> str:
    return f"{instant}.{micros:06d}"


def post(user: str, instant: int, text: str = "…", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "ts": ts(instant), "text": text} | more


def reply(user: str, instant: int, thread: int, text: str = "…", **more: Any) -> dict[str, Any]:
    return post(user, instant, text, thread_ts=ts(thread), **more)


def person(number: str, email: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": number.lower(), "profile": {"email": email} if email else {}} | more


USERS = [person(ME, EMAIL), person(ANN, "ann@example.org"), person(BEN), person(ROBOT, is_bot=True)]


@dataclass
class Workspace:
    """The files of an export; ``say`` puts messages into the day files that their ``ts`` belongs to."""

    files: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def usual(cls) -> "Workspace":
        workspace = cls()
        workspace.put("users.json", USERS)
        workspace.put("channels.json", [{"id": "C1", "name": "general"}, {"id": "C2", "name": "random"}])
        workspace.put("groups.json", [{"id": "G1", "name": "plans"}])
        workspace.put("dms.json", [{"id": "D1", "members": [ME, ANN]}, {"id": "D2", "members": [ME, BEN]}])
        workspace.put("mpims.json", [{"id": "G2", "name": "mpdm-me--ann--ben-1", "members": [ME, ANN, BEN]}])
        workspace.put("integration_logs.json", [])
        workspace.put("canvases.json", [])
        return workspace

    def put(self, path: str, content: Any) -> None:
        self.files[path] = content if isinstance(content, bytes) else json.dumps(content).encode()

    def say(self, folder: str, *messages: Any, day: str = "2026-03-10") -> None:
        path = f"{folder}/{day}.json"
        self.put(path, [*json.loads(self.files.get(path, b"[]")), *messages])

    def zip(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                archive.writestr(name, content)
        return path

    def folder(self, path: Path) -> Path:
        for name, content in self.files.items():
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return path


MARCH = Interval(at("00:00", "2026-03-01"), at("00:00", "2026-04-01"))
WEEK = Interval(at("00:00", "2026-03-09"), at("00:00", "2026-03-16"))


def context(**more: Any) -> ReadContext:
    usual: dict[str, Any] = {"window": WEEK, "zone": BERLIN, "email": EMAIL}
    return ReadContext(**usual | more)


def read(path: Path, **more: Any) -> ActivityReading:
    return SlackExport(path).read_activity(context(**more))


@dataclass(frozen=True, order=True)
class Seen:
    """One row of a stream: seconds, "out" or "in", conversation as it went into the pseudonym, kind, mention."""

    at: int
    way: str
    conversation: str
    kind: ConversationKind
    mention: bool = False


def seen(reading: ActivityReading) -> list[Seen]:
    stream = reading.stream
    return [
        Seen(
            stream.at[row],
            "out" if stream.outgoing[row] else "in",
            stream.conversations[stream.conversation[row]].pseudonym.removeprefix("slack:"),
            stream.conversations[stream.conversation[row]].kind,
            bool(stream.mention[row]),
        )
        for row in range(len(stream))
    ]
