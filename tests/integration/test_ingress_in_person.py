"""What people write to the owner in person, where Slack brings it over HTTP."""

from collections.abc import Iterator

import pytest

from deepday.app.urgent_running import listening
from deepday.model import Door, Request, RequestState
from deepday_sandbox.office import Room
from tests.connectors.slack.slack_office import BEN, BOT, OWNER
from tests.integration.ingress_office import CANARY, IngressOffice, ingress_office

BETWEEN, TEAM = "D0ANNABEN1", "C0TEAM0001"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngressOffice]:
    with ingress_office(tmp_path_factory.mktemp("ingress"), allow="status,messages,in-person") as made:
        chat = made.office.office.chat
        for room in (Room(BETWEEN, "direct", members=[OWNER, BEN]), Room(TEAM, "channel", "team", [OWNER, BEN, BOT])):
            if room.id not in chat.rooms:
                chat.add(room)
        yield made


def stepped(office: IngressOffice) -> list[Request]:
    """Do what is due without reading anything afterwards; return all requests."""
    with listening(office.office.office.clock) as (ledger, _):
        ledger.desk.step()
        return ledger.urgent.requests(ledger.person)


def test_a_direct_message_to_the_owner_comes_in_at_once_and_is_withdrawn_with_its_deletion(
    office: IngressOffice,
) -> None:
    ts = office.office.face.say(BEN, BETWEEN, CANARY)
    (found,) = stepped(office)
    assert (found.door, found.state, found.reply_to) == (Door.DIRECT, RequestState.ASKED, BEN)
    office.office.pass_time(60)
    office.office.face.edit(BEN, BETWEEN, ts, "")
    (found,) = stepped(office)
    assert found.state is RequestState.WITHDRAWN


def test_a_mention_of_the_owner_comes_in_at_once(office: IngressOffice) -> None:
    office.office.pass_time(60)
    office.office.face.say(BEN, TEAM, f"<@{OWNER}> urgent: {CANARY}")
    found = next(one for one in stepped(office) if one.door is Door.MENTION)
    assert (found.conversation, found.stage) == (TEAM, "routed 0")
