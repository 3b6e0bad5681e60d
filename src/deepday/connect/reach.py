"""Which addresses may be connected to, where a process fetches what others named: a worker, for many people.

Whoever names an address of a calendar must not reach a service of the worker's own network by it (SSRF). A name is
resolved once, each address looked at, and the connection made to one of those: a name that leads elsewhere at the
second look (DNS rebinding) gains nothing.
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from deepday.errors import InputError

Network = IPv4Network | IPv6Network
_TRANSLATED = ip_network("64:ff9b::/96")  # RFC 6052: an address of IPv4 in its last 32 bits
_UNICAST = ip_network("2000::/3")  # what IANA gives out of IPv6; ::/96, fec0::/10 and translators' own are elsewhere
_NOBODYS = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"), ip_network("3fff::/20"))  # Python's lists vary
_ALLOWED: ContextVar[tuple[Network, ...] | None] = ContextVar("_ALLOWED", default=None)


@contextmanager
def only_public(besides: Iterable[str] = ()) -> Iterator[None]:
    """Let this thread connect to public addresses only while the block lasts, and to those networks (CIDR)."""
    token = _ALLOWED.set(tuple(ip_network(one) for one in besides))
    try:
        yield
    finally:
        _ALLOWED.reset(token)


def addresses_for(host: str, port: int) -> list[str]:
    """Return what to connect to for that host, in order: the host itself where this thread may reach everything.

    Raises :class:`InputError` where all its addresses are out of bounds, :class:`OSError` where it has none.
    """
    allowed = _ALLOWED.get()
    if allowed is None:
        return [host]
    found = dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    reachable = [one for one in found if _may_be_reached(one, allowed)]
    if not reachable:
        raise InputError(
            "An address leads into a private network, which workers do not enter.",
            "Whoever runs the workers may allow it: networks under [workers].",
        )
    return reachable


def _may_be_reached(text: str, allowed: tuple[Network, ...]) -> bool:
    address = _meant(ip_address(text.partition("%")[0]))
    if any(address in one for one in allowed):
        return True
    if isinstance(address, IPv6Address) and (address.sixtofour or address.teredo or address not in _UNICAST):
        return False
    return address.is_global and not address.is_multicast and not any(address in one for one in _NOBODYS)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address of IPv4 that one of IPv6 stands for, or else the address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
