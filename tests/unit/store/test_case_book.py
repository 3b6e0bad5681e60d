"""Notes and tasks are sealed, outlive a change of master keys, and go when they are deleted."""

from pathlib import Path

import pytest

from deepday.connect.master_keys import keys_in_file
from deepday.errors import DeepdayError
from deepday.model import Secret, TokenSet
from deepday.store import Store

CANARY = "slept-badly-canary"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_what_is_kept_is_read_back_oldest_first(store: Store, keys: Path) -> None:
    book = store.case(keys_in_file(keys))
    assert book.keep_note(20, {"text": "later", "strain": 3}) is False
    assert book.keep_note(10, {"text": "earlier"}) is False
    assert book.keep_note(20, {"text": CANARY}) is True
    assert book.notes() == [(10, {"text": "earlier"}), (20, {"text": CANARY})]
    book.keep_tasks([{"name": "one"}], "a.toml")
    book.keep_tasks([{"name": "two"}], "b.toml")
    assert book.tasks() == ([{"name": "two"}], "b.toml")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_an_empty_store_has_no_notes_and_is_not_made_by_looking(path: Path, store: Store, keys: Path) -> None:
    book = store.case(keys_in_file(keys))
    assert (book.notes(), book.tasks(), path.exists()) == ([], ((), ""), False)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_nothing_of_it_stands_in_the_file(store: Store, path: Path, keys: Path) -> None:
    book = store.case(keys_in_file(keys))
    book.keep_note(20, {"text": CANARY})
    book.keep_tasks([{"name": CANARY}], CANARY)
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    assert files
    assert all(CANARY.encode() not in file.read_bytes() for file in files)


def test_deleting_says_how_many_there_were(store: Store, keys: Path) -> None:
    book = store.case(keys_in_file(keys))
    for number in (1, 2, 3):
        book.keep_note(number, {"text": "x"})
    assert (book.forget_note(2), book.forget_note(2), book.forget_note(None), book.notes()) == (1, 0, 2, [])
    assert book.forget_tasks() is False


def test_a_lost_key_is_said_without_what_was_sealed(store: Store, keys: Path) -> None:
    store.case(keys_in_file(keys)).keep_note(20, {"text": CANARY})
    keys.unlink()
    book = store.case(keys_in_file(keys))
    with pytest.raises(DeepdayError, match="cannot be opened") as caught:
        book.notes()
    assert CANARY not in str(caught.value)
    book.forget_note(None)
    book.keep_note(21, {"text": "anew"})
    assert book.notes() == [(21, {"text": "anew"})]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_sealed_note_opens_on_its_own_date_only(store: Store, path: Path, keys: Path) -> None:
    import sqlite3  # noqa: PLC0415 - only here the file is touched behind the store's back
    from contextlib import closing  # noqa: PLC0415

    book = store.case(keys_in_file(keys))
    book.keep_note(20, {"text": CANARY})
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE case_entry SET number = 21")
    with pytest.raises(DeepdayError, match="cannot be opened"):
        book.notes()


def test_removing_an_account_leaves_the_key_of_the_notes(store: Store, keys: Path) -> None:
    masters = keys_in_file(keys)
    tokens, book = store.tokens(masters), store.case(masters)
    tokens.save(
        "a@b.c", "google", TokenSet(access=Secret("t"), refresh=Secret(""), cache=Secret(""), scopes=frozenset())
    )
    book.keep_note(20, {"text": CANARY})
    assert tokens.remove("a@b.c", "google")
    assert book.notes() == [(20, {"text": CANARY})]
