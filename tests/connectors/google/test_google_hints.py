"""Hints: what is taken for one, and what happens to the channels."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deepday.errors import GoneError, RetryLaterError, UnsupportedError
from deepday.model import Interval, Secret, Watch
from deepday_google.account import GoogleAccount
from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.google.google_office import OWNER, GoogleOffice, google_office, receiving

HOUR = 3600
SECRET = "a-secret-of-ours-0123456789abcdef"


@pytest.fixture
def world() -> Iterator[GoogleOffice]:
    with google_office() as made, receiving(made):
        yield made


@pytest.fixture
def account(world: GoogleOffice) -> Iterator[GoogleAccount]:
    with world.account() as opened:
        yield opened


def watch(world: GoogleOffice, **given: object) -> Watch:
    usual = Watch("watch-1", OWNER, world.hints, Secret(SECRET), world.now() + HOUR)
    return replace(usual, **given)  # type: ignore[arg-type]


def change(world: GoogleOffice) -> None:
    world.add_event(Interval(world.now(), world.now() + HOUR))


def channels(world: GoogleOffice) -> set[str]:
    return set(world.office.vendor["google"]["channels"])


def test_the_first_message_says_only_that_it_begins(world: GoogleOffice, account: GoogleAccount) -> None:
    ordered = account.watch_calendar(watch(world))
    ((headers, body),) = world.messages()
    assert headers["X-Goog-Resource-State"] == "sync"
    assert account.hinted(headers, body, [ordered]) == frozenset()


@pytest.mark.parametrize("name", ["X-Goog-Channel-ID", "X-Goog-Channel-Token", "X-Goog-Resource-ID"])
def test_a_hint_must_be_right_in_every_part(world: GoogleOffice, account: GoogleAccount, name: str) -> None:
    ordered = account.watch_calendar(watch(world))
    change(world)
    ((headers, body),) = world.delivered_hints()
    assert account.hinted(headers, body, [ordered]) == {OWNER}
    assert account.hinted({key.lower(): value for key, value in headers.items()}, body, [ordered]) == {OWNER}
    for wrong in ("", "guessed", "\udcff\N{SNOWMAN}"):
        assert account.hinted({**headers, name: wrong}, body, [ordered]) == frozenset()
    assert account.hinted({key: value for key, value in headers.items() if key != name}, b"", [ordered]) == frozenset()


def test_a_watch_without_a_secret_believes_nobody(world: GoogleOffice, account: GoogleAccount) -> None:
    headers = {"X-Goog-Channel-ID": "watch-1", "X-Goog-Resource-State": "exists"}
    assert account.hinted(headers, b"", [watch(world, secret=Secret(""))]) == frozenset()


def test_the_vendor_s_end_counts(world: GoogleOffice, account: GoogleAccount) -> None:
    world.office.vendor["google"]["longest_channel"] = 60
    assert account.watch_calendar(watch(world)).until == world.now() + 60


def test_renewing_is_ordering_anew_and_stopping_the_old_one(world: GoogleOffice, account: GoogleAccount) -> None:
    ordered = account.watch_calendar(watch(world))
    longer = account.renew_watch(ordered, ordered.until + HOUR)
    assert channels(world) == {longer.id}
    assert len(longer.id) <= 64
    change(world)
    hinted = [account.hinted(headers, body, [longer]) for headers, body in world.delivered_hints()]
    assert hinted == [{OWNER}]


def test_a_renewal_whose_answer_was_lost_can_be_done_again(world: GoogleOffice, account: GoogleAccount) -> None:
    ordered = account.watch_calendar(watch(world))
    world.office.faults.add(Fault(FaultKind.RESET_AFTER, path="/watch"))
    with pytest.raises(RetryLaterError):
        account.renew_watch(ordered, ordered.until + HOUR)
    longer = account.renew_watch(ordered, ordered.until + HOUR)
    assert channels(world) == {longer.id}
    account.stop_watch(longer)
    assert channels(world) == set()


def test_an_old_channel_that_cannot_be_stopped_ends_by_itself(world: GoogleOffice, account: GoogleAccount) -> None:
    ordered = account.watch_calendar(watch(world))
    world.office.faults.add(Fault(FaultKind.STATUS, path="/stop", status=503))
    longer = account.renew_watch(ordered, ordered.until + HOUR)
    assert channels(world) == {ordered.id, longer.id}


def test_a_watch_that_is_over_is_gone(world: GoogleOffice, account: GoogleAccount) -> None:
    ordered = account.watch_calendar(watch(world))
    world.pass_time(HOUR)
    with pytest.raises(GoneError):
        account.renew_watch(ordered, world.now() + HOUR)
    assert channels(world) == {ordered.id}


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/hints", "https://elsewhere.example.com/hints"])
def test_an_address_that_google_cannot_reach_is_unsupported(
    world: GoogleOffice, account: GoogleAccount, address: str
) -> None:
    with pytest.raises(UnsupportedError, match="address"):
        account.watch_calendar(watch(world, address=address))


def test_a_calendar_that_is_not_there_cannot_be_watched(world: GoogleOffice, account: GoogleAccount) -> None:
    with pytest.raises(GoneError):
        account.watch_calendar(watch(world, calendar="no-such-calendar"))


def test_what_is_not_known_at_google_is_stopped_without_a_request(world: GoogleOffice, account: GoogleAccount) -> None:
    account.stop_watch(watch(world))
    assert world.asked() == []
