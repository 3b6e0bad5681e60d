"""The filled sandbox office, served, and somebody who signs in to it with a browser of their own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deepday.app.accounts import connect, provider_named
from deepday.app.syncing import Synced, SyncRequest, sync
from deepday.connect import no_progress
from deepday.model import Secret
from deepday_sandbox.filling import TEAM_CALENDAR, filled_office
from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET, GoogleFace
from deepday_sandbox.life import consent
from deepday_sandbox.microsoft import App, MicrosoftFace
from deepday_sandbox.office import Office, OfficeClock
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.office.wire import WireLog
from deepday_sandbox.people import OWNER
from deepday_sandbox.slack import SlackFace
from deepday_sandbox.welcome import APPLICATION
from deepday_slack.scopes import NEEDED, SEARCH, Kind

TEAM = "Applied ML team"
BOT_SCOPES = sorted({scope for kinds in NEEDED.values() for scope in kinds.get(Kind.BOT, ())})
USER_SCOPES = sorted({scope for kinds in NEEDED.values() for scope in kinds.get(Kind.USER, ())} | SEARCH)


@dataclass
class Person:
    """Satisfies :class:`deepday.connect.Dialogue`: consents to everything, and pastes the secrets that were given."""

    secrets: list[str] = field(default_factory=list)
    email: str = OWNER.email
    browser: threading.Thread | None = None

    def say(self, words: str) -> None:
        """Listen."""

    def open_page(self, address: str) -> None:
        self.browser = threading.Thread(target=consent, args=(address, self.email))
        self.browser.start()

    def show_code(self, address: str, code: str) -> None:
        raise AssertionError(address + code)

    def ask_secret(self, question: str) -> Secret:
        del question
        return Secret(self.secrets.pop(0))

    def wait(self, seconds: float) -> None:
        raise AssertionError(seconds)


@dataclass
class World:
    """An office on loopback, and deepday in a home of its own that lives by the office's clock."""

    office: Office
    url: str
    slack: SlackFace
    folder: Path

    def connect_google(self, *, allow: str = "", email: str = OWNER.email) -> None:
        secret = self.folder / "secret"
        secret.write_text(CLIENT_SECRET)
        secret.chmod(0o600)
        options = {"base-url": self.url, "client-id": CLIENT_ID, "client-secret": f"file:{secret}"}
        options |= {"allow": allow} if allow else {}
        self.connect("google", options, Person(email=email))

    def connect_microsoft(self, *, allow: str = "", email: str = OWNER.email) -> None:
        options = {"base-url": self.url, "client-id": APPLICATION} | ({"allow": allow} if allow else {})
        self.connect("microsoft", options, Person(email=email))

    def connect_slack(self, *, events: bool = False, allow: str = "", email: str = OWNER.email) -> None:
        worker = self.office.people.find(email)
        assert worker is not None
        tokens = self.slack.install(worker.slack_id, (), USER_SCOPES)
        options, secrets = {"base-url": f"{self.url}/api/"}, [tokens.user]
        options |= {"allow": allow} if allow else {}
        if "messages" in allow:
            secrets += [self.slack.install(worker.slack_id, BOT_SCOPES).bot, self.slack.app_token()]
        if events:
            self.slack.app.socket_mode = True
            self.slack.app.user_events = {f"message.{family}" for family in ("channels", "groups", "im", "mpim")}
            options["allow"] = "events"
            secrets.append(self.slack.app_token())
        self.connect("slack", options, Person(secrets))

    def sync(self, *also: str) -> list[Synced]:
        def wait(seconds: float) -> None:
            self.office.clock.advance(seconds)

        synced = list(sync(SyncRequest(also=also), no_progress, self.office.clock, wait))
        failed = [one for one in synced if one.error]
        if failed:
            error = failed[0].error
            assert error is not None
            raise error
        return synced

    def connect(self, name: str, options: dict[str, str], person: Person) -> None:
        given = {option.name: option.default for option in provider_named(name).sign_in_options()} | options
        connect(name, given, person, self.office.clock)
        if person.browser:
            person.browser.join()


@contextmanager
def open_office(folder: Path, seed: int = 1, log: Callable[[OfficeClock], WireLog] = WireLog) -> Iterator[World]:
    """Serve the office of that seed, and give deepday a home in the folder; ``log`` makes what hears the wire."""
    office = filled_office(seed)
    microsoft, slack = MicrosoftFace(office), SlackFace(office)
    microsoft.state.register(App(APPLICATION))
    with pytest.MonkeyPatch.context() as patch:
        at_home(patch, folder)
        with serving(application(office, (GoogleFace(office), microsoft, slack), log(office.clock))) as url:
            slack.base_url = url
            yield World(office, url, slack, folder)


def at_home(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let deepday keep its settings and data in the folder."""
    patch.setenv("DEEPDAY_CONFIG", str(folder / "home" / "deepday.toml"))
    patch.setenv("DEEPDAY_DATA", str(folder / "home" / "data"))


__all__ = ["TEAM", "TEAM_CALENDAR", "Person", "World", "at_home", "consent", "open_office"]
