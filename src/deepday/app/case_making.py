"""Make the case: measure, read tasks and agreement, and fill the templates."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from deepday.app.agreed import find_agreement
from deepday.app.case_evidence import Measured, measure_evidence, own_date
from deepday.app.case_metrics import associations, read_csv_metrics
from deepday.app.case_tasks import TaskList, read_task_list, stored_tasks
from deepday.app.language import text_language
from deepday.app.measuring import make_private
from deepday.app.person import find_zone
from deepday.app.request import Request
from deepday.case.benefit import Forecast, forecast
from deepday.case.evidence import FEWEST_DAYS, Evidence
from deepday.case.metrics import Association
from deepday.case.tasks import critical_tasks
from deepday.case.tone import Finding, check_tone
from deepday.case.wellbeing import WellbeingSummary
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.settings import Settings
from deepday.connect import Progress
from deepday.errors import InputError
from deepday.model.agreement import Agreement
from deepday.report.case_context import Action, Case, context
from deepday.report.case_language import Language, language
from deepday.report.case_text import Text, render

if TYPE_CHECKING:
    from markupsafe import Markup

SITUATIONS = ("deep-work", "overload")


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """What a text is asked for, beside what is measured; ``None`` or empty where nothing was given."""

    request: Request = field(default_factory=Request)
    situation: str = "deep-work"
    agreement: Path | None = None
    tasks: Path | None = None
    language: str | None = None
    templates: Path | None = None
    names: bool = False
    share_wellbeing: bool = False
    metrics: tuple[Path, ...] = ()
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Made:
    """A case, the remarks on what was measured, and what keeps it from being worth much."""

    case: Case
    measured: Measured
    folder: Path | None
    settings: Settings
    notes: tuple[str, ...] = ()

    @property
    def language(self) -> Language:
        """The language of the texts."""
        return self.case.language

    @property
    def heading(self) -> str:
        """What stands above the sources of the figures."""
        return self.language.same_files if self.case.from_files else self.language.sources


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and what the tone check has to say of it."""

    name: str
    text: Text
    findings: tuple[Finding, ...]


def make_case(asked: CaseRequest, progress: Progress, clock: Clock | None = None) -> Made:
    """Gather all that the texts are made from. Raises :class:`InputError` for what is wrong with what was given."""
    clock = clock or SystemClock()
    settings = load_settings()
    _refuse_unknown(asked.situation)
    tongue = language(text_language(asked.language, settings))
    agreement = find_agreement(asked.agreement, settings)
    # With files nothing is read from the store.
    kept = TaskList((), "tasks") if asked.request.has_files else stored_tasks(clock)
    tasks = read_task_list(asked.tasks) if asked.tasks else kept
    folder = template_folder(asked.templates, settings)
    measured = measure_evidence(asked.request, progress, clock)  # last: it takes longest
    today = own_date(clock)
    case = Case(
        evidence=measured.evidence,
        agreement=agreement or proposed(settings),
        written_down=agreement is not None,
        from_files=asked.request.has_files,
        language=tongue,
        today=today,
        period=(measured.first, measured.last) if measured.first and measured.last else None,
        tasks=tasks.tasks,
        tasks_from=tasks.name,
        forecast=forecast_of(
            measured, tasks, agreement or proposed(settings), start=next_monday(today), seed=asked.seed
        ),
        wellbeing=_wellbeing(clock) if asked.share_wellbeing else None,
        metrics=_metrics(asked.metrics, measured),
        names=asked.names,
        situation=asked.situation,
    )
    return Made(case, measured, folder, settings, (*measured.notes, *tasks.notes))


def make_case_of_tasks(asked: CaseRequest, clock: Clock | None = None) -> Made:
    """Gather what a task list alone says; nothing is measured. Raises :class:`InputError` as :func:`make_case` does."""
    _refuse_unknown(asked.situation)
    clock = clock or SystemClock()
    settings = load_settings()
    tasks = read_task_list(asked.tasks) if asked.tasks else stored_tasks(clock)
    agreement = find_agreement(asked.agreement, settings)
    case = Case(
        evidence=Evidence(),
        agreement=agreement or proposed(settings),
        written_down=agreement is not None,
        language=language(text_language(asked.language, settings)),
        today=own_date(clock),
        tasks=tasks.tasks,
        tasks_from=tasks.name,
        names=asked.names,
        situation=asked.situation,
    )
    nothing = Measured(Evidence(), None, None, "", (), None)
    return Made(case, nothing, template_folder(asked.templates, settings), settings, tasks.notes)


def _refuse_unknown(situation: str) -> None:
    if situation not in SITUATIONS:
        raise InputError(f"There is no situation {situation!r}.", f"Choose one of: {', '.join(SITUATIONS)}.")


def proposed(settings: Settings) -> Agreement:
    """Return what is proposed as long as nothing was written down: a day a week, covered by who has agreed to it."""
    willing = [one.email.lower() for one in settings.point_people if one.agreed]
    return Agreement(point_person=willing[0] if willing else "", backup=willing[1] if len(willing) > 1 else "")


def template_folder(path: Path | None, settings: Settings) -> Path | None:
    """Return the folder of the user's own templates. Raises :class:`InputError` for one that is not there."""
    folder = path or (Path(settings.case.templates).expanduser() if settings.case.templates else None)
    if folder is not None and not folder.is_dir():
        raise InputError(f"There is no folder of templates {folder}.", "Make one: deepday case templates --copy FOLDER")
    return folder


def forecast_of(
    measured: Measured, tasks: TaskList, agreement: Agreement, *, start: date, seed: int = 1
) -> Forecast | None:
    """Return the forecast for the critical tasks; ``None`` without estimates or with too few measured weeks."""
    critical = [task for task in critical_tasks(tasks.tasks) if task.low is not None]
    if not critical:
        return None
    return forecast(
        measured.evidence.days,
        (sum(task.low or 0 for task in critical), sum(task.high or 0 for task in critical)),
        60 * max(task.block for task in critical),
        start=start,
        deep_days=agreement.days,
        per_weeks=agreement.weeks_per_unit,
        batches=sum(window.seconds for window in agreement.batch_windows),
        seed=seed,
    )


def next_monday(today: date) -> date:
    """Return the Monday after a date: forecasts are in whole weeks."""
    return today + timedelta(days=7 - today.weekday())


def write_text(made: Made, name: str, *, escaping: bool = True) -> Written:
    """Fill a template and check the tone of what comes out."""
    text = render(name, made.language.code, context(made.case), folder=made.folder, escaping=escaping)
    return Written(name, text, tuple(check_tone(text.markdown)))


def page_of(made: Made, written: Written, *, charts: "Markup | None" = None, clock: Clock | None = None) -> str:
    """Return a text as one self-contained page of HTML."""
    from deepday.report.case_markdown import render_page  # noqa: PLC0415 - only for a page

    now = (clock or SystemClock()).now()
    title = written.text.markdown.partition("\n")[0].lstrip("# ").strip()
    kind = written.name.partition(".")[0]
    return render_page(
        written.text, made.language, kind=kind, title=title, heading=made.heading, made=now, charts=charts
    )


def sheet_as_pdf(made: Made, written: Written, *, clock: Clock | None = None) -> bytes:
    """Return a text as one sheet, with the sources of its figures on the next.

    Raises :class:`InputError` where typst is not installed.
    """
    from deepday.report.case_markdown import sheet_of  # noqa: PLC0415 - only for a PDF file
    from deepday.report.page import pdf_of  # noqa: PLC0415 - same

    now = (clock or SystemClock()).now()
    return pdf_of(sheet_of(written.text, made.language, heading=made.heading, made=now), now)


def write_page(
    made: Made, written: Written, path: Path, *, charts: "Markup | None" = None, clock: Clock | None = None
) -> Path:
    """Write a text as a page. Raises :class:`InputError` where that is not possible."""
    return write_private(path, lambda: page_of(made, written, charts=charts, clock=clock))


def write_pdf(made: Made, written: Written, path: Path, *, clock: Clock | None = None) -> Path:
    """Write a text as one sheet. Raises :class:`InputError` where that is not possible."""
    return write_private(path, lambda: sheet_as_pdf(made, written, clock=clock))


def with_actions(made: Made, actions: tuple[Action, ...]) -> Made:
    """Return the case with what was agreed to be done."""
    return replace(made, case=replace(made.case, actions=actions))


def _metrics(files: tuple[Path, ...], measured: Measured) -> tuple[Association, ...]:
    """Lay metrics from CSV files beside the cost of interruptions."""
    zone = find_zone(measured.zone or "UTC")
    series = [one for path in files for one in read_csv_metrics(path, zone)]
    weeks = {
        one.week: 5 * one.middle / one.observed_days / 3600
        for one in measured.evidence.costs
        if one.observed_days >= FEWEST_DAYS
    }
    return associations(series, "cost", weeks)


def _wellbeing(clock: Clock) -> WellbeingSummary | None:
    from deepday.app.case_log import read_notes  # noqa: PLC0415 - files do without a database
    from deepday.case.wellbeing import summarise_notes  # noqa: PLC0415

    notes = read_notes(clock)
    return summarise_notes(notes) if notes else None


def write_private(path: Path, make: Callable[[], str | bytes]) -> Path:
    """Write a file that only its owner may read. Raises :class:`InputError` where that is not possible."""
    content = make()
    try:
        make_private(path)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from None
    return path
