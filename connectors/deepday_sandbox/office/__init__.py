"""The simulated office: people, calendars, chat and settings, seen through three vendors' wire formats.

One shared state, a clock that can be turned, faults that can be switched on. Each vendor's face is a module of its own
(:mod:`deepday_sandbox.google`, :mod:`deepday_sandbox.microsoft`, :mod:`deepday_sandbox.slack`); none of them knows
another, nor a real connector.
"""

from deepday_sandbox.office.calendars import Calendars, ConflictError, Entry, GoneError, Guest, Timed
from deepday_sandbox.office.chat import Chat, Post, Room
from deepday_sandbox.office.clock import OfficeClock
from deepday_sandbox.office.faults import Fault, FaultKind, Faults
from deepday_sandbox.office.people import Directory, Worker
from deepday_sandbox.office.settings import AutoReply, ChatProfile, PresenceBoard, Settings
from deepday_sandbox.office.state import Office
from deepday_sandbox.office.tokens import Grant, Tokens

__all__ = [
    "AutoReply",
    "Calendars",
    "Chat",
    "ChatProfile",
    "ConflictError",
    "Directory",
    "Entry",
    "Fault",
    "FaultKind",
    "Faults",
    "GoneError",
    "Grant",
    "Guest",
    "Office",
    "OfficeClock",
    "Post",
    "PresenceBoard",
    "Room",
    "Settings",
    "Timed",
    "Tokens",
    "Worker",
]
