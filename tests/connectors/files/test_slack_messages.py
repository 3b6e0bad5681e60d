"""Which messages of an export count, which way, and in which conversation."""

from pathlib import Path
from typing import Any

import pytest

from deepday.connect.slack_messages import micros_of
from tests.connectors.files.slack_workspace import (
    ANN,
    BEN,
    DIRECT,
    GROUP,
    ME,
    ROBOT,
    THREAD,
    Seen,
    Workspace,
    at,
    post,
    read,
    reply,
    seen,
    ts,
)

TEN = at("10:00")


def heard(tmp_path: Path, folder: str, *messages: Any) -> list[Seen]:
    workspace = Workspace.usual()
    workspace.say(folder, *messages)
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert reading.skipped == ()
    assert reading.total == len(messages)
    return seen(reading)


def thread(instant: int, channel: str = "C1") -> str:
    return f"{channel}:{ts(instant)}"


@pytest.mark.parametrize(
    ("folder", "conversation", "kind"), [("D1", "D1", DIRECT), ("mpdm-me--ann--ben-1", "G2", GROUP)]
)
def test_direct_messages_count_both_ways_with_their_threads(
    tmp_path: Path, folder: str, conversation: str, kind: Any
) -> None:
    messages = [post(ANN, TEN), post(ME, TEN + 60), reply(ANN, TEN + 90, TEN + 60)]
    assert heard(tmp_path, folder, *messages) == [
        Seen(TEN, "in", conversation, kind),
        Seen(TEN + 60, "out", conversation, kind),
        Seen(TEN + 90, "in", conversation, kind),
    ]


@pytest.mark.parametrize(("folder", "channel"), [("general", "C1"), ("plans", "G1")])
def test_in_a_channel_each_thread_is_a_conversation(tmp_path: Path, folder: str, channel: str) -> None:
    messages = [post(ME, TEN), post(ME, TEN + 60), reply(ME, TEN + 90, TEN), post(ANN, TEN + 99)]
    assert heard(tmp_path, folder, *messages) == [
        Seen(TEN, "out", thread(TEN, channel), THREAD),
        Seen(TEN + 60, "out", thread(TEN + 60, channel), THREAD),
        Seen(TEN + 90, "out", thread(TEN, channel), THREAD),
    ]


def test_a_reply_is_directed_once_the_owner_wrote_in_the_thread(tmp_path: Path) -> None:
    messages = [post(ANN, TEN), reply(BEN, TEN + 1, TEN), reply(ME, TEN + 2, TEN), reply(BEN, TEN + 3, TEN)]
    assert heard(tmp_path, "general", *messages) == [
        Seen(TEN + 2, "out", thread(TEN), THREAD),
        Seen(TEN + 3, "in", thread(TEN), THREAD),
    ]


def test_a_reply_to_the_owners_message_is_directed(tmp_path: Path) -> None:
    messages = [post(ME, TEN, thread_ts=ts(TEN)), reply(ANN, TEN + 1, TEN)]
    assert [row.way for row in heard(tmp_path, "general", *messages)] == ["out", "in"]


def test_a_reply_that_names_the_owner_as_its_parents_author_needs_no_parent(tmp_path: Path) -> None:
    messages = [reply(ANN, TEN, TEN - 10**7, parent_user_id=ME), reply(ANN, TEN + 1, TEN - 10**7, parent_user_id=BEN)]
    assert heard(tmp_path, "general", *messages) == [Seen(TEN, "in", thread(TEN - 10**7), THREAD)]


def test_the_order_inside_a_file_does_not_matter(tmp_path: Path) -> None:
    said = [(BEN, 3), (ME, 2), (ME, 4), (BEN, 1)]
    rows = heard(tmp_path, "general", *[reply(user, TEN + second, TEN) for user, second in said])
    assert [(row.at - TEN, row.way) for row in rows] == [(2, "out"), (3, "in"), (4, "out")]


def test_threads_are_followed_across_days_and_from_before_the_window(tmp_path: Path) -> None:
    workspace = Workspace.usual()
    early = at("15:00", "2026-01-20")
    workspace.say("general", reply(ANN, TEN, early))
    workspace.say("general", post(ME, early), day="2026-01-20")
    assert seen(read(workspace.zip(tmp_path / "export.zip"))) == [Seen(TEN, "in", thread(early), THREAD)]


def test_the_same_thread_ts_in_another_channel_is_another_thread(tmp_path: Path) -> None:
    workspace = Workspace.usual()
    workspace.say("general", post(ME, TEN))
    workspace.say("random", reply(ANN, TEN + 5, TEN))
    assert [row.way for row in seen(read(workspace.zip(tmp_path / "export.zip")))] == ["out"]


MENTION_IN_BLOCKS = [
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": ME}]}]}
]


@pytest.mark.parametrize(
    "message",
    [
        post(ANN, TEN, f"could <@{ME}> look"),
        post(ANN, TEN, f"could <@{ME}|me> look"),
        post(ANN, TEN, "could you look", blocks=MENTION_IN_BLOCKS),
        {key: value for key, value in post(ANN, TEN, blocks=MENTION_IN_BLOCKS).items() if key != "text"},
        post(ANN, TEN, f"<@{ME}>", subtype="file_share"),
        reply(ANN, TEN, TEN, f"<@{ME}>"),
    ],
)
def test_a_mention_is_directed(tmp_path: Path, message: Any) -> None:
    assert heard(tmp_path, "general", message) == [Seen(TEN, "in", thread(TEN), THREAD, mention=True)]


@pytest.mark.parametrize(
    "text", ["<!here>", "<!channel>", "<!everyone>", "<!subteam^S1|team>", f"<@{ME}2>", f"@{ME}", f"<@{ANN}>", ""]
)
def test_what_is_no_mention_of_the_owner_is_not_directed(tmp_path: Path, text: str) -> None:
    blocks = [{"type": "rich_text", "elements": [{"type": "usergroup", "user_id": ME}, {"type": "user"}, ME]}]
    assert heard(tmp_path, "general", post(ANN, TEN, text, blocks=blocks)) == []


def test_mentions_are_marked_in_direct_messages_too_but_never_in_own_ones(tmp_path: Path) -> None:
    messages = [post(ANN, TEN, f"<@{ME}>"), post(ME, TEN + 1, f"<@{ME}>")]
    assert [row.mention for row in heard(tmp_path, "D1", *messages)] == [True, False]


@pytest.mark.parametrize("subtype", [None, "", "me_message", "thread_broadcast", "file_share"])
def test_subtypes_that_people_write_count(tmp_path: Path, subtype: str | None) -> None:
    assert len(heard(tmp_path, "D1", post(ANN, TEN, subtype=subtype))) == 1


@pytest.mark.parametrize(
    "noise",
    [
        *({"subtype": name} for name in ("message_changed", "message_deleted", "message_replied", "bot_message")),
        *({"subtype": f"channel_{name}"} for name in ("join", "leave", "topic", "purpose", "name", "archive")),
        *({"subtype": f"group_{name}"} for name in ("join", "leave", "unarchive", "convert_to_private")),
        *({"subtype": name} for name in ("tombstone", "reminder_add", "pinned_item", "sh_room_created")),
        *({"subtype": name} for name in ("huddle_thread", "file_comment", "file_mention", "made_up_tomorrow")),
        {"hidden": True},
    ],
)
@pytest.mark.parametrize("user", [ANN, ME])
def test_what_nobody_wrote_does_not_count(tmp_path: Path, noise: dict[str, Any], user: str) -> None:
    assert heard(tmp_path, "D1", post(user, TEN, f"<@{ME}>") | noise) == []


@pytest.mark.parametrize(
    "message",
    [
        post(ROBOT, TEN),
        post("USLACKBOT", TEN),
        post(ANN, TEN, bot_id="B1"),
        post(ANN, TEN, app_id="A1"),
        {"type": "message", "bot_id": "B1", "ts": ts(TEN), "text": f"<@{ME}>"},
    ],
)
def test_bots_do_not_count(tmp_path: Path, message: Any) -> None:
    assert heard(tmp_path, "D1", message) == []


def test_a_post_with_the_owners_token_is_the_owners(tmp_path: Path) -> None:
    assert heard(tmp_path, "D1", post(ME, TEN, bot_id="B1", app_id="A1")) == [Seen(TEN, "out", "D1", DIRECT)]


def test_a_stranger_from_another_organisation_is_a_person(tmp_path: Path) -> None:
    assert len(heard(tmp_path, "D1", post("W0STRANGER", TEN))) == 1


def test_a_message_given_twice_counts_once(tmp_path: Path) -> None:
    broadcast = reply(ME, TEN + 9, TEN, subtype="thread_broadcast")
    workspace = Workspace.usual()
    workspace.say("general", post(ANN, TEN), broadcast, broadcast)
    workspace.say("general", {k: v for k, v in broadcast.items() if k != "thread_ts"}, day="2026-03-11")
    workspace.say("D1", post(ANN, TEN + 9), post(ANN, TEN + 9))
    rows = seen(read(workspace.zip(tmp_path / "export.zip")))
    assert rows == [Seen(TEN + 9, "in", "D1", DIRECT), Seen(TEN + 9, "out", thread(TEN), THREAD)]


def test_direct_messages_of_other_people_are_not_read(tmp_path: Path) -> None:
    workspace = Workspace.usual()
    workspace.put("dms.json", [{"id": "D1", "members": [ANN, BEN]}, {"id": "D2", "members": [BEN, ME]}])
    workspace.put("mpims.json", [{"id": "G2", "name": "mpdm-ann--ben--cid-1", "members": [ANN, BEN, "U0CID"]}])
    for folder in ("D1", "D2", "mpdm-ann--ben--cid-1"):
        workspace.say(folder, post(BEN, TEN))
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert seen(reading) == [Seen(TEN, "in", "D2", DIRECT)]
    assert reading.total == 1


def test_the_window_is_half_open(tmp_path: Path) -> None:
    first, end = at("00:00", "2026-03-09"), at("00:00", "2026-03-16")
    messages = [post(ANN, instant) for instant in (first - 1, first, end - 1, end)]
    assert [row.at for row in heard(tmp_path, "D1", *messages)] == [first, end - 1]


def test_microseconds_are_kept(tmp_path: Path) -> None:
    workspace = Workspace.usual()
    workspace.say("D1", post(ANN, TEN) | {"ts": f"{TEN}.123456"})
    assert list(read(workspace.zip(tmp_path / "e.zip")).stream.micros) == [123456]


@pytest.mark.parametrize(
    ("given", "micros"),
    [
        ("1773133200.000100", 1773133200_000100),
        ("1773133200.1", 1773133200_100000),
        ("1773133200", 1773133200_000000),
        (1773133200, 1773133200_000000),
        (1773133200.0001, 1773133200_000100),
        (4133980799.999999, 4133980799_999999),
    ],
)
def test_a_usable_ts(given: object, micros: int) -> None:
    assert micros_of(given) == micros


@pytest.mark.parametrize(
    "given",
    [
        *("", "yesterday", "NaN", "inf", "-1773133200.000100", "+1773133200", " 1773133200", "1.5e9"),
        *("1773133200.0001000", "1773133200.00 1", "17731332001773133200", "١٧٧٣١٣٣٢٠٠", "1773133200.0.1"),
        *("1262303999.999999", "4133980800", "0", -5, 0, 10**30, True, float("nan"), float("inf"), None, [], {}),
    ],
)
def test_an_unusable_ts(given: object) -> None:
    assert micros_of(given) is None


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("text", "not written as a JSON object"),
        (None, "not written as a JSON object"),
        ({}, "of another type than message"),
        (post(ANN, TEN, type="file"), "of another type than message"),
        (post(ANN, TEN, subtype=["channel_join"]), "with a subtype that is no text"),
        (post(ANN, TEN) | {"user": None}, "without a usable sender"),
        (post(ANN, TEN) | {"user": {"id": ANN}}, "without a usable sender"),
        (post(ANN, TEN, ts=None), "without a usable ts"),
        (post(ANN, TEN, ts="1999"), "without a usable ts"),
        (post(ANN, TEN, thread_ts="soon"), "without a usable thread_ts"),
        (post(ANN, TEN) | {"text": ["a"]}, "whose text is no text"),
    ],
)
def test_what_cannot_be_used_is_counted_by_reason(tmp_path: Path, entry: object, reason: str) -> None:
    workspace = Workspace.usual()
    workspace.say("D1", post(ANN, TEN), *[entry] * 12, post(ANN, TEN + 1))
    workspace.say("D2", entry)
    reading = read(workspace.zip(tmp_path / "export.zip"))
    assert [(item.where, item.reason) for item in reading.skipped] == [
        ("D1/2026-03-10.json", f"12 messages {reason}."),
        ("D2/2026-03-10.json", f"1 message {reason}."),
    ]
    assert len(reading.stream) == 2
    assert reading.total == 15
