"""Connections: the accounts, how each is, signing in to one in the browser, bringing them up to date, removing."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.responses import Response

from deepday.app.accounts import connect, examine_accounts, opened_accounts, provider_named, providers, remove
from deepday.app.syncing import Synced, SyncRequest, sync
from deepday.connect import SignInOption
from deepday.errors import InputError, NotEnoughDataError
from deepday.web.tasks import Said, Task, done, trouble
from deepday.web.visit import Page, Visit

_PROGRAM = "command:"
_FILE = "-file"
_ADDRESS = "base-url"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_MOST_BYTES = 100_000


def _show(visit: Visit) -> Response:
    return visit.show("connections.html", "Connections", accounts=_accounts(visit), providers=_titles())


def _titles() -> list[tuple[str, str]]:
    return [(name, provider.title) for name, provider in providers().items()]


def _accounts(visit: Visit) -> list[dict[str, object]]:
    with opened_accounts(visit.clock) as accounts:
        try:
            found = [(one, accounts.synced_at(one)) for one in accounts.connected()]
        except NotEnoughDataError:
            return []
    return [
        {
            "name": one.account,
            "provider": one.provider,
            "since": _day(one.granted_at),
            "synced": _moment(synced_at) if synced_at else "",
            "refused": one.refused,
        }
        for one, synced_at in found
    ]


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _form(visit: Visit) -> Response:
    name = visit.part("provider")
    provider = provider_named(name)
    options = [_field(one) for one in provider.sign_in_options()]
    usual = [one for one in options if one["usual"]]
    more = [one for one in options if not one["usual"]]
    return visit.show("connect.html", f"Connect {provider.title}", provider=name, usual=usual, more=more)


def _field(option: SignInOption) -> dict[str, object]:
    """Return how an option is asked for. Seldom used ones are folded away."""
    words = f"{option.help[:1].upper()}{option.help[1:].rstrip('.')}."
    shape = "many" if option.many else "choice" if option.choices else "flag" if option.flag else "text"
    if option.name.endswith(_FILE):
        shape = "file"
    usual = option.name in {"allow", "client-file", "client-id", "url", "user"} and "only" not in option.help
    return {
        "name": option.name,
        "label": option.name.replace("-", " ").capitalize(),
        "words": words,
        "shape": shape,
        "choices": [str(one) for one in option.choices],
        "default": option.default,
        "secret": option.secret,
        "usual": usual,
    }


def _connect(visit: Visit) -> Response:
    """Begin a sign-in; the person goes on with it on the next page."""
    name = visit.text("provider")
    provider = provider_named(name)
    options = {one.name: _told(visit, one) for one in provider.sign_in_options()}
    uploads = {
        one.name: _content(upload)
        for one in provider.sign_in_options()
        if one.name.endswith(_FILE) and isinstance(upload := visit.form.get(one.name), UploadFile) and upload.filename
    }
    clock = visit.clock

    def work(task: Task) -> tuple[Said, ...]:
        with tempfile.TemporaryDirectory(prefix="deepday-") as folder:
            told = options | _written(uploads, Path(folder))
            connected = connect(name, told, task, clock)
        return (done(f"Connected: {connected.account}.", *connected.notes, "Next: bring it up to date."),)

    return visit.begin(f"Connecting {provider.title}", work)


def _told(visit: Visit, option: SignInOption) -> str:
    """Return what was given. A page may not name a program to be run, nor send a sign-in to another machine."""
    if option.many:
        return ",".join(visit.texts(option.name))
    if option.flag:
        return "yes" if visit.text(option.name) else ""
    text = visit.text(option.name) or option.default
    if option.secret and text.startswith(_PROGRAM):
        raise InputError(
            "A program that gives a secret cannot be named on the page.",
            "Use env:, file: or keyring:, or connect by the command line.",
        )
    if option.name == _ADDRESS and text != option.default and urlsplit(text).hostname not in _LOOPBACK:
        raise InputError(
            "On the page only an address on this machine can stand for the service.",
            "For another one use the command line.",
        )
    if option.name.endswith(_FILE):
        return ""
    return text


def _content(upload: UploadFile) -> bytes:
    data = upload.file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise InputError("This file is too large to be what is asked for.", "Choose the file that the vendor gave.")
    return data


def _written(uploads: Mapping[str, bytes], folder: Path) -> dict[str, str]:
    """Write files for as long as the sign-in needs them, readable by nobody else."""
    paths = {}
    for name, data in uploads.items():
        path = folder / f"{name}.json"
        path.touch(mode=0o600)
        path.write_bytes(data)
        paths[name] = str(path)
    return paths


def _test(visit: Visit) -> Response:
    name, clock = visit.text("account") or None, visit.clock

    def work(_: Task) -> tuple[Said, ...]:
        checks = [(one.health, f"{one.subject}: {one.finding}", one.advice) for one in examine_accounts(name, clock)]
        bad = any(health in {"problem", "warning"} for health, _, _ in checks)
        lines = [line for _, finding, advice in checks for line in (finding, advice) if line]
        return (Said("trouble" if bad else "done", tuple(lines)),)

    return visit.begin("Looking at the account", work)


def _sync(visit: Visit) -> Response:
    name, clock = visit.text("account") or None, visit.clock

    def work(task: Task) -> tuple[Said, ...]:
        return tuple(_synced(one) for one in sync(SyncRequest(name, ()), task.tell, clock))

    return visit.begin("Bringing everything up to date", work)


def _synced(one: Synced) -> Said:
    if one.error:
        return trouble(one.error)
    who = one.source or f"{one.provider} {one.account}"
    others = f"Not read: {', '.join(one.others)}." if one.others else ""
    return done(f"{who}: {one.changed} changed, {one.removed} removed, {one.skipped} left out.", others)


def _remove(visit: Visit) -> Response:
    one = remove(visit.text("provider"), visit.text("account"), visit.clock)
    return visit.go(
        "/connections",
        done(
            f"Removed: {one.account} ({one.provider}). Its tokens are gone from this machine.",
            "What was read of it stays until it is erased. The grant itself is ended at the vendor.",
        ),
    )


PAGE = Page(
    "/connections",
    "Connections",
    _show,
    views={"/connections/{provider}": _form},
    actions={
        "/connections/connect": _connect,
        "/connections/test": _test,
        "/connections/sync": _sync,
        "/connections/remove": _remove,
    },
)
