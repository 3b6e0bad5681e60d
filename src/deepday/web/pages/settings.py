"""Settings: what holds, and changes of single values, with what is wrong said beside each."""

from starlette.responses import Response

from deepday.app.settings_editing import Problem, change, changeable, fingerprint
from deepday.config import paths
from deepday.config.load import load_settings
from deepday.web.tasks import done
from deepday.web.visit import Page, Visit


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


PAGE = Page("/settings", "Settings", _show, actions={"/settings/save": _save})
