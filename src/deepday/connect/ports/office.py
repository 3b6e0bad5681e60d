"""Ports for rehearsing: samples on disk, and an office in which people live."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Sample:
    """A generated sample on disk, with what one must know to measure it."""

    calendars: tuple[Path, ...]
    slack_export: Path
    email: str
    zone: str
    hours: str
    holidays: str
    trips: tuple[tuple[date, date, str], ...]
    first: date
    last: date


@runtime_checkable
class SampleWriter(Protocol):
    """A connector that can make a believable sample."""

    def write_sample(self, folder: Path, seed: int) -> Sample:
        """Write the same sample for the same seed, and say what it is."""
        ...


class OfficeLife(Protocol):
    """What the people of a simulated office do, and its clock. People are named by their addresses."""

    def now(self) -> datetime:
        """Return the office's instant, aware, in UTC."""
        ...

    def turn(self, to: datetime) -> None:
        """Let it be that instant."""
        ...

    def sign_in_options(self, folder: Path) -> Mapping[str, Mapping[str, str]]:
        """Return what each vendor's sign-in must be told, by provider; what must be a file goes into the folder."""
        ...

    def consent(self, address: str) -> None:
        """Let the owner open that page, allow everything, and follow where it leads."""
        ...

    def app_tokens(self) -> tuple[str, str, str]:
        """Let the owner make and install a Slack app; return its user, bot and app-level token."""
        ...

    def status(self) -> str:
        """Return the owner's status as colleagues see it."""
        ...

    def set_status(self, text: str, emoji: str) -> None:
        """Let the owner set a status by hand."""
        ...

    def entries(self) -> frozenset[tuple[str, int]]:
        """Return id and version of each entry in the owner's calendar."""
        ...

    def chat_id(self, email: str) -> str:
        """Return somebody's id in chat."""
        ...

    def write_calendar(self, email: str, file: Path) -> None:
        """Write when somebody is busy as an .ics file, without titles."""
        ...

    def busy(self, days: Collection[date], quiet: Collection[date]) -> int:
        """Let colleagues write to the owner on these days, less on quiet ones; return how many messages there are."""
        ...

    def write_app(self, email: str, text: str) -> None:
        """Let somebody write to deepday's app."""
        ...

    def press(self, email: str, action: str) -> bool:
        """Let somebody press the newest button of that name; tell whether it was acknowledged.

        Raises :class:`LookupError` where there is none.
        """
        ...

    def heard(self, email: str, words: str, within: float = 20.0) -> str:
        """Return the app's newest message with those words to somebody, once it is there.

        Raises :class:`TimeoutError` after ``within`` seconds.
        """
        ...


@dataclass(frozen=True, slots=True)
class ServedOffice:
    """A simulated office: its base ``url``, its time (``opened_at``, UTC seconds when it was opened), its people.

    ``commands`` connect to it, a title and the lines to type for each vendor.
    """

    url: str
    opened_at: int
    life: OfficeLife
    commands: tuple[tuple[str, tuple[str, ...]], ...] = ()


@runtime_checkable
class OfficeServer(Protocol):
    """A connector that simulates the vendors on this machine."""

    def serve_office(self, port: int, seed: int) -> AbstractContextManager[ServedOffice]:
        """Serve while the context lasts. Raises :class:`OSError` where the port is taken."""
        ...
