"""The front door: what one types to connect to the office, and the file that Google's console lets one download."""

import html
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import BaseRoute, Route

from deepday_sandbox.google import CLIENT_ID, CLIENT_SECRET
from deepday_sandbox.office.faults import Fault

APPLICATION: Final = "0b8e1a55-7c1d-4c39-9d51-6a4b0c0a9d10"
"""The id of the app registration that the office's Entra knows."""

_CLIENT_FILE: Final = "/client_secret.json"


def commands(url: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what connects to the office at that address, by vendor."""
    return (
        (
            "Google",
            (
                f"curl -so client_secret.json {url}{_CLIENT_FILE}",
                f"deepday connect google --base-url {url} --client-file client_secret.json",
            ),
        ),
        ("Microsoft 365", (f"deepday connect microsoft --base-url {url} --client-id {APPLICATION}",)),
        ("Slack", (f"deepday connect slack --base-url {url}/api/   # tokens: {url}/apps",)),
    )


def client(url: str) -> dict[str, dict[str, object]]:
    """Return the file that Google's console lets one download, for the office at that address."""
    installed: dict[str, object] = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_uri": f"{url}/o/oauth2/v2/auth",
        "token_uri": f"{url}/token",
        "redirect_uris": ["http://localhost"],
    }
    return {"installed": installed}


class Welcome:
    """A face without a vendor."""

    name = ""

    def owns(self, path: str) -> bool:
        """Tell whether a path is the front door's; it is kept out of faults and wire log."""
        del path
        return False

    def fault(self, path: str, fault: Fault) -> tuple[int, dict[str, str], bytes]:
        """Fail with nothing but the status: nobody asks for that."""
        del path
        return fault.status, {}, b""

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route("/", _page), Route(_CLIENT_FILE, _client_file)]


def _base(request: Request) -> str:
    return f"http://{request.headers.get('host', '127.0.0.1')}"


async def _page(request: Request) -> HTMLResponse:
    parts = [
        f"<h2>{title}</h2><pre>{html.escape(chr(10).join(lines))}</pre>" for title, lines in commands(_base(request))
    ]
    style = "body{font:1rem/1.5 system-ui;max-width:52rem;margin:3rem auto;padding:0 1rem}pre{white-space:pre-wrap}"
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>The sandbox office</title><style>{style}</style>"
        "<h1>The sandbox office</h1><p>Google, Microsoft 365 and Slack, simulated on this machine. To connect:</p>"
        + "".join(parts)
    )


async def _client_file(request: Request) -> JSONResponse:
    return JSONResponse(client(_base(request)))
