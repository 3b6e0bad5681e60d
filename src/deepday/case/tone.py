"""What had better not be said, and what to say instead: accusation, exaggeration, and claims that cannot be kept.

The rules about claims are those of the measuring part (measurement D). The check reads sentence by sentence; it knows
words, not meaning, so it warns and refuses nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepday.case.tone_rules import RULES, Kind, Rule

__all__ = ["Finding", "Kind", "check_tone"]

_QUOTES = "\"'\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
_BREAK = re.compile(
    rf"(?<=;)\s+|(?<=:)\s+(?=[{_QUOTES}A-Z])|(?<=[.!?])[{_QUOTES}*]*\s+(?=[{_QUOTES}A-Z\d*>-])"  # after ; : . ! ?
)
_MARKUP = re.compile(r"^[\s>#*|-]+|[*_\\]|\s\[\d+\]")
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|z\. ?B|d\. ?h|approx|vs|ca|bzw|Dr|Nr|No)\.\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that had better not be said: its line, what is wrong with it and why, and a better one."""

    line: int
    sentence: str
    kind: Kind
    why: str
    better: str


def check_tone(text: str) -> list[Finding]:
    """Return what had better be said differently in a text, in its order; each sentence once for each rule."""
    return [
        Finding(line, sentence, rule.kind, rule.why, rule.improved(sentence))
        for line, sentence in sentences(text)
        for rule in _breaking(sentence)
    ]


def _breaking(sentence: str) -> Sequence[Rule]:
    """Return the rules that a sentence breaks, one for each reason."""
    found: list[Rule] = []
    for rule in RULES:
        if rule.breaks(sentence) and all(rule.why != other.why for other in found):
            found.append(rule)
    # What is wrong as a whole is not mended by milder words.
    whole = [rule for rule in found if rule.kind is not Kind.EXAGGERATION]
    return whole or found


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Give each sentence with its line (from 1), markup left out; a blank line, a heading or a list item ends one."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        bare = _MARKUP.sub("", line).strip()
        begins = bool(re.match(r"\s*(?:[#|]|[-*] |\d+\. )", line))
        if (not bare or begins) and block:
            yield from _sentences_of(block)
            block = []
        if bare:
            block.append((number, bare))
            if line.lstrip().startswith("#"):
                yield from _sentences_of(block)
                block = []


def _sentences_of(block: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Give the sentences of a paragraph, each with the line on which it begins."""
    joined, starts = "", []
    for number, line in block:
        starts.append((len(joined), number))
        joined += f"{line} "
    at = 0
    for match in [*_BREAK.finditer(joined), None]:
        end = match.end() if match else len(joined)
        if match and _ABBREVIATION.search(joined[at : match.end()]):
            continue
        sentence = joined[at:end].strip()
        if sentence:
            yield max(line for start, line in starts if start <= at), sentence
        at = end
