"""What the commands of the case are asked for, and the case that comes of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepday.cli import options, show

if TYPE_CHECKING:
    from deepday.app.case_making import CaseRequest, Made

Situation = Annotated[str, typer.Option("--situation", metavar="WHICH", help="deep-work or overload.")]
AgreementFile = Annotated[
    Path | None, typer.Option("--agreement", metavar="FILE", help="What was agreed; by default beside the settings.")
]
Tasks = Annotated[Path | None, typer.Option("--tasks", metavar="FILE", help="Your tasks: TOML, CSV, a tracker's CSV.")]
Language = Annotated[str | None, typer.Option("--language", metavar="CODE", help="en or de.")]
Templates = Annotated[Path | None, typer.Option("--templates", metavar="DIR", help="Your own templates.")]
Names = Annotated[bool, typer.Option("--names", help="Show other people's names; by default they are left out.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page, which prints well.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write it as one sheet and its sources.")]
To = Annotated[list[str] | None, typer.Option("--to", metavar="EMAIL", help="Who gets it; repeatable.")]
Wellbeing = Annotated[
    bool, typer.Option("--share-wellbeing", help="Show medians of your own log; never its lines. Off by default.")
]
Seed = Annotated[int, typer.Option("--seed", help="Another seed, other simulated futures.")]


def _asked(context: typer.Context) -> "CaseRequest":
    from deepday.app.case_making import CaseRequest  # noqa: PLC0415 - help does without

    given: dict[str, Any] = {
        name: value for name, value in context.params.items() if name in CaseRequest.__dataclass_fields__
    }
    given["metrics"] = tuple(given.get("metrics") or ())
    return CaseRequest(request=options.request(context), **given)


def made_of(context: typer.Context, *, measured: bool = True) -> "Made":
    """Return the case that was asked for; without ``measured`` nothing is measured for it."""
    from deepday.app.case_making import make_case, make_case_of_tasks  # noqa: PLC0415 - help does without

    if not measured:
        return make_case_of_tasks(_asked(context))
    with show.progress() as progress:
        return make_case(_asked(context), progress)
