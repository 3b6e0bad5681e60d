"""Gmail's automatic reply."""

from typing import Any, Final

from deepday_sandbox.google.access import Answer, Call
from deepday_sandbox.google.errors import RefusedError

_TYPES: Final[dict[str, type]] = {
    **dict.fromkeys(("enableAutoReply", "restrictToContacts", "restrictToDomain"), bool),
    **dict.fromkeys(("responseSubject", "responseBodyPlainText", "responseBodyHtml", "startTime", "endTime"), str),
}


def get_vacation(call: Call) -> Answer:
    """Answer users.settings.getVacation."""
    _check_user(call)
    return Answer({"enableAutoReply": False, **call.office.settings.reply(call.worker.email).google})


def put_vacation(call: Call) -> Answer:
    """Answer users.settings.updateVacation: the body is the whole, what it leaves out is cleared."""
    _check_user(call)
    settings = call.body()
    for name, value in settings.items():
        if name not in _TYPES:
            raise _bad(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
        if not isinstance(value, _TYPES[name]):
            raise _bad(f"Invalid value at 'vacation_settings.{name}'")
    times = [_milliseconds(settings, name) for name in ("startTime", "endTime")]
    start, end = times
    if start is not None and end is not None and start >= end:
        raise _bad("Start time must be before end time")
    texts = ("responseSubject", "responseBodyPlainText", "responseBodyHtml")
    if settings.get("enableAutoReply") and not any(settings.get(name) for name in texts):
        raise _bad("Subject or body must be non-empty to enable the vacation responder")
    if settings.get("restrictToDomain") and not call.worker.workspace:
        raise _bad("restrictToDomain is for Workspace users only")
    stored: dict[str, Any] = {name: value for name, value in settings.items() if value not in {"", False}}
    call.office.settings.reply(call.worker.email).google = stored
    return Answer({"enableAutoReply": False, **stored})


def _check_user(call: Call) -> None:
    if str(call.path["user"]) not in {"me", call.worker.email}:
        raise RefusedError(403, "forbidden", f"Delegation denied for {call.worker.email}")


def _milliseconds(settings: dict[str, Any], name: str) -> int | None:
    text = settings.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise _bad(f"Invalid value at 'vacation_settings.{name}'")
    return int(text)


def _bad(message: str) -> RefusedError:
    return RefusedError(400, "invalidArgument", message)
