"""The sample is repeatable, well-formed and believable, counted here without any reader of deepday's."""

import json
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from statistics import mean, median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar

from deepday.connect import Sample, SampleWriter
from deepday.model import Interval, Person, Trip, WeeklyHours, intersect, merge, subtract, total
from deepday.model.person import instant
from deepday_sandbox import SandboxConnector

BERLIN = ZoneInfo("Europe/Berlin")
SEEDS = (1, 7, 2026)
OFF = {date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 7)}
BROKEN = date(2026, 3, 19)


@dataclass(frozen=True)
class Said:
    """A message of the owner's or to the owner: UTC microseconds."""

    at: int
    out: bool
    where: str


@dataclass
class Week:
    """A sample with its content."""

    sample: Sample
    person: Person
    said: list[Said]
    meetings: list[Interval]

    def work(self, day: date) -> list[Interval]:
        zone = self.person.zone_on(day)
        spans = () if day in OFF else self.person.hours.on(day)
        return [Interval(instant(day, start, zone), instant(day, end, zone)) for start, end in spans]

    def days(self) -> list[date]:
        found = [self.sample.first + timedelta(days=number) for number in range(35)]
        return [day for day in found if self.work(day)]

    def interruptions(self, day: date) -> int:
        free = subtract(self.work(day), self.meetings)
        window = self.person.day(day)
        return sum(
            bool(
                intersect([Interval(burst[0].at // 10**6, max(burst[-1].at, burst[0].at + 60_000_000) // 10**6)], free)
            )
            for burst in self.bursts(window)
            if any(item.out for item in burst) and self.is_external(burst[0])
        )

    def bursts(self, window: Interval) -> list[list[Said]]:
        found: list[list[Said]] = []
        for item in self.said:
            if not window.start <= item.at // 10**6 < window.end:
                continue
            if found and item.at - found[-1][-1].at <= 300_000_000:
                found[-1].append(item)
            else:
                found.append([item])
        return found

    def is_external(self, first: Said) -> bool:
        before = [item for item in self.said if item.where == first.where and item.at < first.at]
        return not first.out or bool(before and not before[-1].out and first.at - before[-1].at <= 900_000_000)


@pytest.fixture(scope="module", params=SEEDS)
def week(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Week:
    sample = SandboxConnector().write_sample(tmp_path_factory.mktemp("sample") / "new", request.param)
    trips = tuple(Trip(first, last, ZoneInfo(zone)) for first, last, zone in sample.trips)
    person = Person(sample.email, ZoneInfo(sample.zone), WeeklyHours.parse(sample.hours), trips=trips)
    return Week(sample, person, read_messages(sample), read_meetings(sample))


def calendars(sample: Sample) -> list[Calendar]:
    return [Calendar.from_ical(path.read_bytes()) for path in sample.calendars]


def entries(calendar: Calendar) -> list[Any]:
    return list(calendar.walk("VEVENT"))


def occurrences(calendar: Calendar, sample: Sample) -> list[Any]:
    return list(recurring_ical_events.of(calendar).between(sample.first, sample.last + timedelta(days=1)))


def guests(event: Any) -> list[Any]:
    found = event.get("ATTENDEE", [])
    return found if isinstance(found, list) else [found]


def answer(event: Any, email: str) -> str:
    return next((str(guest.params["PARTSTAT"]) for guest in guests(event) if guest == f"mailto:{email}"), "ACCEPTED")


def is_meeting(event: Any, email: str) -> bool:
    people = [guest for guest in guests(event) if guest.params["CUTYPE"] == "INDIVIDUAL"]
    busy = event.get("TRANSP", "OPAQUE") == "OPAQUE" and event["STATUS"] == "CONFIRMED"
    timed = isinstance(event.start, datetime)
    return timed and busy and len(people) != 1 and answer(event, email) == "ACCEPTED"


def read_meetings(sample: Sample) -> list[Interval]:
    newest: dict[tuple[str, str], Any] = {}
    for calendar in calendars(sample):
        series = {str(event["UID"]) for event in entries(calendar) if "RRULE" in event}
        for event in occurrences(calendar, sample):
            key = (str(event["UID"]), original_start(event) if event["UID"] in series else "")
            if key not in newest or event["SEQUENCE"] > newest[key]["SEQUENCE"]:
                newest[key] = event
    chosen = [event for event in newest.values() if is_meeting(event, sample.email)]
    return merge(Interval(int(event.start.timestamp()), int(event.end.timestamp())) for event in chosen)


def original_start(event: Any) -> str:
    """Name an occurrence; those that a change "this and all following" moved are told apart by where they are now."""
    moved = event.get("RECURRENCE-ID")
    start = event.start if moved is None or "RANGE" in moved.params else moved.dt
    return start.astimezone(UTC).isoformat() if isinstance(start, datetime) else str(start)


def day_files(sample: Sample) -> dict[str, list[dict[str, Any]]]:
    found = {}
    with zipfile.ZipFile(sample.slack_export) as archive:
        for name in archive.namelist():
            try:
                found[name] = json.loads(archive.read(name))
            except json.JSONDecodeError:
                assert PurePosixPath(name).stem == BROKEN.isoformat()
    return found


def read_messages(sample: Sample) -> list[Said]:
    files = day_files(sample)
    (me,) = [user["id"] for user in files["users.json"] if user["profile"].get("email") == sample.email]
    private = {item["id"]: item["members"] for item in files["dms.json"]}
    private |= {item["name"]: item["members"] for item in files["mpims.json"]}
    posts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, content in files.items():
        if "/" in name:
            posts[name.split("/")[0]].extend(content)
    said = []
    for folder, content in posts.items():
        if folder in private and me not in private[folder]:
            continue
        joined = set()
        for post in sorted(content, key=lambda post: float(post["ts"])):
            if "bot_id" in post or post.get("subtype", "thread_broadcast") != "thread_broadcast":
                continue
            thread = folder if folder in private else folder + post.get("thread_ts", post["ts"])
            out = post["user"] == me
            if out:
                joined.add(thread)
            if out or folder in private or thread in joined or f"<@{me}>" in post["text"]:
                said.append(Said(int(post["ts"].replace(".", "")), out, thread))
    return sorted(said, key=lambda item: item.at)


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    connector = SandboxConnector()
    assert isinstance(connector, SampleWriter)
    one, two, three = (connector.write_sample(tmp_path / name, seed) for name, seed in (("a", 5), ("b", 5), ("c", 6)))
    again = connector.write_sample(tmp_path / "c", 5)  # over the files of seed 6
    for first, second, third in zip(
        (*one.calendars, one.slack_export),
        (*two.calendars, two.slack_export),
        (*again.calendars, again.slack_export),
        strict=True,
    ):
        assert first.read_bytes() == second.read_bytes() == third.read_bytes()
    assert again == three
    other = connector.write_sample(tmp_path / "b", 6)
    assert other.calendars[0].read_bytes() != one.calendars[0].read_bytes()
    assert other.calendars[1].read_bytes() != one.calendars[1].read_bytes()
    assert other.slack_export.read_bytes() != one.slack_export.read_bytes()


def test_zip_names_are_safe_and_only_one_day_is_broken(week: Week) -> None:
    with zipfile.ZipFile(week.sample.slack_export) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    for name in names:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert not {"..", ""} & set(path.parts)
        assert "\\" not in name
        assert len(path.parts) <= 2
    broken = set(names) - set(day_files(week.sample))
    assert len(broken) == 4
    lists = {"users", "channels", "groups", "dms", "mpims", "integration_logs"}
    assert {f"{name}.json" for name in lists} == {name for name in names if "/" not in name}


def test_folders_belong_to_listed_conversations(week: Week) -> None:
    files = day_files(week.sample)
    known = {item["id"] for item in files["dms.json"]}
    known |= {item["name"] for kind in ("channels", "groups", "mpims") for item in files[f"{kind}.json"]}
    assert {name.split("/")[0] for name in files if "/" in name} <= known
    for name, content in files.items():
        if "/" in name:
            days = {datetime.fromtimestamp(float(post["ts"]), UTC).date().isoformat() for post in content}
            assert days == {PurePosixPath(name).stem}
            assert len({post["ts"] for post in content}) == len(content)


def test_export_holds_the_noise_of_a_real_one(week: Week) -> None:
    posts = [post for name, content in day_files(week.sample).items() if "/" in name for post in content]
    subtypes = {post.get("subtype") for post in posts}
    assert subtypes >= {"bot_message", "channel_join", "channel_topic", "message_changed", "tombstone"}
    for key in ("client_msg_id", "user_profile", "reactions", "edited", "files", "bot_profile", "replies", "blocks"):
        assert any(key in post for post in posts), key


def test_series_from_new_york_moves_with_its_own_clock(week: Week) -> None:
    own = calendars(week.sample)[0]
    starts = {
        event.start.astimezone(BERLIN).date(): event.start.astimezone(BERLIN).hour
        for event in occurrences(own, week.sample)
        if event["SUMMARY"] == "Training infrastructure sync"
    }
    assert starts == {
        date(2026, 3, 10): 14,
        date(2026, 3, 17): 14,
        date(2026, 3, 24): 14,
        date(2026, 3, 31): 15,
        date(2026, 4, 7): 15,
    }


@pytest.mark.parametrize("iana", ["Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata"])
def test_zone_definitions_agree_with_the_zone_database(week: Week, iana: str) -> None:
    windows = {"W. Europe Standard Time": "Europe/Berlin", "Eastern Standard Time": "America/New_York"}
    found = [
        zone
        for calendar in calendars(week.sample)
        for zone in calendar.walk("VTIMEZONE")
        if windows.get(str(zone["TZID"]), zone["TZID"]) == iana
    ]
    assert found
    for zone in found:
        for hour in range(24 * 35):
            at = datetime(2026, 3, 7, tzinfo=UTC) + timedelta(hours=hour)
            expected = at.astimezone(ZoneInfo(iana)).utcoffset()
            assert offset_by_rules(zone, at) == expected, at


def offset_by_rules(zone: Any, at: datetime) -> timedelta:
    """Read a VTIMEZONE by the book (RFC 5545 section 3.6.5): the latest onset that has passed decides."""
    onsets = []
    for part in zone.subcomponents:
        before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
        start = part["DTSTART"].dt
        onsets.append((datetime.min.replace(tzinfo=UTC), after) if "RRULE" not in part else (start, after))
        if "RRULE" in part:
            onsets.pop()
            rule = part["RRULE"]
            (text,) = rule["BYDAY"]
            for year in (2025, 2026):
                day = nth_sunday(year, rule["BYMONTH"][0], int(str(text)[:-2]))
                local = datetime.combine(day, start.time(), UTC)
                onsets.append((local - before, after))
    offset: timedelta = max(item for item in onsets if item[0] <= at)[1]
    return offset


def nth_sunday(year: int, month: int, number: int) -> date:
    days = [date(year, month, 1) + timedelta(days=step) for step in range(31)]
    sundays = [day for day in days if day.month == month and day.weekday() == 6]
    return sundays[number - 1 if number > 0 else number]


def test_calendar_holds_every_sort_of_entry(week: Week) -> None:
    own, team = calendars(week.sample)
    events = entries(own)
    assert {answer(event, week.sample.email) for event in events} == {
        "ACCEPTED",
        "DECLINED",
        "TENTATIVE",
        "NEEDS-ACTION",
    }
    assert {str(event["STATUS"]) for event in events} == {"CONFIRMED", "CANCELLED", "TENTATIVE"}
    assert any("RANGE" in event["RECURRENCE-ID"].params for event in events if "RECURRENCE-ID" in event)
    assert any("EXDATE" in event for event in events)
    assert any(guest.params["CUTYPE"] == "RESOURCE" for event in events for guest in guests(event))
    assert not any(event.errors for event in (*events, *entries(team)))
    zones = {str(zone["TZID"]) for zone in team.walk("VTIMEZONE")}
    assert zones == {"W. Europe Standard Time", "Eastern Standard Time"}
    assert all("X-MICROSOFT-CDO-BUSYSTATUS" in event for event in entries(team))
    assert {str(event["UID"]) for event in events} & {str(event["UID"]) for event in entries(team)}


def test_stale_copy_in_the_team_calendar_is_older(week: Week) -> None:
    own, team = calendars(week.sample)
    mine = {str(event["UID"]): event for event in entries(own) if "RECURRENCE-ID" not in event}
    pairs = [(event, mine[event["UID"]]) for event in entries(team) if event["UID"] in mine]
    stale = [(copy, event) for copy, event in pairs if "RECURRENCE-ID" not in copy and copy.start != event.start]
    assert len(stale) == 1
    assert stale[0][0]["SEQUENCE"] < stale[0][1]["SEQUENCE"]


def test_holidays_and_the_day_off_are_kept_free(week: Week) -> None:
    assert week.sample.holidays == "DE-BE"
    own = calendars(week.sample)[0]
    off = [event for event in entries(own) if event.get("X-MICROSOFT-CDO-BUSYSTATUS") == "OOF"]
    assert [event["DTSTART"].dt for event in off] == [date(2026, 4, 7)]
    for day in OFF:
        assert intersect(week.meetings, [week.person.day(day)]) == []


def test_meetings_fill_a_believable_share_of_the_week(week: Week) -> None:
    hours = []
    for number in range(5):
        days = [day for day in week.days() if (day - week.sample.first).days // 7 == number]
        hours.append(sum(total(intersect(week.work(day), week.meetings)) for day in days) / 3600)
    assert all(10 <= item <= 14 for item in hours[:4]), hours
    assert 7 <= hours[4] <= 10, hours  # three working days


def test_trip_has_meetings_by_the_clock_of_new_york(week: Week) -> None:
    for day in (date(2026, 3, 25), date(2026, 3, 26), date(2026, 3, 27)):
        assert total(intersect(week.work(day), week.meetings)) >= 1800
        assert week.interruptions(day) > 0


def test_interruptions_per_day_lie_around_thirteen(week: Week) -> None:
    counts = {day: week.interruptions(day) for day in week.days() if day != BROKEN}
    assert 10 <= mean(counts.values()) <= 16, counts
    assert min(counts.values()) <= 5
    assert 17 <= max(counts.values()) <= 30
    assert sum(7 <= count <= 25 for count in counts.values()) >= 0.7 * len(counts), counts


def test_reorganisation_brings_more_messages_and_meetings(week: Week) -> None:
    asked: defaultdict[bool, list[int]] = defaultdict(list)
    met: defaultdict[bool, list[int]] = defaultdict(list)
    for day in set(week.days()) - {BROKEN}:
        later, window = day >= date(2026, 3, 23), week.person.day(day)
        asked[later].append(sum(not item.out and window.start <= item.at // 10**6 < window.end for item in week.said))
        met[later].append(total(intersect(week.work(day), week.meetings)))
    assert mean(asked[True]) > 1.05 * mean(asked[False])
    assert mean(met[True]) > 1.05 * mean(met[False])


def test_bursts_per_day_differ_from_a_handful_to_many(week: Week) -> None:
    counts = [len(week.bursts(week.person.day(day))) for day in week.days() if day != BROKEN]
    assert min(counts) <= 10
    assert max(counts) >= 26


def test_most_answers_come_fast_and_some_late(week: Week) -> None:
    waits: list[float] = []
    open_since: dict[str, int] = {}
    for item in week.said:
        if not item.out:
            open_since.setdefault(item.where, item.at)
        elif item.where in open_since:
            waits.append((item.at - open_since.pop(item.where)) / 1e6)
    shares = quantiles(waits, n=20)
    assert 45 <= median(waits) <= 90
    assert 120 <= shares[14] <= 1200
    assert 900 <= shares[17] <= 20 * 3600
    assert len(open_since) >= 5  # some never get an answer


def test_some_evenings_and_one_weekend_see_work(week: Week) -> None:
    evenings = 0
    for day in week.days():
        evening = Interval(week.work(day)[-1].end, week.person.day(day).end)
        evenings += any(item.out and evening.start <= item.at // 10**6 < evening.end for item in week.said)
    assert 5 <= evenings <= 18
    saturday = week.person.day(date(2026, 3, 14))
    assert sum(item.out and saturday.start <= item.at // 10**6 < saturday.end for item in week.said) >= 5
    night = week.person.day(date(2026, 3, 18))
    assert any(
        meeting.end > instant(date(2026, 3, 18), 21 * 3600, BERLIN) for meeting in intersect(week.meetings, [night])
    )
