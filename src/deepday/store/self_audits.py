"""What the self-audit of a running service found last: one row, for whoever looks from another process."""

import json
from dataclasses import asdict, dataclass, replace

from sqlalchemy import delete, insert, select

from deepday.store import schema
from deepday.store.database import Database

_KEY = "self audit"


@dataclass(frozen=True, slots=True)
class SelfAudited:
    """How the last self-audit ended. Instants are UTC seconds, 0 for never.

    ``began_at``: when the service began to look. ``passed_at``: when all was well last. ``found``: sentences about what
    is not, of the last look. ``told``: those of which the owner was told, at ``told_at``.
    """

    began_at: int = 0
    passed_at: int = 0
    found: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    told_at: int = 0


class SelfAuditBook:
    """Keeps it. Every method raises as those of :class:`deepday.store.repository.Store` do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> SelfAudited:
        """Return how the last one ended."""
        with self._database.reading() as connection:
            kept = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == _KEY)).scalar()
        values = json.loads(kept.decode()) if kept else {}
        made = SelfAudited(**values)
        return replace(made, found=tuple(made.found), told=tuple(made.told))

    def keep(self, audited: SelfAudited) -> None:
        """Keep how it ended."""
        with self._database.writing() as connection:
            connection.execute(delete(schema.meta).where(schema.meta.c.key == _KEY))
            connection.execute(insert(schema.meta).values(key=_KEY, value=json.dumps(asdict(audited)).encode()))
