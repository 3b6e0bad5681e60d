"""Answering by mail, where there are no buttons: one word in the first line."""

from deepday.model import OutgoingMessage

WORDS = {
    "urgent": "URGENT",
    "wait": "WAIT",
    "take": "TAKE",
    "pass": "PASS",
    "not_urgent": "NOT URGENT",
    "wake": "WAKE",
    "answered": "ANSWERED",
    "snooze": "SNOOZE",
    "opt_out": "STOP",
}
"""What somebody writes instead of pressing a button, by the button's action."""


def how_to_answer(made: OutgoingMessage) -> str:
    """Return the lines that say what may be answered; empty where the buttons are for several requests, or for none."""
    buttons = [button for section in made.sections for button in section.buttons]
    if not buttons or len({button.value.partition(".")[0] for button in buttons}) > 1:
        return ""
    lines = [f"{WORDS[button.action]}: {button.label}" for button in buttons if button.action in WORDS]
    return "\n\nTo answer, reply to this mail; the first line is one of\n" + "\n".join(lines)


def action_in(text: str) -> str:
    """Return the action that the first line of an answer names; empty for none."""
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith(">")), "")
    said = " ".join("".join(sign if sign.isalpha() else " " for sign in first).upper().split())
    if said.startswith("URGENT "):
        return "urgent"  # whatever follows: unsure means urgent
    return next((action for action, word in WORDS.items() if said == word), "")
