"""``deepday sandbox``: Google, Microsoft 365 and Slack, simulated on this machine."""

import tempfile
import threading
from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import show


def sandbox(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on loopback; 0 takes any.")] = 8701,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, another office.")] = 1,
) -> None:
    """Serve an invented office with the wire formats of Google, Microsoft 365 and Slack, until Ctrl-C.

    Nothing leaves this machine. The office holds the five weeks of deepday demo; its clock goes on from there.
    """
    from deepday.clock import OFFSET, SystemClock  # noqa: PLC0415 - help does without
    from deepday.connect import OfficeServer, load  # noqa: PLC0415 - help does without
    from deepday.errors import DeepdayError  # noqa: PLC0415

    connector = load("sandbox")
    if not isinstance(connector, OfficeServer):
        raise DeepdayError("The connector 'sandbox' serves no office.", "Reinstall deepday.")
    try:
        with connector.serve_office(port, seed) as office:
            typer.echo(f"The office is open at {office.url}")
            show.say("Ctrl-C closes it; nothing is kept. In another terminal, with settings and data of its own:")
            offset = office.opened_at - int(SystemClock(0).now().timestamp())
            home = Path(tempfile.gettempdir()) / "deepday-sandbox"
            show.say(f"\n  export DEEPDAY_CONFIG={home / 'deepday.toml'} DEEPDAY_DATA={home}")
            show.say(f"  export {OFFSET}={offset}   # the office lives in {show.date_of(office.opened_at)[:7]}")
            for title, lines in office.commands:
                show.say("\n".join([f"\n  # {title}", *(f"  {line}" for line in lines)]))
            threading.Event().wait()
    except ImportError as error:
        raise DeepdayError(f"The office needs a library that is not installed ({error.name}).", _EXTRA) from error
    except OSError as error:
        raise DeepdayError(f"Port {port} cannot be opened: {error.strerror}.", "Take any: --port 0") from error
    except KeyboardInterrupt:
        show.say("The office is closed.")


_EXTRA = "Run: pip install 'deepday[sandbox]'"
