"""What a trial is measured by: what its protocol fixed, whatever the settings say by now."""

from dataclasses import replace
from typing import Any

from deepday.app.person import build_parameters, build_person
from deepday.app.request import Request
from deepday.config.settings import Settings
from deepday.measure.parameters import MINUTE, PRESETS, Parameters, ResumptionLag
from deepday.trial.protocol import Protocol


def assumptions(parameters: Parameters) -> dict[str, Any]:
    """Return what a protocol keeps of these parameters, beside the lag's quantiles and the burst gap."""
    lag = parameters.lag
    return {
        "resumption_lag": [round(seconds / MINUTE, 6) for seconds in (lag.low, lag.mode, lag.high)],
        "preset": parameters.preset.name,
        "count_tentative": parameters.count_tentative,
    }


def fixed_request(request: Request, protocol: Protocol) -> Request:
    """Return the request for the time zone and the working hours that the protocol fixed."""
    return replace(request, zone=protocol.zone, hours=protocol.hours)


def fixed_parameters(now: Parameters, protocol: Protocol) -> Parameters:
    """Return the parameters that the protocol fixed, in place of those of the settings."""
    assumed = protocol.assumed
    return replace(
        now,
        lag=_lag(now, protocol),
        burst_gap=round(protocol.burst_gap * MINUTE),
        preset=PRESETS.get(assumed.get("preset", ""), now.preset),
        count_tentative=assumed.get("count_tentative", now.count_tentative),
    )


def _lag(now: Parameters, protocol: Protocol) -> ResumptionLag:
    """Return the lag. Older protocols have its quantiles alone; the outcome rests on the middle one."""
    if "resumption_lag" in protocol.assumed:
        return ResumptionLag(*(float(minutes) * MINUTE for minutes in protocol.assumed["resumption_lag"]))
    if not protocol.lag or protocol.lag == _quantiles(now):
        return now.lag
    return ResumptionLag(*[float(round(protocol.lag[1] * MINUTE))] * 3)


def _quantiles(parameters: Parameters) -> tuple[float, ...]:
    return tuple(round(seconds / MINUTE, 2) for seconds in parameters.lags)


def differing(request: Request, settings: Settings, protocol: Protocol) -> tuple[str, ...]:
    """Return which of the settings are no longer those of the protocol, which is what the trial is measured by."""
    person, now = build_person(request, settings), build_parameters(request, settings)
    fixed = fixed_parameters(now, protocol)
    pairs = {
        "zone": (person.zone.key, protocol.zone),
        "hours": (str(person.hours), protocol.hours),
        "resumption_lag": (_quantiles(now), protocol.lag or _quantiles(now)),
        "burst_gap": (now.burst_gap, fixed.burst_gap),
        "preset": (now.preset.name, fixed.preset.name),
        "count_tentative": (now.count_tentative, fixed.count_tentative),
    }
    return tuple(name for name, (today, then) in pairs.items() if today != then)
