"""Handlers: subscriptions to changes of events, and the notifications that they get."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from deepday_sandbox.microsoft import ids
from deepday_sandbox.microsoft.calls import Call
from deepday_sandbox.microsoft.errors import Answer, GraphError
from deepday_sandbox.microsoft.event_calls import READ
from deepday_sandbox.microsoft.events import stamp
from deepday_sandbox.microsoft.pushes import Postman
from deepday_sandbox.microsoft.state import GraphState, Subscription
from deepday_sandbox.microsoft.zones import instant
from deepday_sandbox.office.calendars import Calendar, Entry
from deepday_sandbox.office.state import Office

_FIELDS: Final = (
    "changeType",
    "notificationUrl",
    "lifecycleNotificationUrl",
    "resource",
    "expirationDateTime",
    "clientState",
    "includeResourceData",
    "latestSupportedTlsVersion",
)
_CHANGES: Final = {"created", "updated", "deleted"}
_TLS: Final = {"v1_0", "v1_1", "v1_2", "v1_3"}
LIFECYCLE: Final = ("missed", "subscriptionRemoved", "reauthorizationRequired")


class Subscriptions:
    """Everybody's webhooks. ``notified`` must be among the calendars' listeners."""

    def __init__(self, office: Office, state: GraphState, postman: Postman) -> None:
        """Keep the subscriptions of an office."""
        self._office, self._state, self._postman = office, state, postman

    def create(self, call: Call) -> Callable[[], Answer]:
        """Check a new subscription, and return what asks the webhook and keeps it: to be done without the lock."""
        call.require(READ, READ)
        body = call.fields(_FIELDS, "subscription")
        made = self._read(call, body)

        def finish() -> Answer:
            for url in filter(None, (made.notification_url, made.lifecycle_url)):
                if not self._postman.echo(url, f"Validation: is this <you> & reachable? Request-Id: {uuid.uuid4()}"):
                    message = (
                        "Subscription validation request failed. Notification endpoint must respond with 200 OK to "
                        "validation request."
                    )
                    raise GraphError(400, "ValidationError", message)
            with self._office.lock:
                self._state.subscriptions[made.id] = made
            return Answer(201, {"@odata.context": call.context("subscriptions/$entity"), **self._shown(made)})

        return finish

    def _read(self, call: Call, body: dict[str, Any]) -> Subscription:
        for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
            if not isinstance(body.get(name), str):
                raise GraphError(400, "InvalidRequest", f"Property '{name}' is required.")
        changes = {part.strip() for part in body["changeType"].split(",")}
        if not changes <= _CHANGES:
            raise GraphError(400, "InvalidRequest", f"The changeType '{body['changeType']}' is not supported.")
        for name in ("notificationUrl", "lifecycleNotificationUrl"):
            if not str(body.get(name, "https://")).startswith("https://"):
                raise GraphError(400, "InvalidRequest", f"'{name}' must be an https address.")
        if len(str(body.get("clientState") or "")) > 128:
            raise GraphError(400, "InvalidRequest", "clientState must be at most 128 characters.")
        if body.get("latestSupportedTlsVersion", "v1_2") not in _TLS or body.get("includeResourceData"):
            raise GraphError(400, "InvalidRequest", "The subscription asks for what this resource does not support.")
        return Subscription(
            id=str(uuid.uuid4()),
            client_id=call.app.client_id,
            owner=self._mailbox(call, body["resource"]),
            resource=body["resource"],
            change_type=body["changeType"],
            notification_url=body["notificationUrl"],
            until=self._until(body["expirationDateTime"]),
            client_state=str(body.get("clientState") or ""),
            lifecycle_url=str(body.get("lifecycleNotificationUrl") or ""),
            immutable=call.prefer.immutable,
            creator=call.holder.object_id if call.holder else call.app.client_id,
        )

    def _mailbox(self, call: Call, resource: str) -> str:
        path = resource.strip("/").split("/")
        if path != ["me", "events"] and not (path[0] == "users" and len(path) == 3 and path[2] == "events"):
            raise GraphError(400, "InvalidRequest", f"The resource '{resource}' is not supported for subscriptions.")
        call.path = path
        return call.mailbox().email

    def _until(self, text: Any) -> int:
        until = instant(str(text), "expirationDateTime")
        now = self._office.clock.now()
        if until <= now:
            raise GraphError(400, "InvalidRequest", "expirationDateTime must be in the future.")
        if until > now + timedelta(minutes=self._state.subscription_minutes):
            message = f"Subscription expiration can only be {self._state.subscription_minutes} minutes in the future."
            raise GraphError(400, "InvalidRequest", message)
        return int(until.timestamp())

    def _shown(self, one: Subscription) -> dict[str, Any]:
        return {
            "id": one.id,
            "resource": one.resource,
            "applicationId": one.client_id,
            "changeType": one.change_type,
            "clientState": None,  # a secret between Graph and the webhook
            "notificationUrl": one.notification_url,
            "lifecycleNotificationUrl": one.lifecycle_url or None,
            "expirationDateTime": stamp(one.until),
            "creatorId": one.creator,
            "latestSupportedTlsVersion": "v1_2",
            "includeResourceData": False,
        }

    def _mine(self, call: Call) -> list[Subscription]:
        call.require(READ, READ)
        now = self._office.clock.seconds()
        creator = call.holder.object_id if call.holder else call.app.client_id
        kept = self._state.subscriptions.values()
        return [
            one for one in kept if one.client_id == call.app.client_id and one.creator == creator and now < one.until
        ]

    def _find(self, call: Call, name: str) -> Subscription:
        found = next((one for one in self._mine(call) if one.id == name), None)
        if found is None:
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        return found

    def list(self, call: Call) -> Answer:
        """List the app's subscriptions."""
        rows = [self._shown(one) for one in self._mine(call)]
        return Answer(200, {"@odata.context": call.context("subscriptions"), "value": rows})

    def get(self, call: Call, name: str) -> Answer:
        """Return one subscription."""
        return Answer(200, self._shown(self._find(call, name)))

    def renew(self, call: Call, name: str) -> Answer:
        """Move the end of a subscription, which also authorises it again."""
        found = self._find(call, name)
        body = call.fields(("expirationDateTime", "notificationUrl"), "subscription")
        if "expirationDateTime" not in body:
            raise GraphError(400, "InvalidRequest", "Property 'expirationDateTime' is required.")
        found.until = self._until(body["expirationDateTime"])
        found.asleep = False
        return Answer(200, {"@odata.context": call.context("subscriptions/$entity"), **self._shown(found)})

    def reauthorize(self, call: Call, name: str) -> Answer:
        """Wake a subscription whose token ran out."""
        self._find(call, name).asleep = False
        return Answer(204)

    def delete(self, call: Call, name: str) -> Answer:
        """End a subscription."""
        del self._state.subscriptions[self._find(call, name).id]
        return Answer(204)

    def lifecycle(self, name: str, event: str) -> None:
        """Send one of :data:`LIFECYCLE` to a subscription's lifecycle address, and do what it tells.

        Raises :class:`ValueError` for another word.
        """
        if event not in LIFECYCLE:
            raise ValueError(event)
        with self._office.lock:
            found = self._state.subscriptions[name]
            found.asleep = found.asleep or event == "reauthorizationRequired"
            if event == "subscriptionRemoved":
                del self._state.subscriptions[name]
            if found.lifecycle_url:
                self._postman.send(found.lifecycle_url, {**self._heading(found), "lifecycleEvent": event})

    def _heading(self, one: Subscription) -> dict[str, Any]:
        return {
            "subscriptionId": one.id,
            "subscriptionExpirationDateTime": stamp(one.until),
            "clientState": one.client_state,
            "tenantId": self._state.tenant,
        }

    def notified(self, calendar: Calendar, entry: Entry) -> None:
        """Notify whoever subscribed to a calendar's mailbox of what was written."""
        if entry.series in calendar.entries:  # what happens to an occurrence is told of its series
            entry, change = calendar.entries[entry.series], "updated"
        else:
            change = "deleted" if entry.deleted else "created" if entry.version == 1 else "updated"
        now = self._office.clock.seconds()
        for one in list(self._state.subscriptions.values()):
            if one.owner != calendar.owner or one.asleep or now >= one.until or change not in one.change_type:
                continue
            self._postman.send(one.notification_url, self._notification(one, calendar, entry, change))

    def _notification(self, one: Subscription, calendar: Calendar, entry: Entry, change: str) -> dict[str, Any]:
        owner = self._office.people.find(calendar.owner)
        name = ids.of_entry(calendar.id, entry, immutable=one.immutable)
        resource = f"Users/{owner.object_id if owner else ''}/Events/{name}"
        data = {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": resource,
            "@odata.etag": ids.etag(entry),
            "id": name,
        }
        return {**self._heading(one), "changeType": change, "resource": resource, "resourceData": data}
