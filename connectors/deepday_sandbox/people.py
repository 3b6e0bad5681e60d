"""Who works there. All names are invented, all addresses are of the domain reserved for examples (RFC 2606)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person. ``closeness``: how often the owner has to do with them, relative to the others."""

    handle: str
    name: str
    title: str
    zone: str
    closeness: float = 1.0

    @property
    def email(self) -> str:
        """The address."""
        return f"{self.handle}@example.com"


@dataclass(frozen=True, slots=True)
class Bot:
    """A program that posts. ``modern``: it posts as a user with ``bot_id``, not with the subtype ``bot_message``."""

    handle: str
    name: str
    modern: bool


OWNER: Final = Colleague("jonna.feldmark", "Jonna Feldmark", "Machine Learning Engineer", "Europe/Berlin")
MANAGER: Final = Colleague("imogen.ashdown", "Imogen Ashdown", "Engineering Manager", "Europe/London", 1.6)

BERLIN_TEAM: Final = (
    Colleague("tarek.osswald", "Tarek Osswald", "Machine Learning Engineer", "Europe/Berlin", 3.0),
    Colleague("lene.brandvold", "Lene Brandvøld", "Data Engineer", "Europe/Berlin", 2.2),
    Colleague("milo.krasnik", "Milo Krasnik", "Platform Engineer", "Europe/Berlin", 1.4),
    Colleague("selin.altayli", "Selin Altayli", "Product Manager", "Europe/Berlin", 1.8),
)
LONDON_TEAM: Final = (MANAGER, Colleague("rhys.pellowe", "Rhys Pellowe", "Research Engineer", "Europe/London", 1.2))
NEW_YORK_TEAM: Final = (
    Colleague("dana.whitcombe", "Dana Whitcombe", "Staff Engineer, Training", "America/New_York", 1.4),
    Colleague("marcus.oyelarin", "Marcus Oyelarin", "Site Reliability Engineer", "America/New_York", 1.0),
)
BENGALURU_TEAM: Final = (
    Colleague("kavya.raghunath", "Kavya Raghunath", "Data Scientist", "Asia/Kolkata", 1.2),
    Colleague("nikhil.suvarna", "Nikhil Suvarna", "Machine Learning Engineer", "Asia/Kolkata", 1.0),
)
COLLEAGUES: Final = (*BERLIN_TEAM, *LONDON_TEAM, *NEW_YORK_TEAM, *BENGALURU_TEAM)
EVERYBODY: Final = (OWNER, *COLLEAGUES)

CI_BOT: Final = Bot("forge-ci", "Forge CI", modern=False)
TRAINING_BOT: Final = Bot("train-watch", "Train Watch", modern=True)
REVIEW_BOT: Final = Bot("review-relay", "Review Relay", modern=True)
BOTS: Final = (CI_BOT, TRAINING_BOT, REVIEW_BOT)
