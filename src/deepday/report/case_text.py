"""Texts from templates, with a source for every figure. Needs Jinja2.

A template is Markdown with Jinja2's placeholders. Its figures come as :class:`Figure` values; whenever one is printed,
its source gets a number, which is printed behind it. Users may copy the templates and change them, so what is wrong
with one is said with its file and line.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from deepday.errors import InputError
from deepday.report.words import plain

FOLDER = Path(__file__).parent / "templates" / "case"
_SPECIAL = r"\`*_[]<>#|~"
_ADVICE = "Correct the template, or delete it to get the text that comes with deepday."


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in words, and where it comes from: a command that shows what is behind it, or whose estimate it is."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Text:
    """A finished text: Markdown (or plain text), and the sources of its figures; the first has the number 1."""

    markdown: str
    sources: tuple[str, ...]


class _Sources:
    """Gives out the numbers of sources, in the order in which they are needed."""

    def __init__(self, *, escaping: bool) -> None:
        self.known: list[str] = []
        self._escaping = escaping

    def written(self, value: object) -> object:
        """Return what is printed for a value: a figure with its number; texts cannot mark anything up."""
        if isinstance(value, Figure):
            if value.source not in self.known:
                self.known.append(value.source)
            return f"{self._safe(value.text)} [{self.known.index(value.source) + 1}]"
        return self._safe(value) if isinstance(value, str) else value

    def _safe(self, text: str) -> str:
        text = plain(text)
        return "".join(f"\\{sign}" if sign in _SPECIAL else sign for sign in text) if self._escaping else text


def render(
    name: str, code: str, content: Mapping[str, Any], *, folder: Path | None = None, escaping: bool = True
) -> Text:
    """Return the text of the template ``name`` (``brief.md``, say) in that language.

    ``folder`` holds the user's own templates, in folders by language; what is not there comes with deepday.
    ``escaping``: the result is Markdown, so what it is filled with must not mark up anything. Raises
    :class:`InputError` for a template that is broken, with file and line.
    """
    sources = _Sources(escaping=escaping)
    environment = _environment(folder)
    environment.finalize = sources.written
    path = f"{code}/{name}"
    problems = list(check_template(environment, path, frozenset(content)))
    if problems:
        raise InputError("\n".join(problems), _ADVICE)
    try:
        markdown = environment.get_template(path).render(content)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:  # whatever a template does
        raise InputError(f"{_place(error, path)}: {error}.", _ADVICE) from None
    return Text(f"{markdown.strip()}\n", tuple(sources.known))


def _environment(folder: Path | None) -> ImmutableSandboxedEnvironment:
    """Return an environment without doors: a template that somebody sent cannot reach into Python."""
    mine = [FileSystemLoader(folder)] if folder else []
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*mine, PackageLoader("deepday.report", "templates/case")]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def check_folder(folder: Path, known: frozenset[str]) -> list[str]:
    """Return what is wrong with the templates in a folder, one line each with file and line; empty when all is well."""
    environment = _environment(folder)
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            if not (FOLDER / name).is_file():
                near = difflib.get_close_matches(name, template_names(), n=1)
                found.append(
                    f"{path}:1: no text of deepday's is made from it" + (f"; is it {near[0]}?" if near else ".")
                )
                continue
            found += check_template(environment, name, known)
    return found


def template_names() -> list[str]:
    """Return the templates that come with deepday, as ``en/brief.md``."""
    return sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*") if path.is_file())


def check_template(
    environment: ImmutableSandboxedEnvironment, path: str, known: frozenset[str], seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Give what is wrong with a template and those it uses: syntax, and placeholders that do not exist."""
    loader = environment.loader
    if loader is None or path in seen:
        return
    try:
        source, file, _ = loader.get_source(environment, path)
        tree = environment.parse(source, path, file)
    except TemplateSyntaxError as error:
        yield f"{error.filename or path}:{error.lineno}: {(error.message or 'it cannot be read').rstrip('.')}."
        return
    except (TemplateNotFound, UnicodeDecodeError):
        yield f"{path}:1: there is no such template, or it is not UTF-8."
        return
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx in {"store", "param"}}
    own |= {node.name for node in tree.find_all(nodes.Macro)}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in own | known | {"loop", "range"}:
            near = difflib.get_close_matches(node.name, known, n=1)
            advice = f"; did you mean {near[0]}?" if near else "."
            yield f"{file or path}:{node.lineno}: there is no placeholder {node.name}{advice}"
    for uses in tree.find_all(nodes.Include):
        if isinstance(uses.template, nodes.Const):
            yield from check_template(environment, uses.template.value, known, seen | {path})


def _place(error: BaseException, path: str) -> str:
    """Return file and line of the template that an error came from."""
    place, trace = f"{path}:1", error.__traceback__
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or path}:{error.lineno}"
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith((".md", ".txt")):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
