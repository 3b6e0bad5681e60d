"""Whatever people do, in any order: one end each, with evidence, and no storms."""

import shutil
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.app.urgent_audit import verify_requests
from deepday.model import ENDS, Door, Request, RequestState
from tests.unit.urgent.desk import ADA, BEN, CANARY, CARA, GRACE, OWNER, Office

_DOINGS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from([CARA, "U_DAN"]), st.sampled_from([Door.DIRECT, Door.COMMAND])),
    st.tuples(
        st.just("press"),
        st.sampled_from([GRACE, BEN, OWNER, CARA, "U_DAN"]),
        st.sampled_from(["take", "pass", "not_urgent", "wake", "urgent", "wait", "answered", "snooze"]),
    ),
    st.tuples(st.just("later"), st.sampled_from([1, 301, 3600]), st.just(0)),
)


def act(office: Office, doing: Any) -> None:
    what, first, second = doing
    if what == "ask":
        office.ask(door=second, sender=first, where=f"D_{first}")
    elif what == "later":
        office.later(first)
    else:
        seen_by = [post.to for post in office.posts() if post.to in {first, f"D_{first}"}]
        shown = {
            button.action for to in seen_by for post in office.posts(to) for s in post.sections for button in s.buttons
        }
        if second in shown:
            office.press(first, second, next(to for to in seen_by if _has(office, to, second)))


def _has(office: Office, to: str, action: str) -> bool:
    return any(button.action == action for post in office.posts(to) for s in post.sections for button in s.buttons)


def _day(request: Request) -> date:
    return datetime.fromtimestamp(request.received_at, ZoneInfo("Europe/Berlin")).date()


@settings(max_examples=12)
@given(st.lists(_DOINGS, min_size=2, max_size=12))
def test_every_request_has_one_end_with_evidence(doings: list[Any]) -> None:
    folder = Path(tempfile.mkdtemp())
    office = Office(folder)
    try:
        office.ask()
        for doing in doings:
            act(office, doing)
        for _ in range(6):
            office.later(8 * 3600)
            for request in office.store.open_requests(ADA):
                if request.open and _has(office, OWNER, "answered"):
                    office.press(OWNER, "answered")
        proof = verify_requests(office.store, office.protecting, ADA, 0, 1 << 40)
        assert proof.faults == ()
        replies = [post.key for post in office.posts() if "/reply/" in post.key]
        asked_in = {(one.reply_to, one.block or _day(one)) for one in office.store.requests(ADA)}
        assert len(replies) == len(set(replies)) <= len(asked_in)
        for request in office.store.requests(ADA):
            if request.state in ENDS - {RequestState.UNDELIVERABLE}:
                assert request.evidence
        assert CANARY.encode() not in office.path.read_bytes()
    finally:
        office.database.close()
        shutil.rmtree(folder)


@settings(max_examples=6)
@given(st.permutations(range(6)), st.booleans())
def test_the_order_of_conversations_does_not_matter(order: list[int], twice: bool) -> None:
    folder = Path(tempfile.mkdtemp())
    office = Office(folder)
    try:
        signals = [
            office.signal(f"{number}", Door.DIRECT, f"U{number}", f"D{number}")
            if number % 2
            else office.signal(f"{number}", Door.COMMAND, f"U{number}", f"D{number}")
            for number in range(6)
        ]
        for number in order:
            for _ in range(1 + twice):
                office.desk.receive(signals[number])
            office.desk.step()
        stages = [office.found(one).stage for one in signals]
        assert stages == ["routed 0", "asked"] * 3
        assert len(office.store.requests(ADA)) == 6
        assert sorted(post.to for post in office.posts() if "/reply/" in post.key) == [f"D{n}" for n in range(6)]
    finally:
        office.database.close()
        shutil.rmtree(folder)
