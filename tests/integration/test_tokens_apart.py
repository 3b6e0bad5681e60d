"""One person's token is never used for another's action, whatever is done in which order, and at the same time."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from deepday.app.accounts import Accounts, opened_accounts
from deepday.model import EventDraft, Interval, Status
from deepday.store.tokens import SignIn
from deepday_sandbox.office import OfficeClock
from deepday_sandbox.people import BERLIN_TEAM, OWNER
from tests.integration.open_office import World, open_office
from tests.integration.wire import Asked, HeardWire

PEOPLE = [one.email for one in (OWNER, *BERLIN_TEAM[:2])]
VENDORS = ("google", "microsoft", "slack")
HOUR = 3600
Action = tuple[str, str, str]


@dataclass
class There:
    """The office, its wire, and an account of each person at each vendor, all in one store."""

    world: World
    wire: HeardWire
    sign_ins: dict[tuple[str, str], SignIn]
    numbers: Iterator[int] = field(default_factory=lambda: count(10_000))

    def owner_of(self, asked: Asked) -> str:
        """Return whose token a request carried, as a bearer or to be exchanged; empty for none."""
        form = parse_qs(asked.body) if "/token" in asked.path else {}
        token = asked.token or form.get("refresh_token", [""])[0]
        known = self.world.office.tokens.look_up(token)
        return known[0].email if known else ""

    def act(self, accounts: Accounts, email: str, vendor: str, action: str) -> None:
        """Do something with somebody's account that leaves their address where it was done."""
        with accounts.opened(self.sign_ins[email, vendor]) as account:
            self.use(account, email, vendor, action)

    def wait_for_expiry(self, action: str) -> None:
        """Let so much time go by that the tokens of Google and Microsoft have run out."""
        if action == "expire":
            self.world.office.clock.advance(2 * HOUR)

    def use(self, account: object, email: str, vendor: str, action: str) -> None:
        now = self.world.office.clock.seconds()
        number = next(self.numbers)
        if vendor == "slack":
            if action != "read":
                account.set_status(Status(f"of {email}", ":wave:", now + 100 * HOUR))  # type: ignore[attr-defined]
            assert account.read_status().text in {"", f"of {email}"}  # type: ignore[attr-defined]
            return
        [primary] = [one for one in account.calendars() if one.primary]  # type: ignore[attr-defined]
        if action != "read":
            when = Interval(now + number * HOUR, now + number * HOUR + 60)
            account.create_event(primary.id, EventDraft(f"apart{number}", "apart", when, f"of {email}"))  # type: ignore[attr-defined]

    def marks(self) -> dict[str, set[str]]:
        """Return by person which marks of ours stand in what is theirs."""
        found: dict[str, set[str]] = {email: set() for email in PEOPLE}
        with self.world.office.lock:
            for email, seen in found.items():
                texts = [self.world.office.settings.profile(email).status_text]
                texts += [one.title for own in self.world.office.calendars.of(email) for one in own.entries.values()]
                seen |= {text.removeprefix("of ") for text in texts if text.startswith("of ")}
        return found


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    wires: list[HeardWire] = []

    def heard(clock: OfficeClock) -> HeardWire:
        wires.append(HeardWire(clock))
        return wires[-1]

    with open_office(tmp_path_factory.mktemp("apart"), log=heard) as world:
        sign_ins: dict[tuple[str, str], SignIn] = {}
        for email in PEOPLE:
            world.connect_google(allow="blocks", email=email)
            world.connect_microsoft(allow="blocks", email=email)
            world.connect_slack(allow="status", email=email)
            with opened_accounts(world.office.clock) as accounts:
                for one in accounts.connected():
                    if one not in sign_ins.values():
                        sign_ins[email, one.provider] = one
        assert len(sign_ins) == len(PEOPLE) * len(VENDORS)
        yield There(world, wires[0], sign_ins)


actions = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(VENDORS), st.sampled_from(["read", "write", "expire"])),
    min_size=3,
    max_size=10,
)
few = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@few
@given(actions)
def test_each_request_carries_a_token_of_the_person_for_whom_it_is_made(there: There, plan: list[Action]) -> None:
    there.wire.taken()
    with opened_accounts(there.world.office.clock) as accounts:
        for email, vendor, action in plan:
            there.wait_for_expiry(action)
            there.act(accounts, email, vendor, action)
            asked = there.wire.taken()
            assert asked
            assert {there.owner_of(one) for one in asked} - {""} == {email}
            assert all(there.owner_of(one) for one in asked if one.path.startswith(("/calendar", "/v1.0", "/api")))


@few
@given(actions)
def test_accounts_that_are_open_at_the_same_time_do_not_get_each_others_tokens(
    there: There, plan: list[Action]
) -> None:
    with opened_accounts(there.world.office.clock) as accounts, ExitStack() as open_:
        opened = {key: open_.enter_context(accounts.opened(one)) for key, one in there.sign_ins.items()}
        there.wire.taken()
        for email, vendor, action in plan:
            there.wait_for_expiry(action)
            there.use(opened[email, vendor], email, vendor, action)
            assert {there.owner_of(one) for one in there.wire.taken()} - {""} == {email}


@few
@given(actions)
def test_what_is_done_for_many_at_once_lands_with_each_of_them_alone(there: There, plan: list[Action]) -> None:
    there.wire.taken()
    there.wait_for_expiry("expire")

    def do(step: Action) -> None:
        with opened_accounts(there.world.office.clock) as accounts:
            there.act(accounts, *step)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(do, plan))
    assert all(marks <= {email} for email, marks in there.marks().items())
    written = [one for one in there.wire.taken() if re.search(r"of [\w.]+@example", _words(one))]
    for one in written:
        assert f"of {there.owner_of(one)}" in _words(one)


def _words(asked: Asked) -> str:
    """Return the text of a request's body, a form's and JSON's alike."""
    return json.dumps(parse_qs(asked.body)) if "=" in asked.body and "{" not in asked.body[:1] else asked.body
