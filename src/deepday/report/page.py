"""A text as one page of HTML or PDF, from templates that a user can copy and change: the one typesetter.

Needs Jinja2, markdown-it-py, and typst for the PDF file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)

from deepday.errors import InputError
from deepday.report.trial_markup import parse, quoted, text_of, to_html, to_typst, typst_text
from deepday.report.trial_words import number

LANGUAGES = ("en", "de")
_SIZES = (10.6, 10.0, 9.4, 8.8, 8.2, 7.6)


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text as Markdown, its language, its charts by name, and when it was made."""

    title: str
    text: str
    language: str
    charts: Mapping[str, str]
    generated: str


def render_text(name: str, content: Mapping[str, Any], folder: Path | None) -> str:
    """Return the text that a template gives. Raises :class:`InputError` where it cannot be used."""
    environment = _environment(folder)
    try:
        return environment.get_template(name).render(content)
    except TemplateNotFound:
        own = ", ".join(LANGUAGES)
        raise InputError(
            f"There is no template {name}.", f"Languages are {own}; another one needs that file in --templates FOLDER."
        ) from None
    except TemplateError as error:
        where = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        raise InputError(f"The template {name}{where} cannot be used: {error}.", "Correct your copy of it.") from None


def _environment(folder: Path | None) -> Environment:
    own = PackageLoader("deepday.report", "templates/trial")
    loader = ChoiceLoader([FileSystemLoader(folder), own]) if folder else own
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=False)  # noqa: S701 - Markdown
    environment.filters |= {
        "num": _number,
        "mins": _minutes,
        "p": _p,
        "text": text_of,
        "quoted": quoted,
        "typst": typst_text,
    }
    return environment


def _number(value: float | None, decimal: str = ".") -> str:
    if value is None:
        return "\N{EN DASH}"
    return number(value).translate(str.maketrans(".,", decimal + ("." if decimal == "," else ",")))


def _minutes(value: float | None, decimal: str = ".") -> str:
    """Write minutes no finer than they are known: whole ones from ten up."""
    if value is None or abs(value) >= 1000:
        return _number(value, decimal)
    return f"{value:.0f}" if abs(value) >= 9.95 or value == 0 else f"{value:.1f}".replace(".", decimal)


def _p(value: float, decimal: str = ".") -> str:
    return f"{value:.4f}".replace(".", decimal)


def html_of(page: Page, folder: Path | None = None) -> str:
    """Return one self-contained page of HTML."""
    body = to_html(parse(page.text), page.charts)
    title = page.title.replace("&", "&amp;").replace("<", "&lt;")
    content = {"body": body, "language": page.language, "title": title, "generated": page.generated}
    return render_text("page.html", content, folder)


def pdf_of(page: Page, generated: datetime, folder: Path | None = None) -> bytes:
    """Return the PDF file; its first part is set smaller until it fits on one sheet.

    Raises :class:`InputError` where typst is not installed.
    """
    try:
        import typst  # noqa: PLC0415 - an extra, large, and only for this
    except ImportError:
        raise InputError(
            "PDF files are made with typst, which is not installed.",
            "Run: pip install 'deepday[trial]'; or take --html, which prints well.",
        ) from None
    with TemporaryDirectory() as place:
        files = {name: f"{name}.svg" for name, svg in page.charts.items() if svg}
        for name, file in files.items():
            (Path(place) / file).write_text(page.charts[name], encoding="utf-8")
        main = Path(place) / "page.typ"
        body = to_typst(parse(page.text), files)
        for size in _SIZES:
            content = {
                "body": body,
                "language": page.language,
                "title": page.title,
                "generated": page.generated,
                "size": size,
            }
            main.write_text(render_text("page.typ", content, folder), encoding="utf-8")
            try:
                if size == _SIZES[-1] or _sheets(main, place) <= 1:
                    return typst.compile(str(main), root=place, timestamp=int(generated.timestamp()), format="pdf")
            except RuntimeError as error:  # TypstError is one; a query raises the plain kind
                raise InputError(
                    f"The page could not be set: {str(error).splitlines()[0]}.", "Correct your copy of page.typ."
                ) from None
    raise AssertionError("the smallest size is always taken")


def _sheets(main: Path, root: str) -> int:
    """Return on how many sheets the part before the annex is."""
    import typst  # noqa: PLC0415 - an extra

    found = json.loads(typst.query(str(main), "<annex>", root=root, field="value"))
    return int(found[0]) - 1 if found else 1
