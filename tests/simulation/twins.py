"""An office and its twin in which deepday never ran: what people did with their own hands, done there too."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepday.model import EMPTY, AnySetting, Interval, SettingKind
from tests.simulation.office import WatchedOffice

if TYPE_CHECKING:
    from tests.simulation.world import World


@dataclass(slots=True)
class Deeds:
    """What people did with their own hands, each with its second; deepday's events that they moved are not theirs."""

    settings: list[tuple[int, SettingKind, AnySetting]] = field(default_factory=list)
    meetings: list[tuple[int, Interval, str]] = field(default_factory=list)

    def done_in(self, office: WatchedOffice, until: int) -> None:
        """Do the same in an office where nothing else happens."""
        deeds = [(at, 0, index) for index, (at, _, _) in enumerate(self.settings)]
        deeds += [(at, 1, index) for index, (at, _, _) in enumerate(self.meetings)]
        for at, what, index in sorted(deeds):
            office.pass_time(at - office.now())
            if what == 0:
                _, kind, value = self.settings[index]
                office.put(kind, value, "person")
            else:
                _, when, title = self.meetings[index]
                office.add_event(when, title)
        office.pass_time(until - office.now())


def shown(world: "World", office: WatchedOffice) -> dict[str, object]:
    """Return all that anybody can see in an office, but what nobody could have decided in that world."""
    values: dict[str, object] = {
        kind: EMPTY[kind] if kind in world.oracle.undecided else office.shown(kind) for kind in SettingKind
    }
    return values | {"calendar": sorted((one.when.start, one.when.end, one.title, one.marker) for one in office.live())}
