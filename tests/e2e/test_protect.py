"""Protecting a day from the command line: real commands and connectors, over the simulated office."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.app.accounts import opened_accounts
from deepday.store.plans import DayState, StoredDay
from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET
from deepday_sandbox.office.settings import ChatProfile
from deepday_sandbox.people import OWNER
from deepday_sandbox.welcome import APPLICATION
from tests.command import DEEPDAY, Ran, ran
from tests.e2e.conftest import Run
from tests.integration.open_office import USER_SCOPES, Person, World, open_office

DAY = "2026-04-23"


@dataclass
class Desk:
    """A person's machine beside the office: commands run in processes of their own, at the office's time."""

    world: World

    def environment(self) -> dict[str, str]:
        offset = self.world.office.clock.now().timestamp() - time.time()
        return os.environ | {"DEEPDAY_CLOCK_OFFSET": str(offset), "COLUMNS": "100", "NO_COLOR": "1"}

    def run(self, *arguments: object, code: int = 0) -> Ran:
        begun = time.monotonic()
        done = ran(*arguments, environment=self.environment(), folder=self.world.folder)
        self.world.office.clock.advance(time.monotonic() - begun + 1)
        assert done.code == code, (done.out, done.err)
        return done

    def turn(self, local: str) -> None:
        at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        self.world.office.clock.turn(at.astimezone(UTC))

    @property
    def profile(self) -> ChatProfile:
        return self.world.office.settings.profile(OWNER.email)

    def connect(self, name: str, allow: str) -> None:
        if name == "google":
            secret = self.world.folder / "secret"
            secret.write_text(CLIENT_SECRET)
            secret.chmod(0o600)
            given = {"base-url": self.world.url, "client-id": CLIENT_ID, "client-secret": f"file:{secret}"}
            self.world.connect(name, given | {"allow": allow}, Person())
        elif name == "microsoft":
            given = {"base-url": self.world.url, "client-id": APPLICATION, "allow": allow}
            self.world.connect(name, given, Person())
        else:
            worker = self.world.office.people.find(OWNER.email)
            assert worker is not None
            tokens = self.world.slack.install(worker.slack_id, (), USER_SCOPES)
            given = {"base-url": f"{self.world.url}/api/", "allow": allow}
            self.world.connect(name, given, Person([tokens.user]))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_office(tmp_path) as world:
        yield Desk(world)


def actions(document: Ran) -> list[tuple[str, str, str]]:
    return [(one["service"], one["action"], one["what"]) for one in document.json["done"]]


def accepted(desk: Desk) -> None:
    """Let the person have accepted the day, with a status of their own."""
    desk.profile.status_text, desk.profile.status_emoji = "Working remotely", ":house:"
    with opened_accounts(desk.world.office.clock) as accounts:
        day = StoredDay(OWNER.email, date.fromisoformat(DAY), "day", DayState.ACCEPTED)
        accounts.store.plans().record([day], at=desk.world.office.clock.seconds())


@pytest.mark.timeout(300)  # many processes, one after the other
def test_from_the_plan_to_a_day_that_is_on(desk: Desk) -> None:
    desk.connect("google", "blocks,replies")
    desk.connect("slack", "status")
    desk.profile.status_text, desk.profile.status_emoji = "Working remotely", ":house:"
    desk.run("plan", "--never", "Mon", "Tue", "Wed", "Fri", "--quota", "1")
    desk.run("plan", "accept", DAY)

    shown = desk.run("diff", "--json").json
    assert shown["schema"] == "deepday.diff/1"
    [event] = shown["changes"]
    assert (event["action"], event["before"], event["writes"]) == ("create", None, True)
    assert event["after"] == {"start": f"{DAY}T09:00:00+02:00", "end": f"{DAY}T17:00:00+02:00"}
    assert [one["what"] for one in shown["later"][0]["settings"]] == ["automatic reply", "status", "do not disturb"]
    assert "give --yes" in desk.run("apply", code=2).err
    assert f'create event "Deep work" (Thu {DAY} 09:00 to 17:00)' in desk.run("apply", "--yes").out

    desk.turn(f"{DAY}T09:00")
    assert "set status service=slack" in desk.run("serve", "--once").err
    assert desk.profile.status_text == "Deep work until 17:00"
    assert desk.profile.snooze_until > 0
    status = desk.run("status", "--json").json
    assert status["schema"] == "deepday.status/1"
    before = {one["what"]: one["before"] for one in status["settings"]}
    assert before["status"] == {"text": "Working remotely", "emoji": ":house:", "until": None}


@pytest.mark.timeout(300)  # many processes, one after the other
def test_a_day_that_is_on_goes_without_a_trace(desk: Desk) -> None:
    desk.connect("google", "blocks")
    desk.connect("slack", "status")
    accepted(desk)
    desk.turn(f"{DAY}T10:00")
    desk.run("apply", "--yes")
    assert desk.profile.status_text == "Deep work until 17:00"
    desk.turn(f"{DAY}T10:30")
    desk.profile.status_text, desk.profile.status_emoji, desk.profile.status_expiration = "On a call", ":phone:", 0
    assert actions(desk.run("extend", "--until", "17:30", "--json"))[0] == ("google", "move", "event")
    assert ("google", "move", "event") in actions(desk.run("end-early", "--json"))
    assert desk.profile.status_text == "On a call"
    assert desk.profile.snooze_until <= desk.world.office.clock.seconds()

    desk.turn(f"{DAY}T11:00")
    assert "A second look at every account found nothing of ours." in desk.run("restore", "--all", "--yes").out
    assert desk.profile.status_text == "On a call"
    history = desk.run("history", "--last", "0", "--json").json
    assert history["rows"][0]["actor"] == OWNER.email
    assert desk.run("audit", "verify").out == f"{len(history['rows'])} rows, all as they were written.\n"


def test_what_is_said_with_read_only_sign_ins(desk: Desk) -> None:
    desk.connect("google", "")
    assert "deepday connect google --allow blocks" in desk.run("diff").out
    texts = desk.run("texts", "--language", "de").out
    assert "an example" in texts
    assert "Konzentriert bis 17:00 Uhr, dringend: Grace @grace" in texts


def test_killed_while_it_runs_and_started_again(desk: Desk) -> None:
    desk.connect("slack", "status")
    settings = f'[me]\nemail = "{OWNER.email}"\nzone = "Europe/Berlin"\n[serve]\nsync_every = 0\n'
    (desk.world.folder / "home" / "deepday.toml").write_text(settings)
    accepted(desk)
    desk.turn(f"{DAY}T10:00")
    desk.run("apply", "--yes")
    assert desk.profile.status_text == "Deep work until 17:00"
    killed = started(desk)
    killed.kill()
    killed.communicate()
    again = started(desk)
    desk.run("end-early")
    again.send_signal(signal.SIGTERM)
    _, said = again.communicate(timeout=20)
    assert again.returncode == 0
    assert "Stopped." in said
    desk.turn(f"{DAY}T11:00")
    desk.run("restore", "--all", "--yes")
    assert desk.profile.status_text == "Working remotely"


def started(desk: Desk) -> subprocess.Popen[str]:
    """Start the service, and wait until it says that it is there."""
    process = subprocess.Popen(
        [str(DEEPDAY), "serve", "--no-page"],
        stderr=subprocess.PIPE,
        text=True,
        env=desk.environment(),
        cwd=desk.world.folder,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "Serving, until Ctrl-C.\n"
    return process


def test_without_settings_the_next_step_is_named(run: Run) -> None:
    refused = run("diff")
    assert refused.code == 3
    assert "No account is connected." in refused.err
    assert "deepday connect" in refused.err


@pytest.mark.parametrize(
    "command", [("restore", "--all", DAY), ("history", "--last", "-1"), ("texts", "--language", "fr")]
)
def test_bad_input_is_said_in_a_sentence(run: Run, command: tuple[str, ...]) -> None:
    assert run(*command).code == 2
