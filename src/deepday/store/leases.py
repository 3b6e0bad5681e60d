"""Who writes now, and which accounts are left in peace for a while.

A lease has one holder at a time; each new holder gets a greater epoch, which its writes carry.
"""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from deepday.errors import ConflictError
from deepday.store import schema

LEASE_SECONDS = 180
"""How long a holder that does not renew keeps others out; longer than any call to a vendor may take."""

_BACKOFFS = (
    select(schema.backoff)
    .where(schema.backoff.c.person == bindparam("person"))
    .order_by(schema.backoff.c.provider, schema.backoff.c.account)
)
_LEASE = select(schema.lease).where(schema.lease.c.name == bindparam("name"))
_HOLDER = select(schema.lease.c.holder, schema.lease.c.epoch).where(schema.lease.c.name == bindparam("name"))


@dataclass(frozen=True, slots=True)
class Lease:
    """``holder`` may write what ``name`` names, until ``expires_at`` (UTC seconds)."""

    name: str
    holder: str
    epoch: int
    expires_at: int


def device_lease_name(person: str) -> str:
    """Return the name under which is kept which of a person's devices may write."""
    return f"{person}, all devices"


def read_lease(connection: Connection, name: str) -> Lease | None:
    """Return the lease of that name."""
    row = connection.execute(_LEASE, {"name": name}).mappings().first()
    return Lease(row["name"], row["holder"], row["epoch"], row["expires_at"]) if row else None


def write_lease(connection: Connection, lease: Lease) -> None:
    """Keep the lease in the place of what was known of that name."""
    connection.execute(delete(schema.lease).where(schema.lease.c.name == lease.name))
    connection.execute(insert(schema.lease), asdict(lease))


def take_lease(connection: Connection, name: str, holder: str, now: int) -> Lease | None:
    """Take the lease if it is free, over, or the holder's own already; ``None`` while another one holds it.

    An end further away than a lease can last is no end: somebody's clock was wrong.
    """
    columns = schema.lease.c
    row = connection.execute(_LEASE, {"name": name}).mappings().first()
    if row is None:
        lease = Lease(name, holder, 1, now + LEASE_SECONDS)
        connection.execute(insert(schema.lease).values(name=name, holder=holder, epoch=1, expires_at=lease.expires_at))
        return lease
    if row["holder"] not in {"", holder} and now < row["expires_at"] <= now + LEASE_SECONDS:
        return None
    epoch = row["epoch"] + (row["holder"] != holder)
    lease = Lease(name, holder, epoch, now + LEASE_SECONDS)
    mine = update(schema.lease).where(columns.name == name)
    connection.execute(mine.values(holder=holder, epoch=epoch, expires_at=lease.expires_at))
    return lease


def renew_lease(connection: Connection, lease: Lease, now: int) -> Lease:
    """Let the lease last from now on. Raises :class:`ConflictError` when another one took it."""
    check_lease(connection, lease)
    renewed = replace(lease, expires_at=now + LEASE_SECONDS)
    mine = update(schema.lease).where(schema.lease.c.name == lease.name)
    connection.execute(mine.values(expires_at=renewed.expires_at))
    return renewed


def return_lease(connection: Connection, lease: Lease) -> None:
    """Let others take it at once; nothing happens when another one has it already."""
    columns = schema.lease.c
    mine = (columns.name == lease.name, columns.holder == lease.holder, columns.epoch == lease.epoch)
    connection.execute(update(schema.lease).where(*mine).values(holder="", expires_at=0))


def check_lease(connection: Connection, lease: Lease) -> None:
    """Raise :class:`ConflictError` unless the lease is still its holder's, in this epoch."""
    found = connection.execute(_HOLDER, {"name": lease.name}).first()
    if found is None or tuple(found) != (lease.holder, lease.epoch):
        raise ConflictError(
            f"Another deepday protects the days of {lease.name} now.", "Nothing is lost: it does what is left to do."
        )


@dataclass(frozen=True, slots=True)
class Backoff:
    """An account that is not called before ``until`` (UTC seconds), after ``failures`` in a row.

    ``problem``: what happened, in words. Kept in the store, so that a restart does not make us impolite.
    """

    provider: str
    account: str
    until: int
    failures: int
    problem: str


def read_backoffs(connection: Connection, person: str) -> list[Backoff]:
    """Return the accounts of a person that are left in peace."""
    rows = connection.execute(_BACKOFFS, {"person": person}).mappings()
    return [Backoff(row["provider"], row["account"], row["until"], row["failures"], row["problem"]) for row in rows]


def write_backoff(connection: Connection, person: str, backoff: Backoff) -> None:
    """Keep it in the place of what was known; one without failures is forgotten."""
    columns = schema.backoff.c
    mine = (columns.person == person, columns.provider == backoff.provider, columns.account == backoff.account)
    connection.execute(delete(schema.backoff).where(*mine))
    if backoff.failures:
        values = {
            "person": person,
            "provider": backoff.provider,
            "account": backoff.account,
            "until": backoff.until,
            "failures": backoff.failures,
            "problem": backoff.problem,
        }
        connection.execute(insert(schema.backoff).values(values))
