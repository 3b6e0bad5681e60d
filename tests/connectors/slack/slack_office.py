"""A served office with Slack's face, the owner's account in it, and the hands that the contract suites ask for."""

import contextlib
import hashlib
import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from deepday.connect.memory import MemoryTokens
from deepday.errors import InputError
from deepday.model import (
    Availability,
    ConversationKind,
    DoNotDisturb,
    Presence,
    Secret,
    Status,
    TokenSet,
)
from deepday_sandbox.office import Office, OfficeClock, Post, Room, Worker
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.office.wire import WireLog
from deepday_sandbox.slack import SlackFace
from deepday_sandbox.slack.calls import micro, stamp
from deepday_sandbox.slack.shapes import live_profile
from deepday_slack import SlackConnector
from deepday_slack.account import SlackAccount
from deepday_slack.scopes import NEEDED, PEOPLE, PRESENCE, SEARCH, Kind

OWNER: Final = "U0ANNA0001"
BEN: Final = "U0BEN00001"
BOT: Final = "U0DEEPDAYB"
TO_BOT: Final = "D0BENBOT01"
MONDAY: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def earlier(week: int) -> datetime:
    """Return when an office opens that asks to wait, each in a week of its own.

    Where many offices write one log, no other's request must come before the wait of this one is over.
    """
    return datetime(2026, 1, 5, 9, 0, tzinfo=UTC) + timedelta(weeks=week)


USER_SCOPES: Final = frozenset(
    {scope for kinds in NEEDED.values() for scope in kinds.get(Kind.USER, ())} | SEARCH | PRESENCE
)
BOT_SCOPES: Final = frozenset(scope for kinds in NEEDED.values() for scope in kinds.get(Kind.BOT, ())) | PEOPLE


class Calls(WireLog):
    """The methods that were called, in order."""

    def __init__(self, clock: OfficeClock) -> None:
        super().__init__(clock)
        self.methods: list[str] = []

    def write(
        self,
        vendor: str,
        request: tuple[str, str, dict[str, str], bytes],
        response: tuple[int, dict[str, str], bytes],
        at: float,
    ) -> None:
        self.methods.append(request[1].removeprefix("/api/"))
        super().write(vendor, request, response, at)


@dataclass
class Person:
    """Answers questions for secrets, in order."""

    answers: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def say(self, words: str) -> None:
        raise AssertionError(words)

    def open_page(self, address: str) -> None:
        raise AssertionError(address)

    def show_code(self, address: str, code: str) -> None:
        raise AssertionError(address + code)

    def ask_secret(self, question: str) -> Secret:
        self.questions.append(question)
        if not self.answers:
            raise InputError("Nobody can answer.", "")
        return Secret(self.answers.pop(0))

    def wait(self, seconds: float) -> None:
        raise AssertionError(seconds)


@dataclass
class SlackOffice:
    """An office on loopback, and the vendor's side of every suite."""

    office: Office
    face: SlackFace
    url: str
    calls: Calls
    allow: str = "status,messages"
    tokens: MemoryTokens = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = MemoryTokens(self.signed_in(OWNER), self.office.clock)

    # ---- the account

    def options(self, **more: str) -> dict[str, str]:
        plain = {"user-token": "", "bot-token": "", "app-token": "", "allow": self.allow, "base-url": f"{self.url}/api"}
        return {**plain, **more}

    def app_tokens(self, who: str, user: Sequence[str] = (), bot: Sequence[str] = ()) -> list[str]:
        """Return user, bot and app-level token, as the app's page shows them."""
        given = self.face.install(who, bot or BOT_SCOPES, user or USER_SCOPES)
        return [given.user, given.bot, self.face.app_token()]

    def signed_in(self, who: str, user: Sequence[str] = ()) -> TokenSet:
        user_token, bot_token, app_token = self.app_tokens(who, user)
        person = Person([user_token, *([bot_token] if "messages" in self.allow else []), app_token])
        return SlackConnector().sign_in(self.options(), person, self.office.clock).tokens

    @contextlib.contextmanager
    def account(self, **options: str) -> Iterator[SlackAccount]:
        opened = SlackConnector().open_account("anna", self.options(**options), self.tokens, self.office.clock)
        with opened as account:
            assert isinstance(account, SlackAccount)
            self.calls.methods.clear()
            yield account

    # ---- time

    def now(self) -> int:
        return self.office.clock.seconds()

    def pass_time(self, seconds: int) -> None:
        self.office.clock.advance(seconds)
        self.face.pump()

    # ---- settings

    def put_status(self, value: Status) -> None:
        profile = live_profile(self.office, self._owner)
        text = html.escape(value.text, quote=False)
        profile.status_text, profile.status_emoji, profile.status_expiration = text, value.emoji, value.until

    def shown_status(self) -> Status:
        profile = live_profile(self.office, self._owner)
        return Status(html.unescape(profile.status_text), profile.status_emoji, profile.status_expiration)

    def put_do_not_disturb(self, value: DoNotDisturb) -> None:
        live_profile(self.office, self._owner).snooze_until = value.until

    def shown_do_not_disturb(self) -> DoNotDisturb:
        return DoNotDisturb(live_profile(self.office, self._owner).snooze_until)

    def put_presence(self, value: Presence) -> None:
        live_profile(self.office, self._owner).presence = "auto" if value.empty else "away"

    def shown_presence(self) -> Presence:
        away = live_profile(self.office, self._owner).presence == "away"
        return Presence(Availability.AWAY if away else Availability.UNSET)

    @property
    def _owner(self) -> Worker:
        found = self.office.people.find(OWNER)
        assert found
        return found

    # ---- people who write

    def say(
        self,
        text: str,
        *,
        conversation: str = "Ada",
        kind: ConversationKind = ConversationKind.DIRECT,
        outgoing: bool = False,
        mention: bool = False,
        by_bot: bool = False,
    ) -> int:
        room, other = self.room(conversation, kind)
        words = f"<@{OWNER}> {text}" if mention else text
        if by_bot:
            now = int(self.office.clock.now().timestamp() * 1_000_000)
            return self.office.chat.post(Post(now, room, "", words, subtype="bot_message", bot_id="B0BUILDS01")).ts
        return micro(self.face.say(OWNER if outgoing else other, room, words))

    def room(self, name: str, kind: ConversationKind = ConversationKind.DIRECT) -> tuple[str, str]:
        """Return a conversation of that name with the owner, and somebody else in it."""
        number = hashlib.sha256(f"{name} {kind}".encode()).hexdigest()[:8].upper()
        other = self.office.people.add(Worker(f"{number.lower()}@example.com", name)).slack_id
        shape = {"direct": ("D", "direct"), "group": ("C", "group"), "thread": ("C", "channel")}[kind]
        room = f"{shape[0]}0{number}"
        if room not in self.office.chat.rooms:
            members = [OWNER, other, *([BEN] if kind is ConversationKind.GROUP else [])]
            self.office.chat.add(
                Room(room, shape[1], "" if shape[1] == "direct" else f"room-{number.lower()}", members)
            )
        return room, other

    def unsay(self, at: int) -> None:
        """Let the author delete it, in whichever room it is."""
        for room in self.office.chat.rooms:
            for post in self.office.chat.between(room, at, at):
                self.face.edit(post.user, room, stamp(at), "")

    def drop_line(self) -> None:
        self.face.sockets.drop()
        self.face.sockets.wait_for(lambda: not self.face.sockets.count, 0.2)

    def unheard(self) -> int:
        hub, space = self.face.sockets, self.face.space
        hub.wait_for(lambda: not hub.unacknowledged, 0.3)
        with self.office.lock:
            return hub.unacknowledged + len(space.queue)

    def kill_chat_cursors(self) -> None:
        """Connect as somebody else: a time, which is all that a finished reading leaves, does not die at Slack."""
        self.tokens.save(self.signed_in(BEN))

    # ---- messages of ours

    def receiver(self) -> str:
        return BEN

    def posted(self) -> list[tuple[str, str]]:
        found = [
            (next(one for one in room.members if one != BOT), html.unescape(post.text), post.ts)
            for room in self.office.chat.rooms.values()
            for post in self.office.chat.between(room.id, 0, 1 << 60)
            if post.user == BOT
        ]
        return [(to, text) for to, text, _ in sorted(found, key=lambda one: one[2])]

    # ---- people in need

    def signal(self, text: str, sender: str = BEN) -> str:
        who = BEN if sender == "Grace" else sender
        return f"{self.face.space.team_id}:{TO_BOT}:{self.face.say(who, TO_BOT, text)}"

    def unacknowledged(self) -> list[str]:
        hub, space = self.face.sockets, self.face.space
        hub.wait_for(lambda: not hub.unacknowledged, 0.3)
        with self.office.lock:
            waiting = [*(one[0] for one in hub._unacked.values()), *space.queue]
            events = [one.body["event"] for one in waiting]
        return [f"{space.team_id}:{event['channel']}:{event['ts']}" for event in events]


@contextlib.contextmanager
def slack_office(start: datetime = MONDAY, office: Office | None = None, **more: Any) -> Iterator[SlackOffice]:
    """Serve an office; without one given, an empty one with the owner, Ben, and the bot."""
    if office is None:
        office = Office(clock=OfficeClock(start))
        office.people.add(Worker("anna@example.com", "Anna Abel", slack_id=OWNER))
        office.people.add(Worker("ben@example.com", "Ben Busch", "America/New_York", slack_id=BEN))
        office.chat.add(Room(TO_BOT, "direct", members=[BEN, BOT]))
    face, calls = SlackFace(office), Calls(office.clock)
    face.app.socket_mode = True
    face.app.bot_events = {"message.im", "app_mention"}
    with serving(application(office, [face], calls)) as url:
        face.base_url = url
        made = SlackOffice(office, face, url, calls, **more)
        if {"events", "in-person"} & set(made.allow.split(",")):
            face.app.user_events = {f"message.{family}" for family in ("channels", "groups", "im", "mpim")}
        yield made
