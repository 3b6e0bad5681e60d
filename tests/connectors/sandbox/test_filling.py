"""The filled office shows the same weeks through every vendor as the sample's files do."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import recurring_ical_events
from icalendar import Calendar

from deepday_sandbox import SandboxConnector
from deepday_sandbox.filling import filled_office
from deepday_sandbox.google import CLIENT_ID, GoogleFace
from deepday_sandbox.microsoft import MicrosoftFace
from deepday_sandbox.office import Grant
from deepday_sandbox.office.server import application, serving
from deepday_sandbox.people import OWNER
from deepday_sandbox.slack import SlackFace

SEEDS = (1, 7)
WINDOW = ("2026-03-09T00:00:00Z", "2026-04-13T00:00:00Z")
Seen = set[tuple[str, int, int]]


def timed(start: datetime, end: datetime, title: str) -> tuple[str, int, int]:
    return title, int(start.timestamp()), int(end.timestamp())


def from_file(folder: Path, seed: int) -> Seen:
    """Title, start and end of the timed occurrences in the sample's own calendar that were not called off."""
    calendar = Calendar.from_ical(SandboxConnector().write_sample(folder, seed).calendars[0].read_bytes())
    occurrences = recurring_ical_events.of(calendar).between(date(2026, 3, 9), date(2026, 4, 13))
    return {
        timed(event.start, event.end, str(event["SUMMARY"]))
        for event in occurrences
        if isinstance(event.start, datetime) and event.get("STATUS") != "CANCELLED"
    }


def get(url: str, token: str, **query: str) -> Any:
    answer = httpx.get(url, params=query, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("seed", SEEDS)
def test_google_shows_the_weeks_of_the_file(seed: int, tmp_path: Path) -> None:
    office = filled_office(seed)
    scope = "https://www.googleapis.com/auth/calendar"
    token = office.tokens.issue(Grant("google", OWNER.email, CLIENT_ID, frozenset({scope})), "access", 3600, "ya29.")
    with serving(application(office, [GoogleFace(office)])) as url:
        rows = get(
            f"{url}/calendar/v3/calendars/primary/events",
            token,
            singleEvents="true",
            timeMin=WINDOW[0],
            timeMax=WINDOW[1],
            maxResults="2500",
        )["items"]
    seen = {
        timed(
            datetime.fromisoformat(row["start"]["dateTime"]),
            datetime.fromisoformat(row["end"]["dateTime"]),
            row["summary"],
        )
        for row in rows
        if "dateTime" in row["start"] and row["status"] != "cancelled"
    }
    assert seen == from_file(tmp_path, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_graph_shows_the_weeks_of_the_file(seed: int, tmp_path: Path) -> None:
    office = filled_office(seed)
    scopes = frozenset({"Calendars.Read"})
    token = office.tokens.issue(Grant("graph", OWNER.email, "client", scopes), "access", 3600, "EwB")
    with serving(application(office, [MicrosoftFace(office)])) as url:
        window = {"startDateTime": WINDOW[0], "endDateTime": WINDOW[1], "$top": "1000"}
        rows = get(f"{url}/v1.0/me/calendarView", token, **window)["value"]
    seen = {
        timed(utc(row["start"]), utc(row["end"]), row["subject"])
        for row in rows
        if not row["isAllDay"] and not row["isCancelled"]
    }
    assert seen == from_file(tmp_path, seed)


def utc(value: dict[str, str]) -> datetime:
    assert value["timeZone"] == "UTC"
    return datetime.fromisoformat(value["dateTime"][:19]).replace(tzinfo=UTC)


def test_slack_shows_the_chat_of_the_weeks() -> None:
    office = filled_office(1)
    face = SlackFace(office)
    mine = office.people.find(OWNER.email)
    assert mine is not None
    room = next(one for one in office.chat.rooms.values() if one.kind == "direct" and mine.slack_id in one.members)
    expected = [post.ts for post in office.chat.between(room.id, 0, 1 << 62)]
    with serving(application(office, [face])) as url:
        token = face.install(OWNER.email, user_scopes=["im:history"]).user
        form = {"channel": room.id, "limit": "999"}
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.post(f"{url}/api/conversations.history", data=form, headers=headers, trust_env=False).json()
    found = [int(message["ts"].replace(".", "")) for message in answer["messages"]]
    assert len(expected) > 20
    assert found == expected[::-1]


def test_the_same_seed_gives_the_same_office() -> None:
    first, second = filled_office(3), filled_office(3)
    assert first.calendars.find(OWNER.email).entries == second.calendars.find(OWNER.email).entries
    assert first.clock.now() == second.clock.now() == datetime(2026, 4, 13, 6, tzinfo=UTC)
    later = first.clock.now() + timedelta(hours=1)
    first.clock.turn(later)
    assert first.clock.now() == later


def test_a_taken_port_is_an_error() -> None:
    connector = SandboxConnector()
    with connector.serve_office(0, 1) as office:
        url = office.url
        assert httpx.get(f"{url}/calendar/v3/users/me/calendarList", trust_env=False).status_code == 401
        with pytest.raises(OSError, match="in use"), connector.serve_office(int(url.rsplit(":", 1)[1]), 1):
            raise AssertionError
