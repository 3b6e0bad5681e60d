from datetime import date

from deepday.store import Store
from deepday.store.trials import LogEntry, LogKind, TrialState

ME = "Ada@example.org"
DAY = date(2026, 4, 13)


def test_a_trial_that_never_began_makes_room_for_the_next(store: Store) -> None:
    book = store.trials()
    assert book.newest(ME) is None
    book.design(ME, {"a": 1}, "hash", "seed", at=1)
    book.design(ME, {"a": 2}, "other", "seed", at=2)
    found = book.newest(ME.lower())
    assert found is not None
    assert (found.protocol, found.hash, found.state) == ({"a": 2}, "other", TrialState.DESIGNED)
    book.move_to(found.id, TrialState.RUNNING)
    book.design(ME, {"a": 3}, "third", "seed", at=3)
    assert book.newest(ME) != found
    assert book.newest("bob@example.org") is None


def test_the_log_keeps_everything_in_order(store: Store) -> None:
    book = store.trials()
    book.design(ME, {}, "hash", "seed", at=1)
    trial = book.newest(ME)
    assert trial is not None
    entries = [
        LogEntry(LogKind.STARTED, "hash", DAY, "", None, 5),
        LogEntry(LogKind.DEVIATION, "sick", DAY, "flu", None, 5),
        LogEntry(LogKind.RATING, "strain", None, "", 0, 4),
    ]
    for one in entries:
        book.add(trial.id, one)
    assert book.log(trial.id) == entries


def test_what_shall_be_there_once_is_not_added_by_whoever_comes_second(store: Store) -> None:
    book = store.trials()
    book.design(ME, {}, "hash", "seed", at=1)
    trial = book.newest(ME)
    assert trial is not None
    letter = LogEntry(LogKind.LETTER, "2026-W16", DAY, "", 1, 5)
    assert book.add(trial.id, LogEntry(LogKind.RATING, "strain", None, "", 0, 4), seen=0)
    assert [book.add(trial.id, letter, seen=0) for _ in range(2)] == [True, False]
    assert book.add(trial.id, letter, seen=1)
    assert len(book.log(trial.id)) == 3
