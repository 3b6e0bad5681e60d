"""``deepday serve`` is asked to end in the middle of a write: the write is finished and kept, then it ends with 0."""

import signal
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deepday.app.protecting import protection
from deepday.config.paths import config_file
from deepday_sandbox.office.wire import WireLog
from deepday_sandbox.people import OWNER
from tests.integration.killing import _command, _offset, accept
from tests.integration.open_office import open_office
from tests.integration.stage import Exchange


def test_the_write_in_hand_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running: list[subprocess.Popen[bytes]] = []
    writes: list[str] = []
    original = WireLog.write

    def write(log: WireLog, vendor: str, request: Any, *answered: Any) -> None:
        original(log, vendor, request, *answered)
        exchange = Exchange(vendor, request[0], request[1], 0)
        if exchange.writes and running:
            writes.append(exchange.path)
            if len(writes) == 2:  # the first is the lease of the device; the answer to this one is not sent yet
                running[0].send_signal(signal.SIGTERM)

    monkeypatch.setattr(WireLog, "write", write)
    with open_office(tmp_path) as world:
        world.connect_google(allow="blocks")
        config_file().write_text(f"[me]\nemail = '{OWNER.email}'\nzone = 'Europe/Berlin'\n[serve]\nsync_every = 0\n")
        today = world.office.clock.now().date()
        days = [day for ahead in range(3, 9) if (day := today + timedelta(days=ahead)).weekday() < 5][:2]
        accept(world, [(day, "morning") for day in days])
        with subprocess.Popen(
            _command("serve", "--no-page"), env=_offset(world), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            running.append(process)
            try:
                told, _ = process.communicate(timeout=60)
            finally:
                process.kill()
        assert process.returncode == 0, told.decode()
        assert b"Traceback" not in told
        with protection(world.office.clock) as found:
            known = found.known()
            held = found.store.held("deepday serve")
        assert len(writes) >= 2
        assert {entry.state.value for entry in known.entries} == {"applied"}, "nothing is left half done"
        assert held is None, "another one may begin at once"
