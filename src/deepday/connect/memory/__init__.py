"""A complete connector over an office in memory: the reference for the contracts, a double for tests.

:class:`MemoryOffice` is the vendor and everybody else in it; :class:`MemoryAccount` is its owner's account, and
satisfies every port. :class:`MemoryTokens` keeps the tokens of any account.
"""

from deepday.connect.memory.account import MemoryAccount
from deepday.connect.memory.office import MemoryOffice
from deepday.connect.memory.tokens import MemoryTokens

__all__ = ["MemoryAccount", "MemoryOffice", "MemoryTokens"]
