"""What the user is told of things left out. Names and identifiers come from files that anybody may have written."""

from deepday.model import Skipped


def printable(text: str) -> str:
    """Return the text with what steers a terminal, or turns the direction of writing, written as its escape."""
    return text if text.isprintable() else "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def skip(source: str, where: str, reason: str) -> Skipped:
    """Return an entry that can be printed whatever the file holds; connectors make every entry here."""
    return Skipped(printable(source), printable(where), printable(reason))
