"""Slack over HTTP for many people on a shared PostgreSQL database: in the rows of whose app it is, then answered."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from deepday.app.office_ingress import OfficeReception
from deepday.app.urgent import UrgentDesk
from deepday.app.working import Worker
from deepday.config.ingress_settings import IngressSettings
from deepday.config.serve_settings import WorkerSettings
from deepday.errors import RetryLaterError
from deepday.jobs.queue import prepare_queue, putting_urgent
from deepday.model import Door, RequestState
from deepday.store.office import JobKind, Office
from deepday.testing import TurnedClock
from deepday.web.ingress_listening import office_ingress
from tests.command import DEEPDAY
from tests.connectors.slack.slack_office import BEN, MONDAY
from tests.integration.ingress_load import fire, shots
from tests.integration.ingress_load import served as served_by
from tests.integration.ingress_office import ANNA, CANARY, GRACE, IngressOffice, at_work
from tests.postgres import WORKER, server

FORM = {"content-type": "application/x-www-form-urlencoded"}
HERE = ("127.0.0.0/8",)


@dataclass
class Everybody:
    """The office at work, the register, and where its ingress is. ``anna`` and ``ben`` are numbers.

    ``database`` is its name, ``office`` knows it by the role of workers.
    """

    at_work: IngressOffice
    office: Office
    anna: int
    ben: int
    database: str
    url: str = ""
    told: list[str] = field(default_factory=list)

    def send(self, body: bytes, tenant: int | str, **more: str) -> int:
        headers = self.at_work.signed(body) | more
        return self.at_work.send(f"/slack/{tenant}", content=body, headers=headers).status_code

    def rows(self, tenant: int) -> int:
        """Return how many signals that person sees in the inbox."""
        return len(self.keys(tenant))

    def keys(self, tenant: int) -> list[str]:
        with psycopg.connect(self.office.url) as connection:
            connection.execute(f"SET deepday.tenant = '{tenant}'".encode())
            return [str(row[0]) for row in connection.execute("SELECT key FROM inbox")]

    def waiting(self) -> list[str]:
        with psycopg.connect(self.office.url) as connection:
            rows = connection.execute("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo'")
            return sorted(row[0] for row in rows)

    def forget_jobs(self) -> None:
        with psycopg.connect(self.office.url) as connection:
            connection.execute("DELETE FROM procrastinate_jobs")

    def message(self, number: int = 1) -> bytes:
        return json.dumps(self.at_work.event(f"{self.at_work.now() + number}.000100", number=number)).encode()

    def command(self, text: str = "the cluster burns", name: str = "/urgent", sender: str = BEN) -> bytes:
        space = self.at_work.office.face.space
        given = {"team_id": space.team_id, "command": name, "user_id": sender, "channel_id": "D1", "text": text}
        return urlencode({**given, "trigger_id": f"{self.at_work.now()}.{name}{sender}{text}"}).encode()


@contextmanager
def everybody(folder: Path, start: datetime = MONDAY) -> Iterator[Everybody]:
    """Give people in a register, of whom Anna has connected her Slack app; nothing listens yet."""
    database = server().database()
    owner, worker = server().url(database), server().url(database, role=WORKER)
    numbers: dict[str, int] = {}

    def register(settings: str) -> str:
        prepare_queue(owner)
        office = Office(owner, TurnedClock(start))
        office.database.prepare(WORKER)
        numbers["anna"] = office.add(ANNA, settings, "")
        other = folder / "other"
        other.touch(mode=0o600)
        other.write_text("the secret of another app")
        own = f'[me]\nemail = "ben@example.com"\nzone = "UTC"\n[ingress]\nslack_signing_secret = "file:{other}"\n'
        numbers["ben"] = office.add("ben@example.com", own, "")
        return office.store_url(numbers["anna"])

    with at_work(folder, start=start, register=register) as made:
        office = Office(worker, made.office.office.clock)
        yield Everybody(made, office, numbers["anna"], numbers["ben"], database)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    with everybody(tmp_path_factory.mktemp("office")) as made:
        clock = made.at_work.office.office.clock
        with putting_urgent(made.office.url, made.told.append) as put:
            reception = OfficeReception(made.office, clock, HERE, put, made.told.append)
            with office_ingress(IngressSettings(), "127.0.0.1:0", reception) as url:
                made.url = made.at_work.url = url
                yield made


def test_what_is_acknowledged_is_in_the_rows_of_its_person_and_a_job_for_them_waits(served: Everybody) -> None:
    served.forget_jobs()
    before = served.rows(served.anna)
    body = served.message(1)
    assert served.send(body, served.anna) == 200
    assert served.rows(served.anna) == before + 1
    assert served.rows(served.ben) == 0
    assert served.waiting() == [f"urgent:{served.anna}"]
    assert served.send(body, served.anna, **{"x-slack-retry-num": "1"}) == 401, "a copy of the same second"
    clock = served.at_work.office.office.clock
    clock.turn(clock.now() + timedelta(seconds=61))
    assert served.send(body, served.anna) == 200, "Slack signs anew"
    assert served.rows(served.anna) == before + 1


def test_a_worker_sees_to_buttons_and_commands_at_once(served: Everybody) -> None:
    at_work, clock = served.at_work, served.at_work.office.office.clock
    worker = Worker(served.office, clock, WorkerSettings(networks=HERE))
    assert served.send(served.command(), served.anna, **FORM) == 200
    worker.work(JobKind.URGENT, served.anna)
    asked = next(one for one in at_work.requests() if one.door is Door.COMMAND)
    assert asked.state is RequestState.ROUTED
    posts = [one for one in at_work.office.office.chat.posts() if one.room == "D0GRACEBOT" and asked.id in one.text]
    buttons = [one for block in dict(posts[0].extra)["blocks"] for one in block.get("elements", ())]
    take = next(one for one in buttons if one["action_id"] == "take")
    space = at_work.office.face.space
    press = {
        "type": "block_actions",
        "team": {"id": space.team_id},
        "user": {"id": GRACE},
        "channel": {"id": "D0GRACEBOT"},
        "actions": [{"action_id": "take", "value": take["value"], "action_ts": f"{at_work.now()}.000200"}],
    }
    served.forget_jobs()
    assert served.send(urlencode({"payload": json.dumps(press)}).encode(), served.anna, **FORM) == 200
    assert served.waiting() == [f"urgent:{served.anna}"]
    worker.work(JobKind.URGENT, served.anna)
    assert next(one for one in at_work.requests() if one.id == asked.id).state is RequestState.ACKNOWLEDGED


def test_what_was_kept_is_seen_to_though_no_history_can_be_read(
    served: Everybody, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: UrgentDesk) -> int:
        raise RetryLaterError("Slack is away.")

    monkeypatch.setattr(UrgentDesk, "catch_up", away)
    ((sender, _),) = served.at_work.crowd(1)
    assert served.send(served.command("no history", sender=sender), served.anna, **FORM) == 200
    worker = Worker(served.office, served.at_work.office.office.clock, WorkerSettings(networks=HERE))
    assert "Slack is away." in worker.work(JobKind.URGENT, served.anna).said
    assert [one.state for one in served.at_work.requests() if one.sender == sender] == [RequestState.ROUTED]


def test_a_worker_asks_nobody_who_is_on_leave(served: Everybody, tmp_path: Path) -> None:
    clock, before = served.at_work.office.office.clock, served.office.member(served.anna).settings
    day = f"{clock.now():%Y%m%d}"
    leave = ("DTSTART;VALUE=DATE:" + day, "UID:1", "SUMMARY:x", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "TRANSP:OPAQUE")
    calendar = tmp_path / "grace.ics"
    calendar.write_text(
        "\r\n".join(
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", *leave, "END:VEVENT", "END:VCALENDAR"]
        )
    )
    on_leave = before.replace(
        "agreed = true", f'agreed = true\ncalendars = ["{calendar}"]\nhours = "Mon-Fri 09:00-18:00"'
    )
    served.office.add(ANNA, on_leave, "")
    worker = Worker(served.office, clock, WorkerSettings(networks=HERE))
    chains = []
    for number in (1, 2):  # the second time it is remembered
        sender = served.at_work.crowd(number + 1)[number][0]
        assert served.send(served.command("leave", sender=sender), served.anna, **FORM) == 200
        worker.work(JobKind.URGENT, served.anna)
        request = next(one for one in served.at_work.requests() if one.sender == sender)
        chains.append([one.name for one in request.chain])
    assert chains == [[ANNA], [ANNA]], "Grace is on leave"
    served.office.add(ANNA, before, "")
    worker.work(JobKind.URGENT, served.anna)
    sender = served.at_work.crowd(4)[3][0]
    assert served.send(served.command("back", sender=sender), served.anna, **FORM) == 200
    worker.work(JobKind.URGENT, served.anna)
    request = next(one for one in served.at_work.requests() if one.sender == sender)
    assert [one.name for one in request.chain] == ["grace@example.com", ANNA], "other settings are looked at anew"


def test_the_command_of_somebody_may_have_their_name_behind_it(served: Everybody) -> None:
    before = served.rows(served.anna)
    sent = [served.send(served.command("x", name), served.anna, **FORM) for name in ("/urgently", "/urgent-anna")]
    assert (sent, served.rows(served.anna)) == ([200, 200], before + 1)


def test_what_another_app_signed_is_refused_and_leaves_no_row(served: Everybody) -> None:
    before = served.rows(served.anna)
    served.forget_jobs()
    body = served.message(7)
    assert served.send(body, served.ben) == 401, "Anna's app says nothing to Ben"
    forged = served.at_work.signed(body, secret="the secret of another app")
    assert served.at_work.send(f"/slack/{served.anna}", content=body, headers=forged).status_code == 401
    assert [served.send(body, who) for who in (999_999, "x", "1" * 30, f"{served.anna}%20", "-1")] == [
        401, 404, 404, 404, 404,
    ]  # fmt: skip
    assert (served.rows(served.anna), served.rows(served.ben), served.waiting()) == (before, 0, [])


def test_who_has_not_connected_slack_gets_nothing_and_it_comes_again(served: Everybody) -> None:
    body = served.message(8)
    own = served.at_work.signed(body, secret="the secret of another app")
    answer = served.at_work.send(f"/slack/{served.ben}", content=body, headers=own)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert served.rows(served.ben) == 0
    challenge = json.dumps({"type": "url_verification", "challenge": "c-1"}).encode()
    own = served.at_work.signed(challenge, secret="the secret of another app")
    assert served.at_work.send(f"/slack/{served.ben}", content=challenge, headers=own).text == "c-1"


def test_without_the_queue_it_is_kept_all_the_same(served: Everybody) -> None:
    before = served.rows(served.anna)
    server().sql(served.database, "ALTER TABLE procrastinate_jobs RENAME TO away")
    try:
        assert served.send(served.message(9), served.anna) == 200
    finally:
        server().sql(served.database, "ALTER TABLE away RENAME TO procrastinate_jobs")
    assert served.rows(served.anna) == before + 1
    assert any("seen to within a minute" in line for line in served.told)


def test_while_the_rows_cannot_be_written_nothing_is_acknowledged(served: Everybody) -> None:
    body = served.message(10)
    server().sql(served.database, "ALTER TABLE inbox RENAME TO away")
    try:
        assert served.send(body, served.anna) == 503
    finally:
        server().sql(served.database, "ALTER TABLE away RENAME TO inbox")
    before = served.rows(served.anna)
    assert served.send(body, served.anna) == 200, "the very same request may come again"
    assert served.rows(served.anna) == before + 1


def test_a_kill_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acknowledged: set[str] = set()
    with everybody(tmp_path, start=datetime.now(UTC)) as made:
        monkeypatch.setenv("DEEPDAY_DATABASE_URL", made.office.url)
        made.at_work.path = f"/slack/{made.anna}"
        for life in range(2):
            ones = shots(made.at_work, 40, 2, first=life * 10_000)
            with served_by(DEEPDAY, ("ingress", "--listen", "127.0.0.1:0")) as process:
                killer = threading.Timer(1.0, process.kill)
                killer.start()
                fire(made.at_work, process.url, ones, over=process.ended)
                killer.join()
            acknowledged |= {one.name for one in ones if one.status == 200}
            assert not [one for one in ones if one.forged and one.status == 200]
        kept = made.keys(made.anna)
    assert len(acknowledged) > 10
    assert acknowledged <= set(kept)
    assert len(kept) == len(set(kept))


def test_nothing_else_is_served_and_nothing_private_is_told(served: Everybody) -> None:
    for path in ("/slack", "/alerts/training", "/sign-in", "/ask/x", "/style.css"):
        assert served.at_work.send(path).status_code == 404
    assert served.at_work.get("/healthz").text == "ok"
    assert served.at_work.get("/healthz", headers={"host": "evil.example"}).status_code == 400
    told = "\n".join(served.told)
    assert CANARY not in told
    assert "example.com" not in told
