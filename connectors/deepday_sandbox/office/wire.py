"""The wire log: every exchange with a vendor's face, one JSON object a line, tokens cut down to their prefix."""

import json
import os
import re
import threading
from pathlib import Path
from typing import Any

from deepday_sandbox.office.clock import OfficeClock

VARIABLE = "DEEPDAY_WIRE_LOG"
_SECRET = re.compile(r"(Bearer (?:xoxe\.)?[\w.-]{0,5}|xox[a-z]-|xapp-|xoxe\.|ya29\.|EwB|1//|M\.C)[\w.~+/=-]+")
_FIELD = re.compile(
    r'((?:^|[?&"{,\s])(?:client_secret|refresh_token|access_token|id_token|code|code_verifier|device_code|'
    r'client_assertion|assertion|token(?==))"?\s*[=:]\s*"?)([^"&\s]{8})[^"&\s]*'
)
_lock = threading.Lock()


def redact(text: str) -> str:
    """Return the text with every token cut down to its first letters."""
    return _FIELD.sub(r"\1\2***", _SECRET.sub(lambda match: f"{match[1]}***", text))


class WireLog:
    """Appends exchanges to the file that the environment names; does nothing where it names none."""

    def __init__(self, clock: OfficeClock, path: Path | None = None) -> None:
        """Write to ``path``, or to the file that ``DEEPDAY_WIRE_LOG`` names."""
        named = os.environ.get(VARIABLE)
        self._path = path or (Path(named) if named else None)
        self._clock = clock

    def write(
        self,
        vendor: str,
        request: tuple[str, str, dict[str, str], bytes],
        response: tuple[int, dict[str, str], bytes],
        at: float,
    ) -> None:
        """Add one exchange: method, path with query, headers, body; status (0: no answer), headers, body."""
        if self._path is None:
            return
        method, path, headers, body = request
        status, answered, answer = response
        row: dict[str, Any] = {
            **({"vendor": vendor} if vendor else {}),
            "method": method,
            "path": redact(path),
            "status": status,
            "request_headers": {key: redact(value) for key, value in headers.items()},
            "request_body": redact(body.decode("utf-8", "replace")) if body else None,
            "response_headers": {key: redact(value) for key, value in answered.items()},
            "response_body": redact(answer.decode("utf-8", "replace")) if answer else None,
            "at": at,
        }
        line = json.dumps(row, ensure_ascii=False) + "\n"
        # One write of the whole line, since several processes may log to one file.
        with _lock, self._path.open("ab", buffering=0) as file:
            file.write(line.encode())
