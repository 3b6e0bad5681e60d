"""A finished text in the terminal, as a page and as JSON. Needs markdown-it-py and rich."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, Markdown
from rich.text import Text as RichText

from deepday.case.tone import Finding
from deepday.report.case_language import Language
from deepday.report.case_text import Text
from deepday.report.page import Page
from deepday.report.trial_markup import text_of
from deepday.report.words import plain

_SOURCE = re.compile(r" \[(\d{1,3})\]")


class _LeftHeading(Heading):
    """A heading that stands where the text does; rich centres them."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show it in bold, with a line of space above."""
        self.text.justify = "left"
        if self.tag != "h1":
            yield RichText("")
        self.text.stylize("bold underline" if self.tag == "h1" else "bold")
        yield self.text


class _Markdown(Markdown):
    elements: ClassVar = {**Markdown.elements, "heading_open": _LeftHeading}


def print_text(text: Text, heading: str, console: Console) -> None:
    """Print a text, and below it, under ``heading``, where its figures come from."""
    console.print(_Markdown(text.markdown, hyperlinks=False))
    if text.sources:
        console.print()
        console.print(RichText(f"{heading}:", style="dim"))
        for number, source in enumerate(text.sources, 1):
            console.print(RichText(f"[{number}] {source}", style="dim"))


def markdown_to_html(markdown: str) -> Markup:
    """Return the body of a page; HTML in the text is shown, not obeyed."""
    parser = (
        MarkdownIt("commonmark", {"html": False, "linkify": False})
        .enable("table")
        .disable(["image", "link", "autolink"])
    )
    made = _SOURCE.sub(r'<sup class="source">[\1]</sup>', parser.render(markdown))
    return Markup(made)  # noqa: S704 - the parser escapes everything that it does not make itself


def render_page(
    text: Text,
    tongue: Language,
    *,
    kind: str,
    title: str,
    heading: str,
    made: datetime,
    remarks: Sequence[str] = (),
    charts: Markup | None = None,
) -> str:
    """Return one self-contained page without script. ``heading`` stands above the sources of the figures."""
    environment = Environment(
        loader=PackageLoader("deepday.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    content = {
        "body": markdown_to_html(text.markdown),
        "sources": text.sources,
        "sources_name": heading,
        "code": tongue.code,
        "kind": kind,
        "title": title,
        "made": tongue.day(made.date()),
        "remarks": list(remarks),
        "charts": charts or Markup(""),
    }
    return environment.get_template("case.html").render(content)


def sheet_of(text: Text, tongue: Language, *, heading: str, made: datetime) -> Page:
    """Return a text as a page to be typeset: what it says first, then under ``heading`` the sources of its figures."""
    sources = [f"[{number}] {text_of(source)}" for number, source in enumerate(text.sources, 1)]
    annex = ["---", f"## {text_of(heading)}", *sources] if sources else []
    title = text.markdown.partition("\n")[0].lstrip("# ").strip()
    return Page(plain(title), "\n\n".join([text.markdown, *annex]), tongue.code, {}, tongue.day(made.date()))


def text_to_json(
    schema: str, text: Text, tongue: Language, findings: Sequence[Finding], more: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return a text as plain values: Markdown, the sources of its figures, and what the tone check said."""
    return {
        "schema": schema,
        "language": tongue.code,
        "text": text.markdown,
        "sources": [{"number": number, "source": source} for number, source in enumerate(text.sources, 1)],
        "tone": [finding_to_json(one) for one in findings],
        **(more or {}),
    }


def finding_to_json(one: Finding) -> dict[str, object]:
    """Return a finding of the tone check as plain values."""
    return {"line": one.line, "kind": one.kind.value, "sentence": one.sentence, "why": one.why, "better": one.better}
