"""``deepday mcp`` as an assistant meets it: the SDK's own client, over standard input and output."""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import CallToolResult, Implementation

from deepday.app.assisting import accept_proposal, decline_proposal, waiting
from deepday.app.protect_past import history, verify
from deepday.cli.mcp import server
from deepday.clock import SystemClock
from deepday.errors import InputError
from deepday.store.audit import AuditRow
from tests.command import DEEPDAY, ran
from tests.e2e.conftest import Run
from tests.integration.open_office import at_home

TITLE = "canary: talk with Grace about pay"
GUEST = "canary.grace@example.com"
OWNER = "ada@example.com"
CALENDAR = f"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//tests//EN\r
BEGIN:VEVENT\r
UID:one\r
DTSTAMP:20260301T080000Z\r
DTSTART:20260302T090000Z\r
DTEND:20260302T100000Z\r
RRULE:FREQ=WEEKLY\r
SUMMARY:{TITLE}\r
ORGANIZER:mailto:{GUEST}\r
ATTENDEE;PARTSTAT=ACCEPTED:mailto:{GUEST}\r
ATTENDEE;PARTSTAT=ACCEPTED:mailto:{OWNER}\r
END:VEVENT\r
END:VCALENDAR\r
"""
Talk = Callable[[Client], Awaitable[Any]]


def deepday(home: Path, *arguments: object) -> str:
    own = {"DEEPDAY_CONFIG": str(home / "deepday.toml"), "DEEPDAY_DATA": str(home / "data")}
    done = ran(*arguments, environment=os.environ | own, folder=home.parent)
    assert done.code == 0, done.err
    return done.out


@pytest.fixture(scope="module")
def plan_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A home with a plan that waits for its owner, and its dates."""
    home = tmp_path_factory.mktemp("planned") / "home"
    home.mkdir()
    file = home / "me.ics"
    file.write_text(CALENDAR, newline="")
    who = ("--me", OWNER, "--zone", "Europe/Berlin", "--hours", "Mon-Fri 09:00-17:00")
    deepday(home, "import", file, "--titles", *who)
    deepday(home, "plan", "--weeks", 2, "--quota", 2)
    with sqlite3.connect(home / "data" / "deepday.sqlite") as connection:
        rows = connection.execute("SELECT date FROM plan_day ORDER BY date").fetchall()
    return home, [date.fromordinal(ordinal).isoformat() for (ordinal,) in rows]


@pytest.fixture
def planned(plan_made: tuple[Path, list[str]], tmp_path: Path) -> list[str]:
    """Return the dates of a plan that waits for its owner, in a home of this test's own."""
    made, days = plan_made
    assert len(days) >= 3
    shutil.copytree(made, tmp_path / "home")
    return days


def states(tmp_path: Path) -> dict[str, str]:
    with sqlite3.connect(tmp_path / "home" / "data" / "deepday.sqlite") as connection:
        rows = connection.execute("SELECT date, state FROM plan_day").fetchall()
    return {date.fromordinal(ordinal).isoformat(): state for ordinal, state in rows}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home(monkeypatch, tmp_path)


def talk(say: Talk, name: str = "Helper 1.0") -> Any:
    """Let a client talk with the installed command."""
    own = {key: os.environ[key] for key in ("DEEPDAY_CONFIG", "DEEPDAY_DATA")}
    command = StdioServerParameters(command=str(DEEPDAY), args=["mcp"], env=own)
    return said(Client(command, client_info=Implementation(name=name, version="1")), say)


def talk_here(say: Talk, *, proposing: bool = True) -> Any:
    """Let a client talk with the same server in this process."""
    return said(Client(server(SystemClock(), proposing=proposing)), say)


def said(client: Client, say: Talk) -> Any:
    async def session() -> Any:
        async with client:
            return await say(client)

    return anyio.run(session)


def chain() -> list[AuditRow]:
    """Return the whole record, once it was found as it was written."""
    assert verify().broken == 0
    return list(history(0).rows)


def text(result: CallToolResult) -> str:
    return " ".join(getattr(one, "text", "") for one in result.content)


def test_an_assistant_reads_what_is_its_owners_and_nobody_elses(planned: list[str]) -> None:
    async def say(client: Client) -> list[CallToolResult]:
        tools = {one.name: one for one in (await client.list_tools()).tools}
        assert sorted(tools) == ["propose_change", "read_measures", "read_plan", "read_proposals", "read_status"]
        guide = (Path(__file__).parents[2] / "docs/assistants.md").read_text(encoding="utf-8")
        assert sorted(re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE)) == sorted(tools)
        hints = {name: bool(one.annotations and one.annotations.read_only_hint) for name, one in tools.items()}
        assert hints == {name: name.startswith("read") for name in tools}
        asked = ("read_measures", "read_plan", "read_status", "read_proposals")
        return [await client.call_tool(name, {}) for name in asked]

    results = talk(say)
    assert not any(one.is_error for one in results), [text(one) for one in results]
    measures, plan, status, proposals = (json.loads(text(one)) for one in results)
    assert len(measures["weeks"]) == 5
    assert [(one["date"], one["state"]) for one in plan["days"]] == [(day, "proposed") for day in planned]
    assert (status["on"], proposals["proposals"]) == ([], [])
    for one in results:
        assert not re.search("canary|@example", text(one))
    asked = [(row.actor, row.subject, row.after, row.why) for row in chain()]
    assert asked == [
        ("assistant", f"assistant: {tool}", "read", "Asked by Helper 1.0.")
        for tool in ("measures", "plan", "status", "proposals")
    ]


def test_a_proposal_changes_nothing_before_its_person_accepts(run: Run, tmp_path: Path, planned: list[str]) -> None:
    first, second = planned[:2]
    why = "Nobody\x1b[31m needs you\n that day " + "x" * 400

    async def say(client: Client) -> list[CallToolResult]:
        return [
            await client.call_tool("propose_change", {"kind": kind, "date": day, "why": why})
            for kind, day in (("accept", first), ("skip", second), ("accept", first))
        ]

    results = talk(say, name="Evil\x1b]0;<script>" + "z" * 99)
    one, other, again = (json.loads(text(each)) for each in results)
    assert (one["id"], other["id"], again["id"]) == (1, 2, 1)
    assert all(len(each["why"]) <= 300 for each in (one, other))
    assert set(states(tmp_path).values()) == {"proposed"}
    shown = run("proposals")
    assert "\x1b" not in shown.out
    assert f"accept {first}" in shown.out
    assert run("proposals", "accept", 1).code == 0
    assert decline_proposal(2, SystemClock()) == f"Declined: skip {second}."
    now = states(tmp_path)
    assert now[first] == "accepted"
    assert now.get(second, "proposed") == "proposed"
    with pytest.raises(InputError, match="does not wait"):
        accept_proposal(1, SystemClock())
    assert [one.state.value for one in waiting(SystemClock())] == ["declined", "accepted"]
    changed = [(row.actor, row.after) for row in chain() if row.subject.startswith("proposal ")]
    assert changed == [("assistant", "open"), ("assistant", "open"), ("owner", "accepted"), ("owner", "declined")]


def test_what_cannot_be_is_refused_in_words(planned: list[str]) -> None:
    past = (SystemClock(0).now() - timedelta(days=30)).date().isoformat()
    cases = [
        ({"kind": "accept", "date": past, "why": ""}, "is not within"),
        ({"kind": "move", "date": planned[0], "why": ""}, "needs the date to move to"),
        ({"kind": "accept", "date": "soon", "why": ""}, "soon"),
        ({"kind": "erase", "date": planned[0], "why": ""}, "kind"),
    ]

    async def say(client: Client) -> list[CallToolResult]:
        return [await client.call_tool("propose_change", values) for values, _ in cases]

    for result, (_, words) in zip(talk_here(say), cases, strict=True):
        assert result.is_error
        assert words in text(result)
    assert waiting(SystemClock()) == []


def test_read_only_has_no_tool_that_writes(planned: list[str]) -> None:
    async def say(client: Client) -> CallToolResult:
        assert "propose_change" not in {one.name for one in (await client.list_tools()).tools}
        return await client.call_tool("propose_change", {"kind": "skip", "date": planned[0], "why": ""})

    assert talk_here(say, proposing=False).is_error
    assert waiting(SystemClock()) == []


def test_without_data_an_assistant_is_told_what_to_do() -> None:
    async def say(client: Client) -> CallToolResult:
        return await client.call_tool("read_measures", {})

    result = talk_here(say)
    assert result.is_error
    assert "[me]" in text(result)
