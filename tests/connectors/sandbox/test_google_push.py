"""Notification channels over loopback: first message, numbers, losses, doubles, order, ends."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.connectors.sandbox.google_world import ANNA, BEN, World, event, google_world, refused


@dataclass
class Receiver:
    """Somebody who is notified: the headers of each message, and the statuses to answer first."""

    address: str
    inbox: queue.Queue[dict[str, str]]
    answers: list[int]

    def take(self) -> dict[str, str]:
        return self.inbox.get(timeout=10)


@pytest.fixture
def world() -> Iterator[World]:
    with google_world() as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    inbox: queue.Queue[dict[str, str]] = queue.Queue()
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            inbox.put({name.lower(): value for name, value in self.headers.items()})
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Receiver(f"https://127.0.0.1:{server.server_port}/hook", inbox, answers)
        server.shutdown()
        thread.join()


def watch(world: World, receiver: Receiver, **more: Any) -> dict[str, Any]:
    body = {"id": "c-1", "type": "web_hook", "address": receiver.address, "token": "secret", **more}
    channel: dict[str, Any] = world.calendar().events().watch(calendarId="primary", body=body).execute()
    return channel


def change(world: World, name: str) -> None:
    world.calendar().events().insert(calendarId="primary", body=event(name)).execute()


def numbers(receiver: Receiver, count: int) -> list[int]:
    return [int(receiver.take()["x-goog-message-number"]) for _ in range(count)]


def test_a_channel_begins_with_sync_and_counts_with_gaps(world: World, receiver: Receiver) -> None:
    channel = watch(world, receiver)
    assert channel["expiration"] == str((world.office.clock.seconds() + 604_800) * 1000)
    first = receiver.take()
    assert first["x-goog-channel-id"] == "c-1"
    assert first["x-goog-channel-token"] == "secret"
    assert first["x-goog-channel-expiration"] == "Fri, 27 Nov 2026 12:00:00 GMT"
    assert first["x-goog-resource-id"] == channel["resourceId"]
    assert first["x-goog-resource-uri"] == channel["resourceUri"]
    assert (first["x-goog-resource-state"], first["x-goog-message-number"]) == ("sync", "1")
    assert first.get("content-length", "0") == "0"
    for name in ("ddaa1", "ddaa2", "ddaa3", "ddaa4"):
        change(world, name)
    later = [receiver.take() for _ in range(4)]
    assert {message["x-goog-resource-state"] for message in later} == {"exists"}
    counted = [int(message["x-goog-message-number"]) for message in later]
    assert counted == sorted(set(counted))
    assert counted[-1] > 5


def test_what_others_write_is_notified_too(world: World, receiver: Receiver) -> None:
    watch(world, receiver)
    receiver.take()
    change(world, "ddaa1")
    receiver.take()
    world.office.calendars.delete(ANNA, "ddaa1")
    assert receiver.take()["x-goog-resource-state"] == "exists"


def test_notifications_get_lost_doubled_and_reordered(world: World, receiver: Receiver) -> None:
    switches = world.office.vendor["google"]["push"]
    watch(world, receiver)
    receiver.take()
    switches["lose"] = 1
    change(world, "ddaa1")
    switches["double"] = 1
    change(world, "ddaa2")
    world.face.settle()
    doubled = numbers(receiver, 2)
    assert doubled[0] == doubled[1]
    switches["reorder"] = 1
    change(world, "ddaa3")
    change(world, "ddaa4")
    world.face.settle()
    late, early = numbers(receiver, 2)
    assert late > early > doubled[0]
    assert receiver.inbox.empty()


def test_a_message_is_repeated_for_a_server_s_error(world: World, receiver: Receiver) -> None:
    receiver.answers.extend([503, 500])
    watch(world, receiver)
    assert numbers(receiver, 3) == [1, 1, 1]
    world.face.settle()
    assert receiver.inbox.empty()


def test_a_channel_ends_by_itself_or_when_it_is_stopped(world: World, receiver: Receiver) -> None:
    watch(world, receiver, params={"ttl": "3600"})
    second = watch(world, receiver, id="c-2")
    numbers(receiver, 2)
    world.office.clock.advance(3600)
    service = world.calendar()
    change(world, "ddaa1")
    assert receiver.take()["x-goog-channel-id"] == "c-2"
    stop = {"id": "c-2", "resourceId": second["resourceId"]}
    assert refused(world.calendar(BEN).channels().stop(body=stop)) == (404, "notFound")
    assert refused(service.channels().stop(body={**stop, "resourceId": "other"})) == (404, "notFound")
    assert service.channels().stop(body=stop).execute() == ""
    assert refused(service.channels().stop(body=stop)) == (404, "notFound")
    change(world, "ddaa2")
    world.face.settle()
    assert receiver.inbox.empty()


def test_a_life_is_cut_to_the_longest(world: World, receiver: Receiver) -> None:
    channel = watch(world, receiver, params={"ttl": "99999999"})
    assert channel["expiration"] == str((world.office.clock.seconds() + 2_592_000) * 1000)


def test_nobody_listening_harms_nobody(world: World) -> None:
    body = {"id": "c-1", "type": "web_hook", "address": "https://127.0.0.1:9/hook"}
    world.calendar().events().watch(calendarId="primary", body=body).execute()
    change(world, "ddaa1")
    world.face.settle()
    found = world.calendar().events().list(calendarId="primary").execute()["items"]
    assert [event["id"] for event in found] == ["ddaa1"], "the change itself went through"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"id": ""}, "required"),
        ({"id": "c" * 65}, "invalid"),
        ({"id": "taken"}, "channelIdNotUnique"),
        ({"type": "carrier_pigeon"}, "invalid"),
        ({"token": "t" * 257}, "invalid"),
        ({"address": "ftp://127.0.0.1/"}, "push.webhookUrlNotHttps"),
        ({"address": "https://hooks.example.com/"}, "push.webhookUrlUnauthorized"),
        ({"expiration": "1000"}, "invalid"),
        ({"expiration": "soon"}, "invalid"),
    ],
)
def test_a_wrong_channel_is_refused(world: World, receiver: Receiver, more: dict[str, Any], reason: str) -> None:
    watch(world, receiver, id="taken", address=receiver.address)
    body = {"id": "c-9", "type": "web_hook", "address": receiver.address, **more}
    assert refused(world.calendar().events().watch(calendarId="primary", body=body)) == (400, reason)
