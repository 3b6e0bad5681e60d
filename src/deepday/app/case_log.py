"""The short wellbeing log, and the part of the store that keeps it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from deepday.case.wellbeing import LONGEST_NOTE, Note
from deepday.clock import Clock
from deepday.config.paths import database_location, key_file
from deepday.connect.master_keys import master_keys
from deepday.errors import InputError
from deepday.store.case_book import CaseBook
from deepday.store.repository import open_store


@contextmanager
def opened_book(clock: Clock) -> Iterator[CaseBook]:
    """Give notes and tasks of this installation while the context lasts."""
    with open_store(database_location(), clock) as store:
        yield store.case(master_keys(key_file()))


def write_note(note: Note, clock: Clock) -> bool:
    """Keep a note, and tell whether it took the place of one of the same date. Raises :class:`InputError`."""
    if not (note.text or any(value is not None for value in (note.sleep, note.focus, note.strain))):
        raise InputError(
            "There is nothing to note.", 'Write a line, or answers: deepday case log "Long day" --strain 6'
        )
    if len(note.text) > LONGEST_NOTE or "\n" in note.text:
        raise InputError(f"A note is one line of {LONGEST_NOTE} characters at most.", "Shorten it.")
    # Somebody's day may be ahead of UTC's by one.
    if note.date > clock.now().date() + timedelta(days=1):
        raise InputError(f"{note.date} is not a day that has been.", "Give the date of the day, as 2026-03-10.")
    with opened_book(clock) as book:
        values = {"text": note.text, "sleep": note.sleep, "focus": note.focus, "strain": note.strain}
        return book.keep_note(note.date.toordinal(), values)


def read_notes(clock: Clock) -> list[Note]:
    """Return all notes, oldest first."""
    with opened_book(clock) as book:
        return [Note(date.fromordinal(number), **values) for number, values in book.notes()]


def delete_notes(day: date | None, clock: Clock) -> int:
    """Delete the note of a date, or all of them, and return how many there were."""
    with opened_book(clock) as book:
        return book.forget_note(day.toordinal() if day else None)
