"""From rows to what is reported: the same for everybody who has them."""

from datetime import timedelta

from deepday.trial.adjusting import Advice
from deepday.trial.effect import Effect
from deepday.trial.guardrails import Judgement
from deepday.trial.protocol import from_document, to_document
from deepday.trial.result import Deviation, Stop, TrialResult, conclude
from deepday.trial.routing import RoutingCounts
from deepday.trial.verdict import Verdict
from tests.unit.trial.made import MONDAY, SEED, make_protocol, make_rows

ROUTING = RoutingCounts(20, 20, 0, 60, (7, 8), (11, 12), median=14, p90=50, slowest=70, handed_over=6)


def advice(result: TrialResult) -> list[Advice]:
    return [one.advice for one in result.suggestions]


def test_a_clear_effect_is_kept() -> None:
    protocol = make_protocol()
    result = conclude(protocol, make_rows(protocol, 5.0), [])
    assert result.analysis.verdict is Verdict.BETTER
    assert advice(result) == [Advice.KEEP]
    assert (result.delivery.drawn, result.delivery.kept) == (16, 16)
    assert [lag for lag, _ in result.by_lag] == [1, 5, 15]


def test_work_that_moved_to_other_days_is_said_and_answered_with_batches() -> None:
    protocol = make_protocol()
    result = conclude(protocol, make_rows(protocol, 4.0, moved=4.0 * 2 / 3), [])
    assert result.analysis.verdict is Verdict.BETTER
    assert result.analysis.displacement.moved == "looks like moved work"
    assert advice(result) == [Advice.BATCH_OTHER_DAYS, Advice.KEEP_AND_PROVE]


def test_days_that_are_often_broken_are_changed_and_protected_first() -> None:
    protocol = make_protocol()
    drawn = sorted(day for days in protocol.drawn(SEED).values() for day in days)
    off = [Deviation(day, "broken") for day in drawn[:7]]
    result = conclude(protocol, make_rows(protocol), off)
    assert result.delivery.kept == 9
    assert advice(result)[0] is Advice.PROTECT_BETTER
    assert Advice.OTHER_DAYS in advice(result)
    assert advice(result)[-1] is Advice.LONGER


def test_guardrails_with_and_without_a_ledger_of_requests() -> None:
    protocol = make_protocol()
    without = conclude(protocol, make_rows(protocol), []).guardrails[0]
    assert without.judgement is Judgement.NOTHING
    with_ = conclude(protocol, make_rows(protocol), [], routing=ROUTING)
    assert with_.guardrails[0].judgement is Judgement.NO_SIGN
    assert with_.guardrails[0].deep_count == 8
    late = RoutingCounts(60, 60, 0, 60, (5, 30), (29, 30))
    found = conclude(protocol, make_rows(protocol), [], routing=late)
    assert found.guardrails[0].judgement is Judgement.WORSE
    assert advice(found)[:2] == [Advice.COVER, Advice.MORE_BATCHES]


def test_a_stopped_trial_and_a_fixed_day_have_no_verdict() -> None:
    protocol = make_protocol()
    stopped = conclude(protocol, make_rows(protocol, 5.0), [], stop=Stop(MONDAY + timedelta(days=30), "harm"))
    assert stopped.analysis.verdict is Verdict.STOPPED
    fixed = make_protocol(fixed=True)
    found = conclude(fixed, make_rows(fixed, 5.0), [])
    assert found.analysis.verdict is Verdict.NOT_RANDOMISED
    assert advice(found) == [Advice.RANDOMISE]


def test_a_draw_from_each_sprint_is_compared_within_the_sprint() -> None:
    protocol = make_protocol(sprint=2)
    assert (len(protocol.weeks), protocol.length, protocol.last - protocol.first) == (4, 8, timedelta(days=55))
    assert [protocol.begun(MONDAY + timedelta(days=at)) for at in (-1, 0, 7, 30, 99)] == [0, 1, 2, 5, 8]
    found = conclude(protocol, make_rows(protocol, 5.0), [])
    effect = found.analysis.effect
    assert isinstance(effect, Effect)
    assert (effect.weeks, effect.possible, effect.deep_days, effect.other_days) == (4, 45**4, 8, 32)
    assert found.analysis.verdict is Verdict.BETTER
    stop = Stop(MONDAY + timedelta(days=16), "wish")
    stopped = conclude(protocol, make_rows(protocol, 5.0), [], stop=stop)
    assert stopped.delivery.drawn == 4, "the sprint that had begun is kept, its later days without values"
    assert dict(stopped.missing) == {"after the stop": 7}
    again = from_document(to_document(protocol), "the test")
    assert again == protocol
    older = {name: value for name, value in to_document(make_protocol()).items() if name != "sprint"}
    assert from_document(older, "the test").sprint == 1


def test_no_data_at_all() -> None:
    protocol = make_protocol()
    found = conclude(protocol, make_rows(protocol, none=True), [])
    assert found.analysis.verdict is Verdict.NOT_ENOUGH
    assert dict(found.missing) == {"not observed": 40}
    assert found.carry_over is None
