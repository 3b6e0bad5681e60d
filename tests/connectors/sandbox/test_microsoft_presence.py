"""Mailbox settings, automatic replies, presence and status message."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.connectors.sandbox.microsoft_world import (
    ADA,
    BEN,
    CLIENT,
    EVE,
    EVERYTHING,
    World,
    code_of,
    event,
    when,
    world,
)

REPLY = {
    "status": "Scheduled",
    "externalAudience": "none",
    "scheduledStartDateTime": when("2026-11-23T09:00:00", "W. Europe Standard Time"),
    "scheduledEndDateTime": when("2026-11-23T12:00:00", "W. Europe Standard Time"),
    "internalReplyMessage": "Back at noon.",
    "externalReplyMessage": "",
}


@pytest.fixture
def here() -> Iterator[World]:
    with world() as one:
        yield one


def presence(here: World, email: str = ADA, by: httpx.Client | None = None) -> dict[str, Any]:
    answer = (by or here.graph()).get(f"/users/{here.oid(email)}/presence").raise_for_status()
    return dict(answer.json())


def shown(here: World) -> tuple[str, str]:
    found = presence(here)
    return found["availability"], found["activity"]


def do(here: World, action: str, body: dict[str, Any], email: str = ADA) -> httpx.Response:
    return here.graph(email).post(f"/users/{here.oid(email)}/presence/{action}", json=body)


def session(here: World, availability: str = "Available", activity: str = "Available", **more: str) -> httpx.Response:
    body = {"sessionId": CLIENT, "availability": availability, "activity": activity, **more}
    return do(here, "setPresence", body)


def prefer(here: World, availability: str, activity: str, **more: str) -> httpx.Response:
    return do(here, "setUserPreferredPresence", {"availability": availability, "activity": activity, **more})


def test_an_automatic_reply_is_set_and_comes_back_wrapped(here: World) -> None:
    graph = here.graph()
    assert graph.get("/me/mailboxSettings").json()["automaticRepliesSetting"]["status"] == "disabled"
    answer = graph.patch("/me/mailboxSettings", json={"automaticRepliesSetting": {**REPLY, "status": "scheduled"}})
    reply = answer.json()["automaticRepliesSetting"]
    assert (reply["status"], reply["externalAudience"]) == ("scheduled", "none")
    assert "<html>" in reply["internalReplyMessage"]
    assert "Back at noon." in reply["internalReplyMessage"]
    assert reply["scheduledStartDateTime"]["dateTime"] == "2026-11-23T08:00:00.0000000"
    path = "/me/mailboxSettings/automaticRepliesSetting"
    assert graph.get(path).json()["scheduledEndDateTime"]["dateTime"].startswith("2026-11-23T11:00")
    again = graph.patch("/me/mailboxSettings", json={"automaticRepliesSetting": {**reply, "status": "disabled"}})
    assert again.json()["automaticRepliesSetting"]["internalReplyMessage"] == reply["internalReplyMessage"]
    graph.patch("/me/mailboxSettings", json={"automaticRepliesSetting": {"status": "alwaysEnabled"}})
    replaced = graph.get("/me/mailboxSettings", params={"$select": "automaticRepliesSetting"}).json()
    assert replaced["automaticRepliesSetting"]["internalReplyMessage"] == ""
    assert "timeZone" not in replaced


def test_enumerations_are_read_in_any_case(here: World) -> None:
    answer = here.graph().patch("/me/mailboxSettings", json={"automaticRepliesSetting": REPLY})
    assert answer.json()["automaticRepliesSetting"]["status"] == "scheduled"


@pytest.mark.parametrize(
    "change",
    [
        {"scheduledEndDateTime": when("2026-11-23T07:00:00")},
        {"scheduledStartDateTime": when("2026-11-23T13:00:00")},
        {"scheduledStartDateTime": when("2026-11-23T06:00:00"), "scheduledEndDateTime": when("2026-11-23T07:00:00")},
        {"externalAudience": "everybody"},
        {"replyText": "x"},
        {"scheduledStartDateTime": when("2026-11-23T09:00:00", "Nowhere")},
    ],
)
def test_wrong_replies_are_refused(here: World, change: dict[str, Any]) -> None:
    body = {"automaticRepliesSetting": {**REPLY, "status": "scheduled", **change}}
    assert here.graph().patch("/me/mailboxSettings", json=body).status_code == 400
    assert here.graph().get("/me/mailboxSettings").json()["automaticRepliesSetting"]["status"] == "disabled"


def test_a_schedule_needs_its_times_and_the_permission(here: World) -> None:
    missing = {"automaticRepliesSetting": {"status": "scheduled"}}
    assert code_of(here.graph().patch("/me/mailboxSettings", json=missing)) == (400, "ErrorInvalidParameter")
    reader = here.graph(scopes=frozenset({"MailboxSettings.Read"}))
    assert code_of(reader.patch("/me/mailboxSettings", json=missing)) == (403, "ErrorAccessDenied")


def test_the_mailbox_has_a_zone(here: World) -> None:
    graph = here.graph()
    assert graph.get("/me/mailboxSettings").json()["timeZone"] == "W. Europe Standard Time"
    assert graph.patch("/me/mailboxSettings", json={"timeZone": "Asia/Tokyo"}).json()["timeZone"] == "Asia/Tokyo"
    assert graph.get("/me/mailboxSettings").json()["timeZone"] == "Asia/Tokyo"


def test_a_preferred_presence_shows_only_while_a_session_is_there(here: World) -> None:
    assert shown(here) == ("Offline", "Offline")
    answer = prefer(here, "DoNotDisturb", "DoNotDisturb", expirationDuration="PT8H")
    assert (answer.status_code, answer.content) == (200, b"")
    assert shown(here) == ("Offline", "Offline")
    session(here, expirationDuration="PT4H")
    assert shown(here) == ("DoNotDisturb", "DoNotDisturb")
    here.office.clock.advance(4 * 3600)
    assert shown(here) == ("Offline", "Offline")
    session(here, "Busy", "InACall", expirationDuration="PT4H")
    here.office.clock.advance(4 * 3600 - 1)
    assert shown(here) == ("DoNotDisturb", "DoNotDisturb")
    here.office.clock.advance(1)
    here.office.settings.presence(ADA).sessions["teams"] = ("Away", "Away", 0)
    assert shown(here) == ("Away", "Away")
    session(here, "Busy", "InACall")
    assert shown(here) == ("Busy", "InACall")
    here.office.clock.advance(300)
    assert shown(here) == ("Away", "Away")


@pytest.mark.parametrize(("pair", "days"), [(("Busy", "Busy"), 1), (("Away", "Away"), 7), (("Offline", "OffWork"), 7)])
def test_a_preferred_presence_ends_by_itself_or_on_request(here: World, pair: tuple[str, str], days: int) -> None:
    here.office.settings.presence(ADA).sessions["teams"] = ("Available", "Available", 0)
    prefer(here, *pair)
    here.office.clock.advance(days * 86_400 - 1)
    assert shown(here) == pair
    here.office.clock.advance(1)
    assert shown(here) == ("Available", "Available")
    prefer(here, *pair)
    assert do(here, "clearUserPreferredPresence", {}).status_code == 200
    assert shown(here) == ("Available", "Available")
    session(here, "DoNotDisturb", "Presenting")
    assert shown(here) == ("DoNotDisturb", "Presenting")
    do(here, "clearPresence", {"sessionId": CLIENT})
    assert shown(here) == ("Available", "Available")


def test_wrong_presences_are_refused(here: World) -> None:
    assert code_of(prefer(here, "Offline", "Offline"))[0] == 400
    assert code_of(prefer(here, "Busy", "Busy", expirationDuration="8 hours"))[0] == 400
    assert code_of(session(here, "Busy", "Busy"))[0] == 400
    assert code_of(session(here, expirationDuration="PT4M"))[0] == 400
    assert code_of(session(here, expirationDuration="PT5H"))[0] == 400
    assert code_of(do(here, "clearPresence", {"sessionId": "another"}))[0] == 400
    graph = here.graph()
    body = {"availability": "Busy", "activity": "Busy"}
    assert graph.post("/me/presence/setUserPreferredPresence", json=body).status_code == 400
    assert graph.post(f"/users/{ADA}/presence/setUserPreferredPresence", json=body).status_code == 400
    other = graph.post(f"/users/{here.oid(BEN)}/presence/setUserPreferredPresence", json=body)
    assert code_of(other) == (403, "ErrorAccessDenied")
    reader = here.graph(scopes=frozenset({"Presence.Read"}))
    refused = reader.post(f"/users/{here.oid()}/presence/setUserPreferredPresence", json=body)
    assert code_of(refused) == (403, "ErrorAccessDenied")


def test_personal_accounts_have_no_presence(here: World) -> None:
    assert code_of(do(here, "setUserPreferredPresence", {"availability": "Busy", "activity": "Busy"}, EVE))[0] == 400
    assert here.graph(EVE).get("/me/presence").status_code == 400


def test_a_status_message_ends_and_hides_its_times_from_others(here: World) -> None:
    message = {"message": {"content": "Deep work", "contentType": "text"}}
    expiring = {**message, "expiryDateTime": when("2026-11-23T12:00:00", "W. Europe Standard Time")}
    assert do(here, "setStatusMessage", {"statusMessage": expiring}).status_code == 200
    own = presence(here)["statusMessage"]
    assert own["message"]["content"] == "Deep work"
    assert own["publishedDateTime"] == "2026-11-23T08:00:00Z"
    reader = here.graph(BEN, EVERYTHING | {"Presence.Read.All"})
    assert presence(here, ADA, reader)["statusMessage"] == message
    assert code_of(here.graph(BEN).get(f"/users/{here.oid()}/presence")) == (403, "ErrorAccessDenied")
    here.office.clock.advance(3 * 3600)
    assert presence(here)["statusMessage"] is None
    assert do(here, "setStatusMessage", {"statusMessage": expiring}).status_code == 400
    do(here, "setStatusMessage", {"statusMessage": message})
    assert presence(here)["statusMessage"]["message"]["content"] == "Deep work"
    do(here, "setStatusMessage", {"statusMessage": {"message": {"content": "", "contentType": "text"}}})
    assert presence(here)["statusMessage"] is None


def test_being_away_and_in_a_meeting_follow_from_the_calendar(here: World) -> None:
    graph = here.graph()
    here.office.settings.presence(ADA).sessions["teams"] = ("Available", "Available", 0)
    guests = [{"emailAddress": {"address": BEN}}]
    meeting = event("2026-11-23T08:00:00", "2026-11-23T09:00:00", attendees=guests)
    graph.post("/me/events", json=meeting)
    assert shown(here) == ("Busy", "InAMeeting")
    here.office.clock.advance(3600)
    assert shown(here) == ("Available", "Available")
    graph = here.graph()
    graph.post("/me/events", json=event("2026-11-23T09:00:00", "2026-11-23T10:00:00", showAs="oof"))
    found = presence(here)
    assert (found["activity"], found["outOfOfficeSettings"]["isOutOfOffice"]) == ("OutOfOffice", True)
    here.office.clock.advance(3600)
    assert presence(here)["outOfOfficeSettings"] == {"isOutOfOffice": False, "message": None}
    reply = {"status": "alwaysEnabled", "internalReplyMessage": "Away."}
    here.graph().patch("/me/mailboxSettings", json={"automaticRepliesSetting": reply})
    assert "Away." in presence(here)["outOfOfficeSettings"]["message"]
