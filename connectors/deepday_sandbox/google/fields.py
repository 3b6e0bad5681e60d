"""The ``fields`` parameter: which parts of an answer to send."""

from typing import Any

from deepday_sandbox.google.errors import RefusedError

Mask = dict[str, "Mask"]


def select(body: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the part of the body that a mask such as ``items(id,start/date),nextPageToken`` asks for.

    Raises :class:`RefusedError` for a mask that cannot be read.
    """
    mask, rest = _parse(text)
    if rest:
        raise _unreadable(text)
    chosen = _pick(body, mask)
    return chosen if isinstance(chosen, dict) else {}


def _parse(text: str) -> tuple[Mask, str]:
    """Read names up to the end or a closing bracket; give what is left."""
    mask: Mask = {}
    while True:
        end = next((at for at, letter in enumerate(text) if letter in ",()"), len(text))
        path, text = text[:end], text[end:]
        steps = path.split("/")
        if not all(step == "*" or step.isidentifier() for step in steps):
            raise _unreadable(path)
        inner = mask
        for step in steps:
            inner = inner.setdefault(step, {})
        if text.startswith("("):
            deeper, text = _parse(text[1:])
            if not text.startswith(")"):
                raise _unreadable(path)
            inner |= deeper
            text = text[1:]
        if not text.startswith(","):
            return mask, text
        text = text[1:]


def _pick(value: Any, mask: Mask) -> Any:
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [_pick(item, mask) for item in value]
    if isinstance(value, dict):
        return {name: _pick(part, mask[name]) for name, part in value.items() if name in mask}
    return value


def _unreadable(text: str) -> RefusedError:
    return RefusedError(400, "invalidParameter", f"Invalid field selection {text}", parameter="fields")
