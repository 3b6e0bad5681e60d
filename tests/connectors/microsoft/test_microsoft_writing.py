"""Writing: one request a block, adoption after a lost answer, values as Exchange and Teams settle them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deepday.connect import Restoration
from deepday.errors import ConflictError, GoneError, OutcomeUnknownError, UnsupportedError
from deepday.model import (
    Audience,
    AutoReply,
    Availability,
    EventDraft,
    EventKind,
    Interval,
    Presence,
    Secret,
    ShowAs,
    Status,
    Watch,
)
from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.microsoft.microsoft_office import ADA, HINTS, MicrosoftOffice, serve, with_hook

HOUR, DAY = 3600, 86_400
MARKER = "installation-1"


@pytest.fixture
def here() -> Iterator[MicrosoftOffice]:
    with serve() as office:
        yield office


def draft(here: MicrosoftOffice, number: int = 1) -> EventDraft:
    start = here.now() // DAY * DAY + number * DAY + 9 * HOUR
    when = Interval(start, start + 2 * HOUR)
    return EventDraft(f"dd{number:03}block", MARKER, when, "Deep work", "Quiet, please.", "Europe/Berlin")


def test_a_block_is_one_request_with_keys_of_its_own(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        here.sent()
        account.create_event(here.calendar(), draft(here))
        assert [method for method, _ in here.sent()] == ["POST"]
    [entry] = here.office.calendars.find(ADA).entries.values()
    kept = entry.extra["graph"]
    assert kept["transactionId"] == "deepday-dd001block"
    assert {value for _, value in kept["properties"].values()} == {"dd001block", MARKER}
    assert (kept["zones"], kept.get("categories"), kept["isReminderOn"]) == (
        ("W. Europe Standard Time",) * 2,
        None,
        False,
    )
    assert entry.guests == ()


@pytest.mark.parametrize("status", [400, 409])
def test_a_block_whose_answer_was_lost_is_adopted(here: MicrosoftOffice, status: int) -> None:
    here.face.state.duplicate_status = status
    with here.opened() as account:
        here.office.faults.add(Fault(FaultKind.RESET_AFTER, method="POST", path="events"))
        with pytest.raises(OutcomeUnknownError):
            account.create_event(here.calendar(), draft(here))
        found = account.find_event(here.calendar(), "dd001block", MARKER)
        assert account.create_event(here.calendar(), draft(here)) == found
    assert len(here.events()) == 1


def test_a_duplicate_without_the_others_id_is_found_by_its_key(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        made = account.create_event(here.calendar(), draft(here))
        fault = Fault(FaultKind.STATUS, method="POST", path="events", status=409, code="ErrorDuplicateTransactionId")
        here.office.faults.add(fault)
        assert account.create_event(here.calendar(), draft(here)) == made
        account.delete_event(made)
        here.office.faults.add(replace(fault, times=1))
        with pytest.raises(GoneError):
            account.create_event(here.calendar(), draft(here))


def test_a_version_is_sent_with_every_change(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        made = account.create_event(here.calendar(), draft(here))
        here.sent()
        for write in (account.delete_event, lambda event: account.move_event(event, draft(here, 2).when)):
            with pytest.raises(ConflictError):
                write(replace(made, etag=""))
        assert here.sent() == []
        moved = account.move_event(made, draft(here, 2).when)
        account.delete_event(moved)
        assert [method for method, _ in here.sent()] == ["PATCH", "DELETE"]
        for status in (409, 412):
            again = account.create_event(here.calendar(), draft(here, status))
            here.office.faults.add(Fault(FaultKind.STATUS, method="PATCH", status=status))
            with pytest.raises(ConflictError):
                account.move_event(again, draft(here, 2).when)


@pytest.mark.parametrize(
    ("fields", "shown", "kind"),
    [
        ({"show_as": ShowAs.OUT_OF_OFFICE}, ShowAs.OUT_OF_OFFICE, EventKind.OUT_OF_OFFICE),
        ({"kind": EventKind.OUT_OF_OFFICE}, ShowAs.OUT_OF_OFFICE, EventKind.OUT_OF_OFFICE),
        ({"kind": EventKind.FOCUS_TIME}, ShowAs.BUSY, EventKind.DEFAULT),
        ({"show_as": ShowAs.TENTATIVE}, ShowAs.TENTATIVE, EventKind.DEFAULT),
    ],
)
def test_kinds_become_what_graph_has(
    here: MicrosoftOffice, fields: dict[str, object], shown: ShowAs, kind: EventKind
) -> None:
    with here.opened() as account:
        made = account.create_event(here.calendar(), replace(draft(here), **fields))  # type: ignore[arg-type]
    assert (made.show_as, made.kind) == (shown, kind)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/Ciudad_Juarez", "No/Where", "UTC"])
@pytest.mark.parametrize("start", [1_793_000_000, 1_792_890_000, 1_792_893_600, 1_774_746_000])
def test_times_are_kept_in_every_zone_and_through_the_hour_that_comes_twice(
    here: MicrosoftOffice, zone: str, start: int
) -> None:
    wanted = replace(draft(here), when=Interval(start, start + HOUR), zone=zone)
    with here.opened() as account:
        assert account.create_event(here.calendar(), wanted).when == wanted.when


def test_ours_are_found_over_all_pages(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        for number in range(130):
            account.create_event(here.calendar(), replace(draft(here), key=f"dd{number:03}many"))
        account.find_event(here.calendar(), "dd000many", MARKER)  # learns which calendar is the default one
        here.sent()
        found = account.find_ours(here.calendar(), Interval(0, 1 << 40), MARKER)
        assert (len({event.key for event in found}), len(here.sent())) == (130, 2)


# automatic replies


def test_a_formatted_reply_is_read_as_words_and_ours_is_escaped(here: MicrosoftOffice) -> None:
    here.office.settings.reply(ADA).graph = {
        "status": "alwaysEnabled",
        "externalAudience": "contactsOnly",
        "internalReplyMessage": "<html><head><style>p{}</style></head><body><p>Back &amp; <b>soon</b></p>\r\n"
        "<p>A\r\n  B</p></body></html>",
        "externalReplyMessage": "",
    }
    with here.opened() as account:
        assert account.read_auto_reply() == AutoReply(enabled=True, text="Back & soon\nA B", audience=Audience.CONTACTS)
        ours = AutoReply(enabled=True, text="1 < 2 & <b>no</b>\nSoon.", until=here.now() + HOUR)
        settled = account.set_auto_reply(ours)
        assert (settled.text, settled.start) == (ours.text, here.now())
        assert account.read_auto_reply() == settled
    assert "<b>" not in here.office.settings.reply(ADA).graph["internalReplyMessage"]


def test_the_texts_of_a_reply_that_is_off_come_back(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        here.put_auto_reply(AutoReply(text="Away.", text_outside="Away, sorry.", audience=Audience.ALL))
        before = account.read_auto_reply()
        assert (before.enabled, before.text) == (False, "Away.")
        written = account.set_auto_reply(AutoReply(enabled=True, text="Deep work.", until=here.now() + HOUR))
        assert written.audience is Audience.NONE
        account.restore_auto_reply([written], before)
        assert account.read_auto_reply() == before


def test_the_formatting_of_a_persons_reply_comes_back(here: MicrosoftOffice) -> None:
    reply = here.office.settings.reply(ADA)
    kept = {
        "status": "alwaysEnabled",
        "externalAudience": "none",
        "internalReplyMessage": "<html>\r\n<body>\r\n<p>Ask <b>Ben</b>.</p></body></html>",
        "externalReplyMessage": "",
    }
    reply.graph = kept | {}
    with here.opened() as account:
        before = account.read_auto_reply()
        assert before.text == "Ask Ben."
        written = account.set_auto_reply(AutoReply(enabled=True, text="Deep work.", until=here.now() + HOUR))
        account.restore_auto_reply([written], before)
    assert {name: reply.graph.get(name, "") for name in kept} == kept


def test_a_read_and_a_write_are_a_request_each(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        here.sent()
        account.set_auto_reply(AutoReply(enabled=True, text="x", until=here.now() + HOUR))
        account.set_status(Status("Deep work", "", here.now() + HOUR))
        account.set_presence(Presence(Availability.DO_NOT_DISTURB, here.now() + HOUR))
        assert [path.rsplit("/", 1)[-1] for _, path in here.sent()] == [
            "mailboxSettings",
            "setStatusMessage",
            "setUserPreferredPresence",
        ]


# Teams


def test_presence_is_written_under_the_object_id(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        here.sent()
        account.set_presence(Presence(Availability.DO_NOT_DISTURB, here.now() + 90 * 60))
        account.read_presence()
        assert {path.split("/")[3] for _, path in here.sent()} == {here.object_id()}
    assert here.shown_presence() == Presence(Availability.DO_NOT_DISTURB, here.now() + 90 * 60)


def test_a_presence_that_another_process_set_is_put_back(here: MicrosoftOffice) -> None:
    with here.opened() as account:
        written = account.set_presence(Presence(Availability.DO_NOT_DISTURB, here.now() + HOUR))
    with here.opened() as account:
        assert account.read_presence() == Presence(Availability.DO_NOT_DISTURB)  # Graph does not tell the end
        done = account.restore_presence([written], Presence())
    assert (done.done, here.shown_presence().empty) == (Restoration.RESTORED, True)


def test_a_computed_presence_is_not_taken_for_a_choice(here: MicrosoftOffice) -> None:
    sessions = here.office.settings.presence(ADA).sessions
    with here.opened() as account:
        for pair in (("Away", "Away"), ("Available", "Available"), ("Busy", "InACall")):
            sessions.clear()
            sessions["teams"] = (*pair, 0)
            assert account.read_presence().empty
        sessions.clear()  # nobody is signed in: what is asked for has no effect, and the read says so
        account.set_presence(Presence(Availability.BUSY, here.now() + HOUR))
        assert account.read_presence().empty


def test_a_message_that_teams_refuses_is_not_cut(here: MicrosoftOffice) -> None:
    here.office.faults.add(Fault(FaultKind.STATUS, path="setStatusMessage", status=400))
    with here.opened() as account, pytest.raises(UnsupportedError):
        account.set_status(Status("x" * 5000))


@pytest.mark.parametrize(
    "value",
    [Status("Deep work", ":headphones:"), Status("", ":dart:"), Status("a b", ":own_emoji:"), Status("Hi: all")],
)
def test_emoji_stand_before_the_text(here: MicrosoftOffice, value: Status) -> None:
    with here.opened() as account:
        account.set_status(value)
        assert account.read_status() == value
    message = here.office.settings.presence(ADA).message
    assert message
    assert not message["message"]["content"].startswith(":headphones:")


# hints


def test_an_address_that_cannot_be_reached_is_unsupported(here: MicrosoftOffice) -> None:
    watch = Watch("w", here.calendar(), "https://nobody.example/hints", Secret("s" * 32), here.now() + HOUR)
    with here.opened() as account:
        for one in (watch, replace(watch, address="http://nobody.example"), replace(watch, secret=Secret("s" * 129))):
            with pytest.raises(UnsupportedError):
                account.watch_calendar(one)


def test_hints_are_ordered_for_as_long_as_graph_grants(here: MicrosoftOffice) -> None:
    with with_hook(here), here.opened() as account:
        watch = Watch("w", here.calendar(), f"{HINTS}/hook", Secret("s" * 32), here.now() + 30 * DAY)
        granted = account.watch_calendar(watch)
        assert granted.until == here.now() + 4200 * 60
        with pytest.raises(GoneError):
            account.renew_watch(replace(granted, vendor_id="no-such"), here.now() + HOUR)
        account.stop_watch(replace(granted, vendor_id="no-such"))


def test_blocks_in_another_calendar_than_the_default_one_are_found_and_adopted(here: MicrosoftOffice) -> None:
    side = here.side_calendar("side")
    here.add_event(draft(here).when, "Deep work", "side")
    with here.opened() as account:
        made = account.create_event(side, draft(here))
        other = account.create_event(side, replace(draft(here, 2), marker="installation-2"))
        fault = Fault(FaultKind.STATUS, method="POST", path="events", status=409, code="ErrorDuplicateTransactionId")
        here.office.faults.add(fault)
        assert account.create_event(side, draft(here)) == made
        moved = account.move_event(made, Interval(made.when.start + 20 * DAY, made.when.end + 20 * DAY))
        assert account.find_event(side, "dd001block", MARKER) == moved
        assert account.find_event(side, "dd002block", MARKER) is None
        assert account.find_event(here.calendar(), "dd001block", MARKER) is None
        with pytest.raises(UnsupportedError, match="1825"):
            account.find_ours(side, Interval(0, 1 << 40), MARKER)
        ahead = Interval(here.now(), here.now() + 90 * DAY)
        assert account.find_ours(side, ahead, MARKER) == [moved]
        assert account.find_ours(side, ahead, "installation-2") == [other]
        long_ago = replace(draft(here, 3), when=Interval(31_622_460, 31_622_520))
        ancient = account.create_event(side, long_ago)
        assert account.find_event(side, long_ago.key, MARKER) is None
        assert account.find_event(side, long_ago.key, MARKER, long_ago.when) == ancient
        account.delete_event(moved)
        assert account.find_event(side, "dd001block", MARKER) is None
