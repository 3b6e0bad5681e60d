"""Ports for what a vendor brings over HTTP, signed, instead of over a connection that we opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from deepday.clock import Clock
from deepday.connect.ports.account import Account
from deepday.model import Secret, UrgentSignal


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as it came. ``headers``: names in lower case. ``body``: the very bytes; a signature covers them."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a genuine delivery says.

    ``proof``: the same for a copy of the same request, and for no other. ``signal``: None for what asks nothing of us.
    ``challenge``: to be sent back, where the vendor only asks whether anybody is here. ``missed``: the vendor held
    something back, histories are to be read. ``known``: it is known whose it is; what is not must come again.
    """

    proof: str
    signal: UrgentSignal | None = None
    challenge: str = ""
    missed: bool = False
    known: bool = True


class DeliveryReader(Protocol):
    """Reads deliveries. Safe to be used by several threads; sends nothing."""

    def may_be_genuine(self, headers: Mapping[str, str]) -> bool:
        """Tell from the headers alone, and quickly, whether a delivery may be genuine; it proves nothing.

        Must be true for all that :meth:`read_delivery` takes: a flood is refused by this before it costs more.
        """
        ...

    def read_delivery(self, delivery: Delivery) -> Delivered | None:
        """Return what a delivery says; ``None`` for one that is not signed with the secret, or too old or too new.

        Must look at nothing but the signature before that is checked, in constant time, and must fail on nothing. What
        is genuine and makes no sense must be a signal by the door ``unparsed``. A signal must have the ``id`` that it
        has by every other way.
        """
        ...


@runtime_checkable
class DeliverySource(Protocol):
    """A connector whose vendor brings urgent signals over HTTP."""

    def delivery_reader(self, secret: Secret, account: Account | None, clock: Clock) -> DeliveryReader:
        """Return a reader. ``account``: for whom signals are; without one only challenges are answered."""
        ...
