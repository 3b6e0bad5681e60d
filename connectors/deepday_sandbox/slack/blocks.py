"""What a message may be made of: text, blocks, metadata; checked as Slack checks it."""

import json
from typing import Any, Final

from deepday_sandbox.slack.calls import Call, Refusal

LONGEST_TEXT: Final = 40_000  # longer ones are cut when posted
_MARKDOWN: Final = 12_000
_METADATA: Final = 16_000
_KINDS: Final = {
    "actions", "alert", "call", "card", "carousel", "context", "context_actions", "data_table", "divider", "file",
    "header", "image", "input", "markdown", "plan", "rich_text", "section", "table", "task_card", "video",
}  # fmt: skip


def content_of(call: Call, *, cut: bool = True, longest: int = LONGEST_TEXT) -> tuple[str, dict[str, Any]]:
    """Return the text and what else was sent: blocks with their ids filled in, attachments, metadata.

    Raises :class:`Refusal`. Text over ``longest`` is shortened, or refused where ``cut`` is false.
    """
    text, markdown = call.text("text"), call.text("markdown_text")
    blocks = call.decoded("blocks", "invalid_blocks_format")
    attachments = call.decoded("attachments", "invalid_attachments")
    if markdown and (text or blocks):
        raise Refusal("markdown_text_conflict")
    if len(markdown) > _MARKDOWN or (not cut and len(text) > longest):
        raise Refusal("msg_too_long")
    if not (text or markdown or blocks or attachments):
        raise Refusal("no_text")
    extra: dict[str, Any] = {}
    if blocks:
        extra["blocks"] = checked_blocks(call, blocks)
    if attachments:
        if not isinstance(attachments, list):
            raise Refusal("invalid_attachments")
        if len(attachments) > 100:
            raise Refusal("too_many_attachments")
        extra["attachments"] = attachments
    metadata = call.decoded("metadata", "invalid_metadata_format")
    if metadata:
        extra["metadata"] = _metadata(metadata)
    return (text or markdown)[:LONGEST_TEXT], extra


def _metadata(metadata: Any) -> dict[str, Any]:
    known = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
    if not known or not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    if len(json.dumps(metadata)) > _METADATA:
        raise Refusal("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def checked_blocks(call: Call, blocks: Any, most: int = 50) -> list[dict[str, Any]]:
    """Return blocks with ids for those that had none. Raises ``invalid_blocks`` or ``invalid_blocks_format``."""
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        raise Refusal("invalid_blocks_format")
    problems = [] if len(blocks) <= most else [f"no more than {most} items allowed"]
    filled, seen = [], set[str]()
    for index, block in enumerate(blocks):
        problems += [f"{text} [json-pointer:/blocks/{index}]" for text in _block_problems(block)]
        whole = {**block, "block_id": block.get("block_id") or f"b{call.space.number():04x}"}
        if str(whole["block_id"]) in seen:
            problems.append(f"`block_id` {whole['block_id']} already exists [json-pointer:/blocks/{index}/block_id]")
        seen.add(str(whole["block_id"]))
        if isinstance(block.get("elements"), list):
            whole["elements"] = [_with_action(call, one) for one in block["elements"]]
        if isinstance(block.get("accessory"), dict):
            whole["accessory"] = _with_action(call, block["accessory"])
        filled.append(whole)
    if problems:
        raise Refusal("invalid_blocks", response_metadata={"messages": [f"[ERROR] {text}" for text in problems]})
    return filled


def _with_action(call: Call, element: Any) -> Any:
    if not isinstance(element, dict) or element.get("type") in {"mrkdwn", "plain_text", "image", None}:
        return element
    if str(element["type"]).startswith("rich_text"):
        return element
    return {**element, "action_id": element.get("action_id") or f"a{call.space.number():04x}"}


def _block_problems(block: dict[str, Any]) -> list[str]:
    kind = block.get("type")
    problems = [] if kind in _KINDS else [f"unsupported type: {kind}"]
    if len(str(block.get("block_id", ""))) > 255:
        problems.append("must be less than 256 characters: block_id")
    if kind == "section":
        problems += _section_problems(block)
    elif kind == "header":
        problems += _text_problems(block.get("text"), 150, plain=True)
    elif kind in {"actions", "context"}:
        most, elements = (25 if kind == "actions" else 10), block.get("elements")
        if isinstance(elements, list) and 1 <= len(elements) <= most:
            problems += _element_problems(elements)
        else:
            problems.append(f"elements must be a list of 1 to {most}")
    return problems


def _section_problems(block: dict[str, Any]) -> list[str]:
    text, fields, accessory = block.get("text"), block.get("fields") or [], block.get("accessory")
    return [
        *([] if text or fields else ["missing required field: text"]),
        *(_text_problems(text, 3000) if text else []),
        *(problem for one in fields for problem in _text_problems(one, 2000)),
        *_element_problems([accessory] if isinstance(accessory, dict) else []),
    ]


def _text_problems(text: Any, most: int, *, plain: bool = False) -> list[str]:
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if not isinstance(text, dict) or text.get("type") not in kinds or not isinstance(text.get("text"), str):
        return ["must provide a text object"]
    return [] if 1 <= len(text["text"]) <= most else [f"must be more than 0 and less than {most + 1} characters"]


def _element_problems(elements: list[Any]) -> list[str]:
    problems, seen = list[str](), set[str]()
    for element in elements:
        if not isinstance(element, dict) or "type" not in element:
            problems.append("missing required field: type")
            continue
        if element["type"] == "button":
            problems += _text_problems(element.get("text"), 75, plain=True)
            if len(str(element.get("value", ""))) > 2000:
                problems.append("must be less than 2001 characters: value")
            if element.get("style") not in {None, "primary", "danger"}:
                problems.append("invalid value: style")
        action = str(element.get("action_id", ""))
        if len(action) > 255:
            problems.append("must be less than 256 characters: action_id")
        if action and action in seen:
            problems.append(f"`action_id` {action} already exists")
        seen.add(action)
    return problems
