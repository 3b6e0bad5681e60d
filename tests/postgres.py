"""A PostgreSQL server for the tests: started when first asked for, in a folder of its own, then thrown away.

PostgreSQL refuses to run as root, so root lends it another user: ``postgres`` where that exists, else ``nobody``.
"""

import atexit
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

MISSING = (
    "NO POSTGRESQL: the shared store, its workers and its tenants were not tried. Install postgresql, or name the "
    "folder of initdb by DEEPDAY_POSTGRES_BIN."
)
ROLE, WORKER = "deepday", "deepday_worker"
_numbers = itertools.count(10_001)


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine."""
    named = os.environ.get("DEEPDAY_POSTGRES_BIN")
    found = [Path(named)] if named else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name.split(".")[0]))[::-1]
    on_path = shutil.which("initdb")
    found += [Path(on_path).resolve().parent] if on_path else []
    return next((one for one in found if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


def _lent_user() -> dict[str, Any]:
    """Return what starts a process as somebody other than root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    pytest.skip(MISSING)


class Server:
    """A running server, with a role that owns a database and is no superuser, and one that owns nothing.

    ``durable``: commits wait for the disk, as they do in earnest. ``listen``: an address to listen on besides.
    """

    def __init__(self, *, durable: bool = False, listen: str = "", port: int = 5432) -> None:
        folder = binaries()
        if folder is None:
            pytest.skip(MISSING)
        self._bin, self._lent, self.port = folder, _lent_user(), port
        self.folder = Path(tempfile.mkdtemp(prefix="deepday-pg-"))
        if self._lent:
            os.chown(self.folder, self._lent["user"], self._lent["group"])
        atexit.register(self.stop)
        self._run(
            "initdb", "-D", "data", "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync"
        )
        if listen:
            with (self.folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        settings = {
            "listen_addresses": listen,
            "unix_socket_directories": str(self.folder),
            "port": str(port),
            "max_connections": "200",
            "fsync": "on" if durable else "off",
            "synchronous_commit": "on" if durable else "off",
        }
        given = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run("pg_ctl", "-D", "data", "-w", "-s", "-l", "log", "-o", given, "start")
        self.sql("postgres", f"CREATE ROLE {ROLE} LOGIN", f"CREATE ROLE {WORKER} LOGIN")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self._lent,
        )
        assert done.returncode == 0, done.stderr

    def sql(self, database: str, *statements: str) -> None:
        """Run statements as the superuser."""
        import psycopg  # noqa: PLC0415 - an extra

        with psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", dbname=database, autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def hang_up(self, database: str) -> None:
        """Close all connections to a database, as a restart of the server does, and wait until they are closed."""
        theirs = f"FROM pg_stat_activity WHERE datname = '{database}'"
        self.sql("postgres", f"SELECT pg_terminate_backend(pid, 5000) {theirs}")

    def database(self) -> str:
        """Make a database, owned by the role of the tests, and return its name."""
        name = f"deepday_{next(_numbers)}"
        self.sql("postgres", f"CREATE DATABASE {name} OWNER {ROLE}")
        return name

    def url(self, database: str, *, role: str = ROLE, tenant: int | None = None, host: str = "") -> str:
        """Return the address of a database, as one role and one tenant."""
        whose = "" if tenant is None else f"&tenant={tenant}"
        return f"postgresql://{role}@/{database}?host={host or self.folder}&port={self.port}{whose}"

    def cpu(self) -> float:
        """Return the CPU seconds of all of its processes so far, those that have ended included; Linux only."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(stat.parent.name) == first:
                    ticks += sum(map(int, fields[11:15]))  # with the children that it has waited for
                elif int(fields[1]) == first:
                    ticks += sum(map(int, fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Stop it and delete its files."""
        if self.folder.exists():
            with suppress(AssertionError):
                self._run("pg_ctl", "-D", "data", "-m", "immediate", "-s", "stop")
            shutil.rmtree(self.folder, ignore_errors=True)


@cache
def server() -> Server:
    """Return the server of this test process. Skips the test where there is no PostgreSQL."""
    return Server()


@cache
def shared_database() -> str:
    """Return a database that tests share, each as a tenant of its own."""
    return server().database()


def new_place() -> str:
    """Return the address of a store that nobody else has: a tenant that was never used."""
    return server().url(shared_database(), tenant=next(_numbers))


def environment(url: str, **more: str) -> Mapping[str, str]:
    """Return the environment of a process that works on that database."""
    return os.environ | {"DEEPDAY_DATABASE_URL": url} | more
