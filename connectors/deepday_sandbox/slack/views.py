"""Modals and the home tab."""

import json
from typing import Any, Final

from deepday_sandbox.slack.blocks import checked_blocks
from deepday_sandbox.slack.calls import Answer, Call, Method, Refusal, missing
from deepday_sandbox.slack.workspace import find_worker

TRIGGER_SECONDS: Final = 3
_LARGEST: Final = 250_000
_KEPT: Final = ("title", "close", "submit", "callback_id", "private_metadata", "external_id")


def _view(call: Call, kind: str) -> dict[str, Any]:
    view = call.decoded("view", "invalid_arguments")
    if view is None:
        raise missing("view")
    if not isinstance(view, dict) or view.get("type") != kind or (kind == "modal" and "title" not in view):
        raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] invalid view"]})
    if len(json.dumps(view)) > _LARGEST:
        raise Refusal("view_too_large")
    blocks = checked_blocks(call, view.get("blocks"), 100)
    return {"type": kind, "blocks": blocks, **{key: view[key] for key in _KEPT if key in view}}


def _kept(call: Call, view: dict[str, Any], view_id: str) -> dict[str, Any]:
    space = call.space
    external = view.get("external_id")
    if external and any(one.get("external_id") == external and key != view_id for key, one in space.views.items()):
        raise Refusal("duplicate_external_id")
    whole = {
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "close": None,
        "submit": None,
        **view,
        "id": view_id,
        "team_id": space.team_id,
        "state": {"values": {}},
        "hash": f"{call.now}.{space.number():06x}",
        "clear_on_close": False,
        "notify_on_close": False,
        "root_view_id": view_id,
        "previous_view_id": None,
        "app_id": space.app.id,
        "bot_id": space.app.bot_id,
    }
    space.views[view_id] = whole
    return whole


def open_view(call: Call) -> Answer:
    """views.open: a trigger is good once, for three seconds."""
    trigger = call.required("trigger_id")
    known = call.space.triggers.get(trigger)
    if known is None:
        raise Refusal("invalid_trigger_id")
    if known[0] < 0:
        raise Refusal("exchanged_trigger_id")
    if call.office.clock.now().timestamp() > known[0]:
        raise Refusal("expired_trigger_id")
    view = _kept(call, _view(call, "modal"), f"V{call.space.number():08X}")
    call.space.triggers[trigger] = (-1.0, known[1])
    return {"view": view}


def update(call: Call) -> Answer:
    """views.update, by ``view_id`` or ``external_id``; a ``hash`` guards against writing over a newer state."""
    wanted, external = call.text("view_id"), call.text("external_id")
    by_name = (key for key, one in call.space.views.items() if external and one["external_id"] == external)
    view_id = wanted or next(by_name, "")
    before = call.space.views.get(view_id)
    if before is None:
        raise Refusal("not_found")
    if call.text("hash") and call.text("hash") != before["hash"]:
        raise Refusal("hash_conflict")
    return {"view": _kept(call, _view(call, str(before["type"])), view_id)}


def publish(call: Call) -> Answer:
    """views.publish: somebody's home tab."""
    who = find_worker(call.office, call.required("user_id"))
    if who is None:
        raise Refusal("user_not_found")
    before = call.space.views.get(f"VHOME{who.slack_id}")
    if call.text("hash") and before and call.text("hash") != before["hash"]:
        raise Refusal("hash_conflict")
    return {"view": _kept(call, _view(call, "home"), f"VHOME{who.slack_id}")}


METHODS: Final = {
    "views.open": Method(open_view, "bot user", (), 100),
    "views.update": Method(update, "bot user", (), 100),
    "views.publish": Method(publish, "bot", (), 100),
}
