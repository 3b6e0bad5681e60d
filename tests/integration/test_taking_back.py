"""After any history everything can be taken back: the office is as one in which deepday never ran."""

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime
from random import Random

import pytest

from deepday.model import SettingKind
from tests.connectors.google.google_office import OWNER as AT_GOOGLE
from tests.connectors.microsoft.microsoft_office import ADA
from tests.integration.stage import RealOffice, RealStage, Served, served
from tests.simulation.living import run_seed
from tests.simulation.world import World, remove_disk

_NO_REPLY = {"externalAudience": "all", "status": "disabled"}  # what a mailbox shows that never had one
_BOOKKEEPING = {"id", "uid", "version", "changed", "created", "updated", "sequence"}


@pytest.fixture(scope="module")
def there() -> Iterator[Served]:
    with served() as office:
        yield office
    remove_disk()


@pytest.fixture(scope="module")
def twin() -> Iterator[Served]:
    """An office in which deepday never ran."""
    with served() as office:
        yield office


def bytes_of(there: Served, office: RealOffice, world: World) -> bytes:
    """Return what the vendors keep of the person, but what nobody could have decided in that world."""
    for kind in SettingKind:
        office.shown(kind)  # a vendor clears what has ended when somebody looks
    settings = there.office.settings
    profile = asdict(settings.profile("anna@example.com"))
    replies = {email: asdict(settings.reply(email)) for email in (AT_GOOGLE, ADA)}
    replies[ADA]["graph"] = _NO_REPLY | replies[ADA]["graph"]
    presence = asdict(settings.presence(ADA))
    if presence["preferred"]:  # Graph tells nobody until when
        presence["preferred"] = presence["preferred"][:2]
    if SettingKind.STATUS in world.oracle.undecided:
        profile |= {name: "" for name in profile if name.startswith("status")}
    if SettingKind.DO_NOT_DISTURB in world.oracle.undecided:
        profile["snooze_until"] = 0
    if SettingKind.AUTO_REPLY in world.oracle.undecided:
        replies = {}
    if SettingKind.PRESENCE in world.oracle.undecided:
        presence = {}
    events = [
        {one.name: getattr(entry, one.name) for one in fields(entry) if one.name not in _BOOKKEEPING}
        for email in (AT_GOOGLE, ADA)
        for entry in there.office.calendars.find(email).entries.values()
        if not entry.deleted
    ]
    whole = [profile, replies, presence, sorted(events, key=str)]
    return json.dumps(whole, default=str, sort_keys=True, indent=1).encode()


def taken_back(there: Served, twin: Served, calendar: str, seed: int) -> bool:
    """Live through a history, take back everything, and compare; tell whether deepday ever wrote anything."""
    stage = RealStage(there, calendar)
    world = run_seed(seed, back=True, second_device=False, stage=stage)
    other = RealStage(twin, calendar)
    _, untouched = other.opened(world.began, Random(seed))
    twin.office.clock.turn(datetime.fromtimestamp(world.began_at, UTC))
    world.deeds.done_in(untouched, world.now())
    assert bytes_of(there, stage.office, world).decode() == bytes_of(twin, other.office, world).decode(), seed
    return world.oracle.writes > 0


@pytest.mark.parametrize("calendar", ["google", "microsoft"])
@pytest.mark.parametrize("first", range(10_000, 10_100, 10))
def test_the_office_is_as_if_deepday_had_never_run(there: Served, twin: Served, calendar: str, first: int) -> None:
    assert sum(taken_back(there, twin, calendar, seed) for seed in range(first, first + 10)) == 10


KEPT = {
    10_020: "an automatic reply ended before deepday looked again, and left its words",
    10_052: "a presence of which the outcome was unknown was to have another end when it was seen",
}


@pytest.mark.parametrize("seed", KEPT)
def test_histories_that_once_left_something_behind(there: Served, twin: Served, seed: int) -> None:
    assert taken_back(there, twin, "microsoft", seed)
