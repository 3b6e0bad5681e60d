"""The same office, read five ways, has the same measured days."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from deepday.app.accounts import connect
from deepday.app.measuring import measure_period
from deepday.app.request import Request
from deepday.config.paths import config_file, database_location
from deepday.connect import Sample, no_progress
from deepday.connect.memory.office import Said
from deepday.measure.result import DayMeasure
from deepday.model import DateRange, Interval
from deepday.store import open_store
from deepday_sandbox import SandboxConnector
from tests.connectors.caldav.caldav_office import PASSWORD, People, radicale
from tests.connectors.caldav.test_caldav_sample import objects_of
from tests.integration.open_office import TEAM, Person, World, open_office
from tests.unit.app import stranger

EVER = Interval(0, 2**40)
Days = tuple[DayMeasure, ...]


@dataclass
class Ground:
    """A seed's office, its exports, and what the ways before have measured."""

    world: World
    sample: Sample

    @contextmanager
    def home(self, name: str) -> Iterator[Path]:
        """Give deepday another home, with the owner's settings in it."""
        with pytest.MonkeyPatch.context() as patch:
            folder = self.world.folder / name
            patch.setenv("DEEPDAY_CONFIG", str(folder / "deepday.toml"))
            patch.setenv("DEEPDAY_DATA", str(folder / "data"))
            folder.mkdir()
            config_file().write_text(settings_of(self.sample))
            yield folder

    def measured(self, **files: object) -> Days:
        request = Request(first=str(self.sample.first), last=str(self.sample.last))
        outcome = measure_period(replace(request, **files), no_progress, clock=self.world.office.clock)  # type: ignore[arg-type]
        assert outcome.problem is None
        return tuple(outcome.measurement.days)


def settings_of(sample: Sample) -> str:
    trips = "".join(
        f"[[trips]]\nfirst = {first}\nlast = {last}\nzone = '{zone}'\n" for first, last, zone in sample.trips
    )
    me = f"email = '{sample.email}'\nzone = '{sample.zone}'\nhours = '{sample.hours}'\nholidays = '{sample.holidays}'"
    return f"[me]\n{me}\n{trips}"


def by_files(ground: Ground) -> Days:
    return ground.measured(calendars=tuple(map(str, ground.sample.calendars)), slack_export=ground.sample.slack_export)


def by_google(ground: Ground) -> Days:
    ground.world.connect_google()
    ground.world.connect_slack()
    ground.world.sync(TEAM)
    return ground.measured()


def by_microsoft(ground: Ground) -> Days:
    ground.world.connect_microsoft()
    ground.world.connect_slack()
    ground.world.sync(TEAM)
    return ground.measured()


def by_caldav(ground: Ground) -> Days:
    with radicale(ground.world.folder / "radicale") as server:
        user = People(server, [path.stem for path in ground.sample.calendars])
        for export in ground.sample.calendars:
            for text in objects_of(export):
                user.put(text, export.stem)
        options = {"url": server.url, "user": user.user, "password": ""}
        ground.world.connect("caldav", options, Person([PASSWORD]))
        ground.world.connect_slack()
        ground.world.sync(*(path.stem.title() for path in ground.sample.calendars))
        user.close()
        return ground.measured()


def in_memory(ground: Ground) -> Days:
    """Read what the exports say, and what was said by Slack itself, from an office in memory."""
    with ground.home("source"):
        ground.world.connect_google()
        ground.world.connect_slack()
        ground.world.sync(TEAM)
        with open_store(database_location(), ground.world.office.clock) as store:
            events = store.events(EVER, DateRange(ground.sample.first, ground.sample.last))
            stream = store.activity(EVER)
    with pytest.MonkeyPatch.context() as patch, stranger.installed(ground.world.folder / "memory", patch) as made:
        config_file().parent.mkdir(parents=True)
        config_file().write_text(settings_of(ground.sample))
        made.clock = ground.world.office.clock  # type: ignore[assignment]  # it is only asked
        office = made.office(ground.sample.email, page_size=100)
        office.add_whole("primary", events)
        for index, at in enumerate(stream.at):
            conversation = stream.conversations[stream.conversation[index]]
            micros = at * 1_000_000 + stream.micros[index]
            outgoing, mention = bool(stream.outgoing[index]), bool(stream.mention[index])
            office.said.append(Said(micros, conversation.pseudonym, conversation.kind, outgoing, mention, ""))
        connect("stranger", stranger.options(ground.sample.email), Person(), ground.world.office.clock)
        ground.world.sync()
        return ground.measured()


WAYS: dict[str, Callable[[Ground], Days]] = {
    "Microsoft": by_microsoft,
    "CalDAV": by_caldav,
    "in memory": in_memory,
    "files": by_files,
}


@pytest.fixture(scope="module", params=[1, 2, 7])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ground, Days]]:
    folder = tmp_path_factory.mktemp("ways")
    with open_office(folder, request.param) as world:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("deepday_sandbox.slack_export.BROKEN", date.min)  # a damaged export is another test's matter
            made = Ground(world, SandboxConnector().write_sample(folder / "sample", request.param))
        with made.home("google"):
            yield made, by_google(made)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_measures_the_same_days(ground: tuple[Ground, Days], way: str) -> None:
    there, by_google_days = ground
    with there.home(way.replace(" ", "-")):
        days = WAYS[way](there)
    assert len(days) == (there.sample.last - there.sample.first).days + 1
    assert sum(day.figures.interruptions or 0 for day in days) > 50
    assert all(day.calendar_observed and day.messages_observed for day in days)
    assert days == by_google_days
