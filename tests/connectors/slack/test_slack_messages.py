"""Messages of ours: posted once, found by their key wherever they are."""

from collections.abc import Iterator

import pytest

from deepday.errors import GoneError, RetryLaterError, UnsupportedError
from deepday.model import OutgoingMessage
from deepday_sandbox.office import Room
from deepday_slack.account import SlackAccount
from deepday_slack.messenger import LONGEST_TEXT
from tests.connectors.slack.slack_office import BEN, BOT, OWNER, TO_BOT, SlackOffice, earlier, slack_office

TEAM_ROOM = "C0TEAM0001"


@pytest.fixture
def office() -> Iterator[SlackOffice]:
    with slack_office() as served:
        served.office.chat.add(Room(TEAM_ROOM, "channel", "team", [OWNER, BEN, BOT]))
        yield served


@pytest.fixture
def account(office: SlackOffice) -> Iterator[SlackAccount]:
    with office.account() as opened:
        yield opened


def test_a_message_takes_one_request(account: SlackAccount, office: SlackOffice) -> None:
    account.post_message(OutgoingMessage("key-1", BEN, "On it."))
    assert office.calls.methods == ["chat.postMessage"]
    account.post_message(OutgoingMessage("key-2", BEN, "On it."), again=True)
    assert office.calls.methods[1:] == ["conversations.open", "conversations.history", "chat.postMessage"]


def test_a_text_is_plain(account: SlackAccount, office: SlackOffice) -> None:
    account.post_message(OutgoingMessage("key-1", BEN, "a < b & <@everyone>"))
    assert office.posted() == [(BEN, "a < b & <@everyone>")]
    (post,) = office.office.chat.between(TO_BOT, 0, 1 << 60)
    assert post.text == "a &lt; b &amp; &lt;@everyone&gt;"


def test_an_answer_in_a_thread_is_found_by_its_key(account: SlackAccount, office: SlackOffice) -> None:
    asked = office.face.say(BEN, TO_BOT, "can you?")
    message = OutgoingMessage("key-1", TO_BOT, "Asked Grace.", asked)
    posted = account.post_message(message)
    assert account.post_message(message, again=True) == posted
    assert account.find_message(TO_BOT, "key-1") == posted
    (_, answer) = office.office.chat.between(TO_BOT, 0, 1 << 60)
    assert answer.thread
    assert account.find_message(TO_BOT, "key-2") is None


def test_a_message_in_a_channel_is_found_with_the_owners_eyes(account: SlackAccount) -> None:
    posted = account.post_message(OutgoingMessage("key-1", TEAM_ROOM, "Back at 12."))
    assert account.find_message(TEAM_ROOM, "key-1") == posted


def test_a_message_is_found_over_pages(account: SlackAccount, office: SlackOffice) -> None:
    posted = account.post_message(OutgoingMessage("key-1", BEN, "On it."))
    for number in range(250):
        office.face.say(BEN, TO_BOT, str(number))
    assert account.find_message(BEN, "key-1") == posted


def test_a_key_that_somebody_else_sent_is_not_ours(account: SlackAccount, office: SlackOffice) -> None:
    for about in ({"event_type": "other", "event_payload": {"key": "key-1"}}, {"event_type": "deepday_message"}, 7):
        office.face.say(BEN, TO_BOT, "x", metadata=about)
    assert account.find_message(BEN, "key-1") is None


def test_where_nobody_is_nothing_is_posted(account: SlackAccount, office: SlackOffice) -> None:
    for to in ("U0NOBODY01", "C0NOWHERE1"):
        with pytest.raises(GoneError):
            account.post_message(OutgoingMessage("key-1", to, "On it."))
    office.face.space.archived.add(TEAM_ROOM)
    with pytest.raises(GoneError, match="is_archived"):
        account.post_message(OutgoingMessage("key-1", TEAM_ROOM, "On it."))
    assert office.posted() == []


def test_a_text_that_is_too_long_is_refused_unsent(account: SlackAccount, office: SlackOffice) -> None:
    with pytest.raises(UnsupportedError):
        account.post_message(OutgoingMessage("key-1", BEN, "x" * (LONGEST_TEXT + 1)))
    assert office.calls.methods == []


def test_too_many_messages_wait() -> None:
    with slack_office(earlier(2)) as office, office.account() as account:
        office.face.space.tiers = True
        account.post_message(OutgoingMessage("key-1", BEN, "one"))
        with pytest.raises(RetryLaterError) as caught:
            account.post_message(OutgoingMessage("key-2", BEN, "two"))
        assert caught.value.after == 1
        assert len(office.posted()) == 1
