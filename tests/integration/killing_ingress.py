"""Kills ``deepday serve`` under load, again and again: ``python -m tests.integration.killing_ingress [TIMES]``.

Every life gets signed events at a steady rate and is killed with SIGKILL while they come in. Whatever it acknowledged
must be in the store of the next life; what it did not acknowledge is sent again, as Slack does, and must be there in
the end, once.
"""

import random
import sqlite3
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from deepday.app.urgent_audit import verify_requests
from deepday.app.urgent_running import opened_ledger
from deepday.config.paths import database_location
from tests.integration.ingress_load import Shot, fire, served, shots
from tests.integration.ingress_office import ANNA, at_work

RATE = 100.0


def _kept() -> list[str]:
    with sqlite3.connect(str(database_location())) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return [str(row[0]) for row in connection.execute("SELECT key FROM inbox")]


def run(folder: Path, times: int = 20, seed: int = 1) -> str:
    """Kill that often; return what was seen, in words. Raises :class:`AssertionError` when something is missing."""
    chance, deepday = random.Random(seed), Path(sys.executable).with_name("deepday")
    acknowledged: set[str] = set()
    genuine: set[str] = set()
    with at_work(folder, start=datetime.now(UTC)) as office:
        again: list[Shot] = []
        for life in range(times):
            lasts = chance.uniform(0.3, 1.0)
            fresh = shots(office, RATE, lasts + 0.5, first=life * 10_000)
            ones = sorted([*fresh, *again], key=lambda one: one.at)
            with served(deepday) as process:
                killer = threading.Timer(lasts, process.kill)
                killer.start()
                fire(office, process.url, ones, over=process.ended)
                killer.join()
            sent = [one for one in ones if not one.forged]
            acknowledged |= {one.name for one in sent if one.status == 200}
            genuine |= {one.name for one in sent}
            assert not acknowledged - set(_kept()), f"life {life} lost what it had acknowledged"
            assert not [one for one in ones if one.forged and one.status == 200]
            again = [Shot(0.0, one.name, one.body) for one in sent if one.name not in acknowledged]
        with served(deepday) as process:
            fire(office, process.url, again)
            process.end()
        kept = _kept()
        assert not genuine - set(kept), "something is missing although it was sent again"
        assert len(kept) == len(set(kept))
        with opened_ledger(office.office.office.clock) as ledger:
            proof = verify_requests(ledger.urgent, ledger.protecting, ANNA, 0, 1 << 40)
        assert proof.holds, proof.faults
        assert proof.received == len(set(kept))
    return f"{times} kills under load, {len(acknowledged)} acknowledged requests, 0 of them missing, store whole"


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"{run(Path(folder), times)}\n")


if __name__ == "__main__":
    main()
