"""Port for asking point people whether they cover."""

from typing import Protocol, runtime_checkable

from deepday.model import CoverAnswer, CoverQuestion


@runtime_checkable
class PointPersonAsker(Protocol):
    """Asks point people, and reads what they answered; by chat or mail, as the vendor has it.

    Must keep ``question.key`` with the question, where only programs see it. Must not ask a second time for a key that
    was asked. Must take for an answer only what the person who was asked has said: not what others say, not silence,
    not a reaction whose meaning was not told in the question. Must not keep, log, or put into an error what they wrote
    besides. Must not remind by itself.

    May let people change their answer: the last one counts.
    """

    def ask_point_person(self, question: CoverQuestion) -> CoverAnswer:
        """Ask, and return the state: where the key was asked before, whatever was answered since.

        Raises :class:`~deepday.errors.GoneError` when the person cannot be reached there.
        """
        ...

    def point_person_answer(self, key: str) -> CoverAnswer | None:
        """Return how the question with that key stands; ``None`` when it was not asked."""
        ...
