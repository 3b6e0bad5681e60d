"""How much may still be asked of each vendor, by all workers together: a token bucket in the database."""

from sqlalchemy import Float, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from deepday.clock import Clock
from deepday.store import schema
from deepday.store.database import Database

_columns = schema.quota.c
_NOW = bindparam("now", type_=Float)
_refilled = func.least(
    bindparam("burst"), _columns.left + func.greatest(literal(0.0), _NOW - _columns.at) * bindparam("rate")
)
_TAKE = (
    update(schema.quota)
    .where(_columns.vendor == bindparam("one"), _refilled >= bindparam("cost"))
    .values(left=_refilled - bindparam("cost"), at=func.greatest(_columns.at, _NOW))
)
_LEFT = select(_refilled).where(_columns.vendor == bindparam("one"))


class Quotas:
    """The buckets of all vendors. They fill steadily; a bucket holds what flows in within ten seconds."""

    def __init__(self, office: Database, clock: Clock) -> None:
        self._office = office
        self._clock = clock

    def take(self, vendor: str, requests: int, per_minute: int) -> float:
        """Take that many requests out of a vendor's bucket, and return 0; or nothing, where it does not hold them.

        Then return how many seconds it takes until it could. A bucket may hold more than flows in within ten seconds
        where somebody needs so many at once.
        """
        rate = per_minute / 60
        burst, now = max(rate * 10, float(requests)), self._clock.now().timestamp()
        given = {"one": vendor, "now": now, "rate": rate, "burst": burst, "cost": float(requests)}
        full = insert(schema.quota).values(vendor=vendor, left=burst, at=now).on_conflict_do_nothing()
        with self._office.writing_beside() as connection:
            connection.execute(full)
            if connection.execute(_TAKE, given).rowcount:
                return 0.0
            left = connection.execute(_LEFT, given).scalar_one()
        return max(0.1, (requests - float(left)) / rate)
