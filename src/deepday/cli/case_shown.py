"""What the commands of the case have in common when they show things."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepday.cli import show

if TYPE_CHECKING:
    from markupsafe import Markup

    from deepday.app.case_making import Made, Written
    from deepday.case.tone import Finding


def say_findings(findings: "Sequence[Finding]", place: str = "") -> None:
    """Say on standard error what had better be said differently."""
    for one in findings:
        where = f"{place}:{one.line}" if place else f"line {one.line}"
        show.say(f"{where}: {one.kind}: {one.sentence}\n  why: {one.why}\n  say: {one.better}")


def show_text(
    made: "Made",
    name: str,
    schema: str,
    *,
    html: Path | None,
    json_: bool,
    more: Mapping[str, object] | None = None,
    charts: "Markup | None" = None,
    pdf: Path | None = None,
) -> None:
    """Show a text in the shape that was asked for, then remarks; leave with 3 where nothing was measured."""
    from deepday.app.case_making import write_text  # noqa: PLC0415 - help does without
    from deepday.report.case_markdown import print_text, text_to_json  # noqa: PLC0415 - same

    written = write_text(made, name)
    if json_:
        show.print_json(text_to_json(schema, written.text, made.language, written.findings, more))
    elif html is None and pdf is None:
        print_text(written.text, made.heading, show.console())
    if html:
        from deepday.app.case_making import write_page  # noqa: PLC0415 - only for a page

        show.say(f"Wrote {write_page(made, written, html, charts=charts)}")
    if pdf:
        from deepday.app.case_making import write_pdf  # noqa: PLC0415 - only for a PDF file

        show.say(f"Wrote {write_pdf(made, written, pdf)}")
    show_remarks(made, written)


def show_remarks(made: "Made", written: "Written") -> None:
    """Say what a reader of the text should know; raise what keeps the measured figures from being worth much."""
    for note in made.notes:
        show.say(note)
    say_findings(written.findings)
    if made.measured.problem:
        raise made.measured.problem


def findings_to_show(found: "Sequence[tuple[Path, Finding]]") -> list[dict[str, object]]:
    """Return findings in files as plain values."""
    from deepday.report.case_markdown import finding_to_json  # noqa: PLC0415 - only for JSON

    return [{"file": str(path), **finding_to_json(one)} for path, one in found]
