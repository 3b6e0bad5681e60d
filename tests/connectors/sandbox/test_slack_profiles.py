"""Status, do-not-disturb and presence: with Slack's limits, ending by the office clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.connectors.sandbox.slack_world import ANNA, BEN, CARA, MONDAY, World, error, slack_world

NOW = int(MONDAY.timestamp())


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world() as made:
        yield made


def status(profile: dict[str, Any]) -> tuple[str, str, int]:
    return profile["status_text"], profile["status_emoji"], profile["status_expiration"]


def test_a_status_ends_by_itself_and_the_earlier_one_does_not_come_back(world: World) -> None:
    anna = world.user()
    anna.users_profile_set(profile={"status_text": "Lunch", "status_emoji": ":taco:", "status_expiration": 0})
    focus = {"status_text": "Deep work", "status_emoji": ":no_bell:", "status_expiration": NOW + 3600}
    answer = anna.users_profile_set(profile=focus)
    assert status(answer["profile"]) == ("Deep work", ":no_bell:", NOW + 3600)
    world.office.clock.advance(3599)
    seen_by_ben = world.user(BEN)
    assert status(seen_by_ben.users_profile_get(user=ANNA)["profile"]) == ("Deep work", ":no_bell:", NOW + 3600)
    world.office.clock.advance(1)
    assert status(anna.users_profile_get()["profile"]) == ("", "", 0)
    assert status(world.bot().users_info(user=ANNA)["user"]["profile"]) == ("", "", 0)


def test_clearing_takes_both(world: World) -> None:
    anna = world.user()
    anna.users_profile_set(profile={"status_text": "x", "status_emoji": ":x:"})
    both = "must_clear_both_status_text_and_status_emoji"
    assert error(lambda: anna.users_profile_set(profile={"status_text": ""})) == both
    assert error(lambda: anna.users_profile_set(profile={"status_emoji": ""})) == both
    assert status(anna.users_profile_get()["profile"]) == ("x", ":x:", 0)
    anna.users_profile_set(profile={"status_text": "", "status_emoji": "", "status_expiration": NOW + 60})
    assert status(anna.users_profile_get()["profile"]) == ("", "", 0)


def test_limits_of_a_status(world: World) -> None:
    anna = world.user()
    anna.users_profile_set(profile={"status_text": "x" * 100})
    assert status(anna.users_profile_get()["profile"]) == ("x" * 100, ":speech_balloon:", 0), "Slack adds an emoji"
    assert error(lambda: anna.users_profile_set(profile={"status_text": "x" * 101})) == "too_long"
    wrong = {"status_text": "x", "status_emoji": "no colons"}
    assert error(lambda: anna.users_profile_set(profile=wrong)) == "invalid_emoji_not_allowed"
    soon = {"status_text": "x", "status_expiration": "soon"}
    assert error(lambda: anna.users_profile_set(profile=soon)) == "profile_set_failed"
    assert error(lambda: anna.api_call("users.profile.set", data={"profile": "{"})) == "invalid_profile"
    assert error(lambda: anna.api_call("users.profile.set", json={"profile": []})) == "invalid_profile"


def test_a_form_carries_the_profile_as_text_and_single_fields_have_a_name(world: World) -> None:
    anna = world.user()
    anna.api_call("users.profile.set", data={"profile": '{"status_text": "a", "status_emoji": ":a:"}'})
    assert status(anna.users_profile_get()["profile"]) == ("a", ":a:", 0)
    anna.users_profile_set(name="title", value="Engineer")
    assert anna.users_profile_get()["profile"]["title"] == "Engineer"
    assert status(anna.users_profile_get()["profile"]) == ("a", ":a:", 0)


def test_another_persons_profile_is_for_administrators(world: World) -> None:
    change = {"status_text": "x", "status_emoji": ":x:"}
    anna = world.user()
    assert error(lambda: anna.users_profile_set(user=BEN, profile=change)) == "not_admin"
    world.face.space.admins |= {ANNA, CARA}
    assert error(lambda: anna.users_profile_set(user=CARA, profile=change)) == "cannot_update_admin_user"
    anna.users_profile_set(user=BEN, profile=change)
    assert status(world.user(BEN).users_profile_get()["profile"]) == ("x", ":x:", 0)
    assert error(lambda: anna.users_profile_get(user="U0NOBODY01")) == "user_not_found"


def test_a_snooze_counts_from_now_and_ends_by_itself(world: World) -> None:
    anna = world.user()
    answer = anna.dnd_setSnooze(num_minutes=30).data
    assert answer == {
        "ok": True,
        "snooze_enabled": True,
        "snooze_endtime": NOW + 1800,
        "snooze_remaining": 1800,
        "snooze_is_indefinite": False,
    }
    world.office.clock.advance(600)
    assert anna.dnd_info()["snooze_remaining"] == 1200
    assert "snooze_enabled" not in world.user(BEN).dnd_info(user=ANNA).data, "others do not see it"
    assert anna.dnd_setSnooze(num_minutes=10)["snooze_endtime"] == NOW + 1200
    world.office.clock.advance(600)
    assert anna.dnd_info()["snooze_enabled"] is False
    assert error(anna.dnd_endSnooze) == "snooze_end_failed"


def test_ending_a_snooze_and_wrong_minutes(world: World) -> None:
    anna = world.user()
    anna.dnd_setSnooze(num_minutes=30)
    assert anna.dnd_endSnooze()["snooze_enabled"] is False
    assert anna.dnd_info()["snooze_enabled"] is False
    assert error(lambda: anna.api_call("dnd.setSnooze")) == "missing_duration"
    assert error(lambda: anna.dnd_setSnooze(num_minutes=0)) == "snooze_failed"
    world.face.space.snooze_longest = 1440
    anna.dnd_setSnooze(num_minutes=1440)
    assert error(lambda: anna.dnd_setSnooze(num_minutes=1441)) == "too_long"


def test_scheduled_do_not_disturb_follows_the_persons_zone(world: World) -> None:
    world.office.settings.profile("ben@example.com").dnd_schedule = {"start": "22:00", "end": "08:00"}
    ben = world.user(BEN)
    info = ben.dnd_info()  # 09:00 UTC is 04:00 in New York: in the middle of the night
    begins = int(datetime(2026, 11, 23, 3, 0, tzinfo=UTC).timestamp())
    ends = int(datetime(2026, 11, 23, 13, 0, tzinfo=UTC).timestamp())
    assert (info["dnd_enabled"], info["next_dnd_start_ts"], info["next_dnd_end_ts"]) == (True, begins, ends)
    team = world.bot().dnd_teamInfo(users=[ANNA, BEN])["users"]
    assert (team[BEN]["next_dnd_end_ts"], team[ANNA]["dnd_enabled"]) == (ends, False)
    ben.dnd_endDnd()
    assert ben.dnd_info()["next_dnd_start_ts"] == begins + 86_400
    assert error(ben.dnd_endDnd) == "not_in_dnd"
    ben.dnd_setSnooze(num_minutes=5)
    ben.dnd_endDnd()
    assert ben.dnd_info()["snooze_enabled"] is False
    assert error(lambda: world.bot().dnd_teamInfo(users=[])) == "no_users_provided"
    assert error(lambda: ben.dnd_info(user="U0NOBODY01")) == "user_not_found"


def test_presence(world: World) -> None:
    anna, ben = world.user(), world.user(BEN)
    anna.users_setPresence(presence="away")
    assert ben.users_getPresence(user=ANNA).data == {"ok": True, "presence": "away"}
    assert anna.users_getPresence(user=ANNA)["manual_away"] is True
    anna.users_setPresence(presence="auto")
    assert ben.users_getPresence(user=ANNA)["presence"] == "active"
    assert error(lambda: anna.users_setPresence(presence="busy")) == "invalid_presence"
