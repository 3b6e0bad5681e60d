"""The manifest of an app: read from YAML or JSON, and refused with a reason where Slack would refuse it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from deepday_sandbox.slack.oauth import BOT_SCOPES, USER_SCOPES

LONGEST: Final = 64_000
_KEYS: Final[dict[str, set[str]]] = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "background_color", "long_description"},
    "features": {"bot_user", "slash_commands", "shortcuts", "app_home"},
    "features.bot_user": {"display_name", "always_online"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "oauth_config": {"redirect_urls", "scopes"},
    "oauth_config.scopes": {"bot", "user"},
    "settings": {
        "allowed_ip_address_ranges", "event_subscriptions", "interactivity", "org_deploy_enabled",
        "socket_mode_enabled", "token_rotation_enabled",
    },
    "settings.event_subscriptions": {"bot_events", "user_events", "request_url"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}  # fmt: skip
_COMMAND: Final = {"command", "description", "usage_hint", "should_escape", "url"}
_SHORTCUT: Final = {"name", "type", "callback_id", "description"}
_EVENTS: Final = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "user_change": "users:read",
    "dnd_updated_user": "dnd:read",
    "tokens_revoked": "",
}


class ManifestError(Exception):
    """A manifest that is refused. ``reasons`` are sentences with the place in front."""

    def __init__(self, reasons: list[str]) -> None:
        """Refuse for those reasons."""
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the office needs to know of an app."""

    name: str
    bot_scopes: tuple[str, ...]
    user_scopes: tuple[str, ...]
    bot_events: frozenset[str]
    user_events: frozenset[str]
    socket_mode: bool
    request_url: str
    redirect_urls: tuple[str, ...]
    rotation: bool


def read_manifest(text: str) -> Manifest:
    """Read a manifest. Raises :class:`ManifestError`."""
    whole = _load(text)
    reasons = list(_unknown(whole))
    if not reasons:
        reasons = list(_wrong(whole))
    if reasons:
        raise ManifestError(reasons)
    scopes, events = _part(whole, "oauth_config", "scopes"), _part(whole, "settings", "event_subscriptions")
    settings = _part(whole, "settings")
    return Manifest(
        name=whole["display_information"]["name"],
        bot_scopes=tuple(scopes.get("bot") or ()),
        user_scopes=tuple(scopes.get("user") or ()),
        bot_events=frozenset(events.get("bot_events") or ()),
        user_events=frozenset(events.get("user_events") or ()),
        socket_mode=bool(settings.get("socket_mode_enabled")),
        request_url=str(events.get("request_url") or ""),
        redirect_urls=tuple(_part(whole, "oauth_config").get("redirect_urls") or ()),
        rotation=bool(settings.get("token_rotation_enabled")),
    )


def _load(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise ManifestError(["The manifest is too long."])
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else _yaml(text)
    except (ValueError, RecursionError):
        raise ManifestError(["The manifest is neither valid YAML nor valid JSON."]) from None
    if not isinstance(found, dict):
        raise ManifestError(["The manifest is empty, or no mapping."])
    return found


def _yaml(text: str) -> Any:
    try:
        import yaml  # noqa: PLC0415 - only pages with a pasted manifest need it
    except ImportError:
        raise ManifestError(["YAML cannot be read here (PyYAML is not installed): paste JSON."]) from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise ManifestError([f"The manifest is no valid YAML{where}."]) from None


def _part(whole: Mapping[str, Any], *path: str) -> dict[str, Any]:
    found: Any = whole
    for name in path:
        found = found.get(name) or {}
    return dict(found)


def _unknown(whole: Mapping[str, Any]) -> Iterator[str]:
    """Yield what has another shape than a manifest."""
    for place, known in _KEYS.items():
        part: Any = whole
        for name in filter(None, place.split(".")):
            part = part.get(name) if isinstance(part, dict) else None
        if part is None:
            continue
        if not isinstance(part, dict):
            yield f"{place}: must be a mapping."
            continue
        yield from (f"{place or 'manifest'}: {key} is not known." for key in part if key not in known)
    yield from _lists(whole)


def _lists(whole: Mapping[str, Any]) -> Iterator[str]:
    plain = (
        ("oauth_config", "scopes", "bot"), ("oauth_config", "scopes", "user"), ("oauth_config", "redirect_urls"),
        ("settings", "event_subscriptions", "bot_events"), ("settings", "event_subscriptions", "user_events"),
    )  # fmt: skip
    for path in plain:
        found: Any = whole
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None and not (isinstance(found, list) and all(isinstance(one, str) for one in found)):
            yield f"{'.'.join(path)}: must be a list of texts."
    features = whole.get("features")
    for name, known in (("slash_commands", _COMMAND), ("shortcuts", _SHORTCUT)):
        rows = features.get(name) if isinstance(features, dict) else None
        if rows is not None and not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            yield f"features.{name}: must be a list of mappings."
            continue
        for row in rows or ():
            yield from (f"features.{name}: {key} is not known." for key in row if key not in known)


def _wrong(whole: Mapping[str, Any]) -> Iterator[str]:
    """Yield what does not fit together in a manifest of the right shape."""
    about = _part(whole, "display_information")
    name, description = about.get("name"), about.get("description", "")
    if not isinstance(name, str) or not 1 <= len(name) <= 35:
        yield "display_information.name: must have 1 to 35 characters."
    if not isinstance(description, str) or len(description) > 140:
        yield "display_information.description: must have at most 140 characters."
    scopes, features = _part(whole, "oauth_config", "scopes"), _part(whole, "features")
    bot, user = set(scopes.get("bot") or ()), set(scopes.get("user") or ())
    yield from (f"oauth_config.scopes.bot: {scope} is no bot scope." for scope in sorted(bot - BOT_SCOPES))
    yield from (f"oauth_config.scopes.user: {scope} is no user scope." for scope in sorted(user - USER_SCOPES))
    if not bot and not user:
        yield "oauth_config.scopes: an app needs a scope to be installed."
    if bot and not _part(features, "bot_user").get("display_name"):
        yield "features.bot_user.display_name: bot scopes need a bot user."
    yield from _wrong_features(features, bot)
    yield from _wrong_settings(_part(whole, "settings"), bot, user)


def _wrong_features(features: Mapping[str, Any], bot: set[str]) -> Iterator[str]:
    commands, shortcuts = features.get("slash_commands") or (), features.get("shortcuts") or ()
    if (commands or shortcuts) and "commands" not in bot:
        yield "features: slash commands and shortcuts need the bot scope commands."
    for row in commands:
        if not str(row.get("command", "")).startswith("/") or not row.get("description"):
            yield "features.slash_commands: each needs a command that begins with / and a description."
    for row in shortcuts:
        if row.get("type") not in {"message", "global"} or not (row.get("name") and row.get("callback_id")):
            yield "features.shortcuts: each needs a name, a callback_id and the type message or global."


def _wrong_settings(settings: Mapping[str, Any], bot: set[str], user: set[str]) -> Iterator[str]:
    events, socket = _part(settings, "event_subscriptions"), settings.get("socket_mode_enabled")
    for names, scopes, whose in (("bot_events", bot, "bot"), ("user_events", user, "user")):
        for name in events.get(names) or ():
            if name not in _EVENTS:
                yield f"settings.event_subscriptions.{names}: {name} is no event."
            elif _EVENTS[name] and _EVENTS[name] not in scopes:
                yield f"settings.event_subscriptions.{names}: {name} needs the {whose} scope {_EVENTS[name]}."
    if (events.get("bot_events") or events.get("user_events")) and not (socket or events.get("request_url")):
        yield "settings.event_subscriptions: events need Socket Mode or a request_url."
    interactivity = _part(settings, "interactivity")
    if interactivity.get("is_enabled") and not (socket or interactivity.get("request_url")):
        yield "settings.interactivity: needs Socket Mode or a request_url."
