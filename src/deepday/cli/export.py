"""``deepday export``: all that is kept, in one archive."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json, Person


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The ZIP file to write; it must not exist.")],
    person: Person = None,
    json_: Json = False,
) -> None:
    """Write all that is kept about you into one ZIP file that only you can read: JSON lines, and your settings.

    What is sealed in the store (notes of the case, texts of urgent requests, what you had set before) is in it in the
    clear: keep the file as you would keep those. Tokens and keys are not in it.

    With --person it is what is kept about somebody else, for them: rows that name them, and what they asked of you.
    """
    from deepday.app.exporting import SCHEMA  # noqa: PLC0415 - help does without
    from deepday.app.exporting import export as write  # noqa: PLC0415 - same
    from deepday.app.third_person import SCHEMA as OF_PERSON  # noqa: PLC0415 - same
    from deepday.app.third_person import export_person  # noqa: PLC0415 - same
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    done = export_person(file, person, SystemClock()) if person else write(file, SystemClock())
    if json_:
        values = {"file": str(done.file), "rows": dict(done.rows), "left_out": list(done.left_out)}
        show.print_json({"schema": OF_PERSON if person else SCHEMA, **values})
        return
    show.lines([f"{number:>8}  {name}" for name, number in done.rows.items() if number])
    show.say(f"Wrote {done.file}")
    for one in done.left_out:
        show.say(f"Not in it: {one}")
