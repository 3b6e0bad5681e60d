"""Answers to invitations and calendars that are made: the sandbox refuses what the vendors refuse."""

from collections.abc import Iterator
from typing import Any

import pytest

from deepday.model import Response
from deepday_sandbox.microsoft import ids
from deepday_sandbox.office.calendars import Entry, Guest
from tests.connectors.sandbox import microsoft_world as graph_world
from tests.connectors.sandbox.google_world import ANNA, BEN, CARA, World, google_world, refused, timed
from tests.connectors.sandbox.microsoft_world import encoded

GUESTS = (Guest(BEN, response=Response.ACCEPTED), Guest(ANNA), Guest(CARA))


@pytest.fixture
def google() -> Iterator[World]:
    with google_world() as world:
        for email in (ANNA, BEN):
            entry = Entry("meeting", "uid-meeting", timed(12, 1, 9), "Sync", organiser=BEN, guests=GUESTS)
            world.office.calendars.create(email, entry)
        yield world


def patched(world: World, body: dict[str, Any], **query: str) -> Any:
    return world.calendar().events().patch(calendarId="primary", eventId="meeting", body=body, **query)


def own(response: str, **more: str) -> dict[str, Any]:
    return {"attendeesOmitted": True, "attendees": [{"email": ANNA, "responseStatus": response, **more}]}


def test_google_changes_the_own_row_and_tells_the_organiser(google: World) -> None:
    shown = patched(google, own("declined", comment="Later, please."), sendUpdates="all").execute()
    assert [row["responseStatus"] for row in shown["attendees"]] == ["accepted", "declined", "needsAction"]
    copy = google.office.calendars.get(BEN, "meeting")
    assert {guest.email: guest.comment for guest in copy.guests}[ANNA] == "Later, please."
    [told] = google.office.calendars.told
    assert (told.organiser, told.guest, told.response, told.words) == (BEN, ANNA, Response.DECLINED, "Later, please.")


def test_google_mails_nobody_unless_asked_to(google: World) -> None:
    patched(google, own("declined")).execute()
    assert google.office.calendars.told == []
    assert google.office.calendars.get(BEN, "meeting").guests[1].response is Response.DECLINED


def test_google_refuses_to_change_the_rows_of_others(google: World) -> None:
    theirs = {"attendeesOmitted": True, "attendees": [{"email": CARA, "responseStatus": "declined"}]}
    assert refused(patched(google, theirs)) == (400, "invalid")
    alone = {"attendees": [{"email": ANNA, "responseStatus": "declined"}]}
    assert refused(patched(google, alone)) == (403, "forbiddenForNonOrganizer")


def test_google_makes_calendars_only_with_a_title_and_the_scope(google: World) -> None:
    calendars = google.calendar(scopes=("calendar.app.created",)).calendars()
    assert refused(calendars.insert(body={})) == (400, "required")
    assert refused(calendars.insert(body={"summary": "x", "timeZone": "Mars"})) == (400, "invalid")
    made = calendars.insert(body={"summary": "Deep work"}).execute()
    assert refused(google.calendar(scopes=("calendar.events.owned",)).calendars().insert(body={"summary": "x"})) == (
        403,
        "insufficientPermissions",
    )
    # The scope reaches what was made with it, and nothing else.
    assert refused(calendars.delete(calendarId="primary")) == (403, "insufficientPermissions")
    events = google.calendar(scopes=("calendar.app.created",)).events()
    assert refused(events.list(calendarId="primary"))[0] == 403
    assert events.list(calendarId=made["id"]).execute()["items"] == []
    assert refused(google.calendar().calendars().delete(calendarId="primary")) == (400, "invalid")
    assert calendars.delete(calendarId=made["id"]).execute() == ""
    assert refused(calendars.delete(calendarId=made["id"])) == (404, "notFound")


@pytest.fixture
def graph() -> Iterator[graph_world.World]:
    with graph_world.world() as world:
        yield world


def invited(world: graph_world.World, organiser: str = graph_world.BEN) -> str:
    guests = (Guest(graph_world.ADA), Guest(graph_world.EVE))
    entry = Entry("meeting", "uid-meeting", timed(12, 1, 9), "Sync", organiser=organiser, guests=guests)
    calendar = graph_world.ADA
    return encoded(ids.of_entry(calendar, world.office.calendars.create(calendar, entry), immutable=False))


def test_graph_takes_a_declined_meeting_out_and_mails_the_organiser(graph: graph_world.World) -> None:
    name = invited(graph)
    client = graph.graph()
    done = client.post(f"/me/events/{name}/decline", json={"comment": "Later.", "sendResponse": True})
    assert (done.status_code, done.content) == (202, b"")
    assert client.get(f"/me/events/{name}").status_code == 404
    assert [(one.organiser, one.words) for one in graph.office.calendars.told] == [(graph_world.BEN, "Later.")]
    assert client.post(f"/me/events/{name}/decline", json={}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"), [({"comment": "x", "sendResponse": False}, 400), ({"comment": 7}, 400), ({"words": "x"}, 400)]
)
def test_graph_refuses_answers_that_make_no_sense(graph: graph_world.World, body: Any, status: int) -> None:
    name = invited(graph)
    assert graph.graph().post(f"/me/events/{name}/decline", json=body).status_code == status
    assert graph.office.calendars.told == []


def test_graph_lets_nobody_decline_their_own_meeting_or_without_permission(graph: graph_world.World) -> None:
    name = invited(graph, graph_world.ADA)
    assert graph.graph().post(f"/me/events/{name}/decline", json={}).status_code == 400
    reading = graph.graph(scopes=frozenset({"Calendars.Read"}))
    assert reading.post(f"/me/events/{name}/decline", json={}).status_code == 403


def test_graph_makes_each_name_once_and_keeps_the_default_calendar(graph: graph_world.World) -> None:
    client = graph.graph()
    made = client.post("/me/calendars", json={"name": "Deep work"})
    assert made.status_code == 201
    again = client.post("/me/calendars", json={"name": "deep work"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ErrorFolderExists")
    assert client.post("/me/calendars", json={"name": " "}).status_code == 400
    default = encoded(ids.of_calendar(graph_world.ADA))
    assert client.delete(f"/me/calendars/{default}").status_code == 400
    name = encoded(made.json()["id"])
    assert client.delete(f"/me/calendars/{name}").status_code == 204
    assert client.delete(f"/me/calendars/{name}").status_code == 404
    assert client.get("/me/calendars", params={"$filter": "name eq 'x'"}).status_code == 400
