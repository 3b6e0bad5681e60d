"""``deepday history``, ``audit``, ``texts``: what was done and why, and what is said to colleagues."""

from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

audit = typer.Typer(
    help="Check that the record of changes is as it was written.",
    epilog="Example: deepday audit verify",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def history(
    last: Annotated[int, typer.Option("--last", metavar="N", min=0, help="How many rows; 0 for all.")] = 40,
    json_: Json = False,
) -> None:
    """Say who changed what, and why: each change with what was before and after."""
    from deepday.app.protect_past import history as read  # noqa: PLC0415 - help does without
    from deepday.report.history_view import history_json, history_lines  # noqa: PLC0415 - same

    found = read(last)
    if json_:
        show.print_json(history_json(found.rows, found.earlier, found.zone))
    else:
        show.lines(history_lines(found.rows, found.earlier, found.zone))


@audit.command(epilog="Example: deepday audit verify --json")
def verify(json_: Json = False) -> None:
    """Check every row of the record: each holds the hash of the one before. Rows cut off at the end leave no trace."""
    from deepday.app.protect_past import verify as check  # noqa: PLC0415 - help does without
    from deepday.errors import DeepdayError  # noqa: PLC0415 - same

    found = check()
    if json_:
        show.print_json({"schema": "deepday.audit/1", "rows": found.rows, "first_broken": found.broken or None})
        if found.broken:
            raise typer.Exit(1)
        return
    if found.broken:
        raise DeepdayError(
            f"Row {found.broken} of the record is not as it was written, or is missing.",
            "Somebody changed the store past deepday. See deepday history; a backup tells what was there.",
        )
    show.lines([f"{found.rows} rows, all as they were written."])


def texts(
    language: Annotated[
        str | None, typer.Option("--language", metavar="en|de", help="One language; all if left out.")
    ] = None,
    json_: Json = False,
) -> None:
    """Show every text that colleagues may read, exactly as it will be shown.

    Texts of your own go into [texts] of the settings. They may have placeholders in double braces: until, day, answer,
    point_person, point_reach, backup, backup_reach, urgent, next_free.
    """
    from deepday.app.protect_texts import texts as preview  # noqa: PLC0415 - help does without
    from deepday.report.history_view import text_lines  # noqa: PLC0415 - same

    found = preview(language)
    if json_:
        rows = [
            {"language": one.language, "example": one.example, "texts": [text._asdict() for text in one.texts]}
            for one in found
        ]
        show.print_json({"schema": "deepday.texts/1", "languages": rows})
        return
    for one in found:
        show.lines(text_lines(one.language, one.about, one.texts))
