"""What known servers do otherwise than the standards say, as far as deepday must act on it.

``verified``: deepday's tests run against that server. All other rows are from reports, mostly those that the caldav
library collects in its ``compatibility_hints``, and were not seen here. A server that is in no row is taken at its
word: what it announces is used, and what it refuses is translated by its status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_FOR_ONE_APP = "This provider wants a password made for one app, not the one of your account"


@dataclass(frozen=True, slots=True)
class Quirks:
    """One row.

    ``hosts``: suffixes of host names; ``paths``: beginnings of paths; ``headers``: pieces of the headers Server, DAV
    or X-DAViCal-Version, in lower case. Any one of them is enough to know the server.

    ``tokens``: its sync tokens can be trusted. Where not, etags are listed instead: a dead token that is not refused
    would lose removals. ``dead_token``: statuses that mean a dead token, with the condition ``valid-sync-token`` or
    without. ``looks_first``: it overwrites in spite of ``If-None-Match: *``, so that a look goes before each create.
    ``takes_passwords``: it can be signed in to with a password at all. ``partitions``: how the names of the hosts end
    on which accounts live, where these are others. ``advice``: a sentence on which password it wants.
    """

    name: str
    verified: bool = False
    hosts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    tokens: bool = True
    dead_token: frozenset[int] = frozenset()
    looks_first: bool = False
    takes_passwords: bool = True
    partitions: str = ""
    advice: str = ""


TABLE: tuple[Quirks, ...] = (
    Quirks("Radicale", verified=True, headers=("radicale",)),
    Quirks(
        "iCloud",
        hosts=("caldav.icloud.com",),
        partitions="-caldav.icloud.com",
        advice=f"{_FOR_ONE_APP}: make one at account.apple.com under App-Specific Passwords.",
    ),
    Quirks(
        "Fastmail",
        hosts=("caldav.fastmail.com",),
        advice=f"{_FOR_ONE_APP}: make one in Settings, Privacy & Security, App passwords, with access to calendars.",
    ),
    Quirks(
        "Google",
        hosts=("google.com", "googleusercontent.com", "googleapis.com"),
        takes_passwords=False,
        advice="Run: deepday connect google.",
    ),
    Quirks("Yahoo", hosts=("caldav.calendar.yahoo.com",), tokens=False, advice=f"{_FOR_ONE_APP}."),
    Quirks("GMX", hosts=("caldav.gmx.net", "caldav.web.de"), tokens=False, advice=f"{_FOR_ONE_APP}."),
    Quirks("Posteo", hosts=("posteo.de",), tokens=False),
    Quirks("Purelymail", hosts=("purelymail.com",), tokens=False),
    Quirks("Infomaniak", hosts=("sync.infomaniak.com",), dead_token=frozenset({418})),
    Quirks(
        "Nextcloud",
        paths=("/remote.php/",),
        headers=("nextcloud", ", nc-"),
        dead_token=frozenset({418}),
        advice=f"{_FOR_ONE_APP} where two-factor sign-in is on: make one in Settings, Security, Devices & sessions.",
    ),
    Quirks("SOGo", paths=("/SOGo/",), tokens=False),
    Quirks("Zimbra", paths=("/principals/users/",), headers=("zimbra",), tokens=False, looks_first=True),
    Quirks("DAViCal", paths=("/caldav.php", "/davical"), headers=("davical",), tokens=False),
    Quirks("Stalwart", headers=("stalwart",), tokens=False),
    Quirks("Open-Xchange", headers=("open-xchange",), tokens=False),
    Quirks("Xandikos", headers=("xandikos",), dead_token=frozenset({412})),
    Quirks("Cyrus", headers=("cyrus",)),
    Quirks("sabre/dav", headers=("sabre",)),
)
"""From the most particular to the most general: the first row that fits counts."""

PLAIN = Quirks("")
"""A server that is not known."""

_TOLD_BY = ("server", "dav", "x-davical-version", "x-sabre-version", "www-authenticate")


def known(name: str) -> Quirks:
    """Return the row of that name, :data:`PLAIN` where there is none."""
    return next((row for row in TABLE if row.name == name), PLAIN)


def recognised(address: str, headers: Mapping[str, str]) -> Quirks:
    """Return the row that fits an address and the headers (lower-case names) of its answer."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    told = " ".join(f"{name}: {headers[name]}" for name in _TOLD_BY if name in headers).lower()
    for row in TABLE:
        here = any(host == suffix or host.endswith(f".{suffix}") for suffix in row.hosts)
        below = any(parts.path.startswith(beginning) for beginning in row.paths)
        if here or below or any(piece in told for piece in row.headers):
            return row
    return PLAIN
