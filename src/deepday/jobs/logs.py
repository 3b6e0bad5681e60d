"""What a service tells: one line for each thing done, and nothing private in it.

Only what is in :data:`FIELDS` is told; from texts everything is cut that looks like a token, an address or the query of
a URL. What libraries log goes the same way, from warnings up.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

FIELDS = frozenset(
    {"event", "level", "at", "service", "what", "action", "why", "seconds", "until", "sources", "logger"}
)

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|xoxe[.\w-]+|ya29\.[\w.-]+|EwB[\w+/=-]+|eyJ[\w.-]+|1//[\w-]+|M\.C[\w.!*-]{20,}"
    r"|Bearer\s+\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
_QUERY = re.compile(r"(https?://[^\s?#]+)[?#]\S*")


def redacted(text: str) -> str:
    """Return the text without tokens, addresses of people, and queries of URLs.

    >>> redacted("GET https://example.com/a?code=4/x of ada@example.com with xoxp-1-2-3")
    'GET https://example.com/a?... of ... with ...'
    """
    return _SECRETS.sub("...", _QUERY.sub(r"\1?...", text))


def _only_known(_: object, __: str, row: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {name: redacted(value) if isinstance(value, str) else value for name, value in row.items() if name in FIELDS}


class _ToLines(logging.Handler):
    """Tells what libraries log, without its arguments' secrets and without tracebacks."""

    def __init__(self, log: Any) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.warning(record.getMessage(), logger=record.name)


def lines(stream: TextIO | None = None, *, as_json: bool = False) -> Any:
    """Return a logger that writes lines to the stream (standard error), and let libraries log there too."""
    shape: Any = structlog.processors.JSONRenderer() if as_json else _plain
    log = structlog.wrap_logger(
        structlog.PrintLogger(stream or sys.stderr),
        processors=[structlog.processors.add_log_level, _only_known, shape],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_ToLines(log)]
    root.setLevel(logging.WARNING)
    return log


def _plain(_: object, __: str, row: MutableMapping[str, Any]) -> str:
    """Write a line for people: the time, what happened, then the rest by name."""
    at, event = row.pop("at", ""), row.pop("event", "")
    level = row.pop("level", "info")
    rest = " ".join(f"{name}={value!r}" if " " in str(value) else f"{name}={value}" for name, value in row.items())
    mark = "" if level == "info" else f"{level.upper()} "
    return " ".join(filter(None, (str(at), f"{mark}{event}", rest)))
