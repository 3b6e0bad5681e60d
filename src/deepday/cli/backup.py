"""``deepday backup`` and ``deepday restore-backup``: copies of the store, and the way back."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.connect import Terminal
from deepday.cli.options import Json

Passphrase = Annotated[
    str, typer.Option("--passphrase", metavar="REFERENCE", help="Where the passphrase is, such as file:PATH.")
]


def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; beside the store if left out.")
    ] = None,
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many beside the store are kept.")] = 7,
    passphrase: Passphrase = "",
    list_: Annotated[bool, typer.Option("--list", help="Only list those beside the store, newest first.")] = False,
    json_: Json = False,
) -> None:
    """Copy the store as it is now, while deepday serve may run, and check the copy.

    deepday serve does so once a day ([serve] backups). A backup holds what the store holds; tokens and texts in it open
    only with the master key, which is in the system's keyring, or in the file master-keys.json beside the store: keep
    a copy of that file elsewhere. With --passphrase, or backup_passphrase under [serve], the whole file is sealed, and
    nobody reads it without that. Backups beside the store are deleted by deepday erase; others are yours to delete.
    """
    from deepday.app import backing_up  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    if list_:
        found = [str(one) for one in backing_up.listed()]
        if json_:
            show.print_json({"schema": "deepday.backups/1", "files": found})
        else:
            show.lines(found)
        return
    done = backing_up.back_up(file, keep, SystemClock(), passphrase)
    if json_:
        show.print_json({"schema": "deepday.backup/1", "file": str(done.file), "deleted": [*map(str, done.deleted)]})
        return
    show.lines([str(done.file)])
    for one in done.deleted:
        show.say(f"Deleted the older {one.name}")


def restore_backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup, as deepday backup --list shows it.")],
    passphrase: Passphrase = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of the store. The store before is renamed, not deleted.

    For a sealed one the passphrase is that of --passphrase or of the settings; else you are asked for it. The backup is
    checked first; deepday serve must not run. What deepday did since the backup was made is not in it: look with
    deepday diff before you go on, and run deepday adopt if another machine has protected your days since.
    """
    from deepday.app import backing_up  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    if not yes and not typer.confirm(f"Put {file} in the place of the store?", err=True):
        raise typer.Exit(1)
    secret = None
    if backing_up.is_sealed(file):
        secret = backing_up.passphrase_at(passphrase) or Terminal(browser=False).ask_secret("Passphrase of the backup")
    done = backing_up.put_back(file, SystemClock(), secret)
    show.say(f"The store is now as in {file.name}: {done.store}")
    if done.aside:
        show.say(f"The one before is kept: {done.aside}")
    show.say("Before you go on: deepday diff. If it says that another machine protects your days: deepday adopt")
