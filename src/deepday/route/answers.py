"""Answering by mail, where there are no buttons: one word in the first line."""

import unicodedata

from deepday.model import OutgoingMessage
from deepday.route.phrases import LANGUAGES, say

_PREFIX = "word "
_SPELT = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE"})


def how_to_answer(made: OutgoingMessage, language: str = "en") -> str:
    """Return the lines that say what may be answered; empty where the buttons are for several requests, or for none."""
    buttons = [button for section in made.sections for button in section.buttons]
    if not buttons or len({button.value.partition(".")[0] for button in buttons}) > 1:
        return ""
    known = LANGUAGES[language]
    words = [(known.get(f"{_PREFIX}{button.action}"), button.label) for button in buttons]
    return "\n".join(["", "", say(language, "mail how"), *(f"{word}: {label}" for word, label in words if word)])


def action_in(text: str) -> str:
    """Return the action that the first line of an answer names, in any of our languages; empty for none."""
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith(">")), "")
    letters = "".join(sign if sign.isalpha() else " " for sign in unicodedata.normalize("NFC", first))
    said = _plain(letters)
    if any(said.startswith(f"{_plain(known['word urgent'])} ") for known in LANGUAGES.values()):
        return "urgent"  # whatever follows: unsure means urgent
    return _ACTIONS.get(said, "")


def _plain(text: str) -> str:
    return " ".join(text.upper().split()).translate(_SPELT)


_ACTIONS = {
    _plain(word): name.removeprefix(_PREFIX)
    for known in LANGUAGES.values()
    for name, word in known.items()
    if name.startswith(_PREFIX)
}
"""What somebody writes instead of pressing a button, with the button's action."""
