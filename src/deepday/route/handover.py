"""The note for the day before: what whoever covers must know. A template, filled with what is known."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A block to be covered, in words: when, and who answers for what."""

    when: str
    point: str
    backup: str


def handover_note(owner: str, day: str, blocks: Sequence[Block], waiting: Sequence[str]) -> str:
    """Return the note as Markdown; what nobody can know stands there as a question to fill in.

    ``waiting``: requests that are open, one line each.
    """
    lines = [f"# Hand-over for {owner}, {day}", ""]
    if not blocks:
        lines += ["No deep-work block is approved for this day.", ""]
    for one in blocks:
        backup = f", then {one.backup}" if one.backup else ""
        lines.append(f"- {one.when}: {one.point or 'nobody named yet'}{backup}")
    lines += ["", "## How it works", ""]
    lines += [
        f"You are told by chat when somebody needs {owner} urgently: from whom, since when, and what.",
        "Take it, pass it on, say that it is not urgent, or wake the owner. Without an answer the next one is told.",
        "",
        "## Requests that are open now",
        "",
        *(waiting or ["None."]),
        "",
    ]
    for title, question in _QUESTIONS:
        lines += [f"## {title}", "", f"- ( ) {question}", ""]
    return "\n".join(lines)


_QUESTIONS = (
    ("Open reviews", "Which reviews wait for me, which for others, and what may be merged without me?"),
    ("Running trainings", "Which runs are going, until when, what does a failure look like, may it be restarted?"),
    ("Run-books", "Where are they, and who else knows?"),
    ("Releases and dead-lines", "What is due on that day?"),
    ("Wake me for", "Which events are worth breaking the block for?"),
)
