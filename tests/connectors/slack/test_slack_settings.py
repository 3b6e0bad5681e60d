"""Status, do not disturb and presence: what Slack settles, refuses, and cannot do."""

from collections.abc import Iterator

import pytest

from deepday.connect import Restoration
from deepday.connect.slack_messages import LATEST
from deepday.errors import ReconnectNeededError, UnsupportedError
from deepday.model import Availability, DoNotDisturb, Presence, Status
from deepday_slack.account import SlackAccount
from tests.connectors.slack.slack_office import OWNER, USER_SCOPES, SlackOffice, slack_office

HOUR = 3600
AWAY = Presence(Availability.AWAY)


@pytest.fixture
def office() -> Iterator[SlackOffice]:
    with slack_office() as served:
        yield served


@pytest.fixture
def account(office: SlackOffice) -> Iterator[SlackAccount]:
    with office.account() as opened:
        yield opened


def test_each_value_takes_one_request(account: SlackAccount, office: SlackOffice) -> None:
    account.set_status(Status("Deep work", ":headphones:", office.now() + HOUR))
    account.set_do_not_disturb(DoNotDisturb(office.now() + HOUR))
    assert office.calls.methods == ["users.profile.set", "dnd.setSnooze"]
    account.read_status()
    account.read_do_not_disturb()
    assert office.calls.methods[2:] == ["users.profile.get", "dnd.info"]


def test_signs_with_a_meaning_in_slack_are_shown_as_they_were_written(
    account: SlackAccount, office: SlackOffice
) -> None:
    value = Status("R&D <deep> &amp; quiet", ":headphones:", office.now() + HOUR)
    assert account.set_status(value) == value
    assert account.read_status() == value
    assert office.shown_status() == value


def test_a_text_without_an_emoji_gets_slacks_own(account: SlackAccount) -> None:
    assert account.set_status(Status("Deep work")) == Status("Deep work", ":speech_balloon:")
    assert account.set_status(Status(emoji=":headphones:")) == Status(emoji=":headphones:")


def test_a_text_that_is_too_long_is_refused_unsent(account: SlackAccount, office: SlackOffice) -> None:
    assert account.set_status(Status("x" * 100)).text == "x" * 100
    office.calls.methods.clear()
    with pytest.raises(UnsupportedError, match="at most 100 characters; this one has 101"):
        account.set_status(Status("x" * 101))
    assert office.calls.methods == []


def test_an_emoji_that_slack_does_not_know_is_refused(account: SlackAccount, office: SlackOffice) -> None:
    for emoji in ("headphones", ":two words:", "🎧", ":HEADPHONES:"):
        with pytest.raises(UnsupportedError, match="written like :headphones:"):
            account.set_status(Status("Deep work", emoji))
    assert office.calls.methods == []


def test_a_status_that_is_over_is_none(account: SlackAccount, office: SlackOffice) -> None:
    assert account.set_status(Status("Deep work", ":headphones:", office.now() - 1)).empty
    assert office.shown_status().empty


def test_a_snooze_is_rounded_up_to_minutes(account: SlackAccount, office: SlackOffice) -> None:
    assert account.set_do_not_disturb(DoNotDisturb(office.now() + 61)) == DoNotDisturb(office.now() + 120)
    assert account.set_do_not_disturb(DoNotDisturb(office.now() + 60)) == DoNotDisturb(office.now() + 60)


def test_ending_a_snooze_that_is_not_on_is_fine(account: SlackAccount, office: SlackOffice) -> None:
    assert account.set_do_not_disturb(DoNotDisturb()).empty
    assert account.set_do_not_disturb(DoNotDisturb(office.now() - 5)).empty


def test_a_snooze_longer_than_slack_takes_is_refused(account: SlackAccount, office: SlackOffice) -> None:
    office.face.space.snooze_longest = 1440
    with pytest.raises(UnsupportedError, match="too_long"):
        account.set_do_not_disturb(DoNotDisturb(office.now() + 30 * 86_400))
    with pytest.raises(UnsupportedError):
        account.set_do_not_disturb(DoNotDisturb(LATEST))


def test_quiet_hours_of_the_owners_own_are_no_snooze(account: SlackAccount, office: SlackOffice) -> None:
    profile = office.office.settings.profile("anna@example.com")
    profile.dnd_schedule = {"start": "00:00", "end": "23:59"}
    assert account.read_do_not_disturb().empty


def test_away_is_set_read_and_restored(account: SlackAccount, office: SlackOffice) -> None:
    assert account.read_presence().empty
    written = account.set_presence(AWAY)
    assert written == account.read_presence() == office.shown_presence() == AWAY
    assert account.restore_presence([written], Presence()).done is Restoration.RESTORED
    assert office.shown_presence().empty
    assert account.restore_presence([written], Presence()).done is Restoration.ALREADY
    office.put_presence(AWAY)
    assert account.restore_presence([], Presence()).done is Restoration.KEPT
    assert office.shown_presence() == AWAY


@pytest.mark.parametrize("wanted", [one for one in Availability if one not in {Availability.AWAY, Availability.UNSET}])
def test_slack_knows_no_other_dot(account: SlackAccount, office: SlackOffice, wanted: Availability) -> None:
    with pytest.raises(UnsupportedError):
        account.set_presence(Presence(wanted))
    with pytest.raises(UnsupportedError):
        account.set_presence(Presence(Availability.AWAY, office.now() + HOUR))
    assert office.calls.methods == []


def test_a_scope_that_was_taken_away_is_named_with_its_feature(office: SlackOffice) -> None:
    office.face.space.user_grants[OWNER].scopes = USER_SCOPES - {"dnd:write"}
    with office.account() as account:
        with pytest.raises(ReconnectNeededError) as caught:
            account.set_do_not_disturb(DoNotDisturb(office.now() + HOUR))
        assert "dnd:write (User Token Scopes)" in caught.value.what
        assert "--allow status" in caught.value.advice
        assert account.read_do_not_disturb().empty


def test_the_clocks_difference_is_known_after_an_answer(office: SlackOffice) -> None:
    with office.account() as account:
        assert account.clock_skew() is None
        account.read_status()
        skew = account.clock_skew()
        assert skew is not None  # the server's Date header is the machine's time, not the office's
