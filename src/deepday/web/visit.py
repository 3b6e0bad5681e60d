"""One request of somebody who is signed in, and the ways to answer it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from deepday.clock import Clock
from deepday.report.html import firm
from deepday.report.words import duration, plain, roughly, week_name
from deepday.web.guards import Place
from deepday.web.sessions import Session, Sessions
from deepday.web.tasks import Said, Task, Tasks

Handler = Callable[["Visit"], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the menu: one module, one template.

    ``views``: further addresses that show something. ``actions``: addresses that forms are sent to, and that alone
    change anything; where one fails, the person is back on the page and reads why. ``uploads``: actions that take
    files.
    """

    path: str
    name: str
    show: Handler
    views: Mapping[str, Handler] = field(default_factory=dict)
    actions: Mapping[str, Handler] = field(default_factory=dict)
    uploads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What all pages share. ``log``: takes a sentence. ``menu``: the pages, as path and name."""

    clock: Clock
    sessions: Sessions
    place: Place
    log: Callable[[str], None]
    menu: tuple[tuple[str, str], ...] = ()
    tasks: Tasks = field(default_factory=Tasks)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request; ``form`` is empty unless one was sent. ``page``: the path of the page that it belongs to."""

    request: Request
    desk: Desk
    session: Session
    page: str
    form: FormData = field(default_factory=FormData)

    @property
    def clock(self) -> Clock:
        """The clock of all."""
        return self.desk.clock

    def text(self, name: str) -> str:
        """Return a text that was sent, without white space around it; empty where there is none."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return all texts of that name."""
        return [value.strip() for value in self.form.getlist(name) if isinstance(value, str) and value.strip()]

    def asked(self, name: str) -> str:
        """Return a parameter of the address; empty where there is none."""
        return self.request.query_params.get(name, "").strip()

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def show(self, template: str, title: str, *, code: int = 200, telling: bool = True, **content: Any) -> Response:
        """Answer with a page. Without ``telling`` what was done is left to be told by the next page."""
        said: tuple[Said, ...] = ()
        if telling:
            said, self.session.said[:] = tuple(self.session.said), []
        frame = {
            "title": title,
            "menu": self.desk.menu,
            "here": self.page,
            "form_token": self.session.form_token,
            "said": said,
        }
        return HTMLResponse(environment().get_template(template).render(frame | content), code)

    def send(self, content: str | bytes, name: str, kind: str) -> Response:
        """Answer with a file to be kept. ``name``: of plain letters, as the browser is to call it."""
        return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def begin(self, name: str, work: Callable[[Task], tuple[Said, ...]]) -> Response:
        """Begin work that takes longer, and lead to the page that shows it; what came of it is told on this page."""
        task = self.desk.tasks.start(name, self.page, work, self.session.said.extend)
        return self.go(f"/working/{task.id}")

    def go(self, path: str, *said: Said) -> Response:
        """Lead to another page, which tells what was done."""
        self.session.said.extend(said)
        return RedirectResponse(path, 303)


@cache
def environment() -> Environment:
    """Return the templates, those of the reports among them; every text is escaped, and freed of control characters."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("deepday.web"), PackageLoader("deepday.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,  # titles and names come from outside
    )
    made.globals["token"] = _token
    made.filters.update(duration=duration, firm=firm, roughly=roughly, week_name=week_name)
    return made


@pass_context
def _token(context: Context) -> Markup:
    """Return the field that every form carries."""
    return Markup('<input type="hidden" name="form_token" value="{}">').format(context["form_token"])
