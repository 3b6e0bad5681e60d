"""A date of a plan as a strip."""

from dataclasses import replace
from datetime import date, datetime

from deepday.model import Interval
from deepday.plan.problem import Meeting, Member, Part, WorkDay
from deepday.plan.result import PlannedDay
from deepday.report.plan_strip import StripAxis, strip_axis, strip_of

DAY = date(2026, 3, 10)


def at(text: str, until: str) -> Interval:
    """Return an interval of the day by the clocks of Berlin, an hour ahead of UTC."""
    start, end = (datetime.fromisoformat(f"{DAY}T{one}+01:00") for one in (text, until))
    return Interval(int(start.timestamp()), int(end.timestamp()))


MORNING, AFTERNOON = at("09:00", "12:00"), at("13:00", "17:00")
SYNC = Meeting("sync", at("10:00", "10:30"), 28)
TALK = Meeting("talk", at("14:00", "15:00"), None)
NIGHT = Meeting("night", at("22:00", "23:00"), 28)
MEMBER = Member("me@example.com", "Europe/Berlin", (WorkDay(DAY, (MORNING, AFTERNOON), True),), (SYNC, TALK, NIGHT))
PLANNED = PlannedDay(
    MEMBER.id, DAY, Part.DAY, at("09:00", "17:00"), (MORNING,), 150, 28, 0, (SYNC,), (TALK,), (), "", False, ()
)


def test_the_axis_is_the_working_time_in_whole_hours() -> None:
    assert strip_axis(MEMBER) == StripAxis(9, 17)
    assert strip_axis(replace(MEMBER, days=())) == StripAxis(9, 17)
    early = WorkDay(DAY, (at("07:30", "16:20"),), True)
    assert strip_axis(replace(MEMBER, days=(early,))) == StripAxis(7, 17)


def test_a_day_shows_its_meetings_and_no_others() -> None:
    strip = strip_of(MEMBER, DAY, None, StripAxis(9, 17))
    assert strip is not None
    assert [(one.css, one.x, one.width) for one in strip.bars] == [
        ("window", 0.0, 37.5),
        ("window", 50.0, 50.0),
        ("meeting", 12.5, 6.25),
        ("meeting", 62.5, 12.5),
    ]
    assert strip.words == "Meetings 10:00 to 10:30, 14:00 to 15:00."


def test_a_deep_work_day_shows_what_stays_uninterrupted_and_what_would_move() -> None:
    strip = strip_of(MEMBER, DAY, PLANNED, StripAxis(9, 17))
    assert strip is not None
    assert [one.css for one in strip.bars] == ["window", "window", "stretch", "moves", "meeting"]
    assert (
        strip.words == "Uninterrupted 09:00 to 12:00; meetings 14:00 to 15:00; meetings that would move 10:00 to 10:30."
    )


def test_a_day_off_has_no_strip_and_midnight_is_the_end_of_the_day() -> None:
    assert strip_of(MEMBER, date(2026, 3, 14), None, StripAxis(9, 17)) is None
    night = Interval(at("18:00", "19:00").start, at("23:00", "23:30").end + 1800)
    late = replace(MEMBER, days=(WorkDay(DAY, (night,), True),))
    assert strip_axis(late) == StripAxis(18, 24)
