"""The ``deepday`` command: options common to all, and errors turned into advice and exit codes.

Exit codes: 0 done, 1 did not succeed, 2 wrong usage or input, 3 nothing to do or not enough data,
4 an account must be connected again.
"""

import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from deepday import __version__
from deepday.cli import (
    admin,
    backup,
    case,
    config,
    connect,
    decline,
    demo,
    doctor,
    erase,
    explain,
    export,
    health,
    imports,
    ingress,
    mcp,
    measure,
    plan,
    proposals,
    protect,
    protect_now,
    protect_past,
    revoke,
    sandbox,
    serve,
    sync,
    team,
    trial,
    urgent,
    worker,
)
from deepday.cli import open as open_page
from deepday.clock import OFFSET, SystemClock
from deepday.errors import DeepdayError, InputError

app = typer.Typer(
    name="deepday",
    help="Measures what interruptions cost, plans and protects deep-work days, and tries them out. Everything stays on "
    "this machine.",
    epilog="Begin with: deepday demo",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo", epilog="Example: deepday demo, or deepday demo --no-serve --folder build/demo")(demo.demo)
app.command(
    "measure",
    epilog="Example: deepday measure --calendar me.ics --slack-export export.zip --me you@example.com "
    '--zone Europe/Berlin --hours "Mon-Fri 09:00-17:00"',
)(measure.measure)
app.command("explain", epilog="Example: deepday explain 2026-03-10 cost")(explain.explain)
app.command("import", epilog="Example: deepday import me.ics slack-export.zip --me you@example.com")(imports.import_)
app.add_typer(connect.app, name="connect")
app.command("sync", epilog="Example: deepday sync, or deepday sync google --also Team")(sync.sync)
app.command("sandbox", epilog="Example: deepday sandbox --port 8701")(sandbox.sandbox)
app.command("erase", epilog="Example: deepday erase, or deepday erase Slack")(erase.erase)
app.command("revoke-all", epilog="Example: deepday revoke-all, or deepday revoke-all --yes --json")(revoke.revoke_all)
app.command("backup", epilog="Example: deepday backup, or deepday backup /media/stick/deepday.backup")(backup.backup)
app.command("restore-backup", epilog="Example: deepday restore-backup deepday.sqlite.20260310T020000.backup")(
    backup.restore_backup
)
app.command("export", epilog="Example: deepday export mine.zip")(export.export)
app.command("doctor", epilog="Example: deepday doctor me.ics slack-export.zip")(doctor.doctor)
app.add_typer(plan.app, name="plan")
app.command("diff", epilog="Example: deepday diff, or deepday diff --json")(protect.diff)
app.command("apply", epilog="Example: deepday apply, or deepday apply --yes")(protect.apply)
app.command("status", epilog="Example: deepday status --json")(protect.status)
app.command("pause", epilog="Example: deepday pause --for 20m")(protect_now.pause)
app.command("resume", epilog="Example: deepday resume")(protect_now.resume)
app.command("extend", epilog="Example: deepday extend --until 18:00")(protect_now.extend)
app.command("end-early", epilog="Example: deepday end-early")(protect_now.end_early)
app.command("restore", epilog="Example: deepday restore --all, or deepday restore 2026-03-10")(protect.restore)
app.command("serve", epilog="Example: deepday serve, or deepday serve --once")(serve.serve)
app.command("ingress", epilog="Example: deepday ingress --listen 127.0.0.1:8378")(ingress.ingress)
app.command("worker", epilog="Example: deepday worker --concurrency 16")(worker.worker)
app.add_typer(admin.app, name="admin")
app.add_typer(team.app, name="team")
app.command("health", epilog="Example: deepday health --ready")(health.health)
app.command("open", epilog="Example: deepday open")(open_page.open_)
app.command("adopt", epilog="Example: deepday adopt")(protect_now.adopt)
app.command("texts", epilog="Example: deepday texts --language de")(protect_past.texts)
app.command("history", epilog="Example: deepday history --last 100")(protect_past.history)
app.add_typer(protect_past.audit, name="audit")
app.add_typer(decline.app, name="decline")
app.add_typer(case.app, name="case")
app.add_typer(trial.app, name="trial")
app.add_typer(urgent.app, name="urgent")
app.command("mcp", epilog="Example: deepday mcp --read-only")(mcp.mcp)
app.add_typer(proposals.app, name="proposals")
app.add_typer(config.app, name="config")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"deepday {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    if debug:
        os.environ["DEEPDAY_DEBUG"] = "1"
    _check_offset()


def _check_offset() -> None:
    try:
        SystemClock().now()
    except (ValueError, OverflowError):
        raise InputError(f"{OFFSET} is no number of seconds.", "Unset it; only rehearsals need it.") from None


def main() -> None:
    """Run the command line; the only place where errors become exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that knows few characters must not stop us
    try:
        app()
    except BrokenPipeError:
        # The reader of our output went away; the rest of it must not complain on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as found:
        if os.environ.get("DEEPDAY_DEBUG"):
            raise
        error = found if isinstance(found, DeepdayError) else _unexpected(found)
        for line in filter(None, (error.what, error.advice)):
            typer.echo(line, err=True)
        sys.exit(error.exit_code)


def _unexpected(error: Exception) -> DeepdayError:
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return DeepdayError(f"{where}{error.strerror}.", "Check the path, and who may read and write there.")
    return DeepdayError(f"Something unexpected happened: {type(error).__name__}.", "Run again as deepday --debug …")
