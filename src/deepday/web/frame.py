"""The application: routes from the pages, sessions in front of them, guards around all."""

from collections.abc import Awaitable, Callable
from importlib import resources

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from deepday.app.vitals import Vitals
from deepday.clock import Clock
from deepday.errors import DeepdayError, InputError
from deepday.web.guards import FromThisPage, Hardened, Place
from deepday.web.health import health_routes
from deepday.web.pages import PAGES, WORKING
from deepday.web.sessions import WHOLE_SECONDS, Sessions
from deepday.web.tasks import trouble
from deepday.web.visit import Desk, Handler, Page, Visit, environment

_STATIC = {
    "deepday.css": ("deepday.web", "static/deepday.css", "text/css"),
    "report.css": ("deepday.report", "templates/style.css", "text/css"),
    "deepday.js": ("deepday.web", "static/deepday.js", "text/javascript"),
    "deepday.svg": ("deepday.web", "static/deepday.svg", "image/svg+xml"),
}
_MOST_FIELDS = 300
_MOST_FILES = 100
Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(
    sessions: Sessions, origins: tuple[str, ...], clock: Clock, log: Callable[[str], None], vitals: Vitals | None = None
) -> Starlette:
    """Return the application. ``origins``: its addresses, as ``http://127.0.0.1:8377``; no other name is answered.

    ``vitals``: of the service beside it, if there is one.
    """
    place = Place(origins, frozenset(path for page in PAGES for path in page.uploads))
    menu = tuple((page.path, page.name) for page in PAGES)
    desk = Desk(clock, sessions, place, log, menu)
    routes = [
        *health_routes(vitals or Vitals(clock)),
        Route("/static/{name}", _static),
        Route("/sign-in", _sign_in_page, methods=["GET"]),
        Route("/sign-in", _signing_in(desk), methods=["POST"]),
        Route("/sign-out", _signing_out(desk), methods=["POST"]),
    ]
    for page in (*PAGES, WORKING):
        for path, view in {page.path: page.show, **page.views}.items():
            routes.append(Route(path, _shown(desk, page, view), methods=["GET"]))
        routes += [Route(path, _done(desk, page, act), methods=["POST"]) for path, act in page.actions.items()]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Hardened),
            Middleware(TrustedHostMiddleware, allowed_hosts=place.hosts, www_redirect=False),
            Middleware(FromThisPage, place=place),
        ],
        exception_handlers={HTTPException: _no_such_page, Exception: _unexpected},
    )


def _shown(desk: Desk, page: Page, view: Handler) -> Endpoint:
    """Return what answers a look at a page."""

    async def answer(request: Request) -> Response:
        session = desk.sessions.find(_identity(request))
        if session is None:
            return _signed_out()
        visit = Visit(request, desk, session, page.path)
        try:
            return await run_in_threadpool(view, visit)
        except DeepdayError as error:
            code = 400 if isinstance(error, InputError) else 200
            return visit.show("trouble.html", page.name, code=code, problem=trouble(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, its details stay out of the page
            return _broken(visit, error)

    return answer


def _done(desk: Desk, page: Page, act: Handler) -> Endpoint:
    """Return what answers a form; where the work fails, the person is back on the page."""

    async def answer(request: Request) -> Response:
        session = desk.sessions.find(_identity(request))
        if session is None:
            return _signed_out()
        async with request.form(max_fields=_MOST_FIELDS, max_files=_MOST_FILES) as form:
            if not session.sent_by(_token(form)):
                return _refused()
            visit = Visit(request, desk, session, page.path, form)
            try:
                return await run_in_threadpool(act, visit)
            except DeepdayError as error:
                return visit.go(page.path, trouble(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, its details stay out of the page
                return _broken(visit, error)

    return answer


def _broken(visit: Visit, error: Exception) -> Response:
    visit.desk.log(f"The page {visit.page} failed: {type(error).__name__}.")
    return _bare("broken.html", "Something went wrong", 500)


def _token(form: FormData) -> str:
    token = form.get("form_token", "")
    return token if isinstance(token, str) else ""


def _cookie(request: Request) -> str:
    """Return the cookie's name: browsers hold one that begins with __Host- to https and to this very name."""
    return "__Host-deepday" if request.url.scheme == "https" else "deepday_session"


def _identity(request: Request) -> str:
    return request.cookies.get(_cookie(request), "")


def _bare(template: str, title: str, status: int, **content: str) -> Response:
    """Return a page for somebody who is not signed in, or whose page cannot be shown."""
    return HTMLResponse(environment().get_template(template).render({"title": title, **content}), status)


def _signed_out() -> Response:
    return _bare("sign_in.html", "Sign in", 401, link="", problem="")


def _refused() -> Response:
    return PlainTextResponse("Refused: this form is not of your session. Go back, load the page anew.", 403)


def _sign_in_page(request: Request) -> Response:
    """Show a button: looking at a link, as a preview of it does, must not use it up."""
    return _bare("sign_in.html", "Sign in", 200, link=request.query_params.get("link", "")[:100], problem="")


def _signing_in(desk: Desk) -> Endpoint:
    async def answer(request: Request) -> Response:
        if not desk.sessions.may_try(request.client.host if request.client else ""):
            problem = "Too many tries. Wait a minute, then ask for a new link."
            return _bare("sign_in.html", "Sign in", 429, link="", problem=problem)
        async with request.form(max_fields=5, max_files=0) as form:
            link = form.get("link", "")
        desk.sessions.close(_identity(request))
        identity = desk.sessions.open(link) if isinstance(link, str) else None
        if identity is None:
            return _bare("sign_in.html", "Sign in", 403, link="", problem="This link was used already, or is over.")
        answer = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(
            _cookie(request), identity, max_age=WHOLE_SECONDS, secure=secure, httponly=True, samesite="strict"
        )
        return answer

    return answer


def _signing_out(desk: Desk) -> Endpoint:
    async def answer(request: Request) -> Response:
        session = desk.sessions.find(_identity(request))
        if session is not None:
            async with request.form(max_fields=5, max_files=0) as form:
                if not session.sent_by(_token(form)):
                    return _refused()
            desk.sessions.close(_identity(request))
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(_cookie(request), secure=request.url.scheme == "https", httponly=True, samesite="strict")
        return answer

    return answer


def _static(request: Request) -> Response:
    found = _STATIC.get(str(request.path_params["name"]))
    if found is None:
        raise HTTPException(404)
    package, path, kind = found
    return Response(resources.files(package).joinpath(path).read_bytes(), media_type=kind)


async def _no_such_page(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _bare("broken.html", "There is no such page" if status == 404 else "This cannot be done", status)


async def _unexpected(_: Request, __: Exception) -> Response:
    return _bare("broken.html", "Something went wrong", 500)
