"""Status, do-not-disturb and presence."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from deepday_sandbox.office import Office, Worker
from deepday_sandbox.slack import events
from deepday_sandbox.slack.calls import Answer, Call, Method, Refusal
from deepday_sandbox.slack.shapes import live_profile, profile_json
from deepday_sandbox.slack.workspace import find_worker, workspace

_EMOJI: Final = re.compile(r":[a-z0-9_+'-]+:(:skin-tone-[2-6]:)?")
_STATUS: Final = {"status_text", "status_emoji", "status_expiration"}
_TEXTS: Final = {"title", "phone", "skype", "real_name", "display_name", "first_name", "last_name", "pronouns"}


def person_of(call: Call, name: str = "user") -> Worker:
    """Return whom an argument names, the caller where it is left out."""
    found = find_worker(call.office, call.text(name)) if call.text(name) else call.bearer.worker
    if found is None or "@" in call.text(name):
        raise Refusal("user_not_found")
    return found


def get_profile(call: Call) -> Answer:
    """users.profile.get."""
    return {"profile": profile_json(call.office, person_of(call), with_email=call.has("users:read.email"))}


def set_profile(call: Call) -> Answer:
    """users.profile.set: one's own; an administrator may set another's, not another administrator's."""
    whom = person_of(call)
    if whom.slack_id != call.bearer.id:
        if call.bearer.id not in call.space.admins:
            raise Refusal("not_admin")
        if whom.slack_id in call.space.admins:
            raise Refusal("cannot_update_admin_user")
    given = call.decoded("profile", "invalid_profile")
    if given is None and call.text("name"):
        given = {call.text("name"): call.args.get("value", "")}
    if not isinstance(given, dict) or not given:
        raise Refusal("invalid_profile")
    _set_status(call, whom, given)
    others = {key: value for key, value in given.items() if key in _TEXTS}
    if not all(isinstance(value, str) for value in others.values()):
        raise Refusal("profile_set_failed")
    call.space.profiles.setdefault(whom.slack_id, {}).update(others)
    events.person_changed(call.office, whom, "user_status_changed" if _STATUS & set(given) else "")
    return {"username": whom.email.partition("@")[0], "profile": profile_json(call.office, whom, with_email=True)}


def _set_status(call: Call, whom: Worker, given: dict[str, Any]) -> None:
    text, emoji, until = (given.get(key) for key in ("status_text", "status_emoji", "status_expiration"))
    if (text == "" and emoji is None) or (emoji == "" and text is None):
        raise Refusal("must_clear_both_status_text_and_status_emoji")
    if not isinstance(text or "", str) or not isinstance(emoji or "", str):
        raise Refusal("profile_set_failed")
    if len(text or "") > 100:
        raise Refusal("too_long")
    if emoji and not _EMOJI.fullmatch(emoji):
        raise Refusal("invalid_emoji_not_allowed")
    if not re.fullmatch(r"\d{1,12}", str(until or 0)):
        raise Refusal("profile_set_failed")
    status = live_profile(call.office, whom)
    status.status_text = status.status_text if text is None else text
    status.status_emoji = status.status_emoji if emoji is None else emoji
    if status.status_text and not status.status_emoji:
        status.status_emoji = ":speech_balloon:"
    if until is not None:
        status.status_expiration = int(until)
    elif _STATUS & set(given):
        status.status_expiration = 0  # a new status without an end has none, whatever the old one had
    if not status.status_text and not status.status_emoji:
        status.status_expiration = 0


def quiet_hours(office: Office, worker: Worker) -> tuple[int, int]:
    """Return the start and end (UTC seconds) of the do-not-disturb window that is on or comes next; (1, 1) for none.

    ``ChatProfile.dnd_schedule`` is ``{"start": "22:00", "end": "08:00"}``, wall times in the person's zone.
    """
    schedule, zone = office.settings.profile(worker.email).dnd_schedule, ZoneInfo(worker.zone)
    if not schedule:
        return 1, 1
    start, end = time.fromisoformat(schedule["start"]), time.fromisoformat(schedule["end"])
    now = office.clock.seconds()
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    ended = workspace(office).dnd_ended.get(worker.slack_id, 0)
    for day in range(-1, 3):
        first = today + timedelta(days=day)
        last = first + timedelta(days=1 if end <= start else 0)
        begins = int(datetime.combine(first, start, zone).timestamp())
        ends = int(datetime.combine(last, end, zone).timestamp())
        if ends > now and begins >= ended:
            return begins, ends
    raise AssertionError("a window comes every day")


def _window(call: Call, worker: Worker) -> dict[str, Any]:
    begins, ends = quiet_hours(call.office, worker)
    return {"dnd_enabled": begins > 1, "next_dnd_start_ts": begins, "next_dnd_end_ts": ends}


def _snooze(call: Call, worker: Worker) -> dict[str, Any]:
    until = live_profile(call.office, worker).snooze_until
    if not until:
        return {"snooze_enabled": False}
    left = until - call.now
    return {
        "snooze_enabled": True,
        "snooze_endtime": until,
        "snooze_remaining": left,
        "snooze_is_indefinite": False,
    }


def dnd_info(call: Call) -> Answer:
    """dnd.info: the snooze is shown to oneself only."""
    worker = person_of(call)
    return {**_window(call, worker), **(_snooze(call, worker) if worker.slack_id == call.bearer.id else {})}


def dnd_team(call: Call) -> Answer:
    """dnd.teamInfo."""
    ids = [one.strip() for one in call.text("users").split(",") if one.strip()]
    if not ids:
        raise Refusal("no_users_provided")
    if len(ids) > 50:
        raise Refusal("too_many_users")
    found = {one: find_worker(call.office, one) for one in ids}
    return {"users": {key: _window(call, worker) for key, worker in found.items() if worker}}


def set_snooze(call: Call) -> Answer:
    """dnd.setSnooze: minutes from now; a snooze that is on is replaced."""
    if not call.text("num_minutes"):
        raise Refusal("missing_duration")
    minutes = call.number("num_minutes", 0, "snooze_failed")
    if minutes < 1:
        raise Refusal("snooze_failed")
    if minutes > call.space.snooze_longest:
        raise Refusal("too_long")
    live_profile(call.office, call.bearer.worker).snooze_until = call.now + minutes * 60
    events.snoozed(call.office, call.bearer.worker, {**_window(call, call.bearer.worker)})
    return _snooze(call, call.bearer.worker)


def end_snooze(call: Call) -> Answer:
    """dnd.endSnooze."""
    profile = live_profile(call.office, call.bearer.worker)
    if not profile.snooze_until:
        raise Refusal("snooze_end_failed")
    profile.snooze_until = 0
    events.snoozed(call.office, call.bearer.worker, {**_window(call, call.bearer.worker)})
    return {**_window(call, call.bearer.worker), "snooze_enabled": False}


def end_dnd(call: Call) -> Answer:
    """dnd.endDnd: ends a snooze, and the scheduled window that is on; the next window stays."""
    worker = call.bearer.worker
    profile = live_profile(call.office, worker)
    begins, ends = quiet_hours(call.office, worker)
    scheduled = 1 < begins <= call.now
    if not scheduled and not profile.snooze_until:
        raise Refusal("not_in_dnd")
    profile.snooze_until = 0
    if scheduled:
        call.space.dnd_ended[worker.slack_id] = ends
    events.snoozed(call.office, worker, {**_window(call, worker)})
    return {}


def set_presence(call: Call) -> Answer:
    """users.setPresence."""
    if call.text("presence") not in {"auto", "away"}:
        raise Refusal("invalid_presence")
    live_profile(call.office, call.bearer.worker).presence = call.text("presence")
    return {}


def get_presence(call: Call) -> Answer:
    """users.getPresence: ``auto`` shows as active, for everybody in the office has the client open."""
    worker = person_of(call)
    away = live_profile(call.office, worker).presence == "away"
    shown: Answer = {"presence": "away" if away else "active"}
    if worker.slack_id == call.bearer.id:
        shown |= {"online": not away, "auto_away": False, "manual_away": away, "connection_count": 1}
    return shown


METHODS: Final = {
    "users.profile.get": Method(get_profile, scopes=("users.profile:read",), per_minute=100, takes_json=False),
    "users.profile.set": Method(set_profile, "user", ("users.profile:write",)),
    "dnd.info": Method(dnd_info, scopes=("dnd:read",), takes_json=False),
    "dnd.teamInfo": Method(dnd_team, scopes=("dnd:read",), per_minute=20, takes_json=False),
    "dnd.setSnooze": Method(set_snooze, "user", ("dnd:write",), 20),
    "dnd.endSnooze": Method(end_snooze, "user", ("dnd:write",), 20),
    "dnd.endDnd": Method(end_dnd, "user", ("dnd:write",), 20),
    "users.setPresence": Method(set_presence, scopes=("users:write",), per_minute=20),
    "users.getPresence": Method(get_presence, scopes=("users:read",), takes_json=False),
}
