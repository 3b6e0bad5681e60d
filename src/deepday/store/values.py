"""Values of settings, as the store keeps them: JSON of their fields."""

from typing import Any, cast

from deepday.model import EMPTY, AnySetting, Audience, Availability, Setting, SettingKind


def setting_value(kind: SettingKind, fields: dict[str, Any]) -> AnySetting:
    """Return the value with those fields."""
    if kind is SettingKind.AUTO_REPLY:
        fields["audience"] = Audience(fields["audience"])
    elif kind is SettingKind.PRESENCE:
        fields["availability"] = Availability(fields["availability"])
    made: Setting = type(EMPTY[kind])(**fields)
    return cast("AnySetting", made)
