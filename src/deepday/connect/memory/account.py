"""The account in memory."""

from deepday.connect.memory.asking import AskingPart
from deepday.connect.memory.events import EventsPart
from deepday.connect.memory.invitations import InvitationsPart
from deepday.connect.memory.making import MakingPart
from deepday.connect.memory.messages import MessagesPart
from deepday.connect.memory.settings import SettingsPart
from deepday.connect.ports.account import Capabilities, Port


class MemoryAccount(EventsPart, SettingsPart, MessagesPart, AskingPart, InvitationsPart, MakingPart):
    """The owner's account in a :class:`~deepday.connect.memory.MemoryOffice`; satisfies every port in full."""

    def capabilities(self) -> Capabilities:
        """Say that all of it can be done."""
        return Capabilities(frozenset(Port))

    def clock_skew(self) -> float:
        """Say that the office goes by our clock."""
        return 0.0
