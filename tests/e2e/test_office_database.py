"""The database of an organisation as ``deploy/compose.yaml`` makes it, and its backup, with a server of its own."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine, make_url, text

from deepday.app.vitals import WORKER_SILENT
from deepday.model import CalendarEvent, Interval
from deepday.store import open_store, postgres
from deepday.store.office import Office
from deepday.testing import TurnedClock
from tests.command import DEEPDAY
from tests.e2e.conftest import Run
from tests.postgres import WORKER, Server, binaries

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
PASSWORDS = {"DEEPDAY_OWNER_PASSWORD": "of the owner's", "DEEPDAY_WORKER_PASSWORD": "of the workers"}
GUIDE = DEPLOY.parent / "docs/scale.md"
CLOCK = TurnedClock()


def settings(folder: Path) -> Path:
    file = folder / "ada.toml"
    file.write_text('[me]\nemail = "ada@example.org"\nzone = "Europe/Berlin"\n', encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def office() -> Iterator[Server]:
    """A cluster in which the script of the compose file was run, and in which those two roles need their passwords."""
    made = Server()
    made.sql("postgres", f"DROP ROLE {WORKER}")
    rules = made.folder / "data/pg_hba.conf"
    asked = "".join(f"local all {role} scram-sha-256\n" for role in ("deepday_owner", WORKER))
    rules.write_text(asked + rules.read_text(encoding="utf-8"), encoding="utf-8")
    made.sql("postgres", "SELECT pg_reload_conf()")
    given = SERVICES["database"]["environment"]
    environment = os.environ | PASSWORDS | {"PATH": f"{binaries()}:{os.environ['PATH']}", "PGHOST": str(made.folder)}
    if "POSTGRES_USER" in given:
        environment["POSTGRES_USER"] = given["POSTGRES_USER"]
    (script,) = (DEPLOY / "postgresql").iterdir()
    assert any(one.endswith(f"/docker-entrypoint-initdb.d/{script.name}:ro") for one in SERVICES["database"]["volumes"])
    done = subprocess.run(["sh", str(script)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    yield made
    made.stop()


def surroundings(office: Server, service: str) -> dict[str, str]:
    """Return the environment that the compose file gives a service, but for where the server is."""
    environment = dict(SERVICES[service]["environment"])
    url = make_url(environment["DEEPDAY_DATABASE_URL"].replace("${TENANT:-}", "1"))
    assert (url.host, url.query.get("host")) in {("database", None), (None, "/run/postgresql")}
    name = environment["PGPASSWORD"].removeprefix("${").removesuffix(":-}")
    return {
        "DEEPDAY_DATABASE_URL": office.url(str(url.database), role=str(url.username)),
        "PGPASSWORD": PASSWORDS[name],
    }


@pytest.fixture(scope="module")
def prepared(office: Server) -> Server:
    (command, *more) = SERVICES["prepare"]["command"]
    environment = os.environ | surroundings(office, "prepare")
    done = subprocess.run([DEEPDAY, command, *more], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return office


@pytest.mark.timeout(240)
def test_what_compose_starts_works_on_the_database_that_it_makes(prepared: Server, run: Run, tmp_path: Path) -> None:
    worker = surroundings(prepared, "worker")
    assert surroundings(prepared, "person") == worker
    assert run("admin", "add", settings(tmp_path), "--json", **worker).json["tenant"] > 1000
    (tmp_path / "deepday.toml").write_text("[workers]\nheartbeat = 1\n")
    environment = (
        os.environ | worker | {"DEEPDAY_DATA": str(tmp_path), "DEEPDAY_CONFIG": str(tmp_path / "deepday.toml")}
    )
    heartbeat = tmp_path / "heartbeat"
    command = [one.replace("/tmp/heartbeat", str(heartbeat)) for one in SERVICES["worker"]["command"]]
    assert run("health", "--heartbeat", heartbeat).code == 1
    with subprocess.Popen([DEEPDAY, *command], env=environment, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 100
        while not run("admin", "status", "--json", **worker).json["jobs"]["workers"]:
            assert process.poll() is None
            assert time.monotonic() < end, "no worker showed up"
        # A job that failed by a fault of deepday's is a finding of the whole, and none of this worker's.
        prepared.sql(
            "deepday", "INSERT INTO procrastinate_jobs (task_name, queue_name, status) VALUES ('x', 'x', 'failed')"
        )
        while not heartbeat.exists():
            assert time.monotonic() < end, "no heartbeat came"
            time.sleep(0.2)
        limits = Path(f"/proc/{process.pid}/limits")
        if limits.exists():
            assert re.search(r"Max core file size +0 +0 ", limits.read_text()), "tokens are in its memory"
        assert run("admin", "status", **worker).code == 1
        assert run("health", "--heartbeat", heartbeat).code == 0
        late = str(WORKER_SILENT + 60)
        assert run("health", "--heartbeat", heartbeat, DEEPDAY_CLOCK_OFFSET=late).code == 1
        process.send_signal(signal.SIGTERM)
        assert "Stopped." in process.communicate(timeout=60)[1]


def test_a_wrong_password_is_refused_by_the_roles_that_compose_makes(prepared: Server, run: Run) -> None:
    ran = run("admin", "status", **(surroundings(prepared, "worker") | {"PGPASSWORD": "another"}))
    assert (ran.code, ran.out) == (1, "")


# The guide to a server that is already there


def of_the_guide(language: str, office: Server) -> list[str]:
    """Return the blocks of docs/scale.md, with other names (that server has those already) and this server's place."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    renamed = [re.sub(r"\bdeepday(?=\b|_)(?!\.dump)", "guide", one) for one in found]
    return [one.replace("db.example.org", str(office.folder)) for one in renamed]


def put(url: str, tenant: int, uid: str) -> None:
    event = CalendarEvent(uid, "", Interval(1, 2))
    with open_store(f"{url}&tenant={tenant}", CLOCK) as store:
        store.replace_calendar("work", location="work.ics", events=[event], observed=[Interval(0, 86_400)], digest="d")


def uids(url: str, tenant: int) -> set[str]:
    with open_store(f"{url}&tenant={tenant}", CLOCK) as store:
        return store.uids("work")


@pytest.mark.timeout(240)
def test_the_guides_roles_work_and_its_backup_brings_everybody_back(office: Server, run: Run, tmp_path: Path) -> None:
    (roles,) = of_the_guide("sql", office)
    office.sql("postgres", *(one for one in roles.split(";") if one.strip()))
    owner, worker = (office.url("guide", role=role) for role in ("guide", "guide_worker"))
    assert run("admin", "prepare", "--role", "guide_worker", DEEPDAY_DATABASE_URL=owner).code == 0
    register = Office(worker, CLOCK)
    ada, grace = (register.add(f"{name}@example.org", "", "") for name in ("ada", "grace"))
    put(worker, ada, "hers")
    put(worker, grace, "mine")

    def shell(script: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PATH": f"{binaries()}:{os.environ['PATH']}"}
        command = ["bash", "-euo", "pipefail", "-c", script]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    backup, restore = of_the_guide("sh", office)
    refused = shell(backup.replace("guide_backup", "guide"))
    assert refused.returncode != 0
    assert "row-level security" in refused.stderr
    assert (done := shell(backup)).returncode == 0, done.stderr
    put(worker, ada, "since")
    postgres.engine_on(postgres.tenant_of(make_url(worker))[0]).dispose()  # as a worker that is stopped does

    assert (done := shell(restore)).returncode == 0, done.stderr
    assert (uids(worker, ada), uids(worker, grace)) == ({"hers"}, {"mine"})
    engine = create_engine(make_url(office.url("guide", role="guide_worker")).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM source")).scalar() == 0, "nobody in particular sees rows"
        bound = (
            "SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class WHERE relname IN ('source', 'event')"
        )
        assert connection.execute(text(bound)).scalar() is True
    engine.dispose()
    assert run("admin", "prepare", "--role", "guide_worker", DEEPDAY_DATABASE_URL=owner).code == 0
    assert register.tenant_named("ada@example.org") == ada
    assert register.add("alan@example.org", "", "") > max(ada, grace)
