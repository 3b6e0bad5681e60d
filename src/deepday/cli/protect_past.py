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
    """Say who changed what, when, and why: each change by the states before and after it, in a word, without texts."""
    from deepday.app.protect_past import history as read  # noqa: PLC0415 - help does without
    from deepday.report.history_view import history_json, history_lines  # noqa: PLC0415 - same

    found = read(last)
    if json_:
        show.print_json(history_json(found.rows, found.earlier, found.zone))
    else:
        show.lines(history_lines(found.rows, found.earlier, found.zone))


@audit.command(epilog="Example: deepday audit verify, or deepday audit verify --from 2026-03-01 --to 2026-03-31")
def verify(
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Urgent requests too: the first date.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last date, included.")] = None,
    json_: Json = False,
) -> None:
    """Check every row of the record: each holds the hash of the one before. Rows cut off at the end leave no trace.

    With dates, count the urgent requests of that time as well: received = ended + open.
    """
    from deepday.app.period import parse_dates  # noqa: PLC0415 - help does without
    from deepday.app.protect_past import verify as check  # noqa: PLC0415 - same
    from deepday.app.urgent_commands import verify_period  # noqa: PLC0415 - same
    from deepday.errors import DeepdayError, InputError  # noqa: PLC0415 - same
    from deepday.report.urgent_view import proof_json, proof_lines  # noqa: PLC0415 - same

    for given in filter(None, (first, last)):
        parse_dates(given)  # what is wrong with the one that was given comes before the one that is missing
    if (first is None) != (last is None):
        raise InputError("One of the two dates is missing.", "Give both --from and --to, or none.")
    found = check()
    proof = verify_period(first, last) if first and last else None
    if json_:
        requests = {"requests": proof_json(proof)} if proof else {}
        rows = {"rows": found.rows, "first_broken": found.broken or None}
        show.print_json({"schema": "deepday.audit/1", **rows, **requests})
    else:
        if proof:
            show.lines(proof_lines(proof))
        if found.broken:
            raise DeepdayError(
                f"Row {found.broken} of the record is not as it was written, or is missing.",
                "Somebody changed the store past deepday. See deepday history; a backup tells what was there.",
            )
        show.lines([f"{found.rows} rows, all as they were written."])
    if found.broken or (proof and not proof.holds):
        raise typer.Exit(1)


def texts(
    language: Annotated[
        str | None, typer.Option("--language", metavar="en|de", help="One language; all if left out.")
    ] = None,
    json_: Json = False,
) -> None:
    """Show every text that colleagues may read on your accounts, exactly as it will be shown.

    Texts of your own go into [texts] of the settings. They may have placeholders in double braces: until, day, answer,
    point_person, point_reach, backup, backup_reach, urgent, form, next_free.
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
