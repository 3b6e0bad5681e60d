"""Handlers: mailbox settings with the automatic reply."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from deepday_sandbox.microsoft.calls import Call, one_of
from deepday_sandbox.microsoft.errors import Answer, GraphError, invalid
from deepday_sandbox.microsoft.events import wrapped
from deepday_sandbox.microsoft.queries import narrowed, selected
from deepday_sandbox.microsoft.zones import iana, read_when, shown, to_utc, to_wall, windows
from deepday_sandbox.office.people import Worker
from deepday_sandbox.office.state import Office

_READ: Final = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
_WRITE: Final = ("MailboxSettings.ReadWrite",)
_STATUS: Final = ("disabled", "alwaysEnabled", "scheduled")
_AUDIENCE: Final = ("none", "contactsOnly", "all")
_PLAIN: Final = ("timeZone", "workingHours", "language", "dateFormat", "timeFormat")
_SETTINGS: Final = (
    *_PLAIN,
    "automaticRepliesSetting",
    "archiveFolder",
    "userPurpose",
    "delegateMeetingMessageDeliveryOptions",
)
_REPLY: Final = (
    "status",
    "externalAudience",
    "scheduledStartDateTime",
    "scheduledEndDateTime",
    "internalReplyMessage",
    "externalReplyMessage",
)


def working_hours(worker: Worker) -> dict[str, Any]:
    """Return somebody's working hours as Outlook has them by default."""
    return {
        "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "startTime": "08:00:00.0000000",
        "endTime": "17:00:00.0000000",
        "timeZone": {"name": windows(worker.zone)},
    }


def get_settings(call: Call) -> Answer:
    """Return the mailbox's settings."""
    call.require(_READ, _READ)
    call.refuse_query({"$select"})
    owner = call.mailbox()
    names = selected(call.query.get("$select", ""), _SETTINGS, "microsoft.graph.mailboxSettings")
    context = call.context(f"users('{owner.object_id}')/mailboxSettings")
    settings = narrowed(_settings(call, owner), names)
    return Answer(200, {"@odata.context": context, **settings})


def get_reply(call: Call) -> Answer:
    """Return the automatic reply alone."""
    call.require(_READ, _READ)
    call.refuse_query(())
    owner = call.mailbox()
    context = call.context(f"users('{owner.object_id}')/mailboxSettings/automaticRepliesSetting")
    return Answer(200, {"@odata.context": context, **_reply(call.office, owner)})


def _settings(call: Call, owner: Worker) -> dict[str, Any]:
    return {
        "archiveFolder": f"{owner.object_id}-archive",
        "timeZone": windows(owner.zone),
        "dateFormat": "dd.MM.yyyy",
        "timeFormat": "HH:mm",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "userPurpose": "user",
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "workingHours": working_hours(owner),
        **call.state.mailboxes.get(owner.email, {}),
        "automaticRepliesSetting": _reply(call.office, owner),
    }


def _reply(office: Office, owner: Worker) -> dict[str, Any]:
    today = office.clock.now().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return {
        "status": "disabled",
        "externalAudience": "all",
        "scheduledStartDateTime": shown(today, "UTC"),
        "scheduledEndDateTime": shown(today + timedelta(days=1), "UTC"),
        "internalReplyMessage": "",
        "externalReplyMessage": "",
        **office.settings.reply(owner.email).graph,
    }


def update_settings(call: Call) -> Answer:
    """Change settings: what is named at the top level is replaced whole, the rest stays."""
    call.require(_WRITE, _WRITE)
    call.refuse_query(())
    owner = call.mailbox()
    body = call.fields(_SETTINGS, "mailboxSettings")
    kept: dict[str, Any] = {name: body[name] for name in _PLAIN if name in body}
    if "timeZone" in kept:
        iana(str(kept["timeZone"]))
    reply = _read_reply(call, body["automaticRepliesSetting"]) if "automaticRepliesSetting" in body else None
    call.state.mailboxes.setdefault(owner.email, {}).update(kept)
    if reply is not None:
        call.office.settings.reply(owner.email).graph = reply
    everything = _settings(call, owner)
    changed = {name: everything[name] for name in body if name in everything}
    context = call.context(f"users('{owner.object_id}')/mailboxSettings")
    return Answer(200, {"@odata.context": context, **changed})


def _read_reply(call: Call, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise GraphError(400, "RequestBodyRead", "automaticRepliesSetting must be an object.")
    for name in value:
        if name not in _REPLY and "@" not in name:
            message = f"The property '{name}' does not exist on type 'microsoft.graph.automaticRepliesSetting'."
            raise GraphError(400, "RequestBodyRead", message)
    reply: dict[str, Any] = {"status": one_of(value.get("status", "disabled"), _STATUS, "status")}
    reply["externalAudience"] = one_of(value.get("externalAudience", "all"), _AUDIENCE, "externalAudience")
    bounds = {}
    for name in ("scheduledStartDateTime", "scheduledEndDateTime"):
        if name in value:
            wall, zone = read_when(value[name], name)
            bounds[name] = to_utc(wall, iana(zone))
            reply[name] = shown(to_wall(bounds[name], "UTC"), "UTC")
    if reply["status"] == "scheduled":
        if len(bounds) < 2:
            raise invalid("A scheduled automatic reply needs both times.", "ErrorInvalidParameter")
        start, end = bounds["scheduledStartDateTime"], bounds["scheduledEndDateTime"]
        if end <= start or end <= call.office.clock.now():
            raise invalid("The schedule of the automatic reply must lie in the future.", "ErrorInvalidParameter")
    for name in ("internalReplyMessage", "externalReplyMessage"):
        if not isinstance(value.get(name, ""), str):
            raise GraphError(400, "RequestBodyRead", f"Cannot convert the literal of {name} to 'String'.")
        if value.get(name):
            reply[name] = wrapped(value[name])
    return reply


def answering(office: Office, email: str) -> str | None:
    """Return the text of an automatic reply that goes out now, ``None`` where none does."""
    reply = office.settings.reply(email).graph
    if reply.get("status") == "scheduled":
        walls = [read_when(reply[f"scheduled{name}DateTime"], name) for name in ("Start", "End")]
        start, end = (to_utc(wall, iana(zone)) for wall, zone in walls)
        return str(reply.get("internalReplyMessage", "")) if start <= office.clock.now() < end else None
    return str(reply.get("internalReplyMessage", "")) if reply.get("status") == "alwaysEnabled" else None
