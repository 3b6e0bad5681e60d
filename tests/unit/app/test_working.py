"""Jobs of many people on one database: in whose name they are done, what is noted of them, and how all are measured."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deepday.app import teaming, working
from deepday.app.self_audit import standing
from deepday.app.working import Worked, Worker
from deepday.config.acting import ACTING
from deepday.config.load import load_settings
from deepday.config.paths import database_location
from deepday.config.serve_settings import WorkerSettings
from deepday.connect.reach import addresses_for
from deepday.errors import InputError, NotEnoughDataError, ReconnectNeededError, RetryLaterError
from deepday.model import (
    ActivityStream,
    CalendarEvent,
    Conversation,
    ConversationKind,
    Interval,
    Message,
    Secret,
    TokenSet,
)
from deepday.store import open_store
from deepday.store.audit import Note, append_note
from deepday.store.database import Database
from deepday.store.office import Condition, JobKind, Office
from deepday.store.quota import Quotas
from deepday.store.teams import OwnShare, Teams
from deepday.testing import TurnedClock, keys_in_memory
from tests.postgres import server

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def settings_of(email: str) -> str:
    return f'[me]\nemail = "{email}"\nzone = "Europe/Berlin"\n'


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock(NOW)


@pytest.fixture(scope="module")
def url() -> str:
    return server().url(server().database())


@pytest.fixture
def office(url: str, clock: TurnedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", url)
    monkeypatch.setenv("DEEPDAY_DATA", str(tmp_path))
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    made = Office(url, clock)
    yield made
    for tenant in made.tenants():
        made.remove(made.member(tenant).person)
    with made.database.writing() as connection:
        for table in ("quota", "fan_out", "team_release"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def add(office: Office, name: str = "ada", team: str = "", more: str = "") -> int:
    return office.add(f"{name}@example.org", settings_of(f"{name}@example.org") + more, team)


def now(clock: TurnedClock) -> int:
    return int(clock.now().timestamp())


# The register


def test_somebody_registered_again_keeps_their_number_and_gets_the_new_settings(office: Office) -> None:
    tenant = add(office)
    assert office.add("Ada@Example.org", "[me]\n", "red") == tenant
    assert (office.member(tenant).settings, office.member(tenant).team) == ("[me]\n", "red")


def test_who_is_removed_leaves_nothing(office: Office, clock: TurnedClock) -> None:
    tenant, other = add(office), add(office, "grace")
    for one in (tenant, other):
        with open_store(office.store_url(one), clock) as store:
            store.pseudonym_key()
    assert office.remove("ada@example.org") == tenant
    assert office.tenants() == [other]
    with Database(office.store_url(tenant), clock).reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM meta").scalar() == 0
    with Database(office.store_url(other), clock).reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM meta").scalar() == 1
    with pytest.raises(NotEnoughDataError, match="Nobody is registered"):
        office.remove("ada@example.org")


def test_the_parts_of_all_people_are_disjoint_even_and_whole(office: Office) -> None:
    everybody = [add(office, f"p{number}") for number in range(10)]
    parts = [office.tenants(part, 3) for part in range(3)]
    assert sorted(one for part in parts for one in part) == everybody
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_a_file_has_no_register(tmp_path: Path, clock: TurnedClock) -> None:
    with pytest.raises(InputError, match="one person's"):
        Office(str(tmp_path / "deepday.sqlite"), clock)


# One job


@pytest.fixture
def worker(office: Office, clock: TurnedClock) -> Worker:
    return Worker(office, clock, WorkerSettings())


def doing(monkeypatch: pytest.MonkeyPatch, do: object) -> None:
    monkeypatch.setitem(working._DO, JobKind.SYNC, do)


def test_a_job_is_done_with_its_persons_settings_and_rows(
    worker: Worker, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}

    def look(_: Worker, tenant: int) -> Worked:
        seen[tenant] = (load_settings().me.email, str(database_location()))
        return Worked(7, Condition.WELL)

    doing(monkeypatch, look)
    ada, grace = add(office), add(office, "grace")
    for one in (ada, grace):
        worker.work(JobKind.SYNC, one)
    assert {tenant: who for tenant, (who, _) in seen.items()} == {ada: "ada@example.org", grace: "grace@example.org"}
    assert all(where.endswith(f"tenant={tenant}") for tenant, (_, where) in seen.items())
    assert ACTING.get() is None


@pytest.mark.parametrize(
    ("error", "condition", "pause"),
    [
        (ReconnectNeededError("x"), Condition.RECONNECT, 3600),
        (InputError("x"), Condition.FAILING, 3600),
        (NotEnoughDataError("x"), Condition.NOTHING, 3600),
        (RetryLaterError("x", after=500), Condition.FAILING, 500),
        (RetryLaterError("x"), Condition.FAILING, 60),
    ],
)
def test_trouble_is_noted_and_the_job_comes_back(
    worker: Worker,
    office: Office,
    clock: TurnedClock,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    condition: Condition,
    pause: int,
) -> None:
    def fail(*_: object) -> Worked:
        raise error

    doing(monkeypatch, fail)
    tenant = add(office)
    done = worker.work(JobKind.SYNC, tenant)
    assert done.condition is condition
    assert pause <= done.next_at - now(clock) <= 2 * pause + 1
    assert tenant not in office.due(JobKind.SYNC, 9)
    clock.turn(2 * pause + 2)
    assert tenant in office.due(JobKind.SYNC, 9)


def test_pauses_grow_with_each_failure_in_a_row_and_begin_anew_after_a_success(
    worker: Worker, office: Office, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[Exception | None] = [RetryLaterError("x")] * 4 + [None, RetryLaterError("x")]

    def next_one(*_: object) -> Worked:
        error = errors.pop(0)
        if error:
            raise error
        return Worked(now(clock), Condition.WELL)

    doing(monkeypatch, next_one)
    tenant = add(office)
    pauses = [worker.work(JobKind.SYNC, tenant).next_at - now(clock) for _ in range(6)]
    assert pauses[0] < pauses[1] < pauses[2] < pauses[3]
    assert pauses[5] == pauses[0]


def test_two_jobs_of_one_person_never_run_at_once_and_the_second_comes_back(
    worker: Worker, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[Worked] = []

    def nested(one: Worker, tenant: int) -> Worked:
        inside.append(one.work(JobKind.TICK, tenant))
        return Worked(7, Condition.WELL)

    doing(monkeypatch, nested)
    worker.work(JobKind.SYNC, add(office))
    assert [one.said for one in inside] == ["another process is at it"]


def test_a_job_for_somebody_who_was_removed_does_nothing(worker: Worker) -> None:
    assert "no tenant" in worker.work(JobKind.SYNC, 999_999).said


def test_somebody_without_an_account_is_left_alone_for_an_hour(
    worker: Worker, office: Office, clock: TurnedClock
) -> None:
    tenant = add(office)
    for kind in JobKind:
        assert worker.work(kind, tenant).next_at == now(clock) + 3600
    figures = office.figures()
    assert (figures["failing"], figures["not_connected"], figures["never_synced"]) == (0, 1, 1)


def test_a_job_reaches_public_addresses_and_those_that_the_office_allows(
    office: Office, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = []

    def look(*_: object) -> Worked:
        reached.extend(addresses_for("10.1.2.3", 443))
        return Worked(7, Condition.WELL)

    doing(monkeypatch, look)
    tenant = add(office)
    refused = Worker(office, clock, WorkerSettings()).work(JobKind.SYNC, tenant)
    assert (refused.condition, reached, "private network" in refused.said) == (Condition.FAILING, [], True)
    allowed = Worker(office, clock, WorkerSettings(networks=("10.0.0.0/8",))).work(JobKind.SYNC, tenant)
    assert (allowed.condition, reached) == (Condition.WELL, ["10.1.2.3"])


def test_a_tick_forgets_what_was_kept_long_enough_and_audits_the_persons_rows(
    worker: Worker, office: Office, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearts: list[str] = []
    monkeypatch.setattr(working, "beat_heart", lambda reference, *_: hearts.append(reference))
    tenant = add(office, more='[privacy]\nkeep_rows = 400\n[serve]\nheartbeat = "env:HEART"\n')
    old, new = (now(clock) - days * 86_400 for days in (500, 3))
    with open_store(office.store_url(tenant), clock) as store:
        events = [CalendarEvent(uid, "", Interval(at, at + 3600)) for uid, at in (("old", old), ("new", new))]
        store.replace_calendar("work", location="", events=events, observed=[Interval(old, now(clock))])
        book = store.self_audits()
        book.keep(replace(book.last(), began_at=1))  # a service on a machine of their own, before
        worker.work(JobKind.TICK, tenant)
        assert store.uids("work") == {"new"}
        assert (book.last().passed_at, book.last().found, hearts) == (now(clock), (), ["env:HEART"])
        assert list(standing(book.last(), now(clock) + 3600)) == []  # nobody promises a look each minute
    with Database(office.store_url(tenant), clock).writing() as connection:
        append_note(connection, "ada@example.org", Note("block", "", "approved", "x"), now(clock))
        connection.exec_driver_sql("UPDATE audit SET at = at + 1")
    worker.work(JobKind.TICK, tenant)
    assert "not as it was written" in book.last().found[0]
    assert hearts == ["env:HEART"]


def test_the_mailbox_is_looked_into_and_its_trouble_is_told(
    worker: Worker, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(_: object) -> int:
        raise RetryLaterError(f"No mail for {database_location()}.")

    monkeypatch.setattr(working, "look_into_mailbox", look)
    tenant = add(office, more='[urgent.mailbox]\nhost = "imap.example.org"\nuser = "ada"\npassword = "env:IMAP"\n')
    assert f"No mail for {office.store_url(tenant)}." in worker.work(JobKind.URGENT, tenant).said


# Quotas


def test_a_bucket_gives_what_flows_in_and_no_more(office: Office, clock: TurnedClock) -> None:
    quotas = Quotas(office.database, clock)
    assert [quotas.take("slack", 4, 60) for _ in range(3)] == [0.0, 0.0, pytest.approx(2.0)]
    taken = 0
    for _ in range(120):
        clock.turn(1)
        taken += 0 if quotas.take("slack", 4, 60) else 4
    assert 116 <= taken <= 132
    assert quotas.take("google", 4, 60) == 0.0


def test_a_used_up_quota_puts_the_job_off_without_a_request(
    office: Office, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = add(office)
    with open_store(office.store_url(tenant), clock) as store:
        store.tokens(keys_in_memory()).save("ada", "slack", TokenSet(access=Secret("t"), obtained_at=1))
    settings = WorkerSettings.model_validate({"quota": {"slack": 1}})
    Quotas(office.database, clock).take("slack", 4, 1)

    def never(*_: object) -> None:
        pytest.fail("the vendor was asked")

    monkeypatch.setattr(working, "sync", never)
    done = Worker(office, clock, settings).work(JobKind.SYNC, tenant)
    assert "quota of slack" in done.said
    assert done.next_at >= now(clock) + 200


# Everybody


def live_through_a_week(office: Office, tenant: int, clock: TurnedClock, meetings: int) -> None:
    """Fill a person's part with a week of meetings, an hour on each of so many days, and one message a day."""
    start = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp())
    days = [start + day * 86_400 for day in range(5)]
    whole = Interval(start - 86_400, start + 9 * 86_400)
    events = [CalendarEvent(f"m{at}", "", Interval(at, at + 3600), people=3) for at in days[:meetings]]
    talk = Conversation("a" * 24, ConversationKind.DIRECT)
    stream = ActivityStream.of(Message((at + 7200) * 10**6, False, False, talk) for at in days)
    with open_store(office.store_url(tenant), clock) as store:
        store.replace_calendar("work", location="", events=events, observed=[whole])
        store.add_activity("slack", location="", stream=stream, observed=[whole])


def test_everybody_who_agreed_is_measured_in_parts_and_only_the_teams_mean_comes_out(
    office: Office, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaming, "_PEOPLE_A_PART", 2)
    reds = [add(office, f"red{number}", "red") for number in range(6)]
    blues = [add(office, f"blue{number}", "blue") for number in range(4)]
    for one in [*reds, *blues]:
        live_through_a_week(office, one, clock, meetings=5 if one in reds else 1)
        if one != reds[0]:
            OwnShare(Office(office.url, clock, one), one, clock).agree(yes=True)
    parts = teaming.begin(office, MONDAY, clock)
    assert len(parts) == 5
    assert teaming.begin(office, MONDAY, clock) == []
    last = [teaming.measure_part(office, run, part, number, clock, least=5) for run, part, number in parts]
    assert last == [False] * 4 + [True]
    teams = Teams(office.database, clock)
    assert teams.progress(MONDAY.isoformat()) == (5, 5, 9, 0)
    red = {one.figure: one.value for one in teams.published("red")}
    assert red["meeting"] == 300.0
    assert {one.value for one in teams.published("blue")} == {None}
    assert teaming.publish(teams, MONDAY, least=5) == 0  # once and for ever


def test_who_does_not_agree_any_more_takes_what_they_gave_along(office: Office, clock: TurnedClock) -> None:
    tenant = add(office, "ada", "red")
    own = OwnShare(Office(office.url, clock, tenant), tenant, clock)
    assert not own.give(MONDAY.toordinal(), {"cost": 1.0})
    own.agree(yes=True)
    assert own.give(MONDAY.toordinal(), {"cost": 1.0})
    teams = Teams(office.database, clock)
    assert teams.shares(MONDAY.toordinal()) == {("red", "cost"): {tenant: 1.0}}
    own.agree(yes=False)
    assert teams.shares(MONDAY.toordinal()) == {}
    own.agree(yes=True)
    own.give(MONDAY.toordinal(), {"cost": 1.0})
    add(office, "ada", "blue")  # another team: nobody agreed to that
    assert teams.shares(MONDAY.toordinal()) == {}
    assert not own.give(MONDAY.toordinal(), {"cost": 1.0})


def test_nobody_sees_another_persons_share_or_row_of_the_register(office: Office, clock: TurnedClock) -> None:
    ada, grace = add(office, "ada", "red"), add(office, "grace", "red")
    own = OwnShare(Office(office.url, clock, ada), ada, clock)
    own.agree(yes=True)
    own.give(MONDAY.toordinal(), {"cost": 1.0})
    with Office(office.url, clock, grace).database.reading() as connection:
        assert connection.exec_driver_sql("SELECT tenant FROM tenant").scalars().all() == [grace]
        for table in ("team_share", "team_release", "fan_out", "quota"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_somebody_in_no_team_cannot_agree(office: Office, clock: TurnedClock) -> None:
    tenant = add(office)
    with pytest.raises(InputError, match="no team"):
        OwnShare(Office(office.url, clock, tenant), tenant, clock).agree(yes=True)


@pytest.mark.parametrize(("moment", "monday"), [("2026-03-09T11:59", "2026-02-23"), ("2026-03-09T12:00", "2026-03-02")])
def test_a_week_is_over_when_it_is_over_everywhere(moment: str, monday: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert teaming.last_week(TurnedClock(at)) == date.fromisoformat(monday)
