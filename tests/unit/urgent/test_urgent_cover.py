"""Who covers when an approved block names them: nobody is asked who has not agreed, or who is away."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deepday.app.urgent_people import Surroundings
from deepday.app.urgent_running import colleagues_of
from deepday.config.settings import Settings
from deepday.model import AnswerState, ApprovedBlock, Contact
from deepday.route.chain import Cover, chain_of
from deepday.store.covers import CoverBook, StoredAnswer
from tests.unit.urgent.desk import ADA, OWNER, Office

GRACE_MAIL = "grace@example.org"


def people(folder: Path, point: Contact, **told: object) -> tuple[Office, Surroundings]:
    """Return an office whose block under way names the point person; ``told``: what the settings say of Grace."""
    office = Office(folder)
    now = datetime.fromtimestamp(office.now(), UTC).replace(tzinfo=None)
    times = now - timedelta(hours=1), now + timedelta(hours=1)
    office.protecting.approve([ApprovedBlock("b1", ADA, *times, "UTC", point_person=point)], "test")
    away = told.pop("away", ())
    grace = {"email": GRACE_MAIL, "agreed": True, **told}
    known = Settings.model_validate(
        {
            "me": {"zone": "Europe/Berlin"},
            "point_people": [grace],
            "urgent": {"people": [{"email": GRACE_MAIL, "slack_user": "U0GRACE", "away": away}]},
        }
    )
    book = CoverBook(office.database)
    return office, Surroundings(office.store, book, ADA, OWNER, office.policy.zone, colleagues_of(known))


def asked(office: Office, found: Surroundings) -> list[str]:
    """Return who of the chain is asked, without the owner."""
    return [one.name for one in chain_of(found.covers(office.now()), found.owner(), "", "U_CARA").people[:-1]]


def point(office: Office, found: Surroundings) -> Cover:
    return found.covers(office.now())[0]


def test_whom_the_settings_do_not_know_is_not_asked_before_they_agree(tmp_path: Path) -> None:
    office, found = people(tmp_path, Contact("new", "U0STRANGER"), agreed=False)
    assert asked(office, found) == []
    assert not point(office, found).agreed
    found.keep_consent("new", agreed=True, at=office.now())
    assert asked(office, found) == ["new"]


@pytest.mark.parametrize("how", [Contact("grace", GRACE_MAIL), Contact("Grace H.", "@grace"), Contact("Grace H.", "")])
def test_an_opt_out_counts_by_whatever_name_the_block_has_for_them(tmp_path: Path, how: Contact) -> None:
    told = {} if how.reach == GRACE_MAIL else {"name": "Grace H.", "reach": "@grace"}
    office, found = people(tmp_path, how, **told)
    assert asked(office, found) == [GRACE_MAIL]
    found.keep_consent(GRACE_MAIL, agreed=False, at=office.now())
    assert asked(office, found) == []


def test_leave_and_hours_count_for_whom_a_block_names(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    office, found = people(tmp_path / "one", Contact("grace", GRACE_MAIL))
    today = datetime.fromtimestamp(office.now(), office.policy.zone).date()
    office, found = people(
        tmp_path / "two", Contact("Grace H.", "@grace"), name="Grace H.", reach="@grace", away=[today]
    )
    assert point(office, found).away == "on leave"
    assert asked(office, found) == []


def test_an_answer_for_today_counts_today_and_one_for_another_day_does_not(tmp_path: Path) -> None:
    office, found = people(tmp_path, Contact("grace", GRACE_MAIL))
    today = datetime.fromtimestamp(office.now(), office.policy.zone).date()
    for day, expected in ((date(2030, 1, 1), [GRACE_MAIL]), (today, [])):
        found.book.keep_answer(StoredAnswer(ADA, GRACE_MAIL, day, AnswerState.DECLINED, "", office.now()))
        assert asked(office, found) == expected
