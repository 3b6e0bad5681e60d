"""Questions to point people, in the office in memory."""

from deepday.connect.memory.part import Part
from deepday.model import AnswerState, CoverAnswer, CoverQuestion


class AskingPart(Part):
    """Satisfies :class:`~deepday.connect.PointPersonAsker`."""

    def ask_point_person(self, question: CoverQuestion) -> CoverAnswer:
        """Ask, once for a key."""
        with self.call("ask_point_person"):
            self.office.questions.setdefault(question.key, (question, self.office.now()))
            return self._standing(question.key)

    def point_person_answer(self, key: str) -> CoverAnswer | None:
        """Return how the question stands."""
        with self.call("point_person_answer"):
            return self._standing(key) if key in self.office.questions else None

    def _standing(self, key: str) -> CoverAnswer:
        question, asked = self.office.questions[key]
        said = [one for one in self.office.answers if one[:2] == (key, question.to)]
        if not said:
            return CoverAnswer(key, AnswerState.ASKED, asked)
        _, _, agreed, at = said[-1]
        return CoverAnswer(key, AnswerState.AGREED if agreed else AnswerState.DECLINED, at)
