"""From accepted days to blocks: pure."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from deepday.app.approving import Approvals, block_of, compare
from deepday.config.load import parse_settings
from deepday.model import ApprovedBlock, BlockKind, Contact, Override, OverrideKind, Person, WeeklyHours
from deepday.store.approved import Schedule
from deepday.store.covers import Covered, Role
from deepday.store.plans import AcceptedDay

ADA = "ada@example.org"
DAY = date(2026, 3, 10)
SINCE = date(2026, 3, 9)
BERLIN = Person(ADA, ZoneInfo("Europe/Berlin"), WeeklyHours.parse("Mon-Fri 09:00-12:30,13:30-18:00"))
SETTINGS = parse_settings(
    '[protect]\nshow = "out of office"\n'
    '[[point_people]]\nemail = "Grace@example.org"\nagreed = true\nname = "Grace"\nreach = "@grace"\n',
    "test",
)


def block(day: AcceptedDay, *covers: Covered) -> ApprovedBlock:
    made = block_of(day, BERLIN, covers, SETTINGS)
    assert made is not None
    return made


def compared(day: AcceptedDay, schedule: Schedule) -> Approvals:
    return compare([day], {day.date: block(day)}, schedule, SINCE)


def test_a_day_lasts_from_the_first_to_the_last_working_minute_on_local_clocks() -> None:
    made = block(AcceptedDay(DAY, "day", 5))
    assert (made.start, made.end, made.zone) == (
        datetime.fromisoformat("2026-03-10T09:00"),
        datetime.fromisoformat("2026-03-10T18:00"),
        "Europe/Berlin",
    )
    assert made.kind is BlockKind.OUT_OF_OFFICE
    assert made.when.start == int(datetime(2026, 3, 10, 8, tzinfo=UTC).timestamp())


def test_half_days_are_divided_as_the_planner_divides_them() -> None:
    morning, afternoon = (block(AcceptedDay(DAY, part, 5)) for part in ("morning", "afternoon"))
    assert (morning.end.hour, morning.end.minute) == (12, 30)
    assert (afternoon.start.hour, afternoon.start.minute) == (13, 30)
    assert morning.id != afternoon.id


def test_who_covers_is_named_as_colleagues_know_them() -> None:
    covers = (
        Covered(ADA, DAY, Role.POINT, "", "grace@example.org", (), 1),
        Covered(ADA, DAY, Role.BACKUP, "", "lin.wu@example.org", (), 1),
    )
    made = block(AcceptedDay(DAY, "day", 5), *covers)
    assert made.point_person == Contact("Grace", "@grace")
    assert made.backup == Contact("lin.wu", "lin.wu@example.org")


def test_a_day_without_working_hours_has_no_block() -> None:
    assert block_of(AcceptedDay(date(2026, 3, 14), "day", 5), BERLIN, (), SETTINGS) is None


def test_an_accepted_day_is_new_once_and_changed_when_it_differs() -> None:
    day = AcceptedDay(DAY, "day", 5)
    assert compared(day, Schedule()) == Approvals(new=(block(day),))
    assert not compared(day, Schedule((block(day),)))
    covered = block(day, Covered(ADA, DAY, Role.POINT, "", "grace@example.org", (), 1))
    assert compared(day, Schedule((covered,))) == Approvals(changed=(block(day),))


def test_a_day_that_is_no_longer_accepted_is_withdrawn_unless_it_is_past() -> None:
    kept = block(AcceptedDay(DAY, "day", 5))
    assert compare([], {}, Schedule((kept,)), SINCE).withdrawn == (kept.id,)
    assert not compare([], {}, Schedule((kept,)), date(2026, 3, 11))


def test_a_day_that_was_taken_back_stays_so_until_it_is_accepted_anew() -> None:
    kept = block(AcceptedDay(DAY, "day", 5))
    taken_back = Schedule((kept,), (Override(ADA, kept.id, OverrideKind.VETO, at=10),))
    assert compared(AcceptedDay(DAY, "day", 5), taken_back) == Approvals(given_up=(DAY,))
    assert compared(AcceptedDay(DAY, "day", 10), taken_back) == Approvals(given_up=(DAY,))
    [anew] = compared(AcceptedDay(DAY, "day", 11), taken_back).new
    assert anew.id != kept.id
    assert (anew.start, anew.end) == (kept.start, kept.end)


def test_what_was_decided_about_a_withdrawn_day_does_not_count_for_one_accepted_later() -> None:
    kept = block(AcceptedDay(DAY, "day", 5))
    ended = Schedule((), (Override(ADA, kept.id, OverrideKind.END, at=10),))
    [anew] = compared(AcceptedDay(DAY, "day", 11), ended).new
    assert anew.id != kept.id


def test_an_extended_day_keeps_its_id_when_it_is_accepted_again() -> None:
    kept = block(AcceptedDay(DAY, "day", 5))
    extended = Schedule((kept,), (Override(ADA, kept.id, OverrideKind.EXTEND, at=10),))
    assert not compared(AcceptedDay(DAY, "day", 11), extended)
