"""Work under way: how far it is, what it asks, what came of it."""

from starlette.responses import Response

from deepday.web.visit import Page, Visit


def _show(visit: Visit) -> Response:
    return visit.go("/")


def _one(visit: Visit) -> Response:
    task = visit.desk.tasks.find(visit.part("task"))
    if task.over:
        return visit.go(task.back)
    return visit.show("working.html", task.name, telling=False, task=task)


def _answer(visit: Visit) -> Response:
    task = visit.desk.tasks.find(visit.part("task"))
    task.answer(visit.text("secret"))
    return visit.go(f"/working/{task.id}")


PAGE = Page(
    "/working",
    "Under way",
    _show,
    views={"/working/{task}": _one},
    actions={"/working/{task}/answer": _answer},
)
