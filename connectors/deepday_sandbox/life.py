"""What the people of the office do while somebody rehearses with it: sign in, write, press buttons, set a status."""

import json
import re
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx

from deepday.clock import SystemClock
from deepday.model import ShowAs
from deepday_sandbox import phrases
from deepday_sandbox.office import Entry, Office, Post, Room, Timed
from deepday_sandbox.people import OWNER
from deepday_sandbox.period import BERLIN
from deepday_sandbox.slack import SlackFace
from deepday_sandbox.slack.calls import MICRO, stamp
from deepday_sandbox.slack.oauth import BOT_SCOPES, USER_SCOPES
from deepday_sandbox.slack.shapes import live_profile
from deepday_sandbox.welcome import APPLICATION, client

_CLOSEST: Final = 5
"""In how many direct conversations somebody writes on a day."""
_USUAL: Final = 12
"""Questions on a usual day, and the share of them that comes on a quiet one."""
_QUIET: Final = 0.33
_LOOK: Final = 0.05


def consent(address: str, email: str = OWNER.email) -> None:
    """Fill in a vendor's page as somebody (the owner) who allows all it asks for, and follow where it leads."""
    page = httpx.get(address, follow_redirects=True, trust_env=False)
    action = re.findall(r'<form method="post" action="([^"]+)"', page.text)[0]
    form: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"', page.text):
        form.setdefault(name, []).append(unescape(value))
    form |= {name: [email] for name in re.findall(r'<select name="([^"]+)"', page.text)}
    form["decision"] = ["allow" if 'value="allow"' in page.text else "accept"]
    parts = urlsplit(address)
    answer = httpx.post(f"{parts.scheme}://{parts.netloc}{unescape(action)}", data=form, trust_env=False)
    httpx.get(answer.headers["location"], trust_env=False)


class Life:
    """Satisfies :class:`deepday.connect.OfficeLife`."""

    def __init__(self, office: Office, slack: SlackFace, url: str, seed: int) -> None:
        """Move the hands of the people of that office, which is served at ``url``."""
        self._url = url
        self._office, self._slack = office, slack
        self._chance = Random(f"{seed} life")  # noqa: S311 - an office must be repeatable, not secret
        self._owner = slack.worker(OWNER.email).slack_id

    def now(self) -> datetime:
        """Return the office's instant."""
        return self._office.clock.now()

    def turn(self, to: datetime) -> None:
        """Let it be that instant."""
        self._office.clock.turn(to)
        self._slack.pump()

    # ---- the owner

    def sign_in_options(self, folder: Path) -> Mapping[str, Mapping[str, str]]:
        """Return what each vendor's sign-in must be told; the file from Google's console goes into the folder."""
        client_file = folder / "client_secret.json"
        client_file.write_text(json.dumps(client(self._url)), encoding="utf-8")
        client_file.chmod(0o600)
        return {
            "google": {"base-url": self._url, "client-file": str(client_file)},
            "microsoft": {"base-url": self._url, "client-id": APPLICATION},
            "slack": {"base-url": f"{self._url}/api/"},
        }

    def consent(self, address: str) -> None:
        """Let the owner open a page in a browser, allow all it asks for, and follow where it leads."""
        consent(address)

    def app_tokens(self) -> tuple[str, str, str]:
        """Let the owner make a Slack app that listens over Socket Mode; return its user, bot and app-level token."""
        app = self._slack.app
        app.socket_mode = True
        app.bot_events = {"message.im", "app_mention"}
        given = self._slack.install(self._owner, sorted(BOT_SCOPES), sorted(USER_SCOPES))
        return given.user, given.bot, self._slack.app_token()

    def status(self) -> str:
        """Return the owner's status as colleagues see it now."""
        with self._office.lock:
            shown = live_profile(self._office, self._slack.worker(OWNER.email))
            return f"{shown.status_emoji} {shown.status_text}".strip()

    def set_status(self, text: str, emoji: str) -> None:
        """Let the owner set a status by hand, without an end."""
        with self._office.lock:
            profile = self._office.settings.profile(OWNER.email)
            profile.status_text, profile.status_emoji, profile.status_expiration = text, emoji, 0

    def entries(self) -> frozenset[tuple[str, int]]:
        """Return id and version of everything in the owner's calendar."""
        with self._office.lock:
            found = self._office.calendars.find(OWNER.email).entries.values()
            return frozenset((one.id, one.version) for one in found if not one.deleted)

    # ---- the others

    def chat_id(self, email: str) -> str:
        """Return somebody's Slack member id."""
        return self._slack.worker(email).slack_id

    def write_calendar(self, email: str, file: Path) -> None:
        """Write when somebody is busy as an .ics file, without titles."""
        with self._office.lock:
            found = self._office.calendars.find(email).entries.values()
            events = [line for one in found if not (one.deleted or one.cancelled or one.series) for line in _event(one)]
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sandbox office//EN", *events, "END:VCALENDAR", ""]
        file.write_text("\r\n".join(lines), encoding="utf-8", newline="")

    def busy(self, days: Collection[date], quiet: Collection[date]) -> int:
        """Let colleagues write to the owner on these days, less on quiet ones, and the owner answer; count messages."""
        rooms = [
            one for one in self._office.chat.rooms.values() if one.kind == "direct" and self._owner in one.members
        ][:_CLOSEST]
        count = 0
        with self._office.lock:
            for day in sorted(days):
                many = max(2, round(self._chance.gauss(_USUAL, 3) * (_QUIET if day in quiet else 1)))
                for minute in sorted(self._chance.sample(range(9 * 60, 17 * 60), many)):
                    at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(BERLIN)) + timedelta(minutes=minute)
                    self._talk(at, self._chance.choice(rooms))
                    count += 2
        return count

    def _talk(self, at: datetime, room: Room) -> None:
        other = next(one for one in room.members if one != self._owner)
        for who, later, said in ((other, 0, phrases.QUESTIONS), (self._owner, 2, phrases.REPLIES)):
            micros = int((at + timedelta(minutes=later)).timestamp()) * MICRO
            self._office.chat.post(Post(micros, room.id, who, self._chance.choice(said)))

    def write_app(self, email: str, text: str) -> None:
        """Let somebody write to the app."""
        self._slack.say(email, self._room(email), text)

    def press(self, email: str, action: str) -> bool:
        """Let somebody press the newest button of that name; tell whether it was acknowledged.

        Raises :class:`LookupError` where there is none.
        """
        for post in reversed(self._posts(email)):
            if f"'action_id': '{action}'" in str(dict(post.extra)):
                return self._slack.press_button(email, post.room, stamp(post.ts), action).acknowledged
        raise LookupError(action)

    def heard(self, email: str, words: str, within: float = 20.0) -> str:
        """Return the newest message with those words from the app to somebody, once it is there.

        Raises :class:`TimeoutError` after ``within`` seconds.
        """
        clock = SystemClock(0)
        over = clock.monotonic() + within
        while clock.monotonic() < over:
            found = [post.text for post in self._posts(email) if words in f"{post.text} {dict(post.extra)}"]
            if found:
                return re.sub(r"<@(\w+)>", lambda one: self._slack.worker(one[1]).name, unescape(found[-1]))
            time.sleep(_LOOK)
        raise TimeoutError(words)

    def _posts(self, email: str) -> list[Post]:
        bot = self._slack.app.bot.slack_id
        with self._office.lock:
            room = self._room(email)
            return [post for post in self._office.chat.between(room, 0, 1 << 60) if post.user == bot]

    def _room(self, email: str) -> str:
        with self._office.lock:
            members = {self._slack.app.bot.slack_id, self.chat_id(email)}
            for room in self._office.chat.rooms.values():
                if room.kind == "direct" and set(room.members) == members:
                    return room.id
            identity = f"D0{self.chat_id(email)[2:]}"
            return self._office.chat.add(Room(identity, "direct", members=sorted(members))).id


def _event(entry: Entry) -> Iterator[str]:
    when = entry.when
    if isinstance(when, Timed):
        times = [f"DT{name};TZID={when.zone}:{at:%Y%m%dT%H%M%S}" for name, at in _ends(when.start, when.end)]
    else:
        times = [f"DT{name};VALUE=DATE:{at:%Y%m%d}" for name, at in _ends(when.first, when.end)]
    shown = "TRANSPARENT" if entry.show_as is ShowAs.FREE else "OPAQUE"
    written = f"{datetime.fromtimestamp(entry.updated, UTC):%Y%m%dT%H%M%SZ}"
    yield from ("BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{written}", *times, *entry.recurrence)
    yield from (f"TRANSP:{shown}", "END:VEVENT")


def _ends(first: date, end: date) -> tuple[tuple[str, date], tuple[str, date]]:
    return ("START", first), ("END", end)
