"""People, bots and the workspace itself."""

from typing import Final

from deepday_sandbox.slack.calls import Answer, Call, Method, Refusal, missing, page
from deepday_sandbox.slack.shapes import user_json
from deepday_sandbox.slack.workspace import find_worker

_READ: Final = ("users:read",)


def info(call: Call) -> Answer:
    """users.info."""
    key = call.text("user")
    found = find_worker(call.office, key) if key and "@" not in key else None
    if found is None:
        raise Refusal("user_not_found")
    return {"user": user_json(call.office, found, with_email=call.has("users:read.email"))}


def list_all(call: Call) -> Answer:
    """users.list: people in the order of their ids, then the app's bot."""
    people = sorted(call.office.people, key=lambda one: one.slack_id)
    everybody = [*people, call.space.app.bot]
    shown, metadata = page(call, everybody, default=1000)
    email = call.has("users:read.email")
    return {
        "members": [user_json(call.office, one, with_email=email) for one in shown],
        "cache_ts": call.now,
        "response_metadata": metadata,
    }


def look_up(call: Call) -> Answer:
    """users.lookupByEmail."""
    address = call.text("email")
    if not address:
        raise missing("email")
    found = call.office.people.find(address) if "@" in address else None
    if found is None:
        raise Refusal("users_not_found")
    return {"user": user_json(call.office, found, with_email=True)}


def bot(call: Call) -> Answer:
    """bots.info: the app's own bot is the only one."""
    app = call.space.app
    if call.text("bot", app.bot_id) != app.bot_id:
        raise Refusal("bot_not_found")
    known = {"id": app.bot_id, "deleted": False, "name": app.name, "updated": 1_700_000_000, "icons": {}}
    return {"bot": {**known, "app_id": app.id, "user_id": app.bot.slack_id}}


def team(call: Call) -> Answer:
    """team.info."""
    space = call.space
    if call.text("team", space.team_id) != space.team_id:
        raise Refusal("team_not_found")
    return {"team": {"id": space.team_id, "name": space.team_name, "domain": space.domain, "email_domain": ""}}


METHODS: Final = {
    "users.info": Method(info, scopes=_READ, per_minute=100, takes_json=False),
    "users.list": Method(list_all, scopes=_READ, per_minute=20, takes_json=False),
    "users.lookupByEmail": Method(look_up, scopes=("users:read.email",), takes_json=False),
    "bots.info": Method(bot, scopes=_READ, takes_json=False),
    "team.info": Method(team, scopes=("team:read",)),
}
