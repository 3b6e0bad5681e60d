"""What a trial is measured by: its protocol's own assumptions, also from protocols that kept fewer of them."""

from dataclasses import replace

import pytest

from deepday.app.request import Request
from deepday.app.trial_fixed import assumptions, differing, fixed_parameters, fixed_request
from deepday.config.settings import Settings
from deepday.measure.parameters import PRESETS, Parameters, ResumptionLag
from deepday.trial.protocol import from_document, to_document
from tests.unit.trial.made import make_protocol

THEN = Parameters(
    lag=ResumptionLag.parse("2,4,9"), burst_gap=420, preset=PRESETS["multitudes/1"], count_tentative=True, notice=0.5
)
ME = Request(me="me@example.com", zone="Europe/Berlin", hours="Mon-Fri 09:00-17:00")


def test_what_a_protocol_keeps_gives_the_same_parameters_again() -> None:
    kept = replace(make_protocol(), assumed=assumptions(THEN), burst_gap=7.0)
    read = from_document(to_document(kept), "a file")
    again = fixed_parameters(Parameters(), read)
    assert (again.lag, again.burst_gap, again.preset, again.count_tentative) == (
        THEN.lag,
        THEN.burst_gap,
        THEN.preset,
        THEN.count_tentative,
    )
    assert again.notice == Parameters().notice, "the outcome does not rest on it"
    assert fixed_request(replace(ME, hours="Mon 10:00-11:00"), read) == ME


def test_a_protocol_that_kept_only_quantiles_is_read_and_measured_by_the_middle_one() -> None:
    document = to_document(make_protocol())
    del document["assumed"]
    old = from_document(document, "a file")
    assert fixed_parameters(Parameters(), old) == Parameters(), "the usual lag has these quantiles"
    now = Parameters(lag=ResumptionLag.parse("12"), preset=PRESETS["viva/1"])
    found = fixed_parameters(now, old)
    assert found.lags[1] == pytest.approx(6.63 * 60, abs=1)
    assert found.preset == now.preset, "it is not known which one was meant"


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({}, ()),
        ({"hours": "Mon-Thu 09:00-17:00"}, ("hours",)),
        ({"zone": "Europe/Lisbon"}, ("zone",)),
        ({"resumption_lag": "12"}, ("resumption_lag",)),
        ({"burst_gap": 6.0, "preset": "viva/1"}, ("burst_gap", "preset")),
        ({"count_tentative": True}, ("count_tentative",)),
        ({"hourly_rate": 50.0}, ()),
    ],
)
def test_what_differs_from_the_protocol_is_named(changed: dict[str, object], names: tuple[str, ...]) -> None:
    protocol = replace(make_protocol(), assumed=assumptions(Parameters()))
    assert differing(replace(ME, **changed), Settings(), protocol) == names  # type: ignore[arg-type]
