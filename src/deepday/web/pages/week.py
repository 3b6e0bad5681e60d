"""This week: what interruptions took, and behind each number its minutes. Without data: the first steps."""

import io
import tempfile
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path, PurePath, PurePosixPath
from zoneinfo import ZoneInfo

from starlette.datastructures import UploadFile
from starlette.responses import Response

from deepday.app.explaining import explain_period
from deepday.app.measuring import measure_period, write_files
from deepday.app.period import parse_dates
from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.app.storing import import_files, open_existing_store, settings_text
from deepday.config.load import load_settings
from deepday.config.paths import data_folder
from deepday.connect import no_progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.measure.result import Measurement, WeekMeasure
from deepday.report.assumptions import assumptions, lag_in_words, lag_quantile
from deepday.report.charts import PANEL_HEIGHT, timeline_of, trend_of
from deepday.report.explain import DIRECTED, DayExplained, explain
from deepday.report.minutes import cause_of, sum_of, time_of
from deepday.report.tables import Table, cost_range, day_table, days_shown, week_table
from deepday.report.view import headline_week, view_of
from deepday.report.words import counted, day_name, exactly, period
from deepday.web.tasks import Said, Task, done
from deepday.web.visit import Page, Visit

_WEEKS = 5
_SHOWN_SKIPPED = 5
_TYPED = "first steps"
_ENDINGS = {".ics", ".zip"}


def _show(visit: Visit) -> Response:
    if not _has_data(visit):
        return _first_steps(visit)
    measurement, wanted = _measured(visit), visit.asked("week")
    first, last = parse_dates(wanted) if wanted else (date.min, date.min)
    named = [one for one in measurement.weeks if one.first <= last and first <= one.last]
    week = named[-1] if named else headline_week(measurement) or measurement.weeks[-1]
    alone = _alone(measurement, week)
    view = view_of(alone)
    monday = date.fromisocalendar(*map(int, week.week.split("-W")), 1)  # type: ignore[call-arg]
    trend = trend_of(measurement.weeks)
    return visit.show(
        "week.html",
        f"Week {week.week}",
        view=view,
        period=period(week.first, week.last),
        week=week,
        zone=measurement.zone,
        query=f"&week={week.week}" if wanted else "",
        before=_week_of(monday - timedelta(days=7)),
        after=_week_of(monday + timedelta(days=7)) if week.last < measurement.days[-1].date or wanted else "",
        timeline=timeline_of(alone, week),
        trend=trend,
        panel_height=PANEL_HEIGHT,
        days=_linked(day_table(alone), [day.date.isoformat() for day in days_shown(alone)]),
        weeks=_linked(week_table(measurement.weeks), [one.week for one in measurement.weeks]),
        parameters=measurement.parameters,
        directed=DIRECTED,
        assumptions=assumptions(measurement),
        lag=lag_in_words(measurement.parameters),
        lag_ends=(lag_quantile(measurement.parameters, 0.05), lag_quantile(measurement.parameters, 0.95)),
        range=cost_range(week),
    )


def _measured(visit: Visit) -> Measurement:
    wanted = visit.asked("week")
    request = Request()
    if wanted:
        first, last = parse_dates(wanted)
        request = Request(first=(first - timedelta(weeks=_WEEKS - 1)).isoformat(), last=last.isoformat())
    return measure_period(request, no_progress, clock=visit.clock).measurement


def _file(visit: Visit) -> Response:
    """Send the weeks as a report that needs nothing else, or as tables; shareable ones hold aggregates only."""
    kind, shareable = visit.part("kind"), visit.asked("shareable") == "yes"
    if kind not in {"html", "zip"}:
        raise InputError(f"There is no report as {kind!r}.", "Choose html, or zip for the tables.")
    measurement, name = _measured(visit), f"deepday-weeks{'-shareable' if shareable else ''}"
    with tempfile.TemporaryDirectory() as folder:
        if kind == "html":
            [page] = write_files(measurement, Path(folder) / "r.html", None, shareable=shareable, clock=visit.clock)
            return visit.send(page.read_bytes(), f"{name}.html", "text/html; charset=utf-8")
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in write_files(measurement, None, Path(folder) / "days.csv", shareable=shareable):
                archive.write(path, path.name)
    return visit.send(made.getvalue(), f"{name}.zip", "application/zip")


def _week_of(day: date) -> str:
    return "{}-W{:02}".format(*day.isocalendar()[:2])


def _alone(measurement: Measurement, week: WeekMeasure) -> Measurement:
    """Return the measurement of that week only."""
    days = tuple(day for day in measurement.days if day.week == week.week)
    dates = {day.date for day in days}
    ledgers = tuple(ledger for ledger in measurement.ledgers if ledger.date in dates)
    skipped = tuple(replace(one, source=PurePath(one.source).name) for one in measurement.skipped)
    return replace(measurement, weeks=(week,), days=days, ledgers=ledgers, skipped=skipped)


def _linked(table: Table, names: list[str]) -> dict[str, object]:
    """Return a table with the address of the minutes behind each of its rows."""
    return {"table": table, "rows": list(zip(table.rows, names, strict=True))}


def _minutes(visit: Visit) -> Response:
    when, metric = visit.part("when"), visit.part("metric")
    measurement = explain_period(Request(), when, no_progress, visit.clock)
    explanation = explain(measurement, metric)
    first, last = measurement.days[0].date, measurement.days[-1].date
    shown = [one for one in explanation.days if one.rows or (one.value is None and one.ledger.work)]
    return visit.show(
        "minutes.html",
        f"{explanation.metric.title}, {when}",
        metric=explanation.metric,
        when=when,
        week=measurement.weeks[-1].week,
        period=period(first, last),
        sum=sum_of(explanation),
        days=[_minutes_of(one) for one in shown],
        left_out=[day_name(one.ledger.date) for one in explanation.days if one.ledger.work and not one.counted],
        timeline=timeline_of(measurement, measurement.weeks[-1]),
    )


def _minutes_of(day: DayExplained) -> dict[str, object]:
    zone = ZoneInfo(day.ledger.zone)
    return {
        "name": day_name(day.ledger.date),
        "zone": day.ledger.zone,
        "known": day.value is not None,
        "counted": day.counted,
        "rows": [
            {
                "time": f"{time_of(row.start, zone)} to {time_of(row.end, zone)}",
                "length": exactly(row.seconds),
                "state": row.name,
                "cause": cause_of(row),
            }
            for row in day.rows
        ],
    }


def _has_data(visit: Visit) -> bool:
    try:
        with open_existing_store(visit.clock) as store:
            return bool(store.sources())
    except NotEnoughDataError:
        return False


def _first_steps(visit: Visit) -> Response:
    me = load_settings().me
    typed = visit.session.kept.get(_TYPED, {"hours": me.hours})
    return visit.show("first.html", "Welcome", typed=typed, known=bool(me.email))


def _import(visit: Visit) -> Response:
    """Keep the files that were sent until they are read, then read them in the background."""
    visit.session.kept[_TYPED] = {name: visit.text(name) for name in ("email", "zone", "hours", "holidays")}
    files = [one for one in visit.form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    if not files:
        raise InputError("No file was chosen.", "Choose an .ics file, a Slack export (.zip), or both.")
    settings = load_settings()
    known = settings.me
    request = Request(
        me=visit.text("email") or known.email,
        zone=visit.text("zone") or known.zone,
        hours=visit.text("hours") or None,
        holidays=visit.text("holidays") or None,
        keep_titles=visit.text("titles") == "yes",
    )
    build_person(request, settings)  # what is wrong with what was typed is said before anything is read
    settings_text(request)
    data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = tempfile.TemporaryDirectory(prefix="upload-", dir=data_folder())
    try:
        paths = [_kept(Path(folder.name), one) for one in files]
    except (InputError, OSError):
        folder.cleanup()
        raise

    def work(task: Task) -> tuple[Said, ...]:
        with folder:
            return tuple(_imported(request, paths, task, visit))

    return visit.begin("Reading your files", work)


def _kept(folder: Path, upload: UploadFile) -> Path:
    """Write a file under its own name, as far as that is one; what it holds decides how it is read."""
    name = PurePosixPath((upload.filename or "").replace("\\", "/")).name.strip(". ")[-100:]
    if Path(name).suffix.lower() not in _ENDINGS:
        raise InputError(
            f"{name!r} is neither a calendar nor a Slack export.", "Choose files that end in .ics or .zip."
        )
    path = folder / name
    if path.exists():
        raise InputError(f"There are two files {name!r}.", "Send them one after the other.")
    with path.open("xb") as file:
        while part := upload.file.read(1 << 20):
            file.write(part)
    return path


def _imported(request: Request, paths: list[Path], task: Task, visit: Visit) -> list[Said]:
    said = []
    for one in import_files(request, [str(path) for path in paths], None, task.tell, visit.clock):
        result = one.result
        line = f"{Path(one.location).name}: {result.added} added, {result.changed} changed, {result.removed} removed."
        left = [f"Left out: {item.where}: {item.reason}" for item in one.skipped[:_SHOWN_SKIPPED]]
        more = len(one.skipped) - _SHOWN_SKIPPED
        said.append(done(line, *left, f"and {counted(more, 'more entry', 'more entries')}." if more > 0 else ""))
    return said


PAGE = Page(
    "/",
    "This week",
    _show,
    views={"/week/report.{kind}": _file, "/minutes/{when}/{metric}": _minutes, "/first": _first_steps},
    actions={"/import": _import},
    uploads=("/import",),
)
