"""Asking point people through an account, and keeping what they answer: it counts like consent in the configuration."""

import hashlib
from datetime import date

from deepday.clock import Clock
from deepday.connect import PointPersonAsker
from deepday.model import AnswerState, CoverQuestion
from deepday.store.covers import StoredAnswer
from deepday.store.repository import Store


def question_key(person: str, point_person: str, day: date | None) -> str:
    """Return the key of a question: the same for the same question for ever."""
    words = f"{person.lower()}\n{point_person.lower()}\n{day or ''}"
    return hashlib.sha256(words.encode()).hexdigest()[:40]


def ask(
    store: Store,
    asker: PointPersonAsker,
    clock: Clock,
    *,
    person: str,
    point_person: str,
    day: date | None,
    to: str,
    text: str,
) -> StoredAnswer:
    """Ask somebody to cover a day of a person, or (``None``) all of them; ``to``: the vendor's id of the one asked.

    That they are asked is kept before the question goes out; after a crash the same key asks nobody twice.
    """
    key = question_key(person, point_person, day)
    asked = StoredAnswer(
        person.lower(), point_person.lower(), day, AnswerState.ASKED, key, int(clock.now().timestamp())
    )
    store.covers().keep_answer(asked)
    found = asker.ask_point_person(CoverQuestion(key, to, text))
    answer = asked._replace(state=found.state, at=found.at)
    store.covers().keep_answer(answer)
    return answer


def collect(store: Store, asker: PointPersonAsker, person: str) -> list[StoredAnswer]:
    """Read the answers to everything that was asked for a person's days, and return those that are new or changed."""
    changed = []
    for known in store.covers().answers([person]):
        found = asker.point_person_answer(known.key) if known.key else None
        if found is not None and (found.state, found.at) != (known.state, known.at):
            changed.append(known._replace(state=found.state, at=found.at))
            store.covers().keep_answer(changed[-1])
    return changed
