"""Settings: what holds, and changes of single values, with what is wrong said beside each."""

import tempfile
from pathlib import Path

from starlette.responses import Response

from deepday.app import backing_up
from deepday.app.checking import examine
from deepday.app.exporting import export
from deepday.app.health import Health
from deepday.app.request import Request
from deepday.app.settings_editing import Problem, change, changeable, fingerprint
from deepday.config import paths
from deepday.config.load import load_settings
from deepday.connect import no_progress
from deepday.errors import InputError
from deepday.report.words import counted
from deepday.web.pages.case_keep import back_to
from deepday.web.tasks import done
from deepday.web.visit import Page, Visit

_KEPT = 7


def _show(visit: Visit) -> Response:
    return _form(visit, [], {})


def _form(visit: Visit, problems: list[Problem], typed: dict[str, tuple[str, ...]]) -> Response:
    settings = load_settings(paths.config_file())
    tables = changeable(settings)
    known = {one.key for _, rows in tables.values() for one in rows}
    return visit.show(
        "settings.html",
        "Settings",
        code=422 if problems else 200,
        file=str(paths.config_file()),
        data=str(paths.data_folder()),
        tables=tables,
        typed=typed,
        problems={one.key: one.words for one in problems if one.key in known},
        others=[f"{one.key}: {one.words}" for one in problems if one.key not in known],
        seen=fingerprint(),
        lists={
            "trips": len(settings.trips),
            "point_people": len(settings.point_people),
            "meetings": len(settings.meetings),
            "accounts": len(settings.accounts),
        },
    )


def _save(visit: Visit) -> Response:
    tables = changeable(load_settings(paths.config_file()))
    typed = {one.key: tuple(visit.texts(one.key)) for _, rows in tables.values() for one in rows if not one.fixed}
    problems = change(typed, visit.text("seen"))
    if problems:
        return _form(visit, problems, typed)
    return visit.go("/settings", done("Saved. What runs goes by it from the next round on."))


def _doctor(visit: Visit) -> Response:
    """Show what is wrong, and how to mend it."""
    found = list(examine(Request(), (), no_progress, visit.clock))
    wrong = sum(one.health is Health.PROBLEM for one in found)
    warned = sum(one.health is Health.WARNING for one in found)
    return visit.show(
        "doctor.html", "What is wrong", checks=found, wrong=wrong, warned=warned, counted=counted, backups=_backups()
    )


def _backups() -> list[str]:
    try:
        return [one.name for one in backing_up.listed()]
    except InputError:  # a server's database, which its own tools back up
        return []


def _back_up(visit: Visit) -> Response:
    made = backing_up.back_up(None, load_settings().serve.backups or _KEPT, visit.clock)
    return visit.go("/settings/doctor", done(f"Backed up: {made.file}"))


def _take_along(visit: Visit) -> Response:
    """Send all that is kept about the person; what is sealed in the store is in the clear in it."""
    with tempfile.TemporaryDirectory() as folder:
        made = export(Path(folder) / "all.zip", visit.clock)
        content = made.file.read_bytes()
    return visit.send(content, f"deepday-{visit.clock.now():%Y-%m-%d}.zip", "application/zip")


PAGE = Page(
    "/settings",
    "Settings",
    _show,
    views={"/settings/doctor": _doctor},
    actions={
        "/settings/save": _save,
        "/settings/back-up": back_to("/settings/doctor", _back_up),
        "/settings/take-along": back_to("/settings/doctor", _take_along),
    },
)
