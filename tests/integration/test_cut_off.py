"""Two hosts in network namespaces, which reach the database and not each other; then one of them is cut off."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.integration.probing import Cluster, cluster
from tests.postgres import WORKER, Server

MISSING = (
    "NO NETWORK NAMESPACES: two hosts that are cut off from each other were not tried; it needs root and iproute2."
)
JOBS, PEOPLE = 160, 40


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Hosts:
    """Two hosts beside this one, which has the database; each reaches this one only."""

    def __init__(self) -> None:
        self.names = [f"dd{os.getpid()}{letter}" for letter in "ab"]
        self.addresses = [f"10.213.{number}.1" for number in (1, 2)]

    def make(self) -> None:
        for name, here in zip(self.names, self.addresses, strict=True):
            ip("netns", "add", name)
            ip("link", "add", f"{name}0", "type", "veth", "peer", "name", "up0", "netns", name)
            ip("addr", "add", f"{here}/30", "dev", f"{name}0")
            ip("link", "set", f"{name}0", "up")
            ip("-n", name, "addr", "add", f"{here[:-1]}2/30", "dev", "up0")
            ip("-n", name, "link", "set", "up0", "up")
            ip("-n", name, "link", "set", "lo", "up")

    def unmake(self) -> None:
        for name in self.names:
            for command in (["ip", "link", "del", f"{name}0"], ["ip", "netns", "del", name]):
                subprocess.run(command, check=False, capture_output=True)

    def cut(self, which: int) -> None:
        ip("-n", self.names[which], "link", "set", "up0", "down")

    def reaches(self, which: int, address: str) -> bool:
        program = f"import socket; socket.create_connection(('{address}', 5432), 5)"
        command = ["ip", "netns", "exec", self.names[which], "python3", "-c", program]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    made = Hosts()
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip(MISSING)
    try:
        made.make()
    except (subprocess.CalledProcessError, OSError):
        made.unmake()
        pytest.skip(MISSING)
    yield made
    made.unmake()


def start(made: Cluster, hosts: Hosts, which: int) -> int:
    url = made.server.url(made.database, role=WORKER, host=hosts.addresses[which])
    made.start(prefix=("ip", "netns", "exec", hosts.names[which]), url=url)
    return made.workers[-1].pid


def done_by(made: Cluster, pid: int) -> int:
    return int(made.ask(f"SELECT count(*) FROM probe WHERE ended IS NOT NULL AND pid = {pid}")[0][0])


def wait_until_done(made: Cluster, pid: int, number: int) -> None:
    end = time.monotonic() + 60
    while done_by(made, pid) < number:
        assert time.monotonic() < end, "a worker does nothing"
        time.sleep(0.1)


@pytest.mark.timeout(240)
def test_a_host_that_is_cut_off_loses_its_jobs_to_the_other_which_never_does_one_beside_it(hosts: Hosts) -> None:
    with ExitStack() as stack:
        server = Server(listen=",".join(hosts.addresses))
        stack.callback(server.stop)
        made = stack.enter_context(cluster(server, people=PEOPLE, jobs=JOBS, seconds=0.2, concurrency=2))
        assert hosts.reaches(0, hosts.addresses[0])
        assert not hosts.reaches(0, f"{hosts.addresses[1][:-1]}2")
        first, second = start(made, hosts, 0), start(made, hosts, 1)
        wait_until_done(made, first, 3)
        wait_until_done(made, second, 3)
        hosts.cut(0)
        time.sleep(0.5)  # what it was at when it was cut off is over by now; it cannot write that down
        made.killed[first] = made.ask("SELECT clock_timestamp()")[0][0]
        made.run_to_the_end(limit=100)
        assert made.done() == JOBS
        assert made.overlaps() == []
        alone = f"SELECT count(*) FROM probe WHERE pid = {first} AND began > '{made.killed[first]}'"
        assert made.ask(alone) == [(0,)]
        assert done_by(made, second) > JOBS // 4
        made.workers[0].kill()  # it hears of nothing any more
