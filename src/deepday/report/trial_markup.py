"""Markdown to a page: HTML and Typst from the same text, with charts where an image names one. Needs markdown-it-py."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~=&:])")
_TYPST = re.compile(r"([!-/:-@\[-`{-~])")  # a date such as "13. May" would begin a numbered list
_CHART = "chart:"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that the text asks for: its name, its words in the text's language, its description."""

    name: str
    words: tuple[str, ...]
    description: str


def text_of(value: str) -> str:
    r"""Return a user's text so that Markdown shows it as it is.

    >>> text_of("a*b [c]")
    'a\\*b \\[c\\]'
    """
    return _MARKDOWN.sub(r"\\\1", " ".join(value.split()))


def quoted(value: str) -> str:
    """Return a Typst string."""
    text = " ".join(value.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def typst_text(value: str) -> str:
    r"""Return text so that Typst shows it as it is.

    >>> typst_text("#1 [x]")
    '\\#1 \\[x\\]'
    """
    return _TYPST.sub(r"\\\1", value)


def parse(text: str) -> list[Token]:
    """Return the tokens of a Markdown text; HTML in it is text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)


def charts_in(tokens: Sequence[Token]) -> list[Chart]:
    """Return the charts that the text asks for, in order."""
    return [
        _chart(child)
        for token in tokens
        for child in token.children or ()
        if child.type == "image" and str(child.attrs.get("src", "")).startswith(_CHART)
    ]


def _chart(token: Token) -> Chart:
    words = tuple(part.strip() for part in str(token.attrs.get("title", "")).split("|"))
    return Chart(str(token.attrs["src"]).removeprefix(_CHART), words, token.content)


def to_html(tokens: Sequence[Token], charts: Mapping[str, str]) -> str:
    """Return HTML; ``charts``: SVG by name, put in place of their images, with the description as their title."""
    made: list[str] = []
    for token in tokens:
        if token.type == "inline":
            made.append("".join(_inline_html(child, charts) for child in token.children or ()))
        elif token.type == "hr":
            made.append("<hr>\n")
        elif token.type in {"table_open", "table_close"}:
            made.append('<div class="wide"><table>' if token.nesting > 0 else "</table></div>\n")
        elif token.tag and not token.hidden:
            style = str(token.attrs.get("style", ""))
            align = f' style="{escape(style)}"' if style else ""
            made.append(f"<{token.tag}{align}>" if token.nesting > 0 else f"</{token.tag}>\n")
    return "".join(made)


def _inline_html(token: Token, charts: Mapping[str, str]) -> str:
    if token.type == "image":
        return charts.get(_chart(token).name, "")
    if token.tag in {"strong", "em"}:
        return f"<{token.tag}>" if token.nesting > 0 else f"</{token.tag}>"
    text = "\n" if token.type == "softbreak" else escape(token.content)
    return f"<code>{text}</code>" if token.type == "code_inline" else text


_TYPST_BLOCKS = {
    "heading_close": "]\n\n",
    "list_item_open": "#list.item[",
    "list_item_close": "]\n",
    "hr": "#pagebreak()\n#context [#metadata(here().page()) <annex>]\n",
    "table_close": "))\n\n",
    "th_open": "[",
    "td_open": "[",
    "th_close": "],\n",
    "td_close": "],\n",
}


def to_typst(tokens: Sequence[Token], charts: Mapping[str, str]) -> str:
    """Return Typst markup; ``charts``: file names by chart. The rule ("---") begins a new page."""
    made: list[str] = []
    for token in tokens:
        match token.type:
            case "inline":
                made.append("".join(_inline_typst(child, charts) for child in token.children or ()))
            case "heading_open":
                made.append(f"#heading(level: {token.tag[1]})[")
            case "paragraph_close":
                made.append("\n" if token.hidden else "\n\n")
            case "table_open":
                columns = _columns(tokens, token)
                align = "(x, y) => if x == 0 { left } else { right }"
                made.append(f"#block(table(columns: {columns}, align: {align},\n")
            case other:
                made.append(_TYPST_BLOCKS.get(other, ""))
    return "".join(made)


def _columns(tokens: Sequence[Token], opening: Token) -> int:
    begin = next(at for at, token in enumerate(tokens) if token is opening)
    count = 0
    for token in tokens[begin:]:
        if token.type == "tr_close":
            break
        count += token.type == "th_open"
    return count


_TYPST_INLINE = {
    "softbreak": "\n",
    "strong_open": "#strong[",
    "em_open": "#emph[",
    "strong_close": "]",
    "em_close": "]",
}


def _inline_typst(token: Token, charts: Mapping[str, str]) -> str:
    if token.type == "code_inline":
        return f"#raw({quoted(token.content)})"
    if token.type == "image":
        chart = _chart(token)
        file = charts.get(chart.name)
        return f"#image({quoted(file)}, width: 100%, alt: {quoted(chart.description)})" if file else ""
    return _TYPST_INLINE.get(token.type) or typst_text(token.content)


def plain_text(tokens: Sequence[Token]) -> str:
    """Return the text alone, for a terminal or a letter: headings underlined, tables as rows, no charts."""
    made: list[str] = []
    lead = ""
    for token in tokens:
        match token.type:
            case "inline":
                text = "".join(_inline_text(child) for child in token.children or ())
                made.append(lead + text)
                lead = ""
            case "list_item_open":
                lead = "- "
            case "heading_close":
                made[-1] = f"{made[-1]}\n{('=' if token.tag == 'h1' else '-') * len(made[-1])}"
            case "th_open" | "td_open":
                lead = " | " if made and made[-1].endswith("\0") else ""
            case "th_close" | "td_close":
                made[-1] += "\0"
            case "tr_close":
                made.append("")
            case _:
                pass
    blocks = "\n\n".join(made).replace("\0\n\n", "").replace("\0", "")
    return "\n".join(line.rstrip() for line in blocks.split("\n")).replace("\n\n\n\n", "\n\n").strip() + "\n"


def _inline_text(token: Token) -> str:
    if token.type == "image":
        return f"[{token.content}]"
    return "\n" if token.type == "softbreak" else token.content
