"""The socket through which the command line speaks to the service that runs: for links, and for its health."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from deepday.config.paths import data_folder
from deepday.errors import DeepdayError

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from deepday.app.vitals import Vitals

BACKLOG = 128
_LINKS = "/links"
_LONGEST_PATH = 100
_SECONDS = 5.0
_OK = 200


def control_path() -> Path:
    """Return the socket's path; only its owner may use it."""
    return data_folder() / "serve.sock"


def ask_for_link() -> str:
    """Return a new one-time link of the deepday serve that runs. Raises :class:`DeepdayError` where none does."""
    status, text = _ask("POST", _LINKS)
    if status != _OK:
        raise DeepdayError("deepday serve gave no link.", "Stop it, and start it again.")
    return text


def ask_health(*, ready: bool) -> bool:
    """Return whether the deepday serve that runs answers, or is ``ready``. Raises as :func:`ask_for_link`."""
    return _ask("GET", "/readyz" if ready else "/healthz")[0] == _OK


def _ask(method: str, path: str) -> tuple[int, str]:
    import httpx  # noqa: PLC0415 - the service itself does without

    none = DeepdayError("No deepday serve with a page runs here.", "Run: deepday serve")
    if not control_path().exists():
        raise none
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(control_path())), timeout=_SECONDS) as client:
            answer = client.request(method, f"http://deepday{path}")
    except httpx.TransportError:
        raise none from None
    return answer.status_code, answer.text


def listen_for_commands(log: Callable[[str], None]) -> socket.socket | None:
    """Return the socket, readable by its owner only; ``None`` where there can be none, and the log says why."""
    path = control_path()
    if sys.platform == "win32" or len(os.fsencode(path)) > _LONGEST_PATH:
        log("deepday open cannot reach this service: the path of the data folder is too long for a socket.")
        return None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        log(f"deepday open cannot reach this service: {error.strerror}.")
        return None
    finally:
        os.umask(before)
    return made


def commands_app(link: Callable[[], str], vitals: "Vitals") -> "Starlette":
    """Return what answers the command line: a new link, and how the service is."""
    from starlette.applications import Starlette  # noqa: PLC0415 - the command line only asks
    from starlette.requests import Request  # noqa: PLC0415 - same
    from starlette.responses import PlainTextResponse, Response  # noqa: PLC0415 - same
    from starlette.routing import Route  # noqa: PLC0415 - same

    from deepday.web.health import health_routes  # noqa: PLC0415 - same

    async def new_link(_: Request) -> Response:
        return PlainTextResponse(link())

    return Starlette(routes=[Route(_LINKS, new_link, methods=["POST"]), *health_routes(vitals)])
