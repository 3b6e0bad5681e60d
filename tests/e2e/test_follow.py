"""``deepday sync --follow`` as a process of its own, over Slack's own library."""

import signal
import subprocess
from pathlib import Path

import pytest

from deepday.clock import SystemClock
from deepday.config.paths import config_file, database_location
from deepday.model import Interval
from deepday.store import open_store
from deepday_sandbox.people import OWNER
from tests.command import DEEPDAY
from tests.e2e.conftest import Run
from tests.integration.open_office import World, open_office

CANARY = "canary-launch-codes"


def say_directly(world: World) -> None:
    """Let somebody write to the owner."""
    worker = world.office.people.find(OWNER.email)
    assert worker is not None
    rooms = world.office.chat.rooms.values()
    room = next(one for one in rooms if one.kind == "direct" and worker.slack_id in one.members)
    world.slack.say(next(one for one in room.members if one != worker.slack_id), room.id, CANARY)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_hears_what_is_written_and_ends_when_it_is_told(tmp_path: Path, ending: signal.Signals) -> None:
    with open_office(tmp_path) as world:
        world.office.clock.turn(SystemClock().now())
        config_file().parent.mkdir()
        config_file().write_text(f"[me]\nemail = '{OWNER.email}'\nzone = 'Europe/Berlin'\n")
        world.connect_slack(events=True)
        hub = world.slack.sockets
        command = [str(DEEPDAY), "sync", "--follow"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            first = [process.stderr.readline(), process.stderr.readline()]  # the sync, and what closes the gap after it
            say_directly(world)
            heard = process.stderr.readline()
            assert hub.wait_for(lambda: not hub.unacknowledged, 30)
            process.send_signal(ending)
            out, err = process.communicate(timeout=30)
        with open_store(database_location(), world.office.clock) as store:
            kept = store.activity(Interval(world.office.clock.seconds() - 3600, 2**40))
    assert (process.returncode, out) == (0, "")
    assert len(kept) == 1
    assert ["read in full" in first[0], "up to date" in first[1]] == [True, True]
    assert "heard 1 new, 0 taken back" in heard
    assert "Stopped. Nothing was lost" in err
    assert CANARY not in "".join([*first, heard, err])
    assert "Traceback" not in err


def test_one_document_and_no_end_do_not_go_together(run: Run) -> None:
    refused = run("sync", "--follow", "--json")
    assert refused.code == 2
    assert "--json" in refused.err


def test_without_an_account_it_does_not_stay(run: Run) -> None:
    told = run("sync", "--follow")
    assert told.code != 0
    assert "No account is connected" in told.err


def test_an_interval_of_nothing_is_refused(run: Run) -> None:
    assert run("sync", "--follow", "--every", "0").code == 2
