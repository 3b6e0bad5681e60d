"""The store: what was imported, kept in a SQLite file. Not light to import: import it where it is used."""

from deepday.store.repository import Store, open_store
from deepday.store.rows import ImportResult, Outcome, Source, SourceKind

__all__ = ["ImportResult", "Outcome", "Source", "SourceKind", "Store", "open_store"]
