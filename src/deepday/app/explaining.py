"""The minutes behind one number."""

from dataclasses import replace

from deepday.app.measuring import measure_period
from deepday.app.period import parse_dates
from deepday.app.request import Request
from deepday.clock import Clock
from deepday.connect import Progress
from deepday.measure.result import Measurement


def explain_period(request: Request, when: str, progress: Progress, clock: Clock | None = None) -> Measurement:
    """Measure the date or week ``when`` with its ledger. Raises :class:`InputError` for what is neither."""
    first, last = parse_dates(when)
    outcome = measure_period(replace(request, first=first.isoformat(), last=last.isoformat()), progress, clock=clock)
    if outcome.problem:
        raise outcome.problem
    return outcome.measurement
