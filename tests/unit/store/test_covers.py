from datetime import date

from deepday.model import AnswerState
from deepday.store import Store
from deepday.store.covers import Role, StoredAnswer
from deepday.store.plans import DayState, StoredDay

DAY = date(2026, 3, 10)
POINT, BACKUP = (Role.POINT, ""), (Role.BACKUP, "")


def accept(store: Store, person: str = "ada") -> None:
    store.plans().record([StoredDay(person, DAY, "day", DayState.ACCEPTED)], at=1)


def kept(store: Store) -> list[tuple[str, Role, str, tuple[str, ...]]]:
    return [(one.person, one.role, one.by, one.before) for one in store.covers().covered(DAY, DAY)]


def test_who_covered_before_stays_known(store: Store) -> None:
    accept(store)
    store.covers().keep("Ada", DAY, {POINT: "Bob", BACKUP: "cyd"}, at=1)
    store.covers().keep("ada", DAY, {POINT: "bob", BACKUP: "dan"}, at=2)
    store.covers().keep("ada", DAY, {POINT: "dan", BACKUP: "bob"}, at=2)
    assert kept(store) == [("ada", Role.POINT, "dan", ("bob",)), ("ada", Role.BACKUP, "bob", ("cyd", "dan"))]
    store.covers().keep("ada", DAY, {POINT: "dan"}, at=3)
    assert kept(store) == [("ada", Role.POINT, "dan", ("bob",))]


def test_only_accepted_days_are_covered(store: Store) -> None:
    store.covers().keep("ada", DAY, {POINT: "bob"}, at=1)
    assert kept(store) == []
    accept(store)
    assert kept(store) == [("ada", Role.POINT, "bob", ())]
    store.plans().record([StoredDay("ada", DAY, "day", DayState.SKIPPED)], at=2)
    assert kept(store) == []


def test_the_newest_answer_counts_for_its_date(store: Store) -> None:
    asked = StoredAnswer("ada", "bob", DAY, AnswerState.ASKED, "key", 1)
    agreed = StoredAnswer("ada", "bob", DAY, AnswerState.AGREED, "key", 2)
    always = StoredAnswer("ada", "bob", None, AnswerState.DECLINED, "", 3)
    for answer in (asked, agreed, always):
        store.covers().keep_answer(answer)
    assert store.covers().answers(["Ada", "eve"]) == [always, agreed]
    assert store.covers().answers(["bob"]) == []
