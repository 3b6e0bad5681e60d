"""Which numbers the figures rest on, with their values here and why."""

from dataclasses import dataclass

from deepday.measure.parameters import Parameters
from deepday.measure.result import Measurement
from deepday.report.words import duration


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumed number: its value here, and why that value."""

    name: str
    value: str
    reason: str


def assumptions(measurement: Measurement) -> tuple[Assumption, ...]:
    """Return the assumed numbers, the uncertain ones first."""
    parameters, preset = measurement.parameters, measurement.parameters.preset
    found = [
        Assumption("Recovery time", lag_in_words(parameters), "Weak evidence, our judgement."),
        Assumption("Exposures noticed", _notice(parameters), "No evidence, no read receipts."),
        Assumption("Gap that ends a burst", duration(parameters.burst_gap), "Changes counts, hardly cost."),
        Assumption("Shortest burst", duration(parameters.handling_minimum), "Reading alone takes 30 s."),
        Assumption("Prompt answer within", duration(parameters.attend_window), "Most chat answers do."),
        Assumption("Deferred answer within", duration(parameters.deferred_window), "Convention."),
        Assumption("Answering limit", duration(parameters.answer_limit), "For the team to agree on."),
        Assumption("Working hours", measurement.hours, "Given by the user."),
        Assumption(f"Preset {preset.name}", f"{duration(preset.floor)} or more", f"{preset.note.capitalize()}."),
    ]
    if parameters.hourly_rate is not None:
        uncertainty = f"{100 * parameters.rate_uncertainty:.0f} %"
        rate = f"{parameters.currency} {parameters.hourly_rate:,.2f}, give or take {uncertainty}"
        found.append(Assumption("Rate for an hour", rate, "Given by the user."))
    return tuple(found)


def lag_in_words(parameters: Parameters) -> str:
    """Return the range of the resumption lag."""
    lag = parameters.lag
    if lag.low == lag.high:
        return f"{_minutes(lag.low)} min"
    return f"{_minutes(lag.low)} to {_minutes(lag.high)} min, most likely {_minutes(lag.mode)}"


def lag_quantile(parameters: Parameters, part: float) -> str:
    """Return the lag below which that share of its distribution lies."""
    return f"{_minutes(parameters.lag.quantile(part))} min"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}".removesuffix(".0")


def _notice(parameters: Parameters) -> str:
    low, high = (f"{100 * value:.0f}" for value in parameters.notice_range)
    return f"{low} to {high} %, expected {100 * parameters.notice:.0f} %"
