"""Performance metrics beside measured workload."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from deepday.app.case_making import CaseRequest, Made, make_case_of_tasks
from deepday.app.case_metric_sources import read_git, read_mlflow
from deepday.app.case_metrics import associations, check_workload, read_csv_metrics, workload_by_week
from deepday.app.measuring import measure_period
from deepday.app.period import parse_dates
from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.case.metrics import COMMENT_WEEKS, Series
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.connect import Progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.measure.result import Measurement


@dataclass(frozen=True, slots=True)
class MetricRequest:
    """Where metrics come from, and which measure of workload they are laid beside."""

    files: tuple[Path, ...] = ()
    mlflow: Path | None = None
    mlflow_metric: str | None = None
    git: Path | None = None
    tags: str | None = None
    against: str = "cost"


def compare(
    request: Request,
    asked: MetricRequest,
    code: str | None,
    templates: Path | None,
    progress: Progress,
    clock: Clock | None = None,
) -> Made:
    """Read metrics, measure workload in the same weeks, and lay them side by side.

    Without a first date the last 26 weeks are measured, since fewer say little. Raises :class:`InputError` for what
    cannot be read.
    """
    clock = clock or SystemClock()
    if not (asked.files or asked.mlflow or asked.git):
        raise InputError("No metric is given.", "Give a CSV file, --mlflow PATH or --git PATH.")
    check_workload(asked.against)
    person = build_person(request, load_settings())
    series: list[Series] = [one for path in asked.files for one in read_csv_metrics(path, person.zone)]
    if asked.mlflow:
        series.append(read_mlflow(asked.mlflow, asked.mlflow_metric, person.zone))
    if asked.git:
        series.append(read_git(asked.git, asked.tags, person.email, person.zone))
    if request.first is None:
        end = parse_dates(request.last)[1] if request.last else clock.now().astimezone(person.zone).date()
        monday = end - timedelta(days=end.weekday())
        request = replace(request, first=str(monday - timedelta(weeks=COMMENT_WEEKS)))
    measurement: Measurement | None = None
    problem: NotEnoughDataError | None = None
    try:
        outcome = measure_period(request, progress, ledger=False, clock=clock)
        measurement, problem = outcome.measurement, outcome.problem
    except NotEnoughDataError as nothing:
        problem = nothing
    made = make_case_of_tasks(CaseRequest(language=code, templates=templates), clock)
    values = workload_by_week(measurement, asked.against) if measurement else {}
    found = associations(series, asked.against, values)
    return replace(
        made,
        case=replace(made.case, metrics=found),
        measured=replace(made.measured, problem=problem),
        notes=measurement.notes if measurement else (),
    )
