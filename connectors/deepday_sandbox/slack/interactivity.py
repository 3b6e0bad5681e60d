"""Slash commands, buttons, shortcuts and modals: what people set off, and what the app answers with."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from deepday_sandbox.office import Grant, Office, Room, Worker
from deepday_sandbox.slack.blocks import content_of
from deepday_sandbox.slack.calls import MICRO, Bearer, Call, Refusal, micro, stamp
from deepday_sandbox.slack.delivery import Courier
from deepday_sandbox.slack.events import changed
from deepday_sandbox.slack.messages import write
from deepday_sandbox.slack.shapes import message_json, room_label
from deepday_sandbox.slack.views import TRIGGER_SECONDS
from deepday_sandbox.slack.workspace import VENDOR, ResponseUrl, Workspace, workspace

_LATER_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of an interaction.

    ``failure`` is empty where the app acknowledged in time; else people see that it did not work. ``payload`` is what
    the app answered with at once; ``trigger_id`` and ``response_url`` are what it may use afterwards.
    """

    failure: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    trigger_id: str = ""
    response_url: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether the app accepted it."""
        return not self.failure


class Interactions:
    """Sets interactions off and takes their answers. ``base`` gives the URL under which the office is served."""

    def __init__(self, office: Office, courier: Courier, base: Callable[[], str]) -> None:
        """Work over one office."""
        self._office, self._courier, self._base = office, courier, base

    @property
    def _space(self) -> Workspace:
        return workspace(self._office)

    def slash_command(self, worker: Worker, room: Room, command: str, text: str) -> Reply:
        """Type a command in a room."""
        with self._office.lock:
            url, trigger = self._later(room.id, worker), self._trigger(worker)
            payload = {
                "token": self._space.app.verification_token,
                "team_id": self._space.team_id,
                "team_domain": self._space.domain,
                "channel_id": room.id,
                "channel_name": room_label(self._office, room)["name"],
                "user_id": worker.slack_id,
                "user_name": worker.email.partition("@")[0],
                "command": command,
                "text": text,
                "api_app_id": self._space.app.id,
                "is_enterprise_install": "false",
                "response_url": url,
                "trigger_id": trigger,
            }
        failure, answer = self._courier.interact("slash_commands", payload, self._space.app.commands_url)
        return Reply(failure or self._take(url, answer), answer, trigger, url)

    def press_button(self, worker: Worker, room: Room, ts: str, action_id: str, block_id: str = "") -> Reply:
        """Press a button of a message, one of those only the presser sees too. Raises :class:`LookupError`."""
        with self._office.lock:
            message = self._message(room, ts, worker)
            action = self._action(message, action_id, block_id)
            url, trigger = self._later(room.id, worker, ts), self._trigger(worker)
            shown_to_one = message.get("is_ephemeral", False)
            where = {"type": "message", "message_ts": ts, "channel_id": room.id, "is_ephemeral": shown_to_one}
            payload = {
                **self._envelope("block_actions", worker, trigger),
                "container": where,
                "channel": {"id": room.id, "name": room_label(self._office, room)["name"]},
                "message": message,
                "state": {"values": {}},
                "response_url": url,
                "actions": [action],
            }
        failure, answer = self._courier.interact("interactive", payload, self._space.app.interactivity_url)
        return Reply(failure or self._take(url, answer), answer, trigger, url)

    def shortcut(self, worker: Worker, callback_id: str, room: Room | None, ts: str) -> Reply:
        """Use a global shortcut, or the one of a message where a room and its ``ts`` are given."""
        with self._office.lock:
            trigger = self._trigger(worker)
            kind = "message_action" if room else "shortcut"
            now = stamp(int(self._office.clock.now().timestamp() * MICRO))
            payload = {**self._envelope(kind, worker, trigger), "callback_id": callback_id, "action_ts": now}
            url = ""
            if room:
                url = self._later(room.id, worker)
                message = self._message(room, ts, worker)
                where = {"id": room.id, "name": room_label(self._office, room)["name"]}
                payload |= {"channel": where, "message": message, "message_ts": ts, "response_url": url}
        failure, answer = self._courier.interact("interactive", payload, self._space.app.interactivity_url)
        return Reply(failure, answer, trigger, url)

    def submit_view(self, worker: Worker, view_id: str, values: Mapping[str, Any]) -> Reply:
        """Submit a modal. It closes unless the app answers with errors or another view. Raises :class:`KeyError`."""
        with self._office.lock:
            view, trigger = self._space.views[view_id], self._trigger(worker)
            filled = {**view, "state": {"values": dict(values)}}
            payload = {**self._envelope("view_submission", worker, trigger), "view": filled, "response_urls": []}
        failure, answer = self._courier.interact("interactive", payload, self._space.app.interactivity_url)
        with self._office.lock:
            action = answer.get("response_action")
            if action == "update" and isinstance(answer.get("view"), dict):
                self._space.views[view_id] = {**view, **answer["view"], "id": view_id}
            elif not failure and action not in {"errors", "push"}:
                self._space.views.pop(view_id, None)
        return Reply(failure, answer, trigger)

    def _envelope(self, kind: str, worker: Worker, trigger: str) -> dict[str, Any]:
        space, name = self._space, worker.email.partition("@")[0]
        return {
            "type": kind,
            "user": {"id": worker.slack_id, "username": name, "name": name, "team_id": space.team_id},
            "api_app_id": space.app.id,
            "token": space.app.verification_token,
            "trigger_id": trigger,
            "team": {"id": space.team_id, "domain": space.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _trigger(self, worker: Worker) -> str:
        trigger = f"{self._space.number()}.{self._office.clock.seconds()}.{secrets.token_hex(16)}"
        until = self._office.clock.now().timestamp() + TRIGGER_SECONDS
        self._space.triggers[trigger] = (until, worker.slack_id)
        return trigger

    def _later(self, room: str, worker: Worker, ts: str = "") -> str:
        key = f"{self._space.team_id}/{self._space.number()}/{secrets.token_urlsafe(18)}"
        until = self._office.clock.now().timestamp() + _LATER_SECONDS
        self._space.response_urls[key] = ResponseUrl(room, worker.slack_id, until, message=micro(ts) if ts else 0)
        return f"{self._base()}/commands/{key}"

    def _message(self, room: Room, ts: str, worker: Worker) -> dict[str, Any]:
        moment = micro(ts)
        if found := self._office.chat.between(room.id, moment, moment):
            return message_json(self._office, found[0])
        for row in self._space.ephemeral:
            if (row["channel"], row["user"], row["ts"]) == (room.id, worker.slack_id, ts):
                return {**row, "type": "message", "is_ephemeral": True}
        raise LookupError(f"no message {ts} in {room.id}")

    def _action(self, message: Mapping[str, Any], action_id: str, block_id: str) -> dict[str, Any]:
        for block in message.get("blocks", []):
            elements = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
            for element in elements:
                if element.get("action_id") == action_id and block_id in {"", block["block_id"]}:
                    now = stamp(int(self._office.clock.now().timestamp() * MICRO))
                    kept = {key: element[key] for key in ("type", "text", "value", "style", "url") if key in element}
                    return {"action_id": action_id, "block_id": block["block_id"], **kept, "action_ts": now}
        raise LookupError(f"no button {action_id} in the message")

    def _take(self, url: str, answer: Mapping[str, Any]) -> str:
        """Show what the app answered with at once, and return why that cannot be shown."""
        if any(key in answer for key in ("text", "blocks")):
            with self._office.lock:
                try:
                    self._say(self._space.response_urls[url.partition("/commands/")[2]], answer)
                except Refusal as refusal:
                    return refusal.error
        return ""

    async def answer_later(self, request: Request) -> Response:
        """Take what an app sends to a response URL: 404 once it is used up or over, 400 for what cannot be shown."""
        body = await request.body()
        with self._office.lock:
            where = self._space.response_urls.get(request.path_params["key"])
            if where is None or self._office.clock.now().timestamp() > where.until:
                return JSONResponse({"ok": False, "error": "expired_url"}, 404)
            if where.uses < 1:
                return JSONResponse({"ok": False, "error": "used_url"}, 404)
            try:
                self._say(where, _object(body))
            except Refusal as refusal:
                return JSONResponse({"ok": False, "error": refusal.error}, 400)
            where.uses -= 1
        return PlainTextResponse("ok")

    def _say(self, where: ResponseUrl, given: Mapping[str, Any]) -> None:
        """Show an app's answer: to the one who asked, in the room, or in place of the message."""
        office, space = self._office, self._space
        room, chat = office.chat.rooms[where.room], office.chat
        before = chat.between(room.id, where.message, where.message) if where.message else []
        if given.get("delete_original") and before:
            changed(office, chat.replace(room.id, where.message, None), None)
            return
        grant = space.bot_grant or Grant(VENDOR, space.app.bot.email, space.app.client_id, frozenset())
        call = Call(office, space, "response_url", given, Bearer("", "bot", grant, space.app.bot))
        text, extra = content_of(call)
        if given.get("replace_original") and before:
            kept = {key: value for key, value in before[0].extra if key not in {"blocks", "attachments"}}
            after = replace(before[0], text=text, extra=tuple({**kept, **extra}.items()))
            chat.replace(room.id, after.ts, after)
            changed(office, before[0], after)
        elif given.get("response_type") == "in_channel":
            write(call, room, text, extra)
        else:
            now = stamp(int(office.clock.now().timestamp() * MICRO))
            space.ephemeral.append({"channel": room.id, "user": where.user, "text": text, "ts": now, **extra})


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refusal("invalid_payload")
    return given
