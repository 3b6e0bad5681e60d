"""Somebody else's names and words: shown to them, erased, and all that is counted and proven stays so."""

import base64
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, LargeBinary, Table, insert

from deepday.app.accounts import opened_accounts
from deepday.app.backing_up import back_up
from deepday.app.in_use import using
from deepday.app.third_person import PersonErased, erase_person, export_person
from deepday.app.urgent_audit import verify_requests
from deepday.errors import InputError, NotEnoughDataError
from deepday.model import Door, RequestState
from deepday.store import schema
from deepday.store.audit import ChainEnd
from deepday.store.export import KEYS
from deepday.store.naming import Naming
from deepday.store.person_places import PLACES
from deepday.store.person_rows import PersonRows
from tests.postgres import new_place
from tests.unit.urgent.desk import ADA, BEN, CANARY, CARA, GRACE, Masters, Office

DAY = 86_400
MAIL = "cara.kahn@example.org"
DAN = "U_DAN"
SETTINGS = '[me]\nemail = "ada@example.org"\nzone = "Europe/Berlin"\nslack_user = "UADA"\n'
FINAL = {"state": "sent", "phase": "free", "end": "2020-01-01T10:00", "start": "2020-01-01T09:00", "zone": "UTC"}

NAMES_NOBODY = {
    "message": "",
    "coverage": "",
    "conversation": "pseudonym kind",
    "sign_in": "account provider scopes options holder",
    "backoff": "person provider account problem",
    "lease": "name holder",
    "decline_switch": "person rules previewed",
    "source": "kind digest etag last_modified",
    "event": "uid recurrence_id object show_as response kind",
    "sync": "provider account cursor",
    "plan_day": "part state",
    "plan_cover": "role topic",
    "plan_consent": "answer",
    "block": "id person start end zone kind origin",
    "override": "person block kind",
    "slot": "person provider account setting phase skip intent baseline_key",
    "ledger": "key person block provider account calendar marker remote_id etag state titles",
    "decline": "person provider account calendar invitation block etag state",
    "meeting": "id person sort start end zone",
    "inbox": "source person request door state",
    "request": "id person source door verdict state block reopens",
    "outbox": "person request kind channel state claimed_by",
    "watermark": "source person",
    "trial": "person state hash seed",
    "trial_log": "kind",
    "proposal": "person kind state",
    "audit": "before after previous hash",
    "request_text": "request key_id",
    "case_entry": "kind key_id",
}
"""Columns of text that hold states, the vendors' ids, or the owner's own: whoever adds one decides."""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "deepday.toml").write_text(SETTINGS, encoding="utf-8")
    key = Masters.key
    keys = {"current": key.id, "keys": {key.id: base64.b64encode(key.key).decode()}}
    (home / "master-keys.json").write_text(json.dumps(keys))
    (home / "master-keys.json").chmod(0o600)
    monkeypatch.setenv("DEEPDAY_CONFIG", str(home / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATA", str(home))
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", str(home / "store.sqlite"))
    made = Office(home)
    yield made
    made.database.close()


def erase(office: Office, *names: str, backups: bool = False) -> PersonErased:
    return erase_person(names, office.clock, with_backups=backups)


def on_disk(office: Office, *secrets: str) -> list[str]:
    """Return which of these stand in any file of the store."""
    files = [path for path in office.path.parent.iterdir() if path.name.startswith("store.sqlite")]
    return [one for one in secrets if any(one.encode() in path.read_bytes() for path in files)]


def proof(office: Office) -> Any:
    return verify_requests(office.store, office.protecting, ADA, 0, 1 << 40)


def sealed(office: Office) -> list[bytes]:
    with closing(sqlite3.connect(office.path)) as raw:
        return [bytes(row[0]) for row in raw.execute("SELECT sealed FROM request_text")]


def a_week(office: Office) -> None:
    """Let Cara ask twice, and Dan; Grace takes them. Then some days go by."""
    for sender, where in ((CARA, "D_CARA"), (DAN, "D_DAN")):
        office.ask(f"{CANARY}, says {sender}", sender=sender, where=where)
        office.press(GRACE, "take")
    office.later(2 * DAY)


def test_what_somebody_asked_and_what_became_of_it_is_in_their_export_and_nothing_of_others(
    office: Office, tmp_path: Path
) -> None:
    a_week(office)
    done = export_person(tmp_path / "cara.zip", [CARA], office.clock)
    with zipfile.ZipFile(done.file) as archive:
        whole = b"\n".join(archive.read(name) for name in archive.namelist()).decode()
        requests = [json.loads(line) for line in archive.read("tables/request.jsonl").splitlines()]
        texts = [json.loads(line) for line in archive.read("tables/request_text.jsonl").splitlines()]
        states = [json.loads(line)["after"] for line in archive.read("tables/audit.jsonl").splitlines()]
        assert json.loads(archive.read("manifest.json"))["schema"] == "deepday.export-person/1"
    assert done.file.stat().st_mode & 0o777 == 0o600
    assert [one["sender"] for one in requests] == [CARA]
    assert [one["text"] for one in texts] == [f"{CANARY}, says {CARA}"]
    assert states[0] == "received"
    assert RequestState.ACKNOWLEDGED.value in states
    assert [one for one in (GRACE, BEN, DAN, "grace", "D_DAN") if one in whole] == []


def test_after_erasing_no_name_and_no_word_of_theirs_is_left_and_every_proof_holds(office: Office) -> None:
    a_week(office)
    before, length = proof(office), office.protecting.audit_length()
    texts = sealed(office)
    with opened_accounts(office.clock) as accounts:
        accounts.case().keep_tasks([{"title": "Go through it with Cara Kahn", "notes": f"mail {MAIL}\nCara Kahn"}], "t")
    assert before.holds
    assert on_disk(office, CARA) == [CARA]
    done = erase(office, CARA, MAIL, "Cara Kahn")
    assert done.left == ()
    assert {"request", "inbox", "request_text", "case_entry"} <= done.rows.keys()
    assert on_disk(office, CARA, MAIL, "Kahn") == []
    assert sum(one in sealed(office) for one in texts) == 1, "Dan's text is as it was"
    after = proof(office)
    assert after == before
    assert office.protecting.first_break() is None
    assert office.protecting.audit_length() == length + 1
    last = office.protecting.history(ADA)[-1]
    assert (last.subject, last.after, last.actor) == ("people", "erased", "owner")
    with opened_accounts(office.clock) as accounts:
        [task] = accounts.case().tasks()[0]
    assert task["title"].startswith("Go through it with erased-")
    with pytest.raises(NotEnoughDataError):
        erase(office, CARA, MAIL, "Cara Kahn")


def test_whoever_took_requests_is_erased_from_the_history_too_which_says_that_it_was_written_anew(
    office: Office,
) -> None:
    a_week(office)
    before = proof(office)
    ended = office.protecting.follow_chain(ChainEnd())[1].hash
    done = erase(office, GRACE)
    assert done.rows["audit"] >= 2
    assert on_disk(office, GRACE, "grace") == [], "the address that goes with the ID goes, too"
    assert proof(office) == before
    assert f"ended with {ended[:16]} before" in office.protecting.history(ADA)[-1].why
    with closing(sqlite3.connect(office.path)) as raw:
        raw.execute("UPDATE audit SET after = 'withdrawn' WHERE seq = 3")
        raw.commit()
    assert office.protecting.first_break() == 3, "what is changed by another hand is still seen"


def test_what_is_under_way_is_left_until_it_is_over(office: Office) -> None:
    office.ask(CANARY)
    first = erase(office, CARA)
    assert any("requests that have not ended yet" in one for one in first.left)
    assert office.store.text(office.store.requests(ADA)[0].id) == CANARY
    office.press(GRACE, "take")
    office.later(2 * DAY)
    assert erase(office, CARA).left == ()
    assert on_disk(office, CARA) == []
    assert proof(office).holds


def test_of_a_request_that_is_still_open_after_days_every_row_is_left(office: Office) -> None:
    office.ask(CANARY)
    office.clock.turn(2 * DAY)
    done = erase(office, CARA)
    assert done.left == ("1 requests that have not ended yet, or came within a day.",)
    assert done.rows == {}
    with closing(sqlite3.connect(office.path)) as raw:
        assert raw.execute("SELECT sender FROM inbox").fetchall() == [(CARA,)]


def test_copies_of_the_store_are_told_of_and_deleted_on_demand(office: Office) -> None:
    a_week(office)
    back_up(None, 7, office.clock)
    told = erase(office, CARA).left
    assert ["1 copies of the store from before" in one for one in told] == [True]
    assert on_disk(office, CARA) == [CARA]
    a_week(office)
    assert erase(office, CARA, backups=True).left == ()
    assert on_disk(office, CARA) == []
    assert len(list(office.path.parent.glob("*.backup"))) == 1


def test_what_a_form_says_is_theirs_whose_name_is_in_it(office: Office, tmp_path: Path) -> None:
    office.ask("Eve Example (eve@example.org): the pump", Door.FORM, sender="", where="form:1")
    office.press(GRACE, "take")
    office.later(2 * DAY)
    done = export_person(tmp_path / "eve.zip", ["eve@example.org"], office.clock)
    assert done.rows["tables/request_text"] == 1
    assert "tables/audit" in done.rows
    assert erase(office, "Eve Example", "eve@example.org").rows["request_text"] == 1
    assert sealed(office) == []


def test_of_whom_nothing_is_kept_that_is_said_and_no_file_is_left(office: Office, tmp_path: Path) -> None:
    a_week(office)
    with pytest.raises(NotEnoughDataError, match="Nothing is kept about that person"):
        export_person(tmp_path / "none.zip", ["nobody@example.org"], office.clock)
    with pytest.raises(NotEnoughDataError):
        erase(office, "nobody@example.org")
    assert not (tmp_path / "none.zip").exists()


@pytest.mark.parametrize("name", [ADA, "UADA", "ab", " "])
def test_the_owner_and_names_that_could_be_anybodys_are_refused(office: Office, name: str) -> None:
    a_week(office)
    with pytest.raises(InputError):
        erase(office, name)
    assert proof(office).holds


def test_nothing_is_erased_while_a_service_runs(office: Office) -> None:
    a_week(office)
    with using(), pytest.raises(InputError, match="deepday serve runs"):
        erase(office, CARA)
    assert on_disk(office, CARA) == [CARA]


def test_settings_that_name_somebody_are_told(office: Office) -> None:
    a_week(office)
    settings = office.path.parent / "deepday.toml"
    settings.write_text(f'{SETTINGS}[[urgent.people]]\nemail = "{MAIL}"\nslack_user = "UCARA1"\n', encoding="utf-8")
    assert [one for one in erase(office, MAIL).left if "settings name them" in one]


def filled(table: Table, columns: tuple[str, ...], name: str) -> dict[str, Any]:
    """Return a row that is over, and names somebody in these columns."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name in columns:
            row[column.name] = json.dumps([["point person", name, name]]) if column.name == "chain" else f"({name})"
        elif column.name in FINAL:
            row[column.name] = FINAL[column.name] if not isinstance(column.type, Integer) else 1
        elif isinstance(column.type, Integer):
            row[column.name] = 1
        elif isinstance(column.type, LargeBinary):
            row[column.name] = None if column.nullable else b"x"
        else:
            row[column.name] = None if column.nullable else "x"
    states = {"inbox": "done", "request": "withdrawn"}
    return row | ({"state": states[table.name]} if table.name in states else {})


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.table.name)
def test_every_place_is_erased_or_says_why_it_is_not(office: Office, place: Any) -> None:
    office.ask(sender=DAN)
    with office.database.writing() as connection:
        for parent in sorted({key.column.table.name for key in place.table.foreign_keys} - {"data_key"}):
            table = schema.metadata.tables[parent]
            connection.execute(insert(table).values(filled(table, (), "")))
        connection.execute(insert(place.table).values(filled(place.table, place.columns, MAIL)))
    done = erase(office, MAIL)
    if done.left:
        assert done.left == (f"1 {place.why}.",)
        assert place.table.name in {"source", "sync", "watermark", "trial"}
    else:
        assert done.rows == {place.table.name: 1}
        assert on_disk(office, MAIL) == []


def test_every_column_of_text_is_a_place_or_names_nobody() -> None:
    known = {place.table.name: {*place.columns} for place in PLACES}
    known["audit"] = {"person", "actor", "subject", "why"}
    for name, columns in NAMES_NOBODY.items():
        known.setdefault(name, set()).update(columns.split())
    for table in schema.metadata.sorted_tables:
        if table.name in KEYS:
            continue
        text = {one.name for one in table.columns if not isinstance(one.type, Integer | LargeBinary)}
        assert text == known[table.name], table.name


def test_a_day_to_come_that_somebody_covers_is_left(office: Office) -> None:
    today = office.clock.now().date().toordinal()
    row = filled(schema.plan_cover, ("covered_by",), MAIL)
    with office.database.writing() as connection:
        connection.execute(insert(schema.plan_cover).values(row | {"date": today + 3}))
        connection.execute(insert(schema.plan_cover).values(row | {"date": today - 30}))
    done = erase(office, MAIL)
    assert done.rows == {"plan_cover": 1}
    assert "1 days to come that they cover" in done.left[0]


def test_in_a_shared_database_one_tenants_rows_are_erased_and_the_chain_holds(tmp_path: Path) -> None:
    office = Office(tmp_path, place=new_place())
    a_week(office)
    before = proof(office)
    done = PersonRows(office.database, office.clock, Masters()).erase(Naming([CARA, GRACE]), "erased-1", ADA)
    assert {"request", "inbox", "request_text", "audit"} <= done.changed.keys()
    assert not any(CARA in (one.sender, one.evidence) for one in office.store.requests(ADA))
    assert proof(office) == before
    office.database.close()
