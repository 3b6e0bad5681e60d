"""Consent of those who cover: asked once, and ended by a button in any message that they get."""

from deepday.app.urgent_desk import Desk
from deepday.route import machine
from deepday.route.buttons import request_of
from deepday.route.items import Item, Kind
from deepday.store.requests import request_id
from deepday.store.urgent import item_row
from deepday.store.urgent_looks import Control

CONSENTS = {"opt_in": True, "opt_out": False}
"""What each button means for the consent of whoever presses it."""


def consent_question(name: str, chat: str, now: int) -> Item:
    """Return the question to somebody, by name, whether they would cover."""
    return Item(Kind.CONSENT, request_id("consent", name), chat, f"question/{now}", data={"name": name, "what": "ask"})


def keep_consent(desk: Desk, control: Control) -> int:
    """Take a press of a button about consent. It counts only from whoever the message was sent to."""
    about = request_of(desk.secret, control.action, control.subject)
    rows = desk.store.messages(desk.person, about) if about else []
    name = next((row.data["name"] for row in rows if row.to == control.sender and row.data.get("name")), "")
    if not name:
        desk.store.settle_control(control, "not a button of theirs")
        return 1
    agreed = CONSENTS[control.action]
    desk.consent(name, agreed)
    data = {"name": name, "what": "agreed" if agreed else "declined"}
    said = Item(Kind.CONSENT, request_id("consent", name), control.sender, control.key, data=data)
    desk.store.add_items([item_row(desk.person, said)])
    if not agreed:
        _pass_on(desk, control.sender)
    desk.store.settle_control(control, "agreed" if agreed else "opted out")
    return 1


def _pass_on(desk: Desk, chat: str) -> None:
    """Tell the next one of whatever waits for somebody who has just opted out."""
    for request in desk.store.open_requests(desk.person):
        if request.turn is not None and request.turn.chat == chat:
            item = Item(Kind.ASK, request.id, chat, "", level=request.level)
            desk.take(request, machine.failed(request, item, desk.policy, desk.now(), "opted out"))
