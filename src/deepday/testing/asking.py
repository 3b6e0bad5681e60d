"""The contract of asking point people."""

# ruff: noqa: S101 - these are tests

from deepday.connect import PointPersonAsker
from deepday.model import AnswerState, CoverAnswer, CoverQuestion
from deepday.testing.suite import listening
from deepday.testing.vendor import AskedVendor

CANARY = "canary: can you cover?"


class PointPersonAskerContract:
    """What :class:`deepday.connect.PointPersonAsker` promises. Fixtures: ``connector``, ``vendor``."""

    def test_a_question_arrives_and_has_no_answer_yet(self, connector: PointPersonAsker, vendor: AskedVendor) -> None:
        """What was not asked is told from what was not answered."""
        assert connector.point_person_answer("key-1") is None
        asked = connector.ask_point_person(CoverQuestion("key-1", vendor.receiver(), CANARY))
        assert (asked.key, asked.state) == ("key-1", AnswerState.ASKED)
        assert connector.point_person_answer("key-1") == asked
        assert [to for to, _ in vendor.asked()] == [vendor.receiver()]

    def test_asking_twice_is_asking_once(self, connector: PointPersonAsker, vendor: AskedVendor) -> None:
        """After a lost answer nobody is bothered again, and what they said meanwhile is not lost."""
        question = CoverQuestion("key-1", vendor.receiver(), CANARY)
        connector.ask_point_person(question)
        vendor.answer("key-1", vendor.receiver(), agreed=True)
        assert connector.ask_point_person(question).state is AnswerState.AGREED
        assert len(vendor.asked()) == 1

    def test_the_last_answer_counts(self, connector: PointPersonAsker, vendor: AskedVendor) -> None:
        """People may change their mind; when they said so is kept."""
        connector.ask_point_person(CoverQuestion("key-1", vendor.receiver(), CANARY))
        for agreed, state in ((True, AnswerState.AGREED), (False, AnswerState.DECLINED)):
            vendor.pass_time(60)
            vendor.answer("key-1", vendor.receiver(), agreed=agreed)
            assert connector.point_person_answer("key-1") == CoverAnswer("key-1", state, vendor.now())

    def test_each_question_has_its_own_answer(self, connector: PointPersonAsker, vendor: AskedVendor) -> None:
        """The key decides, not the text."""
        for key in ("key-1", "key-2"):
            connector.ask_point_person(CoverQuestion(key, vendor.receiver(), CANARY))
        vendor.answer("key-2", vendor.receiver(), agreed=False)
        states = [found.state for key in ("key-1", "key-2") if (found := connector.point_person_answer(key))]
        assert states == [AnswerState.ASKED, AnswerState.DECLINED]

    def test_what_others_say_is_no_answer(self, connector: PointPersonAsker, vendor: AskedVendor) -> None:
        """Nobody agrees for somebody else."""
        connector.ask_point_person(CoverQuestion("key-1", vendor.receiver(), CANARY))
        vendor.answer("key-1", "somebody else", agreed=True)
        found = connector.point_person_answer("key-1")
        assert found is not None
        assert found.state is AnswerState.ASKED

    def test_the_question_is_not_told(self, connector: PointPersonAsker, vendor: AskedVendor) -> None:
        """Neither a printed value nor the log holds what was asked."""
        question = CoverQuestion("key-1", vendor.receiver(), CANARY)
        with listening() as logged:
            asked = connector.ask_point_person(question)
        assert CANARY not in f"{question!r} {asked!r}"
        assert CANARY not in "\n".join(logged)
