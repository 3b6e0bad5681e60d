"""The office as a whole."""

import threading
from dataclasses import dataclass, field
from typing import Any

from deepday_sandbox.office.calendars import Calendars
from deepday_sandbox.office.chat import Chat
from deepday_sandbox.office.clock import OfficeClock
from deepday_sandbox.office.faults import Faults
from deepday_sandbox.office.people import Directory
from deepday_sandbox.office.settings import Settings
from deepday_sandbox.office.tokens import Tokens


@dataclass(slots=True)
class Office:
    """Everything the vendors' faces show. Hold ``lock`` while reading or writing: requests come from many threads.

    ``vendor`` is where a face keeps what belongs to it alone (channels, subscriptions, sockets), under its own name.
    """

    clock: OfficeClock = field(default_factory=OfficeClock)
    people: Directory = field(default_factory=Directory)
    chat: Chat = field(default_factory=Chat)
    settings: Settings = field(default_factory=Settings)
    faults: Faults = field(default_factory=Faults)
    vendor: dict[str, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    calendars: Calendars = field(init=False)
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.calendars = Calendars(self.clock)
        self.tokens = Tokens(self.clock)
