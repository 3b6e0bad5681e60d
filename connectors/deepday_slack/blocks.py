"""Messages of ours as Slack shows them: blocks with buttons, and a text for notifications and screen readers. Pure."""

import re
from typing import Any, Final

from deepday.model import Button, OutgoingMessage, Section
from deepday_slack.translate import escaped

MOST_BLOCKS: Final = 50
_LONGEST: Final = 3000
_PERSON: Final = re.compile(r"\{@([UW][A-Z0-9]+)\}")


def written(text: str) -> str:
    """Return plain text as Slack wants it; ``{@U123}`` becomes the person, and nothing else can address anybody."""
    return _PERSON.sub(r"<@\1>", escaped(text))


def blocks_of(message: OutgoingMessage) -> list[dict[str, Any]]:
    """Return the blocks of a message; empty where it has no sections."""
    return [block for section in message.sections for block in _blocks(section)][:MOST_BLOCKS]


def _blocks(section: Section) -> list[dict[str, Any]]:
    safe = section.link.startswith("https://") and "|" not in section.link
    link = f" <{section.link}|{escaped(section.word)}>" if safe else ""
    text = written(section.text)[: _LONGEST - len(link)] + link
    blocks: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    if section.buttons:
        blocks.append({"type": "actions", "elements": [_button(one) for one in section.buttons]})
    return blocks


def _button(button: Button) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "button",
        "action_id": button.action,
        "value": button.value,
        "text": {"type": "plain_text", "text": button.label[:75]},
    }
    return shown | ({"style": "primary"} if button.main else {})
