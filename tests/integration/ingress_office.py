"""An office whose Slack brings events over HTTP to the ingress of a deepday at home."""

import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from deepday.app.accounts import connect, provider_named
from deepday.app.urgent_running import opened_ledger
from deepday.config.load import load_settings
from deepday.config.paths import database_location
from deepday.model import ApprovedBlock, Request
from deepday.web.ingress_listening import ingress
from deepday_sandbox.office import Room, Worker
from tests.connectors.slack.slack_office import BEN, MONDAY, OWNER, TO_BOT, Person, SlackOffice, slack_office
from tests.integration.open_office import at_home

ANNA = "anna@example.com"
GRACE = "U0GRACE001"
CANARY = "canary-7f3a: the cluster burns"
ALERT_SECRET = "an alert secret of the test"

_SETTINGS = """
[me]
email = "{me}"
slack_user = "{owner}"
zone = "Europe/Berlin"
[protect]
language = "{language}"
[serve]
sync_every = 0
[[point_people]]
email = "grace@example.com"
agreed = true
[urgent]
people = [{{ email = "grace@example.com", slack_user = "{grace}" }}]
[ingress]
listen = "127.0.0.1:0"
address = "https://deepday.example.org"
slack_signing_secret = "file:{slack}"
form = true
proxies = ["127.0.0.1"]
[[ingress.alerts]]
name = "training"
secret = "file:{alerts}"
alert = "training-failed"
most = {most}
"""


@dataclass
class IngressOffice:
    """The office, deepday's home, and where the ingress is; Slack's ``path``. ``told``: what it told its log."""

    office: SlackOffice
    folder: Path
    url: str = ""
    path: str = "/slack"
    told: list[str] = field(default_factory=list)
    came: int = 0
    missed: int = 0

    @property
    def secret(self) -> str:
        return self.office.face.app.signing_secret

    def now(self) -> int:
        return self.office.now()

    def signed(self, body: bytes, *, at: int | None = None, secret: str = "") -> dict[str, str]:
        """Return the headers with which Slack would send a body."""
        stamp = self.now() if at is None else at
        text = f"v0:{stamp}:".encode() + body
        digest = hmac.new((secret or self.secret).encode(), text, hashlib.sha256).hexdigest()
        return {
            "content-type": "application/json",
            "x-slack-request-timestamp": str(stamp),
            "x-slack-signature": f"v0={digest}",
        }

    def send(self, path: str, **more: Any) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", trust_env=False, timeout=20, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", trust_env=False, timeout=20, **more)

    def alert(self, content: Any, *, name: str = "training", secret: str = ALERT_SECRET) -> httpx.Response:
        return self.send(f"/alerts/{name}", json=content, headers={"authorization": f"Bearer {secret}"})

    def crowd(self, count: int) -> list[tuple[str, str]]:
        """Let more people work there; return each one's id and conversation with the bot."""
        office, bot = self.office.office, self.office.face.app.bot.slack_id
        pairs = [(f"U0LOAD{number:04d}", f"D0LOAD{number:04d}") for number in range(count)]
        for who, room in pairs:
            if room not in office.chat.rooms:
                office.people.add(Worker(f"{who.lower()}@example.com", who, slack_id=who))
                office.chat.add(Room(room, "direct", members=[who, bot]))
        return pairs

    def event(
        self, ts: str, text: str = CANARY, sender: str = BEN, room: str = TO_BOT, number: int = 0
    ) -> dict[str, Any]:
        """Return the envelope of a direct message to the bot."""
        space = self.office.face.space
        message = {"type": "message", "channel_type": "im", "channel": room, "user": sender, "text": text}
        return {
            "type": "event_callback",
            "team_id": space.team_id,
            "api_app_id": space.app.id,
            "event_id": f"Ev{number:09X}",
            "event": {**message, "ts": ts, "event_ts": ts},
            "authorizations": [{"team_id": space.team_id, "user_id": space.app.bot.slack_id, "is_bot": True}],
        }

    def requests(self) -> list[Request]:
        with opened_ledger(self.office.office.clock) as ledger:
            return ledger.urgent.requests(ANNA)

    def rows(self) -> int:
        """Return how many signals are in the inbox, as another program sees it."""
        with sqlite3.connect(str(database_location())) as connection:
            return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])

    def everything(self) -> bytes:
        """Return all bytes that are kept at home, and all that was told."""
        files = [path.read_bytes() for path in sorted((self.folder / "home").rglob("*")) if path.is_file()]
        return b"\n".join([*files, "\n".join(self.told).encode()])


@contextmanager
def at_work(
    folder: Path,
    *,
    most: int = 60,
    start: datetime = MONDAY,
    allow: str = "messages,status",
    language: str = "en",
    register: Callable[[str], str] | None = None,
) -> Iterator[IngressOffice]:
    """Give an office, and a deepday that is connected to its Slack and in deep work; nothing listens yet.

    ``register`` takes the settings, and returns the address of the store where that is no file.
    """
    with pytest.MonkeyPatch.context() as patch, slack_office(start, allow=allow) as office:
        at_home(patch, folder)
        (folder / "home").mkdir(parents=True, exist_ok=True)
        secrets = {"slack": office.face.app.signing_secret, "alerts": ALERT_SECRET}
        for name, secret in secrets.items():
            place = folder / name
            place.touch(mode=0o600)
            place.write_text(secret)
        names = {name: str(folder / name) for name in secrets}
        text = _SETTINGS.format(me=ANNA, owner=OWNER, grace=GRACE, most=most, language=language, **names)
        (folder / "home" / "deepday.toml").write_text(text)
        if register is not None:
            patch.setenv("DEEPDAY_DATABASE_URL", register(text))
        person = Person(office.app_tokens(OWNER))
        given = {one.name: one.default for one in provider_named("slack").sign_in_options()}
        options = {**given, "base-url": f"{office.url}/api/", "allow": allow}
        connect("slack", options, person, office.office.clock)
        office.face.app.socket_mode = False
        for who, name, room in ((GRACE, "grace", "D0GRACEBOT"), (OWNER, "anna", "D0ANNABOT1")):
            office.office.people.add(Worker(f"{name}@example.com", name.title(), slack_id=who))
            office.office.chat.add(Room(room, "direct", members=[who, office.face.app.bot.slack_id]))
        with opened_ledger(office.office.clock) as ledger:
            begins = start.replace(tzinfo=None) - timedelta(hours=1)
            ledger.protecting.approve([ApprovedBlock("b1", ANNA, begins, begins + timedelta(hours=9), "UTC")], "test")
        yield IngressOffice(office, folder)


@contextmanager
def ingress_office(
    folder: Path, *, most: int = 60, allow: str = "messages,status", language: str = "en"
) -> Iterator[IngressOffice]:
    """Give the same with the ingress of this process, over loopback, where Slack sends its events."""
    with at_work(folder, most=most, allow=allow, language=language) as made:
        settings = load_settings().ingress

        def came() -> None:
            made.came += 1

        def missed() -> None:
            made.missed += 1

        with ingress(settings, settings.listen, made.office.office.clock, made.told.append, came, missed) as url:
            made.url = url
            made.office.face.set_request_url(f"{url}/slack")
            yield made
